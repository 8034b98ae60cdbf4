import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobs.similarity import cosine_blocks
from jobs.similarity.cosine_blocks import CosinePairs, compare, compare_two, main_directions, sketch


def crowded(rows: int, seed: int, dimension: int = 24) -> np.ndarray:
    """Unit rows around a few centres, some equal to others and some zero."""
    draw = np.random.default_rng(seed)
    centres = draw.normal(size=(3, dimension))
    made = centres[draw.integers(0, 3, rows)] + draw.normal(size=(rows, dimension)) * draw.choice(
        [0.1, 0.4, 1.0], (rows, 1)
    )
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    if rows > 3:
        made[draw.integers(0, rows, rows // 4)] = made[0]
        made[draw.integers(0, rows)] = 0
    return made.astype(np.float32)


def brute(vectors: np.ndarray, threshold: float) -> dict[tuple[int, int], float]:
    wide = vectors.astype(np.float64)
    full = np.minimum(wide @ wide.T, 1).round(6)
    return {(i, j): full[i, j] for i, j in np.argwhere(np.triu(full >= threshold, k=1)).tolist()}


def as_dict(found: CosinePairs) -> dict[tuple[int, int], float]:
    pairs = list(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs), "each pair once"
    return dict(zip(pairs, found.cosine.tolist(), strict=True))


@pytest.fixture(params=[5, 1024])
def tile(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(cosine_blocks, "_TILE", request.param)
    return int(request.param)


@pytest.mark.parametrize("coordinates", [None, 3, 8])
@pytest.mark.parametrize("threshold", [0.3, 0.9, 1.0])
@pytest.mark.parametrize("rows", [0, 1, 2, 61])
def test_exactly_the_pairs_of_the_full_product(rows: int, threshold: float, coordinates: int | None, tile: int) -> None:
    vectors = crowded(rows, 4)
    basis = None if coordinates is None else main_directions(vectors, coordinates)
    expected, found = brute(vectors, threshold), compare(vectors, threshold, basis=basis)
    assert as_dict(found).keys() == expected.keys()
    assert as_dict(found) == pytest.approx(expected, abs=2e-6)
    assert not found.truncated


@given(st.integers(2, 40), st.integers(0, 99), st.sampled_from([0.3, 0.8, 0.95]), st.integers(1, 4))
def test_of_a_crowd_each_row_sees_the_first_before_it(rows: int, seed: int, threshold: float, most: int) -> None:
    vectors = crowded(rows, seed)
    everything = sorted(brute(vectors, threshold), key=lambda pair: (pair[1], pair[0]))
    wanted = [(i, j) for k, (i, j) in enumerate(everything) if sum(1 for p in everything[:k] if p[1] == j) < most]
    found = compare(vectors, threshold, most=most)
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == wanted
    assert found.truncated or len(wanted) == len(everything)


@given(st.integers(0, 40), st.integers(0, 99), st.sampled_from([0.3, 0.9]), st.sampled_from([None, 3]))
def test_two_parts_give_the_pairs_across(rows: int, seed: int, threshold: float, most: int | None) -> None:
    vectors = crowded(rows, seed)
    here = np.random.default_rng(seed).random(rows) < 0.4
    rank = 10 + 3 * np.arange(rows)
    found = compare_two(vectors[here], rank[here], vectors[~here], rank[~here], threshold, basis=None, most=most)
    across = {(10 + 3 * i, 10 + 3 * j) for i, j in brute(vectors, threshold) if here[i] != here[j]}
    assert as_dict(found).keys() <= across
    assert (found.left < found.right).all()
    seen = {j: sum(1 for _, other in across if other == j) for _, j in across}
    got = {j: int((found.right == j).sum()) for _, j in across}
    assert got == {j: n if most is None else min(n, most) for j, n in seen.items()}


@example(12, 1, 8)
@given(st.integers(1, 30), st.integers(0, 99), st.integers(1, 12))
def test_products_of_sketches_are_never_below_the_cosine(rows: int, seed: int, coordinates: int) -> None:
    vectors = crowded(rows, seed)
    short = sketch(vectors, main_directions(vectors, coordinates))
    assert short.shape == (rows, coordinates + 1)
    assert (short @ short.T >= vectors @ vectors.T - 1e-5).all()


def test_no_sketch_that_saves_nothing_and_no_threshold_that_is_none() -> None:
    assert main_directions(crowded(9, 1, 24), 13) is None
    assert main_directions(np.empty((0, 24), np.float32)) is None
    with pytest.raises(ValueError, match="threshold: expected a cosine"):
        compare(crowded(3, 1), 0)
