"""What a running build says: to the terminal that started it, and to Prefect's log where there is a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prefect.exceptions import MissingContextError
from prefect.logging import get_run_logger

_listeners: list[Callable[[str], None]] = []


@contextmanager
def listening(listener: Callable[[str], None]) -> Iterator[None]:
    """Calls ``listener`` with each line that is told while the block runs, in this process."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def tell(line: str) -> None:
    """Says one line of progress; never text of a data set."""
    for listener in _listeners:
        listener(line)
    try:
        get_run_logger().info(line)
    except MissingContextError:
        return
