"""Collect on real files and a real Delta table: nothing is lost, and ids come from content alone."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from pyspark.sql import DataFrame, SparkSession

from jobs.lake.job import SourceFile, StageJob
from jobs.lake.versions import commit_of, scan
from jobs.run_stage import run_stage, summarise
from jobs.sources.files import list_files
from jobs.spec import SourceSpec
from jobs.stages import collect

Job = Callable[..., StageJob]


def alpaca(number: int) -> dict[str, str]:
    return {"instruction": f"第{number}个订单到哪里了?", "output": f"您的第{number}个订单已经发出。"}


def lines(numbers: range | list[int]) -> str:
    return "".join(json.dumps(alpaca(n), ensure_ascii=False) + "\n" for n in numbers)


def files_of(name: str, folder: Path) -> list[SourceFile]:
    return [
        SourceFile(source=name, path=str(path), uri=path.relative_to(folder.parent).as_posix(), sha256="0" * 64)
        for path in list_files(folder)
    ]


def source(name: str = "logs", **changes: Any) -> SourceSpec:
    return SourceSpec(**{"name": name, "kind": "internal", "path": name, **changes})


def collected(spark: SparkSession, files: list[SourceFile], partitions: int | None = None) -> DataFrame:
    names = sorted({file.source for file in files})
    rows = collect.read_sources(spark, [source(name) for name in names], files)
    return collect.transform(rows.repartition(partitions) if partitions else rows, collect.Params())


def identities(frame: DataFrame) -> dict[str, str]:
    """id -> what the row says, or the raw bytes that it could not say."""
    found = frame.selectExpr("record_id", "coalesce(content_hash, md5(quarantine.raw)) AS said").collect()
    ids = {row["record_id"]: row["said"] for row in found}
    assert len(ids) == len(found), "every row has an id of its own"
    return ids


def test_a_folder_of_every_layout_is_read_whole_and_what_cannot_be_read_is_quarantined(
    spark: SparkSession, job: Job, tmp_path: Path
) -> None:
    folder = tmp_path / "raw"
    (folder / "deeper").mkdir(parents=True)
    (folder / "plain.json").write_text(lines([1]) + '{"instruction": "断了\n' + lines([2]), "utf-8")
    (folder / "packed.jsonl.gz").write_bytes(gzip.compress(lines([3, 4]).encode()))
    (folder / "deeper" / "packed.jsonl.zst").write_bytes(zstandard.compress(lines([5]).encode()))
    (folder / "array.json").write_text(json.dumps([alpaca(6), {"colour": "red"}], ensure_ascii=False), "utf-8")
    table = "instruction,output\n尺码怎么选?,请看尺码表。\n能开发票吗?,可以开电子发票。\n"
    (folder / "chinese.csv").write_bytes(table.encode("gb18030"))
    (folder / "tabs.tsv").write_bytes(("\ufeff" + table.replace(",", "\t").replace("吗", "么")).encode())
    pq.write_table(pa.Table.from_pylist([alpaca(7), {**alpaca(8), "output": None}]), folder / "table.parquet")
    wrong = {"messages": [{"role": "user", "content": "在吗"}, {"role": "robot", "content": "在的"}]}
    (folder / "chat.jsonl").write_text(json.dumps(wrong, ensure_ascii=False), "utf-8")

    table_version = run_stage(spark, job("collect", sources=[source()], files=files_of("logs", folder)))

    rows = [row for batch in scan(table_version) for row in batch.to_pylist()]
    good = [row for row in rows if row["quarantine"] is None]
    bad = {row["source"]["uri"]: row["quarantine"] for row in rows if row["quarantine"]}
    assert (len(good), len(rows)) == (7 + 4, 15)
    assert {uri: q["reason"] for uri, q in bad.items()} == {
        "raw/plain.json": "truncated",
        "raw/array.json": "unknown_shape",
        "raw/table.parquet": "empty_output",
        "raw/chat.jsonl": "unknown_role",
    }
    assert (bad["raw/plain.json"]["line"], bad["raw/array.json"]["path"]) == (2, "$[1]")
    assert bad["raw/plain.json"]["raw"].decode().startswith('{"instruction": "断了')
    assert {row["messages"][0]["content"] for row in good} >= {"尺码怎么选?", "能开发票吗?", "能开发票么?"}
    assert all(row["messages"] is None and row["text"] is None for row in rows if row["quarantine"])
    assert all(str(tmp_path) not in json.dumps(row["source"]) for row in rows)

    summary = summarise("collect", spark.read.format("delta").load(table_version.path), None)
    assert (summary.rows_in, summary.kept, sum(summary.quarantined.values())) == (15, 11, 4)
    commit = commit_of(table_version)
    assert commit is not None
    assert (commit.provenance.stage, commit.provenance.run_id) == ("collect", "run-1")


def test_a_line_put_in_front_changes_no_other_id_and_copies_stay_apart(spark: SparkSession, tmp_path: Path) -> None:
    before, after = tmp_path / "before" / "logs", tmp_path / "after" / "logs"
    for folder, numbers in ((before, [1, 2, 2, 2, 3]), (after, [9, 1, 2, 2, 2, 3])):
        folder.mkdir(parents=True)
        (folder / "a.jsonl").write_text(lines(numbers) + "broken\nbroken\n", "utf-8")

    old, new = (identities(collected(spark, files_of("logs", folder))) for folder in (before, after))

    assert len(old) == 7
    assert old.items() < new.items()


@pytest.mark.parametrize("partitions", [None, 1, 7])
def test_ids_depend_neither_on_files_nor_on_partitions(
    spark: SparkSession, tmp_path: Path, partitions: int | None
) -> None:
    numbers = [n % 11 for n in range(28)]
    one, seven = tmp_path / "one" / "logs", tmp_path / "seven" / "logs"
    one.mkdir(parents=True)
    (one / "all.jsonl").write_text(lines(numbers), "utf-8")
    seven.mkdir(parents=True)
    for i in range(7):
        (seven / f"{i}.jsonl").write_text(lines(numbers[i::7]), "utf-8")

    whole = identities(collected(spark, files_of("logs", one), partitions))

    assert whole == identities(collected(spark, files_of("logs", seven)))


def test_the_same_row_of_two_sources_is_two_rows(spark: SparkSession, tmp_path: Path) -> None:
    files = []
    for name in ("shop_a", "shop_b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jsonl").write_text(lines([1]), "utf-8")
        files += files_of(name, tmp_path / name)
    found = identities(collected(spark, files))
    assert len(found) == 2
    assert len(set(found.values())) == 1


def test_templates_are_a_source_that_writes_the_same_dialogues_again(spark: SparkSession, tmp_path: Path) -> None:
    file = tmp_path / "templates.yaml"
    file.write_text(
        "slots: {order: {pattern: 'A###'}}\n"
        "shop_templates:\n"
        "  order_status:\n"
        "    user_query_template: ['订单{order}到哪里了?', '查一下订单{order}']\n"
        "    system_response_components: {greeting: ['您好,', ''], answer: '订单{order}已经发出。'}\n",
        "utf-8",
    )
    spec = source("slots", kind="templates", path=str(file), count=40, seed=3)
    listed = [SourceFile(source="slots", path=str(file), uri="templates.yaml", sha256="0" * 64)]
    runs = [collect.transform(collect.read_sources(spark, [spec], listed), collect.Params()) for _ in range(2)]
    first, second = (frame.orderBy("source.row").toArrow().to_pylist() for frame in runs)
    assert first == second
    assert len({row["record_id"] for row in first}) == len({row["content_hash"] for row in first}) == 40
    assert all(row["source"]["synthetic"] and row["meta"]["intent"] == "order_status" for row in first)
    assert not any("{order}" in message["content"] for row in first for message in row["messages"])
