"""Broken files: no crash, no hang, memory bounded, and each bad row with a place and a reason."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.sources.files import list_files, read_rows
from jobs.sources.rows import ROW_LIMIT, RawRow

ROOT = Path(__file__).resolve().parents[2]
ROWS = [{"instruction": f"问题{i}", "input": "", "output": f'回答, "{i}"\n续'} for i in range(50)]
LINES = b"\n".join(map(orjson.dumps, ROWS))
ARRAY = orjson.dumps(ROWS)
PRETTY = orjson.dumps(ROWS, option=orjson.OPT_INDENT_2)
CSV = b"instruction,output\r\n" + b"".join(f'问{i},"答\n{i}"\r\n'.encode() for i in range(50))
WHOLE = {".jsonl": LINES, ".json": ARRAY, "_pretty.json": PRETTY, ".csv": CSV}
SLOW = 20.0


def read(path: Path) -> list[RawRow]:
    begun = time.process_time()
    rows = list(read_rows(path))
    assert time.process_time() - begun < SLOW
    for number, row in enumerate(rows, 1):
        assert row.row == number
        assert (row.value is None) == (row.error is not None)
        if row.error is not None:
            assert row.error.reason and row.error.detail and row.path.startswith("$")
    return rows


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(
        st.tuples(
            st.integers(0, 4000),
            st.sampled_from([b"", b"\0", b'"', b"\\", b"{", b"}", b"]", b"\n", b"\xff", b"\xed\xa0\x80"]),
        )
    ),
    st.integers(0, 5000),
)
def test_damage_anywhere_is_told_in_its_place(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, damage: list[tuple[int, bytes]], cut: int
) -> None:
    content = bytearray(WHOLE[suffix])
    for at, piece in damage:
        content[at : at + 1] = piece
    path = tmp_path_factory.getbasetemp() / f"damaged{suffix}"
    kept = max(1, len(content) - cut)
    path.write_bytes(bytes(content[:kept]))
    rows = read(path)
    # Damage in a few places spoils a few rows; what is whole before the first of them is read.
    first = min([at for at, _ in damage], default=kept)
    if suffix == ".jsonl":
        whole = content[: min(first, kept)].count(b"\n") - 1
        assert [row.value for row in rows[: max(0, whole)]] == ROWS[: max(0, whole)]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("keep", [0.01, 0.5, 0.99])
def test_a_truncated_archive_says_so(tmp_path: Path, pack: Callable[[bytes], bytes], keep: float) -> None:
    packed = pack(LINES + b"\n")
    path = tmp_path / "d.jsonl.packed"
    path.write_bytes(packed[: max(6, int(len(packed) * keep))])
    rows = read(path)
    assert rows[-1].error is not None
    assert rows[-1].error.reason == "broken_archive"


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_archives_one_after_another_are_one_file(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(b"".join(pack(line + b"\n") for line in LINES.split(b"\n")))
    assert [row.value for row in read(path)] == ROWS


@pytest.mark.parametrize("suffix", [".json", ".csv", ".txt", ".parquet", ""])
def test_empty_and_one_byte_files(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"d{suffix}"
    for content in (b"", *(bytes([i]) for i in range(256))):
        path.write_bytes(content)
        read(path)


BIG = b"x" * (50 << 20)
BROKEN = {
    "nul.jsonl": (b'{"text": "a\0b"}\n{"text": "c"}', ["nul_bytes"]),
    "surrogate.jsonl": (b'{"text": "\\ud800"}\n{"text": "c"}', ["not_json"]),
    "raw_surrogate.jsonl": (b'{"text": "\xed\xa0\x80"}\n{"text": "c"}', ["not_utf8"]),
    "twice.json": (b'[{"a": {"b": 1, "b": 2}}, {"a": {"b": 1}}]', ["duplicate_key"]),
    "twice_spaced.json": (b'[{"a" : 1, "b" : 1, "a" : 2}, {"a" : 1}]', ["duplicate_key"]),
    "twice_in_text.jsonl": (b'{"text": "{\\"a\\": 1, \\"a\\": 2}"}', []),
    "twice_backslash.jsonl": (b'{"a\\\\": 1, "b": 1, "b": 2}', ["duplicate_key"]),
    "number.json": (b'[{"a": {"a": 123456789012345678901234567890}}, {"a": 1}]', ["number_out_of_range"]),
    "mixed.jsonl": ('{"text": "好"}\n'.encode() + '{"text": "好的"}\n'.encode("gb18030"), ["not_utf8"]),
    "no_header.csv": (b'"a,b\n1,2\n', ["bad_header"]),
    "header_bytes.csv": (b"a\xff,b\n1,2\n", []),
    "zip.json": (b"PK\x03\x04 and so on", ["not_data"]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_kind_of_damage_has_its_reason(tmp_path: Path, name: str) -> None:
    content, reasons = BROKEN[name]
    path = tmp_path / name
    path.write_bytes(content)
    assert [row.error.reason for row in read(path) if row.error] == reasons


def test_a_column_name_that_cannot_be_read_is_still_json(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(b"a\xff,b\n1,2\n")
    (row,) = read(path)
    assert orjson.loads(orjson.dumps(row.value)) == {"a\ufffd": "1", "b": "2"}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_breaks_inside_a_cell_stay_as_they_are(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(f'a,b{ending}"x\r\ny",1{ending}"x\ny",2{ending}'.encode())
    assert [row.value for row in read(path)] == [{"a": "x\r\ny", "b": "1"}, {"a": "x\ny", "b": "2"}]


# name -> (content, reasons, rows that are read)
HUGE = {
    "line.jsonl": (b'{"text": "' + BIG + b'"}\n{"text": "c"}', [], 2),
    "open.jsonl": (b'{"text": "' + BIG + b'\n{"text": "c"}', ["truncated"], 1),
    "element.json": (b'[{"text": "' + BIG + b'"}, {"text": "c"}]', [], 2),
    "open.json": (b'[{"text": "' + BIG + b', {"text": "c"}]', ["truncated"], 1),
    "cell.csv": (b'text,n\n"' + BIG + b'",1\nc,2\n', ["not_csv"], 1),
    "quote.csv": (b'text,n\n"' + (b"x" * 200 + b",1\n") * 100_000, ["not_csv"], 99_999),
    "brackets.json": (b"[" * (20 << 20), ["not_json"], 0),
    "line.txt": (BIG + b"\nc", [], 2),
    "too_long.jsonl": (b'{"text": "' + BIG + BIG + b'"}\n{"text": "c"}', ["too_long"], 1),
    "too_long.json": (b'[{"text": "' + BIG + BIG + b'"}, {"text": "c"}]', ["too_long"], 1),
    "too_long.txt": (BIG + BIG + b"\nc", ["too_long"], 1),
}
_MEASURED = """
import resource, sys, time
from jobs.sources.files import read_rows
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.process_time()
good, reasons = 0, []
for row in read_rows(sys.argv[1]):
    if row.error is None:
        good += 1
    elif len(reasons) < 9:
        reasons.append(row.error.reason)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(good, ",".join(reasons), (peak - before) >> 10, time.process_time() - begun)
"""


@pytest.mark.parametrize("name", HUGE)
def test_huge_rows_take_bounded_time_and_memory(tmp_path: Path, name: str) -> None:
    content, reasons, good = HUGE[name]
    path = tmp_path / name
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path)], capture_output=True, text=True, check=True, cwd=ROOT, timeout=120
    )
    read_well, told, peak_mib, seconds = done.stdout.split(" ")
    assert (int(read_well), sorted(set(told.split(",")) - {""})) == (good, reasons)
    assert int(peak_mib) < 8 * (ROW_LIMIT >> 20)
    assert float(seconds) < SLOW


def test_a_bomb_is_unpacked_in_pieces(tmp_path: Path) -> None:
    for name, pack in (("bomb.jsonl.gz", gzip.compress), ("bomb.jsonl.zst", zstandard.compress)):
        path = tmp_path / name
        path.write_bytes(pack(b"a" * (300 << 20)))
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        good, told, peak_mib, _ = done.stdout.split(" ")
        assert (good, told) == ("0", "too_long")
        assert int(peak_mib) < 4 * (ROW_LIMIT >> 20)


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s.json"))
        os.mkfifo(tmp_path / "p.json")
        assert list_files(tmp_path) == []
        assert list_files(tmp_path / "s.json") == []
        assert list_files(tmp_path / "p.json") == []
        assert list_files(tmp_path / "folder.json") == []
