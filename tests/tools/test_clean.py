"""`gristmill clean` on a file: shapes are kept, and what does not stay is told with its place and reason."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli import app
from jobs.cleaning.cleaner import default_params
from jobs.privacy.analyzer import Analyzer
from jobs.sources.source_rows import SourceFields
from jobs.tools.clean import clean_files
from jobs.tools.clean_rows import Cleaning, Shape, Tally
from jobs.tools.json_output import written_together

PHONE = "13912345678"
CALL = f"我的电话是{PHONE}，请尽快联系我。"
SHAPES: tuple[Shape, ...] = ("own", "canonical")
SAID, ANSWER = "我的电话是<PHONE_1>，请尽快联系我。", "好的，已经为您记下，客服会尽快联系您。"


def cleaned(folder: Path, rows: list[Any], name: str = "in.jsonl", **options: Any) -> tuple[list[Any], Tally]:
    file, out = folder / name, folder / "out.jsonl"
    file.write_bytes("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
    cleaning = Cleaning(default_params(), SourceFields(), folder / "media", options.get("shape", "own"))
    tally = clean_files([file], out, cleaning, options.get("processes", 1))
    return read(out), tally


def read(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"instruction": CALL, "input": "", "output": ANSWER}, {"instruction": SAID, "input": "", "output": ANSWER}),
        ({"text": CALL, "id": 7}, {"text": SAID, "id": 7}),
        (
            {"messages": [{"role": "user", "content": CALL}, {"role": "assistant", "content": ANSWER}]},
            {"messages": [{"role": "user", "content": SAID}, {"role": "assistant", "content": ANSWER}]},
        ),
        (
            {"conversations": [{"from": "human", "value": CALL}, {"from": "gpt", "value": ANSWER}], "shop": CALL},
            {"conversations": [{"from": "human", "value": SAID}, {"from": "gpt", "value": ANSWER}], "shop": SAID},
        ),
    ],
)
def test_a_row_keeps_its_own_shape(tmp_path: Path, row: Any, expected: Any) -> None:
    rows, tally = cleaned(tmp_path, [row])
    assert rows == [expected]
    assert (tally.kept, tally.reshaped) == (1, {})


def test_the_canonical_shape_says_where_a_row_came_from_and_what_was_done(tmp_path: Path) -> None:
    (row,), _ = cleaned(tmp_path, [{"text": CALL}], shape="canonical")
    assert (row["kind"], row["text"], row["changes"]) == ("text", SAID, {"PHONE_NUMBER": 1})
    assert (row["source"]["row"], row["source"]["format"]) == (1, "text")


def test_what_does_not_stay_is_told_with_its_place_and_reason(tmp_path: Path) -> None:
    rows = [{"text": CALL}, {"text": "嗯"}, {"text": 5}, {"text": ANSWER}]
    kept, tally = cleaned(tmp_path, rows)
    assert [row["text"] for row in kept] == [SAID, ANSWER]
    (rejected,) = read(tmp_path / "out.rejected.jsonl")
    assert (rejected["row"], rejected["reason"], rejected["content"]) == (2, "too_short", {"text": "嗯"})
    (bad,) = read(tmp_path / "out.quarantine.jsonl")
    assert (bad["row"], bad["line"]) == (3, 3)
    assert (tally.rows, tally.kept, tally.rejected.total(), tally.quarantined.total()) == (4, 2, 1, 1)


def test_a_row_that_a_recognizer_fails_on_leaves_its_place_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Analyzer.analyze

    def stumble(self: Analyzer, text: str, **options: Any) -> Any:
        if "stumble" in text:
            raise ValueError(f"cannot make head or tail of {text}")
        return look(self, text, **options)

    monkeypatch.setattr(Analyzer, "analyze", stumble)
    kept, tally = cleaned(tmp_path, [{"text": CALL + "stumble"}, {"text": CALL}])
    assert [row["text"] for row in kept] == [SAID]
    assert tally.quarantined == {"remove_pii_failed": 1}
    assert PHONE not in (tmp_path / "out.quarantine.jsonl").read_text("utf-8")


def test_a_name_that_is_no_utf8_is_told_all_the_same(tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/logs\xff.jsonl"))
    try:
        file.write_text("".join(json.dumps({"text": text}) + "\n" for text in (CALL, "嗯", 5)))
    except OSError:
        pytest.skip("this file system takes no such name")
    out = tmp_path / "out.jsonl"
    for shape in SHAPES:
        tally = clean_files([file], out, Cleaning(default_params(), SourceFields(), tmp_path / "media", shape))
        assert (tally.kept, tally.rejected.total(), tally.quarantined.total()) == (1, 1, 1)
    (row,) = read(out)
    assert row["record_id"] == row["source"]["uri"] + "#1" == str(tmp_path / "logs\\xff.jsonl#1")


def test_two_commands_do_not_write_one_file(tmp_path: Path) -> None:
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    file.write_text(json.dumps({"text": CALL}))
    with written_together(out) as (first,):
        done = CliRunner().invoke(app, ["clean", str(file), str(out)])
        assert done.exit_code == 2 and "another command is writing" in done.output
        assert len(done.output.splitlines()) == 1
        first.write(b"whole")
    assert out.read_bytes() == b"whole"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_two_processes_write_what_one_does(tmp_path: Path) -> None:
    rows = [{"text": f"{number}号订单，{CALL}"} for number in range(700)]
    one, tally = cleaned(tmp_path, rows)
    two, again = cleaned(tmp_path, rows, processes=2)
    assert one == two
    assert tally == again


def test_the_command_reads_packed_files_and_says_what_it_did(tmp_path: Path) -> None:
    file, out = tmp_path / "in.jsonl.gz", tmp_path / "out.jsonl"
    file.write_bytes(gzip.compress(json.dumps({"text": CALL}).encode() + b'\n{"text": \n'))
    done = CliRunner().invoke(app, ["clean", str(file), str(out), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["rows"], told["kept"], told["changes"]) == (2, 1, {"PHONE_NUMBER": 1})
    assert told["quarantine"] == str(tmp_path / "out.quarantine.jsonl")
    assert PHONE not in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["clean"],
        ["clean", "absent.jsonl", "out.jsonl"],
        ["clean", "in.jsonl", "in.jsonl"],
        ["clean", "in.jsonl", "no_folder/out.jsonl"],
        ["clean", "in.jsonl", "out.jsonl", "--spec", "absent.yaml"],
        ["clean", "in.jsonl", "out.jsonl", "--source", "logs"],
        ["clean", "--watch", "."],
        ["clean", "in.jsonl", "--watch", ".", "--lake", "lake"],
        ["clean", "--watch", "absent", "--lake", "lake"],
        ["clean", "--watch", ".", "--lake", "in.jsonl", "--once"],
        ["clean", "--watch", ".", "--lake", "lake", "--force"],
        ["clean", "in.jsonl", "out.jsonl", "--once"],
        ["clean", "in.jsonl", "out.csv"],
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text('{"text": "a"}\n')
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2, done.output
    assert len(done.output.strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl"]
