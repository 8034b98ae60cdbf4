from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from jobs.tools.check import main

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"conversations": [{"from": "human", "value": "how much?"}, {"from": "gpt", "value": "ten"}]}
OPEN_END = {"conversations": [{"from": "human", "value": "my secret question"}]}


def write(path: Path, rows: list[Any]) -> Path:
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)) + b"\n")
    return path


def test_it_says_which_rows_would_go_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write(tmp_path / "train.jsonl", [GOOD, OPEN_END, GOOD, OPEN_END])
    assert main([str(data), "--target", "llamafactory"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("LLaMA-Factory would drop 2 of 4 rows")
    assert "rows 2, 4; in the first at $.conversations" in said
    assert "hiyouga/LLaMA-Factory src/llamafactory/data/converter.py" in said
    assert "secret" not in said


def test_a_set_that_is_taken_whole_gives_exit_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write(tmp_path / "train.jsonl", [GOOD] * 3)
    assert main([str(data), "--target", "llamafactory"]) == 0
    assert "would drop 0 of 3 rows" in capsys.readouterr().out


def test_json_names_every_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write(tmp_path / "train.jsonl", [OPEN_END] * 50 + [GOOD])
    assert main([str(data), "--target", "llamafactory", "--json"]) == 1
    report = orjson.loads(capsys.readouterr().out)
    assert (report["dropped"], report["rows"], report["passes"]) == (50, 51, False)
    (found,) = report["findings"]
    assert found["rule"] == "odd_turns" and found["rows"] == list(range(1, 51))


def test_the_entry_beside_the_file_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "data" / "sharegpt"
    folder.mkdir(parents=True)
    talk = {"talk": [{"role": "ask", "text": "how much?"}, {"role": "reply", "text": "ten"}]}
    data = write(folder / "train.jsonl", [talk, talk])
    tags = {"role_tag": "role", "content_tag": "text", "user_tag": "ask", "assistant_tag": "reply"}
    entry = {"file_name": "data/sharegpt/train.jsonl", "formatting": "sharegpt", "columns": {"messages": "talk"}}
    (tmp_path / "dataset_info.json").write_bytes(orjson.dumps({"shop": {**entry, "tags": tags}}))
    assert main([str(data), "--target", "llamafactory"]) == 0
    other = write(tmp_path / "other.jsonl", [talk, talk])
    assert main([str(other), "--target", "llamafactory", "--dataset-info", str(tmp_path / "dataset_info.json")]) == 2
    assert "expected an entry whose file_name is" in capsys.readouterr().err


def test_a_row_that_cannot_be_read_stops_the_trainer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "train.jsonl"
    data.write_bytes(orjson.dumps(GOOD) + b"\n{broken\n" + orjson.dumps(GOOD) + b"\n")
    assert main([str(data), "--target", "trl"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("TRL would stop at ") and "unreadable_row" in said


def test_a_cut_off_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = {"messages": [{"role": "user", "content": "word " * 500}, {"role": "assistant", "content": "ten"}]}
    data = write(tmp_path / "train.jsonl", [long])
    assert main([str(data), "--target", "trl"]) == 0
    capsys.readouterr()
    assert main([str(data), "--target", "trl", "--cutoff", "100", "--json"]) == 1
    effects = {f["rule"]: f["effect"] for f in orjson.loads(capsys.readouterr().out)["findings"]}
    assert effects == {"cut_to_nothing": "drops", "over_cutoff": "harms"}
    assert main([str(data), "--target", "trl", "--template", "chatml"]) == 2


@pytest.mark.parametrize("arguments", [["nowhere.jsonl", "--target", "trl"], ["nowhere.jsonl", "--target", "x"]])
def test_a_mistake_of_the_user_is_exit_code_2(arguments: list[str]) -> None:
    try:
        assert main(arguments) == 2
    except SystemExit as stopped:  # argparse's own way
        assert stopped.code == 2


def test_the_tools_import_no_engine() -> None:
    code = (
        "import jobs.tools.check, jobs.tools.render, jobs.tools.preview, sys; "
        "heavy = {'pyspark', 'prefect', 'torch', 'transformers', 'tokenizers', 'great_expectations', 'pandas'}; "
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["glaive_toolcall_zh_demo", "identity", "kto_en_demo", "dpo_zh_demo", "mllm_demo"])
def test_llamafactory_takes_its_own_examples(shared_data: Path, name: str) -> None:
    assert main([str(shared_data / "llamafactory" / f"{name}.json"), "--target", "llamafactory"]) == 0
