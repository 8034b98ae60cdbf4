"""Reading a sealed mapping back: with its key only, and one line for every mistake."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from jobs.privacy.desensitise import Replacement
from jobs.privacy.mapping import seal
from jobs.privacy.secrets import KEY_VARIABLE
from jobs.tools.pii import main

KEY = bytes(range(32))
PHONE = Replacement("PHONE_NUMBER", "<PHONE_1>", "13800138000")


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    rows = {"record_id": ["r1", "r2"], "sealed": [seal("r1", [PHONE], KEY), seal("r2", [], KEY)]}
    write_deltalake(str(tmp_path / "pii_mapping"), pa.table(rows))
    monkeypatch.setenv(KEY_VARIABLE, base64.b64encode(KEY).decode())
    return str(tmp_path / "pii_mapping")


def test_one_record_or_all(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reveal", table, "r1"]) == 0
    said = json.loads(capsys.readouterr().out)
    expected = {"entity": "PHONE_NUMBER", "replacement": "<PHONE_1>", "original": "13800138000"}
    assert said == {"record_id": "r1", "replaced": [expected]}
    assert main(["reveal", table]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["reveal", table, "r1", "r9"]) == 1
    assert "r9: no such record" in capsys.readouterr().err


def test_mistakes(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_deltalake(str(tmp_path / "rows"), pa.table({"text": ["a"]}))
    monkeypatch.setenv(KEY_VARIABLE, base64.b64encode(KEY[::-1]).decode())
    assert main(["reveal", table, "r1"]) == 2
    monkeypatch.setenv(KEY_VARIABLE, "short")
    assert main(["reveal", table]) == 2
    monkeypatch.delenv(KEY_VARIABLE)
    assert main(["reveal", table]) == 2
    monkeypatch.setenv(KEY_VARIABLE, base64.b64encode(KEY).decode())
    assert main(["reveal", str(tmp_path / "nothing")]) == 2
    assert main(["reveal", str(tmp_path / "rows")]) == 2
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert captured.out == "" and len(lines) == 5
    for line, said in zip(
        lines, ("does not open", "32 bytes", "set GRISTMILL", "expected the Delta", "came text"), strict=True
    ):
        assert said in line and PHONE.original not in line
