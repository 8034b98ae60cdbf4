"""How alike the two texts of each pair are: ``gristmill similarity pairs.jsonl scored.jsonl --by near``.

Each row is written with ``similarity``, measured exactly, ``compared_by`` and ``blocked_by``, the guard that forbids to
merge the two, however alike they are.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np

from jobs.similarity.embeddings import ModelCannotRead
from jobs.similarity.guards import NEAR_GUARDS, SEMANTIC_GUARDS, Guard, blocks_merge
from jobs.similarity.minhash import jaccard_pairs
from jobs.similarity.model_files import ModelMissing
from jobs.similarity.semantic import semantic_similarity
from jobs.similarity.shingles import DEFAULT_WIDTH, shingle
from jobs.tools import command
from jobs.tools.command import UsageError
from jobs.tools.dedup_find import models_of
from jobs.tools.dedup_rows import squeeze
from jobs.tools.json_output import json_line, json_report
from jobs.tools.progress import progress
from jobs.tools.quarantine import FileOutcome, quarantine_of
from jobs.tools.row_input import every_row

_EXAMPLES = """examples:
  gristmill similarity pairs.jsonl scored.jsonl --by near
  gristmill similarity pairs.jsonl scored.jsonl --by semantic --column-a question --column-b other --model ./my-model
"""
FIELDS = ("similarity", "compared_by", "blocked_by")
_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Comparing:
    """How pairs are compared: ``near`` (Jaccard of shingles) or ``semantic`` (cosine)."""

    by: str
    column_a: str = "a"
    column_b: str = "b"
    guards: tuple[str, ...] = ()
    model: str | None = None
    width: int = DEFAULT_WIDTH


@dataclass(slots=True)
class Scored(FileOutcome):
    """Counts: pairs by how they were compared, and by the guard that blocks them."""

    rows: int = 0
    ways: Counter[str] = field(default_factory=Counter)
    blocked: Counter[str] = field(default_factory=Counter)


def score(a: Sequence[str | None], b: Sequence[str | None], comparing: Comparing) -> list[dict[str, Any]]:
    """``similarity``, ``compared_by`` and ``blocked_by`` of each pair.

    A pair of which one text is missing, no string or empty has no similarity. By ``near``, a pair of which one text is
    shorter than a shingle is compared for equality up to white space: 1 or 0.

    Raises:
        ModelCannotRead, ModelMissing: as ``semantic_similarity``.
    """
    there = [k for k, (x, y) in enumerate(zip(a, b, strict=True)) if x and y and x.strip() and y.strip()]
    out: list[dict[str, Any]] = [dict.fromkeys(FIELDS) for _ in a]
    first, second = [a[k] or "" for k in there], [b[k] or "" for k in there]
    scored = (_near if comparing.by == "near" else _semantic)(first, second, comparing)
    for k, told in zip(there, scored, strict=True):
        out[k] = dict(zip(FIELDS, told, strict=True))
    return out


def _near(a: list[str], b: list[str], comparing: Comparing) -> list[tuple[float, str, str | None]]:
    shingles = shingle([*a, *b], comparing.width)
    places = np.arange(len(a), dtype=np.int64)
    value = jaccard_pairs(shingles, places, places + len(a))
    short = np.minimum(shingles.counts[: len(a)], shingles.counts[len(a) :]) == 0
    return [
        (
            float(squeeze(x) == squeeze(y)) if brief else similarity,
            "equality, too short for a shingle" if brief else f"Jaccard of {comparing.width}-token shingles",
            blocks_merge(x, y, comparing.guards),
        )
        for x, y, similarity, brief in zip(a, b, value.tolist(), short.tolist(), strict=True)
    ]


def _semantic(a: list[str], b: list[str], comparing: Comparing) -> list[tuple[float, str | None, str | None]]:
    found = semantic_similarity(a, b, models=models_of(comparing.model), guards=comparing.guards)
    return [(one.similarity, one.way, one.blocked) for one in found]


def score_files(inputs: Sequence[Path], output: Path, comparing: Comparing) -> Scored:
    """Score the pairs of files into one file of JSON Lines, in the order of the input.

    By ``near`` in batches; by ``semantic`` all pairs are held, because what is common among all of them weighs less.
    """
    done = Scored(output)
    waiting: list[dict[str, Any]] = []
    with done.written() as (good, bad), progress("comparing", inputs) as shown:
        for file, raw in every_row(inputs, shown.seen):
            shown.step()
            if raw.error is not None:
                done.refuse(bad, file, raw, raw.error)
                continue
            waiting.append(raw.value or {})
            if comparing.by == "near" and len(waiting) == _BATCH:
                _write(good, waiting, comparing, done)
                waiting = []
        _write(good, waiting, comparing, done)
    return done


def _write(out: Any, rows: list[dict[str, Any]], comparing: Comparing, done: Scored) -> None:
    texts = [[_text(row.get(name)) for row in rows] for name in (comparing.column_a, comparing.column_b)]
    for row, told in zip(rows, score(texts[0], texts[1], comparing), strict=True):
        out.write(json_line({**row, **told}))
        done.rows += 1
        done.ways[told["compared_by"] or "nothing to compare"] += 1
        if told["blocked_by"]:
            done.blocked[told["blocked_by"]] += 1


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit code 0 when a pair was compared, 1 when none could be, 2 for a user's mistake."""
    arguments = _parser().parse_args(argv)
    return command.run(lambda: _main(arguments), "gristmill similarity")


def _main(arguments: argparse.Namespace) -> int:
    inputs, output = command.find_input(arguments.input), Path(arguments.output)
    command.refuse_overwriting((output, quarantine_of(output)), inputs, force=arguments.force, option="OUT")
    if arguments.width < 1:
        raise UsageError(f"--width: expected at least 1, came {arguments.width}")
    usual = NEAR_GUARDS if arguments.by == "near" else SEMANTIC_GUARDS
    guards = tuple(usual) if arguments.guards is None else read_guards(arguments.guards, usual)
    comparing = Comparing(
        arguments.by, arguments.column_a, arguments.column_b, guards, arguments.model, arguments.width
    )
    try:
        done = score_files(inputs, output, comparing)
    except (ModelMissing, ModelCannotRead) as error:
        raise UsageError(f"{error}. Here: --model NAME, or --model lexical") from None
    if done.rows and set(done.ways) == {"nothing to compare"}:
        sys.stderr.write(f"no row has texts in {arguments.column_a!r} and {arguments.column_b!r}; see --column-a\n")
    sys.stdout.write(_summary_json(done) if arguments.json else _summary(done))
    return 0 if done.rows > done.ways["nothing to compare"] else 1


def read_guards(given: Sequence[str], usual: Sequence[str]) -> tuple[str, ...]:
    """The guards that an option names; ``all`` are the usual ones.

    Raises:
        UsageError: a word is none of them.
    """
    if list(given) in (["all"], ["none"]):
        return tuple(usual) if given[0] == "all" else ()
    known = get_args(Guard)
    for name in given:
        if name not in known:
            raise UsageError(f"--guards: expected all, none, or some of {', '.join(known)}; came {name!r}")
    return tuple(given)


def _summary(done: Scored) -> str:
    lines = [f"{done.rows + sum(done.reasons.values()):,} rows in, {done.rows:,} written to {done.output}"]
    lines += [f"  {count:>9,}  compared by: {way}" for way, count in done.ways.most_common()]
    lines += [f"  {count:>9,}  not to be merged: {guard}" for guard, count in done.blocked.most_common()]
    return "\n".join([*lines, *done.told_last()]) + "\n"


def _summary_json(done: Scored) -> str:
    told = {
        "rows": done.rows + done.refused,
        "written": done.rows,
        "compared_by": dict(done.ways),
        "blocked_by": dict(done.blocked),
        **done.json_last(),
    }
    return json_report(told)


def _parser() -> argparse.ArgumentParser:
    parser = command.parser_of("gristmill similarity", "Say how alike the two texts of each pair are.", _EXAMPLES)
    add = parser.add_argument
    add("input", metavar="PAIRS", help="a file, folder or pattern of rows with two texts each")
    add("output", metavar="OUT", help="a JSON Lines file")
    add("--by", choices=("near", "semantic"), default="near", help="shared shingles, or meaning; default %(default)s")
    add("--column-a", default="a", help="where the first text stands; default %(default)s")
    add("--column-b", default="b", help="where the second text stands; default %(default)s")
    add("--guards", nargs="+", metavar="GUARD", help="differences that forbid a merge; default all")
    add("--model", help="semantic: a model's name or folder, for all texts; lexical compares shared characters")
    add("--width", type=int, default=DEFAULT_WIDTH, help="near: tokens a shingle; default %(default)s")
    command.add_output_options(parser)
    return parser
