"""Rows of a published table as plain values, a bounded number at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jobs.lake.versions import TableVersion, scan
from jobs.record import Record

# An Arrow batch holds up to 131,072 rows; as Python values a row takes some ten times the space.
_AT_A_TIME = 1_000


def rows_of(batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    """Every row of the batches in order."""
    for batch in batches:
        for start in range(0, batch.num_rows, _AT_A_TIME):
            yield from batch.slice(start, _AT_A_TIME).to_pylist()


def records_of(table: TableVersion, split: str | None = None) -> Iterator[tuple[str | None, Record]]:
    """Split and record of each row of a published table in its order; only those of ``split`` where one is given."""
    batches = scan(table)
    if split is not None:
        batches = (batch.filter(pc.equal(batch["split"], split)) for batch in batches)
    for row in rows_of(batches):
        yield row["split"], Record.from_dict(row)
