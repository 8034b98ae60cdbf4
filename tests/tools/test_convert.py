from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.tools.convert import convert, main
from jobs.tools.csv_output import neutralise, restore
from jobs.tools.progress import _Bar

ROOT = Path(__file__).resolve().parents[2]
TABLE = 'instruction,input,output\nq1,,a1\n"q,2",i,"a\n2"\nq3,,\nq4,,a4,5\n'


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "raw_data.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_the_guides_command(raw: Path) -> None:
    command = [sys.executable, str(ROOT / "format_converter.py"), "--input", str(raw), "--format", "alpaca"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=raw.parent)
    assert "4 rows in, 2 written, 2 quarantined" in done.stdout
    assert read(raw.with_name("raw_data.alpaca.jsonl")) == [
        {"instruction": "q1", "input": "", "output": "a1"},
        {"instruction": "q,2", "input": "i", "output": "a\n2"},
    ]
    quarantined = read(raw.with_name("raw_data.quarantine.jsonl"))
    assert [(q["line"], q["path"], q["reason"], q["raw"]) for q in quarantined] == [
        (5, "$.output", "empty_output", "q3,,"),
        (6, "$", "too_many_columns", "q4,,a4,5"),
    ]
    assert sorted(p.name for p in raw.parent.iterdir()) == [
        "raw_data.alpaca.jsonl",
        "raw_data.csv",
        "raw_data.quarantine.jsonl",
    ]


def test_ten_equal_dialogues_with_keys_of_their_own_convert(tmp_path: Path) -> None:
    path = tmp_path / "talks.json"
    turns = [{"speaker": "human", "said": "q"}, {"speaker": "gpt", "said": "a"}]
    path.write_bytes(orjson.dumps([{"talk": turns}] * 10))
    assert main(["--input", str(path), "--format", "chatml"]) == 0
    asked = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    assert [row["messages"] for row in read(tmp_path / "talks.chatml.jsonl")] == [asked] * 10


def test_merged_prompts_and_joined_rows_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("age,fare,survived\n22,7,0\n38,,1\n,,0\n", encoding="utf-8")
    prompt = ["--merged-prompt", "乘客[[,{age}岁]][[,票价{fare}]]。", "--output-column", "survived"]
    assert main(["--input", str(path), "--format", "alpaca", *prompt]) == 0
    told = [(row["instruction"], row["output"]) for row in read(tmp_path / "t.alpaca.jsonl")]
    assert told == [("乘客,22岁,票价7。", "0"), ("乘客,38岁。", "1"), ("乘客。", "0")]
    joining = ["--conversation-extension", "2", "--seed", "1"]
    assert main(["--input", str(path), "--format", "chatml", *prompt, *joining]) == 0
    assert [len(row["messages"]) for row in read(tmp_path / "t.chatml.jsonl")] == [4, 2]


def test_images_are_stored_beside_the_output(tmp_path: Path) -> None:
    path = tmp_path / "photos.jsonl"
    gif = b"GIF89a\x03\0\x04\0\x80\0\0;"
    (tmp_path / "one.gif").write_bytes(gif)
    path.write_bytes(b'{"file": "one.gif", "says": "a dot"}\n{"file": "two.gif", "says": "missing"}\n')
    options = ["--fields", "image=file", "caption=says", "--instruction", "What is it?"]
    assert main(["--input", str(path), "--format", "sharegpt", *options]) == 0
    (row,) = read(tmp_path / "photos.sharegpt.jsonl")
    stored = [path.relative_to(tmp_path).as_posix() for path in (tmp_path / "media").rglob("*.gif")]
    assert row["images"] == stored
    assert (tmp_path / stored[0]).read_bytes() == gif
    assert [q["reason"] for q in read(tmp_path / "photos.quarantine.jsonl")] == ["missing_image"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--merged-prompt", "{a}"], "output_column_name"),
        (["--merged-prompt", "[[{a}]", "--output-column", "b"], "merged_prompt"),
        (["--fields", "image=a", "caption=b"], "instruction"),
        (["--conversation-extension", "3"], "merged_prompt"),
        (["--fields", "nonsense=a"], "nonsense"),
    ],
)
def test_reading_options_that_miss_each_other(
    raw: Path, options: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--input", str(raw), "--format", "chatml", *options]) == 2
    assert expected in capsys.readouterr().err


def test_nothing_is_overwritten_without_force(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--input", str(raw), "--format", "chatml"]
    assert main(arguments) == 0
    assert main(arguments) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*arguments, "--force"]) == 0


def test_the_input_is_never_the_output(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--input", str(raw), "--format", "alpaca", "--output", str(raw), "--force"]) == 2
    assert raw.read_text(encoding="utf-8") == TABLE
    assert "is the input itself" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--input", "nowhere.json", "--format", "alpaca"], "no such file: nowhere.json"),
        (["--input", "{raw}", "--format", "alpacca"], "expected one of text, alpaca"),
        (["--input", "{raw}", "--format", "text", "--fields", "text"], "pairs like"),
        (["--input", "{raw}", "--format", "text", "--fields", "texts=output"], "unknown name 'texts'"),
        (["--input", "{raw}", "--format", "text", "--output", "{raw}/x"], "a folder that exists"),
    ],
)
def test_a_mistake_is_one_line(raw: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([a.replace("{raw}", str(raw)) for a in arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_losses_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}], "tools": "[{}]"}
    path = tmp_path / "t.json"
    path.write_bytes(orjson.dumps([row]))
    assert main(["--input", str(path), "--format", "alpaca", "--json"]) == 0
    (lost,) = orjson.loads(capsys.readouterr().out)["lost"].items()
    assert lost == (
        "tools",
        {"total": 1, "first": [{"file": str(path), "row": 1, "line": 1, "field": None, "like": None}]},
    )


def test_no_row_converted_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(b"[{}]")
    assert main(["--input", str(path), "--format", "alpaca"]) == 1


def test_the_report_names_the_first_twenty_rows_and_the_total(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turns = [{"role": "user", "content": "q", "name": "Q"}, {"role": "assistant", "content": "a"}]
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps({"messages": turns}) for _ in range(30)))
    assert main(["--input", str(path), "--format", "alpaca"]) == 0
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "message.name" in line or ".name:" in line]
    assert "30" in told
    assert told.endswith("19, 20, ... (30 in all)")


def test_csv_neutralises_formulas_and_gives_them_back(tmp_path: Path) -> None:
    outputs = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''@x", "'quoted'", "a\r\nb", 'say "x", y', "plain"]
    rows = [{"instruction": f"q{i}", "input": "", "output": text} for i, text in enumerate(outputs)]
    path, back = tmp_path / "t.jsonl", tmp_path / "back.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    assert main(["--input", str(path), "--format", "csv"]) == 0
    table = tmp_path / "t.table.csv"
    with table.open(encoding="utf-8-sig", newline="") as file:
        cells = [row["output"] for row in csv.DictReader(file)]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]
    assert cells[-1] == "plain"
    arguments = ["--input", str(table), "--format", "alpaca", "--unescape-formulas", "--output", str(back)]
    assert main(arguments) == 0
    assert read(back) == rows


@given(st.text(alphabet="'=+-@\t\ra", max_size=6))
def test_neutral_cells_are_no_formulas_and_come_back(cell: str) -> None:
    neutral = neutralise(cell)
    assert not neutral.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert restore(neutral) == cell


def test_csv_tells_what_it_cannot_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    turns = [{"role": role, "content": "x"} for role in ("user", "assistant", "user", "assistant")]
    rows = [{"instruction": "q", "input": "", "output": "a", "n": 5}, {"messages": turns}]
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    assert main(["--input", str(path), "--format", "csv", "--json"]) == 0
    told = orjson.loads(capsys.readouterr().out)
    assert (told["written"], told["reasons"], told["lost"]["value_types"]["total"]) == (1, {"cannot_hold": 1}, 1)


def test_a_failed_conversion_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"text": "x"}\n')
    for to in ("text", "csv"):
        monkeypatch.setattr("jobs.sources.row_parser.parse_row", _stop)
        with pytest.raises(ZeroDivisionError):
            convert([path], tmp_path / "out", tmp_path / "bad", to)
    assert [p.name for p in tmp_path.iterdir()] == ["t.jsonl"]


def _stop(*_: object) -> None:
    raise ZeroDivisionError


def test_the_bar_tells_share_rows_and_time_left(raw: Path) -> None:
    bar = _Bar("reading", 1000, io.StringIO(), rows=1234, bytes=250)
    line = bar.line(10.0, 80)
    assert "25%  1,234 rows, 0:10, 0:30 left" in line
    assert len(line) < 80
    assert bar.line(10.0, 20)


HEAVY = [
    "pyspark",
    "prefect",
    "pandas",
    "torch",
    "great_expectations",
    "pydantic",
    "pyarrow",
    "numpy",
    "ftfy",
    "rich",
    "opencc",
    "yaml",
    "jinja2",
]


@pytest.mark.parametrize("module", ["convert", "health"])
def test_the_tools_import_nothing_heavy(module: str) -> None:
    code = f"import sys, jobs.tools.{module}; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
