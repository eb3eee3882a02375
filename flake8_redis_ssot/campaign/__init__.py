"""Campaigns: findings fixed in phases and batches, each validated and each reversible.

plan → batch → [journal · fix · validation · keep or restore] → progress
"""
