"""Surrogates: invented values that look real, are the same for the same value, and can belong to nobody."""

from __future__ import annotations

from jobs.privacy.surrogates.row import RowSurrogates
from jobs.privacy.surrogates.told import SURROGATE_PATTERNS, is_surrogate

__all__ = ["SURROGATE_PATTERNS", "RowSurrogates", "is_surrogate"]
