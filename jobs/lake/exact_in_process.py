"""Exact duplicates of rows that fit this process: decided from their keys without Spark, in Arrow's columns.

The stage's joins take Spark a dozen jobs, whatever the number of rows; the answer is the same
(tests/stages/test_exact_stage.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.lake.schemas import DECISION_SCHEMA, EVIDENCE
from jobs.similarity.conversations import FACTS
from jobs.similarity.survivors import keep_order

_I64 = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]
COPY, PREFIX, CONTRADICTION, VARIATION = "exact_copy", "prefix", "contradiction", "variation"
ANOTHER_ANSWER, BEGINS_LONGER = "same prompt, another answer", "begins a longer dialogue"
_REASONS = (COPY, PREFIX, CONTRADICTION, VARIATION)

# Lines of the keys, ascending -> ``ANSWER_SCHEMA`` of these rows, in any order.
ReadAnswers = Callable[[_I64], pa.Table]


@dataclass
class Findings:
    """What is told of n rows, each by its line among the keys; -1 where nothing is.

    Attributes:
        reason: places in ``_REASONS``.
        witness, cluster: lines of other rows, or the row's own.
        detail: what tells two answers apart.
    """

    reason: _I64
    witness: _I64
    cluster: _I64
    detail: dict[int, str]

    @property
    def kept(self) -> _Mask:
        """(n,) rows that neither copy another nor begin it."""
        return (self.reason < 0) | (self.reason >= _REASONS.index(CONTRADICTION))

    def tell(self, lines: _I64, witness: _I64, reason: str) -> None:
        """``lines`` have this reason, and ``witness`` stands for it."""
        self.reason[lines], self.witness[lines], self.cluster[lines] = _REASONS.index(reason), witness, witness


def find(keys: pa.Table, read: ReadAnswers, *, prefixes: bool, answers: bool) -> Findings:
    """Copies, and what else is asked for.

    Args:
        keys: ``record_id``, ``priority``, ``key``, ``prompt``, ``end``, ``begins``, ``turns`` of n rows.
    """
    rows = keys.num_rows
    none = np.full(rows, -1, np.int64)
    found = Findings(none, none.copy(), none.copy(), {})
    if not rows:
        return found
    priority = _whole(keys, "priority").flatten().to_numpy(zero_copy_only=False).reshape(rows, -1)
    by_rank = np.argsort(keep_order(priority, _whole(keys, "record_id")))
    first = _first(_codes(_whole(keys, "key")), by_rank)
    goes = np.flatnonzero((first >= 0) & (first != np.arange(rows)))
    found.tell(goes, first[goes], COPY)
    if prefixes:
        _beginnings(keys, by_rank, found)
    if answers:
        _answers(keys, by_rank, read, found)
    return found


def decisions_of(keys: pa.Table, found: Findings, rule: str) -> pa.Table:
    """``DECISION_SCHEMA`` of the rows of ``keys``, line by line; copies go by ``rule``."""
    rules = pa.array([rule, BEGINS_LONGER, ANOTHER_ANSWER, ANOTHER_ANSWER])
    reason = pa.array(found.reason, mask=found.reason < 0)
    ids, kept = _whole(keys, "record_id"), found.kept
    detail: list[str | None] = [None] * len(ids)
    for line, told in found.detail.items():
        detail[line] = told
    said = [
        ids.take(pa.array(found.witness, mask=found.witness < 0)),
        pa.array(np.ones(len(ids)), mask=kept),
        rules.take(reason),
        pa.array(detail, pa.string()),
        ids.take(pa.array(found.cluster, mask=found.cluster < 0)),
    ]
    evidence = pa.StructArray.from_arrays(said, fields=list(EVIDENCE), mask=pa.array(found.cluster < 0))
    columns = [ids, _whole(keys, "source"), pa.array(kept), pa.array(_REASONS).take(reason), evidence]
    return pa.Table.from_arrays(columns, schema=DECISION_SCHEMA)


def _beginnings(keys: pa.Table, by_rank: _I64, found: Findings) -> None:
    """Of the dialogues that begin with all of a row, the longest is its witness: no other begins with that one."""
    stays, begins = found.kept, _whole(keys, "begins")
    owner = pc.list_parent_indices(begins).to_numpy().astype(np.int64)
    parts = pc.list_flatten(begins).filter(pa.array(stays[owner]))
    owner = owner[stays[owner]]
    different = pc.unique(parts)
    rank = np.argsort(by_rank)
    turns = _whole(keys, "turns").to_numpy(zero_copy_only=False)
    longest_first = np.lexsort((rank[owner], -turns[owner]))
    longest = _first(_numbers(pc.index_in(parts, value_set=different)), longest_first)
    of_part = np.full(len(different), -1, np.int64)
    of_part[_numbers(pc.index_in(parts, value_set=different))] = owner[longest]
    at = _numbers(pc.index_in(_whole(keys, "end"), value_set=different))
    goes = np.flatnonzero(stays & (at >= 0))
    found.tell(goes, of_part[at[goes]], PREFIX)


def _answers(keys: pa.Table, by_rank: _I64, read: ReadAnswers, found: Findings) -> None:
    """Rows that answer a prompt otherwise than the first row with that prompt, and those first rows."""
    codes = np.where(found.kept, _codes(_whole(keys, "prompt")), -1)
    first = _first(codes, by_rank)
    later = np.flatnonzero((first >= 0) & (first != np.arange(len(first))))
    if not len(later):
        return
    wanted = np.union1d(later, first[later])
    answers = {line["record_id"]: line for line in read(wanted).to_pylist()}
    ids = dict(zip(wanted.tolist(), _whole(keys, "record_id").take(pa.array(wanted)).to_pylist(), strict=True))
    for line, witness in zip(later.tolist(), first[later].tolist(), strict=True):
        mine, theirs = answers[ids[line]], answers[ids[witness]]
        if mine["answer"] is None or theirs["answer"] is None or mine["answer"] == theirs["answer"]:
            continue
        detail = ", ".join(_differences(mine["pair"], theirs["pair"], mine["facts"], theirs["facts"]))
        found.tell(np.array([line]), np.array([witness]), CONTRADICTION if detail else VARIATION)
        # The first row is not flagged, but stands in the cluster: all answers to a prompt go to one side of a split.
        found.cluster[witness] = witness
        if detail:
            found.detail[line] = detail


def _differences(
    pair: Sequence[str], their_pair: Sequence[str], facts: Sequence[int] | None, their_facts: Sequence[int] | None
) -> list[str]:
    flipped = len(pair) > 0 and len(their_pair) > 1 and pair[0] == their_pair[1]
    told = ["flipped_preference"] if flipped else []
    if facts is None or their_facts is None:
        return told
    return told + [f"different_{name}" for name, a, b in zip(FACTS, facts, their_facts, strict=True) if a != b]


def _codes(column: pa.Array) -> _I64:
    """(n,) a number for each different value, -1 for null."""
    return _numbers(pc.dictionary_encode(column).indices)


def _numbers(indices: pa.Array) -> _I64:
    numbers: _I64 = pc.fill_null(indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    return numbers


def _first(codes: _I64, order: _I64) -> _I64:
    """(n,) of the lines with each line's code the one that comes first in ``order``; -1 for code -1."""
    of_code = np.full(int(codes.max(initial=-1)) + 2, -1, np.int64)
    # The last of several writes stands, so the order is gone through from its end.
    of_code[codes[order[::-1]]] = order[::-1]
    return np.where(codes >= 0, of_code[codes], -1)


def _whole(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.combine_chunks() if column.num_chunks else pa.array([], column.type)
