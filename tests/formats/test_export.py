from __future__ import annotations

import hashlib
from pathlib import Path

import orjson
import pytest

from jobs.formats.export import dataset_info, export_records
from jobs.formats.registry import parse_row

CHAT = {
    "messages": [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "a"},
    ]
}
TOOLS = {
    "conversations": [
        {"from": "human", "value": "q"},
        {"from": "function_call", "value": '{"name": "f", "arguments": {}}'},
        {"from": "observation", "value": "1"},
        {"from": "gpt", "value": "a"},
    ],
    "tools": "[]",
}


def test_a_file_is_written_whole_with_its_numbers(tmp_path: Path) -> None:
    done = export_records([parse_row(CHAT), parse_row(TOOLS)], tmp_path / "a.jsonl", "alpaca")
    content = (tmp_path / "a.jsonl").read_bytes()
    assert (done.rows, done.bytes, done.sha256) == (1, len(content), hashlib.sha256(content).hexdigest())
    assert sum(done.refused.values()) == 1
    assert not list(tmp_path.glob("*.part"))


def test_dataset_info_names_exactly_the_columns_there_are(tmp_path: Path) -> None:
    records = [parse_row(CHAT), parse_row({**TOOLS, "tools": '[{"name": "f"}]'})]
    files = [export_records(records, tmp_path / f"{name}.jsonl", name) for name in ("alpaca", "sharegpt", "chatml")]
    info = dataset_info(files)
    assert info["alpaca"] == {
        "file_name": "alpaca.jsonl",
        "formatting": "alpaca",
        "columns": {"prompt": "instruction", "query": "input", "response": "output", "system": "system"},
    }
    assert info["sharegpt"]["columns"] == {"messages": "conversations", "tools": "tools"}
    assert info["sharegpt"]["tags"]["function_tag"] == "function_call"
    assert info["chatml"]["formatting"] == "openai"
    assert dataset_info([export_records(records[:1], tmp_path / "c.jsonl", "chatml")])["c"]["formatting"] == "sharegpt"
    orjson.dumps(info)


def test_pairs_are_written_as_llamafactory_ranks_them(tmp_path: Path) -> None:
    pair = parse_row({"prompt": "q", "chosen": "a", "rejected": "b"})
    done = export_records([pair], tmp_path / "r.jsonl", "ranking")
    assert orjson.loads((tmp_path / "r.jsonl").read_bytes()) == {
        "conversations": [{"from": "human", "value": "q"}],
        "chosen": {"from": "gpt", "value": "a"},
        "rejected": {"from": "gpt", "value": "b"},
    }
    assert dataset_info([done])["r"]["ranking"] is True


def test_a_format_that_llamafactory_does_not_read_is_an_error(tmp_path: Path) -> None:
    done = export_records([parse_row(CHAT)], tmp_path / "t.jsonl", "turns")
    with pytest.raises(ValueError, match="LLaMA-Factory does not read"):
        dataset_info([done])
