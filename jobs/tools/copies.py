"""Copies among the rows of a data set, cheaply and in bounded memory: an estimate to warn by; the build measures
exactly.
"""

from __future__ import annotations

import re
import string
from array import array
from hashlib import blake2b
from operator import eq

_NOISE = re.compile(r"[\W\d_]+")
# The same for ASCII, by tables.
_LOWER = bytes(range(128)).lower() + bytes(range(128, 256))
_ASCII_NOISE = bytes(set(range(128)) - set(string.ascii_letters.encode()))
_SHINGLE = 5
# 16 minima of one permutation: texts with Jaccard similarity J agree in a share J of them, give or take
# sqrt(J(1-J)/16), which is 0.10 at J = 0.8. Two that agree in 13 of 16 are alike to about 0.8.
_BINS, _AGREE = 16, 13
# Candidates share a band of two minima; at J = 0.8 one of eight bands does with 1 - (1 - 0.64)^8 = 0.9997.
_BANDS = 8
# Beyond these the estimate would cost more than it tells. Equal rows take 20 to 40 bytes a row: 160 to 320 MB at most.
ROWS_COMPARED = 50_000
ROWS_REMEMBERED = 8_000_000
_CHARACTERS = 1_000
# Odd numbers of 64 bits from SplitMix64 (Steele et al. 2014): one for each place in a shingle.
_FACTORS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xCA5A826395121157)


class FirstRows:
    """Which row showed a 64-bit hash first, in 12 bytes a slot at a load of at most 0.6.

    A dict of the same takes some hundred bytes a row. Among n rows two different ones are taken for equal with
    probability n^2 / 2^65: one in half a million for eight million rows.
    """

    def __init__(self) -> None:
        self._resize(1 << 12)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, key: int, row: int) -> int:
        """The first row with ``key``, which is ``row`` itself when it is new. Rows count from 1."""
        keys, mask = self._keys, self._mask
        at = key & mask
        while first := self._rows[at]:
            if keys[at] == key:
                return first
            at = (at + 1) & mask
        keys[at], self._rows[at] = key, row
        self._count += 1
        if self._count * 5 > 3 * len(keys):
            self._grow()
        return row

    def _grow(self) -> None:
        keys, rows = self._keys, self._rows
        self._resize(2 * len(keys))
        mask = self._mask
        for key, row in zip(keys, rows, strict=True):
            if row:
                at = key & mask
                while self._rows[at]:
                    at = (at + 1) & mask
                self._keys[at], self._rows[at] = key, row

    def _resize(self, size: int) -> None:
        self._keys, self._rows = array("Q", bytes(8 * size)), array("I", bytes(4 * size))
        self._mask = size - 1


class CopyCounter:
    """Finds rows that say what an earlier row said; rows are numbered from 1 over all files."""

    def __init__(self) -> None:
        self._seen = FirstRows()
        self._skeletons = FirstRows()
        # A dict, of at most eight entries for each of the rows compared: some 40 MB, at a tenth of the time.
        self._buckets: dict[int, int] = {}
        self._minima = array("I")
        self._place: dict[int, int] = {}
        self._rows = 0

    def exact(self, row: int, content: bytes) -> int | None:
        """The earlier row with the same content, or None."""
        self._rows += 1
        if len(self._seen) >= ROWS_REMEMBERED:
            return None
        first = self._seen.add(_hash(content), row)
        return None if first == row else first

    def near(self, row: int, text: str) -> int | None:
        """An earlier row that differs in punctuation, spacing and figures alone, or is alike to about 0.8."""
        if self._rows > ROWS_COMPARED:
            return None
        skeleton = skeleton_of(text)
        if len(skeleton) < 8:
            return None  # too little is left to say that two are the same
        first = self._skeletons.add(_hash(skeleton.encode("utf-8", "replace")), row)
        if first != row:
            return first
        return self._alike(row, _minima(skeleton)) if len(skeleton) >= 4 * _SHINGLE else None

    @property
    def compared_all(self) -> bool:
        """Whether near copies were looked for among all rows."""
        return self._rows <= ROWS_COMPARED

    def _alike(self, row: int, signature: list[int]) -> int | None:
        found = None
        tried: set[int] = set()
        for band in range(_BANDS):
            # The band's number keeps equal pairs of different bands apart.
            pair = signature[2 * band] << 35 | signature[2 * band + 1] << 3 | band
            other = self._buckets.setdefault(pair, row)
            if other != row and found is None and other not in tried:
                tried.add(other)
                at = self._place[other]
                agree = sum(map(eq, signature, self._minima[at : at + _BINS]))
                found = other if agree >= _AGREE else None
        self._place[row] = len(self._minima)
        self._minima.extend(signature)
        return found


def skeleton_of(text: str) -> str:
    """The letters at the front of a text, in lower case: what stays when punctuation, spacing and figures go."""
    front = text[:_CHARACTERS]
    if front.isascii():
        return front.encode().translate(_LOWER, _ASCII_NOISE).decode()
    return _NOISE.sub("", front).lower()


def _hash(content: bytes) -> int:
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "little")


def _minima(text: str) -> list[int]:
    """The least hash of the shingles that fall into each bin."""
    # Only sets of more than a few rows are worth the tenth of a second that it takes to load.
    import numpy as np

    characters = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    count = len(characters) - _SHINGLE + 1
    hashes = np.zeros(count, np.uint64)
    for i in range(_SHINGLE):
        hashes += characters[i : i + count] * np.uint64(_FACTORS[i])
    # The high bits of a sum of odd multiples depend on every character; the low ones do not.
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(_FACTORS[0])
    bins, values = hashes >> np.uint64(60), (hashes >> np.uint64(28)).astype(np.uint32)
    minima = np.full(_BINS, (1 << 32) - 1, np.uint32)
    np.minimum.at(minima, bins.astype(np.intp), values)
    found: list[int] = minima.tolist()
    return found
