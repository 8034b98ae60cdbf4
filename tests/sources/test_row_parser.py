"""Keys of turns, told by their values over the whole file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from jobs.formats.role_keys import RoleKeys
from jobs.record import RecordError
from jobs.sources.collect_rows import collect_file
from jobs.sources.row_parser import RowParser
from jobs.sources.source_rows import SourceFields

TURNS = [{"speaker": "Human", "text": "q", "mood": "calm"}, {"speaker": "gpt", "text": "a", "mood": "calm"}]


def parser(tmp_path: Path, rows: list[Any]) -> RowParser:
    file = tmp_path / "t.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return RowParser([file])


def test_ten_equal_dialogues_are_read(tmp_path: Path) -> None:
    rows = [{"dialog": TURNS}] * 10
    found = parser(tmp_path, rows)
    for row in rows:
        assert [(m.role, m.content) for m in found.parse(row).messages] == [("user", "q"), ("assistant", "a")]


def test_ten_equal_dialogues_of_sharegpt_are_collected(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    row = {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}
    file.write_bytes(b"\n".join([orjson.dumps(row)] * 10))
    assert [r["quarantine"] for r in collect_file(file, SourceFields("s"))] == [None] * 10


def test_the_whole_file_decides_and_not_its_first_rows(tmp_path: Path) -> None:
    # In the first ten rows both keys have two values, both of which are role words.
    first = [{"turns": [{"a": "user", "b": "user"}, {"a": "assistant", "b": "model"}]}] * 10
    rest = [
        {"turns": [{"a": "user", "b": f"question {i}"}, {"a": "assistant", "b": f"answer {i}"}]} for i in range(200)
    ]
    found = parser(tmp_path, [*first, *rest])
    assert found.parse(rest[0]).messages[0].content == "question 0"
    assert [(m.role, m.content) for m in found.parse(first[0]).messages] == [("user", "user"), ("assistant", "model")]


@pytest.mark.parametrize("keys", [("role", "value"), ("from", "text"), ("role", "text")])
def test_half_known_keys_are_read(tmp_path: Path, keys: tuple[str, str]) -> None:
    row = {"conversations": [{keys[0]: "human", keys[1]: "q"}, {keys[0]: "gpt", keys[1]: "a"}]}
    assert [m.role for m in parser(tmp_path, [row]).parse(row).messages] == ["user", "assistant"]


def test_a_bad_row_in_the_usual_keys_is_refused_as_ever(tmp_path: Path) -> None:
    row = {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": ""}]}
    with pytest.raises(RecordError, match="empty_turn"):
        parser(tmp_path, [row]).parse(row)
    with pytest.raises(RecordError, match="unknown_shape"):
        parser(tmp_path, [row]).parse({"lines": [{"x": 1}]})


def test_memory_is_bounded_whatever_the_file_holds() -> None:
    keys = RoleKeys()
    for i in range(1000):
        keys.add({f"c{i}": [{f"k{j}": "user" for j in range(i, i + 100)}]})
    assert len(keys._keys) <= 64
    assert all(len(found) <= 64 for found in keys._keys.values())
    assert keys.mapping() is None
