"""Split: what is alike stays on one side, the shares hold, and a row that comes later moves no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyspark.sql import DataFrame, SparkSession

from jobs.lake.job import Inputs, StageJob
from jobs.lake.tables import read
from jobs.stages import split as stage

Row = dict[str, Any]
MakeRow = Callable[..., Row]
Frame = Callable[..., DataFrame]
PARAMS = stage.Params(validation=0.2, test=0.2)


def dealt(frame: DataFrame) -> dict[int, tuple[str, str]]:
    """Row number -> (side, cluster)."""
    return {int(r["record_id"], 16): (r["split"], r["cluster"]) for r in frame.collect()}


def some_rows(row: MakeRow) -> list[Row]:
    """300 rows of their own; 20 of one dialogue; 20 of the same question in other white space and case."""
    alone = [row(n, f"第{n}个问题是什么?", "请看说明。") for n in range(300)]
    dialogue = [row(1000 + n, f"接着问{n}次", "好的", dialogue="d1") for n in range(20)]
    elsewhere = [row(1100 + n, f"另外问{n}次", "好的", dialogue="d1", source="shop_b") for n in range(20)]
    asked = [row(2000 + n, "能退货吗?", f"第{n}种回答。") for n in range(20)]
    return alone + dialogue + elsewhere + asked


def test_groups_stay_together_and_shares_hold_however_rows_lie(row: MakeRow, frame: Frame) -> None:
    rows = some_rows(row)
    found = [
        dealt(stage.transform(frame(r, n), PARAMS)) for n, r in ((1, rows), (2, rows[::-1]), (7, rows[9:] + rows[:9]))
    ]
    assert found[0] == found[1] == found[2]

    sides = found[0]
    assert sides.keys() == {int(r["record_id"], 16) for r in rows}
    for first in (1000, 1100, 2000):
        assert {sides[first + n] for n in range(20)} == {(sides[first][0], f"{first:032x}")}
    assert sides[1000][1] != sides[1100][1], "a dialogue's number means something within its own source only"
    alone = Counter(sides[n][0] for n in range(300))
    # 300 draws: three standard deviations are 21 rows at a share of 0.2.
    assert abs(alone["validation"] - 60) <= 21
    assert abs(alone["test"] - 60) <= 21


def test_adding_rows_that_share_nothing_moves_no_other(row: MakeRow, frame: Frame) -> None:
    rows = some_rows(row)
    before = dealt(stage.transform(frame(rows[:200] + rows[300:]), PARAMS))
    after = dealt(stage.transform(frame(rows), PARAMS))
    assert before.items() < after.items()
    assert dealt(stage.transform(frame(rows), PARAMS.model_copy(update={"seed": 1}))) != after


def test_prompts_may_be_parted(row: MakeRow, frame: Frame) -> None:
    rows = frame([row(n, "能退货吗?", f"第{n}种回答。") for n in range(100)])
    parted = dealt(stage.transform(rows, PARAMS.model_copy(update={"by_prompt": False})))
    assert {side for side, _ in parted.values()} == {"train", "validation", "test"}


def test_what_a_deduplication_found_alike_is_dealt_together(
    spark: SparkSession,
    row: MakeRow,
    decision: MakeRow,
    job: Callable[..., StageJob],
    inputs: Callable[..., Inputs],
) -> None:
    rows = [row(n, f"第{n}个问题是什么?", "请看说明。") for n in range(40)]
    cluster = {"witness": None, "similarity": None, "rule": None, "detail": None, "cluster": f"{7:032x}"}
    # 0-9 and 10-19 are flagged as alike by two deduplications that share row 9; row 5 is removed; 20-39 are alone.
    semantic = [decision(n, evidence=cluster if n < 10 else None, kept=n != 5) for n in range(40)]
    near = [decision(n, evidence={**cluster, "cluster": f"{9:032x}"} if 9 <= n < 20 else None) for n in range(40)]

    table = stage.run(spark, job("split", inputs(rows, semantic=semantic, near=near), validation=0.3, test=0.3))

    sides = dealt(read(spark, table))
    assert sides.keys() == set(range(40)) - {5}
    assert {sides[n] for n in range(20) if n != 5} == {sides[0]}
    assert sides[0][1] == f"{0:032x}"
    assert len({sides[n][1] for n in range(20, 40)}) == 20


@given(st.floats(0, 0.999), st.floats(0, 0.999))
def test_something_is_always_left_to_train_on(validation: float, test: float) -> None:
    if validation + test < 1:
        assert stage.Params(validation=validation, test=test).test == test
    else:
        with pytest.raises(ValidationError, match="nothing is left to train on"):
            stage.Params(validation=validation, test=test)
