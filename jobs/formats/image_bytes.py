"""What an image's bytes say without decoding its pixels: its kind, its size, and whether it is whole.

PNG (chunk lengths and checksums up to IEND; PNG specification, section 5), JPEG (segments up to EOI; ITU-T T.81,
annex B), GIF (GIF89a, section 27: the trailer), WebP (RIFF length) and BMP (file size in its header).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from jobs.record import RecordError

LARGEST = 64 << 20
_PNG = b"\x89PNG\r\n\x1a\n"
# Start-of-frame markers, which hold the size; C4, C8 and CC are tables and a reserved code.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class Image:
    """``kind`` is the file's suffix without the dot; width and height in pixels."""

    kind: str
    width: int
    height: int


def read_image(data: bytes) -> Image:
    """Kind and size of a whole image.

    Raises:
        RecordError: ``broken_image``: no image of a known kind, cut off, damaged, or larger than ``LARGEST`` bytes.
    """
    if len(data) > LARGEST:
        raise RecordError("broken_image", f"expected at most {LARGEST >> 20} MiB, came {len(data) >> 20} MiB")
    reader = next((read for magic, read in _READERS if data.startswith(magic)), None)
    if reader is None:
        raise RecordError("broken_image", "expected a PNG, JPEG, GIF, WebP or BMP image, came other bytes")
    try:
        image = reader(data)
    except (struct.error, IndexError):
        image = None
    if image is None or image.width < 1 or image.height < 1:
        raise RecordError("broken_image", "the image is cut off or damaged")
    return image


def _read_png(data: bytes) -> Image | None:
    at, size, has_pixels = len(_PNG), (0, 0), False
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data) or zlib.crc32(data[at + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            return None
        if kind == b"IHDR":
            size = struct.unpack_from(">II", data, at + 8)
        has_pixels |= kind == b"IDAT"
        if kind == b"IEND":
            return Image("png", *size) if has_pixels else None
        at = end + 4
    return None


def _read_jpeg(data: bytes) -> Image | None:
    at, size = 2, (0, 0)
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF or marker in _JPEG_ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = (width, height)
        if marker == 0xDA:  # start of scan: compressed data up to the end of image
            return Image("jpg", *size) if data.rfind(b"\xff\xd9") > at else None
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _read_gif(data: bytes) -> Image | None:
    width, height = struct.unpack_from("<HH", data, 6)
    return Image("gif", width, height) if data.rstrip(b"\0").endswith(b";") else None


def _read_webp(data: bytes) -> Image | None:
    length = struct.unpack_from("<I", data, 4)[0]
    if data[8:12] != b"WEBP" or length + 8 > len(data):
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        return Image("webp", 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little"))
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return Image("webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Image("webp", width & 0x3FFF, height & 0x3FFF)
    return None


def _read_bmp(data: bytes) -> Image | None:
    length = struct.unpack_from("<I", data, 2)[0]
    width, height = struct.unpack_from("<ii", data, 18)
    return Image("bmp", width, abs(height)) if 26 < length <= len(data) else None


_READERS = (
    (_PNG, _read_png),
    (b"\xff\xd8\xff", _read_jpeg),
    (b"GIF87a", _read_gif),
    (b"GIF89a", _read_gif),
    (b"RIFF", _read_webp),
    (b"BM", _read_bmp),
)
