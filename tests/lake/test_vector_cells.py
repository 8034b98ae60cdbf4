"""Cells on Spark: the recall that they say, bounded blocks, and one answer however the rows are parted."""

from __future__ import annotations

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

from jobs.lake.cells import compare_cells
from jobs.lake.embedding_store import pack_vectors
from jobs.lake.vector_cells import Dealing, plan_dealing
from jobs.similarity.cosine_blocks import compare

ROWS, THRESHOLD = 4_500, 0.9
PAIR_COLUMNS = ("left", "right", "similarity")


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    draw = np.random.default_rng(11)
    made = draw.normal(size=(40, 48))[draw.integers(0, 40, ROWS)] * 0.8 + draw.normal(size=(ROWS, 48))
    made[3_000:] = made[:1_500] + draw.normal(size=(1_500, 48)) * draw.uniform(0, 0.5, (1_500, 1))
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made[draw.permutation(ROWS)].astype(np.float32)


def frame(spark: SparkSession, vectors: np.ndarray, order: np.ndarray, partitions: int) -> DataFrame:
    packed = pack_vectors(vectors).to_pylist()
    rows = [(int(k), 0, int(k).to_bytes(16, "little"), packed[k]) for k in order]
    made = spark.createDataFrame(rows, "rank long, strict long, text_hash binary, vector binary")
    return made.repartition(partitions).persist()


def found(dealing: Dealing, rows: DataFrame, rows_a_block: int) -> set[tuple[int, int, float]]:
    pairs = compare_cells(dealing.entries(rows).persist(), dealing.comparison(THRESHOLD, None), rows_a_block)
    out = {tuple(row) for row in pairs.select(*PAIR_COLUMNS).distinct().collect()}
    rows.sparkSession.catalog.clearCache()
    return out


def test_cells_find_the_pairs_whatever_the_partitions(spark: SparkSession, vectors: np.ndarray) -> None:
    true = compare(vectors, THRESHOLD)
    expected = set(zip(true.left.tolist(), true.right.tolist(), true.cosine.tolist(), strict=True))
    orders = [np.arange(ROWS), np.arange(ROWS)[::-1]]
    answers = []
    for order, partitions, block in zip(orders, (1, 7), (16_384, 150), strict=True):
        rows = frame(spark, vectors, order, partitions)
        dealing = plan_dealing(rows, ROWS, THRESHOLD, exact_rows=0)
        assert dealing.cells is not None
        assert dealing.recall.enough
        assert dealing.recall.measured >= 100
        answers.append((dealing.cells.margin, dealing.recall, found(dealing, rows, block)))
    assert answers[0] == answers[1]
    assert answers[0][2] <= expected
    assert len(answers[0][2]) >= 0.99 * len(expected)


def test_few_rows_share_one_cell_that_is_compared_in_blocks(spark: SparkSession, vectors: np.ndarray) -> None:
    some = vectors[:700]
    true = compare(some, THRESHOLD)
    rows = frame(spark, some, np.arange(700), 2)
    dealing = plan_dealing(rows, 700, THRESHOLD)
    assert dealing.cells is None
    assert found(dealing, rows, 250) == set(
        zip(true.left.tolist(), true.right.tolist(), true.cosine.tolist(), strict=True)
    )
