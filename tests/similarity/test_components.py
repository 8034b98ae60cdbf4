import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity.components import cluster_ids, component_roots


@given(
    st.integers(1, 20).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=30))
    )
)
def test_a_cluster_is_named_after_its_smallest_id(graph: tuple[int, list[tuple[int, int]]]) -> None:
    n, pairs = graph
    ids = [f"r{(i * 7) % n:02d}-{i:02d}" for i in range(n)]
    root = list(range(n))

    def find(i: int) -> int:
        return i if root[i] == i else find(root[i])

    for a, b in pairs:
        root[find(a)] = find(b)
    expected = [min(ids[j] for j in range(n) if find(j) == find(i)) for i in range(n)]
    assert cluster_ids(ids, [ids[a] for a, _ in pairs], [ids[b] for _, b in pairs]).tolist() == expected


def test_no_rows_and_no_pairs() -> None:
    assert cluster_ids([], [], []).tolist() == []
    assert component_roots(3, np.empty(0, np.int64), np.empty(0, np.int64)).tolist() == [0, 1, 2]


def test_a_pair_of_unknown_rows_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected ids among the 1 rows; 1 are not"):
        cluster_ids(["a"], ["a"], ["b"])
