"""Compiled steps of the generator: sentences by the million, edits aimed at a Jaccard level, tokens, true Jaccard."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from bench.dedup.vocabulary import WIDTH, Units, Vocabulary

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.uint16]
Floats = npt.NDArray[np.float64]
SUBSTITUTE, BLOCK, TRUNCATE = 0, 1, 2


class Ragged(NamedTuple):
    """Rows of different lengths: row i is ``values[offsets[i]:offsets[i + 1]]``."""

    values: Small
    offsets: Ints

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, index: int) -> Small:
        return self.values[self.offsets[index] : self.offsets[index + 1]]


def join(parts: list[Ragged]) -> Ragged:
    offsets, total = [np.zeros(1, np.int64)], 0
    for part in parts:
        offsets.append(part.offsets[1:] + total)
        total += int(part.offsets[-1])
    return Ragged(np.concatenate([part.values for part in parts]), np.concatenate(offsets))


def take(rows: Ragged, index: Ints) -> Ragged:
    """The rows at ``index``, in that order."""
    offsets = np.concatenate([[0], np.cumsum(np.diff(rows.offsets)[index])]).astype(np.int64)
    return Ragged(_take(rows.values, rows.offsets, index, offsets), offsets)


def sentences(words: Vocabulary, language: str, count: int, rng: np.random.Generator) -> Ragged:
    """``count`` sentences: a pattern each, and for each of its places a word, the frequent ones first (skewed)."""
    patterns = words.patterns[language]
    chosen = rng.integers(0, len(patterns), count)
    lengths = np.array([len(p) for p in patterns], np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths[chosen])]).astype(np.int64)
    values = np.empty(offsets[-1], np.uint16)
    for number, pattern in enumerate(patterns):
        starts = offsets[:-1][chosen == number]
        for place, members in enumerate(pattern):
            # The square of a uniform number prefers the head of the list as running text prefers its common words.
            drawn = (rng.random(len(starts)) ** 1.5 * len(members)).astype(np.int64)
            values[starts + place] = members[drawn]
    return Ragged(values, offsets)


def edit(rows: Ragged, base: Ints, how: Ints, level: Floats, units: Units, seed: int) -> Ragged:
    """For each of ``base`` a copy of that row edited in the way ``how``, so that J comes out near ``level``.

    Of n shingles, m lost and m new ones give J = (n - m) / (n + m), a cut tail of m gives (n - m) / n: m from J.
    """
    room = np.concatenate([[0], np.cumsum(np.diff(rows.offsets)[base])]).astype(np.int64)
    values, lengths = _edit(*rows, base, how, level, *_widths(units), room, seed)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Ragged(_take(values, room, np.arange(len(base)), offsets), offsets)


def expand(rows: Ragged, units: Units) -> Ragged:
    """The tokens of rows of units."""
    counts = np.diff(units.token_offsets)
    ends = np.concatenate([[0], np.cumsum(counts[rows.values])]).astype(np.int64)
    offsets = ends[rows.offsets]
    return Ragged(_take(units.token_ids, units.token_offsets, rows.values.astype(np.int64), ends), offsets)


def jaccard(tokens: Ragged, left: Ints, right: Ints) -> Floats:
    """True Jaccard of shingle sets for each pair of rows; three token ids of 16 bits are one integer: no collisions."""
    return _jaccard(*tokens, np.asarray(left, np.int64), np.asarray(right, np.int64))


def _widths(units: Units) -> tuple[Ints, Ints, Ints, Ints]:
    return np.diff(units.token_offsets), units.class_start, units.class_stop, units.members


@njit(cache=True)
def _take(values, offsets, index, out_offsets):
    out = np.empty(out_offsets[-1], np.uint16)
    for i in range(len(index)):
        start = offsets[index[i]]
        for k in range(out_offsets[i + 1] - out_offsets[i]):
            out[out_offsets[i] + k] = values[start + k]
    return out


@njit(cache=True)
def _edit(values, offsets, base, how, level, width, class_start, class_stop, members, room, seed):
    np.random.seed(seed)
    out = np.empty(room[-1], np.uint16)
    lengths = np.empty(len(base), np.int64)
    for i in range(len(base)):
        row = values[offsets[base[i]] : offsets[base[i] + 1]]
        copy = out[room[i] : room[i + 1]]
        copy[:] = row
        lengths[i] = len(row)
        tokens = width[row].sum()
        shingles = max(1, tokens - WIDTH + 1)
        lost = shingles * (1 - level[i]) / (1 + level[i])
        if how[i] == TRUNCATE:
            cut, k = 0, len(row)
            while k > 1 and cut + width[row[k - 1]] <= shingles * (1 - level[i]):
                k -= 1
                cut += width[row[k]]
            lengths[i] = k
        else:
            at = np.random.randint(0, len(row))
            for _ in range(4 * len(row)):
                if lost < 1:
                    break
                at = (at + 1) % len(row) if how[i] == BLOCK else np.random.randint(0, len(row))
                unit = row[at]
                if copy[at] != unit or class_stop[unit] - class_start[unit] < 2:
                    continue
                cost = width[unit] + (0 if how[i] == BLOCK else WIDTH - 1)
                if cost > lost and np.random.random() > lost / cost:
                    break
                while copy[at] == unit:
                    copy[at] = members[np.random.randint(class_start[unit], class_stop[unit])]
                lost -= cost
    return out, lengths


@njit(cache=True)
def _shingles(tokens):
    count = max(0, len(tokens) - WIDTH + 1)
    out = np.empty(count, np.int64)
    for i in range(count):
        packed = np.int64(0)
        for k in range(WIDTH):
            packed = (packed << 16) | np.int64(tokens[i + k])
        out[i] = packed
    out.sort()
    kept = 0
    for i in range(count):
        if i == 0 or out[i] != out[i - 1]:
            out[kept] = out[i]
            kept += 1
    return out[:kept]


@njit(cache=True)
def _jaccard(values, offsets, left, right):
    out = np.zeros(len(left), np.float64)
    for p in range(len(left)):
        x = values[offsets[left[p]] : offsets[left[p] + 1]]
        y = values[offsets[right[p]] : offsets[right[p] + 1]]
        if len(x) == len(y) and np.all(x == y):
            out[p] = 1.0
            continue
        a, b = _shingles(x), _shingles(y)
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
        union = len(a) + len(b) - both
        out[p] = both / union if union else 0.0
    return out
