"""Crowds: rows that stop looking are decided as if every two had been compared."""

from __future__ import annotations

import random

import numpy as np
import pytest

from jobs.lake.embedding_store import text_hash
from jobs.lake.semantic_in_one_task import compare_lexically, compare_vectors
from jobs.similarity.crowds import MOST, Crowd, Pairs, alike_pairs, most_for
from jobs.similarity.guards import SEMANTIC_GUARDS
from jobs.similarity.survivors import solve

REMOVE, FLAG = 0.85, 0.7


def template(rows: int, seed: int) -> list[str]:
    """One sentence over and over, with another number, an exchange of two words, or a few characters more."""
    make, texts = random.Random(seed), []
    for _ in range(rows):
        said = list("您好您的红色外套和蓝色毛衣正在派送的路上请您耐心等待快递员的电话")
        for _ in range(make.randint(0, 3)):
            said[make.randrange(len(said))] = make.choice("的了吗呢啊吧呀哦嗯哈")
        text = "".join(said) + f"订单{make.choice('357')}号"
        texts.append(text.replace("红色外套和蓝色毛衣", "蓝色毛衣和红色外套") if make.random() < 0.3 else text)
    return texts


def decisions(rows: int, pairs: Pairs, remove: float | None) -> tuple[list[int], list[int]]:
    """The rows that are removed, and those that are flagged."""
    left, right, cosine = pairs
    sure = cosine >= (remove or 2.0)
    kept = solve(np.arange(rows), left[sure], right[sure], cosine[sure]).kept
    stay = kept[left] & kept[right]
    unflagged = solve(np.arange(rows), left[stay], right[stay], cosine[stay]).kept
    return np.flatnonzero(~kept).tolist(), np.flatnonzero(~unflagged).tolist()


@pytest.mark.parametrize("remove", [REMOVE, None])
@pytest.mark.parametrize("way", ["lexical", "vectors"])
def test_a_crowd_is_decided_as_if_every_pair_had_been_compared(way: str, remove: float | None) -> None:
    texts = template(150, 7)
    compare = compare_lexically(texts, texts)
    if way == "vectors":
        draw = np.random.default_rng(3)
        made = np.ones((1, 160)) + draw.normal(size=(len(texts), 160)) * 0.55
        made = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
        compare = compare_vectors({text_hash(t): v.tobytes() for t, v in zip(texts, made, strict=True)})(texts, texts)
    crowd = Crowd(texts, compare, SEMANTIC_GUARDS, remove, FLAG)
    cells = np.arange(len(texts)) % 2
    whole = alike_pairs(crowd, cells, len(texts))
    some = alike_pairs(crowd, cells, 3)

    assert compare(np.arange(0, len(texts), 2), FLAG, 3).truncated, "rows stop looking"
    assert decisions(len(texts), some, remove) == decisions(len(texts), whole, remove)
    assert set(zip(*some, strict=True)) <= set(zip(*whole, strict=True))
    assert all(decisions(len(texts), whole, remove)) or remove is None


def test_small_sets_are_compared_in_full() -> None:
    assert most_for(700) > 700
    assert most_for(0) > 0
    assert most_for(1_000_000) == MOST
