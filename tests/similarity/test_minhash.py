import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity.minhash import NO_BUCKET, MinHashConfig, band_keys, jaccard, jaccard_pairs, signatures
from jobs.similarity.shingles import Shingles, shingle

HASHES = st.sets(st.integers(0, 60), max_size=30)


def planted_pairs(similarity: float, pairs: int, size: int = 300) -> tuple[Shingles, float]:
    """Pairs of random sets of ``size`` in their union, at one Jaccard; row 2k goes with row 2k + 1."""
    random = np.random.default_rng(7)
    shared = round(similarity * size)
    half = (size - shared) // 2
    arrays = []
    for _ in range(pairs):
        pool = np.unique(random.integers(0, 2**32, size + 40, dtype=np.uint64).astype(np.uint32))
        random.shuffle(pool)
        left, right = pool[: shared + half], np.concatenate([pool[:shared], pool[shared + half : shared + 2 * half]])
        arrays += [np.sort(left), np.sort(right)]
    return Shingles.from_arrays(arrays), shared / (shared + 2 * half)


@pytest.mark.parametrize("similarity", [0.3, 0.5, 0.6, 0.7, 0.8, 0.9])
def test_recall_follows_the_s_curve(similarity: float) -> None:
    config, pairs = MinHashConfig.for_threshold(0.8), 1500
    shingles, true = planted_pairs(similarity, pairs)
    signed = signatures(shingles, config)
    agree = (signed[::2] == signed[1::2]).mean()
    # Standard errors: of the mean of 1,500 x 108 agreements, and of a share of 1,500.
    assert agree == pytest.approx(true, abs=4 * (0.25 / pairs) ** 0.5 / 4)
    keys = band_keys(signed, config)
    found = (keys[::2] == keys[1::2]).any(axis=1).mean()
    theory = config.s_curve(true)
    assert found == pytest.approx(theory, abs=4 * max(theory * (1 - theory) / pairs, 1e-6) ** 0.5 + 0.002)


@given(st.floats(0.05, 0.99), st.floats(0.5, 0.999))
def test_chosen_bands_reach_the_recall(threshold: float, recall: float) -> None:
    try:
        config = MinHashConfig.for_threshold(threshold, recall)
    except ValueError as error:
        assert "lower the recall" in str(error)
        return
    assert config.num_perm <= 128
    assert config.s_curve(threshold) >= recall - 1e-9


def test_the_documented_arithmetic() -> None:
    config = MinHashConfig.for_threshold(0.8, 0.995)
    assert (config.bands, config.rows) == (18, 6)
    assert MinHashConfig() == config
    assert config.s_curve(0.5) == pytest.approx(0.25, abs=0.005)
    assert config.s_curve(0.3) == pytest.approx(0.013, abs=0.001)
    assert "J 0.80  found 0.9958" in config.describe()
    assert "bands=18 rows=6" in config.stamp


@pytest.mark.parametrize("threshold", [0.0, 1.0, 1.5])
def test_an_impossible_threshold_is_an_error(threshold: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        MinHashConfig.for_threshold(threshold)


def test_texts_without_shingles_share_no_bucket() -> None:
    config = MinHashConfig()
    keys = band_keys(signatures(shingle(["", "短", "也短", "长一点的文字"]), config), config)
    assert (keys[:3] == NO_BUCKET).all()
    assert (keys[3] != NO_BUCKET).all()


def test_keys_of_different_bands_differ() -> None:
    config = MinHashConfig()
    keys = band_keys(np.zeros((1, config.num_perm), dtype=np.uint32), config)
    assert len(np.unique(keys)) == config.bands
    with pytest.raises(ValueError, match="expected 108 values"):
        band_keys(np.zeros((1, 5), dtype=np.uint32), config)


def test_a_row_s_signature_does_not_depend_on_the_others() -> None:
    shingles, _ = planted_pairs(0.5, 120, size=800)
    config = MinHashConfig()
    together = signatures(shingles, config)
    for i in (0, 7, 120, 239):
        assert (together[i] == signatures(Shingles.from_arrays([shingles[i]]), config)[0]).all()
    other_seed = signatures(shingles, MinHashConfig(seed=1))
    assert not (together == other_seed).all(axis=1).any()


@given(st.lists(st.tuples(HASHES, HASHES), min_size=1, max_size=8), st.integers(1, 50))
def test_jaccard_is_exact(pairs: list[tuple[set[int], set[int]]], block: int) -> None:
    true = [len(a & b) / len(a | b) if a and b else 0.0 for a, b in pairs]
    rows = Shingles.from_arrays(np.array(sorted(s), dtype=np.uint32) for pair in pairs for s in pair)
    left = np.arange(0, len(rows), 2)
    assert jaccard_pairs(rows, left, left + 1, block).tolist() == true
    assert [jaccard(rows[i], rows[i + 1]) for i in left] == true
