"""What the health check found, for reading on a terminal and for programs."""

from __future__ import annotations

import textwrap

from jobs.tools.examine import Health
from jobs.tools.finding_rules import SEVERITIES
from jobs.tools.findings import Finding
from jobs.tools.json_output import json_report
from jobs.tools.places import name_rows

_WIDTH = 100
_INDENT = " " * 10


def report_text(health: Health) -> str:
    """The report for reading."""
    lines = [", ".join(health.files), f"{health.rows:,} rows, {health.usable:,} usable"]
    lines += [
        _mix(name, counts, 5)
        for name, counts in (
            ("formats", health.formats),
            ("kinds", health.kinds),
            ("languages", health.languages),
            ("intents", health.intents),
            ("sources", health.sources),
        )
        if counts
    ]
    lines.append("")
    if health.usable:
        lines.append(f"{'':30}{'min':>9}{'5%':>9}{'median':>9}{'95%':>9}{'max':>9}")
        lines += [f"{name:30}" + "".join(f"{v:>9,}" for v in values) for name, values in health.lengths.items()]
        lines += [f"tokens counted by: {health.tokenizer}; cut-off {health.cutoff:,}", ""]
    group = None
    for found in health.findings:
        if (found.severity, found.group) != group:
            group = (found.severity, found.group)
            lines += [f"{found.severity.upper()}: {found.group}"]
        lines += _finding_lines(found)
    lines += [""] if health.findings else []
    if not health.compared_all:
        lines.append("Near copies were looked for among the first rows only; `gristmill build` looks among all.")
    lines.append(severity_counts(health))
    return "\n".join(lines) + "\n"


def report_json(health: Health) -> str:
    """The report for programs: the fields of ``Health``, of each ``Finding`` and of each ``Place``."""
    return json_report(health)


def severity_counts(health: Health) -> str:
    """How many findings of each severity: ``2 critical, 1 warning, 0 info``."""
    return ", ".join(f"{sum(f.severity == s for f in health.findings)} {s}" for s in SEVERITIES)


def _mix(name: str, counts: dict[str, int], most: int) -> str:
    total = sum(counts.values())
    shown = list(counts.items())[:most]
    more = f" and {len(counts) - most} more" if len(counts) > most else ""
    return f"{name}: " + ", ".join(f"{key} {count / total:.0%}" for key, count in shown) + more


def _finding_lines(found: Finding) -> list[str]:
    lines = [f"{found.count:>9,} {found.title}"]
    if found.detail:
        lines += _wrap(", ".join(f"{kind} {count:,}" for kind, count in found.detail.items()))
    if found.places:
        lines += _wrap(name_rows(found.places, found.count))
    return lines + _wrap(f"why: {found.why}") + _wrap(f"mend: {found.mend}")


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT + "      ", break_on_hyphens=False
    )
