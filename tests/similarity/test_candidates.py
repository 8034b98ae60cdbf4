from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity.candidates import CandidatePairs, bucket_pairs, chain_keys, separate_by
from jobs.similarity.minhash import NO_BUCKET


def as_set(pairs: CandidatePairs) -> set[tuple[int, int]]:
    return set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 15)), max_size=40, unique=True), st.randoms())
def test_small_buckets_give_every_pair_once_in_any_order(entries: list[tuple[int, int]], random: Random) -> None:
    random.shuffle(entries)
    keys, rows = np.array([e[0] for e in entries], np.int64), np.array([e[1] for e in entries], np.int64)
    pairs = bucket_pairs(keys, rows, max_all_pairs=16)
    assert as_set(pairs) == {tuple(sorted((a[1], b[1]))) for a, b in combinations(entries, 2) if a[0] == b[0]}
    assert not pairs.truncated
    assert len(as_set(pairs)) == len(pairs)


def test_a_hot_bucket_costs_linear_time_and_reaches_every_row() -> None:
    size = 50_000
    pairs = bucket_pairs(np.zeros(size, np.int64), np.random.default_rng(0).permutation(size))
    assert pairs.truncated
    assert len(pairs) <= 2 * size
    assert {(0, row) for row in range(1, size)} <= as_set(pairs)


@given(st.permutations(range(30)))
def test_large_buckets_do_not_depend_on_the_order_either(order: list[int]) -> None:
    keys, rows = np.zeros(30, np.int64), np.arange(30)
    second = np.random.default_rng(1).integers(0, 5, 30)
    expected = bucket_pairs(keys, rows, neighbours=second, max_all_pairs=4)
    index = np.array(order)
    assert as_set(bucket_pairs(keys, rows[index], neighbours=second[index], max_all_pairs=4)) == as_set(expected)


def test_the_chain_brings_together_rows_alike_in_the_next_band() -> None:
    rows = np.arange(100)
    second = np.array([row % 50 for row in rows], np.int64)
    found = as_set(bucket_pairs(np.zeros(100, np.int64), rows, neighbours=second))
    assert {(row, row + 50) for row in range(50)} <= found
    assert chain_keys(np.array([[1, 2, 3]])).tolist() == [[2, 3, 1]]


def test_rows_without_a_bucket_meet_nobody() -> None:
    assert len(bucket_pairs(np.full(5, NO_BUCKET), np.arange(5))) == 0
    assert len(bucket_pairs(np.empty(0, np.int64), np.empty(0, np.int64))) == 0


def test_a_bucket_of_one_pair_is_the_least() -> None:
    with pytest.raises(ValueError, match="max_all_pairs"):
        bucket_pairs(np.zeros(2, np.int64), np.arange(2), max_all_pairs=1)


def test_entries_of_crowded_buckets_are_named_and_no_others() -> None:
    keys = np.array([7, 1, 7, 1, 7, NO_BUCKET, 3])
    found = bucket_pairs(keys, np.arange(7), max_all_pairs=2)
    assert sorted(found.crowded.tolist()) == [0, 2, 4]
    assert not bucket_pairs(keys, np.arange(7), max_all_pairs=3).truncated


def test_rows_that_can_never_be_merged_share_no_bucket() -> None:
    bands = np.array([[1, 2], [1, 2], [1, 2], [NO_BUCKET, NO_BUCKET]])
    keys = separate_by(np.array([5, 5, 6, 5]), bands)
    assert (keys[0] == keys[1]).all()
    assert not np.isin(keys[2], keys[0]).any()
    assert (keys[3] == NO_BUCKET).all()
