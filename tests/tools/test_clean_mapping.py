"""What was replaced, sealed beside a cleaned file and read back; lines that a build learnt, taken over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from built_lake import commit_stage
from rows_of_shapes import CALL, PHONE, SECRETS, SHAPES
from typer.testing import CliRunner

from flows.cli import app
from jobs.lake.layout import boilerplate_file
from jobs.lake.learnt import NotLearnt, learnt_boilerplate
from jobs.record_schema import ROW_SCHEMA
from jobs.text.boilerplate import key_of
from jobs.tools.pii import main as pii

THANKS = "感谢您的咨询，祝您生活愉快！"
SPEC = """
name: shop
version: 1.0.0
description: chats of a shop
exports: [{format: chatml}]
language: [zh]
goal: {capabilities: [answer questions]}
sources:
  - {name: logs, kind: internal, path: in.jsonl}
stages:
  collect:
  remove_pii: {mapping: MAPPING}
  normalize_text: {boilerplate: BOILERPLATE}
  filter_by_quality_rules:
  split:
  publish:
"""


def write_spec(folder: Path, mapping: str = "false", boilerplate: str = "keep") -> str:
    file = folder / "shop.yaml"
    file.write_text(SPEC.replace("MAPPING", mapping).replace("BOILERPLATE", boilerplate), "utf-8")
    return str(file)


def write_rows(folder: Path, *rows: Any) -> str:
    file = folder / "in.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(file)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.mark.parametrize("processes", [1, 2])
def test_a_mapping_says_where_each_row_was_written(
    folder: Path, capsys: pytest.CaptureFixture[str], processes: int
) -> None:
    # More rows than one batch, so that lines count on.
    call = {"text": CALL}
    given = write_rows(
        folder,
        *[{"text": f"第{n}单还没有发货，请问什么时候发？"} for n in range(300)],
        call,
        {"text": "您好" * 200 + PHONE},
        call,
    )
    out = folder / "out.jsonl"
    arguments = ["clean", given, str(out), "--spec", write_spec(folder, mapping="true"), "--json"]
    done = CliRunner().invoke(app, [*arguments, "--processes", str(processes)])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["mapping"], sum(told["rejected"].values())) == (str(folder / "out.mapping.jsonl"), 1)
    assert PHONE not in (folder / "out.mapping.jsonl").read_text("utf-8")
    assert pii(["reveal", told["mapping"]]) == 0
    opened = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["record_id"] for row in opened] == [f"{given}#{n}" for n in (301, 302, 303)]
    for row in opened:
        written = json.loads((folder / row["file"]).read_bytes().splitlines()[row["line"] - 1])
        text = written.get("content", written)["text"]
        for item in row["replaced"]:
            text = text.replace(item["replacement"], item["original"])
        assert PHONE in text and "<" not in text
    assert pii(["reveal", told["mapping"], f"{given}#301"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_no_mapping_is_left_where_nothing_was_replaced(folder: Path) -> None:
    given = write_rows(folder, {"text": "您好，请问几点发货？"})
    done = CliRunner().invoke(app, ["clean", given, "out.jsonl", "--spec", write_spec(folder, mapping="true")])
    assert done.exit_code == 0, done.output
    assert not (folder / "out.mapping.jsonl").exists()


@pytest.mark.parametrize("line", ["{", "[]", '{"record_id": "a", "sealed": "!", "file": "b", "line": 1}'])
def test_what_is_no_mapping_is_told_by_its_line(folder: Path, capsys: pytest.CaptureFixture[str], line: str) -> None:
    (folder / "a.jsonl").write_text(line)
    assert pii(["reveal", "a.jsonl"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and "a.jsonl, line 1: expected record_id" in said.err


def learn(lake: Path, **lines: list[str]) -> None:
    table = commit_stage(lake, "normalize_text", [], ROW_SCHEMA, (), {"boilerplate": "flag"})
    file = boilerplate_file(table.path, "run-1")
    file.parent.mkdir(parents=True)
    found = {source: {key_of(line): 30 for line in said} for source, said in lines.items()}
    file.write_text(json.dumps(found), "utf-8")


def test_lines_that_a_build_learnt_are_taken_off(folder: Path) -> None:
    learn(folder / "lake", logs=[THANKS])
    turns = [{"role": "user", "content": "几点发货？"}, {"role": "assistant", "content": f"今天下午五点发货。{THANKS}"}]
    given = write_rows(folder, {"messages": turns})
    arguments = ["clean", given, "out.jsonl", "--spec", write_spec(folder, boilerplate="remove"), "--source", "logs"]
    done = CliRunner().invoke(app, [*arguments, "--lake", "lake"])
    assert done.exit_code == 0, done.output
    assert "1 lines that run run-1 learnt of logs" in done.output and THANKS not in done.output
    (row,) = (json.loads(line) for line in (folder / "out.jsonl").read_bytes().splitlines())
    assert row["messages"][1]["content"] == "今天下午五点发货。"


def test_boilerplate_that_nobody_learnt_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotLearnt, match="no build of shop"):
        learnt_boilerplate(tmp_path, "shop")
    learn(tmp_path, logs=[THANKS])
    commit_stage(tmp_path, "normalize_text", [], ROW_SCHEMA, (), {})
    assert learnt_boilerplate(tmp_path, "shop").lines == {"logs": frozenset({key_of(THANKS)})}
    for file in (tmp_path / "raw").rglob("*.json"):
        file.unlink()
    with pytest.raises(NotLearnt, match="build shop again"):
        learnt_boilerplate(tmp_path, "shop")


@pytest.mark.parametrize(
    ("spec", "more", "expected"),
    [
        ({"mapping": "some/table"}, [], "each build replaces"),
        ({"boilerplate": "flag"}, [], "--source"),
        ({"boilerplate": "flag"}, ["--source", "logs", "--lake", "lake"], "no build of shop"),
        ({"mapping": "true"}, ["--source", "chats"], "no source 'chats'"),
    ],
)
def test_what_only_a_build_can_do_is_one_line(
    folder: Path, spec: dict[str, str], more: list[str], expected: str
) -> None:
    given = write_rows(folder, SHAPES["text"])
    done = CliRunner().invoke(app, ["clean", given, "out.jsonl", "--spec", write_spec(folder, **spec), *more])
    assert done.exit_code == 2, done.output
    assert expected in done.output and len(done.output.strip().splitlines()) == 1
    assert not (folder / "out.jsonl").exists()
