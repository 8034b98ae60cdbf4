import json
from pathlib import Path
from typing import Any

import pytest

from jobs.sources.protected import read_protected


def write(folder: Path, *rows: Any) -> Path:
    file = folder / "exam.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file


def texts(file: Path, **options: Any) -> list[tuple[str, str]]:
    return [(item.label, item.text) for item in read_protected(file, "exam", **options)]


def test_a_question_is_found_where_benchmarks_keep_it(tmp_path: Path) -> None:
    turns = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "u"},
        {"role": "assistant", "content": "a"},
    ]
    file = write(
        tmp_path,
        {"question": "q", "answer": "a"},
        {"task_id": 1, "prompt": "p"},
        {"instruction": "i", "input": "n", "output": "o"},
        {"instruction": "i", "input": ""},
        {"messages": turns},
        {"conversations": [{"from": "human", "value": "h"}, {"from": "gpt", "value": "g"}]},
    )
    assert [text for _, text in texts(file)] == ["q", "p", "i\nn", "i", "u", "h"]


def test_columns_and_answers_are_as_asked(tmp_path: Path) -> None:
    file = write(tmp_path, {"q": "哪个最大？", "A": "甲", "B": None, "choices": ["x", "y"], "key": 3})
    assert texts(file, columns=["q", "A", "B", "choices"]) == [("exam#1", "哪个最大？\n甲\nx\ny")]
    assert texts(file, columns=["q"], answers=["A", "key"])[1:] == [("exam#1.A", "甲"), ("exam#1.key", "3")]


@pytest.mark.parametrize(
    ("row", "options", "said"),
    [
        ({"secret": "s3cret"}, {}, "expected a question in question, prompt.*the row has secret"),
        ({"q": "s3cret"}, {"columns": ["p"]}, "expected a question in p; the row has q"),
        ({"q": "s3cret"}, {"columns": ["q"], "answers": ["a"]}, "expected a column `a`"),
        ({"q": {"s3cret": 1}}, {"columns": ["q"]}, "`q`: expected text or a list of turns, came dict"),
    ],
)
def test_a_row_without_a_question_stops(row: Any, options: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=said) as error:
        texts(write(tmp_path, row), **options)
    assert "exam.jsonl, row 1" in str(error.value)
    assert "s3cret" not in str(error.value)


def test_a_file_that_cannot_be_read_stops(tmp_path: Path) -> None:
    file = tmp_path / "exam.jsonl"
    file.write_text('{"question": "one"}\n{"question": broken\n', "utf-8")
    with pytest.raises(ValueError, match=r"row 2.*not protected"):
        texts(file)
