import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity import lexical
from jobs.similarity.prefix_cells import earliest, groups_for, pack_rows, prefix_groups, unpack_rows

TEXTS = st.lists(st.text(alphabet="我的订单到哪里了ab ,。", max_size=20), max_size=25)


def check(texts: list[str], threshold: float, groups: int) -> float:
    """Every alike pair shares a group; the average number of groups of a row."""
    frequencies = lexical.document_frequencies(texts)
    rows = lexical.vectors(texts, lexical.inverse_frequencies(frequencies, len(texts)))
    row, group = prefix_groups(rows, frequencies, threshold, groups)
    mine = [set(group[row == k].tolist()) for k in range(len(texts))]
    left, right, _ = lexical.similar_pairs(rows, None, threshold)
    assert all(mine[i] & mine[j] for i, j in zip(left.tolist(), right.tolist(), strict=True))
    assert all(bool(found) == bool(rows[k].nnz) for k, found in enumerate(mine))
    return len(row) / max(1, len(texts))


@given(TEXTS, st.sampled_from([0.1, 0.6, 0.9, 1.0]), st.integers(1, 40))
def test_what_is_alike_shares_a_group(texts: list[str], threshold: float, groups: int) -> None:
    check(texts, threshold, groups)


def test_a_row_goes_to_few_groups() -> None:
    make = random.Random(3)
    alphabet = [chr(0x4E00 + k) for k in range(400)]
    weights = [1 / (k + 1) for k in range(400)]
    texts = ["".join(make.choices(alphabet, weights, k=make.randint(5, 60))) for _ in range(500)]
    texts += [text[:-2] + "".join(make.choices(alphabet, k=2)) for text in texts[:200]]
    assert check(texts, 0.9, 1 << 18) < 12
    assert groups_for(0) == 1
    assert groups_for(100_000) > 300


@given(TEXTS, TEXTS)
def test_packed_rows_have_the_same_products(left: list[str], right: list[str]) -> None:
    idf = lexical.inverse_frequencies(lexical.document_frequencies(left + right), len(left + right))
    a, b = lexical.vectors(left, idf), lexical.vectors(right, idf)
    one, two = unpack_rows(pack_rows(a), pack_rows(b))
    assert (one @ two.T).toarray() == pytest.approx((a @ b.T).toarray(), abs=1e-6)
    (last,) = unpack_rows(pack_rows(a).slice(1))
    assert (last @ last.T).toarray() == pytest.approx((a[1:] @ a[1:].T).toarray(), abs=1e-6)


def test_the_earliest_of_a_crowd() -> None:
    found = earliest(np.array([9, 1, 3, 2]), np.array([5, 9, 9, 1]), np.array([0.9, 0.8, 0.7, 1.0]), 2)
    assert list(zip(found.left.tolist(), found.right.tolist(), found.cosine.tolist(), strict=True)) == [
        (1, 2, 1.0),
        (1, 9, 0.8),
        (3, 9, 0.7),
    ]
    assert found.truncated
    assert len(earliest(np.array([1, 1]), np.array([2, 3]), np.array([0.9, 0.9]), None)) == 2
