"""An explanation of a row for a terminal: nothing that the row says can act there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jobs.tools.explain import Explanation, RuleValue, Step
from jobs.tools.text_diff import Run, differences

_LONGEST = 200
_VERDICTS = {(True, "remove"): "removes", (True, "flag"): "flags"}


def explanation_lines(told: Explanation) -> Iterator[str]:
    """The explanation, line by line: the way through the stages, the rules' values, what the row says."""
    yield f"{told.record_id}  {told.dataset}: {told.outcome}"
    yield ""
    width = max((len(step.table) for step in told.steps), default=0)
    for step in told.steps:
        yield f"{step.table:<{width}}  {_told(step)}".rstrip()
        for change in step.told.get("steps", ()):
            before, after = differences(change["before"], change["after"])
            yield f"{'':<{width}}  {change['step']}: {_runs(before)}  ->  {_runs(after)}"
    for stage, count in told.standing_for.items():
        yield f"it stands for {count:,} rows that {stage} removed"
    yield f"released in: {', '.join(told.releases) or 'no release'}"
    for note in told.notes:
        yield f"note: {visible(note)}"
    if told.rules:
        yield ""
        yield from _rules(told.rules)
    if told.texts:
        yield ""
        for turn in told.texts:
            yield f"{turn['role']}: {visible(turn['text'], _LONGEST)}"


def visible(text: str, longest: int | None = None) -> str:
    """A text on one line: line breaks as \\n, controls and direction marks as numbers, what is too long counted."""
    cut = text if longest is None or len(text) <= longest else text[:longest]
    shown = "".join(char if char.isprintable() else "\\n" if char == "\n" else f"\\u{ord(char):04x}" for char in cut)
    return shown if cut is text else f"{shown} … {len(text) - len(cut):,} more characters"


def _told(step: Step) -> str:
    told = dict(step.told)
    told.pop("steps", None)
    changes = told.pop("changes", None)
    parts = [f"{name} {count:,}" for name, count in changes.items()] if changes else []
    if "kept" in told:
        parts.append(
            ("kept" if told.pop("kept") else "removed") + (f" ({told.pop('reason')})" if "reason" in told else "")
        )
    parts += [f"{name} {_value(value)}" for name, value in told.items()]
    return ", ".join(parts) or "nothing to do"


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else visible(str(value), _LONGEST)


def _runs(runs: list[Run]) -> str:
    return "".join(
        "…" if run.kind == "cut" else f"[{visible(run.text)}]" if run.kind == "only" else visible(run.text)
        for run in runs
    )


def _rules(rules: list[RuleValue]) -> Iterator[str]:
    said = [rule for rule in rules if rule.value is not None]
    rows = [(rule.rule, _value(rule.value), rule.bound, _VERDICTS.get((rule.broken, rule.action), "")) for rule in said]
    rows.insert(0, ("quality rule", "value", "bound", ""))
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    for rule, value, bound, verdict in rows:
        yield f"{rule:<{widths[0]}}  {value:>{widths[1]}}  {bound:<{widths[2]}}  {verdict}".rstrip()
    silent = len(rules) - len(said)
    if silent:
        yield f"{silent} rules say nothing of such a row: it lacks the part, the language or the length that they judge"
