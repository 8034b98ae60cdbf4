"""Who stays: the greedy independent set in keep order, and for each row that goes, the kept row that stands for it.

Rows are taken in keep order; a row is removed when a row already kept is similar to it, else it is kept. So no two kept
rows are similar (of the pairs given), every removed row has a kept witness, and the answer is one function of the pairs
and the order. Components with one row kept each would be simpler and wrong: a chain a ~ b ~ c would remove c for a,
which it does not resemble (FACTS: 7% of the rows removed so were unlike the row kept).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from jobs.record import texts_of

_I64 = npt.NDArray[np.int64]
_F64 = npt.NDArray[np.float64]
Criterion = Literal["longest", "newest", "source", "quality"]


@dataclass(frozen=True, slots=True)
class KeepPolicy:
    """Which of two similar rows stays: criteria in order, ties by record id.

    Attributes:
        by: ``longest`` most characters of text, ``newest`` latest ``source.collected_at`` (rows without one last),
            ``source`` the order of ``sources`` (others last), ``quality`` highest score given by the caller.
        sources: source names, first kept first.

    Raises:
        ValueError: an unknown criterion, or ``source`` without an order of sources.
    """

    by: tuple[Criterion, ...] = ("longest",)
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.by:
            if name not in get_args(Criterion):
                raise ValueError(f"keep: expected some of {', '.join(get_args(Criterion))}; got {name!r}")
        if "source" in self.by and not self.sources:
            raise ValueError("keep: 'source' needs the order of sources; list them, first kept first")


@dataclass(frozen=True, slots=True)
class Survivors:
    """For each of n rows: ``kept``; ``witness``, the kept row that stands for it, and ``similarity`` with that row.

    ``witness`` is -1 and ``similarity`` NaN where the row is kept.
    """

    kept: npt.NDArray[np.bool_]
    witness: _I64
    similarity: _F64


def priority(row: Mapping[str, Any], policy: KeepPolicy, quality: float | None = None) -> tuple[float, ...]:
    """Sort key of ``row``, one float a criterion; the row with the smaller key is kept first."""
    return tuple(_criterion(name, row, policy, quality) for name in policy.by)


def keep_order(priorities: Sequence[tuple[float, ...]], record_ids: Sequence[str]) -> _I64:
    """(n,) rank of each row in keep order, 0 kept first; ties by record id.

    Raises:
        ValueError: a record id occurs twice, so that the order would depend on that of the input.
    """
    if len(set(record_ids)) != len(record_ids):
        raise ValueError(f"record_ids: expected {len(record_ids)} different ids; got {len(set(record_ids))}")
    order = sorted(range(len(record_ids)), key=lambda i: (priorities[i], record_ids[i]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def solve(rank: _I64, left: _I64, right: _I64, similarity: _F64) -> Survivors:
    """The greedy independent set of the graph of similar pairs.

    Args:
        rank: (n,) keep order, a permutation of 0..n-1 (``keep_order``).
        left, right: (m,) rows of each similar pair, in any order; a pair may be given more than once.
        similarity: (m,) the exact similarity of each pair.

    Returns:
        The witness is the most similar kept row of higher priority; between equals the one kept first. Linear in n + m
        after one sort.
    """
    n = len(rank)
    first, second = np.minimum(rank[left], rank[right]), np.maximum(rank[left], rank[right])
    order = np.lexsort((first, -similarity, second))
    order = order[first[order] != second[order]]
    first, second, value = first[order], second[order], similarity[order]
    rows, starts = np.unique(second, return_index=True)
    kept = np.ones(n, dtype=bool)
    witness_rank = np.full(n, -1, dtype=np.int64)
    found = np.full(n, math.nan)
    # Neighbours of a row stand most similar first: the first one kept is its witness. Plain lists: one visit an edge.
    alive, neighbours = kept.tolist(), first.tolist()
    bounds = np.append(starts, len(second)).tolist()
    for row, (start, stop) in zip(rows.tolist(), itertools.pairwise(bounds), strict=True):
        edge = next((e for e in range(start, stop) if alive[neighbours[e]]), -1)
        if edge >= 0:
            alive[row] = False
            witness_rank[row], found[row] = neighbours[edge], value[edge]
    kept = np.array(alive, dtype=bool)
    by_rank = np.empty(n, dtype=np.int64)
    by_rank[rank] = np.arange(n)
    witness = np.where(witness_rank >= 0, by_rank[witness_rank], -1)
    return Survivors(kept[rank], witness[rank], found[rank])


def _criterion(name: Criterion, row: Mapping[str, Any], policy: KeepPolicy, quality: float | None) -> float:
    source = row.get("source") or {}
    if name == "longest":
        return -float(sum(len(text) for text in texts_of(row)))
    if name == "newest":
        return -_timestamp(source.get("collected_at"))
    if name == "source":
        order = policy.sources
        return float(order.index(source["name"]) if source.get("name") in order else len(order))
    return math.inf if quality is None else -float(quality)


def _timestamp(text: str | None) -> float:
    """Seconds since 1970 of an ISO 8601 time, taken as UTC where it names no zone; -inf where there is none to read."""
    if not text:
        return -math.inf
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return -math.inf
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
