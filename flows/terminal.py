"""How the command speaks to a person: two consoles, JSON for machines, and mistakes without a stack trace."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

# A pipe has no width: wide enough there for a table to stand on its lines.
OUT = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 140)
ERR = Console(stderr=True, highlight=False, markup=False)

FAILED, MISTAKE = 1, 2


@contextmanager
def plain_errors() -> Iterator[None]:
    """A user's mistake is one plain message and exit code 2; a build that failed is exit code 1."""
    from jobs.config import ConfigError
    from jobs.lake.lock import Busy

    try:
        yield
    except ConfigError as error:
        _fail(str(error), MISTAKE)
    except (Busy, FileNotFoundError) as error:
        _fail(str(error), FAILED)
    except Exception as error:
        message = _known_failure(error)
        if message is None:
            raise
        _fail(message, MISTAKE if isinstance(error, ValueError) else FAILED)


def _known_failure(error: Exception) -> str | None:
    """The message of a failure that explains itself; None for one whose trace somebody will need."""
    return str(error) if type(error).__module__.startswith(("flows.", "jobs.")) else None


def _fail(message: str, code: int) -> None:
    ERR.print(Text("gristmill: ", style="bold red") + Text(message), soft_wrap=True)
    raise typer.Exit(code)


def print_json(value: Any) -> None:
    """Prints plain values as JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
