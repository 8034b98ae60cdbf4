"""Measures personal-data rules: generated truth, hard negatives, and what real texts show."""
