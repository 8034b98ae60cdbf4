"""Every layout, encoding and packing gives the same rows; a broken file gives its good rows and places for the bad."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.sources.files import list_files, read_rows

ROWS = [{"instruction": f'问题{i}, "引号"\n第二行', "input": "", "output": f"回答；{i}|\t啊"} for i in range(5)]


def dump(row: dict[str, str]) -> bytes:
    return orjson.dumps(row)


def lines(rows: list[dict[str, str]]) -> bytes:
    return b"\n".join(map(dump, rows))


def table(rows: list[dict[str, str]], delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


LAYOUTS: dict[str, bytes] = {
    "array.json": orjson.dumps(ROWS),
    "pretty.json": orjson.dumps(ROWS, option=orjson.OPT_INDENT_2),
    "frame.json": orjson.dumps({"version": 1, "data": ROWS, "note": "n"}),
    "pretty_frame.json": orjson.dumps({"version": [1, 2], "data": ROWS}, option=orjson.OPT_INDENT_2),
    "two_lists.json": orjson.dumps({"train": ROWS[:3], "test": ROWS[3:]}),
    "lines.jsonl": lines(ROWS),
    "lines_named.json": lines(ROWS) + b"\n\n",
    "lines_crlf.json": lines(ROWS).replace(b"\n", b"\r\n"),
    "lines_with_commas.json": b",\n".join(map(dump, ROWS)),
    "one_below_the_other.json": b"\n".join(orjson.dumps(r, option=orjson.OPT_INDENT_2) for r in ROWS),
    "bom.jsonl": b"\xef\xbb\xbf" + lines(ROWS),
    "no_suffix": lines(ROWS),
    "comma.csv": table(ROWS, ",").encode(),
    "semicolon.csv": table(ROWS, ";").encode(),
    "tab.tsv": table(ROWS, "\t").encode(),
    "pipe.csv": table(ROWS, "|").encode("utf-8-sig"),
    "gb.csv": table(ROWS, ",").encode("gb18030"),
    "utf16.csv": table(ROWS, ",").encode("utf-16"),
    "gb.json": orjson.dumps(ROWS).decode().encode("gb18030"),
    "utf16.jsonl": lines(ROWS).decode().encode("utf-16"),
    "gz_by_content.json": gzip.compress(lines(ROWS)),
    "two_members.jsonl.gz": gzip.compress(lines(ROWS[:2]) + b"\n") + gzip.compress(lines(ROWS[2:])),
    "zst.jsonl.zst": zstandard.compress(lines(ROWS)),
}


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    read = list(read_rows(write(tmp_path, name, LAYOUTS[name])))
    assert [r.error for r in read] == [None] * len(ROWS)
    assert [{k: v.replace("\r\n", "\n") for k, v in (r.value or {}).items()} for r in read] == ROWS
    assert [r.row for r in read] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("pack", [lambda b: b, gzip.compress])
def test_parquet(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([*ROWS, {"instruction": "q", "input": None, "output": None}]), buffer)
    read = list(read_rows(write(tmp_path, "t.parquet", pack(buffer.getvalue()))))
    assert [r.value for r in read][:5] == ROWS
    assert read[5].value == {"instruction": "q", "input": None, "output": None}


def test_places_are_told(tmp_path: Path) -> None:
    read = list(read_rows(write(tmp_path, "a.json", b'[\n {"a": 1},\n\n {"a": 2}\n]')))
    assert [(r.row, r.line, r.path) for r in read] == [(1, 2, "$[0]"), (2, 4, "$[1]")]
    read = list(read_rows(write(tmp_path, "f.json", b'{"data": [{"a": 1}, {"a": 2}]}')))
    assert [r.path for r in read] == ["$.data[0]", "$.data[1]"]
    read = list(read_rows(write(tmp_path, "t.csv", b'a,b\n"x\ny",1\nz,2\n')))
    assert [(r.row, r.line) for r in read] == [(1, 2), (2, 4)]


G1, G2, G3 = b'{"a": {"b": 1}, "t": "x"}', b'{"a": {"b": 2}, "t": "y"}', b'{"a": {"b": 3}, "t": "z"}'
DEEP = b"[" * 100_000
# name -> (content, good rows, reasons in order)
BROKEN: dict[str, tuple[bytes, int, list[str]]] = {
    "empty.json": (b"", 0, ["empty_file"]),
    "blank.json": (b" \n\n ", 0, ["empty_file"]),
    "empty_array.json": (b"[]", 0, []),
    "one_odd_row.json": (b'{"instruction": [[1], [2]]}', 1, []),
    "bad_line.jsonl": (G1 + b"\n{bad}\n" + G2, 2, ["not_json"]),
    "cut_line.jsonl": (G1 + b"\n" + G2[:12] + b"\n" + G3, 2, ["truncated"]),
    "bad_first_line.jsonl": (b'{"a": 1,\n' + G1 + b"\n" + G2, 2, ["truncated"]),
    "not_objects.jsonl": (b"1\n" + G1 + b'\n"x"\nnull', 1, ["not_an_object"] * 3),
    "bad_bytes.jsonl": (G1 + b'\n{"a": "\xff\xfe"}\n' + G2, 2, ["not_utf8"]),
    "nul.jsonl": (G1 + b"\n\0\0\0\n" + G2, 2, ["nul_bytes"]),
    "surrogate.jsonl": (G1 + b'\n{"a": "\\ud800"}\n' + G2, 2, ["not_json"]),
    "nan.jsonl": (G1 + b'\n{"a": NaN}\n' + G2, 2, ["not_json"]),
    "long_number.jsonl": (G1 + b'\n{"a": 123456789012345678901234567890}\n' + G2, 2, ["number_out_of_range"]),
    "big_float.jsonl": (G1 + b'\n{"a": 1e25, "b": "12345678901234567890"}\n', 2, []),
    "deep.jsonl": (G1 + b"\n" + DEEP + b"\n" + G2, 2, ["not_json"]),
    "deep.json": (b"[" + G1 + b"," + DEEP, 1, ["not_json"]),
    "duplicate_keys.jsonl": (G1 + b'\n{"a": 1, "a": 2}\n{"a": 1, "a": 1}', 2, ["duplicate_key"]),
    "element_not_json.json": (b"[" + G1 + b', {"a": {"b" 2}}, ' + G3 + b"]", 2, ["not_json"]),
    "missing_brace.json": (b"[" + G1 + b"," + G2[:-1] + b"," + G3 + b"]", 2, ["truncated"]),
    "missing_quote.json": (b"[" + G1 + b',{"a": {"b: 2}, "t": "y"},' + G3 + b"]", 2, ["not_json"]),
    "missing_quote_lines.json": (b"[\n" + G1 + b',\n{"a": {"b": 2}, "t": "y},\n' + G3 + b"\n]", 2, ["truncated"]),
    "missing_quote_last.json": (b"[\n" + G1 + b',\n{"a": {"b": 2}, "t": "y}\n]', 1, ["truncated"]),
    "missing_comma.json": (b"[" + G1 + G2 + b"]", 2, []),
    "extra_brace.json": (b"[" + G1 + b"}," + G2 + b"]", 2, ["not_json"]),
    "scalars.json": (b'[1, "x, y", ' + G1 + b", null, [1, 2]]", 1, ["not_an_object"] * 4),
    "rubbish.json": (b"[" + G1 + b", oops, " + G2 + b"]", 2, ["not_json"]),
    "truncated.json": (b"[" + G1 + b"," + G2 + b"," + G3[:15], 2, ["truncated"]),
    "truncated_between.json": (b"[" + G1 + b",", 1, ["truncated"]),
    "after_the_end.json": (b"[" + G1 + b"]\n<html>", 1, ["not_json"]),
    "two_arrays.json": (b"[" + G1 + b"]\n[" + G2 + b"]", 2, []),
    "bad_bytes.json": (b"[" + G1 + b',{"a": "\xff"},' + G2 + b"]", 2, ["not_utf8"]),
    "truncated_frame.json": (b'{"data": [' + G1 + b"," + G2[:9], 1, ["truncated"]),
    "many_columns.csv": (b"a,b\n1,2\n1,2,3\n1,2\n1\n", 2, ["too_many_columns", "too_few_columns"]),
    "open_quote.csv": (b'a,b\n1,2\n"open,3\n4,5\n6,7\n', 3, ["not_csv"]),
    "stray_quote.csv": (b'a,b\n1,"x"y"\n4,5\n', 1, ["not_csv"]),
    "bad_bytes.csv": ("a,b\n甲,乙\n".encode() + b"\xff\xfe,1\n" + "丙,丁\n".encode(), 2, ["not_utf8"]),
    "header_only.csv": (b"a,b\n", 0, []),
    "cut.jsonl.gz": (gzip.compress(lines(ROWS) + b"\n")[:-4], 5, ["broken_archive"]),
    "not_parquet.parquet": (b"PAR1 and then nothing", 0, ["not_parquet"]),
    "bad_bytes.txt": ("好\n".encode() + b"\xc3\x28\n" + "坏\n".encode(), 2, ["not_utf8"]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gives_its_good_rows_and_places_for_the_bad(tmp_path: Path, name: str) -> None:
    content, good, reasons = BROKEN[name]
    read = list(read_rows(write(tmp_path, name, content)))
    assert [r.error.reason for r in read if r.error] == reasons
    assert sum(r.error is None for r in read) == good
    assert [r.row for r in read] == list(range(1, len(read) + 1))


def test_a_zip_named_json_is_one_bad_row(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.json", "w") as archive:
        archive.writestr("a.json", "[]")
    (only,) = read_rows(tmp_path / "z.json")
    assert only.error is not None
    assert (only.error.reason, only.value) == ("not_data", None)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([".json", ".jsonl", ".csv", ".txt", ".tsv", ".parquet", ""]))
def test_any_bytes_are_read_without_a_crash(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"fuzz{suffix}"
    path.write_bytes(content)
    for row in read_rows(path):
        assert (row.value is None) == (row.error is not None)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([G1, G2[:-1], b'{"a": "', b",", b"[", b"]", b"}", b'"', b"\n", b"x", b"\xff", b"1", DEEP[:9]])
    )
)
def test_any_mess_of_json_is_read_without_a_crash(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    path = tmp_path_factory.getbasetemp() / "mess.json"
    path.write_bytes(b"[" + b"".join(pieces))
    read = list(read_rows(path))
    assert [r.row for r in read] == list(range(1, len(read) + 1))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=9), min_size=1), max_size=8), st.integers(0, 10_000)
)
def test_an_array_cut_anywhere_gives_its_whole_elements_and_one_error(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], cut: int
) -> None:
    whole = b"[\n" + b",\n".join(orjson.dumps({"key": 1, "row": r}) for r in rows) + b"\n]"
    content = whole[: 1 + cut % len(whole)]
    path = tmp_path_factory.getbasetemp() / "cut.json"
    path.write_bytes(content)
    read = list(read_rows(path))
    good = [r.value for r in read if r.value is not None]
    assert good == [{"key": 1, "row": r} for r in rows][: len(good)]
    assert len([r for r in read if r.error]) <= 1


def test_memory_is_bounded_by_the_largest_row(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    row = orjson.dumps({"text": "x" * 1000})
    with path.open("wb") as file:
        file.write(b"[" + row)
        for _ in range(30_000):
            file.write(b"," + row)
        file.write(b"]")
    tracemalloc.start()
    count = sum(1 for _ in read_rows(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 30_001
    assert peak < 8 << 20


def test_a_row_of_many_megabytes_is_read(tmp_path: Path) -> None:
    big = orjson.dumps([{"text": "x"}, {"text": "字" * 3_000_000}, {"text": "y"}])
    read = list(read_rows(write(tmp_path, "b.json", big)))
    assert [len((r.value or {})["text"]) for r in read] == [1, 3_000_000, 1]


def test_list_files(tmp_path: Path) -> None:
    for name in ("b.json", "a.csv.gz", "notes.md", "_SUCCESS", ".hidden.json", "sub/c.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [p.name for p in list_files(tmp_path)] == ["a.csv.gz", "b.json", "c.parquet"]
    assert [p.name for p in list_files(tmp_path / "*.md")] == ["notes.md"]
    assert list_files(tmp_path / "nothing") == []


@pytest.mark.parametrize("spaced", [False, True])
def test_one_dialogue_alone_in_a_file_is_a_row_and_no_frame(tmp_path: Path, spaced: bool) -> None:
    row = {"talk": [{"speaker": "human", "said": "q"}, {"speaker": "gpt", "said": "a"}]}
    path = tmp_path / "one.jsonl"
    path.write_bytes(orjson.dumps(row, option=orjson.OPT_INDENT_2 if spaced else None))
    assert [raw.value for raw in read_rows(path)] == [row]
    framed = tmp_path / "framed.json"
    framed.write_bytes(orjson.dumps({"data": [row, row]}, option=orjson.OPT_INDENT_2 if spaced else None))
    assert [raw.value for raw in read_rows(framed)] == [row, row]
