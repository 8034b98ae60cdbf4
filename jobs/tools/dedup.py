"""Duplicates in a file: ``gristmill dedup near faq.jsonl faq.out.jsonl --column text --threshold 0.8``.

Every row is written, in the order of the input, with what became of it and, where it is a duplicate, the kept row that
stands for it and how alike the two are, measured exactly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from jobs.similarity.embeddings import ModelCannotRead
from jobs.similarity.guards import GUARDS, NEAR_GUARDS, SEMANTIC_GUARDS
from jobs.similarity.keys import By
from jobs.similarity.minhash import MinHashConfig
from jobs.similarity.model_files import ModelMissing
from jobs.similarity.shingles import DEFAULT_WIDTH
from jobs.tools import command, dedup_find
from jobs.tools.command import UsageError
from jobs.tools.dedup_order import DEFAULT, EXPECTED, read_criteria
from jobs.tools.dedup_pairs import Found
from jobs.tools.dedup_rows import Reading, Rows, load
from jobs.tools.dedup_summary import Summary, summary_json, summary_text, write_page
from jobs.tools.dedup_write import Outputs, write
from jobs.tools.quarantine import quarantine_of
from jobs.tools.similarity_pairs import read_guards

_EXAMPLES = """examples:
  gristmill dedup exact faq.jsonl faq.exact.jsonl --column text
  gristmill dedup near faq.jsonl faq.near.jsonl --column text --threshold 0.8 --html report.html
  gristmill dedup near chats.jsonl chats.near.jsonl --by response --keep newest=date longest --only-kept
  gristmill dedup semantic faq.jsonl faq.same.jsonl --column question --model ./my-model --threshold 0.93
"""
NEAR_THRESHOLD = 0.8
_RECALL = 0.995
# Pairs this far below the threshold are shown in the page.
_MARGIN = {"near": 0.1, "semantic": 0.05}


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit code 0 when something was written, 1 when no row could be read, 2 for a user's mistake."""
    arguments = _parser().parse_args(argv)
    return command.run(lambda: _main(arguments), "gristmill dedup")


def _main(arguments: argparse.Namespace) -> int:
    reading, outputs = _reading(arguments), _outputs(arguments)
    page = Path(arguments.html) if arguments.html else None
    written = [outputs.rows, quarantine_of(outputs.rows), *filter(None, (outputs.pairs, page))]
    if len({path.resolve() for path in written}) < len(written):
        raise UsageError("OUT, --pairs and --html: expected a different file for each")
    command.refuse_overwriting(written, reading.files, force=arguments.force, option="OUT, --pairs or --html")
    guards = _guards(arguments)
    _check_numbers(arguments)
    rows = load(reading)
    _require_column(rows, reading)
    found = _find(arguments, rows, guards)
    done = write(reading, rows, found, outputs)
    summary = Summary(arguments.method, reading, rows, found, done, outputs, page)
    if page is not None:
        write_page(summary, guards)
    sys.stdout.write(summary_json(summary) if arguments.json else summary_text(summary))
    sys.stdout.flush()
    return 0 if len(rows) else 1


def _find(arguments: argparse.Namespace, rows: Rows, guards: tuple[str, ...]) -> Found:
    if arguments.method == "exact":
        return dedup_find.exact(len(rows.first))
    # Only the page and the pairs tell of what lies below the threshold, or was blocked.
    margin = _MARGIN[arguments.method] if arguments.html or arguments.pairs else None
    if arguments.method == "near":
        threshold = NEAR_THRESHOLD if arguments.threshold is None else arguments.threshold
        config = _bands(threshold, arguments)
        return dedup_find.near(
            rows.texts, rows.rank, threshold, config, guards=guards, strict=rows.strict, margin=margin
        )
    try:
        return dedup_find.semantic(
            rows.texts,
            rows.rank,
            arguments.threshold,
            models=dedup_find.models_of(arguments.model),
            guards=guards,
            strict=rows.strict,
            flag=arguments.flag,
            margin=margin,
        )
    except (ModelMissing, ModelCannotRead) as error:
        raise UsageError(f"{error}. Here: --model NAME, or --model lexical") from None


def _bands(threshold: float, arguments: argparse.Namespace) -> MinHashConfig:
    try:
        # At J = 1 every band agrees, and the formula has no answer.
        at, most = min(threshold, 0.99), arguments.max_perm
        return MinHashConfig.for_threshold(
            at, arguments.recall, max_perm=most, seed=arguments.seed, width=arguments.width
        )
    except ValueError as error:
        raise UsageError(f"--threshold, --recall, --max-perm: {error}") from None


def _reading(arguments: argparse.Namespace) -> Reading:
    command.check_input_format(arguments.input_format)
    if arguments.column is not None and (arguments.by or arguments.fields or arguments.input_format != "auto"):
        raise UsageError("--column compares one column as it is; leave it out to compare dialogues by --by")
    return Reading(
        command.find_input(arguments.input),
        arguments.column,
        arguments.by or "dialogue",
        arguments.method == "exact",
        bool(arguments.html),
        read_criteria(arguments.keep),
        arguments.id_column,
        arguments.input_format,
        command.read_fields(arguments.fields),
    )


def _outputs(arguments: argparse.Namespace) -> Outputs:
    pairs = Path(arguments.pairs) if arguments.pairs else None
    return Outputs(Path(arguments.output), pairs, arguments.prefix, arguments.only_kept)


def _guards(arguments: argparse.Namespace) -> tuple[str, ...]:
    usual = SEMANTIC_GUARDS if arguments.method == "semantic" else NEAR_GUARDS
    if arguments.guards is None:
        return SEMANTIC_GUARDS if arguments.method == "semantic" else ()
    guards = read_guards(arguments.guards, usual)
    if arguments.method == "near" and (unfit := [name for name in guards if name not in GUARDS]):
        raise UsageError(f"--guards: near comparison has {', '.join(GUARDS)}; came {', '.join(unfit)}")
    return guards


def _check_numbers(arguments: argparse.Namespace) -> None:
    for option in ("threshold", "flag"):
        value = getattr(arguments, option)
        if value is not None and not 0 < value <= 1:
            raise UsageError(f"--{option}: expected a number above 0 and at most 1, came {value:g}")
    if arguments.method == "exact" and arguments.threshold not in (None, 1.0):
        raise UsageError("--threshold: exact comparison has none; choose near or semantic")
    if arguments.flag is not None and arguments.method != "semantic":
        raise UsageError("--flag: only semantic comparison flags")
    if arguments.flag is not None and arguments.threshold is not None and arguments.flag > arguments.threshold:
        raise UsageError(f"--flag: expected at most the threshold ({arguments.threshold:g}), came {arguments.flag:g}")
    for option in ("width", "max_perm"):
        if getattr(arguments, option) < 1:
            raise UsageError(f"--{option.replace('_', '-')}: expected at least 1, came {getattr(arguments, option)}")


def _require_column(rows: Rows, reading: Reading) -> None:
    if reading.column is not None and len(rows) and reading.column not in rows.columns.names and not len(rows.first):
        raise UsageError(f"--column: no row has a column {reading.column!r}; there are {rows.columns}")


def _parser() -> argparse.ArgumentParser:
    parser = command.parser_of(
        "gristmill dedup", "Find the duplicates in a file; every row is written with what became of it.", _EXAMPLES
    )
    add = parser.add_argument
    add("method", choices=("exact", "near", "semantic"), help="equal up to white space, near copies, or same meaning")
    add("input", metavar="IN", help="a file, folder or pattern: JSON, JSON Lines, CSV, TSV, Parquet or text")
    add("output", metavar="OUT", help="a JSON Lines file")
    add("--column", help="the column to compare; without it rows are read as dialogues and compared --by a part")
    add("--by", choices=get_args(By), help="the part of a dialogue that is compared; default dialogue")
    add("--threshold", type=float, help="near: Jaccard, default 0.8; semantic: cosine, default the measured one")
    add("--keep", nargs="+", default=list(DEFAULT), metavar="WHICH", help=f"which row stays: {EXPECTED}; ties by id")
    add("--guards", nargs="+", metavar="GUARD", help="differences that forbid a merge; near: none; semantic: all")
    add("--flag", type=float, help="semantic: the cosine from which on a row is flagged")
    add("--model", help="semantic: a model's name or folder, for all texts; lexical compares shared characters")
    add("--id-column", default="id", help="where a row's own id stands; default %(default)s")
    add("--pairs", metavar="FILE", help="also write the verified pairs that reached the threshold")
    add("--html", metavar="FILE", help="also write a page to judge the threshold by; it shows rows")
    add("--only-kept", action="store_true", help="write the kept rows as they came, and nothing else")
    add("--prefix", default="", help="before the names of the fields that are added, such as dedup_")
    add("--width", type=int, default=DEFAULT_WIDTH, help="near: tokens a shingle; default %(default)s")
    add("--recall", type=float, default=_RECALL, help="near: of pairs at the threshold; default %(default)s")
    add("--max-perm", type=int, default=128, help="near: signature values at most; default %(default)s")
    add("--seed", type=int, default=20261122, help="near: of the hash family; default %(default)s")
    command.add_output_options(parser)
    command.add_format_options(parser)
    return parser
