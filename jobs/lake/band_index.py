"""The narrow index of near comparison: one line a row with its bucket keys and its place in keep order, and no text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame

from jobs.lake.packed import to_lines
from jobs.lake.schemas import to_spark
from jobs.similarity.candidates import separate_by
from jobs.similarity.keep import KEEP_COLUMNS, KeepPolicy, priorities
from jobs.similarity.keys import KEY_COLUMNS, By, key_texts, strict_keys
from jobs.similarity.minhash import NO_BUCKET, MinHashConfig, band_keys_of

_I64 = npt.NDArray[np.int64]

# ``bands``: the keys of all bands, 8 bytes each, changed by the strict key so that rows which can never be merged share
# none; null for a row too short to have shingles. ``characters``: bytes of the text that is compared. ``content``: the
# row's content hash.
INDEX_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("source", pa.string()),
        ("priority", pa.list_(pa.float64())),
        ("characters", pa.int32()),
        ("bands", pa.binary()),
        ("content", pa.string()),
    ]
)
_TEXT_SCHEMA = pa.schema(
    [("rank", pa.int64()), ("cells", pa.list_(pa.int32())), ("sampled", pa.bool_()), ("text", pa.large_string())]
)


# What ``sign_batch`` reads of a row; what else stands in it need not be read.
SIGNED_COLUMNS = tuple(dict.fromkeys(("record_id", "source", *KEY_COLUMNS, *KEEP_COLUMNS, "content_hash")))


@dataclass(frozen=True)
class Signed:
    """n rows as they are compared: no text, but what finds and orders them.

    Attributes:
        place: (n,) where each row's text is read (``jobs.lake.row_files``).
        record_id, source, content: (n,) strings: the row's id, its source's name, its content hash.
        priority: (n, criteria) place in keep order, smaller first.
        characters: (n,) bytes of the text that is compared.
        bands: (n, bands) bucket keys, as in ``INDEX_SCHEMA``; ``NO_BUCKET`` throughout for a row too short.
    """

    place: _I64
    record_id: pa.Array
    source: pa.Array
    content: pa.Array
    priority: npt.NDArray[np.float64]
    characters: npt.NDArray[np.int32]
    bands: _I64

    def __len__(self) -> int:
        return len(self.place)

    @property
    def short(self) -> npt.NDArray[np.bool_]:
        """(n,) rows without shingles, and so without buckets."""
        return (self.bands == NO_BUCKET).all(axis=1)

    @classmethod
    def empty(cls, bands: int, policy: KeepPolicy) -> Signed:
        """No rows."""
        none = pa.array([], pa.string())
        order = np.empty((0, len(policy.by)))
        return cls(
            np.empty(0, np.int64), none, none, none, order, np.empty(0, np.int32), np.empty((0, bands), np.int64)
        )

    @classmethod
    def concatenated(cls, parts: Sequence[Signed]) -> Signed:
        """The rows of all ``parts``, at least one, one after another."""
        arrays = {name: [getattr(part, name) for part in parts] for name in cls.__dataclass_fields__}
        return cls(
            **{
                name: pa.concat_arrays(values) if isinstance(values[0], pa.Array) else np.concatenate(values)
                for name, values in arrays.items()
            }
        )


def sign_batch(
    batch: pa.RecordBatch, by: By, config: MinHashConfig, policy: KeepPolicy, place: _I64 | None = None
) -> Signed:
    """The rows of ``batch`` (``SIGNED_COLUMNS``) signed; ``place`` says where they are read again."""
    texts = key_texts(batch, by)
    return Signed(
        place=np.arange(len(batch)) if place is None else place,
        record_id=batch.column("record_id").cast(pa.string()),
        source=pc.struct_field(batch.column("source"), "name").cast(pa.string()),
        content=batch.column("content_hash").cast(pa.string()),
        priority=np.ascontiguousarray(priorities(batch, policy)),
        characters=pc.binary_length(texts).cast(pa.int32()).to_numpy(zero_copy_only=False),
        bands=separate_by(strict_keys(batch, by), band_keys_of(texts, config)),
    )


def sign_rows(rows: DataFrame, by: By, config: MinHashConfig, policy: KeepPolicy) -> DataFrame:
    """``INDEX_SCHEMA`` of ``rows`` (``jobs.record_schema.ROW_SCHEMA``), in one pass over the columns that matter."""

    def sign(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                yield _index_lines(sign_batch(batch, by, config, policy))

    return rows.select(*SIGNED_COLUMNS).mapInArrow(sign, to_spark(INDEX_SCHEMA))


def _index_lines(signed: Signed) -> pa.RecordBatch:
    columns = [
        signed.record_id,
        signed.source,
        lists_of(signed.priority),
        pa.array(signed.characters),
        to_lines(signed.bands, signed.short),
        signed.content,
    ]
    return pa.RecordBatch.from_arrays(columns, schema=INDEX_SCHEMA)


def lists_of(matrix: npt.NDArray[np.float64]) -> pa.ListArray:
    """(n,) list<double>: the lines of an (n, k) matrix."""
    lines = np.ascontiguousarray(matrix)
    edges = np.arange(len(lines) + 1, dtype=np.int32) * lines.shape[1]
    return pa.ListArray.from_arrays(pa.array(edges), pa.array(lines.ravel()))


def read_texts(rows: DataFrame, named: DataFrame, by: By, tasks: int | None = None) -> DataFrame:
    """``rank``, ``cells``, ``sampled`` and ``text`` of the rows that ``named`` asks for by ``record_id``.

    Args:
        tasks: how many tasks make texts where few rows are asked for; by default those that read ``rows``.
    """
    asked = _TEXT_SCHEMA.names[:-1]

    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                columns = [*(batch.column(name) for name in asked), key_texts(batch, by)]
                yield pa.RecordBatch.from_arrays(columns, names=_TEXT_SCHEMA.names).cast(_TEXT_SCHEMA)

    wanted = rows.select("record_id", *KEY_COLUMNS).join(named, "record_id").select(*asked, *KEY_COLUMNS)
    if tasks is not None:
        wanted = wanted.repartition(tasks)
    return wanted.mapInArrow(read, to_spark(_TEXT_SCHEMA))
