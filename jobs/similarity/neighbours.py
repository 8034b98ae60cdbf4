"""All pairs of vectors at a cosine threshold without comparing all: cells of k-means, with their borders measured.

A row belongs to the cell whose centroid is nearest and to every cell nearly as near (within a *margin* of cosine), so
that of two alike rows on two sides of a border one lies in the other's cell too. How wide the margin must be is
measured before any cell is compared: rows of a sample are compared with all rows, exactly, and for each pair found the
margin that would bring it into one cell is known. Measured on 12k English questions (all-MiniLM-L6-v2, cosine 0.9, 256
cells): a margin of 0.06 finds as much as each row's 3 nearest cells (.998) with 2/5 of the work.

Inside a cell, and everywhere for a set of up to ``EXACT_ROWS``, pairs are exact (``cosine_blocks``). The Spark stage
runs the same functions over partitions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.similarity.cosine_blocks import CosinePairs, Matrix, compare, compare_two, main_directions, require_cosine

_I64 = npt.NDArray[np.int64]
_F64 = npt.NDArray[np.float64]

# Up to here comparing all rows costs some 10 CPU seconds and misses nothing.
EXACT_ROWS = 50_000
RECALL = 0.99
# The margin is chosen for a little more than is asked, on one half of the sample, and checked on the other.
_AIM = 0.995
SAMPLE_ROWS = 4096
# Cosine a cell's centroid may be farther than the nearest; the last one holds every pair that shares one of NEAREST.
MARGINS = np.array([0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.10, 0.12, 0.15, 0.20, 2.0])
NEAREST = 8
# With each row in NEAREST of so many cells, cells cost what comparing every two rows does: fewer are of no use.
FEWEST_CELLS = NEAREST**2
# Sampled rows that one row is counted for.
_SEEN = 32
# Fewer found pairs than this in a half of the sample say little about recall; made pairs decide then.
_ENOUGH = 100
_ROUNDS = 6
_ROWS_A_CELL = 32
_CHUNK = 8192


@dataclass(frozen=True, slots=True)
class Cells:
    """How rows are dealt to cells: ``centroids`` (k, d) float64 of length 1, and ``margin`` (0 to 2) in cosine."""

    centroids: _F64
    margin: float

    def assign(self, vectors: Matrix) -> tuple[_I64, _I64]:
        """Rows and cells, one entry each time that a row belongs to a cell, in order of rows, nearest cell first."""
        cells, gap = nearest_cells(vectors, self.centroids)
        row, place = np.nonzero(gap <= self.margin)
        return row.astype(np.int64), cells[row, place]


@dataclass(frozen=True, slots=True)
class Recall:
    """The share of pairs that lie in a common cell, measured on pairs that had no part in choosing the margin.

    Attributes:
        pairs: of all pairs.
        rows: of each row's pairs, averaged over rows: dense clusters, whose pairs are many and easy, do not hide it.
        measured: number of pairs that it was measured on; of 0, ``pairs`` and ``rows`` are 1.
    """

    pairs: float
    rows: float
    measured: int

    @property
    def enough(self) -> bool:
        """Whether both reach ``RECALL``."""
        return min(self.pairs, self.rows) >= RECALL


EXACT = Recall(1.0, 1.0, 0)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The pairs found, the cells (None: every two rows were compared) and the recall measured."""

    pairs: CosinePairs
    cells: Cells | None
    recall: Recall


def similar_pairs(
    vectors: Matrix, threshold: float, *, most: int | None = None, seed: int = 0, exact_rows: int = EXACT_ROWS
) -> Neighbours:
    """Pairs of rows whose cosine reaches ``threshold``, each once, at a measured recall of at least ``RECALL``.

    Args:
        vectors: (n, d) float32 rows of length 1; a zero row is similar to nothing.
        threshold: cosine in (0, 1].
        most: for each row and cell only the first so many rows before it (``cosine_blocks.compare``); None means all.
        seed: of sample and centroids.
        exact_rows: up to so many rows every two are compared.
    """
    require_cosine(threshold)
    sample = draw_sample(len(vectors), seed)
    basis = main_directions(vectors[sample])
    count = cells_for(len(vectors))
    while len(vectors) > exact_rows and count >= FEWEST_CELLS:
        centroids = fit_centroids(vectors[draw_sample(len(vectors), seed, rows_to_fit(count))], count, seed)
        ids = np.arange(len(vectors))
        tally = tally_gaps(vectors[sample], sample, vectors, ids, centroids, threshold, basis)
        cells, recall = choose_cells(centroids, tally, made_gaps(vectors[sample], centroids, threshold))
        if recall.enough:
            return Neighbours(_in_cells(vectors, cells, threshold, basis, most), cells, recall)
        count //= 2
    return Neighbours(compare(vectors, threshold, basis=basis, most=most), None, EXACT)


def cells_for(rows: int) -> int:
    """Number of cells for a set of ``rows``: the power of two nearest to its square root, at least ``FEWEST_CELLS``."""
    return max(FEWEST_CELLS, 1 << round(math.log2(max(1, rows)) / 2))


def draw_sample(rows: int, seed: int, size: int = SAMPLE_ROWS) -> _I64:
    """Ascending row numbers of a sample without repetition."""
    return np.sort(np.random.default_rng(seed).permutation(rows)[:size])


def rows_to_fit(cells: int) -> int:
    """How many rows centroids are fitted to."""
    return _ROWS_A_CELL * cells


def fit_centroids(sample: Matrix, cells: int, seed: int = 0) -> _F64:
    """(k, d) centroids of length 1 by k-means on the sphere; k is at most the number of different rows."""
    wide = np.unique(sample[np.linalg.norm(sample, axis=1) > 0], axis=0).astype(np.float64)
    centroids = wide[draw_sample(len(wide), seed, cells)]
    for _ in range(_ROUNDS if len(wide) else 0):
        owner = (wide @ centroids.T).argmax(axis=1)
        order = np.argsort(owner, kind="stable")
        used, starts = np.unique(owner[order], return_index=True)
        sums = np.add.reduceat(wide[order], starts, axis=0)
        lengths = np.linalg.norm(sums, axis=1)
        # A cell that lost its rows, or whose rows cancel out, keeps its centroid.
        centroids[used[lengths > 0]] = sums[lengths > 0] / lengths[lengths > 0, None]
    return np.asarray(centroids, dtype=np.float64)


def nearest_cells(vectors: Matrix, centroids: _F64) -> tuple[_I64, _F64]:
    """(n, NEAREST) each row's nearest cells, nearest first, and how much less their cosine is than the nearest's.

    A zero row is infinitely far from all. In float64, so that the dealing does not depend on how rows were grouped
    into products.
    """
    width = min(NEAREST, len(centroids))
    cells = np.empty((len(vectors), width), dtype=np.int64)
    gap = np.empty((len(vectors), width), dtype=np.float64)
    for start in range(0, len(vectors) if width else 0, _CHUNK):
        part = vectors[start : start + _CHUNK]
        cosine = part.astype(np.float64) @ centroids.T
        some = np.sort(np.argpartition(-cosine, width - 1, axis=1)[:, :width], axis=1)
        value = np.take_along_axis(cosine, some, axis=1)
        order = np.argsort(-value, axis=1, kind="stable")
        cells[start : start + _CHUNK] = np.take_along_axis(some, order, axis=1)
        value = np.take_along_axis(value, order, axis=1)
        silent = ~np.any(part, axis=1, keepdims=True)
        gap[start : start + _CHUNK] = np.where(silent, np.inf, value[:, :1] - value)
    return cells, gap


def tally_gaps(
    sample: Matrix,
    sample_ids: _I64,
    vectors: Matrix,
    ids: _I64,
    centroids: _F64,
    threshold: float,
    basis: Matrix | None = None,
) -> _I64:
    """(s, len(MARGINS) + 1) for each sampled row how many rows are alike, by the smallest margin that finds them.

    The last column counts those that no margin finds. Tallies of parts of a set add up to that of the whole. A row
    counts for the first ``_SEEN`` sampled rows that it is like, which bounds the work for a dense cluster.

    Args:
        sample_ids, ids: (s,), (n,) names of the rows: a sampled row is not counted with itself.
        basis: see ``cosine_blocks.compare``.
    """
    tally = np.zeros((len(sample), len(MARGINS) + 1), dtype=np.int64)
    near_sample, place = nearest_cells(sample, centroids), np.arange(len(sample))
    for start in range(0, len(vectors), _CHUNK):
        part = vectors[start : start + _CHUNK]
        after = len(sample) + np.arange(len(part))
        pairs = compare_two(sample, place, part, after, threshold, basis=basis, most=_SEEN)
        left, right = pairs.left, pairs.right - len(sample)
        other = sample_ids[left] != ids[start + right]
        left, right = left[other], right[other]
        needed = _margin_needed(near_sample, left, nearest_cells(part, centroids), right)
        np.add.at(tally, (left, np.searchsorted(MARGINS, needed)), 1)
    return tally


def made_gaps(sample: Matrix, centroids: _F64, threshold: float) -> _I64:
    """``tally_gaps`` of made pairs, the hardest there are: each sampled row with one at exactly ``threshold`` from it.

    It lies in the direction of another sampled row. For sets in which the sample finds few pairs.
    """
    tally = np.zeros((len(sample), len(MARGINS) + 1), dtype=np.int64)
    towards = np.roll(sample, 1, axis=0).astype(np.float64)
    across = towards - np.einsum("nd,nd->n", towards, sample)[:, None] * sample
    length = np.linalg.norm(across, axis=1, keepdims=True)
    across = np.divide(across, length, out=np.zeros_like(across), where=length > 1e-9)
    made = (threshold * sample + math.sqrt(1 - threshold**2) * across).astype(np.float32)
    rows = np.flatnonzero(length[:, 0] > 1e-9)
    needed = _margin_needed(nearest_cells(sample, centroids), rows, nearest_cells(made, centroids), rows)
    np.add.at(tally, (rows, np.searchsorted(MARGINS, needed)), 1)
    return tally


def choose_cells(centroids: _F64, tally: _I64, made: _I64) -> tuple[Cells, Recall]:
    """The narrowest margin that suffices for half of the sample, and the recall that it reaches on the other half.

    Both are taken from the pairs found (``tally``), and from the ``made`` ones where few were found.
    """
    if min(tally[::2].sum(), tally[1::2].sum()) < _ENOUGH:
        tally = made
    margin = _smallest_margin(tally[::2])
    return Cells(centroids, margin), _recall_at(tally[1::2], margin)


def _smallest_margin(tally: _I64) -> float:
    for margin in MARGINS.tolist():
        recall = _recall_at(tally, margin)
        if min(recall.pairs, recall.rows) >= _AIM:
            return float(margin)
    return float(MARGINS[-1])


def _recall_at(tally: _I64, margin: float) -> Recall:
    total = tally.sum(axis=1)
    found = tally[:, : int(np.searchsorted(MARGINS, margin)) + 1].sum(axis=1)
    some = total > 0
    if not some.any():
        return EXACT
    shares = found[some] / total[some]
    return Recall(float(found.sum() / total.sum()), float(shares.mean()), int(total.sum()))


def _margin_needed(one: tuple[_I64, _F64], left: _I64, other: tuple[_I64, _F64], right: _I64) -> _F64:
    """(k,) the smallest margin at which both rows of a pair lie in a common cell; infinite where none does it."""
    needed = np.full(len(left), np.inf)
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        same = one[0][left[part], :, None] == other[0][right[part], None, :]
        both = np.maximum(one[1][left[part], :, None], other[1][right[part], None, :])
        needed[part] = np.where(same, both, np.inf).min(axis=(1, 2), initial=np.inf)
    return needed


def _in_cells(vectors: Matrix, cells: Cells, threshold: float, basis: Matrix | None, most: int | None) -> CosinePairs:
    row, cell = cells.assign(vectors)
    order = np.argsort(cell, kind="stable")
    row, cell = row[order], cell[order]
    bounds = np.searchsorted(cell, np.arange(len(cells.centroids) + 1))
    none = np.empty(0, dtype=np.int64)
    left, right, cosine, truncated = [none], [none], [np.empty(0, dtype=np.float64)], False
    for k in range(len(cells.centroids)):
        rows = row[bounds[k] : bounds[k + 1]]
        part = compare(vectors[rows], threshold, basis=basis, most=most)
        left.append(rows[part.left])
        right.append(rows[part.right])
        cosine.append(part.cosine)
        truncated |= part.truncated
    pair = np.concatenate(right) * len(vectors) + np.concatenate(left)
    _, once = np.unique(pair, return_index=True)
    return CosinePairs(np.concatenate(left)[once], np.concatenate(right)[once], np.concatenate(cosine)[once], truncated)
