"""Integers by the million between tasks: one binary row for each task that they go to, instead of one row each.

Spark moves a row of three numbers for about a microsecond and a half of the JVM's time, and nine million of them (half
a million rows in 18 bands) would cost more than all the hashing. Packed, they cost what their bytes cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

_I64 = npt.NDArray[np.int64]

# ``cell`` is the number of the task that ``packed`` goes to: columns of int64, one after the other.
PACKED_SCHEMA = pa.schema([("cell", pa.int32()), ("packed", pa.binary())])
# Entries that a task gathers before it packs them: 24 MB of three columns, shared out over the cells.
ENTRIES_A_PACKAGE = 1 << 20


def pack(cell: _I64, columns: Sequence[_I64]) -> pa.RecordBatch:
    """One binary row a cell that occurs, holding the lines of ``columns`` (each (m,) int64) that belong to it.

    Args:
        cell: (m,) where each line goes, below 2^31.
    """
    order = np.argsort(cell, kind="stable")
    ordered = cell[order]
    present, starts = np.unique(ordered, return_index=True)
    sorted_columns = [np.ascontiguousarray(column[order], dtype=np.int64) for column in columns]
    ends = np.append(starts, len(ordered))[1:]
    packages = [
        b"".join(column[start:end].tobytes() for column in sorted_columns)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    return pa.RecordBatch.from_arrays(
        [pa.array(present.astype(np.int32)), pa.array(packages, pa.binary())], schema=PACKED_SCHEMA
    )


def unpack(packages: Iterable[pa.Array | pa.ChunkedArray], columns: int) -> list[_I64]:
    """The ``columns`` arrays of int64 that were packed, package after package; nulls are skipped."""
    parts = [
        np.frombuffer(value.as_buffer(), dtype=np.int64).reshape(columns, -1)
        for array in packages
        for value in array
        if value.is_valid
    ]
    return list(np.concatenate([np.empty((columns, 0), np.int64), *parts], axis=1))


def lines_of(matrix: pa.Array) -> _I64:
    """(n, k) int64 of the n values of a binary column that are not null, each of k numbers; a view of its bytes."""
    valid = len(matrix) - matrix.null_count
    if not valid:
        return np.empty((0, 0), np.int64)
    _, offsets, data = matrix.cast(pa.large_binary()).buffers()
    edges = np.frombuffer(offsets, np.int64)[matrix.offset : matrix.offset + len(matrix) + 1]
    # Nulls have no bytes.
    return np.frombuffer(data, np.uint8)[edges[0] : edges[-1]].view(np.int64).reshape(valid, -1)


def to_lines(matrix: _I64, empty: npt.NDArray[np.bool_]) -> pa.Array:
    """(n,) binary: each line of an (n, k) int64 matrix as its bytes; null where ``empty``."""
    lines = np.ascontiguousarray(matrix[~empty], dtype=np.int64)
    edges = np.concatenate([[0], np.cumsum(~empty)]) * (matrix.shape[1] * 8)
    there = pa.array(~empty).buffers()[1]
    buffers = [there, pa.py_buffer(np.ascontiguousarray(edges, dtype=np.int64)), pa.py_buffer(lines)]
    return pa.Array.from_buffers(pa.large_binary(), len(matrix), buffers).cast(pa.binary())


def cells_of(keys: _I64, cells: int) -> _I64:
    """(m,) a cell for each of ``keys``, the same for equal ones. Keys need not be hashes."""
    mixed = keys.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return ((mixed >> np.uint64(33)) % np.uint64(cells)).astype(np.int64)


def to_cells(frame: DataFrame, cells: int) -> DataFrame:
    """``frame`` with all rows of one ``cell`` in one task, and at most one cell a task."""
    return frame.repartitionById(cells, F.col("cell"))


def gathered(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """``batches`` put together until they hold ``rows`` rows or more; empty ones are left out."""
    waiting: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        if batch.num_rows:
            waiting.append(batch)
            size += batch.num_rows
        if size >= rows:
            yield pa.Table.from_batches(waiting).combine_chunks()
            waiting, size = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting).combine_chunks()
