"""Evaluation questions in a training file: ``gristmill decontaminate train.jsonl clean.jsonl --protected gsm8k.jsonl``.

Every row is written with the question that it holds, if it holds one, and how much of it. The protected files are read
and never changed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

from jobs.formats.registry import AUTO
from jobs.record import RecordError
from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.contamination import MIN_TOKENS, THRESHOLD, WIDTH, Overlap, Protected, ProtectedItem, protect
from jobs.similarity.turns import texts_in
from jobs.sources.files import suffix_of
from jobs.sources.protected import read_protected
from jobs.sources.row_parser import RowParser
from jobs.sources.rows import RawRow
from jobs.tools import command
from jobs.tools.command import UsageError
from jobs.tools.json_output import json_line, json_report
from jobs.tools.progress import progress
from jobs.tools.quarantine import FileOutcome, quarantine_of
from jobs.tools.row_input import Columns, every_row

_EXAMPLES = """examples:
  gristmill decontaminate train.jsonl clean.jsonl --protected gsm8k.jsonl --only-kept
  gristmill decontaminate train.jsonl marked.jsonl --protected 'evals/*.jsonl' --protected quiz.csv=quiz --column text
"""
RULE = "contaminated"
_BATCH = 512
_TEXT_COLUMNS = ("messages", "chosen", "rejected", "text")


@dataclass(frozen=True, slots=True)
class Looking:
    """What is looked for, and where: ``column`` None reads rows as records and looks through all their texts."""

    protected: Protected
    threshold: float = THRESHOLD
    width: int = WIDTH
    column: str | None = None
    source_format: str = AUTO
    only_kept: bool = False
    prefix: str = ""


@dataclass(slots=True)
class Cleaned(FileOutcome):
    """Counts; ``questions`` counts removed rows by the question that they hold, ``silent`` rows without a text."""

    rows: int = 0
    kept: int = 0
    silent: int = 0
    questions: Counter[str] = field(default_factory=Counter)


def decontaminate(inputs: Sequence[Path], output: Path, looking: Looking) -> Cleaned:
    """Look the rows of files through, streaming; nothing half written is left when it fails.

    Raises:
        UsageError: no row has a text in the column.
    """
    done = Cleaned(output)
    parser = RowParser(inputs, looking.source_format)
    columns = Columns()
    waiting: list[tuple[RawRow, Any]] = []
    with done.written() as (good, bad), progress("looking", inputs) as shown:
        for file, raw in every_row(inputs, shown.seen):
            shown.step()
            columns.see(raw.value)
            try:
                waiting.append((raw, _said(raw, looking, parser)))
            except RecordError as error:
                done.refuse(bad, file, raw, error)
            if len(waiting) == _BATCH:
                _write(good, waiting, looking, done)
                waiting = []
        _write(good, waiting, looking, done)
        if looking.column is not None and done.rows and done.silent == done.rows:
            raise UsageError(f"--column: no row has a text in a column {looking.column!r}; there are {columns}")
    return done


def _said(raw: RawRow, looking: Looking, parser: RowParser) -> Any:
    """What a row says: a text, or the columns of its record that hold texts."""
    if raw.error is not None:
        raise raw.error
    if looking.column is not None:
        text = (raw.value or {}).get(looking.column)
        return text if isinstance(text, str) else ""
    row = parser.parse(raw.value).to_dict()
    return {name: row[name] for name in _TEXT_COLUMNS}


def _overlaps(said: Sequence[Any], looking: Looking) -> Iterator[Overlap | None]:
    if looking.column is not None:
        return looking.protected.overlaps(list(said))
    schema = pa.schema([ROW_SCHEMA.field(name) for name in _TEXT_COLUMNS])
    texts, offsets = texts_in(pa.Table.from_pylist(list(said), schema=schema))
    return looking.protected.overlaps(texts, np.asarray(offsets, dtype=np.int64))


def _write(out: IO[bytes], rows: Sequence[tuple[RawRow, Any]], looking: Looking, done: Cleaned) -> None:
    if not rows:
        return
    done.silent += sum(not said for _, said in rows)
    for (raw, _), overlap in zip(rows, _overlaps([said for _, said in rows], looking), strict=True):
        done.rows += 1
        found = overlap if overlap is not None and overlap.containment >= looking.threshold else None
        done.kept += found is None
        if found is not None:
            done.questions[found.label] += 1
        value = raw.value or {}
        if looking.only_kept:
            if found is None:
                out.write(json_line(value))
            continue
        told = {
            "kept": found is None,
            "witness": found.label if found else None,
            "similarity": found.containment if found else None,
            "rule": f"{RULE}: {found.describe(looking.width)}" if found else None,
        }
        own = {} if value.get("id") not in (None, "") else {"id": done.rows}
        out.write(json_line({**value, **own, **{looking.prefix + key: what for key, what in told.items()}}))


def read_questions(given: Sequence[str], columns: Sequence[str], answers: Sequence[str]) -> Iterator[ProtectedItem]:
    """The questions of ``FILE[=NAME]`` options; by default a set is named after its file.

    Raises:
        UsageError: there is no such file, or no question can be read from it.
    """
    for option in given:
        files, name = _files_of(option)
        for file in files:
            stem = file.name[: file.name.lower().rfind(suffix_of(file))] if suffix_of(file) else file.name
            named = (name if len(files) == 1 else f"{name}/{file.name}") if name else stem or file.name
            try:
                yield from read_protected(str(file), named, tuple(columns), tuple(answers))
            except ValueError as error:
                raise UsageError(f"--protected: {error} Here: --question-column") from None


def _files_of(option: str) -> tuple[list[Path], str]:
    """The files of ``FILE[=NAME]``, and the name, if there is one."""
    if "=" not in option or Path(option).exists():
        return command.find_input(option), ""
    path, _, name = option.rpartition("=")
    return command.find_input(path), name


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit code 0 when something was written, 1 when no row could be read, 2 for a user's mistake."""
    arguments = _parser().parse_args(argv)
    return command.run(lambda: _main(arguments), "gristmill decontaminate")


def _main(arguments: argparse.Namespace) -> int:
    command.check_input_format(arguments.input_format)
    inputs, output = command.find_input(arguments.input), Path(arguments.output)
    protected = [file for option in arguments.protected for file in _files_of(option)[0]]
    command.refuse_overwriting(
        (output, quarantine_of(output)), [*inputs, *protected], force=arguments.force, option="OUT"
    )
    if not 0 < arguments.threshold <= 1:
        raise UsageError(f"--threshold: expected a number above 0 and at most 1, came {arguments.threshold:g}")
    if arguments.width < 2:
        raise UsageError(f"--width: expected at least 2, came {arguments.width}")
    if arguments.min_tokens < 1:
        raise UsageError(f"--min-tokens: expected at least 1, came {arguments.min_tokens}")
    questions = list(read_questions(arguments.protected, arguments.question_column, arguments.answer_column))
    looking = Looking(
        protect(questions, arguments.width, arguments.min_tokens),
        arguments.threshold,
        arguments.width,
        arguments.column,
        arguments.input_format,
        arguments.only_kept,
        arguments.prefix,
    )
    done = decontaminate(inputs, output, looking)
    sys.stdout.write(_summary_json(done, looking) if arguments.json else _summary(done, looking))
    return 0 if done.rows else 1


def _summary(done: Cleaned, looking: Looking) -> str:
    protected, bad = looking.protected, done.refused
    lines = [
        f"{done.rows + bad:,} rows in: {done.kept:,} kept, {done.rows - done.kept:,} hold a protected question, "
        f"{bad:,} quarantined",
        f"{len(protected.labels):,} questions protected, {protected.skipped:,} too short to look for",
    ]
    lines += [f"  {count:>9,}  {label}" for label, count in done.questions.most_common(10)]
    lines.append(f"written to {done.output}")
    return "\n".join([*lines, *done.told_last()]) + "\n"


def _summary_json(done: Cleaned, looking: Looking) -> str:
    told = {
        "rows": done.rows + done.refused,
        "kept": done.kept,
        "removed": done.rows - done.kept,
        "questions": dict(done.questions.most_common()),
        "protected": len(looking.protected.labels),
        "too_short": looking.protected.skipped,
        **done.json_last(),
    }
    return json_report(told)


def _parser() -> argparse.ArgumentParser:
    parser = command.parser_of(
        "gristmill decontaminate",
        "Find the rows that hold a question of an evaluation set, and say which question.",
        _EXAMPLES,
    )
    add = parser.add_argument
    add("input", metavar="IN", help="a file, folder or pattern of training rows")
    add("output", metavar="OUT", help="a JSON Lines file")
    add("--protected", action="append", required=True, metavar="FILE[=NAME]", help="evaluation questions; repeatable")
    add("--question-column", action="append", default=[], help="their columns; by default the usual names")
    add("--answer-column", action="append", default=[], help="also protect these columns, as answers; repeatable")
    add("--column", help="look in this column only; without it in every text of the row's record")
    add("--threshold", type=float, default=THRESHOLD, help="share of a question's runs; default %(default)s")
    add("--width", type=int, default=WIDTH, help="tokens a run; default %(default)s")
    add("--min-tokens", type=int, default=MIN_TOKENS, help="shorter questions are not looked for; default %(default)s")
    add("--only-kept", action="store_true", help="write the kept rows as they came, and nothing else")
    add("--prefix", default="", help="before the names of the fields that are added")
    add("--input-format", default=AUTO, help="of IN; default: told by each row")
    command.add_output_options(parser)
    return parser
