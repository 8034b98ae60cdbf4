"""The rules for English text, by what they find: names, addresses, numbers, places."""

from __future__ import annotations

from jobs.privacy import (
    english_addresses,
    english_announced_names,
    english_lower_names,
    english_names,
    english_numbers,
    english_places,
    english_said_names,
    english_streets,
)
from jobs.privacy.rules import Rule

RULES: tuple[Rule, ...] = (
    *english_announced_names.RULES,
    *english_names.RULES,
    *english_said_names.RULES,
    *english_lower_names.RULES,
    *english_streets.RULES,
    *english_addresses.RULES,
    *english_numbers.RULES,
    *english_places.RULES,
)
