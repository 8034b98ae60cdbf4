"""The command that writes where the personal data of a file stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from dedup_files import get, put

from jobs.tools import pii_scan
from jobs.tools.pii import main
from jobs.tools.pii_scan import Scanning, scan
from jobs.tools.pii_search import Search
from jobs.tools.pii_texts import texts_of_record

PHONE = "13912345678"
TEXT = f"请致电{PHONE}，谢谢😀再见"


def run(tmp_path: Path, rows: list[dict[str, Any]], *options: str, code: int = 0) -> list[dict[str, Any]]:
    source, out = put(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl"
    assert main(["scan", str(source), str(out), "--force", *options]) == code
    return get(out) if code == 0 else []


def test_a_row_is_written_with_its_spans_in_characters(tmp_path: Path) -> None:
    rows = [{"text": "😀" + TEXT, "n": 1}, {"id": "mine", "text": "今天天气不错"}, {"id": 7, "text": TEXT}]
    out = run(tmp_path, rows, "--column", "text")
    assert [row["id"] for row in out] == [1, "mine", 7], "its own id, else its line"
    (span,) = out[0]["spans"]
    assert set(span) == {"start", "end", "entity", "score", "recognizer"}
    assert out[0]["text"][span["start"] : span["end"]] == PHONE, "code points, end exclusive"
    assert span["entity"] == "PHONE_NUMBER"
    assert 0 < span["score"] <= 1
    assert out[0]["n"] == 1, "the row's own fields stay"
    assert out[1]["spans"] == []


def test_the_text_is_left_out_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(tmp_path, [{"text": TEXT, "spans": "mine"}], "--column", "text", "--no-text", "--json")
    assert set(out[0]) == {"id", "spans"}
    told = capsys.readouterr()
    assert orjson.loads(told.out)["entities"] == {"PHONE_NUMBER": 1}
    assert PHONE not in told.err, "counts only"


def test_a_line_names_a_row_among_empty_lines_and_a_number_in_an_array(tmp_path: Path) -> None:
    lines, array = tmp_path / "a.jsonl", tmp_path / "b.json"
    lines.write_text('{"text":"a"}\n\n{"text":"b"}\n', "utf-8")
    array.write_text('[{"text":"a"}, {"text":"b"}]', "utf-8")
    for file, names in ((lines, [1, 3]), (array, [1, 2])):
        assert main(["scan", str(file), str(tmp_path / "out.jsonl"), "--column", "text", "--force"]) == 0
        assert [row["id"] for row in get(tmp_path / "out.jsonl")] == names


def test_rows_of_dialogues_are_scanned_by_path(tmp_path: Path) -> None:
    call = {"type": "function", "function": {"name": "ring", "arguments": f'{{"to": "{PHONE}"}}'}}
    turns = [
        {"role": "user", "content": TEXT},
        {"role": "assistant", "content": "好的", "tool_calls": [call]},
    ]
    (row,) = run(tmp_path, [{"messages": turns}])
    first = row["spans"][0]
    assert first["path"] == "messages[0].content"
    assert row["messages"][0]["content"][first["start"] : first["end"]] == PHONE
    assert any(span["path"].startswith("messages[1].tool_calls[0].") for span in row["spans"])


def test_every_text_of_a_record_has_a_path() -> None:
    row = {
        "messages": [{"content": "a", "name": "b"}],
        "chosen": [{"content": "c"}],
        "text": "d",
        "tools": '[{"x": ["e", 5, true, null]}]',
        "meta": {"dialogue_id": "f", "domain": None},
    }
    assert texts_of_record(row) == [
        ("messages[0].content", "a"),
        ("messages[0].name", "b"),
        ("chosen[0].content", "c"),
        ("text", "d"),
        ("tools[0].x[0]", "e"),
        ("tools[0].x[1]", "5"),
        ("meta.dialogue_id", "f"),
    ]


def test_unreadable_rows_are_quarantined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text('{"text": "a"}\n{"text": \n', "utf-8")
    assert main(["scan", str(file), str(tmp_path / "out.jsonl"), "--column", "text"]) == 0
    assert len(get(tmp_path / "out.jsonl")) == 1
    assert get(tmp_path / "out.quarantine.jsonl")[0]["row"] == 2
    assert "out.quarantine.jsonl" in capsys.readouterr().err


def test_a_row_on_which_a_recognizer_fails_is_quarantined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def analyze(self, text: str) -> list[Any]:
            raise ZeroDivisionError(text)

    monkeypatch.setattr(Search, "analyzer", lambda self: Broken())
    source, out = put(tmp_path / "in.jsonl", [{"text": TEXT}]), tmp_path / "out.jsonl"
    done = scan([source], out, Scanning(Search(), "text"))
    assert (done.rows, dict(done.reasons)) == (0, {"recognizer_failed": 1})
    (told,) = get(tmp_path / "out.quarantine.jsonl")
    assert told["detail"] == "a recognizer raised ZeroDivisionError"


def test_workers_find_what_one_process_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pii_scan, "_BATCH_ROWS", 3)
    rows = [{"text": TEXT if i % 3 else "没有"} for i in range(20)]
    alone = run(tmp_path, rows, "--column", "text", "--workers", "1")
    assert run(tmp_path, rows, "--column", "text", "--workers", "2") == alone


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--column", "body"], "no row has a text in a column 'body'; there are text"),
        (["--column", "text", "--entities", "PHONE"], "no entity 'PHONE'"),
        (["--column", "text", "--models", "en"], "expected LANGUAGE=MODEL"),
        (["--column", "text", "--models", "en=/no/such"], "no model '/no/such'"),
        (["--column", "text", "--languages", "fr"], "no language 'fr'"),
        (["--column", "text", "--min-score", "2"], "from 0 to 1"),
        (["--column", "text", "--input-format", "chatml"], "--column reads one column"),
    ],
)
def test_mistakes_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    run(tmp_path, [{"text": TEXT}], *options, code=2)
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out.jsonl").exists()
