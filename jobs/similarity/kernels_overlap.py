"""Compiled kernels that look for runs of tokens of many rows in one table of protected runs."""

from __future__ import annotations

import numpy as np

from jobs.similarity.kernels import Array, Scalar, compiled

_BASE, _MIX_1, _MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)
_BORDER = np.uint64(0)  # among tokens, as jobs.similarity.shingles.token_hashes gives them


@compiled
def run_hashes(tokens: Array, width: Scalar, out: Array) -> Scalar:
    """Writes a 64-bit hash of each run of ``width`` tokens of one text, 0 where it crosses a border; returns how many.

    Rolled from one run to the next (Karp and Rabin 1987); the width is part of the hash.
    """
    if width < 1 or len(tokens) < width:
        return 0
    oldest = np.uint64(1)
    for _ in range(width):
        oldest *= _BASE
    run, seen = np.uint64(0), 0
    for k in range(len(tokens)):
        if tokens[k] == _BORDER:
            run, seen = np.uint64(0), 0
        else:
            run = run * _BASE + tokens[k]
            seen += 1
            if seen > width:
                run -= tokens[k - width] * oldest
        if k >= width - 1:
            x = run + np.uint64(width) * _MIX_1
            x = (x ^ (x >> _30)) * _MIX_1
            x = (x ^ (x >> _27)) * _MIX_2
            out[k - width + 1] = (x ^ (x >> _31)) if seen >= width else np.uint64(0)
    return len(tokens) - width + 1


@compiled
def runs_of_items(tokens: Array, offsets: Array, widths: Array) -> tuple[Array, Array]:
    """The run hashes of each item at its own width (0: none), one item after another, and (n + 1,) their offsets."""
    out, bounds = np.empty(len(tokens), dtype=np.uint64), np.zeros(len(offsets), dtype=np.int64)
    for item in range(len(widths)):
        size = bounds[item]
        bounds[item + 1] = size + run_hashes(tokens[offsets[item] : offsets[item + 1]], widths[item], out[size:])
    return out[: bounds[-1]].copy(), bounds


@compiled
def best_items(
    tokens: Array,
    text_offsets: Array,
    row_offsets: Array,
    widths: Array,
    keys: Array,
    sieve: Array,
    posting_offsets: Array,
    postings: Array,
    sizes: Array,
) -> tuple[Array, Array]:
    """For each row the item of which it holds the largest share of runs, -1 for none, and how many of them it holds.

    Args:
        tokens, text_offsets: of the texts; row i's texts are ``row_offsets[i]:row_offsets[i + 1]``.
        widths: the widths at which there are protected runs.
        keys: (k,) sorted run hashes; key j belongs to ``postings[posting_offsets[j]:posting_offsets[j + 1]]``.
        sieve: (2^b,) True under the leading b bits of a key; nearly every run of clean text ends there.
        sizes: (items,) runs of each item. Equal shares go to the first item.
    """
    rows = len(row_offsets) - 1
    best, best_hits = np.full(rows, -1, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    seen, counted = np.full(len(keys), -1, dtype=np.int64), np.full(len(sizes), -1, dtype=np.int64)
    hits, touched = np.zeros(len(sizes), dtype=np.int64), np.empty(len(sizes), dtype=np.int64)
    longest = 1
    for text in range(len(text_offsets) - 1):
        longest = max(longest, text_offsets[text + 1] - text_offsets[text])
    runs = np.empty(longest, dtype=np.uint64)
    shift = np.uint64(64 - np.int64(np.round(np.log2(len(sieve)))))
    for row in range(rows):
        items = 0
        for text in range(row_offsets[row], row_offsets[row + 1]):
            for width in widths:
                for k in range(run_hashes(tokens[text_offsets[text] : text_offsets[text + 1]], width, runs)):
                    if not sieve[runs[k] >> shift] or runs[k] == _BORDER:
                        continue
                    key = np.searchsorted(keys, runs[k])
                    if key == len(keys) or keys[key] != runs[k] or seen[key] == row:
                        continue
                    seen[key] = row
                    for place in range(posting_offsets[key], posting_offsets[key + 1]):
                        item = postings[place]
                        if counted[item] != row:
                            counted[item], hits[item], touched[items] = row, 0, item
                            items += 1
                        hits[item] += 1
        for k in range(items):
            item, now = touched[k], best[row]
            more = hits[item] * sizes[now] - best_hits[row] * sizes[item]
            if now < 0 or more > 0 or (more == 0 and item < now):
                best[row], best_hits[row] = item, hits[item]
    return best, best_hits
