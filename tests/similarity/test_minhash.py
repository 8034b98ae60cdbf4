import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity.minhash import NO_BUCKET, MinHashConfig, band_keys_of, jaccard, jaccard_pairs
from jobs.similarity.shingles import Shingles, shingle

HASHES = st.sets(st.integers(0, 60), max_size=30)
SINGLES = MinHashConfig(width=1)
HAN = np.arange(0x4E00, 0x4E00 + 20_000)


def planted_pairs(similarity: float, pairs: int, size: int = 200) -> tuple[list[str], float]:
    """Texts whose sets of Han characters have one Jaccard, ``size`` in their union; text 2k goes with text 2k + 1."""
    random = np.random.default_rng(7)
    shared = round(similarity * size)
    half = (size - shared) // 2
    texts = []
    for _ in range(pairs):
        pool = random.choice(HAN, size, replace=False)
        left, right = pool[: shared + half], np.concatenate([pool[:shared], pool[shared + half : shared + 2 * half]])
        texts += ["".join(map(chr, side)) for side in (left, right)]
    return texts, shared / (shared + 2 * half)


@pytest.mark.parametrize("similarity", [0.3, 0.5, 0.6, 0.7, 0.8, 0.9])
def test_recall_follows_the_s_curve(similarity: float) -> None:
    config, pairs = MinHashConfig.for_threshold(0.8, width=1), 1500
    texts, true = planted_pairs(similarity, pairs)
    shingles, left = shingle(texts, 1), np.arange(0, 2 * pairs, 2)
    assert (jaccard_pairs(shingles, left, left + 1) == true).all()
    keys = band_keys_of(texts, config)
    found = (keys[::2] == keys[1::2]).any(axis=1).mean()
    theory = config.s_curve(true)
    assert found == pytest.approx(theory, abs=4 * max(theory * (1 - theory) / pairs, 1e-6) ** 0.5 + 0.002)
    # Bands of one value agree as often as the texts are alike: the mean of 1,500 x 108 agreements.
    single = band_keys_of(texts, MinHashConfig(bands=config.num_perm, rows=1, width=1))
    assert (single[::2] == single[1::2]).mean() == pytest.approx(true, abs=4 * (0.25 / pairs) ** 0.5 / 4)


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
    keys = band_keys_of(["", "短", None, "长一点的文字"], MinHashConfig())
    assert (keys[:3] == NO_BUCKET).all()
    assert (keys[3] != NO_BUCKET).all()


def oracle(values: list[int], config: MinHashConfig) -> list[int]:
    """The keys of one set in plain Python, from the definition."""
    raw = [int(word) >> 32 for word in np.random.PCG64(config.seed).random_raw(2 * config.num_perm)]
    family = zip(raw[: config.num_perm], raw[config.num_perm :], strict=True)
    minima = [min(((x ^ flip) * (factor | 1)) % 2**32 for x in values) for flip, factor in family]
    keys = []
    for band in range(config.bands):
        key = band + 1
        for value in minima[band * config.rows : (band + 1) * config.rows]:
            key = (key ^ value) * 0xBF58476D1CE4E5B9 % 2**64
            key ^= key >> 29
        keys.append(key - 2**64 if key >= 2**63 else key)
    return keys


@given(
    st.lists(st.text(alphabet="订单到哪里了 abc\x1eé", max_size=60), max_size=5),
    st.builds(MinHashConfig, bands=st.integers(1, 4), rows=st.integers(1, 3), width=st.integers(1, 4)),
)
def test_keys_are_those_of_the_least_hashes_of_the_shingles(texts: list[str], config: MinHashConfig) -> None:
    keys = band_keys_of(texts, config)
    for row, values in zip(keys.tolist(), shingle(texts, config.width), strict=True):
        assert row == (oracle(values.tolist(), config) if len(values) else [NO_BUCKET] * config.bands)


def test_keys_are_the_same_on_every_machine() -> None:
    assert band_keys_of(["我的订单到哪里了"], MinHashConfig())[0, :2].tolist() == [
        -1180351842769914451,
        3976669584851173539,
    ]


def test_a_row_s_keys_do_not_depend_on_the_others() -> None:
    texts, _ = planted_pairs(0.5, 20)
    together = band_keys_of(texts, SINGLES)
    assert all((together[i] == band_keys_of([text], SINGLES)[0]).all() for i, text in enumerate(texts))
    assert not (together == band_keys_of(texts, MinHashConfig(seed=1, width=1))).any()


@given(st.lists(st.tuples(HASHES, HASHES), min_size=1, max_size=8))
def test_jaccard_is_exact(pairs: list[tuple[set[int], set[int]]]) -> None:
    true = [len(a & b) / len(a | b) if a and b else 0.0 for a, b in pairs]
    rows = Shingles.from_arrays(np.array(sorted(s), dtype=np.uint32) for pair in pairs for s in pair)
    left = np.arange(0, len(rows), 2)
    assert jaccard_pairs(rows, left, left + 1).tolist() == true
    assert [jaccard(rows[i], rows[i + 1]) for i in left.tolist()] == true
