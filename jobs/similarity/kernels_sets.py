"""Compiled kernels over sorted sets and over the graph of similar pairs."""

from __future__ import annotations

import numpy as np

from jobs.similarity.kernels import Array, compiled


@compiled
def shared_counts(values: Array, offsets: Array, left: Array, right: Array) -> Array:
    """(pairs,) how many hashes rows ``left[k]`` and ``right[k]`` share: a merge of two sorted runs of distinct hashes.

    Both ends step by comparison results and not by branches, which would be mispredicted every other time.
    """
    out = np.empty(len(left), dtype=np.int64)
    for pair in range(len(left)):
        one = values[offsets[left[pair]] : offsets[left[pair] + 1]]
        other = values[offsets[right[pair]] : offsets[right[pair] + 1]]
        a, b, shared = np.uint64(0), np.uint64(0), np.int64(0)
        while a < np.uint64(len(one)) and b < np.uint64(len(other)):
            x, y = one[a], other[b]
            shared += np.int64(x == y)
            a += np.uint64(x <= y)
            b += np.uint64(y <= x)
        out[pair] = shared
    return out


@compiled
def greedy_cover(rows: int, first: Array, second: Array, similarity: Array) -> tuple[Array, Array]:
    """The greedy independent set: for each rank its witness's rank, -1 where it is kept, and the similarity with it.

    ``first`` and ``second`` are ranks, the smaller is kept first; equal ones are no pair. Linear: edges are dealt to
    their later end, and each row looks once at its earlier neighbours.
    """
    bounds = np.zeros(rows + 1, dtype=np.int64)
    for edge in range(len(first)):
        bounds[max(first[edge], second[edge]) + 1] += 1
    for row in range(rows):
        bounds[row + 1] += bounds[row]
    place, edges = bounds[:-1].copy(), np.empty(len(first), dtype=np.int64)
    for edge in range(len(first)):
        later = max(first[edge], second[edge])
        edges[place[later]] = edge
        place[later] += 1
    witness, found = np.full(rows, -1, dtype=np.int64), np.full(rows, np.nan)
    for row in range(rows):
        for k in range(bounds[row], bounds[row + 1]):
            edge = edges[k]
            other, value = min(first[edge], second[edge]), similarity[edge]
            if other == row or witness[other] >= 0:
                continue
            best = witness[row]
            if best < 0 or value > found[row] or (value == found[row] and other < best):
                witness[row], found[row] = other, value
    return witness, found
