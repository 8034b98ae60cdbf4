"""Decontaminate, on frames and on pinned tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pyspark.sql import DataFrame, SparkSession

from jobs.lake.fingerprint import file_digest
from jobs.lake.job import Inputs, SourceFile, StageJob
from jobs.lake.measure import summarise_decisions
from jobs.lake.tables import read
from jobs.similarity.contamination import ProtectedItem, protect
from jobs.stages import decontaminate as stage

Row = dict[str, Any]
MakeRow = Callable[..., Row]
Frame = Callable[..., DataFrame]

QUESTIONS = [
    "小明有五个苹果，送给小红两个以后又买了三个，请问小明现在一共有几个苹果？",
    "A robe takes two bolts of blue fiber and half that much white fiber. How many bolts in total does it take?",
    "你好",
]
EXAM = {"name": "exam", "path": "exam.jsonl"}


def some_rows(row: MakeRow) -> list[Row]:
    edited = QUESTIONS[1].replace("blue", "red")
    return [
        row(1, "在吗", "在的", QUESTIONS[0], "六个"),
        row(2, f"Please help me with my homework: {edited}", "Three."),
        row(3, "你好", "您好，请问有什么可以帮您？"),
        row(4),
        row(5, "a", messages=[{"role": "system", "content": QUESTIONS[0]}]),
        row(6, text=QUESTIONS[1], source="books"),
        row(7, "q", "a", chosen=[{"role": "assistant", "content": QUESTIONS[0]}]),
        row(8, "小明有五个苹果，我有三个梨，一共有几个水果？", "八个。"),
    ]


def test_a_row_that_holds_a_question_goes_and_names_it(row: MakeRow, frame: Frame) -> None:
    protected = protect([ProtectedItem("exam", k, text) for k, text in enumerate(QUESTIONS, 1)])
    params = stage.Params(protected=[EXAM])
    made = stage.transform(frame(some_rows(row)), params, protected).toArrow().to_pylist()
    found = {int(decision["record_id"], 16): decision for decision in made}
    assert found.keys() == set(range(1, 9))
    gone = {number: d["evidence"]["witness"] for number, d in found.items() if not d["kept"]}
    assert gone == {1: "exam#1", 2: "exam#2", 5: "exam#1", 6: "exam#2", 7: "exam#1"}
    assert {d["reason"] for d in found.values()} == {"contaminated", None}
    assert found[2]["evidence"] == {
        "witness": "exam#2",
        "similarity": 8 / 15,
        "rule": "holds >= 0.4 of a protected question",
        "detail": "8 of 15 runs of 8 tokens",
        "cluster": None,
    }
    assert found[6]["source"] == "books"
    assert found[8]["evidence"] is None


def test_a_job_reads_its_files_and_counts_by_set(
    spark: SparkSession,
    row: MakeRow,
    inputs: Callable[..., Inputs],
    job: Callable[..., StageJob],
    tmp_path: Path,
) -> None:
    file = tmp_path / "exam.jsonl"
    file.write_text("".join(json.dumps({"question": text}) + "\n" for text in QUESTIONS), "utf-8")
    before = file.read_bytes()
    listed = SourceFile(source="exam", path=str(file), uri="exam.jsonl", sha256=file_digest(file))
    made = stage.run(spark, job("decontaminate", inputs(some_rows(row)), files=[listed], protected=[EXAM]))
    summary = summarise_decisions("decontaminate", read(spark, made), 8)
    assert (summary.removed, summary.contaminated) == ({"contaminated": 5}, {"exam": 5})
    assert summary.largest_cluster == 4
    assert file.read_bytes() == before


def test_a_set_of_several_files_names_the_file_too(tmp_path: Path) -> None:
    files = []
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text('{"q": "' + name + '"}\n', "utf-8")
        files.append(SourceFile(source="exam", path=str(tmp_path / name), uri=f"x/{name}", sha256=""))
    params = stage.Params(protected=[EXAM | {"columns": ["q"]}, {"name": "absent", "path": "no", "optional": True}])
    assert [item.label for item in stage.read_items(params, files)] == ["exam/a.jsonl#1", "exam/b.jsonl#1"]


@pytest.mark.parametrize(
    ("params", "said"),
    [({}, "protected"), ({"protected": []}, "at least 1"), ({"protected": [EXAM, EXAM]}, "a name of its own")],
)
def test_parameters_that_protect_nothing_are_refused(params: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        stage.Params(**params)
