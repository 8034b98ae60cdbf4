"""Rows of an image and its caption as vision messages, each image stored once under the hash of its bytes.

An image is a file (its path taken from the table's folder), bytes (Parquet), Base64 text or a data URI. What is
missing or broken is a row with an error.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.formats.image_bytes import LARGEST, read_image
from jobs.record import RecordError
from jobs.sources.rows import RawRow

FOLDER = "media"
_COLUMN = "images"
_INLINE = 1024  # no path is as long; file systems stop at 255 bytes a name, most paths far below this
_BASE64_STARTS = ("iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR", "Qk")


@dataclass(frozen=True, slots=True)
class Captions:
    """Which columns hold image and caption, and what the model is asked about each image."""

    image: str
    caption: str
    instruction: str

    @classmethod
    def of(cls, source: Any) -> Captions | None:
        """What a source says of captions; None when its ``fields`` name no image."""
        if "image" not in source.fields:
            return None
        return cls(source.fields["image"], source.fields["caption"], source.instruction)


class MediaStore:
    """A folder in which each file has the name of its SHA-256, so that equal files are stored once; without a folder
    files are named and not stored.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def put(self, data: bytes, suffix: str) -> str:
        """Store bytes; the path under which rows name them: ``media/<two digits>/<sha256>.<suffix>``."""
        digest = hashlib.sha256(data).hexdigest()
        name = f"{digest[:2]}/{digest}.{suffix}"
        file = self._folder / name if self._folder else None
        if file and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_name(f"{file.name}.{os.getpid()}.part")
            part.write_bytes(data)
            part.replace(file)
        return f"{FOLDER}/{name}"


def read_captions(rows: Iterable[RawRow], captions: Captions, folder: Path, store: MediaStore) -> Iterator[RawRow]:
    """Each row as a ChatML row: instruction and image asked, caption answered.

    Both turns are lists of parts, since Arrow, in which trainers load rows, cannot mix texts and lists in one column.
    The other columns come along under ``columns``, the image's own too where it names a file.

    Args:
        folder: where relative paths of images start.
    """
    for raw in rows:
        if raw.error is not None:
            yield raw
            continue
        try:
            value = _vision_row(raw.value or {}, captions, folder, store)
        except RecordError as error:
            yield RawRow(raw.row, raw.line, raw.path, raw.value, error, raw.raw)
        else:
            yield RawRow(raw.row, raw.line, raw.path, value, None, raw.raw)


def store_images(value: Any, store: MediaStore) -> Any:
    """A row whose images are ``{"bytes", "path"}``, the bytes as Base64 text as rows of Parquet have them, with the
    paths under which they are stored instead; None when it has none.

    Raises:
        RecordError: ``broken_image``.
    """
    stored = _with_paths(value, store)
    return None if stored is value else stored


def _with_paths(value: Any, store: MediaStore) -> Any:
    if isinstance(value, dict) and isinstance(value.get("bytes"), str) and value["bytes"]:
        data = _decoded(value["bytes"], "$")
        return store.put(data, read_image(data).kind)
    if isinstance(value, list):
        listed = [_with_paths(item, store) for item in value]
        return listed if any(a is not b for a, b in zip(listed, value, strict=True)) else value
    if isinstance(value, dict):
        held = {key: _with_paths(item, store) for key, item in value.items()}
        return held if any(held[key] is not item for key, item in value.items()) else value
    return value


def store_encoded(row: dict[str, Any], store: MediaStore) -> dict[str, Any]:
    """A row with the paths under which they are stored in place of the images that stand in its column ``images`` as
    Base64 text or data URIs; the row itself when it has none. Data URIs in content parts stay: OpenAI wants them there.

    Raises:
        RecordError: ``broken_image``.
    """
    images = row.get(_COLUMN)
    if not images or not isinstance(images, str | list):
        return row
    cells = [images] if isinstance(images, str) else images
    stored = [_encoded_path(cell, f"$.{_COLUMN}[{i}]", store) for i, cell in enumerate(cells)]
    if not any(stored):
        return row
    named = [path or cell for path, cell in zip(stored, cells, strict=True)]
    return {**row, _COLUMN: named[0] if isinstance(images, str) else named}


def _encoded_path(cell: Any, where: str, store: MediaStore) -> str | None:
    encoded = _inline(cell)
    if encoded is None:
        return None
    data = _decoded(encoded, where)
    try:
        return store.put(data, read_image(data).kind)
    except RecordError as error:
        raise RecordError(error.reason, error.detail, where) from None


def hash_of(path: str) -> str | None:
    """The SHA-256 that a stored file's path tells."""
    name = path.removeprefix(f"{FOLDER}/").rpartition("/")[2].partition(".")[0]
    return name if path.startswith(f"{FOLDER}/") and len(name) == 64 else None


def _vision_row(row: dict[str, Any], captions: Captions, folder: Path, store: MediaStore) -> dict[str, Any]:
    caption = row.get(captions.caption)
    if not isinstance(caption, str) or not caption.strip():
        raise RecordError("empty_output", "expected the caption as text, came none", f"$.{captions.caption}")
    where = f"$.{captions.image}"
    data = _image_data(row.get(captions.image), folder, where)
    try:
        image = read_image(data)
    except RecordError as error:
        raise RecordError(error.reason, error.detail, where) from None
    path = store.put(data, image.kind)
    asked = [{"type": "text", "text": captions.instruction}, {"type": "image", "image": path}]
    value: dict[str, Any] = {
        "messages": [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": [{"type": "text", "text": caption}]},
        ]
    }
    others = {name: cell for name, cell in row.items() if name != captions.caption}
    if _inline(row[captions.image]) is not None or not isinstance(row[captions.image], str):
        del others[captions.image]
    if others:
        value["columns"] = others
    return value


def _image_data(cell: Any, folder: Path, where: str) -> bytes:
    if isinstance(cell, dict):  # as Hugging Face's `Image` feature is stored
        cell = cell.get("bytes") or cell.get("path")
    if isinstance(cell, bytes):
        return cell
    if not isinstance(cell, str) or not cell.strip():
        raise RecordError("missing_image", "expected a file, bytes or Base64 text, came none", where)
    encoded = _inline(cell)
    if encoded is not None:
        return _decoded(encoded, where)
    if "://" in cell:
        raise RecordError("missing_image", "expected a file, came an address; download the images first", where)
    file = folder / cell
    try:
        if file.stat().st_size > LARGEST:
            raise RecordError("broken_image", f"expected at most {LARGEST >> 20} MiB", where)
        return file.read_bytes()
    except (OSError, ValueError):
        raise RecordError("missing_image", "expected a file; it does not exist or cannot be read", where) from None


def _decoded(encoded: str, where: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise RecordError("broken_image", "expected Base64 text", where) from None


def _inline(cell: Any) -> str | None:
    """The Base64 text of a cell that holds its image itself; None for a path."""
    if not isinstance(cell, str):
        return None
    if cell.startswith("data:"):
        return cell.partition(",")[2]
    is_encoded = len(cell) > _INLINE or (len(cell) > 64 and cell.startswith(_BASE64_STARTS) and "." not in cell)
    return "".join(cell.split()) if is_encoded else None
