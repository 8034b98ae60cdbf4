"""One row as a trainer sees it: which parts are trained, which are masked, which lie beyond the cut-off.

``gristmill preview train.jsonl --row 7 --template qwen --cutoff 2048``. Exit code 1 when the row trains nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.formats.preview import Preview, preview
from jobs.record import Record, RecordError
from jobs.sources.source_rows import SourceFields, SourceLike, SourceRows
from jobs.tools import command
from jobs.tools.command import UsageError
from jobs.tools.json_output import json_report
from jobs.tools.templates import DEFAULT_TEMPLATE, add_template_arguments, counter_and_template

if TYPE_CHECKING:
    from rich.text import Text

_EXAMPLES = """examples:
  gristmill preview train.jsonl --row 7
  gristmill preview train.jsonl --row 7 --template llama-3 --cutoff 2048
  gristmill preview train.jsonl --row 7 --tokenizer ./my-model --json
"""
_STYLES = {"trained": "bold green", "masked": "dim", "cut": "red strike"}
_LABEL = 8


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit code 0; 1 when the row trains nothing; 2 for a user's mistake."""
    arguments = _parser().parse_args(argv)
    return command.run(lambda: _main(arguments), "preview")


def preview_text(seen: Preview) -> str:
    """The row with a word before each line: trained, masked or cut."""
    lines = []
    for segment in seen.segments:
        lines += [f"{segment.state:{_LABEL}}| {_visible(line)}" for line in segment.text.removesuffix("\n").split("\n")]
    return "\n".join([*lines, "", *_summary(seen)]) + "\n"


def preview_json(seen: Preview) -> str:
    """The fields of ``Preview``."""
    return json_report(seen)


def find_record(files: Sequence[Path], number: int, source: SourceLike | None = None) -> Record:
    """The record of a row, counted from 1 over all files.

    Raises:
        UsageError: there are fewer rows, or the row cannot be read.
    """
    count = 0
    rows = SourceRows(files, source or SourceFields())
    for file in files:
        for raw in rows.read(file):
            count += 1
            if count < number:
                continue
            try:
                if raw.error is not None:
                    raise raw.error
                return rows.parse(raw.value)
            except RecordError as error:
                raise UsageError(f"row {number:,} of {file} cannot be read: {error}") from None
    raise UsageError(f"--row: expected 1 to {count:,}, came {number:,}")


def _main(arguments: argparse.Namespace) -> int:
    if arguments.row < 1:
        raise UsageError(f"--row: rows count from 1, came {arguments.row}")
    if arguments.cutoff is not None and arguments.cutoff < 1:
        raise UsageError(f"--cutoff: expected at least 1 token, came {arguments.cutoff}")
    source = command.read_source(arguments)
    counter, template = counter_and_template(arguments, DEFAULT_TEMPLATE)
    files = command.find_input(arguments.dataset)
    record = find_record(files, arguments.row, source)
    try:
        seen = preview(record, template, counter, arguments.cutoff)
    except RecordError as error:
        raise UsageError(f"row {arguments.row:,} cannot be rendered: {error}") from None
    if arguments.json:
        sys.stdout.write(preview_json(seen))
    elif sys.stdout.isatty():
        _show(seen)
    else:
        sys.stdout.write(preview_text(seen))
    return 0 if seen.trainable else 1


def _show(seen: Preview) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    console.print(coloured(seen), soft_wrap=True)
    for line in _summary(seen):
        console.print(line, soft_wrap=True)


def coloured(seen: Preview) -> Text:
    """The row in colours: trained green, masked dim, beyond the cut-off red and struck through."""
    from rich.text import Text

    text = Text()
    for segment in seen.segments:
        text.append("\n".join(_visible(line) for line in segment.text.split("\n")), _STYLES[segment.state])
    return text


def _visible(line: str) -> str:
    """A line without control characters, which could steer a terminal."""
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in line)


def _summary(seen: Preview) -> list[str]:
    about = "about " if seen.is_estimate else ""
    lines = [
        f"template {seen.template}; tokens by {seen.counter}" + (f"; cut-off {seen.cutoff:,}" if seen.cutoff else ""),
        f"{about}{seen.tokens:,} tokens, {about}{seen.trainable:,} of them trained",
    ]
    for answer in seen.answers:
        cut = f", {answer.cut:,} of them beyond the cut-off" if answer.cut else ""
        lines.append(f"  turn {answer.turn + 1}: {answer.tokens:,} tokens trained{cut}")
    return lines + [f"warning: {warning}" for warning in seen.warnings]


def _parser() -> argparse.ArgumentParser:
    parser = command.parser_of(
        "gristmill preview", "Show one row as a trainer sees it: trained, masked and cut-off parts.", _EXAMPLES
    )
    parser.add_argument("dataset", metavar="DATASET", help="a file, folder or pattern")
    parser.add_argument("--row", type=int, required=True, metavar="N", help="which row, from 1")
    parser.add_argument("--cutoff", type=int, metavar="TOKENS", help="the trainer's cut-off; default: none")
    add_template_arguments(parser, DEFAULT_TEMPLATE)
    parser.add_argument("--json", action="store_true", help="print JSON")
    command.add_reading_options(parser)
    return parser
