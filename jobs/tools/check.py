"""Would this trainer take these rows? Its own acceptance rules, row by row, before it drops any in silence.

``gristmill check train.jsonl --target llamafactory`` says which rows would go, why, and how to mend them. Exit code 1
when any would be dropped or the trainer would stop. It shows row numbers and JSON paths, never the rows' texts.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from jobs.formats.targets import TARGETS
from jobs.formats.targets.check import Finding, Verdict, check_rows
from jobs.formats.targets.rule import Measure
from jobs.sources.files import read_rows
from jobs.tools.command import UsageError, find_input, parser_of, run
from jobs.tools.json_output import json_report
from jobs.tools.progress import progress
from jobs.tools.templates import DEFAULT_TEMPLATE, add_template_arguments, counter_and_template

_EXAMPLES = """examples:
  gristmill check train.jsonl --target llamafactory
  gristmill check chats.jsonl --target trl --cutoff 2048 --tokenizer ./my-model
  gristmill check data/ --target llamafactory --dataset-info data/dataset_info.json --json
"""
_WIDTH, _ROWS_SHOWN = 100, 20
_HEADS = {"stops": "WOULD STOP", "drops": "WOULD DROP", "harms": "HARMS"}


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit code 0 when every row would be taken, 1 when not, 2 for a user's mistake."""
    arguments = _parser().parse_args(argv)
    return run(lambda: _main(arguments), "check")


def check_files(
    files: Sequence[Path], target: str, *, entry: Mapping[str, Any] | None = None, measure: Measure | None = None
) -> Verdict:
    """A trainer's verdict on files, streaming; rows of several files are numbered on.

    Raises:
        ValueError: the trainer is none of ours.
    """
    return check_rows(TARGETS[target], _numbered(files), entry=entry, measure=measure)


def report_text(verdict: Verdict) -> str:
    """The report for reading."""
    title = TARGETS[verdict.target].title
    lines = [_summary(verdict, title), ""]
    for finding in verdict.findings:
        lines += _finding_lines(finding)
    if not verdict.findings and verdict.rows:
        lines.append("Nothing to mend.")
    return "\n".join(lines).rstrip("\n") + "\n"


def report_json(verdict: Verdict) -> str:
    """The report for programs: every row number of every rule."""
    found = [
        {
            "rule": finding.rule.id,
            "effect": finding.rule.effect,
            "says": finding.rule.says,
            "why": finding.rule.why,
            "mend": finding.rule.mend,
            "source": finding.rule.source,
            "count": len(finding.rows),
            "rows": list(finding.rows),
            "path": finding.path,
        }
        for finding in verdict.findings
    ]
    report = {
        "target": verdict.target,
        "shape": verdict.layout.shape,
        "rows": verdict.rows,
        "dropped": verdict.dropped,
        "stopping": verdict.stopping,
        "passes": not verdict.fails,
        "findings": found,
    }
    return json_report(report)


def _main(arguments: argparse.Namespace) -> int:
    files = find_input(arguments.dataset)
    measure = None
    if arguments.cutoff is not None:
        from jobs.formats.preview import RowMeasure

        counter, template = counter_and_template(arguments, DEFAULT_TEMPLATE)
        measure = RowMeasure(template, counter, arguments.cutoff)
    elif arguments.tokenizer or arguments.template:
        raise UsageError("--template and --tokenizer serve to judge a cut-off: say which with --cutoff")
    entry = _entry_of(files, arguments.dataset_info) if arguments.target == "llamafactory" else None
    verdict = check_files(files, arguments.target, entry=entry, measure=measure)
    sys.stdout.write(report_json(verdict) if arguments.json else report_text(verdict))
    return 1 if verdict.fails else 0


def _numbered(files: Sequence[Path]) -> Iterator[tuple[int, Any]]:
    number = 0
    with progress("checking", files) as shown:
        for file in files:
            for raw in read_rows(file, shown.seen):
                shown.step()
                number += 1
                yield number, raw.value if raw.error is None else None


def _entry_of(files: Sequence[Path], named: str | None) -> Mapping[str, Any] | None:
    """The entry for the files in the ``dataset_info.json`` that was named, or that lies beside or above them."""
    places = [Path(named)] if named else [p / "dataset_info.json" for p in list(files[0].resolve().parents)[:3]]
    for place in places:
        if not place.is_file():
            continue
        try:
            info = orjson.loads(place.read_bytes())
        except orjson.JSONDecodeError:
            raise UsageError(f"{place}: expected JSON, as LLaMA-Factory reads it") from None
        for entry in info.values() if isinstance(info, dict) else ():
            name = entry.get("file_name") if isinstance(entry, dict) else None
            if isinstance(name, str) and (place.parent / name).resolve() == files[0].resolve():
                return dict(entry)
    if named:
        raise UsageError(f"{named}: expected an entry whose file_name is {files[0]}")
    return None


def _summary(verdict: Verdict, title: str) -> str:
    if not verdict.rows:
        return f"{title} would find no row"
    parts = []
    if any(f.rule.effect == "stops" for f in verdict.findings):
        at = f" at {verdict.stopping:,} of {verdict.rows:,} rows" if verdict.stopping else " at the whole set"
        parts.append(f"{title} would stop{at}")
    if verdict.dropped or not parts:
        parts.append(f"{'' if parts else title + ' '}would drop {verdict.dropped:,} of {verdict.rows:,} rows")
    return ", and ".join(parts)


def _finding_lines(finding: Finding) -> list[str]:
    count = f": {len(finding.rows):,}" if finding.rows else ""
    lines = [f"{_HEADS[finding.rule.effect]:11} {finding.rule.says}{count}  ({finding.rule.id})"]
    if finding.rows:
        shown = ", ".join(f"{row:,}" for row in finding.rows[:_ROWS_SHOWN])
        more = ", ..." if len(finding.rows) > _ROWS_SHOWN else ""
        lines += textwrap.wrap(
            f"rows {shown}{more}; in the first at {finding.path}",
            _WIDTH,
            initial_indent=" " * 12,
            subsequent_indent=" " * 12,
        )
    for name, text in (("why", finding.rule.why), ("mend", finding.rule.mend), ("read in", finding.rule.source)):
        lines += textwrap.wrap(f"{name}: {text}", _WIDTH, initial_indent=" " * 12, subsequent_indent=" " * 14)
    return [*lines, ""]


def _parser() -> argparse.ArgumentParser:
    parser = parser_of(
        "gristmill check", "Apply a trainer's own acceptance rules: which rows would it drop, and why?", _EXAMPLES
    )
    parser.add_argument("dataset", metavar="DATASET", help="a file, folder or pattern, as the trainer would read it")
    parser.add_argument("--target", required=True, choices=list(TARGETS), help="the trainer")
    parser.add_argument("--json", action="store_true", help="print the report as JSON, with every row number")
    parser.add_argument("--dataset-info", help="LLaMA-Factory's dataset_info.json; default: beside or above the file")
    parser.add_argument("--cutoff", type=int, metavar="TOKENS", help="also judge what a cut-off of so many tokens does")
    add_template_arguments(parser, DEFAULT_TEMPLATE)
    return parser
