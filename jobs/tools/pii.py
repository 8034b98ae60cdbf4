"""Personal data in a file: where it stands (``gristmill pii scan``) and how well it is found (``pii evaluate``)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jobs.privacy.recognizers import DEFAULT_ENTITIES
from jobs.privacy.spans import LANGUAGES
from jobs.tools import command, pii_evaluate, pii_reveal
from jobs.tools.command import UsageError
from jobs.tools.json_output import json_report
from jobs.tools.pii_scan import Scanned, Scanning, scan
from jobs.tools.pii_search import Search
from jobs.tools.quarantine import quarantine_of

_EXAMPLES = """examples:
  gristmill pii scan chats.jsonl spans.jsonl --column text
  gristmill pii scan chats.json spans.jsonl --no-text --entities PHONE_NUMBER CN_ID_CARD
  gristmill pii evaluate truth.jsonl --errors errors.jsonl
  gristmill pii evaluate truth.jsonl --predictions spans.jsonl --map STREET=ADDRESS --json
  gristmill pii reveal lake/raw/ecommerce/pii_mapping 0a1b2c
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit code 0 when rows were read, 1 when none could be, 2 for a user's mistake."""
    arguments = _parser().parse_args(argv)
    act = {"scan": _scan, "evaluate": _evaluate, "reveal": pii_reveal.run}[arguments.method]
    return command.run(lambda: act(arguments), f"gristmill pii {arguments.method}")


def _scan(arguments: argparse.Namespace) -> int:
    command.check_input_format(arguments.input_format)
    inputs, output = command.find_input(arguments.input), Path(arguments.output)
    command.refuse_overwriting((output, quarantine_of(output)), inputs, force=arguments.force, option="OUT")
    if arguments.workers is not None and arguments.workers < 1:
        raise UsageError(f"--workers: expected at least 1, came {arguments.workers}")
    fields = command.read_fields(arguments.fields)
    if arguments.column is not None and (fields or arguments.input_format != "auto"):
        raise UsageError("--column reads one column as it is; leave it out to read rows as dialogues")
    scanning = Scanning(
        _search(arguments),
        arguments.column,
        arguments.input_format,
        fields,
        not arguments.no_text,
        arguments.workers,
    )
    try:
        done = scan(inputs, output, scanning)
    except ValueError as error:
        raise _plain(error) from None
    sys.stderr.write(_summary(done))
    if arguments.json:
        sys.stdout.write(_summary_json(done))
    return 0 if done.rows else 1


def _evaluate(arguments: argparse.Namespace) -> int:
    try:
        return pii_evaluate.run(arguments, _search(arguments))
    except ValueError as error:
        raise _plain(error) from None


def _search(arguments: argparse.Namespace) -> Search:
    entities = tuple(arguments.entities) if arguments.entities else DEFAULT_ENTITIES
    models = dict(pair.split("=", 1) for pair in arguments.models if _is_pair(pair))
    if not 0 <= arguments.min_score <= 1:
        raise UsageError(f"--min-score: expected a number from 0 to 1, came {arguments.min_score:g}")
    search = Search((*entities, *arguments.also), tuple(arguments.languages), arguments.min_score, models or None)
    try:
        search.analyzer()
    except ValueError as error:
        raise _plain(error) from None
    return search


def _is_pair(pair: str) -> bool:
    language, equals, model = pair.partition("=")
    if not equals or not model or language not in LANGUAGES:
        raise UsageError(f"--models: expected LANGUAGE=MODEL such as en=./my-model, came {pair!r}")
    return True


def _plain(error: ValueError) -> UsageError:
    return UsageError(str(error).removeprefix("remove_pii: "))


def _summary(done: Scanned) -> str:
    bad = done.refused
    lines = [f"{done.rows + bad:,} rows in: {done.hit:,} with personal data, {bad:,} quarantined"]
    lines += [f"  {count:>9,}  {entity}" for entity, count in done.spans.most_common()]
    if done.silent:
        lines.append(f"{done.silent:,} rows have no text to look at")
    if done.replaced:
        lines.append(f"{done.replaced:,} rows had a field `spans` of their own, which is written over")
    lines.append(f"written to {done.output}; it is as private as the input")
    return "\n".join([*lines, *done.told_last()]) + "\n"


def _summary_json(done: Scanned) -> str:
    told = {
        "rows": done.rows + done.refused,
        "with_personal_data": done.hit,
        "without_text": done.silent,
        "entities": dict(done.spans.most_common()),
        **done.json_last(),
    }
    return json_report(told)


def _parser() -> argparse.ArgumentParser:
    parser = command.parser_of(
        "gristmill pii",
        "Find personal data in a file, or measure how well it is found. No model, no network.",
        _EXAMPLES,
    )
    methods = parser.add_subparsers(dest="method", required=True, metavar="scan|evaluate|reveal")
    add = methods.add_parser("scan", help="write every row with the spans of its personal data").add_argument
    add("input", metavar="IN", help="a file, folder or pattern: JSON, JSON Lines, CSV, TSV, Parquet or text")
    add("output", metavar="OUT", help="a JSON Lines file; private, as the input is")
    add("--column", help="read this column only; without it every text of the row's record, each span with its path")
    add("--no-text", action="store_true", help="write each row's id and spans, and not the row")
    add("--workers", type=int, help="processes; default: all cores for more than 1 MB, else one")
    add("--input-format", default="auto", help="of IN; default: told by each row")
    add("--fields", nargs="+", default=[], metavar="OURS=THEIRS", help="which columns mean what")
    add("--force", action="store_true", help="overwrite files that exist")
    add("--json", action="store_true", help="print the summary as JSON, besides")
    _add_search(add)
    add = methods.add_parser("evaluate", help="precision, recall, F1 and F2 against known spans").add_argument
    pii_evaluate.add_options(add)
    _add_search(add)
    reveal = methods.add_parser("reveal", help="print what remove_pii replaced, from its sealed mapping")
    pii_reveal.add_options(reveal.add_argument)
    return parser


def _add_search(add: Any) -> None:
    add("--entities", nargs="+", metavar="ENTITY", help="look for these; default: all but the optional ones")
    add("--also", nargs="+", default=[], metavar="ENTITY", help="look for these besides, such as ORDER_NUMBER")
    add("--languages", nargs="+", default=list(LANGUAGES), metavar="LANGUAGE", help="whose rules; default zh en")
    add("--min-score", type=float, default=0.4, help="lowest score of a span, 0 to 1; default %(default)s")
    add(
        "--models", nargs="+", default=[], metavar="LANGUAGE=MODEL", help="a spaCy or transformers model's name, folder"
    )
