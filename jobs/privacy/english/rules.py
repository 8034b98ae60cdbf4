"""The rules for English text, by what they find: names, addresses, numbers, places."""

from __future__ import annotations

from jobs.privacy.english import (
    addresses,
    announced_names,
    lower_names,
    names,
    numbers,
    places,
    said_names,
    streets,
)
from jobs.privacy.rules import Rule

RULES: tuple[Rule, ...] = (
    *announced_names.RULES,
    *names.RULES,
    *said_names.RULES,
    *lower_names.RULES,
    *streets.RULES,
    *addresses.RULES,
    *numbers.RULES,
    *places.RULES,
)
