"""Duplicates by meaning: sentence embeddings where a model can read the text, shared characters where none can.

From one threshold on a row is removed, from a lower one on it is flagged for people to look at. What is found
lexically is only flagged by default: sharing characters is not meaning the same, and the report calls it lexical.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake.cells import Compare
from jobs.lake.embedding import Embedding
from jobs.lake.embedding_store import EmbeddingStore, text_hash
from jobs.lake.job import StageJob
from jobs.lake.lexical_cells import ROWS_A_BLOCK, count_features, lexical_comparison, lexical_entries
from jobs.lake.pairs import Finding, decide, with_rank
from jobs.lake.removal import RemovedSample, refuse_mass_removal
from jobs.lake.schemas import to_spark
from jobs.lake.semantic_in_one_task import (
    CHARACTERS_IN_ONE_TASK,
    ROWS_IN_ONE_TASK,
    compare_lexically,
    compare_vectors,
    pairs_in_one_task,
)
from jobs.lake.semantic_pairs import SURE_SCHEMA, Search, Units, solve_in_two_steps
from jobs.lake.tables import commit, read_current
from jobs.lake.vector_cells import plan_dealing
from jobs.lake.versions import TableVersion
from jobs.similarity.embeddings import DEFAULT_MODEL, Embedder
from jobs.similarity.guards import SEMANTIC_GUARDS, Guard, may_merge
from jobs.similarity.keep import KEEP_COLUMNS, KeepParams, priorities
from jobs.similarity.keys import KEY_COLUMNS, By, key_texts, strict_keys
from jobs.similarity.neighbours import EXACT_ROWS
from jobs.similarity.semantic import LEXICAL, Thresholds, thresholds_of, way_of
from jobs.spec import Model

_LOG = logging.getLogger(__name__)

_PREPARED = pa.schema(
    [
        ("record_id", pa.string()),
        ("source", pa.string()),
        ("priority", pa.list_(pa.float64())),
        ("strict", pa.int64()),
        ("way", pa.string()),
        ("text_hash", pa.binary()),
        ("text", pa.string()),
    ]
)


Cosine = Annotated[float, Field(gt=0, le=1)]
Measured = Literal["measured"]


class Models(Model):
    """The model that reads each language: a packaged model's name, a folder or a hub id; null compares lexically."""

    en: str | None = DEFAULT_MODEL
    zh: str | None = None


class Params(KeepParams):
    """What is compared, how alike is too alike, and what happens then.

    Attributes:
        by: the part of a row that is compared.
        models: by language; mixed texts count as Chinese, and other languages are compared lexically.
        threshold, flag_threshold: cosine of embeddings from which on a row is removed, and flagged; a null threshold
            removes nothing, ``measured`` is what pairs judged by people gave for the model (``thresholds_of``).
        lexical_threshold, lexical_flag_threshold: the same for the cosine of character 1-2-gram TF-IDF.
        max_unknown: the largest share of a text's tokens that a model may not know.
        guards: differences that forbid a merge: numbers, negation, slots, names, order of words.
        exact_rows: up to so many rows of a way every two are compared; above it, rows that share a cell.
        rows_a_block: rows compared with as many others in one task.
        max_removed_share: with more than this share of the rows to remove, the stage stops and explains instead.
    """

    by: By = "dialogue"
    models: Models = Models()
    threshold: Cosine | Measured | None = "measured"
    flag_threshold: Cosine | Measured = "measured"
    lexical_threshold: Cosine | Measured | None = "measured"
    lexical_flag_threshold: Cosine | Measured = "measured"
    max_unknown: float = Field(default=0.05, ge=0, le=1)
    batch_size: int = Field(default=64, ge=1)
    guards: tuple[Guard, ...] = SEMANTIC_GUARDS
    exact_rows: int = Field(default=EXACT_ROWS, ge=0)
    rows_a_block: int = Field(default=16_384, ge=2)
    max_removed_share: float = Field(default=0.9, ge=0, le=1)

    @model_validator(mode="after")
    def _flags_below_removal(self) -> Params:
        for flag, remove in (("flag_threshold", "threshold"), ("lexical_flag_threshold", "lexical_threshold")):
            low, high = getattr(self, flag), getattr(self, remove)
            if isinstance(low, float) and isinstance(high, float) and low > high:
                raise ValueError(
                    f"expected {flag} at or below {remove} ({high:g}): what is removed would be flagged too"
                )
        return self

    def thresholds(self, way: str) -> Thresholds:
        """What holds for rows compared by ``way``. A measured threshold gives way to one that is set."""
        measured = thresholds_of(way)
        remove, flag = self.threshold, self.flag_threshold
        if way == LEXICAL:
            remove, flag = self.lexical_threshold, self.lexical_flag_threshold
        high = measured.remove if remove == "measured" else remove
        low = measured.flag if flag == "measured" else flag
        if high is not None and low > high:
            low, high = (high, high) if flag == "measured" else (low, max(low, high))
        return Thresholds(high, low)


@dataclass(frozen=True)
class _Way:
    """The rows of one way: ``record_id``, ``rank``, ``strict``, ``text_hash``, ``text``; there are ``count``."""

    name: str
    rows: DataFrame
    count: int
    characters: int
    thresholds: Thresholds

    @property
    def few(self) -> bool:
        """Whether one task may hold them."""
        return self.count <= ROWS_IN_ONE_TASK and self.characters <= CHARACTERS_IN_ONE_TASK

    @property
    def texts(self) -> DataFrame:
        """``text_hash`` and ``text``, each once."""
        return self.rows.groupBy("text_hash").agg(F.first("text").alias("text"))

    def texts_of(self, ranks: DataFrame) -> DataFrame:
        """``rank`` and ``text`` of the given ranks."""
        return self.rows.join(ranks, "rank").select("rank", "text")


def transform(rows: DataFrame, params: Params, store: EmbeddingStore | None = None) -> DataFrame:
    """Decisions: of each pair found alike, the row that comes later in keep order is removed or flagged.

    Rows are compared only with rows that are compared the same way; a row without text is like none. Flags are dealt
    among the rows that removal leaves, so a flagged row too names a kept one.

    Args:
        store: keeps embeddings for later runs and takes those that it has; None embeds every text.
    """
    prepared = _prepare(rows, params).persist(StorageLevel.MEMORY_AND_DISK)
    index = with_rank(prepared).persist(StorageLevel.MEMORY_AND_DISK)
    sizes = (
        index.where("way is not null").groupBy("way").agg(F.count("*").alias("n"), F.sum(F.length("text")).alias("c"))
    )
    counted = sorted(tuple(row) for row in sizes.collect())
    prepared.unpersist()
    parts, how = [rows.sparkSession.createDataFrame([], to_spark(SURE_SCHEMA))], F.lit(None).cast("string")
    for name, count, characters in counted:
        way = _Way(name, index.where(F.col("way") == name), count, characters, params.thresholds(name))
        pairs, said = _alike(way, params, store)
        parts.append(pairs.withColumn("sure", F.col("similarity") >= F.lit(way.thresholds.remove or math.inf)))
        how = F.when(F.col("way") == name, F.lit(said)).otherwise(how)
    removed, flagged = solve_in_two_steps(_persisted(parts))
    reason: Column = F.when(F.col("way") != LEXICAL, "same_meaning").otherwise("similar_wording")
    return decide(index, Finding(removed, reason, how), Finding(flagged, reason, how))


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Compares the rows that are in and commits the decisions; embeddings are kept in the lake's store.

    Raises:
        ModelCannotRead, ModelMissing: the model named for a language does not know its texts, or is not installed.
        TooMuchRemovedError: more would go than ``max_removed_share`` allows; nothing is committed.
    """
    started_at = datetime.now(UTC)
    params = Params.model_validate(job.params)
    store = EmbeddingStore(job.embeddings) if job.embeddings else None
    try:
        rows = read_current(spark, job.inputs)
        decisions = transform(rows, params, store).persist(StorageLevel.MEMORY_AND_DISK)
        refuse_mass_removal(decisions, rows, job, params.max_removed_share)
        return commit(decisions, job, started_at)
    finally:
        # Vectors and pairs are of no use to the next stage.
        spark.catalog.clearCache()


def holds(sample: RemovedSample, params: Params) -> npt.NDArray[np.bool_]:
    """(s,) whether each removed row means what its witness means, as was said: both are embedded anew.

    What was compared lexically is weighted by the whole data set's words, which two rows do not tell: of such rows it
    is asked anew whether they are compared lexically at all, and whether a guard tells them apart.
    """
    models = params.models.model_dump()
    removed, witnesses = (key_texts(rows, params.by).to_pylist() for rows in (sample.removed, sample.witnesses))
    ways = [way_of(text, models) for text in removed]
    same = np.array([way == way_of(other, models) for way, other in zip(ways, witnesses, strict=True)], dtype=bool)
    same &= strict_keys(sample.removed, params.by) == strict_keys(sample.witnesses, params.by)
    every, left = [*removed, *witnesses], np.arange(len(removed))
    same &= may_merge(every, left, left + len(left), params.guards)
    for way in sorted({way for way in ways if way is not None}):
        at = np.array([k for k, other in enumerate(ways) if other == way])
        limit = params.thresholds(way).remove
        same[at] &= limit is not None and sample.similarity[at] >= limit
        if way != LEXICAL:
            embedder = Embedder(way, params.batch_size, max_unknown=params.max_unknown)
            sides = [embedder.embed([texts[k] for k in at], check=False) for texts in (removed, witnesses)]
            cosine = np.einsum("kd,kd->k", *(side.astype(np.float64) for side in sides))
            # Another batch rounds otherwise, by some 1e-6.
            same[at] &= np.isclose(cosine, sample.similarity[at], rtol=0, atol=1e-4)
    return same


def _prepare(rows: DataFrame, params: Params) -> DataFrame:
    policy, models = params.policy(), params.models.model_dump()

    def make(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            order = priorities(batch, policy)
            offsets = pa.array(range(0, order.size + 1, order.shape[1]), pa.int32())
            texts = key_texts(batch, params.by)
            spoken = texts.to_pylist()
            columns = [
                batch.column("record_id"),
                pc.struct_field(batch.column("source"), "name"),
                pa.ListArray.from_arrays(offsets, pa.array(order.ravel())),
                pa.array(strict_keys(batch, params.by)),
                pa.array([way_of(text, models) for text in spoken], pa.string()),
                pa.array([text_hash(text) for text in spoken], pa.binary()),
                texts.cast(pa.string()),
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=_PREPARED)

    columns = dict.fromkeys(("record_id", *KEY_COLUMNS, *KEEP_COLUMNS))
    return rows.select(*columns).mapInArrow(make, to_spark(_PREPARED))


def _alike(way: _Way, params: Params, store: EmbeddingStore | None) -> tuple[DataFrame, str]:
    """The pairs of one way (``PAIR_SCHEMA``), and what is said of how they were found."""
    if way.name == LEXICAL:
        said = "lexical: TF-IDF cosine of characters"
        if way.few:
            return pairs_in_one_task(way.rows, compare_lexically, way.thresholds, params.guards), said
        return Units.of(way.rows).pairs(lambda units: _lexically(units, way, params)), said
    embedding = Embedding(way.name, params.batch_size, params.max_unknown, way.texts, way.count)
    said = f"cosine by {way.name}"
    if way.few and way.count <= params.exact_rows:
        compare = compare_vectors(embedding.of_few(store))
        return pairs_in_one_task(way.rows, compare, way.thresholds, params.guards), said
    units = Units.of(way.rows)
    # Kept: otherwise each use would have the texts embedded, or the store read, again.
    vectors = units.rows.join(embedding.vectors(store), "text_hash").persist(StorageLevel.MEMORY_AND_DISK)
    dealing = plan_dealing(vectors, units.count, way.thresholds.lowest, params.exact_rows)
    recall = min(dealing.recall.pairs, dealing.recall.rows)
    if dealing.cells is not None:
        said += f", among neighbours found at a recall of {recall:.3f}"
    _LOG.info("%d texts by %s, recall %.4f of %d pairs", units.count, way.name, recall, dealing.recall.measured)
    entries = dealing.entries(vectors).persist(StorageLevel.MEMORY_AND_DISK)
    return units.pairs(lambda _: _search(way, params, entries, dealing.comparison, params.rows_a_block)), said


def _lexically(units: Units, way: _Way, params: Params) -> Search:
    frequencies = count_features(way.rows)
    entries = lexical_entries(units.rows, units.count, frequencies, way.count, way.thresholds.lowest)
    entries = entries.persist(StorageLevel.MEMORY_AND_DISK)
    return _search(way, params, entries, lexical_comparison, min(params.rows_a_block, ROWS_A_BLOCK))


def _search(
    way: _Way, params: Params, entries: DataFrame, comparison: Callable[[float, int], Compare], rows_a_block: int
) -> Search:
    limits = way.thresholds
    return Search(entries, comparison, way.texts_of, params.guards, limits.remove, limits.flag, rows_a_block)


def _persisted(pairs: list[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionAll, pairs).persist(StorageLevel.MEMORY_AND_DISK)
