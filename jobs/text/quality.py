"""Judges rows by the table of quality rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jobs.text import hooks
from jobs.text.parts import Parts
from jobs.text.quality_measures import MEASURES
from jobs.text.quality_params import QualityParams, RuleLine

Value = float | int | str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule that a row breaks: the measured value, the bound that it breaks (text for a rule of words), and what
    follows: the row is removed, or kept and flagged."""

    rule: str
    reason: str
    value: Value
    bound: Value
    action: Literal["remove", "flag"] = "remove"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the table, ready to measure.

    Attributes:
        limit: "max" breaks above the bound, "min" below it, "allow" beside its words.
        measure: of one text, or of the ``Parts`` where ``line.reads`` is "row"; None is no verdict.
        plain: the same measure for texts without code, formulas, links, placeholders and tokens.
        cue, without: as in ``quality_measures.Measure``.
        unless: what no prompt of the row may match for the rule to speak.
    """

    name: str
    line: RuleLine
    limit: Literal["min", "max", "allow"]
    bound: Any
    measure: Callable[[Any], Any]
    plain: Callable[[Any], Any]
    cue: Callable[[str], bool] | None = None
    without: float = 0
    unless: re.Pattern[str] | None = None

    def value(self, parts: Parts) -> Any:
        """The row's value: of several texts the one furthest on the bad side; None where nothing can be said."""
        if self.line.reads == "row":
            return self.measure(parts)
        if self.cue is not None and not self.cue(parts.whole):
            return self.without if parts.read(self.line.reads) else None
        measure = self.plain if parts.is_plain else self.measure
        texts = parts.read(self.line.reads)
        if len(texts) == 1:
            return measure(texts[0])
        values = [value for text in texts if (value := measure(text)) is not None]
        if not values:
            return None
        return min(values) if self.limit == "min" else max(values)

    def breaks(self, value: Any) -> bool:
        """Whether a value breaks the bound; none never does."""
        if value is None:
            return False
        if self.limit == "max":
            return bool(value > self.bound)
        return bool(value < self.bound) if self.limit == "min" else value not in self.bound

    def excused(self, parts: Parts) -> bool:
        """Whether a prompt asks for what the rule looks for (``unless``)."""
        return self.unless is not None and any(map(self.unless.search, parts.prompts))

    def speaks_of(self, language: str) -> bool:
        """Whether the rule means something in rows of this language; where none can be told, every rule does."""
        return not self.line.languages or language == "unknown" or language in self.line.languages


class QualityRules:
    """The rules that ``params`` leave on, in their order.

    Raises:
        HookError: a list or scorer that a rule names cannot be loaded.
    """

    def __init__(self, params: QualityParams | None = None) -> None:
        self.params = params or QualityParams()
        lines = self.params.rules.items()
        self.rules = tuple(make_rule(name, line) for name, line in lines if line.action != "off")
        self._without_text = tuple(rule for rule in self.rules if rule.line.reads != "text")

    def judge(self, row: Mapping[str, Any]) -> list[Verdict]:
        """Every rule that the canonical row breaks, in the table's order; empty for a row that stays as it is.

        The reason of a row is that of the first verdict that removes it, else of the first that flags it.
        """
        parts = Parts.of_row(row)
        found = []
        for rule in self.rules if parts.text is not None else self._without_text:
            if rule.line.languages and not rule.speaks_of(parts.language):
                continue
            value = rule.value(parts)
            if value is not None and rule.breaks(value) and not rule.excused(parts):
                found.append(_verdict(rule, value))
        return found

    def values(self, row: Mapping[str, Any]) -> dict[str, Value]:
        """Every rule's value for the row, broken or not; rules that say nothing of this row are left out."""
        parts = Parts.of_row(row)
        return {
            rule.name: value
            for rule in self.rules
            if rule.speaks_of(parts.language) and (value := rule.value(parts)) is not None
        }


def describe(broken: Iterable[Verdict]) -> str:
    """Each verdict as ``rule: value (bound b)``, joined by "; "; one that only flags as ``(bound b, flagged)``."""
    return "; ".join(
        f"{v.rule}: {v.value} (bound {v.bound}{', flagged' if v.action == 'flag' else ''})" for v in broken
    )


def decision(broken: Sequence[Verdict]) -> dict[str, Any]:
    """``kept``, ``reason`` and ``evidence`` of a row that breaks these rules, as in ``jobs.lake.schemas``."""
    if not broken:
        return {"kept": True, "reason": None, "evidence": None}
    removing = [verdict for verdict in broken if verdict.action == "remove"]
    first = (removing or broken)[0]
    evidence = {"witness": None, "similarity": None, "rule": first.rule, "detail": describe(broken), "cluster": None}
    return {"kept": not removing, "reason": first.reason, "evidence": evidence}


def make_rule(name: str, line: RuleLine) -> Rule:
    """A line of the table with its measure, list and scorer loaded."""
    limit: Literal["min", "max", "allow"] = (
        "min" if line.min is not None else "max" if line.max is not None else "allow"
    )
    of = MEASURES[line.measure]
    measure = _measure(line)
    plain = getattr(measure, "plain", measure)
    unless = re.compile(line.unless, re.IGNORECASE) if line.unless else None
    return Rule(name, line, limit, line.bound, measure, plain, of.cue, of.without, unless)


def _measure(line: RuleLine) -> Callable[[Any], Any]:
    if line.measure == "matches":
        return hooks.count_matches(line.pattern or "")
    if line.measure == "listed_words":
        return hooks.count_words(hooks.read_words(line.words_from or ""))
    if line.measure == "score":
        return hooks.load_scorer(line.scored_by or "")
    function = MEASURES[line.measure].function
    assert function is not None, "each other measure is a function"
    if MEASURES[line.measure].needs == "n":
        return _with_n(function, line.n)
    return function


def _with_n(function: Callable[..., Any], n: int | None) -> Callable[[Any], Any]:
    def measure(text: str) -> Any:
        return function(text, n)

    plain = getattr(function, "plain", function)
    measure.plain = lambda text: plain(text, n)  # type: ignore[attr-defined]  # read by make_rule
    return measure


def _verdict(rule: Rule, value: Any) -> Verdict:
    bound = ", ".join(rule.bound) if rule.limit == "allow" else rule.bound
    told = round(value, 4) if isinstance(value, float) else value
    return Verdict(rule.name, rule.line.reason, told, bound, "flag" if rule.line.action == "flag" else "remove")
