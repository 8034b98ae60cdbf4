"""Judges rows by the table of quality rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.text.language import language_of
from jobs.text.params import QualityParams
from jobs.text.quality_rules import RULES, Parts, Rule


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule that a row fails: the measured value and the bound that it breaks (text for the language rule)."""

    rule: str
    reason: str
    value: float | str
    bound: float | str


class QualityRules:
    """The rules of ``quality_rules.RULES`` with the bounds of ``params``."""

    def __init__(self, params: QualityParams | None = None) -> None:
        self.params = params or QualityParams()
        self.rules = tuple(rule for rule in RULES if getattr(self.params, rule.bound) is not None)

    def judge(self, row: Mapping[str, Any]) -> list[Verdict]:
        """Every rule that the canonical row fails, the first of which is its reason; empty for a row that stays."""
        parts = Parts.of_row(row)
        language = language_of(parts.read("whole")[0])
        found = []
        for rule in self.rules:
            if rule.languages and language not in (*rule.languages, "unknown"):
                continue
            verdict = self._language(rule, language) if rule.bound == "languages" else self._bounded(rule, parts)
            if verdict:
                found.append(verdict)
        return found

    def values(self, row: Mapping[str, Any]) -> dict[str, float | str]:
        """Every rule's value for the row, kept or not."""
        parts = Parts.of_row(row)
        return {rule.name: value for rule in self.rules if (value := _worst(rule, parts)) is not None}

    def _bounded(self, rule: Rule, parts: Parts) -> Verdict | None:
        value, bound = _worst(rule, parts), getattr(self.params, rule.bound)
        if value is None or (value <= bound if rule.limit == "max" else value >= bound):
            return None
        return Verdict(rule.name, rule.reason, round(value, 4) if isinstance(value, float) else value, bound)

    def _language(self, rule: Rule, language: str) -> Verdict | None:
        wanted = self.params.languages or ()
        return None if language in wanted else Verdict(rule.name, rule.reason, language, ", ".join(wanted))


def _worst(rule: Rule, parts: Parts) -> Any:
    """The row's value for the rule: the sum where texts are counted, else the value furthest on the bad side."""
    if rule.reads == "row":
        return rule.measure(parts)
    values = [rule.measure(text) for text in parts.read(rule.reads)]
    if not values:
        return None
    return max(values) if rule.limit == "max" else min(values)
