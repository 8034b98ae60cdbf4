"""Decisions are found out anew from the two rows: a gate trusts no stage's own word for how alike they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from jobs.lake.removal import RemovedSample
from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.keys import key_text
from jobs.similarity.minhash import jaccard
from jobs.similarity.shingles import shingle
from jobs.stages import deduplicate_exact, deduplicate_near

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
