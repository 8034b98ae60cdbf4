from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from dedup_files import get

from jobs.record import RecordError
from jobs.sources.rows import RawRow
from jobs.tools.quarantine import FileOutcome, not_json, quarantine_of, quarantined

REFUSED = RawRow(3, 4, "$[2]", {"a": 1}, None, b'{"a": 1}')


def test_refused_rows_are_counted_and_written_beside_the_output(tmp_path: Path) -> None:
    done = FileOutcome(tmp_path / "out.jsonl")
    with done.written() as (good, bad):
        good.write(b"{}\n")
        done.refuse(bad, Path("in.json"), REFUSED, RecordError("empty_turn", "expected words", "$.a"))
    quarantine = tmp_path / "out.quarantine.jsonl"
    assert (done.refused, done.quarantine) == (1, quarantine)
    (row,) = get(quarantine)
    assert (row["file"], row["row"], row["line"], row["path"]) == ("in.json", 3, 4, "$[2].a")
    assert (row["reason"], row["raw"]) == ("empty_turn", '{"a": 1}')
    assert done.told_last() == [f"quarantined rows, with place and reason: {quarantine}", "          1  empty_turn"]
    told = {"reasons": {"empty_turn": 1}, "output": str(done.output), "quarantine": str(quarantine)}
    assert done.json_last() == told


def test_a_row_too_deep_to_be_written_keeps_its_place(tmp_path: Path) -> None:
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"a": deep}
    told = orjson.loads(quarantined(Path("in.parquet"), RawRow(3, None, "$", deep, None, b""), not_json(TypeError())))
    assert (told["row"], told["raw"], told["reason"]) == (3, "", "not_json_value")


def test_without_a_refused_row_no_quarantine_stays(tmp_path: Path) -> None:
    done = FileOutcome(tmp_path / "out.jsonl")
    quarantine_of(done.output).write_text("of an earlier run", "utf-8")
    with done.written():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]
    assert done.told_last() == []
    assert done.json_last()["quarantine"] is None
