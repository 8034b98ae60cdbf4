"""Copies among the rows of a file, cheaply and in bounded memory: an estimate to warn by; the build measures
exactly.
"""

from __future__ import annotations

import re
import zlib
from hashlib import blake2b

_NOISE = re.compile(r"[\W\d_]+")
_SHINGLE = 5
# 16 minima of one permutation: texts with Jaccard similarity J agree in a share J of them, give or take
# sqrt(J(1-J)/16),
# which is 0.10 at J = 0.8. Two that agree in 13 of 16 are alike to about 0.8.
_BINS, _AGREE = 16, 13
# Beyond these the estimate would cost more than it tells.
ROWS_COMPARED = 50_000
_CHARACTERS = 2_000


class CopyCounter:
    """Counts rows that say what an earlier row said.

    Attributes:
        exact: row -> the earlier row with the same content.
        near: row -> an earlier row that differs in punctuation, spacing and figures alone, or is alike to about 0.8.
    """

    def __init__(self) -> None:
        self.exact: dict[int, int] = {}
        self.near: dict[int, int] = {}
        self._seen: dict[bytes, int] = {}
        self._skeletons: dict[bytes, int] = {}
        self._buckets: dict[tuple[int, int], int] = {}
        self._signatures: dict[int, tuple[int, ...]] = {}
        self._rows = 0

    def add(self, row: int, content_hash: str, text: str) -> None:
        """Compare a row's text with those before it."""
        self._rows += 1
        first = self._seen.setdefault(bytes.fromhex(content_hash), row)
        if first != row:
            self.exact[row] = first
            return
        if self._rows > ROWS_COMPARED:
            return
        skeleton = _NOISE.sub("", text[:_CHARACTERS]).lower()
        if len(skeleton) < 8:
            return  # too little is left to say that two are the same
        key = blake2b(skeleton.encode("utf-8", "replace"), digest_size=8).digest()
        first = self._skeletons.setdefault(key, row)
        if first != row:
            self.near[row] = first
            return
        if len(skeleton) >= 4 * _SHINGLE:
            self._compare(row, skeleton)

    @property
    def compared_all(self) -> bool:
        return self._rows <= ROWS_COMPARED

    def _compare(self, row: int, skeleton: str) -> None:
        signature = _minima(skeleton)
        for key in enumerate(signature):
            other = self._buckets.setdefault(key, row)
            if other != row and row not in self.near:
                agree = sum(a == b for a, b in zip(signature, self._signatures[other], strict=True))
                if agree >= _AGREE:
                    self.near[row] = other
        self._signatures[row] = signature


def _minima(text: str) -> tuple[int, ...]:
    minima = [1 << 32] * _BINS
    for shingle in {text[i : i + _SHINGLE] for i in range(len(text) - _SHINGLE + 1)}:
        value = zlib.crc32(shingle.encode("utf-8", "replace"))
        place = value % _BINS
        if value < minima[place]:
            minima[place] = value
    return tuple(minima)
