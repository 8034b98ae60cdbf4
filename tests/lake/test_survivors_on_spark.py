"""Survivors and clusters: in rounds over tasks the same answer as in one task."""

from __future__ import annotations

import random

import pytest
from pyspark.sql import SparkSession

from jobs.lake.schemas import to_spark
from jobs.lake.survivors_on_spark import PAIR_SCHEMA, solve_pairs

Solved = dict[int, tuple[int | None, float | None, int]]


def random_pairs(seed: int) -> list[tuple[int, int, float]]:
    """A chain, a star, and strangers; some pairs twice and the other way round."""
    make = random.Random(seed)
    pairs = [(rank, rank + 1, 0.9) for rank in range(12)]
    pairs += [(40 + make.randrange(30), 40 + make.randrange(30), make.choice([0.8, 0.9])) for _ in range(40)]
    pairs += [(20, rank, 1.0) for rank in range(25, 35)]
    pairs = [(1000 * a, 1000 * b, s) for a, b, s in pairs if a != b]
    likeness = {frozenset(pair[:2]): pair[2] for pair in pairs}
    pairs = [(a, b, likeness[frozenset((a, b))]) for a, b, _ in pairs]
    return [*pairs, *((b, a, s) for a, b, s in pairs[:10])]


def solve(spark: SparkSession, pairs: list[tuple[int, int, float]], in_one_task: int) -> Solved:
    frame = spark.createDataFrame(pairs, to_spark(PAIR_SCHEMA))
    return {row["rank"]: tuple(row)[1:] for row in solve_pairs(frame, in_one_task).collect()}


@pytest.mark.parametrize(("seed", "in_one_task"), [(1, 0), (2, 8)])
def test_the_bound_does_not_change_the_answer(spark: SparkSession, seed: int, in_one_task: int) -> None:
    pairs = random_pairs(seed)
    expected = solve(spark, pairs, 1_000_000)
    assert solve(spark, pairs, in_one_task) == expected
    assert {rank for rank, (witness, _, _) in expected.items() if witness is None} & {0, 2000, 20_000} == {
        0,
        2000,
        20_000,
    }
    assert len({cluster for _, _, cluster in expected.values()}) >= 3


def test_no_pairs_are_solved_too(spark: SparkSession) -> None:
    assert solve(spark, [], 10) == solve(spark, [], 0) == {}
