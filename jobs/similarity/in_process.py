"""Similar pairs of many rows in one process: candidates band by band, texts cell by cell, work shared by threads.

The Spark stage does the same piece by piece over tasks, from the same functions and with the same answer
(tests/stages/test_near_stage.py); here nothing travels between processes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.similarity.candidates import bucket_pairs, distinct
from jobs.similarity.rounds import Entries, Pairs, together, until_stable
from jobs.similarity.verify import Comparison, Texts

_I64 = npt.NDArray[np.int64]
T = TypeVar("T")
R = TypeVar("R")
# More threads would hold more texts at once, and what is not compiled runs under one lock.
THREADS = min(4, os.cpu_count() or 1)
# Texts whose shingles stand side by side in one thread; with them some 400 MB.
_TEXT_A_CELL = 128 << 20
# Pairs below which a further thread is not worth its start.
_PAIRS_A_THREAD = 1_000


def on_threads(function: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """``function`` of each of ``items``, in their order, on a few threads."""
    listed = list(items)
    if len(listed) < 2 or THREADS < 2:
        return [function(item) for item in listed]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(function, listed))


@dataclass(frozen=True)
class HeldTexts:
    """Texts as they were read, part by part: row ``places[k][i]`` says ``texts[k][i]``; each place once."""

    places: Sequence[_I64]
    texts: Sequence[pa.LargeStringArray]

    @property
    def size(self) -> int:
        """Bytes of all texts."""
        return sum(texts.nbytes for texts in self.texts)

    def take(self, wanted: _I64) -> tuple[_I64, pa.ChunkedArray]:
        """(m,) where in ``wanted`` each text belongs, and the (m,) texts of these places in that order."""
        starts = np.cumsum([0, *(len(places) for places in self.places)])
        every = np.concatenate([np.empty(0, np.int64), *self.places])
        by_place = np.argsort(every)
        slot = by_place[np.searchsorted(every[by_place], wanted)] if len(wanted) else np.empty(0, np.int64)
        order = np.argsort(slot, kind="stable")
        part = np.searchsorted(starts, slot[order], side="right") - 1
        present, first = np.unique(part, return_index=True)
        ends = np.append(first, len(part))[1:]
        pieces = [
            self.texts[k].take(pa.array(slot[order[start:end]] - starts[k]))
            for k, start, end in zip(present.tolist(), first.tolist(), ends.tolist(), strict=True)
        ]
        return order, pa.chunked_array(pieces, pa.large_string())


def propose(bands: _I64, rank: _I64, max_all_pairs: int, settled: int = 0) -> tuple[_I64, _I64, Entries]:
    """The candidate pairs as ranks, each once and sorted by the earlier, and the entries of crowded buckets.

    Args:
        bands: (n, b) bucket keys of the rows (``jobs.similarity.minhash.band_keys_of``).
        rank: (n,) their places in keep order, a permutation of 0..n-1.
        settled: rows of smaller rank have been compared with each other before: their pairs are left out.
    """
    count = bands.shape[1] if len(bands) else 0

    def pair(band: int) -> tuple[_I64, Entries]:
        keys = np.ascontiguousarray(bands[:, band])
        chain = np.ascontiguousarray(bands[:, (band + 1) % count])
        found = bucket_pairs(keys, rank, neighbours=chain, max_all_pairs=max_all_pairs)
        new = found.right >= settled
        at = found.crowded
        return found.left[new] * len(rank) + found.right[new], Entries(rank[at], keys[at], chain[at])

    done = on_threads(pair, range(count))
    once = distinct(np.concatenate([np.empty(0, np.int64), *(pairs for pairs, _ in done)]))
    crowded = [entries for _, entries in done]
    parts = [[getattr(entries, name) for entries in crowded] for name in ("rank", "key", "chain")]
    left, right = np.divmod(once, max(1, len(rank)))
    return left, right, Entries(*(np.concatenate([np.empty(0, np.int64), *part]) for part in parts))


def verified(
    proposed: tuple[_I64, _I64, Entries], held: HeldTexts, place: _I64, comparison: Comparison, settled: int = 0
) -> Pairs:
    """The alike ones of ``propose``'s pairs, and what further rounds in crowded buckets add to them.

    Args:
        held: texts of every row of a pair.
        place: (n,) the place of each row's text, by rank.
    """
    left, right, crowded = proposed

    def verify(left: _I64, right: _I64) -> Pairs:
        return _verify(left, right, held, place, comparison)

    found = verify(left, right)
    if not len(crowded.rank):
        return found
    return together(found, until_stable(found, crowded, verify, comparison.max_all_pairs, settled, (left, right)))


def _verify(left: _I64, right: _I64, held: HeldTexts, place: _I64, comparison: Comparison) -> Pairs:
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    cells = max(min(THREADS, len(left) // _PAIRS_A_THREAD), -(-held.size // _TEXT_A_CELL), 1)
    edges = np.linspace(0, len(left), cells + 1).astype(np.int64)

    def cell(k: int) -> Pairs:
        # Pairs stand by their earlier row, so that what is compared with one row is mostly in one cell.
        first, second = left[edges[k] : edges[k + 1]], right[edges[k] : edges[k + 1]]
        ranks = distinct(np.concatenate([first, second]))
        read, texts = held.take(place[ranks])
        return Texts.of(ranks[read], texts, comparison).verify(first, second)

    out = Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    return together(out, *on_threads(cell, range(cells)))
