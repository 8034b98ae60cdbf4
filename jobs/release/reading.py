"""Read a release back: rows of the pinned table, as a training framework would get them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from jobs.formats.registry import get_format, render_row
from jobs.lake.versions import TableVersion
from jobs.record import RecordError
from jobs.release.model import Release
from jobs.release.rows import records_of

# The format that a row is read in when none is asked for, where it is not ChatML.
_FORMATS = {"text": "text", "stepwise": "stepwise", "prompt": "prompt_only"}


class NotInReleaseError(ValueError):
    """A release was asked for a split or a format that there is not."""


def read_rows(
    release: Release, limit: int | None = None, split: str | None = None, format: str | None = None
) -> Iterator[dict[str, Any]]:
    """Rows of a release in the order of its files, streaming; a later build changes none of them.

    Args:
        limit: how many at most; None for all.
        split: only rows of this split.
        format: a name of ``jobs.formats.registry.FORMATS``; rows that it cannot hold are left out, as they are
            left out of its files. None means ChatML, for rows of kind ``text``, ``stepwise`` and ``prompt`` the format
            of that kind, and leaves none out.

    Raises:
        NotInReleaseError: no such format, or no such split in this release; says which there are.
        FileNotFoundError: the pinned table is gone.
    """
    if format is not None:
        try:
            get_format(format)
        except ValueError as error:
            raise NotInReleaseError(str(error)) from None
    if split is not None and split not in release.statistics.splits:
        there = ", ".join(sorted(release.statistics.splits))
        raise NotInReleaseError(f"{release.reference} has no split {split!r}; expected one of {there}")
    return islice(_rendered(release.table, split, format), limit)


def _rendered(table: TableVersion, split: str | None, format: str | None) -> Iterator[dict[str, Any]]:
    for _, record in records_of(table, split):
        try:
            yield render_row(record, format or _FORMATS.get(record.kind, "chatml"))
        except RecordError:
            if format is None:
                raise
