"""The report of the quality rules as a page of its own (``jobs.tools.pages``). It shows rows, escaped and cut."""

from __future__ import annotations

import math
from collections.abc import Sequence

from jobs.tools.charts import bars, histogram
from jobs.tools.pages import page, safe, show_runs
from jobs.tools.quality_report import Example, QualityReport, RuleReport
from jobs.tools.text_diff import both_ends

_BINS = 20
_THOUSAND = 1_000
# Other bounds to tell of: parts of the present one, or numbers of faults where it is none.
_FACTORS = (0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5)
_COUNTS = (0, 1, 2, 3)


def report_html(report: QualityReport) -> str:
    """The page, whole."""
    counted = "".join(f"<tr><td>{safe(name)}</td><td>{count:,}</td></tr>" for name, count in report.counts.items())
    older = (
        "<p>These decisions were made by older code, with other parameters: values and bounds below are the present "
        "table's.</p>"
        if report.older_code
        else ""
    )
    body = [
        f"<h1>Quality rules</h1><p class=dim>{safe(report.title)}</p>{older}<table>{counted}</table>",
        "<p>A rule removes a row <strong>alone</strong> where no other rule would have removed it: so many rows come "
        "back when it is switched off. Personal data is masked: the rows are those after remove_pii.</p>",
        f"<h2>All rules</h2><div class=wide>{_table(report.rules)}</div>",
        f"<p class=dim>Switched off: {safe(', '.join(report.off) or 'none')}.</p>",
        f"<h2>Rule by rule</h2><p class=dim>Values of {report.sampled:,} rows, the same ones each time.</p>",
        *(_rule(rule) for rule in _spoken(report.rules)),
    ]
    return page(f"Quality rules: {report.title}", "".join(body))


def _spoken(rules: Sequence[RuleReport]) -> list[RuleReport]:
    """Those that removed most first, then those that have values."""
    shown = [rule for rule in rules if rule.together or rule.flagged or rule.values or rule.words]
    return sorted(shown, key=lambda rule: (-rule.together, -rule.flagged))


def _table(rules: Sequence[RuleReport]) -> str:
    head = "<tr><th>rule</th><th>bound</th><th>action</th><th>removed alone</th><th>removed</th><th>flagged</th></tr>"
    lines = "".join(
        f"<tr><td><code>{safe(one.rule.name)}</code></td><td>{safe(_bound(one))}</td><td>{one.rule.line.action}</td>"
        f"<td>{one.alone:,}</td><td>{one.together:,}</td><td>{one.flagged:,}</td></tr>"
        for one in rules
    )
    return f"<table>{head}{lines}</table>"


def _rule(one: RuleReport) -> str:
    line = one.rule.line
    languages = f", rows in {', '.join(line.languages)}" if line.languages else ""
    measured = f"{line.measure}{f', n = {line.n}' if line.n else ''}, reads {line.reads}{languages}"
    unless = (
        f"<p class=dim>Says nothing where a prompt matches <code>{safe(line.unless)}</code></p>" if line.unless else ""
    )
    source = f"<p class=dim>Source: {safe(line.source)}</p>" if line.source else ""
    examples = "".join(_example(example) for example in one.examples)
    listed = f"<details open><summary>{len(one.examples)} examples</summary>{examples}</details>" if examples else ""
    return (
        f"<article><h3>{safe(one.rule.name)}</h3><p>{safe(measured)}; {safe(_bound(one))}, {line.action}: "
        f"{one.alone:,} removed alone, {one.together:,} removed, {one.flagged:,} flagged</p>"
        f"{source}{unless}{_values(one)}{_other_bounds(one)}{listed}</article>"
    )


def _bound(one: RuleReport) -> str:
    bound = one.rule.bound
    return f"{one.rule.limit} {', '.join(bound) if isinstance(bound, tuple) else bound}"


def _values(one: RuleReport) -> str:
    if one.words:
        return bars("values: how many rows", dict(one.words.most_common()))
    if not one.values:
        return "<p class=dim>No row has a value for it.</p>"
    low, high = min(one.values), max(one.values)
    if low == high:
        return f"<p>Every value is {low:g}.</p>"
    whole = all(value == int(value) for value in one.values)
    scale = 1 if whole else _THOUSAND
    bins = _bins([round(value * scale) for value in one.values], round(one.rule.bound * scale))
    return histogram(
        "values: how many rows",
        bins,
        round(one.rule.bound * scale),
        marked="bound",
        value=(lambda v: f"{v:,}") if whole else (lambda v: f"{v / _THOUSAND:g}"),
        numbered=True,
    )


def _other_bounds(one: RuleReport) -> str:
    """How many of the sampled rows lie beyond the bound, and beyond some looser and stricter ones."""
    if not one.values or one.rule.limit == "allow":
        return ""
    bound = one.rule.bound
    # A share has no bound above 1.
    most = 1 if 0 < bound <= 1 else math.inf
    tried = sorted({min(most, round(bound * factor, 4)) for factor in _FACTORS}) if bound else list(_COUNTS)
    beyond = {at: sum(value > at if one.rule.limit == "max" else value < at for value in one.values) for at in tried}
    if len(set(beyond.values())) == 1:
        return ""
    told = ", ".join(f"{at:g}: {count:,}" for at, count in beyond.items())
    return f"<p>Rows of the sample beyond a bound of {told}.</p>"


def _bins(values: list[int], bound: int) -> list[tuple[int, int, int]]:
    """Twenty bins at most from the least to the greatest value; the bound lies within when it is near."""
    low, high = min(values), max(values)
    if high < bound <= low + 3 * (high - low):
        high = bound
    if high > bound >= low - 2 * (high - low) and bound < low:
        low = bound
    step = max(1, -(-(high - low + 1) // _BINS))
    counts = [0] * (-(-(high - low + 1) // step))
    for value in values:
        counts[(value - low) // step] += 1
    return [(low + k * step, low + (k + 1) * step - 1, count) for k, count in enumerate(counts)]


def _example(example: Example) -> str:
    turns = "".join(
        f"<div class=row><div class=name>{safe(role)}</div>{show_runs(both_ends(text))}</div>"
        for role, text in example.turns
    )
    others = f", also {safe(', '.join(example.others))}" if example.others else ""
    name = f"{safe(example.record_id)}: <strong>{safe(example.value)}</strong>{others}"
    return f"<div class=row><div class=name>{name}</div>{turns}</div>"
