"""The campaign: findings are mended in phases and batches, each behind a gate and each to be undone.

plan → batch → [journal · fix · gate · keep or put back] → progress
"""
