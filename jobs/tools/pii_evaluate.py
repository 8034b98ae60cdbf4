"""How well personal data is found: ``gristmill pii evaluate truth.jsonl`` compares known spans with found ones."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from jobs.privacy.recognizers import ENTITIES
from jobs.record import RecordError
from jobs.tools import command
from jobs.tools.command import UsageError
from jobs.tools.json_output import json_line, written_together
from jobs.tools.pii_entities import IGNORED, EntityMap, read_map
from jobs.tools.pii_report import report_json, report_text
from jobs.tools.pii_score import Errors, Score
from jobs.tools.pii_search import Search
from jobs.tools.pii_truth import Labelled, TruthRow, joined, read_spans, read_truth
from jobs.tools.progress import progress
from jobs.tools.row_input import every_row, name_of

Finder = Callable[[TruthRow], list[Labelled]]


@dataclass(slots=True)
class Evaluated:
    """The score, the entities that were looked for, and truth rows that could not be read: reason -> count."""

    score: Score
    looked_for: tuple[str, ...]
    reasons: Counter[str] = field(default_factory=Counter)
    first_bad: str = ""


def add_options(add: Any) -> None:
    """The options of ``pii evaluate``; ``add`` is a parser's ``add_argument``."""
    add("truth", metavar="TRUTH", help='rows like {"text": ..., "spans": [{"start", "end", "entity"}]}; see docs')
    add("--column", help="where the text stands; default: text, full_text, userInput, ...")
    add("--predictions", metavar="FILE", help="score these spans (as pii scan writes them) instead of our own")
    add(
        "--map",
        nargs="+",
        default=[],
        metavar="TRUTH=OURS",
        help="what an entity is called here; TRUTH=- leaves it out",
    )
    add("--by", choices=("recognizer",), help="also tell the precision of each rule")
    add("--errors", metavar="FILE", help="write misses and false alarms with their text; a private file")
    add("--force", action="store_true", help="overwrite the file of --errors")
    add("--json", action="store_true", help="print the figures as JSON")


def run(arguments: argparse.Namespace, search: Search) -> int:
    """The command. Exit code 1 when no truth row could be read.

    Raises:
        UsageError: a file, an option, or predictions that do not fit the truth.
    """
    truth = command.find_input(arguments.truth)
    errors = Path(arguments.errors) if arguments.errors else None
    if errors is not None:
        command.refuse_overwriting([errors], truth, force=arguments.force, option="--errors")
    given = read_map(arguments.map)
    unknown = next((ours for ours in given.values() if ours != IGNORED and ours not in ENTITIES), None)
    if unknown is not None and not arguments.predictions:
        raise UsageError(f"--map: no entity {unknown!r} here; expected one of {', '.join(ENTITIES)}, or -")
    entities = EntityMap(given, ENTITIES)
    looked_for = search.entities or ENTITIES
    if arguments.predictions:
        files = command.find_input(arguments.predictions)
        finder, named = _predictions(files, truth, entities)
        # Somebody else's spans: what they name is what they looked for.
        looked_for = tuple(dict.fromkeys((*looked_for, *named)))
    else:
        finder = _analysis(search)
    done = evaluate(truth, entities, looked_for, finder, column=arguments.column, errors=errors)
    if not done.score.rows:
        sys.stderr.write(f"gristmill pii evaluate: no truth row could be read; the first: {done.first_bad}\n")
        return 1
    sys.stdout.write(report_json(done) if arguments.json else report_text(done, by_recognizer=bool(arguments.by)))
    return 0


def evaluate(
    truth: Sequence[Path],
    entities: EntityMap,
    looked_for: Sequence[str],
    finder: Finder,
    *,
    column: str | None = None,
    errors: Path | None = None,
) -> Evaluated:
    """Compare what ``finder`` finds in each truth row with what is known of it, streaming."""
    done = Evaluated(Score(), tuple(looked_for))
    with ExitStack() as stack:
        (out,) = stack.enter_context(written_together(errors)) if errors else (None,)
        shown = stack.enter_context(progress("evaluating", truth))
        for row in read_truth(truth, entities, column):
            shown.step()
            if not isinstance(row, TruthRow):
                raw, error = row
                done.reasons[error.reason] += 1
                done.first_bad = done.first_bad or f"row {raw.row}, {error}"
                continue
            found = [span for span in finder(row) if span.entity in looked_for]
            wrong = done.score.add(row.spans, joined(found, row.parts, row.text), looked_for)
            if out is not None:
                _write_errors(out, row, wrong)
    return done


def _analysis(search: Search) -> Finder:
    analyzer = search.analyzer()

    def find(row: TruthRow) -> list[Labelled]:
        return [
            Labelled(span.start, span.end, span.entity, span.entity, span.recognizer)
            for span in analyzer.analyze(row.text)
        ]

    return find


def _predictions(files: Sequence[Path], truth: Sequence[Path], entities: EntityMap) -> tuple[Finder, tuple[str, ...]]:
    """Spans of a file, by the names of their rows, or in the order of rows where names are missing or not unique."""
    rows = list(_read_predictions(files, entities))
    by_name: dict[str | int, list[Labelled]] = dict(rows)
    names = [name_of(raw, number if len(truth) > 1 else None) for number, (_, raw) in enumerate(every_row(truth), 1)]
    named = tuple(dict.fromkeys(span.entity for _, spans in rows for span in spans if span.entity != IGNORED))
    if len(by_name) == len(rows) and len(set(names)) == len(names) and by_name.keys() >= set(names):
        return (lambda row: by_name[row.name]), named
    if len(rows) != len(names):
        raise UsageError(
            f"--predictions: expected a row for each row of the truth, named by the same id or in the same order; came "
            f"{len(rows):,} rows for {len(names):,}"
        )
    places = {(str(file), raw.row): i for i, (file, raw) in enumerate(every_row(truth))}
    return (lambda row: rows[places[str(row.file), row.raw.row]][1]), named


def _read_predictions(files: Sequence[Path], entities: EntityMap) -> Iterator[tuple[str | int, list[Labelled]]]:
    for number, (file, raw) in enumerate(every_row(files), 1):
        try:
            if raw.error is not None:
                raise raw.error
            yield name_of(raw, number if len(files) > 1 else None), read_spans(raw.value or {}, entities)
        except RecordError as error:
            raise UsageError(f"--predictions: {file}, row {raw.row}: {error}") from None


def _write_errors(out: IO[bytes], row: TruthRow, wrong: Errors) -> None:
    for kind, spans in (("missed", wrong.missed), ("false_alarm", wrong.false)):
        for span in spans:
            told: Mapping[str, Any] = {
                "id": row.name,
                "error": kind,
                "entity": span.entity,
                "recognizer": span.recognizer or None,
                "value": row.text[span.start : span.end],
                "before": row.text[max(0, span.start - 30) : span.start],
                "after": row.text[span.end : span.end + 30],
                "start": span.start,
                "end": span.end,
            }
            out.write(json_line(told))
