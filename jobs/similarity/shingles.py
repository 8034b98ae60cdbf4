"""Shingles: the overlapping runs of tokens by which two texts are found to be near copies.

A token is one character of a script without spaces (Chinese above all) or one whole word elsewhere, so that one rule
serves Chinese, English and the two mixed. Why not characters throughout: five Latin letters are less than a word and
shared by chance; five Chinese characters are most of a phrase.

``DEFAULT_WIDTH`` is 3 tokens. One changed token in a text of T tokens leaves J = (T - 2w + 1) / (T + 1) for width w:

    T    w=2    w=3    w=4    w=5
    20   .81    .71    .62    .52
    40   .90    .85    .80    .76
    100  .96    .94    .92    .90

so width 5, right for web pages, loses edited copies of the short turns that fine-tuning data is made of. Measured on
real Chinese turns of 15-40 characters with one edit, share at J >= 0.7 for widths 2, 3, 4, 5: .94, .76, .58, .39;
dialogues of 430 characters with three edits at J >= 0.8: 1.0, .995, .99, .97. Width 2 pays with different turns called
alike: among 1,500 turns 774 pairs at J >= 0.6, width 3 66 pairs.

A text of fewer tokens than the width has no shingles: it is compared exactly or not at all, and shares no bucket.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.similarity.folding import PART, SEPARATOR, SINGLE, class_table, code_points

DEFAULT_WIDTH = 3
# Between texts while they are worked on as one array; a control character, so it composes with nothing under NFKC.
_TEXT_END = "\x1d"

_U64 = npt.NDArray[np.uint64]
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_BASE = 0x9E3779B97F4A7C15
_WORD_BASE = 0xD1342543DE82EF95
_CHUNK_CHARACTERS = 1 << 14  # code points at a time: the 64-bit temporaries stay in the cache


@dataclass(frozen=True, slots=True)
class Shingles:
    """Sorted, distinct 32-bit shingle hashes of many texts: text i's are ``values[offsets[i]:offsets[i + 1]]``.

    32 bits: two rows of 500 shingles share one by collision with probability 500 * 500 / 2^32 = 6e-5, and then J moves
    by 0.001. ``values`` is uint32, ``offsets`` int64 of length n + 1.
    """

    values: npt.NDArray[np.uint32]
    offsets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> npt.NDArray[np.uint32]:
        return self.values[self.offsets[index] : self.offsets[index + 1]]

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """(n,) distinct shingles of each text; 0 for a text shorter than the width."""
        return np.diff(self.offsets)

    @classmethod
    def from_arrays(cls, arrays: Iterable[npt.NDArray[np.uint32]]) -> Shingles:
        """From one sorted array of distinct hashes a text."""
        listed = [np.asarray(a, dtype=np.uint32) for a in arrays]
        offsets = np.zeros(len(listed) + 1, dtype=np.int64)
        np.cumsum([len(a) for a in listed], out=offsets[1:])
        return cls(np.concatenate([*listed, np.empty(0, np.uint32)]).astype(np.uint32), offsets)

    def to_arrow(self) -> pa.LargeListArray:
        """A large_list<uint32> array, sharing memory."""
        return pa.LargeListArray.from_arrays(pa.array(self.offsets), pa.array(self.values))

    @classmethod
    def from_arrow(cls, column: pa.Array) -> Shingles:
        """From a list or large_list column of integers, as Spark hands it over; a null counts as no shingles."""
        offsets = np.zeros(len(column) + 1, dtype=np.int64)
        np.cumsum(column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False), out=offsets[1:])
        values = column.flatten().to_numpy(zero_copy_only=False)
        return cls(values.astype(np.uint32, copy=False), offsets)


def shingle(texts: Sequence[str | None], width: int = DEFAULT_WIDTH) -> Shingles:
    """The shingles of ``texts``, folded (``jobs.similarity.folding``), in one vectorised pass.

    Args:
        texts: comparison texts (``jobs.similarity.keys.key_text``); None counts as empty.
        width: tokens a shingle. Shingles do not cross a ``PART`` border, and the same words in another part (chosen,
            rejected) are other shingles.

    Raises:
        ValueError: ``width`` below 1.
    """
    if width < 1:
        raise ValueError(f"width: expected at least 1 token a shingle; got {width}")
    rows: list[_U64] = []
    start = 0
    while start < len(texts):
        stop, size = start, 0
        while stop < len(texts) and (stop == start or size < _CHUNK_CHARACTERS):
            size += len(texts[stop] or "")
            stop += 1
        rows.append(_distinct(texts[start:stop], width) + (np.uint64(start) << np.uint64(32)))
        start = stop
    keyed = np.concatenate([*rows, np.empty(0, np.uint64)])
    offsets = np.searchsorted(keyed, np.arange(len(texts) + 1, dtype=np.uint64) << np.uint64(32)).astype(np.int64)
    return Shingles((keyed & np.uint64(0xFFFFFFFF)).astype(np.uint32), offsets)


def token_count(text: str) -> int:
    """How many tokens ``text`` has: characters of scripts without spaces and words of the others."""
    return len(_tokens([text])[0])


def _distinct(texts: Sequence[str | None], width: int) -> _U64:
    """Sorted distinct ``text index << 32 | shingle hash``."""
    tokens, segment, row, part = _tokens(texts)
    windows = len(tokens) - width + 1
    if windows <= 0:
        return np.empty(0, dtype=np.uint64)
    # Tokens of a segment (one part of one text) are consecutive: a window is whole when its two ends share a segment.
    whole = segment[:windows] == segment[width - 1 :]
    hashes = np.zeros(windows, dtype=np.uint64)
    for k in range(width):
        hashes = hashes * np.uint64(_BASE) + tokens[k : k + windows]
    hashes = _mix(hashes + part[:windows].astype(np.uint64) * _MIX_2)[whole]
    keyed = (row[:windows][whole].astype(np.uint64) << np.uint64(32)) | (hashes >> np.uint64(32))
    keyed.sort()
    return keyed[np.concatenate([np.ones(min(1, len(keyed)), dtype=bool), keyed[1:] != keyed[:-1]])]


def _tokens(
    texts: Sequence[str | None],
) -> tuple[_U64, npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Token hashes with, for each, its segment, its text and its part within the text."""
    joined = _TEXT_END.join([(text or "").replace(_TEXT_END, " ") for text in texts])
    codes = code_points(unicodedata.normalize("NFKC", joined).casefold())
    if not len(codes):
        none = np.empty(0, dtype=np.int64)
        return np.empty(0, dtype=np.uint64), none, none, none
    kinds = class_table()[codes]
    text_ends, part_ends = codes == ord(_TEXT_END), codes == ord(PART)
    # A token starts at each single character, and where a run of word characters starts.
    previous = np.concatenate([np.array([SEPARATOR]), kinds[:-1]])
    starts = np.flatnonzero((kinds == SINGLE) | ((kinds != SEPARATOR) & (previous != kinds)))
    boundary = np.flatnonzero(kinds != np.concatenate([kinds[1:], np.array([SEPARATOR])])) + 1
    ends = np.where(kinds[starts] == SINGLE, starts + 1, boundary[np.searchsorted(boundary, starts, side="right")])
    row_of = np.cumsum(text_ends)
    segment_of = np.cumsum(text_ends | part_ends)
    first_segment = np.concatenate([np.zeros(1, np.int64), segment_of[text_ends]])
    row, segment = row_of[starts], segment_of[starts]
    return _hash_spans(codes, starts, ends), segment, row, segment - first_segment[row]


def _hash_spans(codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> _U64:
    """A 64-bit hash of each ``codes[start:end]``: a polynomial modulo 2^64, from one running sum over all of them.

    sum(c_i * B^i) over a span is the difference of two running sums; multiplying by B^-start makes it the same
    wherever the span lies. B is odd, so it has an inverse modulo 2^64.
    """
    mixed = _mix(codes.astype(np.uint64) + np.uint64(1))
    powers = _powers(_WORD_BASE, len(codes))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed * powers, dtype=np.uint64)])
    inverse = _powers(pow(_WORD_BASE, -1, 1 << 64), len(codes))
    return _mix((sums[ends] - sums[starts]) * inverse[starts])


def _powers(base: int, count: int) -> _U64:
    """base^0 ... base^(count - 1) modulo 2^64."""
    return _power_table(base, 1 << (count - 1).bit_length())[:count]


@lru_cache(maxsize=16)
def _power_table(base: int, count: int) -> _U64:
    factors = np.full(count, base, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


def _mix(x: _U64) -> _U64:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit changes each output bit half the time."""
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))
