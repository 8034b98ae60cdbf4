import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from jobs.similarity.folding import fold
from jobs.similarity.lexical import (
    FEATURES,
    document_frequencies,
    inverse_frequencies,
    similar_pairs,
    vectors,
)

TEXTS = st.lists(st.text(alphabet="我的订单到哪里了ab ,。", max_size=20), max_size=25)


def made(texts: list[str]) -> csr_matrix:
    return vectors(texts, inverse_frequencies(document_frequencies(texts), len(texts)))


def brute(a: csr_matrix, b: csr_matrix | None, threshold: float) -> dict[tuple[int, int], float]:
    left = a.astype(np.float64)
    right = left if b is None else b.astype(np.float64)
    full = np.round(np.clip((left @ right.T).toarray(), 0, 1), 6)
    return {(int(i), int(j)): float(full[i, j]) for i, j in np.argwhere(full >= threshold) if b is not None or i < j}


def found(a: csr_matrix, b: csr_matrix | None, threshold: float, **more: int) -> dict[tuple[int, int], float]:
    i, j, cosine = similar_pairs(a, b, threshold, **more)
    return dict(zip(zip(i.tolist(), j.tolist(), strict=True), cosine.tolist(), strict=True))


@given(TEXTS, st.sampled_from([0.1, 0.5, 0.8, 0.95, 1.0]), st.integers(1, 9))
def test_no_pair_is_missed_and_none_invented(texts: list[str], threshold: float, block: int) -> None:
    rows = made(texts)
    expected, got = brute(rows, None, threshold), found(rows, None, threshold, block=block)
    assert got.keys() == expected.keys()
    assert all(got[pair] == pytest.approx(expected[pair], abs=2e-6) for pair in got)


@given(TEXTS, TEXTS, st.sampled_from([0.3, 0.9]))
def test_two_sides(left: list[str], right: list[str], threshold: float) -> None:
    idf = inverse_frequencies(document_frequencies(left + right), len(left + right))
    a, b = vectors(left, idf), vectors(right, idf)
    assert found(a, b, threshold).keys() == brute(a, b, threshold).keys()


@pytest.mark.parametrize("threshold", [0.6, 0.8, 0.9])
def test_a_larger_corpus_with_head_features(threshold: float) -> None:
    make = random.Random(3)
    alphabet = [chr(0x4E00 + k) for k in range(400)]
    weights = [1 / (k + 1) for k in range(400)]
    texts = ["".join(make.choices(alphabet, weights, k=make.randint(5, 60))) for _ in range(600)]
    texts += [text[:-2] + "".join(make.choices(alphabet, k=2)) for text in texts[:200]]
    texts += ["".join(make.choices(alphabet[:3], k=8)) for _ in range(40)]
    rows = made(texts)
    expected = brute(rows, None, threshold)
    assert len(expected) > 100
    assert found(rows, None, threshold).keys() == expected.keys()


@given(TEXTS, TEXTS)
def test_frequencies_of_parts_add_up(left: list[str], right: list[str]) -> None:
    whole = document_frequencies(left + right)
    assert whole.shape == (FEATURES,)
    assert (whole == document_frequencies(left) + document_frequencies(right)).all()


@given(TEXTS)
def test_rows_have_length_one_or_are_empty(texts: list[str]) -> None:
    rows = made(texts)
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1))).ravel()
    filled = np.array([bool(fold(text)) for text in texts], dtype=bool)
    assert length == pytest.approx(filled.astype(float), abs=1e-5)


def test_weights_are_those_of_scikit_learn() -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text")
    texts = ["我的订单到哪里了", "订单什么时候到", "可以退货吗", "退货要几天"]
    theirs = text.TfidfVectorizer(analyzer="char", ngram_range=(1, 2)).fit_transform(texts)
    rows = made(texts)
    ours = (rows @ rows.T).toarray()
    assert ours == pytest.approx((theirs @ theirs.T).toarray(), abs=1e-5)


def test_an_impossible_threshold_is_an_error() -> None:
    with pytest.raises(ValueError, match="threshold"):
        similar_pairs(made(["a"]), None, 0.0)
