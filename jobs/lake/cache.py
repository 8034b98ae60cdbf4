"""Where Gristmill keeps what can be made again: Delta's jars, Java's shim, Spark's temporary files and logs."""

from __future__ import annotations

import os
import time
from pathlib import Path

LOGS_KEPT = 10


def cache_folder(*parts: str) -> Path:
    """``GRISTMILL_CACHE``, else ``~/.cache/gristmill``; with ``parts`` a folder below it. Made when it is not there."""
    chosen = os.environ.get("GRISTMILL_CACHE")
    root = Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "gristmill"
    folder = root.absolute().joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> Path:
    """Put ``content`` at ``path`` so that another process sees either all of it or nothing. Returns ``path``."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.chmod(mode)
    draft.replace(path)
    return path


def new_log() -> Path:
    """The path of a new file for what a JVM says, in the cache folder's ``logs``; the oldest make room."""
    folder = cache_folder("logs")
    for old in sorted(folder.glob("spark-*.log"))[: -LOGS_KEPT + 1]:
        old.unlink(missing_ok=True)
    return folder / f"spark-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.log"
