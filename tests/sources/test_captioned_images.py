"""Images with captions as vision messages."""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.formats.image_bytes import Image, read_image
from jobs.formats.registry import render_row
from jobs.record import Record, RecordError
from jobs.sources.collect_rows import collect_file
from jobs.sources.source_rows import SourceFields

FIELDS = {"image": "file", "caption": "said"}


def png(width: int = 2, height: int = 1) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(b"".join(b"\0" + bytes(3 * width) for _ in range(height)))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x05\0\x07\x01\x01\x11\0\xff\xda\0\x02xyz\xff\xd9"
GIF = b"GIF89a\x03\0\x04\0\x80\0\0;"
BMP = b"BM" + struct.pack("<IHHI", 30, 0, 0, 26) + struct.pack("<Iii", 40, 6, -2) + b"\0" * 4
WEBP = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0\x08\0\0\x09\0\0"


@pytest.mark.parametrize(
    ("data", "image"),
    [
        (png(3, 4), Image("png", 3, 4)),
        (JPEG, Image("jpg", 7, 5)),
        (GIF, Image("gif", 3, 4)),
        (BMP, Image("bmp", 6, 2)),
        (WEBP, Image("webp", 9, 10)),
    ],
)
def test_kind_and_size_are_read_and_a_cut_is_seen(data: bytes, image: Image) -> None:
    assert read_image(data) == image
    for cut in range(len(data) - 1):
        with pytest.raises(RecordError, match="broken_image"):
            read_image(data[:cut])


@given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF", b"BM", b""]), st.binary(max_size=60))
def test_any_bytes_are_an_image_or_refused(start: bytes, rest: bytes) -> None:
    try:
        assert read_image(start + rest).width > 0
    except RecordError as error:
        assert error.reason == "broken_image"


def collected(folder: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    file = folder / "t.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    source = SourceFields("x", fields=FIELDS, instruction="describe it")
    return list(collect_file(file, source, media=folder / "media"))


def test_files_base64_and_data_uris_are_stored_once(tmp_path: Path) -> None:
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "a.png").write_bytes(png())
    encoded = base64.b64encode(png()).decode()
    cells = ["img/a.png", encoded, f"data:image/png;base64,{encoded}", {"bytes": encoded, "path": "a.png"}]
    rows = collected(tmp_path, [{"file": cell, "said": "two pixels", "ward": 3} for cell in cells])
    digest = hashlib.sha256(png()).hexdigest()
    path = f"media/{digest[:2]}/{digest}.png"
    assert [row["quarantine"] for row in rows] == [None] * 4
    assert {row["media"][0]["path"] for row in rows} == {path}
    assert rows[0]["media"][0]["sha256"] == digest
    assert len({row["content_hash"] for row in rows}) == 1
    assert [p.name for p in (tmp_path / "media").rglob("*") if p.is_file()] == [f"{digest}.png"]
    rendered = render_row(Record.from_dict(rows[0]), "chatml")
    assert rendered == {
        "messages": [
            {
                "role": "user",
                "content": [{"type": "text", "text": "describe it"}, {"type": "image", "image": path}],
            },
            {"role": "assistant", "content": [{"type": "text", "text": "two pixels"}]},
        ],
        "columns": {"file": "img/a.png", "ward": 3},
    }
    assert "columns" not in rendered or "file" not in orjson.loads(rows[1]["extras"])["columns"]
    tagged = render_row(Record.from_dict(rows[0]), "sharegpt")
    assert (tagged["conversations"][0]["value"], tagged["images"]) == ("describe it<image>", [path])


@pytest.mark.parametrize(
    ("row", "reason", "path"),
    [
        ({"file": "none.png", "said": "x"}, "missing_image", "$.file"),
        ({"file": None, "said": "x"}, "missing_image", "$.file"),
        ({"said": "x"}, "missing_image", "$.file"),
        ({"file": "https://example.com/a.png", "said": "x"}, "missing_image", "$.file"),
        ({"file": "broken.png", "said": "x"}, "broken_image", "$.file"),
        ({"file": "data:image/png;base64,@@", "said": "x"}, "broken_image", "$.file"),
        ({"file": "broken.png", "said": " "}, "empty_output", "$.said"),
    ],
)
def test_a_missing_or_broken_image_is_quarantined(tmp_path: Path, row: dict[str, Any], reason: str, path: str) -> None:
    (tmp_path / "broken.png").write_bytes(png()[:-9])
    (found,) = collected(tmp_path, [row])
    assert (found["quarantine"]["reason"], found["quarantine"]["path"]) == (reason, path)
    assert not (tmp_path / "media").exists()


def test_bytes_in_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table({"file": [png(), b"no image" * 100], "said": ["a", "b"]}), tmp_path / "t.parquet")
    source = SourceFields("x", fields=FIELDS, instruction="describe it")
    good, bad = collect_file(tmp_path / "t.parquet", source, media=tmp_path / "media")
    assert good["media"][0]["type"] == "image"
    assert bad["quarantine"]["reason"] == "broken_image"


def test_images_need_a_folder_to_be_stored_in(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text("{}")
    with pytest.raises(ValueError, match="folder"):
        list(collect_file(file, SourceFields("x", fields=FIELDS, instruction="describe it")))


def test_base64_in_a_list_of_images_is_stored_and_named(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "<image><image>?"}, {"role": "assistant", "content": "a dot"}]
    encoded, digest = base64.b64encode(png()).decode(), hashlib.sha256(png()).hexdigest()
    uri = f"data:image/png;base64,{encoded}"
    inside = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": uri}}]}, turns[1]]
    cells: list[Any] = [[encoded, "b.png"], [uri, encoded], encoded, [base64.b64encode(b"no image" * 200).decode()]]
    rows = [*({"messages": turns, "images": cell} for cell in cells), {"messages": inside}]
    file = tmp_path / "t.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    first, second, third, fourth, fifth = collect_file(file, SourceFields("t"), media=tmp_path / "store")
    path = f"media/{digest[:2]}/{digest}.png"
    assert [m["path"] for m in first["media"]] == [path, "b.png"]
    assert [m["path"] for m in second["media"]] == [path, path]
    assert [m["path"] for m in third["media"]] == [path]
    assert (fourth["quarantine"]["reason"], fourth["quarantine"]["path"]) == ("broken_image", "$.images[0]")
    # OpenAI wants a data URI where it stands.
    assert [m["path"] for m in fifth["media"]] == [uri]
    assert (tmp_path / "store" / digest[:2] / f"{digest}.png").read_bytes() == png()


def test_bytes_of_images_in_parquet_are_stored_and_named(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "<image>?"}, {"role": "assistant", "content": "a dot"}]
    images = [[{"bytes": png(), "path": "a.png"}], [{"bytes": None, "path": "b.png"}], [{"bytes": b"no", "path": "c"}]]
    pq.write_table(pa.table({"messages": [turns] * 3, "images": images}), tmp_path / "t.parquet")
    first, second, third = collect_file(tmp_path / "t.parquet", SourceFields("t"), media=tmp_path / "store")
    digest = hashlib.sha256(png()).hexdigest()
    assert first["media"] == [{"type": "image", "path": f"media/{digest[:2]}/{digest}.png", "sha256": digest}]
    assert (tmp_path / "store" / digest[:2] / f"{digest}.png").read_bytes() == png()
    assert second["media"] == [{"type": "image", "path": "b.png", "sha256": None}]
    assert third["quarantine"]["reason"] == "broken_image"
