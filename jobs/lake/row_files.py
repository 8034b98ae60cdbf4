"""The rows that are in, read from a pinned version's files by this process: no Spark, some columns, part by part.

A row is named by its place: its number among all rows of the version, parts in the order of the table's log. Texts of
rows that are known by place are found without looking at an id. Reading costs a tenth of what it costs through the JVM
and out to Python again (measured: docs/dedup.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import DeltaTable

from jobs.lake.band_index import SIGNED_COLUMNS, Signed, sign_batch
from jobs.lake.job import Inputs
from jobs.lake.versions import TableVersion
from jobs.similarity.in_process import HeldTexts, on_threads
from jobs.similarity.keep import KeepPolicy
from jobs.similarity.keys import KEY_COLUMNS, By, key_texts
from jobs.similarity.minhash import MinHashConfig

_I64 = npt.NDArray[np.int64]
R = TypeVar("R")
# Rows that a stage compares in this process unless told otherwise.
ROWS_IN_PROCESS = 4_000_000
_BATCH = 8_192
# Text of which at worst all is held at once, with as much again while a part of it is compared.
_TEXT = 3 << 30


@dataclass(frozen=True)
class _Part:
    """A row group of a file: ``rows`` of them, the first at place ``start``."""

    fragment: Any
    start: int
    rows: int


@dataclass(frozen=True)
class RowFiles:
    """A rows table's version, less quarantined rows and the ids that decisions took out.

    Attributes:
        removed: ids of rows that are not in any more.
        rows: how many rows the version holds, those that are not in included.
        size: bytes of all columns as they are encoded, decompressed.
    """

    parts: tuple[_Part, ...]
    schema: pa.Schema
    removed: pa.Array
    rows: int
    size: int

    def fit(self, rows: int) -> bool:
        """Whether this process may hold what matters of them: up to ``rows`` rows, of 3 GiB or a quarter of memory."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return self.rows <= rows and self.size <= min(_TEXT, memory // 4)

    @classmethod
    def of(cls, inputs: Inputs) -> RowFiles:
        """Opens what ``jobs.lake.tables.read_current`` would read, however much; reads footers and earlier decisions.

        Raises:
            ValueError: there is no rows table.
        """
        return cls._opened(_open(inputs.rows_to_read()))._without(inputs.decisions)

    @classmethod
    def within(cls, inputs: Inputs, rows: int) -> RowFiles | None:
        """``of``, or None where they do not ``fit``.

        A stage asks on its way to Spark too, where a table may have a hundred thousand files and as many removed ids as
        rows. So the log's own count is asked first, footers are read of few enough rows, and decisions of what fits.

        Raises:
            ValueError: there is no rows table.
        """
        table = _open(inputs.rows_to_read())
        if rows < 1 or _rows_told(table) > rows:
            return None
        files = cls._opened(table)
        return files._without(inputs.decisions) if files.fit(rows) else None

    @classmethod
    def _opened(cls, table: DeltaTable) -> RowFiles:
        dataset = table.to_pyarrow_dataset()
        groups = [group for fragment in dataset.get_fragments() for group in fragment.split_by_row_group()]
        rows = [group.row_groups[0].num_rows for group in groups]
        starts = np.cumsum([0, *rows]).tolist()
        parts = tuple(map(_Part, groups, starts, rows))
        size = sum(group.row_groups[0].total_byte_size for group in groups)
        return cls(parts, dataset.schema, pa.array([], pa.string()), starts[-1], size)

    def _without(self, decisions: Sequence[TableVersion]) -> RowFiles:
        return replace(self, removed=pa.concat_arrays([self.removed, *map(_removed_ids, decisions)]))

    def columns(self, names: Sequence[str]) -> tuple[_I64, pa.Table]:
        """(n,) places of the rows that are in, ascending, and ``names`` of them."""
        read = self.each(names, lambda places, batch: (places, batch))
        schema = pa.schema([self.schema.field(name) for name in names])
        places = [places for places, _ in read]
        return np.concatenate([np.empty(0, np.int64), *places]), pa.Table.from_batches([b for _, b in read], schema)

    def each(
        self, names: Sequence[str], function: Callable[[_I64, pa.RecordBatch], R], wanted: _I64 | None = None
    ) -> list[R]:
        """``function`` of places and columns of the rows that are in, batch by batch, in the order of their places.

        Args:
            wanted: ascending places; only these, and only parts that hold one are read.
        """

        def read(part: _Part) -> list[R]:
            return [function(places, batch) for places, batch in self._in(part, names, wanted)]

        return [found for part in on_threads(read, self._holding(wanted)) for found in part]

    def signed(self, by: By, config: MinHashConfig, policy: KeepPolicy, wanted: _I64 | None = None) -> Signed:
        """Bucket keys and keep order of the rows that are in, or of those ``wanted``, in the order of their places."""

        def sign(places: _I64, batch: pa.RecordBatch) -> Signed:
            return sign_batch(batch, by, config, policy, places)

        found = self.each(SIGNED_COLUMNS, sign, wanted)
        return Signed.concatenated(found) if found else Signed.empty(config.bands, policy)

    def texts(self, by: By, wanted: _I64) -> HeldTexts:
        """The texts that are compared of the rows at ``wanted``: ascending places."""

        def read(places: _I64, batch: pa.RecordBatch) -> tuple[_I64, pa.Array]:
            return places, key_texts(batch, by).cast(pa.large_string())

        found = self.each(("record_id", *KEY_COLUMNS), read, wanted)
        return HeldTexts([places for places, _ in found], [texts for _, texts in found])

    def _holding(self, wanted: _I64 | None) -> list[_Part]:
        if wanted is None:
            return list(self.parts)
        edges = np.searchsorted(wanted, [[part.start, part.start + part.rows] for part in self.parts]).reshape(-1, 2)
        return [part for part, (first, last) in zip(self.parts, edges.tolist(), strict=True) if last > first]

    def _in(
        self, part: _Part, names: Sequence[str], wanted: _I64 | None = None
    ) -> Iterator[tuple[_I64, pa.RecordBatch]]:
        """The part's rows that are in (and wanted), batch by batch: places, and the columns ``names``."""
        start = part.start
        columns = list(dict.fromkeys((*names, "quarantine", *(("record_id",) if len(self.removed) else ()))))
        for batch in part.fragment.to_batches(schema=self.schema, columns=columns, batch_size=_BATCH):
            places = np.arange(start, start + batch.num_rows)
            start += batch.num_rows
            stays = batch.column("quarantine").is_null()
            if len(self.removed):
                stays = pc.and_(stays, pc.invert(pc.is_in(batch.column("record_id"), value_set=self.removed)))
            mask = stays.to_numpy(zero_copy_only=False)
            if wanted is not None:
                low, high = np.searchsorted(wanted, [places[0], places[-1] + 1]) if len(places) else (0, 0)
                asked = np.zeros(len(places), dtype=bool)
                asked[wanted[low:high] - (start - batch.num_rows)] = True
                mask = mask & asked
            batch = batch.select(list(names))
            if not mask.all():
                places, batch = places[mask], batch.filter(pa.array(mask))
            if len(places):
                yield places, batch


def _rows_told(table: DeltaTable) -> int:
    """Rows by the statistics in the table's log; a file without any counts as none."""
    counts = pa.table(table.get_add_actions(flatten=True))
    return pc.sum(counts.column("num_records")).as_py() or 0 if "num_records" in counts.column_names else 0


def _removed_ids(table: TableVersion) -> pa.Array:
    gone = _dataset(table).to_table(columns=["record_id"], filter=~ds.field("kept"))
    return pa.concat_arrays([pa.array([], pa.string()), *gone.column("record_id").cast(pa.string()).chunks])


def read_decisions(table: TableVersion) -> pa.Table:
    """All columns of a decisions table's version."""
    return _dataset(table).to_table()


def _dataset(table: TableVersion) -> Any:
    return _open(table).to_pyarrow_dataset()


def _open(table: TableVersion) -> DeltaTable:
    return DeltaTable(table.path, version=table.version)
