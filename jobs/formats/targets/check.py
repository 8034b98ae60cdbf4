"""A trainer's rules applied to a stream of raw rows."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from jobs.formats.targets.rule import EFFECTS, Effect, Layout, Measure, Rule, Target, Told, View

# The layout is settled by so many first rows, as a loader settles it by its first block.
HEAD = 200
_UNREADABLE = Rule(
    "unreadable_row",
    "stops",
    "a row that cannot be read",
    "datasets stops at the first such line and loads nothing",
    "run format_converter.py: it writes the good rows and keeps the bad ones apart",
    "huggingface/datasets src/datasets/packaged_modules/json/json.py",
    lambda view: None,
)


@dataclass(slots=True)
class Finding:
    """A rule that rows, or the set, broke. ``rows`` count from 1; empty where the set is to blame. ``path`` is the
    JSON path in the first of them."""

    rule: Told
    rows: array[int] = field(default_factory=lambda: array("L"))
    path: str | None = None


@dataclass(slots=True)
class Verdict:
    """What a trainer would do with a set.

    Attributes:
        dropped, stopping: how many rows would be dropped, and at how many the trainer would stop.
        findings: worst effect first, then by number of rows.
    """

    target: str
    layout: Layout
    rows: int
    dropped: int
    stopping: int
    findings: list[Finding]

    @property
    def fails(self) -> bool:
        """Whether any row would be dropped, or nothing would be trained at all."""
        return bool(self.dropped) or any(f.rule.effect == "stops" for f in self.findings) or not self.rows

    def of(self, effect: Effect) -> list[Finding]:
        """The findings of one effect."""
        return [finding for finding in self.findings if finding.rule.effect == effect]


def check_rows(
    target: Target,
    rows: Iterable[tuple[int, Any]],
    *,
    entry: Mapping[str, Any] | None = None,
    measure: Measure | None = None,
) -> Verdict:
    """Apply a trainer's rules, streaming; memory grows by eight bytes for each row and rule that it breaks.

    Args:
        rows: number (from 1, growing) and row as JSON values; anything but an object counts as unreadable.
        entry: the file's entry in LLaMA-Factory's ``dataset_info.json``, where there is one.
        measure: token counts, where a cut-off is to be judged.
    """
    stream = iter(rows)
    head = list(islice(stream, HEAD))
    objects = [row for _, row in head if isinstance(row, dict)]
    layout = target.layout(frozenset(chain.from_iterable(objects)), objects, entry)
    checker = _Checker(target, layout, measure)
    for number, row in chain(head, stream):
        checker.add(number, row)
    return checker.verdict()


def broken_rules(target: Target, row: Mapping[str, Any], layout: Layout, measure: Measure | None = None) -> Iterator[
    tuple[Rule, str]
]:  # fmt: skip
    """Each rule that a row breaks and where, in the trainer's own order."""
    view = View.of(dict(row), layout, measure)
    for rule in target.rules:
        if not rule.shapes or layout.shape in rule.shapes:
            path = rule.check(view)
            if path is not None:
                yield rule, path


class _Checker:
    def __init__(self, target: Target, layout: Layout, measure: Measure | None) -> None:
        self._target, self._layout, self._measure = target, layout, measure
        self._found: dict[str, Finding] = {}
        self._tallies = [(r, r.tally(layout)) for r in target.set_rules if not r.shapes or layout.shape in r.shapes]
        self._rows = self._dropped = self._stopping = 0

    def add(self, number: int, row: Any) -> None:
        self._rows += 1
        if not isinstance(row, dict):
            self._note(_UNREADABLE, number, "$")
            self._stopping += 1
            return
        effects = set()
        for rule, path in broken_rules(self._target, row, self._layout, self._measure):
            effects.add(rule.effect)
            self._note(rule, number, path)
        # A row that stops the trainer is not dropped as well: nothing gets as far as that.
        self._stopping += "stops" in effects
        self._dropped += "drops" in effects and "stops" not in effects
        for _, tally in self._tallies:
            tally.add(number, row)

    def _note(self, rule: Told, number: int, path: str) -> None:
        finding = self._found.setdefault(rule.id, Finding(rule, path=path))
        finding.rows.append(number)

    def verdict(self) -> Verdict:
        for rule, tally in self._tallies:
            blamed = tally.failing()
            if blamed is not None:
                self._found[rule.id] = Finding(rule, array("L", blamed))
        found = sorted(self._found.values(), key=lambda f: (EFFECTS.index(f.rule.effect), -len(f.rows), f.rule.id))
        return Verdict(self._target.name, self._layout, self._rows, self._dropped, self._stopping, found)
