"""One build of a data set at a time: two would commit to the same tables."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(RuntimeError):
    """Somebody else holds the lock; the message says which process."""


@contextmanager
def held(file: Path, what: str) -> Iterator[None]:
    """Holds ``file`` for as long as the block runs; the system lets go of it even when the process is killed.

    Raises:
        Busy: another process holds it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise Busy(
                f"{what} is running already (process {handle.read().strip() or 'unknown'}); wait for it to end"
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
