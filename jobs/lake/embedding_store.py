"""Embeddings of a lake, each computed once: a Delta table keyed by a text's hash and the model's revision.

A key determines its value, so the table is a cache: it stands outside the pinned versions, two runs may add the same
key at once (the smaller value is read, always), and a result does not depend on what was there before.

Vectors tell something of the texts that they were made from. The stages that fill the table run after personal data has
been removed, so it is as private as the cleaned rows, and lies beside them. When rows have to go for good, ``forget``
takes out the vectors of their texts, old files included.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable, write_deltalake
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake.schemas import to_spark

Matrix = npt.NDArray[np.float32]
# Texts embedded for one commit: what a run that is killed has to do again, some ten minutes of a small model.
TEXTS_A_COMMIT = 50_000
_HASHES_A_DELETE = 5_000

# float32: float16 takes half the bytes and moves cosines by up to 1e-4 (3e-5 when made unit length again), which put 5
# (2) of 11,437 pairs at 0.9 on the other side of the threshold; what is removed is removed by the model's own cosine.
VECTOR_SCHEMA = pa.schema([("text_hash", pa.binary()), ("vector", pa.binary())])
_STORED = pa.schema([*VECTOR_SCHEMA, ("revision", pa.string())])

# Builds, once a task, what turns texts into (n, d) unit vectors.
MakeEmbed = Callable[[], Callable[[Sequence[str]], Matrix]]


def text_hash(text: str) -> bytes:
    """16 bytes (BLAKE2b) of the exact text that a model is given."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def pack_vectors(vectors: Matrix) -> pa.Array:
    """(n,) binary: each row's float32 numbers."""
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    offsets = np.arange(len(rows) + 1, dtype=np.int32) * (rows.shape[1] * 4)
    return pa.Array.from_buffers(pa.binary(), len(rows), [None, pa.py_buffer(offsets), pa.py_buffer(rows)])


def unpack_vectors(column: pa.Array | pa.ChunkedArray) -> Matrix:
    """(n, d) float32 of ``pack_vectors``; (0, 0) where there is none."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not len(whole):
        return np.empty((0, 0), dtype=np.float32)
    _, offsets, data = whole.buffers()
    edges = np.frombuffer(offsets, dtype=np.int32)[whole.offset : whole.offset + len(whole) + 1]
    flat = np.frombuffer(data, dtype=np.uint8)[edges[0] : edges[-1]]
    return flat.view(np.float32).reshape(len(whole), -1)


def embed_texts(texts: DataFrame, make_embed: MakeEmbed) -> DataFrame:
    """``text_hash`` and ``vector`` for each line of ``texts`` (``text_hash``, ``text``)."""

    def embed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        worker: Callable[[Sequence[str]], Matrix] | None = None
        for batch in batches:
            if batch.num_rows:
                # An empty task loads no model.
                worker = worker or make_embed()
                vectors = pack_vectors(worker(batch.column("text").to_pylist()))
                yield pa.RecordBatch.from_arrays([batch.column("text_hash"), vectors], schema=VECTOR_SCHEMA)

    return texts.select("text_hash", "text").mapInArrow(embed, to_spark(VECTOR_SCHEMA))


@dataclass(frozen=True)
class EmbeddingStore:
    """The table at ``path``: ``text_hash`` (16 bytes), ``vector`` (d float32), partitioned by ``revision``."""

    path: str

    def vectors(self, texts: DataFrame, revision: str, make_embed: MakeEmbed, tasks: Callable[[int], int]) -> DataFrame:
        """``text_hash`` and ``vector`` of every text; those that the table lacks are embedded and added first.

        Args:
            texts: ``text_hash``, ``text``, each hash once.
            revision: the model's (``Embedder.revision``).
            tasks: in how many tasks so many texts are embedded.
        """
        spark = texts.sparkSession
        self._create()
        known = self._of(spark, revision).select("text_hash")
        missing = texts.join(known, "text_hash", "left_anti").persist()
        count = missing.count()
        slices = math.ceil(count / TEXTS_A_COMMIT)
        for part in range(slices):
            mine = missing.where(F.pmod(F.xxhash64("text_hash"), F.lit(slices)) == part)
            self._append(embed_texts(mine.coalesce(tasks(math.ceil(count / slices))), make_embed), revision)
        missing.unpersist()
        wanted = self._of(spark, revision).join(texts.select("text_hash"), "text_hash", "left_semi")
        return wanted.groupBy("text_hash").agg(F.min("vector").alias("vector"))

    def read_few(self, hashes: Sequence[bytes], revision: str) -> dict[bytes, bytes]:
        """Those of some vectors that the table has, by hash, as bytes. Without Spark: it costs as much as a file."""
        if not DeltaTable.is_deltatable(self.path):
            return {}
        wanted = (ds.field("revision") == revision) & ds.field("text_hash").isin(pa.array(hashes, pa.binary()))
        found = DeltaTable(self.path).to_pyarrow_dataset().to_table(VECTOR_SCHEMA.names, filter=wanted)
        vectors: dict[bytes, bytes] = {}
        for key, vector in zip(*(found.column(name).to_pylist() for name in VECTOR_SCHEMA.names), strict=True):
            vectors[key] = min(vector, vectors.get(key, vector))
        return vectors

    def add_few(self, vectors: pa.Table, revision: str) -> None:
        """Adds the lines of ``VECTOR_SCHEMA``. Without Spark."""
        self._create()
        columns = [*vectors.select(VECTOR_SCHEMA.names).columns, pa.repeat(revision, len(vectors))]
        write_deltalake(self.path, pa.table(columns, schema=_STORED), mode="append")

    def forget(self, hashes: Iterable[bytes]) -> int:
        """Removes the vectors of these texts (``text_hash``), whatever the model; how many there were. Without Spark.

        Older versions of the table are given up with them: no file that holds one of the vectors remains. A run that
        reads the table at that moment fails and has to be started again.
        """
        if not DeltaTable.is_deltatable(self.path):
            return 0
        table, wanted, gone = DeltaTable(self.path), sorted(set(hashes)), 0
        for start in range(0, len(wanted), _HASHES_A_DELETE):
            names = ", ".join(f"X'{key.hex()}'" for key in wanted[start : start + _HASHES_A_DELETE])
            gone += int(table.delete(f"text_hash IN ({names})")["num_deleted_rows"])
        if gone:
            table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
        return gone

    def _of(self, spark: SparkSession, revision: str) -> DataFrame:
        return spark.read.format("delta").load(self.path).where(F.col("revision") == revision)

    def _create(self) -> None:
        # Two runs that both created it by their first append would be in each other's way; appends are not.
        if not DeltaTable.is_deltatable(self.path):
            DeltaTable.create(self.path, _STORED, mode="ignore", partition_by=["revision"])

    def _append(self, vectors: DataFrame, revision: str) -> None:
        rows = vectors.withColumn("revision", F.lit(revision))
        rows.write.format("delta").mode("append").partitionBy("revision").save(self.path)
