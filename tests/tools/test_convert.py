from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

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


def read(path: Path) -> list[dict[str, object]]:
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
        monkeypatch.setattr("jobs.tools.convert.parse_row", _stop)
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
