"""JSON as the commands write it: a row a line, a report for programs; files that appear together or not at all."""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from jobs.tools.command import UsageError


def json_line(value: Mapping[str, Any]) -> bytes:
    """A row as one line of JSON, however deeply it is nested."""
    try:
        return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # more than 254 levels, or half a surrogate pair
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 10_000))
        try:
            return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
        finally:
            sys.setrecursionlimit(limit)


def json_report(told: Any) -> str:
    """A summary or report for programs: indented JSON of mappings, lists and dataclasses, with a line's end."""
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


@contextmanager
def written_together(*paths: Path | None) -> Iterator[list[IO[bytes]]]:
    """Files beside the named ones, which take their names when all went well.

    Raises:
        UsageError: another command is writing one of them.
    """
    wanted = [path for path in paths if path is not None]
    parts: list[Path] = []
    try:
        with ExitStack() as stack:
            files = []
            for path in wanted:
                part = path.with_name(path.name + ".part")
                files.append(stack.enter_context(_own(part, path)))
                parts.append(part)
            yield files
            for file, part, path in zip(files, list(parts), wanted, strict=True):
                # Renamed while it is held: who comes later begins a file of their own, which is not ours to remove.
                file.flush()
                part.replace(path)
                parts.remove(part)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _own(part: Path, path: Path) -> IO[bytes]:
    file = part.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise UsageError(f"{path}: another command is writing this file; wait for it to end") from None
    # What a killed command left.
    file.truncate(0)
    return file
