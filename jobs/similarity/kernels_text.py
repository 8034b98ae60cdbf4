"""Compiled kernels over Arrow's UTF-8 buffers: tokens, shingles, signatures and content hashes, a row at a time.

Every array is contiguous. A row is folded as it is read, by one table look-up a character
(``jobs.similarity.folding.fold_table``); its tokens and shingles live in scratch buffers that the next row reuses, so
the memory of a batch is its result and the longest row.

Hashes are wrapping 64-bit integer arithmetic throughout: the same on every machine. All in one file, because a kernel
may call nothing outside its own (``jobs.similarity.kernels``) and all of these read a row's tokens.
"""

from __future__ import annotations

import numpy as np

from jobs.similarity.kernels import Array, Scalar, compiled

# An entry of the fold table: class of the character in two bits, flags, and from bit 8 on what it folds to.
CLASS, WORD, SINGLE = 3, 1, 2
COMPLEX, EXPANDS, BORDER = 4, 8, 16
NO_BUCKET = np.int64(np.iinfo(np.int64).min)

_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_BASE, _WORD_BASE = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1342543DE82EF95)
_CONTENT_1, _CONTENT_2 = np.uint64(0xA0761D6478BD642F), np.uint64(0xE7037ED1A0B428DB)
_27, _29, _30, _31, _32 = np.uint64(27), np.uint64(29), np.uint64(30), np.uint64(31), np.uint64(32)
_ONE = np.uint64(1)
_PART_MARK = np.uint64(0)  # stands for a border among tokens; no token is 0


@compiled
def mark_complex(data: Array, offsets: Array, table: Array, suspect: Array) -> Array:
    """(n,) rows with a character whose folding depends on its neighbours.

    ``suspect`` is (256,): lead bytes under which there is such a character; the others are stepped over undecoded.
    """
    out = np.zeros(len(offsets) - 1, dtype=np.bool_)
    for row in range(len(out)):
        text, at = data[offsets[row] : offsets[row + 1]], np.int64(0)
        while at < len(text):
            lead = text[np.uint64(at)]
            if suspect[lead]:
                code, at = _decode(text, at)
                if table[code] & COMPLEX:
                    out[row] = True
                    break
            else:
                at += 1 + np.int64(lead >= 0xC0) + np.int64(lead >= 0xE0) + np.int64(lead >= 0xF0)
    return out


@compiled
def shingle_rows(
    data: Array, offsets: Array, folded: Array, table: Array, starts: Array, codes: Array, width: int
) -> tuple[Array, Array]:
    """Sorted distinct shingle hashes of the rows one after another, and the (n + 1,) offsets of the rows."""
    rows = len(offsets) - 1
    out_offsets = np.zeros(rows + 1, dtype=np.int64)
    longest = _longest(offsets)
    tokens, runs = np.empty(longest, dtype=np.uint64), np.empty(longest, dtype=np.uint64)
    values, sorted_values = np.empty(longest, dtype=np.uint32), np.empty(longest, dtype=np.uint32)
    edges = np.zeros(2 * longest + 2, dtype=np.int64)
    # No more shingles than tokens, nor tokens than bytes; pages never written are never in memory.
    out = np.empty(offsets[rows] - offsets[0], dtype=np.uint32)
    size = 0
    for row in range(rows):
        count = _row_tokens(data[offsets[row] : offsets[row + 1]], folded[row], table, starts, codes, tokens)
        found = _row_shingles(tokens[:count], width, runs, values)
        _sort(values, found, sorted_values, edges)
        for k in range(found):
            if k == 0 or sorted_values[k] != sorted_values[k - 1]:
                out[size] = sorted_values[k]
                size += 1
        out_offsets[row + 1] = size
    return out[:size].copy(), out_offsets


@compiled
def band_key_rows(
    data: Array,
    offsets: Array,
    folded: Array,
    table: Array,
    starts: Array,
    codes: Array,
    width: int,
    flips: Array,
    factors: Array,
    bands: int,
) -> Array:
    """(n, bands) bucket keys of the rows; a shingle that a row repeats changes no minimum and is not looked for."""
    rows = len(offsets) - 1
    longest = _longest(offsets)
    tokens, runs = np.empty(longest, dtype=np.uint64), np.empty(longest, dtype=np.uint64)
    values, signature = np.empty(longest, dtype=np.uint32), np.empty(len(flips), dtype=np.uint32)
    out = np.full((rows, bands), NO_BUCKET, dtype=np.int64)
    for row in range(rows):
        count = _row_tokens(data[offsets[row] : offsets[row + 1]], folded[row], table, starts, codes, tokens)
        found = _row_shingles(tokens[:count], width, runs, values)
        if found:
            _minima(values[:found], flips, factors, signature)
            _keys(signature, bands, out[row])
    return out


@compiled
def content_rows(
    data: Array, offsets: Array, folded: Array, table: Array, starts: Array, codes: Array
) -> tuple[Array, Array]:
    """(n, 2) 128 bits of each row's token sequence with its part borders, and its (n,) count of tokens."""
    rows = len(offsets) - 1
    tokens = np.empty(_longest(offsets), dtype=np.uint64)
    out, sizes = np.zeros((rows, 2), dtype=np.uint64), np.zeros(rows, dtype=np.int64)
    for row in range(rows):
        count = _row_tokens(data[offsets[row] : offsets[row + 1]], folded[row], table, starts, codes, tokens)
        first, second = _CONTENT_1, _CONTENT_2
        for k in range(count):
            sizes[row] += tokens[k] != _PART_MARK
            first = (first ^ tokens[k]) * _CONTENT_2
            first ^= first >> _29
            second = (second + tokens[k]) * _CONTENT_1
            second ^= second >> _32
        if sizes[row]:
            out[row, 0], out[row, 1] = _mix(first), _mix(second)
    return out, sizes


@compiled
def token_rows(
    data: Array, offsets: Array, folded: Array, table: Array, starts: Array, codes: Array
) -> tuple[Array, Array]:
    """The hashes of the rows' tokens one after another, 0 at a part border, and the (n + 1,) offsets of the rows."""
    rows = len(offsets) - 1
    out_offsets, size = np.zeros(rows + 1, dtype=np.int64), 0
    out = np.empty(offsets[rows] - offsets[0], dtype=np.uint64)
    for row in range(rows):
        text = data[offsets[row] : offsets[row + 1]]
        size += _row_tokens(text, folded[row], table, starts, codes, out[size:])
        out_offsets[row + 1] = size
    return out[:size].copy(), out_offsets


@compiled
def _longest(offsets: Array) -> int:
    longest = 1
    for row in range(len(offsets) - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    return longest


@compiled
def _mix(x: np.uint64) -> np.uint64:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit changes each output bit half the time."""
    x = (x ^ (x >> _30)) * _MIX_1
    x = (x ^ (x >> _27)) * _MIX_2
    return x ^ (x >> _31)


@compiled
def _decode(row: Array, at: Scalar) -> tuple[Scalar, Scalar]:
    """The code point at ``at`` and where the next one starts. Bytes that are no UTF-8 give some character, safely."""
    here = np.uint64(at)
    first = np.int64(row[here])
    if first < 0x80:
        return first, at + 1
    length = 2 + np.int64(first >= 0xE0) + np.int64(first >= 0xF0)
    if at + length > len(row):
        return 0xFFFD, len(row)
    second = np.int64(row[here + np.uint64(1)]) & 0x3F
    if length == 2:
        return ((first & 0x1F) << 6) | second, at + 2
    third = np.int64(row[here + np.uint64(2)]) & 0x3F
    if length == 3:
        return ((first & 0x0F) << 12) | (second << 6) | third, at + 3
    code = ((first & 0x07) << 18) | (second << 12) | (third << 6) | (np.int64(row[here + np.uint64(3)]) & 0x3F)
    return min(code, 0x10FFFF), at + 4


@compiled
def _row_tokens(row: Array, folded: bool, table: Array, starts: Array, codes: Array, tokens: Array) -> Scalar:
    """Writes the hash of each token of ``row``, a mark at each border; returns how many.

    A row already folded keeps its characters; of the table it uses the classes alone.
    """
    count, word, at = np.uint64(0), np.uint64(0), 0
    while at < len(row):
        code, at = _decode(row, at)
        entry = table[np.uint64(code)]
        if folded and not entry & BORDER:
            entry = np.uint32((code << 8) | ((np.int64(entry) >> 5) & CLASS))
        if entry & (BORDER | EXPANDS):
            if entry & BORDER:
                count, word = _end_word(tokens, count, word)
                tokens[count] = _PART_MARK
                count += _ONE
            else:
                for k in range(starts[entry >> 8], starts[(entry >> 8) + 1]):
                    count, word = _take(codes[k], tokens, count, word)
        else:
            count, word = _take(entry, tokens, count, word)
    count, word = _end_word(tokens, count, word)
    for k in range(np.int64(count)):
        tokens[k] = _mix(tokens[k])  # of 0 it makes 0: a mark stays one
    return np.int64(count)


@compiled
def _take(entry: np.uint32, tokens: Array, count: np.uint64, word: np.uint64) -> tuple[Scalar, Scalar]:
    """One folded character: into the open word (0 when none is open), or the word's end and perhaps its own token."""
    if entry & CLASS == WORD:
        word = ((word + _MIX_1) ^ np.uint64(entry >> 8)) * _WORD_BASE
        return count, word ^ (word >> _32)
    if word != np.uint64(0):
        count, word = _end_word(tokens, count, word)
    if entry & CLASS == SINGLE:
        tokens[count] = np.uint64(entry >> 8) + _ONE
        count += _ONE
    return count, word


@compiled
def _end_word(tokens: Array, count: np.uint64, word: np.uint64) -> tuple[Scalar, Scalar]:
    if word != np.uint64(0):
        tokens[count] = word
        count += _ONE
    return count, np.uint64(0)


@compiled
def _row_shingles(tokens: Array, width: int, runs: Array, values: Array) -> Scalar:
    """Writes the hash of each run of ``width`` tokens that crosses no border; returns how many, repeats included.

    A run's hash is a polynomial modulo 2^64 of its tokens, mixed with the number of its part. Evaluated for all runs
    of a part at once and not from one run to the next: plain loops over arrays, which LLVM turns into vector code.
    """
    found, part, start = 0, np.uint64(0), 0
    while start <= len(tokens) - width:
        stop = start
        while stop < len(tokens) and tokens[stop] != _PART_MARK:
            stop += 1
        count = stop - start - width + 1
        if count > 0:
            into = values[found : found + count]
            _mix_runs(tokens[start:stop], width, runs[:count], part, into)
            found += count
        start, part = stop + 1, part + _MIX_2
    return found


@compiled
def _mix_runs(tokens: Array, width: int, runs: Array, part: np.uint64, out: Array) -> None:
    for k in range(len(runs)):
        runs[k] = tokens[k]
    for step in range(1, width):
        shifted = tokens[step : step + len(runs)]
        for k in range(len(runs)):
            runs[k] = runs[k] * _BASE + shifted[k]
    for k in range(len(out)):
        out[k] = np.uint32(_mix(runs[k] + part) >> _32)


@compiled
def _minima(values: Array, flips: Array, factors: Array, out: Array) -> None:
    # Permutations outside, values inside: a reduction that LLVM keeps in vector registers, one load for each 16 values.
    for p in range(len(flips)):
        flip, factor, least = flips[p], factors[p], np.uint32(0xFFFFFFFF)
        for k in range(len(values)):
            least = min(least, np.uint32((values[k] ^ flip) * factor))
        out[p] = least


@compiled
def _keys(signature: Array, bands: int, out: Array) -> None:
    rows = len(signature) // bands
    for band in range(bands):
        key = np.uint64(band + 1)
        for k in range(band * rows, (band + 1) * rows):
            key = (key ^ np.uint64(signature[k])) * _MIX_1
            key ^= key >> _29
        out[band] = np.int64(key)


@compiled
def _sort(values: Array, count: int, out: Array, edges: Array) -> None:
    """``values[:count]`` in order: dealt by their leading bits into about ``count`` cells, then insertion within reach.

    Hashes are uniform, so a cell holds one different value on average and the whole is linear.
    """
    shift = np.uint32(32)
    while shift > 0 and (1 << (32 - shift)) < count:
        shift -= np.uint32(1)
    cells = 1 << (32 - np.int64(shift))
    edges[: cells + 1] = 0
    for k in range(count):
        edges[(np.uint64(values[k]) >> np.uint64(shift)) + np.uint64(1)] += 1
    for cell in range(cells):
        edges[cell + 1] += edges[cell]
    for k in range(count):
        place = np.uint64(values[k]) >> np.uint64(shift)
        out[edges[place]] = values[k]
        edges[place] += 1
    for k in range(1, count):
        value, at = out[k], np.int64(k)
        while at > 0 and out[at - 1] > value:
            out[at] = out[at - 1]
            at -= 1
        out[at] = value
