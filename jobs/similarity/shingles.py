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

The work is done by compiled kernels on Arrow's UTF-8 buffers (``jobs.similarity.kernels_text``), imported at the first
call because numba takes a second to load.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.similarity.folding import fold_table, fold_together

DEFAULT_WIDTH = 3
# Texts as callers hold them: an Arrow column of strings (read in place) or Python's, None or null counting as empty.
Texts: TypeAlias = pa.Array | pa.ChunkedArray | Sequence[str | None]


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

    def __iter__(self) -> Iterator[npt.NDArray[np.uint32]]:
        return (self[index] for index in range(len(self)))

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


@dataclass(frozen=True, slots=True)
class Utf8:
    """Texts as the kernels read them: text i is ``data[offsets[i]:offsets[i + 1]]``; ``folded`` marks those that were
    folded whole beforehand because they hold a character that depends on its neighbours."""

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]
    folded: npt.NDArray[np.bool_]

    @property
    def arguments(self) -> tuple[npt.NDArray[Any], ...]:
        """What every kernel over texts takes first: the texts and the fold table."""
        from jobs.similarity.kernels import fixed

        table = fold_table()
        arrays = (self.data, self.offsets, self.folded, table.entries, table.starts, table.codes)
        return tuple(fixed(array) for array in arrays)


def read_utf8(texts: Texts) -> Utf8:
    """``texts`` as UTF-8 buffers, without a copy where they are a large_string array that needs no folding beforehand.

    Lone surrogates, which a Python string may hold and UTF-8 cannot, count as punctuation.
    """
    from jobs.similarity.kernels import fixed
    from jobs.similarity.kernels_text import mark_complex

    column = _column(texts)
    data, offsets = _buffers(column)
    table = fold_table()
    folded = mark_complex(*(fixed(array) for array in (data, offsets, table.entries, table.suspect)))
    if folded.any():
        mask = pa.array(folded)
        rewritten = pa.array(fold_together(column.filter(mask).to_pylist()), pa.large_string())
        data, offsets = _buffers(pc.replace_with_mask(column, mask, rewritten))
    return Utf8(data, offsets, folded)


def shingle(texts: Texts, width: int = DEFAULT_WIDTH) -> Shingles:
    """The shingles of ``texts``, folded (``jobs.similarity.folding``).

    Args:
        texts: comparison texts (``jobs.similarity.keys.key_text``).
        width: tokens a shingle. Shingles do not cross a ``PART`` border, and the same words in another part (chosen,
            rejected) are other shingles.

    Raises:
        ValueError: ``width`` below 1.
    """
    from jobs.similarity.kernels_text import shingle_rows

    if width < 1:
        raise ValueError(f"width: expected at least 1 token a shingle; got {width}")
    return Shingles(*shingle_rows(*read_utf8(texts).arguments, width))


def content_hashes(texts: Texts) -> npt.NDArray[np.uint64]:
    """(n, 2) uint64, 128 bits equal for texts of the same folded tokens in the same parts; zeros where there is none.

    Case, width, spaces and punctuation between tokens do not count: ``订单 A 到哪了?`` equals ``订单a到哪了``. Two
    different texts among 10^9 share 128 bits with probability 10^-21.
    """
    from jobs.similarity.kernels_text import content_rows

    hashes: npt.NDArray[np.uint64] = content_rows(*read_utf8(texts).arguments)[0]
    return hashes


def token_counts(texts: Texts) -> npt.NDArray[np.int64]:
    """(n,) how many tokens each text has: characters of scripts without spaces and words of the others."""
    from jobs.similarity.kernels_text import content_rows

    counts: npt.NDArray[np.int64] = content_rows(*read_utf8(texts).arguments)[1]
    return counts


def token_hashes(texts: Texts) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """The 64-bit hashes of all texts' tokens, 0 at each part border, and the (n + 1,) offsets of the texts."""
    from jobs.similarity.kernels_text import token_rows

    tokens, offsets = token_rows(*read_utf8(texts).arguments)
    return tokens, offsets


def _column(texts: Texts) -> pa.LargeStringArray:
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if not isinstance(texts, pa.Array):
        try:
            texts = pa.array(texts, pa.large_string())
        except UnicodeEncodeError:
            texts = pa.array([None if text is None else text.encode(errors="replace").decode() for text in texts])
    if not pa.types.is_large_string(texts.type):
        texts = texts.cast(pa.large_string())
    return texts.fill_null("") if texts.null_count else texts


def _buffers(column: pa.LargeStringArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    _, offsets, data = column.buffers()
    if not len(column) or data is None:
        return np.empty(0, np.uint8), np.zeros(len(column) + 1, np.int64)
    places = np.frombuffer(offsets, dtype=np.int64)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(data, dtype=np.uint8), places
