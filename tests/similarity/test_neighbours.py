import numpy as np
import pytest

from jobs.similarity import neighbours
from jobs.similarity.cosine_blocks import compare
from jobs.similarity.neighbours import (
    MARGINS,
    Cells,
    choose_cells,
    fit_centroids,
    made_gaps,
    nearest_cells,
    similar_pairs,
    tally_gaps,
)

ROWS = 6_000


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    """Topics of unequal size, pairs planted across all of them, a dense cluster, a zero row."""
    draw = np.random.default_rng(3)
    topics = draw.normal(size=(60, 64))
    made = topics[np.minimum(draw.geometric(0.04, ROWS), 60) - 1] * 0.8 + draw.normal(size=(ROWS, 64))
    made[4_000:5_500] = made[:1_500] + draw.normal(size=(1_500, 64)) * draw.uniform(0, 0.55, (1_500, 1))
    made[5_500:] = made[0] + draw.normal(size=(500, 64)) * 0.2
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    made[17] = 0
    return made[draw.permutation(ROWS)].astype(np.float32)


@pytest.mark.parametrize("threshold", [0.85, 0.95])
def test_cells_find_what_they_say_they_find(vectors: np.ndarray, threshold: float) -> None:
    true = compare(vectors, threshold)
    found = similar_pairs(vectors, threshold, exact_rows=0)
    assert found.cells is not None
    assert found.recall.enough
    assert found.recall.measured >= 100
    wanted, got = (set((p.left * ROWS + p.right).tolist()) for p in (true, found.pairs))
    assert len(got) == len(found.pairs), "each pair once"
    assert got <= wanted
    assert len(got) >= 0.99 * len(wanted)
    # Recall row by row, so that the dense cluster's many pairs hide nothing.
    share = [np.bincount(p.left, minlength=ROWS) + np.bincount(p.right, minlength=ROWS) for p in (found.pairs, true)]
    assert np.mean(share[0][share[1] > 0] / share[1][share[1] > 0]) >= 0.985
    assert found.pairs.cosine == pytest.approx(
        np.einsum("kd,kd->k", vectors[found.pairs.left], vectors[found.pairs.right]), abs=2e-6
    )


def test_few_rows_are_compared_in_full(vectors: np.ndarray) -> None:
    true, found = compare(vectors, 0.9), similar_pairs(vectors, 0.9)
    assert found.cells is None
    assert (found.recall.pairs, found.recall.rows) == (1.0, 1.0)
    assert np.array_equal(true.left, found.pairs.left)
    assert np.array_equal(true.right, found.pairs.right)


def test_when_no_cells_suffice_every_two_rows_are_compared() -> None:
    draw = np.random.default_rng(5)
    flat = draw.normal(size=(3_000, 3)).astype(np.float32)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    found = similar_pairs(flat, 0.3, exact_rows=0, most=4)
    assert found.cells is None
    assert found.pairs.truncated


def test_a_crowd_yields_a_linear_number_of_pairs(vectors: np.ndarray) -> None:
    every, some = similar_pairs(vectors, 0.9, exact_rows=0), similar_pairs(vectors, 0.9, exact_rows=0, most=3)
    assert some.pairs.truncated
    assert not every.pairs.truncated
    assert len(every.pairs) > 500 * 499 / 4
    assert some.cells is not None
    assert len(some.pairs) <= 3 * len(some.cells.assign(vectors)[0])
    # What is compared no further has seen the first of its crowd, so the greedy survivors of one round all are in both.
    assert set(some.pairs.right.tolist()) == set(every.pairs.right.tolist())


def test_the_answer_is_the_same_again_and_for_parts(vectors: np.ndarray) -> None:
    one, two = (similar_pairs(vectors, 0.9, exact_rows=0) for _ in range(2))
    assert np.array_equal(one.pairs.left, two.pairs.left)
    assert np.array_equal(one.pairs.right, two.pairs.right)
    assert one.cells is not None
    assert two.cells is not None
    assert np.array_equal(one.cells.centroids, two.cells.centroids)

    ids, sample = np.arange(ROWS), np.arange(0, ROWS, 40)
    whole = tally_gaps(vectors[sample], sample, vectors, ids, one.cells.centroids, 0.9)
    parts = [
        tally_gaps(vectors[sample], sample, vectors[part], part, one.cells.centroids, 0.9)
        for part in (ids[:77], ids[77:2_000], ids[2_000:])
    ]
    assert np.array_equal(sum(parts), whole)

    rows, cells = one.cells.assign(vectors)
    for part in (ids[:1], ids[100:1_733]):
        here = np.isin(rows, part)
        assert np.array_equal(one.cells.assign(vectors[part])[1], cells[here])


def test_a_row_lies_in_its_nearest_cell_and_those_within_the_margin(vectors: np.ndarray) -> None:
    centroids = fit_centroids(vectors, 64)
    assert np.linalg.norm(centroids, axis=1) == pytest.approx(np.ones(64))
    cosine = vectors.astype(np.float64) @ centroids.T
    cells, gap = nearest_cells(vectors, centroids)
    alive = vectors.any(axis=1)
    assert np.array_equal(cells[alive, 0], cosine[alive].argmax(axis=1))
    assert np.isinf(gap[~alive]).all()
    rows, _ = Cells(centroids, 0.0).assign(vectors)
    assert np.array_equal(np.unique(rows), np.flatnonzero(alive)), "a row that says nothing lies nowhere"


def test_recall_is_measured_on_rows_that_did_not_choose_the_margin() -> None:
    centroids = np.eye(4)
    tally = np.zeros((400, len(MARGINS) + 1), dtype=np.int64)
    tally[::2, 0] = 1  # what chooses finds all without a margin
    tally[1::2, 0], tally[1::2, 5] = 1, 1  # the others need one for half of their pairs
    cells, recall = choose_cells(centroids, tally, tally)
    assert cells.margin == 0.0
    assert (recall.pairs, recall.rows, recall.measured) == (0.5, 0.5, 400)
    assert not recall.enough


def test_few_pairs_in_the_sample_leave_it_to_made_ones(vectors: np.ndarray) -> None:
    centroids = fit_centroids(vectors, 64)
    made = made_gaps(vectors[:500], centroids, 0.9)
    assert made.sum() >= 498
    nothing = np.zeros_like(made)
    cells, recall = choose_cells(centroids, nothing, made)
    assert cells.margin > 0
    assert recall.measured >= 200


def test_nothing_and_nearly_nothing() -> None:
    for rows in (np.empty((0, 8), np.float32), np.zeros((70, 8), np.float32), np.ones((70, 8), np.float32) / 8**0.5):
        found = similar_pairs(rows, 0.9, exact_rows=0)
        assert len(found.pairs) == (70 * 69 // 2 if rows.any() else 0)
    assert neighbours.cells_for(100_000) == 256
