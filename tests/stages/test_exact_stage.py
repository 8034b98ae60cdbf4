"""Deduplicate exactly, on frames and on pinned tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from pyspark.sql import DataFrame, SparkSession

from jobs.lake.job import Inputs, StageJob
from jobs.lake.removal import TooMuchRemovedError
from jobs.lake.row_files import RowFiles
from jobs.lake.schemas import DECISION_SCHEMA
from jobs.lake.tables import read
from jobs.lake.versions import TableVersion
from jobs.record_schema import ROW_SCHEMA
from jobs.stages import deduplicate_exact as stage

Row = dict[str, Any]
MakeRow = Callable[..., Row]
Frame = Callable[..., DataFrame]


def decided(rows: list[Row], parts: int = 1, **params: Any) -> dict[int, Row]:
    """What the stage says of ``rows`` in this process, the rows in so many files."""
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "rows")
        for part in range(parts):
            write_deltalake(path, pa.Table.from_pylist(rows[part::parts], schema=ROW_SCHEMA), mode="append")
        files = RowFiles.of(Inputs(rows=TableVersion(path=path, version=parts - 1)))
        found = stage.decide_here(files, stage.Params(**params)).to_pylist()
    return {int(row["record_id"], 16): row for row in found}


def some_rows(row: MakeRow) -> list[Row]:
    return [
        row(1, "能退货吗?", "可以,七天内可以退货。"),
        row(2, "能退货吗?", "可以,七天内可以退货。"),
        row(3, " 能退货吗?\n", "可以,七天内\t可以退货。  "),
        row(4, "能退货吗?", "可以, 七天内可以退货。"),
        row(5, "能退货吗!", "可以,七天内可以退货。"),
        row(6, "能退货吗?可以,七天内可以退货。"),
        row(7),
        row(8),
        row(9, " ", "\n"),
    ]


def test_a_copy_goes_and_names_a_row_that_stays(row: MakeRow) -> None:
    answers = [decided(rows, parts) for parts, rows in _arrangements(some_rows(row))]
    assert answers[0] == answers[1]

    found = answers[0]
    assert found.keys() == set(range(1, 10))
    # Any white space is one blank, but none is none: 3 and 4 have a blank where 1 has not, 6 has other turns.
    assert {n for n, d in found.items() if not d["kept"]} == {2}
    assert found[2]["reason"] == "exact_copy"
    assert found[2]["evidence"] == {
        "witness": f"{1:032x}",
        "similarity": 1.0,
        "rule": "same dialogue",
        "detail": None,
        "cluster": f"{1:032x}",
    }
    assert all(d["reason"] is None and d["evidence"] is None for d in found.values() if d["kept"])


def test_rows_that_differ_in_white_space_alone_are_copies_and_the_longer_stays(row: MakeRow) -> None:
    found = decided(
        [row(1, "How can I  return it?", "Send it\nback."), row(2, "How can I return it? ", "Send it back.")]
    )
    assert {n for n, d in found.items() if d["kept"]} == {1}
    assert decided([row(1, "你好", "您好"), row(2, " 你好 ", "您好")])[1]["evidence"]["witness"] == f"{2:032x}"


def test_what_is_compared_and_what_stays_are_parameters(row: MakeRow) -> None:
    rows = [row(1, "能退货吗?", "可以的,请放心。", source="a"), row(2, "能退货吗?", "可以。", source="b")]
    assert all(d["kept"] for d in decided(rows).values())
    assert {n for n, d in decided(rows, by="prompt").items() if d["kept"]} == {1}
    ordered = decided(rows, by="prompt", keep=("source",), sources=("b", "a"))
    assert {n for n, d in ordered.items() if d["kept"]} == {2}
    assert ordered[1]["evidence"]["rule"] == "same prompt"


def test_a_row_that_is_out_already_is_neither_judged_nor_a_witness(
    spark: SparkSession,
    row: MakeRow,
    decision: MakeRow,
    job: Callable[..., StageJob],
    inputs: Callable[..., Inputs],
) -> None:
    same = [row(n, "能退货吗?", "可以。") for n in range(1, 6)]
    same[1]["quarantine"] = {"uri": "logs.json", "reason": "remove_pii_failed"}
    quality = [decision(1, kept=False, reason="too_short"), decision(3), decision(4)]
    table = stage.run(spark, job("deduplicate_exact", inputs(same, quality=quality)))

    found = {int(d["record_id"], 16): d for d in read(spark, table).toArrow().to_pylist()}
    assert found.keys() == {3, 4, 5}
    assert {n for n, d in found.items() if d["kept"]} == {3}
    assert {d["evidence"]["witness"] for d in found.values() if not d["kept"]} == {f"{3:032x}"}
    assert read(spark, table).columns == DECISION_SCHEMA.names


def several_answers(row: MakeRow) -> list[Row]:
    ask = "这双鞋七天后还能退货吗?"
    pair = {"chosen": [{"role": "assistant", "content": "能"}], "rejected": [{"role": "assistant", "content": "不能"}]}
    return [
        row(1, ask, "可以退货,请您在订单里申请,我们会尽快处理。"),
        row(2, ask, "不可以退货。"),
        row(3, ask, "可以退货,运费由您承担。"),
        row(4, ask, "可以 退货 请您在订单里申请 我们会尽快处理"),
        row(5, "你好", "您好!"),
        row(6, "你好", "在的,请讲。"),
        row(7, ask, kind="preference", **pair),
        row(8, ask, kind="preference", chosen=pair["rejected"], rejected=pair["chosen"]),
        row(9, ask),
    ]


def test_one_prompt_with_several_answers_is_listed_and_kept(row: MakeRow) -> None:
    rows = several_answers(row)
    found = decided(rows)
    assert all(d["kept"] for d in found.values())
    assert {n: d["reason"] for n, d in found.items() if d["reason"]} == {
        2: "contradiction",
        3: "variation",
        8: "contradiction",
    }
    assert found[2]["evidence"] == {
        "witness": f"{1:032x}",
        "similarity": None,
        "rule": "same prompt, another answer",
        "detail": "different_negation",
        "cluster": f"{1:032x}",
    }
    assert "flipped_preference" in found[8]["evidence"]["detail"]
    assert found[1]["evidence"]["cluster"] == f"{1:032x}"
    assert not any(d["reason"] for d in decided(rows, answers=False).values())


def beginnings(row: MakeRow) -> list[Row]:
    talk = ("订单还没到", "请问订单号是多少?", "就是昨天的那单", "已经在派送了。", "谢谢", "不客气。")
    return [
        row(1, *talk[:2]),
        row(2, *talk[:4]),
        row(3, *talk),
        row(4, *talk[:3]),
        row(5, *talk[:2], rating=1.0),
        row(6, *talk[:1], "请稍等。"),
        row(7, *talk[:4], "好的"),
    ]


def test_a_dialogue_that_begins_a_longer_one_goes_when_asked(row: MakeRow) -> None:
    found = decided(beginnings(row), prefixes=True)
    # 4 ends with a question: no dialogue of its own begins there. 5 is graded, 6 goes on otherwise.
    assert {n: d["evidence"]["witness"] for n, d in found.items() if not d["kept"]} == dict.fromkeys(
        (1, 2), f"{3:032x}"
    )
    assert {d["reason"] for d in found.values() if not d["kept"]} == {"prefix"}


def test_over_all_tasks_the_answer_is_the_same(row: MakeRow, frame: Frame) -> None:
    every = [some_rows(row), several_answers(row), beginnings(row)]
    rows = [
        {**r, "record_id": f"{100 * k + int(r['record_id'], 16):032x}"} for k, part in enumerate(every) for r in part
    ]
    found = stage.transform(frame(rows[::-1], 3), stage.Params(prefixes=True)).toArrow().to_pylist()
    assert {int(d["record_id"], 16): d for d in found} == decided(rows, prefixes=True)


def test_no_rows_are_no_trouble() -> None:
    assert decided([]) == {}


def test_a_removal_of_too_much_is_refused_and_explained(
    spark: SparkSession,
    tmp_path: Path,
    row: MakeRow,
    job: Callable[..., StageJob],
    inputs: Callable[..., Inputs],
) -> None:
    secret = "Everybody is told this secret sentence about refunds."
    rows = [row(n, secret, "And this is the answer.") for n in range(1, 150)]
    order = job("deduplicate_exact", inputs(rows), max_removed_share=0.5)
    order = order.model_copy(update={"table": str(tmp_path / "lake" / "clean" / "shop" / "deduplicate_exact")})
    with pytest.raises(TooMuchRemovedError) as refused:
        stage.run(spark, order)

    said = str(refused.value)
    assert "148 of 149 rows (99.3%)" in said
    assert f"148 rows would go for row {1:032x}" in said
    assert "user turn 1 100%" in said
    assert "secret" not in said
    assert not Path(order.table).exists()
    file = tmp_path / "lake" / "raw" / "shop" / "refused" / "deduplicate_exact-run-1.txt"
    assert secret in file.read_text("utf-8")
    assert str(file) in said


def _arrangements(rows: list[Row]) -> list[tuple[int, list[Row]]]:
    """The same rows in one partition and in five, in another order."""
    return [(1, rows), (5, rows[3:][::-1] + rows[:3])]
