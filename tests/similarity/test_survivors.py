import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity.survivors import Survivors, keep_order, solve

Edges = dict[tuple[int, int], float]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[int], Edges]:
    n = draw(st.integers(1, 25))
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] < p[1])
    keys = draw(st.lists(pair, max_size=60, unique=True)) if n > 1 else []
    values = draw(st.lists(st.sampled_from([0.8, 0.85, 0.9, 1.0]), min_size=len(keys), max_size=len(keys)))
    return n, draw(st.permutations(range(n))), dict(zip(keys, values, strict=True))


def run(rank: list[int], edges: Edges, order: list[int] | None = None) -> Survivors:
    listed = list(edges.items())
    listed = [listed[k] for k in order] if order is not None else listed
    left, right = np.array([e[0][0] for e in listed], np.int64), np.array([e[0][1] for e in listed], np.int64)
    return solve(np.array(rank), left, right, np.array([e[1] for e in listed], np.float64))


def oracle(rank: list[int], edges: Edges) -> dict[int, tuple[int, float] | None]:
    """Row -> None where kept, else its witness and similarity: the definition, in plain Python."""
    out: dict[int, tuple[int, float] | None] = {}
    for row in sorted(range(len(rank)), key=lambda r: rank[r]):
        likes = [(v, a if b == row else b) for (a, b), v in edges.items() if row in (a, b)]
        kept = [(value, other) for value, other in likes if other in out and out[other] is None]
        best = min(kept, key=lambda k: (-k[0], rank[k[1]]), default=None)
        out[row] = None if best is None else (best[1], best[0])
    return out


@given(graphs())
def test_the_answer_is_the_oracle_s(graph: tuple[int, list[int], Edges]) -> None:
    n, rank, edges = graph
    found, expected = run(rank, edges), oracle(rank, edges)
    for row in range(n):
        if expected[row] is None:
            assert found.kept[row]
            assert found.witness[row] == -1
            assert math.isnan(found.similarity[row])
        else:
            assert not found.kept[row]
            assert (found.witness[row], found.similarity[row]) == expected[row]


@given(graphs())
def test_laws_of_survivors(graph: tuple[int, list[int], Edges]) -> None:
    n, rank, edges = graph
    found = run(rank, edges)
    assert not any(found.kept[a] and found.kept[b] for a, b in edges)
    for row in np.flatnonzero(~found.kept):
        witness = int(found.witness[row])
        assert found.kept[witness]
        assert rank[witness] < rank[row]
        assert edges[(min(row, witness), max(row, witness))] == found.similarity[row]
    again = {pair: value for pair, value in edges.items() if found.kept[list(pair)].all()}
    assert run(rank, again).kept.sum() == n


@given(graphs(), st.randoms())
def test_the_order_of_rows_and_pairs_does_not_matter(graph: tuple[int, list[int], Edges], random: Any) -> None:
    n, rank, edges = graph
    expected = run(rank, edges)
    names = list(range(n))
    random.shuffle(names)
    moved = {(names[a], names[b]): value for (a, b), value in edges.items()}
    order = list(range(len(edges)))
    random.shuffle(order)
    new_rank = [0] * n
    for row, name in enumerate(names):
        new_rank[name] = rank[row]
    found = run(new_rank, moved, order)
    assert all(found.kept[names[row]] == expected.kept[row] for row in range(n))
    for row in np.flatnonzero(~expected.kept):
        assert found.witness[names[row]] == names[expected.witness[row]]


def test_ties_go_by_record_id() -> None:
    assert keep_order([(0.0,)] * 3, ["c", "a", "b"]).tolist() == [2, 0, 1]
    with pytest.raises(ValueError, match="expected 2 different ids; got 1"):
        keep_order([(0.0,)] * 2, ["a", "a"])
