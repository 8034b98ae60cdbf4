"""A folder cleaned as it fills: every row once, whatever breaks off in between, and the answers of the batch stages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession

from jobs import clean_stream
from jobs.clean_stream import StreamError, Watch
from jobs.cleaning.cleaner import default_params
from jobs.lake.job import SourceFile
from jobs.lake.session import SparkSettings
from jobs.privacy import remove_pii
from jobs.sources.source_rows import SourceFields
from jobs.stages import collect, filter_by_quality_rules, normalize_text
from jobs.stages import remove_pii as remove_stage
from jobs.text import normalize_text as normal_form

PHONE = "13912345678"
CALL = f"我的电话是{PHONE}，请尽快联系我！！！！"
ASKED = "您好，请问几点发货？"


def write(folder: Path, name: str, *texts: str, broken: bool = False) -> None:
    lines = [json.dumps({"text": text}, ensure_ascii=False) for text in texts]
    (folder / name).write_text("\n".join([*lines, *(['{"text": "cut o'] if broken else [])]) + "\n", "utf-8")


def rows_in(spark: SparkSession, table: str) -> list[dict[str, Any]]:
    frame = spark.read.format("delta").load(table)
    rows: list[dict[str, Any]] = frame.orderBy("source.uri", "source.row").toArrow().to_pylist()
    return rows


def by_stages(spark: SparkSession, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Kept texts and removed rows' reasons by id, as a build would have them of all files at once."""
    files = [
        SourceFile(source="input", path=str(file), uri=file.name, sha256="") for file in sorted(folder.glob("*.jsonl"))
    ]
    read = collect.transform(collect.read_sources(spark, [SourceFields()], files), collect.Params())
    clean = remove_stage.transform(read.where("quarantine is null"), remove_stage.Params())
    normal = normalize_text.transform(clean, normalize_text.Params()).cache()
    decided = filter_by_quality_rules.transform(normal, filter_by_quality_rules.Params()).collect()
    removed = {decision.record_id: decision.reason for decision in decided if not decision.kept}
    kept = {row.record_id: row.text for row in normal.collect() if row.record_id not in removed}
    normal.unpersist()
    return kept, removed


def test_every_row_is_written_once_and_as_the_stages_write_it(spark: SparkSession, tmp_path: Path) -> None:
    folder, told = tmp_path / "incoming", list[str]()
    folder.mkdir()
    watch = Watch(folder, tmp_path / "lake", "shop", default_params(), SourceFields(), SparkSettings())
    tables, state = watch.tables, tmp_path / "lake" / "streams" / "shop"

    def run() -> None:
        state.mkdir(parents=True, exist_ok=True)
        app = clean_stream.own_stream(watch, state)
        clean_stream.start(spark, watch, state / "checkpoint", app, told.append).awaitTermination()

    write(folder, "a.jsonl", CALL, ASKED, "嗯", broken=True)
    (folder / "_SUCCESS").touch()
    run()
    assert len(rows_in(spark, tables.kept)) == 2
    # A copy of a row that came earlier. The batch breaks off after the second of its four tables.
    write(folder, "b.jsonl", CALL, "嗯", f"请改打{PHONE}联系我，谢谢。")
    rejected = Path(tables.rejected)
    aside = rejected.rename(rejected.with_name("aside"))
    rejected.write_text("in the way")
    with pytest.raises(StreamingQueryException):
        run()
    assert len(rows_in(spark, tables.kept)) == 4
    rejected.unlink()
    aside.rename(rejected)
    # What was read once is not read again: the file may be another by now.
    original = (folder / "b.jsonl").read_bytes()
    write(folder, "b.jsonl", "not what it was")
    run()

    (folder / "b.jsonl").write_bytes(original)
    kept, removed = by_stages(spark, folder)
    stream = rows_in(spark, tables.kept)
    assert {row["record_id"]: row["text"] for row in stream} == kept
    assert len(stream) == len(kept) == 4
    assert {row["record_id"]: row["reason"] for row in rows_in(spark, tables.rejected)} == removed
    assert [row["source"]["uri"] for row in rows_in(spark, tables.rejected)] == ["a.jsonl", "b.jsonl"]
    (bad,) = rows_in(spark, tables.quarantined)
    assert (bad["quarantine"]["reason"], bad["quarantine"]["line"]) == ("truncated", 4)
    by_hand = {normal_form(remove_pii(text).text).text for text in (CALL, ASKED, f"请改打{PHONE}联系我，谢谢。")}
    assert {row["text"] for row in stream} == by_hand
    assert told[0].startswith("batch 0: 1 files, 4 rows in: 2 kept, 1 rejected, 1 quarantined")
    assert PHONE not in "".join(told)


def test_a_stream_belongs_to_its_folder(tmp_path: Path) -> None:
    def watch(folder: str) -> Watch:
        return Watch(tmp_path / folder, tmp_path / "lake", "shop", {}, SourceFields(), SparkSettings())

    first = clean_stream.own_stream(watch("a"), tmp_path)
    assert clean_stream.own_stream(watch("a"), tmp_path) == first
    with pytest.raises(StreamError, match="--name"):
        clean_stream.own_stream(watch("b"), tmp_path)
    (tmp_path / "stream.json").unlink()
    Path(watch("a").tables.read, "_delta_log").mkdir(parents=True)
    with pytest.raises(StreamError, match="checkpoint"):
        clean_stream.own_stream(watch("a"), tmp_path)
