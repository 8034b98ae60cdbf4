"""What a running build says: to the terminal that started it, and to Prefect's log where there is a run."""

from __future__ import annotations

from collections.abc import Callable

from prefect.exceptions import MissingContextError
from prefect.logging import get_run_logger

_listeners: list[Callable[[str], None]] = []


def listen(listener: Callable[[str], None]) -> None:
    """Calls ``listener`` with each line from now on, in this process."""
    _listeners.append(listener)


def tell(line: str) -> None:
    """Says one line of progress; never text of a data set."""
    for listener in _listeners:
        listener(line)
    try:
        get_run_logger().info(line)
    except MissingContextError:
        return
