from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from jobs.tools.convert import main

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
    assert orjson.loads(capsys.readouterr().out)["lost"] == {"tools": 1}


def test_no_row_converted_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(b"[{}]")
    assert main(["--input", str(path), "--format", "alpaca"]) == 1


def test_the_tools_import_nothing_heavy() -> None:
    code = (
        "import sys, jobs.tools.convert, jobs.tools.health;"
        "heavy = {'pyspark', 'prefect', 'pandas', 'torch', 'great_expectations', 'pydantic', 'numpy.linalg', 'ftfy'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() in ("[]", "['numpy.linalg']")
