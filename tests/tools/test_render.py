from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from jobs.tools.render import main

U, A = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}
TEXT = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n"


def write(path: Path, rows: list[Any]) -> str:
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)) + b"\n")
    return str(path)


def read(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_dialogues_become_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = write(tmp_path / "in.jsonl", [{"messages": [U, A], "topic": "x"}]), tmp_path / "out.jsonl"
    assert main([source, str(out), "--template", "chatml"]) == 0
    assert read(out) == [{"text": TEXT}]
    assert "1 rows in, 1 written, 0 quarantined" in capsys.readouterr().out
    assert main([source, str(out), "--template", "chatml"]) == 2
    assert "--force" in capsys.readouterr().err
    assert main([source, str(out), "--template", "chatml", "--keep", "--force"]) == 0
    assert read(out) == [{"messages": [U, A], "topic": "x", "text": TEXT}]


def test_an_order_that_the_template_refuses_goes_to_quarantine(tmp_path: Path) -> None:
    rows = [{"messages": [U, A]}, {"messages": [A, U, A]}]
    out = tmp_path / "out.jsonl"
    assert main([write(tmp_path / "in.jsonl", rows), str(out), "--template", "gemma-3"]) == 0
    assert len(read(out)) == 1
    (bad,) = read(tmp_path / "out.quarantine.jsonl")
    assert (bad["row"], bad["reason"]) == (2, "template_refuses")
    assert "user first" in bad["detail"]


def test_the_words_that_ask_for_an_answer_come_on_request(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    source = write(tmp_path / "in.jsonl", [{"messages": [U, A]}])
    assert main([source, str(out), "--template", "chatml", "--generation-prompt"]) == 0
    assert read(out)[0]["text"] == TEXT + "<|im_start|>assistant\n"


def test_pairs_and_verdicts_become_columns_of_text(tmp_path: Path) -> None:
    bad = {"role": "assistant", "content": "Go"}
    rows: list[Any] = [{"prompt": [U], "chosen": [A], "rejected": [bad]}, {"prompt": "Hi", "answer_key": "x"}]
    rows.insert(1, {"prompt": [U], "completion": [A], "label": True})
    out = tmp_path / "out.jsonl"
    assert main([write(tmp_path / "in.jsonl", rows), str(out), "--template", "chatml"]) == 0
    prompt = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    assert read(out) == [
        {"prompt": prompt, "chosen": "Hello<|im_end|>\n", "rejected": "Go<|im_end|>\n"},
        {"prompt": prompt, "completion": "Hello<|im_end|>\n", "label": True},
        {"prompt": prompt},
    ]


def test_a_tokenizers_folder_renders_by_its_own_template(tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_text("{{ messages[0].content }}|{{ messages[1].content }}")
    out = tmp_path / "out.jsonl"
    source = write(tmp_path / "in.jsonl", [{"messages": [U, A]}])
    assert main([source, str(out), "--tokenizer", str(tmp_path)]) == 0
    assert read(out) == [{"text": "Hi|Hello"}]


def test_mistakes_are_told_before_anything_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = write(tmp_path / "in.jsonl", [{"messages": [U, A]}]), tmp_path / "out.jsonl"
    assert main([source, str(out)]) == 2
    assert main([source, str(out), "--template", "x"]) == 2
    assert main([source, source, "--template", "chatml", "--force"]) == 2
    assert not out.exists()
    assert "the input itself" in capsys.readouterr().err
