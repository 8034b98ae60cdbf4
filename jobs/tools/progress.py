"""A progress bar on standard error, on a terminal only: bytes read of all there are, rows, time left.

Our own, in a page, because loading a library for it would take longer than many a file.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

_EVERY_ROWS = 256
_EVERY_SECONDS = 0.2


@dataclass(slots=True)
class Progress:
    """What is known of the way; ``step`` counts a row, ``seen`` bytes of a file."""

    step: Callable[[], None]
    seen: Callable[[int], None] | None


@dataclass(slots=True)
class _Bar:
    what: str
    total: int
    out: TextIO
    rows: int = 0
    bytes: int = 0
    begun: float = field(default_factory=time.monotonic)
    drawn: float = 0.0

    def step(self) -> None:
        self.rows += 1
        if self.rows % _EVERY_ROWS == 0:
            self._draw()

    def seen(self, count: int) -> None:
        self.bytes += count
        self._draw()

    def _draw(self) -> None:
        now = time.monotonic()
        if now - self.drawn < _EVERY_SECONDS:
            return
        self.drawn = now
        width = shutil.get_terminal_size().columns
        self.out.write("\r" + self.line(now - self.begun, width).ljust(width - 1))
        self.out.flush()

    def line(self, seconds: float, width: int) -> str:
        share = min(1.0, self.bytes / self.total) if self.total else 0.0
        left = f", {_clock(seconds / share - seconds)} left" if share > 0.01 else ""
        told = f" {share:4.0%}  {self.rows:,} rows, {_clock(seconds)}{left}"
        room = max(0, min(30, width - len(self.what) - len(told) - 4))
        filled = round(room * share)
        return f"{self.what} [{'#' * filled}{' ' * (room - filled)}]{told}"[: width - 1]

    def clear(self) -> None:
        if self.drawn:
            self.out.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            self.out.flush()


@contextmanager
def progress(what: str, files: Iterable[Path]) -> Iterator[Progress]:
    """Shows how far the reading of ``files`` is; does nothing where standard error is no terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Progress(lambda: None, None)
        return
    bar = _Bar(what, sum(file.stat().st_size for file in files), sys.stderr)
    try:
        yield Progress(bar.step, bar.seen)
    finally:
        bar.clear()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
