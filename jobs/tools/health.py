"""The health check: a quick look at a data set's risks before anybody trains on it.

``python data_health_check.py --dataset your_dataset.json`` prints a report; ``--json`` gives the same for programs.
It shows row numbers, reasons and counts, never the rows' texts.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence

import orjson

from jobs.formats.registry import AUTO, FORMATS
from jobs.tools.command import UsageError, find_input, read_fields, run
from jobs.tools.examine import Health, examine
from jobs.tools.findings import SEVERITIES, Finding

_EXAMPLES = """examples:
  python data_health_check.py --dataset your_dataset.json
  python data_health_check.py --dataset 'logs/*.jsonl.gz' --fail-on critical
  python data_health_check.py --dataset faq.csv --fields instruction=question output=answer --json
"""
_WIDTH = 100


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit code 0; 1 when ``--fail-on`` asks for it; 2 for a user's mistake."""
    arguments = _parser().parse_args(argv)
    return run(lambda: _main(arguments), "data_health_check")


def report_text(health: Health) -> str:
    """The report for reading."""
    lines = [", ".join(health.files), f"{health.rows:,} rows, {health.usable:,} usable"]
    lines.append(_mix("formats", health.formats) + _mix("kinds", health.kinds))
    lines.append(_mix("languages", health.languages) + (_mix("intents", health.intents, 5) if health.intents else ""))
    lines.append("")
    if health.usable:
        lines.append(f"{'':30}{'min':>9}{'5%':>9}{'median':>9}{'95%':>9}{'max':>9}")
        lines += [f"{name:30}" + "".join(f"{v:>9,}" for v in values) for name, values in health.lengths.items()]
        lines.append("")
    for found in health.findings:
        lines += _finding_lines(found)
    if not health.compared_all:
        lines.append("Near copies were looked for among the first rows only; `gristmill build` looks among all.")
    counts = {s: sum(f.severity == s for f in health.findings) for s in SEVERITIES}
    lines.append(", ".join(f"{count} {severity}" for severity, count in counts.items()))
    return "\n".join(lines) + "\n"


def report_json(health: Health) -> str:
    """The report for programs: the fields of ``Health`` and of each ``Finding``."""
    return orjson.dumps(health, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _main(arguments: argparse.Namespace) -> int:
    if arguments.input_format != AUTO and arguments.input_format not in FORMATS:
        raise UsageError(f"unknown format {arguments.input_format!r}; expected auto, {', '.join(FORMATS)}")
    files = find_input(arguments.dataset)
    health = examine(files, arguments.input_format, read_fields(arguments.fields))
    sys.stdout.write(report_json(health) if arguments.json else report_text(health))
    if arguments.fail_on is None:
        return 0
    failing = SEVERITIES[: SEVERITIES.index(arguments.fail_on) + 1]
    return 1 if any(f.severity in failing for f in health.findings) else 0


def _mix(name: str, counts: dict[str, int], most: int = 8) -> str:
    total = sum(counts.values()) or 1
    shown = sorted(counts.items(), key=lambda item: -item[1])[:most]
    more = f" and {len(counts) - most} more" if len(counts) > most else ""
    return f"{name}: " + ", ".join(f"{key} {count / total:.0%}" for key, count in shown) + more + ".  "


def _finding_lines(found: Finding) -> list[str]:
    lines = [f"{found.severity.upper():9} {found.title}: {found.count:,}"]
    if found.detail:
        lines.append("          " + ", ".join(f"{kind} {count:,}" for kind, count in found.detail.items()))
    if found.rows:
        more = ", ..." if found.count > len(found.rows) else ""
        lines.append(f"          rows {', '.join(map(str, found.rows))}{more}")
    for name, text in (("why", found.why), ("mend", found.mend)):
        lines += textwrap.wrap(f"{name}: {text}", _WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 16)
    return [*lines, ""]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="data_health_check",
        description="Look at a data set's risks: broken rows, personal data, copies, roles, lengths, balance, size.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--dataset", required=True, help="a file, folder or pattern: JSON, JSON Lines, CSV, Parquet, text"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--fail-on", choices=SEVERITIES, help="exit with code 1 at a finding this severe or worse")
    parser.add_argument("--input-format", default=AUTO, help=f"auto, {', '.join(FORMATS)}; default: told by each row")
    parser.add_argument("--fields", nargs="+", default=[], metavar="OURS=THEIRS", help="such as instruction=question")
    return parser
