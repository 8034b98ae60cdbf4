"""Pairs that decide which rows stay: compare, hold the guards against what is alike, and go on in crowds.

In a crowd (more alike rows before one of them than it looks for) a row stops looking, so that a template copied 50,000
times costs and yields a linear number of pairs. What it did not see matters only if all that it saw leaves or is held
apart by a guard, so crowds are compared again among the rows still in, parted by what the guards read, until a round
finds nothing. The survivors are then those of all pairs: each removed row has an earlier kept row that is alike, no two
kept rows are, and the greedy independent set is the only set of which both hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.similarity.cosine_blocks import CosinePairs
from jobs.similarity.guards import guard_keys, may_merge
from jobs.similarity.survivors import solve

_I64 = npt.NDArray[np.int64]
_F64 = npt.NDArray[np.float64]
_Mask = npt.NDArray[np.bool_]
Pairs = tuple[_I64, _I64, _F64]
# Ascending row numbers, lowest cosine, how many alike rows before each are enough -> pairs of those row numbers.
CompareRows = Callable[[_I64, float, int], CosinePairs]

# Alike rows before it that a row looks for at least, and at last, when guards that read two texts part all it saw.
MOST, MOST_AT_LAST = 16, 1024
# A set is compared in full where it has fewer pairs than this however they lie: some 10 MB, guards read in seconds.
_PAIRS = 500_000


@dataclass(frozen=True)
class Crowd:
    """Rows that are compared in one process.

    Attributes:
        texts: (n,) in keep order; a row is named by its number.
        compare: finds the alike ones of some rows.
        guards: names in ``jobs.similarity.guards``.
        remove, flag: cosines from which on a row is removed (None: nothing is) and flagged.
    """

    texts: Sequence[str]
    compare: CompareRows
    guards: Sequence[str]
    remove: float | None
    flag: float


def most_for(rows: int) -> int:
    """How many alike rows before it a row of so large a set looks for: all that matter, where sets are small."""
    return max(MOST, _PAIRS // max(1, rows))


def alike_pairs(crowd: Crowd, cells: _I64, most: int | None = None) -> Pairs:
    """Pairs of rows of one cell from the flag's cosine on that no guard tells apart: enough of them to decide by.

    Args:
        cells: (n,) rows of different cells are not compared.
        most: default ``most_for`` the rows.

    Returns:
        left < right, and the cosine; each pair once. All pairs where no row has more than ``most`` before it.
    """
    rows, most = np.arange(len(crowd.texts)), most or most_for(len(crowd.texts))
    lowest = crowd.flag if crowd.remove is None else min(crowd.flag, crowd.remove)
    found, crowded = _in_cells(crowd, rows, cells, lowest, most)
    found = _unguarded(crowd, found)
    if not len(crowded):
        return found
    inside = np.isin(cells, crowded)
    return further_rounds(crowd, found, rows[inside], cells[inside], most)


def further_rounds(crowd: Crowd, found: Pairs, rows: _I64, cells: _I64, most: int) -> Pairs:
    """``found`` and what rounds among the rows of crowded cells that stay in add to it, until one adds nothing.

    Survivors are solved anew on all pairs each round: a row may come back in when its witness leaves.

    Args:
        found: pairs that no guard tells apart.
        rows, cells: (k,) a row's number and a cell that it belongs to; a row may belong to several.
    """
    cells = _parted(crowd, rows, cells)
    if crowd.remove is not None:
        found = _until_stable(crowd, found, rows, cells, crowd.remove, most)
    return _until_stable(crowd, found, rows, cells, crowd.flag, most)


def _until_stable(crowd: Crowd, found: Pairs, rows: _I64, cells: _I64, threshold: float, most: int) -> Pairs:
    while True:
        gone = _removed(crowd, found)
        if threshold != crowd.remove:
            gone |= _flagged(crowd, found, gone)
        stays = ~gone[rows]
        new, crowded = _in_cells(crowd, rows[stays], cells[stays], threshold, most)
        known = found[0] * len(crowd.texts) + found[1]
        new = _unguarded(crowd, _only(~np.isin(new[0] * len(crowd.texts) + new[1], known), new))
        if len(new[0]):
            found = _joined([found, new])
        elif most >= MOST_AT_LAST or not len(crowded):
            return found
        else:
            # All that these rows saw is held apart by guards that read two texts: they have to see more.
            most = min(8 * most, MOST_AT_LAST)


def _removed(crowd: Crowd, found: Pairs) -> _Mask:
    if crowd.remove is None:
        return np.zeros(len(crowd.texts), dtype=bool)
    return ~solve(np.arange(len(crowd.texts)), *_only(found[2] >= crowd.remove, found)).kept


def _flagged(crowd: Crowd, found: Pairs, removed: _Mask) -> _Mask:
    left = _only(~removed[found[0]] & ~removed[found[1]], found)
    return ~solve(np.arange(len(crowd.texts)), *left).kept


def _in_cells(crowd: Crowd, rows: _I64, cells: _I64, threshold: float, most: int) -> tuple[Pairs, _I64]:
    """The pairs of every cell, each once, and the cells in which a row stopped looking."""
    order = np.lexsort((rows, cells))
    rows, cells = rows[order], cells[order]
    edges = np.flatnonzero(np.diff(cells)) + 1
    parts, crowded = [], []
    for mine in np.split(np.arange(len(rows)), edges):
        if len(mine) > 1:
            pairs = crowd.compare(rows[mine], threshold, most)
            parts.append((pairs.left, pairs.right, pairs.cosine))
            crowded += [cells[mine[0]]] if pairs.truncated else []
    found = _joined(parts)
    _, once = np.unique(found[0] * len(crowd.texts) + found[1], return_index=True)
    return _only(once, found), np.array(crowded, dtype=np.int64)


def _parted(crowd: Crowd, rows: _I64, cells: _I64) -> _I64:
    """(k,) cells parted by what the guards read: only rows that no single text's facts tell apart meet again."""
    different, place = np.unique(rows, return_inverse=True)
    facts = np.array([guard_keys(crowd.texts[row], crowd.guards) for row in different.tolist()], dtype=np.int64)
    together = np.column_stack([cells, facts.reshape(len(different), -1)[place]])
    return np.unique(together, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _unguarded(crowd: Crowd, pairs: Pairs) -> Pairs:
    return _only(may_merge(crowd.texts, pairs[0], pairs[1], crowd.guards), pairs)


def _only(mask: _Mask | _I64, pairs: Pairs) -> Pairs:
    return pairs[0][mask], pairs[1][mask], pairs[2][mask]


def _joined(parts: Sequence[Pairs]) -> Pairs:
    none = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))
    left, right, cosine = (np.concatenate(columns) for columns in zip(none, *parts, strict=True))
    return left, right, cosine
