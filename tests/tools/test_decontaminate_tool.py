"""The command that finds evaluation questions in training rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from dedup_files import get, put

from jobs.tools.decontaminate import main

QUESTION = "Natalia sold clips to 48 of her friends in April and then half as many clips in May how many in all"
OTHER = "小明有三个苹果他又从超市买了七个苹果请问小明现在一共有多少个苹果呢"


def chat(question: str) -> dict[str, Any]:
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": "an answer"}]
    return {"messages": turns}


@pytest.fixture
def evals(tmp_path: Path) -> Path:
    rows = [{"question": QUESTION, "answer": "48 plus 24 is 72 clips altogether in the two months"}]
    return put(tmp_path / "gsm8k.jsonl", [*rows, {"question": OTHER, "answer": "10"}])


def run(tmp_path: Path, rows: list[dict[str, Any]], *options: str, code: int = 0) -> list[dict[str, Any]]:
    source, out = put(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl"
    assert main([str(source), str(out), "--force", *options]) == code
    return get(out) if code == 0 else []


def test_a_row_names_the_question_that_it_holds(tmp_path: Path, evals: Path) -> None:
    rows = [chat("hello, please solve: " + QUESTION), chat("a question of my own about delivery times"), chat(OTHER)]
    before = evals.read_bytes()
    out = run(tmp_path, rows, "--protected", str(evals))
    assert [(row["kept"], row["witness"], row["similarity"]) for row in out] == [
        (False, "gsm8k#1", 1.0),
        (True, None, None),
        (False, "gsm8k#2", 1.0),
    ]
    assert [row["id"] for row in out] == [1, 2, 3]
    assert out[0]["rule"].startswith("contaminated: ")
    assert evals.read_bytes() == before
    assert run(tmp_path, rows, "--protected", f"{evals}=school", "--only-kept") == [rows[1]]
    assert run(tmp_path, rows, "--protected", f"{evals}=school")[0]["witness"] == "school#1"


def test_columns_of_both_sides_are_named(tmp_path: Path, evals: Path) -> None:
    rows = [{"text": "x", "note": QUESTION}, {"text": "so 48 plus 24 is 72 clips altogether in the two months"}]
    named = ("--protected", str(evals), "--answer-column", "answer")
    assert [row["witness"] for row in run(tmp_path, rows, *named)] == [None, "gsm8k#1.answer"]
    assert [row["witness"] for row in run(tmp_path, rows, *named, "--column", "note")] == ["gsm8k#1", None]
    run(tmp_path, rows, *named, "--column", "nothing", code=2)


def test_what_cannot_be_read_is_never_passed_over(
    tmp_path: Path, evals: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b'{"text": "a"}\nnot json\n')
    assert main([str(source), str(out), "--protected", str(evals), "--json"]) == 0
    told = orjson.loads(capsys.readouterr().out)
    assert (told["rows"], told["kept"], told["reasons"], told["protected"]) == (2, 1, {"not_json": 1}, 2)
    assert get(tmp_path / "out.quarantine.jsonl")[0]["line"] == 2
    evals.write_bytes(evals.read_bytes() + b"broken\n")
    assert main([str(source), str(out), "--protected", str(evals), "--force"]) == 2
    assert "row 3" in capsys.readouterr().err


def test_the_protected_file_is_never_written_over(tmp_path: Path, evals: Path) -> None:
    source = put(tmp_path / "in.jsonl", [chat("q")])
    before = evals.read_bytes()
    assert main([str(source), str(evals), "--protected", str(evals), "--force"]) == 2
    assert evals.read_bytes() == before
