"""Bytes of a file, unpacked and in UTF-8, whatever it was compressed and encoded with.

Compression is told by magic bytes, the encoding by what the bytes are. An undecodable byte of another encoding than
UTF-8
becomes the byte 0xFF, which no UTF-8 text has: the row it stands in fails to decode, and the rows around it do not.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard

CHUNK = 1 << 18
# Enough to see a list's first row and, in a mixed file, a few hundred characters that are not ASCII.
SAMPLE = 1 << 18
# A run of one byte packs 32,768 to 1: of a piece of 1 KiB come at most 32 MiB at once.
_ZSTD_PIECE = 1 << 10
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MULTI_BYTE = re.compile(r"[^\x00-\x7f\ufffd]")
# Han characters, CJK punctuation and full-width forms: what Chinese text outside ASCII consists of.
_CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\u2014-\u2026\u00b7]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _mark_bad_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff" * (error.end - error.start), error.end


codecs.register_error("gristmill_mark", _mark_bad_bytes)


@dataclass(slots=True)
class Damage:
    """Why a stream ended before its time; ``reason`` is None while all is well."""

    reason: str | None = None
    detail: str = ""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Watched:
    """A file that tells how much was read of it."""

    def __init__(self, file: BinaryIO, seen: Callable[[int], None]) -> None:
        self._file, self._seen = file, seen

    def read(self, size: int, /) -> bytes:
        data = self._file.read(size)
        self._seen(len(data))
        return data


class ByteSource:
    """A file's content as UTF-8 chunks: ``head`` to look at, then ``chunks()`` for all of it, the head included.

    Attributes:
        head: up to ``SAMPLE`` bytes, unpacked, without a byte order mark, in UTF-8.
        encoding: what the file was in.
        compression: ``gzip``, ``zstd`` or None.
        damage: filled when a compressed file breaks off; what came before it has been given out.
    """

    def __init__(self, path: Path, seen: Callable[[int], None] | None = None) -> None:
        self.damage = Damage()
        self._file = path.open("rb")
        magic = self._file.read(4)
        self._file.seek(0)
        self.compression = "gzip" if magic[:2] == _GZIP else "zstd" if magic == _ZSTD else None
        readable = self._file if seen is None else _Watched(self._file, seen)
        self._raw = _unpack(readable, self.compression, self.damage)
        head = bytearray()
        for chunk in self._raw:
            head += chunk
            if len(head) >= SAMPLE:
                break
        self.encoding, skip = detect_encoding(bytes(head))
        self._decoder = (
            None if self.encoding == "utf-8" else codecs.getincrementaldecoder(self.encoding)("gristmill_mark")
        )
        self.head = self._convert(bytes(head[skip:]))

    def chunks(self) -> Iterator[bytes]:
        """All of the content, once."""
        yield self.head
        for chunk in self._raw:
            yield self._convert(chunk)
        if self._decoder is not None:
            yield _to_utf8(self._decoder.decode(b"", True))

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> ByteSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _convert(self, chunk: bytes) -> bytes:
        return chunk if self._decoder is None else _to_utf8(self._decoder.decode(chunk))


def detect_encoding(sample: bytes) -> tuple[str, int]:
    """The encoding of a sample and the length of its byte order mark.

    UTF-8 unless more sequences are broken than whole, and then GB18030 (which holds GBK and GB2312) if the sample
    decodes
    as that and is mostly Chinese; a few broken bytes in UTF-8 stay broken bytes in UTF-8.
    """
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name, len(bom)
    if b"\0" in sample:
        return "utf-8", 0  # binary: left as it is
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
        return "utf-8", 0
    except UnicodeDecodeError:
        pass
    text = sample.decode("utf-8", "replace")
    whole, broken = len(_MULTI_BYTE.findall(text)), text.count("\ufffd")
    if whole >= broken:
        return "utf-8", 0
    decoded = codecs.getincrementaldecoder("gb18030")("replace").decode(sample)
    foreign = len(_MULTI_BYTE.findall(decoded))
    undecoded = decoded.count("\ufffd")
    chinese = len(_CHINESE.findall(decoded))
    return ("gb18030", 0) if chinese > 0.6 * foreign and undecoded * 10 < foreign else ("utf-8", 0)


def _to_utf8(text: str) -> bytes:
    # UTF-16 can hold half a surrogate pair, which UTF-8 cannot: it becomes a bad byte too.
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return re.sub("[\ud800-\udfff]", "\udcff", text).encode("utf-8", "surrogateescape")


def _unpack(file: _Readable, compression: str | None, damage: Damage) -> Iterator[bytes]:
    if compression == "gzip":
        return _gunzip(file, damage)
    if compression == "zstd":
        return _unzstd(file, damage)
    return iter(lambda: file.read(CHUNK), b"")


def _gunzip(file: _Readable, damage: Damage) -> Iterator[bytes]:
    """Members one after another, in bounded pieces; keeps all that a broken-off file gives."""
    stream = zlib.decompressobj(wbits=31)
    pending = b""
    while pending or (pending := file.read(CHUNK)):
        try:
            out = stream.decompress(pending, CHUNK)
        except zlib.error:
            damage.reason, damage.detail = "broken_archive", "the gzip data is damaged from here on"
            return
        if out:
            yield out
        if stream.eof:
            pending = stream.unused_data.lstrip(b"\0")
            if not pending:
                pending = file.read(CHUNK).lstrip(b"\0")
            stream = zlib.decompressobj(wbits=31)
            if not pending:
                return
        else:
            pending = stream.unconsumed_tail
    if tail := stream.flush():
        yield tail
    if not stream.eof:
        damage.reason, damage.detail = "broken_archive", "the gzip file breaks off before its end"


def _unzstd(file: _Readable, damage: Damage) -> Iterator[bytes]:
    """Frames one after another; a frame that breaks off says so, which ``zstandard``'s own reader does not."""
    stream = zstandard.ZstdDecompressor().decompressobj()
    begun = False
    while packed := file.read(CHUNK):
        pieces = [packed[i : i + _ZSTD_PIECE] for i in range(0, len(packed), _ZSTD_PIECE)]
        while pieces:
            begun = True
            try:
                out = stream.decompress(pieces.pop(0))
            except zstandard.ZstdError:
                damage.reason, damage.detail = "broken_archive", "the zstd data is damaged from here on"
                return
            if out:
                yield out
            if stream.eof:
                begun = False
                if stream.unused_data:
                    pieces.insert(0, stream.unused_data)
                stream = zstandard.ZstdDecompressor().decompressobj()
    if begun:
        damage.reason, damage.detail = "broken_archive", "the zstd file breaks off before its end"
