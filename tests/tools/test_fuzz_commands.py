"""Both commands on bad input: no crash, no hang, every row accounted for, each bad one with a place and a reason."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.formats.registry import FORMATS
from jobs.tools import convert, health

ROOT = Path(__file__).resolve().parents[2]
QUIET = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TARGETS = sorted([*FORMATS, "csv"])

# Words that a format knows, so that rows come near to being right.
_WORDS = """
    user assistant system tool human gpt observation function_call User text image <image> name arguments {} None nan
    <think> {order_id} =1+1 13812345678
"""
_KEYS = """
    instruction input output system history messages conversations conversation role from content value text prompt
    completion chosen rejected label tools tool_calls tool_call_id function name arguments type image images weight
    train metadata intent source id human assistant
"""
WORDS = st.sampled_from([*_WORDS.split(), '{"name": "f", "arguments": {}}', "", " "])
KEYS = st.sampled_from(_KEYS.split())
DEEP: Any = "x"
for _ in range(300):
    DEEP = [DEEP]
SCALARS = st.one_of(WORDS, st.text(max_size=8), st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats())
VALUES = st.recursive(
    st.one_of(SCALARS, st.just(DEEP), st.just("[" * 2000), st.just('{"a":' * 700 + "1" + "}" * 700)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=12,
)
TURN = st.one_of(
    st.fixed_dictionaries({"role": WORDS, "content": VALUES}, optional={"tool_calls": VALUES, "name": VALUES}),
    st.fixed_dictionaries({"from": WORDS, "value": VALUES}),
)
TURNS = st.lists(TURN, max_size=4)
ROWS = st.one_of(
    st.dictionaries(KEYS, VALUES, max_size=6),
    st.fixed_dictionaries({"messages": TURNS}, optional={"tools": VALUES, "images": VALUES, "label": VALUES}),
    st.fixed_dictionaries({"conversations": TURNS}, optional={"chosen": VALUES, "rejected": VALUES, "system": VALUES}),
    st.fixed_dictionaries({"instruction": VALUES, "output": VALUES}, optional={"input": VALUES, "history": VALUES}),
    st.fixed_dictionaries({"prompt": VALUES, "chosen": TURNS, "rejected": TURNS}),
)


@QUIET
@given(rows=st.lists(ROWS, min_size=1, max_size=5), to=st.sampled_from(TARGETS))
def test_any_rows_are_converted_or_quarantined(tmp_path: Path, rows: list[dict[str, Any]], to: str) -> None:
    path = tmp_path / "d.jsonl"
    # A file of one object alone may be a frame around rows.
    rows = [{"text": "first"}, *rows]
    path.write_bytes(b"\n".join(_dump(row) for row in rows))
    done = convert.convert([path], tmp_path / "out", tmp_path / "bad", to)
    assert done.rows_in == len(rows) == done.export.rows + done.quarantined
    if done.quarantine:
        for line in done.quarantine.read_bytes().splitlines():
            bad = orjson.loads(line)
            assert bad["reason"] and bad["detail"] and bad["path"].startswith("$") and bad["row"] >= 1
            assert "13812345678" not in bad["detail"] + bad["path"]


@QUIET
@given(rows=st.lists(ROWS, max_size=6))
def test_any_rows_are_examined(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    path = tmp_path / "d.jsonl"
    rows = [{"text": "first"}, *rows]
    path.write_bytes(b"\n".join(_dump(row) for row in rows))
    found = health.examine([path])
    assert found.rows == len(rows)
    for finding in found.findings:
        assert finding.why and finding.mend
        assert all(1 <= place.row <= found.rows for place in finding.places)
    text = health.report_text(found) + health.report_json(found)
    assert "13812345678" not in text


CORPUS = {
    "truncated.json": b'[{"text": "a"}, {"text": "b',
    "nul.jsonl": b'{"text": "a\0"}\n\0\0',
    "line.jsonl": b'{"text": "' + b"x" * (50 << 20) + b'"}',
    "deep.json": b"[" * 100_000 + b"]" * 100_000,
    "deep_object.jsonl": b'{"text": "x", "a":' + b'{"a":' * 900 + b"1" + b"}" * 901,
    "deep_arguments.jsonl": orjson.dumps(
        {
            "messages": [
                {"role": "user", "content": "q"},
                {
                    "role": "assistant",
                    "tool_calls": [{"function": {"name": "f", "arguments": '{"a":' * 900 + "1" + "}" * 900}}],
                },
            ]
        }
    ),
    "surrogates.jsonl": b'{"text": "\\ud800 \\udfff"}\n{"text": "\xed\xa0\x80"}',
    "twice.jsonl": b'{"text": "a", "text": "b"}',
    "mixed.jsonl": '{"text": "好"}\n'.encode()
    + '{"text": "坏的"}'.encode("gb18030")
    + '\n{"text": "好"}'.encode("utf-16"),
    "zip.json": b"PK\x03\x04" + bytes(200),
    "cut.jsonl.gz": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b",
    "cut.jsonl.zst": b"\x28\xb5\x2f\xfd\x24",
    "cells.csv": b'text,n\n"a\nb\n",=1+1\n"=cmd()",2\n',
    "header.csv": b'"text,n\n1,2\n',
    "bytes.csv": b"te\xffxt,n\n1,2\n",
    "empty.json": b"",
    "one.json": b"{",
    "one.csv": b",",
    "space.txt": b" \n\n\t",
    "parquet.parquet": b"PAR1PAR1",
}


@pytest.mark.parametrize("name", CORPUS)
def test_both_commands_survive(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / name
    path.write_bytes(CORPUS[name])
    for to in ("chatml", "text", "csv"):
        assert convert.main(["--input", str(path), "--format", to, "--json", "--force"]) in (0, 1)
        told = orjson.loads(capsys.readouterr().out)
        assert told["rows_in"] == told["written"] + told["quarantined"]
        assert set(told["reasons"]) <= {r for r in told["reasons"] if r and r.islower()}
    page = tmp_path / "page.html"
    assert health.main(["--dataset", str(path), "--json", "--html", str(page)]) == 0
    assert orjson.loads(capsys.readouterr().out)["rows"] >= 0
    assert page.stat().st_size


def test_what_cannot_be_opened_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket.json"))
        for given_path in (
            tmp_path / "folder",
            tmp_path / "pipe.json",
            tmp_path / "socket.json",
            Path("/dev/null"),
            tmp_path / "not\0here",
            tmp_path / ("x" * 300),
            tmp_path / "[",
        ):
            for main, arguments in (
                (convert.main, ["--input", str(given_path), "--format", "text"]),
                (health.main, ["--dataset", str(given_path)]),
            ):
                assert main(arguments) == 2, given_path
                error = capsys.readouterr().err
                assert error.count("\n") == 1
                assert "Traceback" not in error


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.json"
    path.write_bytes(b"[]")
    path.chmod(0)
    assert health.main(["--dataset", str(path)]) == 2
    assert "Permission denied" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(b'{"text": "a"}')
    assert convert.main(["--input", str(path), "--format", "text", "--output", "/proc/nothing.jsonl"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "/proc/nothing." in error


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(b'{"text": "a"}')
    command = f"{sys.executable} {ROOT / 'data_health_check.py'} --dataset {path} --json | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def _dump(row: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(row)
    except (TypeError, RecursionError):
        import json

        return json.dumps(row).encode()
