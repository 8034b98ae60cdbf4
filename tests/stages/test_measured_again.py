"""Decisions are found out anew from the two rows: a gate trusts no stage's own word for how alike they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from jobs.lake.removal import RemovedSample
from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.embeddings import Embedder
from jobs.similarity.keys import key_text
from jobs.similarity.minhash import jaccard
from jobs.similarity.shingles import shingle
from jobs.stages import deduplicate_exact, deduplicate_near, deduplicate_semantic

Row = dict[str, Any]
MakeRow = Callable[..., Row]
LONG = "您好,您的订单已经从杭州仓库发出,预计明天下午送到,请保持电话畅通,谢谢您的耐心等待。"


def sample(pairs: list[tuple[Row, Row]], similarity: list[float], reason: str = "") -> RemovedSample:
    removed, witnesses = (pa.Table.from_pylist([pair[i] for pair in pairs], schema=ROW_SCHEMA) for i in (0, 1))
    return RemovedSample(removed, witnesses, np.array(similarity), (reason,) * len(pairs))


def alike(a: Row, b: Row) -> float:
    shingles = shingle([key_text(a), key_text(b)])
    return jaccard(shingles[0], shingles[1])


def test_copies_are_equal_and_beginnings_begin(row: MakeRow) -> None:
    one, spaced, other = row(1, "能退吗", "能"), row(2, "能退吗 ", "能"), row(3, "能退吗", "不能")
    params = deduplicate_exact.Params()
    found = deduplicate_exact.holds(sample([(spaced, one), (other, one)], [1.0, 1.0], "exact_copy"), params)
    assert found.tolist() == [True, False]
    longer = row(4, "能退吗", "能", "好的", "再见")
    pairs = [(one, longer), (other, longer), (longer, one)]
    found = deduplicate_exact.holds(sample(pairs, [1.0] * 3, "prefix"), params)
    assert found.tolist() == [True, False, False]


def test_near_copies_are_as_alike_as_was_said_and_no_guard_objects(row: MakeRow) -> None:
    kept = row(1, "发货了吗", LONG)
    near, far = row(2, "发货了吗", LONG.replace("下午", "上午")), row(3, "发货了吗", LONG[:25])
    numbered, rated = row(4, "发货了吗", LONG.replace("明天", "3天后")), row(5, "发货了吗", LONG, rating=1.0)
    pairs = [(near, kept), (far, kept), (numbered, kept), (rated, kept), (near, kept)]
    stated = [alike(a, b) for a, b in pairs]
    assert stated[1] < 0.8 < stated[0]
    stated[4] += 0.05
    found = deduplicate_near.holds(sample(pairs, stated), deduplicate_near.Params(threshold=0.8))
    assert found.tolist() == [True, False, False, False, False]
    nothing = deduplicate_near.holds(sample([], []), deduplicate_near.Params())
    assert nothing.tolist() == []


def test_what_means_the_same_is_embedded_anew(row: MakeRow) -> None:
    kept = row(1, "How do I return the shoes that I bought last week?", "Open your order and choose a return.")
    same = row(2, "How do I return the shoes that I bought last week? ", "Open your order and choose a return!")
    other = row(3, "Where is my parcel?", "It will arrive on Monday.")
    graded = row(
        4, "How do I return the shoes that I bought last week?", "Open your order and choose a return.", rating=1.0
    )
    chinese = row(5, "这双鞋怎么退货", "在订单里申请。")
    a, b = (Embedder().embed([key_text(r)])[0] for r in (same, kept))
    stated = [float(a @ b), 0.99, 1.0, float(a @ b) - 0.001, 1.0]
    pairs = [(same, kept), (other, kept), (graded, kept), (same, kept), (chinese, kept)]
    found = deduplicate_semantic.holds(sample(pairs, stated), deduplicate_semantic.Params(threshold=0.9, guards=()))
    assert found.tolist() == [True, False, False, False, False]


def test_what_was_compared_by_its_characters_is_held_against_the_guards(row: MakeRow) -> None:
    kept, copy, numbered = row(1, "三天能退货吗", "能"), row(2, "三天能退货吗?", "能"), row(3, "七天能退货吗", "能")
    params = deduplicate_semantic.Params(lexical_threshold=0.9, lexical_flag_threshold=0.8)
    found = deduplicate_semantic.holds(
        sample([(copy, kept), (numbered, kept), (copy, kept)], [0.95, 0.95, 0.85]), params
    )
    assert found.tolist() == [True, False, False]
    assert not deduplicate_semantic.holds(sample([(copy, kept)], [0.95]), deduplicate_semantic.Params()).any()
