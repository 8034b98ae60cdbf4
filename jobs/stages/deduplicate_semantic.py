"""Duplicates by meaning: sentence embeddings where a model can read the text, shared characters where none can.

From one threshold on a row is removed, from a lower one on it is flagged for people to look at. What is found
lexically is only flagged by default: sharing characters is not meaning the same, and the report calls it lexical.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field, model_validator
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake.batches import Row, map_batches
from jobs.lake.blocks import compare_all
from jobs.lake.job import StageJob
from jobs.lake.pairs import PAIR_SCHEMA, Finding, decide, solve_pairs, with_rank
from jobs.lake.schemas import to_spark
from jobs.lake.tables import apply
from jobs.lake.versions import TableVersion
from jobs.similarity import embeddings, lexical
from jobs.similarity.guards import SEMANTIC_GUARDS, Guard, blocks_merge, guard_keys
from jobs.similarity.keep import KeepParams
from jobs.similarity.keys import By, key_text, strict_key
from jobs.similarity.survivors import priority
from jobs.spec import Model
from jobs.text.language import language_of

LEXICAL = "lexical"
# Texts that are looked at before anything is embedded, to see whether the model can read them.
_SAMPLE = 1_000
# Rows of one Python task that embeds: loading a model costs some 20 CPU seconds, as much as embedding 2,000 texts.
_ROWS_A_TASK = 5_000

_INDEX = pa.schema(
    [
        ("record_id", pa.string()),
        ("source", pa.string()),
        ("priority", pa.list_(pa.float64())),
        ("strict", pa.string()),
        ("guards", pa.list_(pa.int64())),
        ("text", pa.string()),
        ("way", pa.string()),
    ]
)
_VECTORS = pa.schema([("rank", pa.int64()), ("vector", pa.list_(pa.float32()))])
_FREQUENCIES = pa.schema([("frequencies", pa.binary())])


Cosine = Annotated[float, Field(gt=0, le=1)]


class Models(Model):
    """The model that reads each language: a packaged model's name, a folder or a hub id; null compares lexically."""

    en: str | None = embeddings.DEFAULT_MODEL
    zh: str | None = None


class Params(KeepParams):
    """What is compared, how alike is too alike, and what happens then.

    Attributes:
        by: the part of a row that is compared.
        models: by language; mixed texts count as Chinese, and other languages are compared lexically.
        threshold, flag_threshold: cosine of embeddings from which on a row is removed, and flagged; a null threshold
            removes nothing.
        lexical_threshold, lexical_flag_threshold: the same for the cosine of character 1-2-gram TF-IDF.
        max_unknown: the largest share of a text's tokens that a model may not know.
        guards: differences that forbid a merge: numbers, negation, slots, names, order of words.
        rows_a_block: rows compared with as many others in one task.
    """

    by: By = "dialogue"
    models: Models = Models()
    threshold: Cosine | None = embeddings.REMOVE_AT
    flag_threshold: Cosine = embeddings.FLAG_AT
    lexical_threshold: Cosine | None = None
    lexical_flag_threshold: Cosine = lexical.FLAG_AT
    max_unknown: float = Field(default=0.05, ge=0, le=1)
    batch_size: int = Field(default=64, ge=1)
    guards: tuple[Guard, ...] = SEMANTIC_GUARDS
    rows_a_block: int = Field(default=16_384, ge=2)

    @model_validator(mode="after")
    def _flags_below_removal(self) -> Params:
        for flag, remove in (("flag_threshold", "threshold"), ("lexical_flag_threshold", "lexical_threshold")):
            bound = getattr(self, remove)
            if bound is not None and getattr(self, flag) > bound:
                raise ValueError(
                    f"expected {flag} at or below {remove} ({bound:g}): what is removed would be flagged too"
                )
        return self


def transform(rows: DataFrame, params: Params) -> DataFrame:
    """Decisions: of each pair found alike, the row that comes later in keep order is removed or flagged.

    Rows are compared only with rows that are compared the same way; a row without text is like none. Flags are dealt
    among the rows that removal leaves, so a flagged row too names a kept one.
    """
    index = with_rank(map_batches(rows, lambda batches: _prepare(batches, params), _INDEX))
    index = index.persist(StorageLevel.MEMORY_AND_DISK)
    counts = {row["way"]: row["count"] for row in index.where("way is not null").groupBy("way").count().collect()}
    found = [_alike(index, way, counts[way], params) for way in sorted(counts)]
    if not found:
        found = [rows.sparkSession.createDataFrame([], to_spark(PAIR_SCHEMA))]
    pairs = _unguarded(index, reduce(DataFrame.unionAll, found), params).persist(StorageLevel.MEMORY_AND_DISK)

    removed = solve_pairs(pairs.where(_reaches(params.threshold, params.lexical_threshold)).drop("way"))
    gone = removed.where("witness is not null").select("rank")
    left = pairs.drop("way")
    for end in ("left", "right"):
        left = left.join(gone.withColumnRenamed("rank", end), end, "left_anti")
    flagged = solve_pairs(left.select(*PAIR_SCHEMA.names))

    by_model = F.col("way") != LEXICAL
    by = F.when(by_model, F.concat(F.lit("cosine by "), "way")).otherwise("lexical: TF-IDF cosine of characters")
    reason = F.when(by_model, "same_meaning").otherwise("similar_wording")
    return decide(index, Finding(removed, reason, by), Finding(flagged, reason, by))


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Compares the rows that are in and commits the decisions."""
    return apply(spark, job, transform, Params)


def _prepare(batches: Iterator[list[Row]], params: Params) -> Iterator[list[Row]]:
    policy = params.policy()
    models = {"en": params.models.en, "zh": params.models.zh, "mixed": params.models.zh}
    for rows in batches:
        prepared = []
        for row in rows:
            text = key_text(row, params.by)
            way = models.get(language_of(text)) or LEXICAL
            prepared.append(
                {
                    "record_id": row["record_id"],
                    "source": row["source"]["name"],
                    "priority": list(priority(row, policy)),
                    "strict": strict_key(row, params.by),
                    "guards": guard_keys(text, params.guards),
                    "text": text,
                    "way": way if text.strip() else None,
                }
            )
        yield prepared


def _alike(index: DataFrame, way: str, count: int, params: Params) -> DataFrame:
    rows = index.where(F.col("way") == way)
    if way == LEXICAL:
        return _alike_lexically(rows, count, params)
    return _alike_by_model(rows, way, count, params)


def _alike_by_model(rows: DataFrame, model: str, count: int, params: Params) -> DataFrame:
    embedder = embeddings.Embedder(model, params.batch_size, max_unknown=params.max_unknown)
    sample = rows.select("text").orderBy("record_id").limit(_SAMPLE).collect()
    embedder.require_readable([row["text"] for row in sample])

    cores = rows.sparkSession.sparkContext.defaultParallelism
    tasks = max(1, min(cores, math.ceil(count / _ROWS_A_TASK)))
    # Spark counts a task as one core; with fewer tasks than cores the model may use those that are left.
    threads = max(1, cores // tasks) if str(rows.sparkSession.sparkContext.master).startswith("local") else 1

    def embed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        worker = embeddings.Embedder(model, params.batch_size, threads, max_unknown=params.max_unknown)
        for batch in batches:
            vectors = worker.embed(batch.column("text").to_pylist(), check=False)
            flat = pa.array(vectors.ravel())
            edges = pa.array(np.arange(len(vectors) + 1, dtype=np.int32) * vectors.shape[1])
            lists = pa.ListArray.from_arrays(edges, flat)
            yield pa.RecordBatch.from_arrays([batch.column("rank"), lists], schema=_VECTORS)

    lowest = min(params.flag_threshold, params.threshold or 1.0)

    def compare(
        left: pa.Array, right: pa.Array | None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        other = None if right is None else _matrix(right)
        return embeddings.similar_pairs(_matrix(left), lowest, other=other)

    vectors = rows.select("rank", "text").coalesce(tasks).mapInArrow(embed, to_spark(_VECTORS))
    # Kept: every block that a row meets would have it embedded again.
    vectors = vectors.persist(StorageLevel.MEMORY_AND_DISK)
    return compare_all(vectors, "vector", count, compare, params.rows_a_block)


def _alike_lexically(rows: DataFrame, count: int, params: Params) -> DataFrame:
    def count_features(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        total = sum(lexical.document_frequencies(batch.column("text").to_pylist()) for batch in batches)
        if not isinstance(total, int):
            yield pa.RecordBatch.from_arrays([pa.array([total.tobytes()], pa.binary())], schema=_FREQUENCIES)

    # Two megabytes a task, however many rows it has.
    counted = rows.select("text").mapInArrow(count_features, to_spark(_FREQUENCIES)).toLocalIterator()
    frequencies = np.zeros(lexical.FEATURES, dtype=np.int64)
    for part in counted:
        frequencies += np.frombuffer(part["frequencies"], dtype=np.int64)
    idf = lexical.inverse_frequencies(frequencies, count)
    lowest = min(params.lexical_flag_threshold, params.lexical_threshold or 1.0)

    def compare(
        left: pa.Array, right: pa.Array | None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        other = None if right is None else lexical.vectors(right.to_pylist(), idf)
        return lexical.similar_pairs(lexical.vectors(left.to_pylist(), idf), other, lowest)

    return compare_all(rows, "text", count, compare, params.rows_a_block)


def _unguarded(index: DataFrame, pairs: DataFrame, params: Params) -> DataFrame:
    """The pairs that no guard tells apart, with the way in which they were compared."""
    side = index.select("rank", "strict", "guards", "text")
    names = ("rank", "strict", "guards", "text")
    left = side.withColumnsRenamed({name: "left" if name == "rank" else f"left_{name}" for name in names})
    right = side.withColumnsRenamed({name: "right" if name == "rank" else f"right_{name}" for name in names})
    alike = pairs.join(left, "left").join(right, "right")
    # Equal keys settle most guards as columns; what takes both texts to see is left to the few pairs that remain.
    alike = alike.where("left_strict = right_strict and left_guards = right_guards")

    def unblocked(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            texts = zip(batch.column("left_text").to_pylist(), batch.column("right_text").to_pylist(), strict=True)
            free = pa.array([blocks_merge(a, b, params.guards) is None for a, b in texts], pa.bool_())
            yield batch.select(PAIR_SCHEMA.names).filter(free)

    free = alike.select(*PAIR_SCHEMA.names, "left_text", "right_text").mapInArrow(unblocked, to_spark(PAIR_SCHEMA))
    return free.join(index.select(F.col("rank").alias("left"), "way"), "left").select(*PAIR_SCHEMA.names, "way")


def _reaches(by_model: float | None, lexically: float | None) -> Column:
    """Whether a pair's similarity reaches the threshold of its way; none does where that is None."""
    threshold = F.when(F.col("way") != LEXICAL, F.lit(by_model)).otherwise(F.lit(lexically))
    return F.coalesce(F.col("similarity") >= threshold, F.lit(False))


def _matrix(vectors: pa.Array) -> npt.NDArray[np.float32]:
    flat: npt.NDArray[np.float32] = vectors.flatten().to_numpy(zero_copy_only=False)
    return flat.reshape(len(vectors), -1)
