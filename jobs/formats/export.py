"""Records into a JSON Lines file of one format, with what a release needs to know of it, and LLaMA-Factory's entry
for it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import orjson

from jobs.formats.checks import alternates
from jobs.formats.registry import get_format
from jobs.record import Record, RecordError

# LLaMA-Factory's own names for roles and keys (the defaults of ``DatasetAttr`` in data/parser.py), and ours for ChatML.
SHAREGPT_TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}
CHATML_TAGS = {
    **SHAREGPT_TAGS,
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "observation_tag": "tool",
}
# LLaMA-Factory's column -> ours, by format; ``src/llamafactory/data/parser.py`` sets every column left out to None.
_COLUMNS = {
    "text": {"prompt": "text"},
    "alpaca": {
        "prompt": "instruction",
        "query": "input",
        "response": "output",
        "system": "system",
        "history": "history",
    },
    "sharegpt": {"messages": "conversations", "system": "system", "tools": "tools"},
    "chatml": {"messages": "messages", "system": "system", "tools": "tools"},
    "ranking": {
        "messages": "conversations",
        "chosen": "chosen",
        "rejected": "rejected",
        "kto_tag": "label",
        "system": "system",
        "tools": "tools",
    },
}
LLAMAFACTORY_FORMATS = frozenset(_COLUMNS)
# Lines are gathered and written by so many: a write and a digest of each alone would take as long as its JSON does.
_LINES_AT_ONCE = 256
_MEDIA_COLUMNS = {"images": "images", "videos": "videos", "audios": "audios"}


@dataclass(frozen=True, slots=True)
class Export:
    """A file written.

    Attributes:
        rows, bytes, sha256: of the file.
        lost: what the format could not hold -> in how many written rows.
        refused: why a record was not written -> how many.
        out_of_order: written dialogues whose turns do not alternate, which LLaMA-Factory drops.
        columns: every column that some row has.
        tool_calls: whether some message has OpenAI tool calls.
    """

    path: Path
    format: str
    rows: int
    bytes: int
    sha256: str
    lost: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    out_of_order: int = 0
    columns: frozenset[str] = frozenset()
    tool_calls: bool = False


class Exporter:
    """Writes records to a file that appears, whole, when the ``with`` block ends without an error.

    Raises:
        ValueError: the format is none of ours.
    """

    def __init__(self, path: str | Path, format: str) -> None:
        self._format = get_format(format)
        self._render, self._losses = self._format.render, self._format.holds.losses
        self._path = Path(path)
        self._part = self._path.with_name(self._path.name + ".part")
        self._file: BinaryIO | None = None
        self._digest = hashlib.sha256()
        self._rows = self._bytes = self._out_of_order = 0
        self._lost: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._columns: set[str] = set()
        self._lines: list[bytes] = []
        self._tool_calls = False

    def __enter__(self) -> Exporter:
        self._file = self._part.open("wb")
        return self

    def write(self, record: Record) -> list[str]:
        """Append a record; gives the names of what the format could not hold of it, as ``what_is_lost`` does.

        Raises:
            RecordError: ``cannot_hold``; the record is counted as refused and the file is as it was.
        """
        try:
            row = self._render(record)
        except RecordError as error:
            self._refused[error.detail] += 1
            raise
        self._lines.append(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        if len(self._lines) >= _LINES_AT_ONCE:
            self._flush()
        lost = self._losses(record)
        if lost:
            self._lost.update(lost)
        if not row.keys() <= self._columns:
            self._columns.update(row)
        if not self._tool_calls:
            for message in record.messages:
                if message.tool_calls is not None:
                    self._tool_calls = True
        if record.kind == "chat" and not alternates(record.messages):
            self._out_of_order += 1
        return lost

    def _flush(self) -> None:
        if self._file is None:
            raise ValueError("write inside the exporter's `with` block")
        block = b"".join(self._lines)
        self._file.write(block)
        self._digest.update(block)
        self._rows += len(self._lines)
        self._bytes += len(block)
        self._lines.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            if kind is None:
                self._flush()
            self._file.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)

    @property
    def result(self) -> Export:
        """What was written; whole once the ``with`` block has ended."""
        return Export(
            path=self._path,
            format=self._format.name,
            rows=self._rows,
            bytes=self._bytes,
            sha256=self._digest.hexdigest(),
            lost=dict(self._lost),
            refused=dict(self._refused),
            out_of_order=self._out_of_order,
            columns=frozenset(self._columns),
            tool_calls=self._tool_calls,
        )


def export_records(records: Iterable[Record], path: str | Path, format: str) -> Export:
    """Stream records into a JSON Lines file; those that the format cannot hold are counted in ``refused``.

    Raises:
        ValueError: the format is none of ours.
    """
    with Exporter(path, format) as exporter:
        for record in records:
            try:
                exporter.write(record)
            except RecordError:
                continue  # counted by the exporter
    return exporter.result


def dataset_info(exports: Iterable[Export], names: Iterable[str] | None = None) -> dict[str, Any]:
    """LLaMA-Factory's ``dataset_info.json`` for exported files.

    Once ``columns`` is there every column left out reads as None (``data/parser.py``), and a named column that no
    row has
    stops ``datasets``: so exactly those are named that some row has. ``formatting: openai`` only where there are tool
    calls, since it rewrites system prompts of rows without tools.

    Args:
        names: the entries' names, by default the files' own without suffixes.

    Raises:
        ValueError: LLaMA-Factory does not read the format of an export.
    """
    listed = list(exports)
    called = list(names) if names is not None else [e.path.name.split(".jsonl")[0] for e in listed]
    return {name: _entry(export) for name, export in zip(called, listed, strict=True)}


def _entry(export: Export) -> dict[str, Any]:
    known = _COLUMNS.get(export.format)
    if known is None:
        raise ValueError(
            f"LLaMA-Factory does not read the format {export.format!r}; expected one of {', '.join(_COLUMNS)}"
        )
    columns = {theirs: ours for theirs, ours in {**known, **_MEDIA_COLUMNS}.items() if ours in export.columns}
    entry: dict[str, Any] = {"file_name": export.path.name}
    if export.format in ("text", "alpaca"):
        return {**entry, "formatting": "alpaca", "columns": columns}
    if export.format == "chatml":
        formatting = "openai" if export.tool_calls else "sharegpt"
        return {**entry, "formatting": formatting, "columns": columns, "tags": CHATML_TAGS}
    if export.format == "ranking" and "chosen" in export.columns:
        entry["ranking"] = True
    return {**entry, "formatting": "sharegpt", "columns": columns, "tags": SHAREGPT_TAGS}
