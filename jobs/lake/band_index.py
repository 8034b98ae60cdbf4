"""The narrow index of near comparison: one line a row with its bucket keys and its place in keep order, and no text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame

from jobs.lake.packed import to_lines
from jobs.lake.schemas import to_spark
from jobs.similarity.candidates import separate_by
from jobs.similarity.keep import KEEP_COLUMNS, KeepPolicy, priorities
from jobs.similarity.keys import KEY_COLUMNS, By, key_texts, strict_keys
from jobs.similarity.minhash import NO_BUCKET, MinHashConfig, band_keys_of

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


def sign_rows(rows: DataFrame, by: By, config: MinHashConfig, policy: KeepPolicy) -> DataFrame:
    """``INDEX_SCHEMA`` of ``rows`` (``jobs.record_schema.ROW_SCHEMA``), in one pass over the columns that matter."""
    names = list(dict.fromkeys(("record_id", "source", *KEY_COLUMNS, *KEEP_COLUMNS, "content_hash")))

    def sign(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                yield _sign(batch, by, config, policy)

    return rows.select(*names).mapInArrow(sign, to_spark(INDEX_SCHEMA))


def _sign(batch: pa.RecordBatch, by: By, config: MinHashConfig, policy: KeepPolicy) -> pa.RecordBatch:
    texts = key_texts(batch, by)
    keys = separate_by(strict_keys(batch, by), band_keys_of(texts, config))
    order = np.ascontiguousarray(priorities(batch, policy))
    edges = np.arange(0, order.size + 1, order.shape[1], dtype=np.int32)
    columns = [
        batch.column("record_id"),
        pc.struct_field(batch.column("source"), "name"),
        pa.ListArray.from_arrays(pa.array(edges), pa.array(order.ravel())),
        pc.binary_length(texts).cast(pa.int32()),
        to_lines(keys, (keys == NO_BUCKET).all(axis=1)),
        batch.column("content_hash"),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=INDEX_SCHEMA)


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
