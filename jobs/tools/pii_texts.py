"""Every text of a record with the path to it: what ``gristmill pii scan`` looks through without ``--column``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

TURNS = ("messages", "chosen", "rejected")
# (path, text): a path is None where one column is read.
Texts = list[tuple[str | None, str]]


def texts_of_record(row: Mapping[str, Any]) -> Texts:
    """Every text of a record with its path: ``messages[2].content``, ``text``, and the strings and numbers in the JSON
    of ``tool_calls``, ``tools`` and ``extras`` (``messages[1].tool_calls[0].function.arguments.phone``).
    """
    found: Texts = []
    for part in TURNS:
        for i, message in enumerate(row.get(part) or []):
            for name in ("content", "name"):
                if message.get(name):
                    found.append((f"{part}[{i}].{name}", message[name]))
            if message.get("tool_calls"):
                found += _json_texts(f"{part}[{i}].tool_calls", message["tool_calls"])
    if row.get("text"):
        found.append(("text", row["text"]))
    for name in ("tools", "extras"):
        if row.get(name):
            found += _json_texts(name, row[name])
    found += [(f"meta.{name}", value) for name, value in (row.get("meta") or {}).items() if value]
    return found


def _json_texts(path: str, text: str) -> Texts:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return [(path, text)]
    return [(path, text)] if isinstance(value, str) else list(_leaves(path, value))


def _leaves(path: str, value: Any) -> Iterator[tuple[str | None, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(f"{path}.{key}", item)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _leaves(f"{path}[{i}]", item)
    elif isinstance(value, str) and value[:1] in ("{", "["):
        yield from _json_texts(path, value)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, str(value)
