"""Right or wrong: recall of planted pairs, and for each removed row whether a kept row is truly like it.

The second is exact, by a join with a prefix filter (Chaudhuri, Ganti, Kaushik, ICDE 2006): with the shingles of every
row in one global order, two rows of Jaccard >= t share a shingle within their first n - ceil(t n) + 1. The order is
rarest first, so few rows meet. No contender's own candidates are used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from numba import njit

from bench.dedup.generate import row_id
from bench.dedup.rows import Ints, Ragged
from bench.dedup.vocabulary import WIDTH

Flags = npt.NDArray[np.bool_]
_BUCKETS = 1 << 24
_SAMPLE = 10_000


def load_tokens(folder: Path) -> Ragged:
    """The tokens of an input's rows and, after them, of its batch."""
    return Ragged(np.load(folder / "tokens.npy"), np.load(folder / "token_offsets.npy"))


def read_kept(path: Path, count: int) -> Flags:
    """Which of ``count`` rows stand in a file of row ids.

    Raises:
        ValueError: an id that the input does not have, or one that stands there twice.
    """
    kept = np.zeros(count, bool)
    numbers = np.array([int(line, 16) for line in path.read_text().split()], np.int64)
    if len(numbers) and (len(np.unique(numbers)) != len(numbers) or numbers.max() >= count):
        raise ValueError(f"{path}: expected distinct ids below {row_id(count)}")
    kept[numbers] = True
    return kept


def judge(folder: Path, kept: Flags, threshold: float = 0.8) -> dict[str, Any]:
    """Of a contender's kept rows on the input in ``folder``: recall, precision, and what it left.

    Returns:
        ``recall`` of planted pairs at ``threshold`` or above whose rows have shingles (a pair is found when not both of
        its rows stay); ``recall_short`` of equal rows that have none; ``recall_by_level`` of edited copies;
        ``precision``, the share of removed rows with a kept row at ``threshold``, and ``precision_near`` at 0.1 below
        it; ``left``, the share of kept rows with shingles that are still like an earlier kept row; ``wrong_short``:
        removed rows without shingles whose equal is not kept. Precision and left are of random samples of 10,000 rows.
    """
    tokens = load_tokens(folder)
    tokens = Ragged(tokens.values[: tokens.offsets[len(kept)]], tokens.offsets[: len(kept) + 1])
    truth = pq.read_table(folder / "truth.parquet").to_pandas()
    truth = truth[(truth.left < len(kept)) & (truth.right < len(kept))]
    found = ~(kept[truth.left] & kept[truth.right])
    long = np.diff(tokens.offsets) >= WIDTH
    comparable = long[truth.left] & long[truth.right]
    alike, short_twins = (truth.jaccard >= threshold) & comparable, (truth.jaccard == 1) & ~comparable
    near = (truth.kind == "near").to_numpy()
    removed, stay = np.flatnonzero(~kept), np.flatnonzero(kept)
    rng = np.random.default_rng(1)
    probes, again = (np.sort(rng.permutation(rows)[:_SAMPLE]) for rows in (removed, stay[long[stay]]))
    order = frequencies(tokens)
    index = Index(tokens, order, stay, threshold)
    right, left = index.has_alike(probes), index.has_alike(again, before=True)
    del index  # the next one is as large
    nearly = Index(tokens, order, stay, threshold - 0.1).has_alike(probes[~right])
    levels = {
        f"{low:.2f}": round(float(found[near & (truth.jaccard >= low) & (truth.jaccard < low + 0.05)].mean()), 4)
        for low in np.arange(0.5, 1.0, 0.05)
        if (near & (truth.jaccard >= low) & (truth.jaccard < low + 0.05)).any()
    }
    return {
        "removed": len(removed),
        "pairs": int(alike.sum()),
        "recall": float(found[alike].mean()) if alike.any() else 1.0,
        "recall_short": float(found[short_twins].mean()) if short_twins.any() else 1.0,
        "recall_by_level": levels,
        "precision": float(right.mean()) if len(probes) else 1.0,
        "precision_near": float(right.mean() + nearly.sum() / len(probes)) if len(probes) else 1.0,
        "left": float(left.mean()) if len(again) else 0.0,
        "wrong_short": int((~long[probes] & ~right).sum()),
    }


def frequencies(tokens: Ragged) -> Ints:
    """(2^24,) how many windows fall into each bucket of shingles: rarer buckets come first in the global order."""
    return _frequencies(*tokens)


class Index:
    """The rows of ``index``, ready to be asked for a row at ``threshold`` or above."""

    def __init__(self, tokens: Ragged, order: Ints, index: Ints, threshold: float) -> None:
        self.tokens, self.order, self.threshold = tokens, order, threshold
        rows, places, keys, sizes = _postings(*tokens, order, index, threshold)
        sort = np.argsort(keys, kind="stable")
        self._postings = (keys[sort], rows[sort], places[sort], sizes)
        self._equal = _hashes(*tokens)
        where = np.argsort(self._equal[index], kind="stable")
        self._equals = (self._equal[index][where], index[where])

    def has_alike(self, probes: Ints, *, before: bool = False) -> Flags:
        """For each of ``probes``, whether another row of the index is alike; with ``before`` one that comes earlier."""
        asked = (self.order, self._postings, self._equal, self._equals, probes, self.threshold, before)
        return np.asarray(_has_alike(*self.tokens, *asked))


@njit(cache=True)
def _bucket(packed):
    x = np.uint64(packed) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64(x >> np.uint64(40))


@njit(cache=True)
def _packed(tokens, at):
    out = np.int64(0)
    for k in range(WIDTH):
        out = (out << 16) | np.int64(tokens[at + k])
    return out


@njit(cache=True)
def _frequencies(values, offsets):
    counts = np.zeros(_BUCKETS, np.int64)
    for row in range(len(offsets) - 1):
        for at in range(offsets[row], offsets[row + 1] - WIDTH + 1):
            counts[_bucket(_packed(values, at))] += 1
    return counts


@njit(cache=True)
def _hashes(values, offsets):
    out = np.empty(len(offsets) - 1, np.uint64)
    for row in range(len(out)):
        x = np.uint64(offsets[row + 1] - offsets[row])
        for at in range(offsets[row], offsets[row + 1]):
            x = (x ^ np.uint64(values[at] + 1)) * np.uint64(0xBF58476D1CE4E5B9)
            x ^= x >> np.uint64(31)
        out[row] = x
    return out


@njit(cache=True)
def _ordered(values, offsets, order, row):
    """Distinct shingles of a row, rarest bucket first: 15 bits of frequency over 48 of the shingle itself."""
    count = max(0, offsets[row + 1] - offsets[row] - WIDTH + 1)
    out = np.empty(count, np.int64)
    for k in range(count):
        packed = _packed(values, offsets[row] + k)
        out[k] = (min(order[_bucket(packed)], np.int64(0x7FFE)) << 48) | packed
    out.sort()
    kept = 0
    for k in range(count):
        if k == 0 or out[k] != out[k - 1]:
            out[kept] = out[k]
            kept += 1
    return out[:kept]


@njit(cache=True)
def _prefix(count, threshold):
    return count - np.int64(np.ceil(threshold * count - 1e-9)) + 1 if count else 0


@njit(cache=True)
def _postings(values, offsets, order, index, threshold):
    room = 0
    for i in range(len(index)):
        count = max(0, offsets[index[i] + 1] - offsets[index[i]] - WIDTH + 1)
        room += _prefix(count, threshold)
    rows, places, keys, used = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int64), 0
    sizes = np.zeros(len(offsets) - 1, np.int32)
    for i in range(len(index)):
        shingles = _ordered(values, offsets, order, index[i])
        sizes[index[i]] = len(shingles)
        for k in range(_prefix(len(shingles), threshold)):
            # How many shingles of the row come after this one in the global order: all that two rows can still share.
            rows[used], places[used], keys[used] = index[i], len(shingles) - k, shingles[k]
            used += 1
    return rows[:used], places[:used], keys[:used], sizes


@njit(cache=True)
def _overlap(a, b):
    i = j = both = 0
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            both += 1
            i += 1
            j += 1
        elif a[i] < b[j]:
            i += 1
        else:
            j += 1
    return both / (len(a) + len(b) - both)


@njit(cache=True)
def _has_alike(values, offsets, order, postings, equal, equals, probes, threshold, before):
    keys, rows, places, sizes = postings
    equal_keys, equal_rows = equals
    out = np.zeros(len(probes), np.bool_)
    seen = np.full(len(offsets), -1, np.int64)
    for p in range(len(probes)):
        row = probes[p]
        at = np.searchsorted(equal_keys, equal[row])
        while not out[p] and at < len(equal_keys) and equal_keys[at] == equal[row]:
            out[p] = equal_rows[at] != row and (not before or equal_rows[at] < row)
            at += 1
        mine = _ordered(values, offsets, order, row)
        for k in range(_prefix(len(mine), threshold)):
            if out[p]:
                break
            at = np.searchsorted(keys, mine[k])
            while not out[p] and at < len(keys) and keys[at] == mine[k]:
                other, rest = rows[at], places[at]
                at += 1
                if other == row or seen[other] == p or (before and other >= row):
                    continue
                # The first shingle that two rows share in the global order tells how many they can share at most.
                seen[other] = p
                most = min(len(mine) - k, rest)
                if most * (1 + threshold) < threshold * (len(mine) + sizes[other]) - 1e-9:
                    continue
                out[p] = _overlap(mine, _ordered(values, offsets, order, other)) >= threshold
    return out
