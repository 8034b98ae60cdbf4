from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from jobs.formats.chat_templates.render import load_template
from jobs.formats.preview import preview
from jobs.formats.registry import parse_row
from jobs.formats.tokens import EstimatedTokens
from jobs.tools.preview import coloured, main

ROWS: list[dict[str, Any]] = [
    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello \x1b[31mthere"}]},
    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello", "weight": 0}]},
]


@pytest.fixture
def data(tmp_path: Path) -> str:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, ROWS)))
    return str(path)


def test_each_line_says_whether_it_is_trained(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([data, "--row", "1", "--template", "chatml"]) == 0
    said = capsys.readouterr().out
    assert "masked  | <|im_start|>user\nmasked  | Hi<|im_end|>\n" in said
    assert "trained | Hello \\x1b[31mthere<|im_end|>" in said
    assert "\x1b" not in said, "control characters must not reach a terminal"
    assert "estimate" in said


def test_a_row_that_trains_nothing_warns_and_gives_exit_code_1(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([data, "--row", "2", "--template", "chatml"]) == 1
    assert "its loss is 0" in capsys.readouterr().out
    assert main([data, "--row", "1", "--template", "chatml", "--cutoff", "3", "--json"]) == 1
    seen = orjson.loads(capsys.readouterr().out)
    assert seen["trainable"] == 0 and seen["segments"][-1]["state"] == "cut"


def test_colours_follow_the_states() -> None:
    seen = preview(parse_row(ROWS[0]), load_template("chatml"), EstimatedTokens(), 12)
    styles = {str(span.style) for span in coloured(seen).spans}
    assert styles <= {"bold green", "dim", "red strike"} and "dim" in styles


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--row", "3"], "expected 1 to 2, came 3"),
        (["--row", "0"], "rows count from 1"),
        (["--row", "1", "--cutoff", "0"], "at least 1 token"),
        (["--row", "1", "--template", "x"], "unknown template"),
        (["--row", "1", "--tokenizer", "."], "tokenizer.json"),
    ],
)
def test_mistakes_are_told(data: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([data, *arguments]) == 2
    assert message in capsys.readouterr().err
