"""Findings of the health check, gathered row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from jobs.tools.finding_rules import GROUPS, RULES, SEVERITIES, Severity
from jobs.tools.places import SHOWN, Place, Places


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding in a data set.

    Attributes:
        count: rows that have it, or what the title counts.
        places: the first rows that have it.
        detail: kinds with their counts, never values.
    """

    code: str
    group: str
    severity: Severity
    title: str
    count: int
    places: Sequence[Place]
    detail: dict[str, int]
    why: str
    mend: str


@dataclass(slots=True)
class Notes:
    """What was noted of rows so far; a row counts once for each code, its kinds as often as they come."""

    found: dict[str, Places] = field(default_factory=dict)
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        code: str,
        number: int,
        place: Callable[[str | None], Place],
        where: str | Callable[[], str] | None = None,
        kind: str | None = None,
        count: int = 1,
    ) -> None:
        """Note that a row has ``code``.

        Args:
            number: of the row over all files.
            place: makes the row's place from a JSON path.
            where: the path, or what finds it; asked only while places are still kept.
        """
        places = self.found.setdefault(code, Places())
        if self._last.get(code) != number:
            self._last[code] = number
            if places.total < SHOWN:
                places.add(place(where() if callable(where) else where))
            else:
                places.total += 1
        if kind is not None:
            self.kinds.setdefault(code, Counter())[kind] += count

    def findings(self) -> list[Finding]:
        """One finding for each code."""
        return [
            finding(code, places.total, places.first, dict(self.kinds.get(code, Counter()).most_common()))
            for code, places in self.found.items()
        ]


def finding(code: str, count: int, places: Sequence[Place] = (), detail: dict[str, int] | None = None) -> Finding:
    """A finding of the rule ``code``."""
    rule = RULES[code]
    return Finding(code, rule.group, rule.severity, rule.title, count, places, detail or {}, rule.why, rule.mend)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The gravest first, then by group, then the most frequent."""
    return sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), GROUPS.index(f.group), -f.count, f.code))
