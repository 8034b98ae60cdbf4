from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from jobs.tools.json_output import json_line, json_report, written_together


def test_a_row_is_one_line_however_deep_and_broken() -> None:
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"a": deep}
    for value in ({"a": "换行\n"}, deep, {"a": "half a pair \ud800"}):
        line = json_line(value)
        assert line.count(b"\n") == 1 and line.endswith(b"\n")
        assert json.loads(line.decode("utf-8", "surrogatepass")) == value


def test_a_report_is_indented_and_ends_its_line() -> None:
    told = json_report({"rows": 1, "名": None})
    assert orjson.loads(told) == {"rows": 1, "名": None}
    assert told.startswith('{\n  "rows": 1') and told.endswith("}\n")


def test_files_appear_together_or_not_at_all(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("as it was", "utf-8")
    with pytest.raises(ZeroDivisionError), written_together(first, None, second) as (one, two):
        one.write(b"half")
        two.write(b"half")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["a"] and first.read_text("utf-8") == "as it was"
    with written_together(first, None, second) as (one, two):
        one.write(b"1")
        two.write(b"2")
        assert first.read_text("utf-8") == "as it was"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"1", "b": b"2"}
