"""Files of rows: which there are, and the rows of each, streaming, whatever the file's layout, encoding and
compression.

Plain text gives one record a line, as ``datasets`` and LLaMA-Factory read it.
"""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from jobs.sources.decoding import SAMPLE, ByteSource
from jobs.sources.json_files import read_json
from jobs.sources.json_lines import split_lines
from jobs.sources.rows import ROW_LIMIT, RawRow, bad_row, too_long
from jobs.sources.tables import read_csv, read_parquet, sniff_csv

_JSON = (".json", ".jsonl", ".ndjson", ".jsonlines")
_TABLE = (".csv", ".tsv", ".tab")
_TEXT = (".txt", ".text")
_PACKED = (".gz", ".gzip", ".zst", ".zstd")
SUFFIXES = (*_JSON, *_TABLE, *_TEXT, ".parquet")
# What is no data of ours, by its first bytes.
_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive (or an office document); unpack it first",
    b"%PDF": "a PDF document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"BZh": "bzip2 data; unpack it, or pack it with gzip or zstd",
    b"\xfd7zXZ": "xz data; unpack it, or pack it with gzip or zstd",
    b"7z\xbc\xaf": "a 7-Zip archive; unpack it first",
    b"SQLite format 3": "an SQLite database; export its table as CSV",
    b"ARROW1": "an Arrow file; write it as Parquet",
    b"Obj\x01": "an Avro file; write it as Parquet",
}


def list_files(path: str | Path) -> list[Path]:
    """The files that a path, a folder (searched through, data files only) or a glob names, sorted; empty when
    there are none.
    """
    where = Path(path)
    if where.is_file():
        return [where]
    if where.is_dir():
        found = (p for p in where.rglob("*") if p.is_file() and is_data(p, where))
    else:
        named = glob.glob(str(where), recursive=True)  # noqa: PTH207 (Path.glob takes no absolute pattern)
        found = (Path(p) for p in named if Path(p).is_file())
    return sorted(found)


def read_rows(path: str | Path, seen: Callable[[int], None] | None = None) -> Iterator[RawRow]:
    """Every row of a file, in order, good and bad; never raises for what is in the file.

    Args:
        seen: is told of bytes read, as they are on disk; for a progress bar.

    Raises:
        OSError: the file cannot be opened.
    """
    file = Path(path)
    with ByteSource(file, seen) as source:
        if source.compression is None:
            yield from _rows_of(file, source)
            return
        last: RawRow | None = None
        for last in _rows_of(file, source):
            yield last
        if source.damage.reason:
            row, line = (last.row, last.line) if last else (0, None)
            yield bad_row(row + 1, line, "$", source.damage.reason, source.damage.detail)


def suffix_of(path: Path) -> str:
    """The suffix that tells the kind of data: that under a compression's."""
    suffixes = [s.lower() for s in path.suffixes]
    while suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def is_data(path: Path, root: Path) -> bool:
    """Whether a file under the folder ``root`` is a data file by its name: no hidden one, and no ``_SUCCESS``."""
    hidden = any(part.startswith((".", "_")) for part in path.relative_to(root).parts)
    return not hidden and suffix_of(path) in SUFFIXES


def _rows_of(path: Path, source: ByteSource) -> Iterator[RawRow]:
    head = source.head
    suffix = suffix_of(path)
    start = head.lstrip(b" \t\r\n")
    if head.startswith(b"PAR1"):
        yield from _parquet(path, source)
        return
    foreign = next((what for magic, what in _FOREIGN.items() if head.startswith(magic)), None)
    if foreign:
        yield bad_row(1, None, "$", "not_data", f"expected JSON, CSV, Parquet or text, came {foreign}", head[:64])
    elif not start and not source.damage.reason:
        yield bad_row(1, None, "$", "empty_file", "expected rows, came an empty file")
    elif suffix in _TABLE or (suffix not in _TEXT and not start.startswith((b"[", b"{")) and _looks_like_table(head)):
        yield from read_csv(head, source.chunks(), whole=len(head) < SAMPLE)
    elif suffix in _JSON or _begins_as_json(start):
        yield from read_json(head, source.chunks())
    else:
        yield from _read_text(source.chunks())


def _begins_as_json(start: bytes) -> bool:
    return start.startswith(b'{"') or (start[:1] in (b"{", b"[") and start[1:].lstrip(b" \t\r\n")[:1] in (b'"', b"{"))


def _looks_like_table(head: bytes) -> bool:
    """Whether a file without a telling name has a header of at least two short cells, and rows to match."""
    lines = head[:4096].split(b"\n")
    return (
        len(lines) > 2
        and len(lines[0]) < 400
        and b"\0" not in head
        and sniff_csv(head, whole=False, sure=True) is not None
    )


def _read_text(chunks: Iterable[bytes]) -> Iterator[RawRow]:
    row = 0
    for number, line in enumerate(split_lines(chunks), 1):
        raw = line.rstrip(b"\r")
        if not raw.strip():
            continue
        row += 1
        if len(raw) > ROW_LIMIT:
            yield too_long(row, number, "$", raw)
            continue
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as bad:
            detail = f"byte {bad.start + 1} of the line is not valid in the file's encoding"
            yield bad_row(row, number, "$", "not_utf8", detail, raw)
            continue
        if "\0" in text:
            yield bad_row(row, number, "$", "nul_bytes", f"the line has {text.count(chr(0))} NUL bytes", raw)
        else:
            yield RawRow(row, number, "$", {"text": text}, None, raw)


def _parquet(path: Path, source: ByteSource) -> Iterator[RawRow]:
    if source.compression is None:
        yield from read_parquet(path)
        return
    import tempfile

    # Parquet is read from its end: packed once more, it has to be unpacked first.
    with tempfile.NamedTemporaryFile(suffix=".parquet") as unpacked:
        for chunk in source.chunks():
            unpacked.write(chunk)
        unpacked.flush()
        yield from read_parquet(Path(unpacked.name))
