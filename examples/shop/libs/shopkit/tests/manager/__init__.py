"""Tests of the manager itself, which may make as many as they like."""
