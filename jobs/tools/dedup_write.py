"""What deduplication of a file writes: each row with what became of it, the verified pairs, the rows it could not read.

The input is read a second time for it, so that no row has to be held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from jobs.tools.command import UsageError
from jobs.tools.dedup_pairs import Found, Pairs
from jobs.tools.dedup_rows import Reading, Rows
from jobs.tools.json_output import json_line, written_together
from jobs.tools.progress import progress
from jobs.tools.quarantine import quarantine_of, quarantined, settled
from jobs.tools.row_input import Name, every_row

FIELDS = ("kept", "witness", "similarity", "rule")
# Why a row was removed, or what is to be known of a kept one.
RULES = {
    "exact": "removed: says the same as the witness up to white space",
    "near": "removed: its shingles are like the witness's",
    "semantic": "removed: means the same as the witness by an embedding model",
    "lexical": "removed: shares its characters with the witness; no model compared the meaning",
    "flagged_semantic": "kept, and flagged: likely means the same as the row in the field like",
    "flagged_lexical": "kept, and flagged: shares its characters with the row in the field like",
    "too_short": "kept: shorter than a shingle, so only an equal text would have been a duplicate",
    "nothing_to_compare": "kept: no text in the column, or none in the part of the row that is compared",
}


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where things are written, and how.

    Attributes:
        prefix: stands before the name of each field that is added.
        only_kept: write the kept rows as they came, and nothing else.
    """

    rows: Path
    pairs: Path | None = None
    prefix: str = ""
    only_kept: bool = False


@dataclass(slots=True)
class Written:
    """Counts of what was written; ``rules`` counts rows by rule, ``replaced`` fields of the input written over."""

    rows: int = 0
    kept: int = 0
    pairs: int = 0
    quarantine: Path | None = None
    rules: Counter[str] = field(default_factory=Counter)
    replaced: Counter[str] = field(default_factory=Counter)

    @property
    def removed(self) -> int:
        """Rows that are a duplicate of a kept one."""
        return sum(self.rules[name] for name in ("exact", "near", "semantic", "lexical"))

    @property
    def flagged(self) -> int:
        """Kept rows that somebody should look at."""
        return sum(self.rules[name] for name in ("flagged_semantic", "flagged_lexical"))


def write(reading: Reading, rows: Rows, found: Found, outputs: Outputs) -> Written:
    """Write the rows in the order of the input; nothing half written is left when it fails.

    Raises:
        UsageError: the input is not what it was when it was read first.
    """
    done = Written()
    quarantine = quarantine_of(outputs.rows)
    with (
        written_together(outputs.rows, quarantine, outputs.pairs) as files,
        progress("writing", reading.files) as shown,
    ):
        index = 0
        for number, (file, raw) in enumerate(every_row(reading.files, shown.seen)):
            shown.step()
            error = raw.error or rows.refused.get(number)
            if error is not None:
                files[1].write(quarantined(file, raw, error))
                continue
            if index >= len(rows):
                raise _changed(reading)
            _write_row(files[0], raw.value or {}, index, rows, found, reading, outputs, done)
            index += 1
        if index != len(rows):
            raise _changed(reading)
        if outputs.pairs:
            for pair in pairs_of(rows, found):
                files[2].write(json_line(pair))
                done.pairs += 1
    done.quarantine = settled(quarantine, rows.quarantined)
    return done


def decision(row: int, rows: Rows, found: Found) -> dict[str, Any]:
    """What became of a row: ``kept``, ``witness``, ``similarity`` and ``rule``; of a flagged one also ``like``."""
    known = int(rows.class_of[row])
    if known < 0:
        return _kept("nothing_to_compare")
    first = int(rows.first[known])
    if (witness := int(found.witness[known])) >= 0:
        value, rule = float(found.similarity[known]), rule_of(found.way[known])
        return {"kept": False, "witness": rows.names[rows.first[witness]], "similarity": value, "rule": rule}
    if row != first:
        return {"kept": False, "witness": rows.names[first], "similarity": 1.0, "rule": "exact"}
    if (like := int(found.like[known])) >= 0:
        told = _kept(f"flagged_{rule_of(found.way[known])}")
        return {**told, "similarity": float(found.similarity[known]), "like": rows.names[rows.first[like]]}
    return _kept(None if found.way[known] else "too_short")


def rule_of(way: str) -> str:
    """The rule of a way of comparing: a model's name is ``semantic``."""
    return way if way in ("exact", "near", "lexical") else "semantic"


def pairs_of(rows: Rows, found: Found) -> Iterator[dict[str, Any]]:
    """The verified pairs that reached the threshold, ``a`` kept before ``b``: copies with the one of them that is kept
    first, then the others by name of class.

    ``decision``: ``removed`` (b goes, a is its witness), ``flagged``, ``blocked`` (by ``blocked_by``), or ``alike``:
    one of the two goes with another witness.
    """
    for row, known in enumerate(rows.class_of.tolist()):
        if known >= 0 and row != rows.first[known]:
            removed = found.witness[known] < 0
            yield _pair(rows.names[rows.first[known]], rows.names[row], 1.0, "removed" if removed else "alike", "exact")
    for k in range(len(found.pairs)):
        yield _class_pair(found.pairs, k, rows, found)


def _class_pair(pairs: Pairs, k: int, rows: Rows, found: Found) -> dict[str, Any]:
    left, right = int(pairs.left[k]), int(pairs.right[k])
    blocked = pairs.blocked[k]
    if blocked:
        what = "blocked"
    elif int(found.witness[right]) == left:
        what = "removed"
    else:
        what = "flagged" if int(found.like[right]) == left else "alike"
    names = rows.names[rows.first[left]], rows.names[rows.first[right]]
    return _pair(*names, float(pairs.similarity[k]), what, rule_of(pairs.way[k]), blocked)


def _pair(a: Name, b: Name, value: float, what: str, rule: str, blocked: str | None = None) -> dict[str, Any]:
    return {"a": a, "b": b, "similarity": value, "decision": what, "rule": rule, "blocked_by": blocked}


def _kept(rule: str | None) -> dict[str, Any]:
    return {"kept": True, "witness": None, "similarity": None, "rule": rule}


def _write_row(
    out: IO[bytes],
    value: dict[str, Any],
    index: int,
    rows: Rows,
    found: Found,
    reading: Reading,
    outputs: Outputs,
    done: Written,
) -> None:
    told = decision(index, rows, found)
    done.kept += told["kept"]
    done.rules[told["rule"] or ""] += 1
    if outputs.only_kept:
        if told["kept"]:
            out.write(json_line(value))
            done.rows += 1
        return
    name = rows.names[index]
    added = {outputs.prefix + key: what for key, what in told.items()}
    done.replaced.update(key for key in added if key in value)
    if value.get(reading.id_column) in (None, ""):
        added = {reading.id_column: name, **added}
    elif value[reading.id_column] != name:
        added[outputs.prefix + "row"] = index + 1
    out.write(json_line({**value, **added}))
    done.rows += 1


def _changed(reading: Reading) -> UsageError:
    return UsageError(f"{', '.join(map(str, reading.files))}: changed while it was read; run the command again")
