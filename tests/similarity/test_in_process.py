"""Candidates band by band and texts by place: the same as all bands at once and a plain look-up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity.candidates import bucket_pairs, chain_keys
from jobs.similarity.in_process import HeldTexts, on_threads, propose
from jobs.similarity.minhash import NO_BUCKET


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=40), st.integers(0, 10))
def test_bands_one_by_one_propose_what_all_at_once_do(keys: list[tuple[int, int, bool]], settled: int) -> None:
    # As in signatures, a key tells its band.
    bands = np.array([(a, b + 100) for a, b, _ in keys], np.int64).reshape(-1, 2)
    bands[[short for *_, short in keys]] = NO_BUCKET
    rank = np.random.default_rng(len(keys)).permutation(len(keys)).astype(np.int64)
    left, right, crowded = propose(bands, rank, 3, settled)

    every = bucket_pairs(bands.ravel(), np.repeat(rank, 2), neighbours=chain_keys(bands).ravel(), max_all_pairs=3)
    expected = [(a, b) for a, b in zip(every.left.tolist(), every.right.tolist(), strict=True) if b >= settled]
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected
    at = every.crowded
    entries = zip(np.repeat(rank, 2)[at].tolist(), bands.ravel()[at].tolist(), strict=True)
    assert sorted(zip(crowded.rank.tolist(), crowded.key.tolist(), strict=True)) == sorted(entries)


@given(st.lists(st.integers(0, 30), unique=True, min_size=1), st.data())
def test_texts_come_with_the_place_they_belong_to(places: list[int], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(places)))
    parts = [np.array(part, np.int64) for part in (places[:cut], places[cut:])]
    held = HeldTexts(parts, [pa.array([f"text {n}" for n in part], pa.large_string()) for part in parts])
    wanted = np.array(data.draw(st.lists(st.sampled_from(places), unique=True)), np.int64)
    order, texts = held.take(wanted)
    assert [(wanted[at], text.as_py()) for at, text in zip(order, texts, strict=True)] == [
        (wanted[at], f"text {wanted[at]}") for at in order
    ]
    assert sorted(order.tolist()) == list(range(len(wanted)))


def test_threads_keep_the_order() -> None:
    assert on_threads(lambda n: n * n, range(20)) == [n * n for n in range(20)]
