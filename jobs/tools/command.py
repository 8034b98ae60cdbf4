"""What both tools share: user mistakes as one line, field mappings from the command line, progress on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.formats.table import check_fields
from jobs.sources.files import list_files


class UsageError(Exception):
    """A mistake of the person at the keyboard; the message says what was expected, and the exit code is 2."""


def run(command: Callable[[], int], name: str) -> int:
    """Run a command; a mistake of its user is one line on standard error and exit code 2."""
    try:
        return command()
    except UsageError as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{name}: {error.strerror or 'cannot be read or written'}: {error.filename}\n")
        return 2


def find_input(given: str) -> list[Path]:
    """The files that were asked for, at least one.

    Raises:
        UsageError: there is none.
    """
    files = list_files(given)
    if not files:
        near = (
            sorted(p.name for p in Path(given).parent.glob("*") if p.is_file())[:5]
            if Path(given).parent.is_dir()
            else []
        )
        hint = f"; in that folder are {', '.join(near)}" if near else ""
        raise UsageError(f"no such file: {given}; expected a file, a folder or a pattern{hint}")
    return files


def read_fields(pairs: Iterable[str]) -> dict[str, str]:
    """``ours=theirs`` pairs of the command line.

    Raises:
        UsageError: a pair is no pair, or names a field that we do not have.
    """
    fields = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not equals or not ours or not theirs:
            raise UsageError("--fields: expected pairs like instruction=question (our name = the file's column)")
        fields[ours] = theirs
    try:
        check_fields(fields)
    except ValueError as error:
        raise UsageError(f"--fields: {error}") from None
    return fields


@contextmanager
def progress(what: str) -> Iterator[Callable[[], None]]:
    """A counter of rows on standard error, on a terminal only; call the yielded function once a row."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f} rows"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        count = 0

        def step() -> None:
            nonlocal count
            count += 1
            if count % 512 == 0:
                bar.update(task, completed=count)

        yield step
