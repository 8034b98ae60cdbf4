"""Near duplicates: MinHash proposes pairs, exact Jaccard and the guards verify them, and the survivors are the greedy
independent set in keep order, so every removed row names a kept row that it is truly like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from pydantic import Field
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake.batches import Row, map_batches
from jobs.lake.job import StageJob
from jobs.lake.pairs import PAIR_SCHEMA, Finding, column, decide, solve_pairs, with_rank
from jobs.lake.schemas import to_spark
from jobs.lake.tables import apply
from jobs.lake.versions import TableVersion
from jobs.similarity.candidates import MAX_ALL_PAIRS, bucket_pairs
from jobs.similarity.guards import NEAR_GUARDS, Fact, guard_keys
from jobs.similarity.keep import KeepParams
from jobs.similarity.keys import By, key_text, strict_key
from jobs.similarity.minhash import NO_BUCKET, MinHashConfig, band_keys, jaccard_pairs, signatures
from jobs.similarity.shingles import DEFAULT_WIDTH, Shingles, shingle
from jobs.similarity.survivors import priority

_INDEX = pa.schema(
    [
        ("record_id", pa.string()),
        ("source", pa.string()),
        ("priority", pa.list_(pa.float64())),
        ("strict", pa.string()),
        ("guards", pa.list_(pa.int64())),
        ("shingles", pa.list_(pa.int32())),
        ("bands", pa.list_(pa.int64())),
    ]
)


class Params(KeepParams):
    """How alike is too alike, and which row of a pair stays.

    Attributes:
        threshold: Jaccard similarity of shingles from which on two rows are near duplicates.
        recall: the share of pairs at exactly ``threshold`` that banding must propose; above it the share is higher.
        width: tokens a shingle; a token is a Chinese character or a word.
        by: the part of a row that is compared.
        guards: differences that forbid a merge however alike the texts are: numbers, negation, slots, names.
        max_all_pairs: up to so many rows in a bucket every pair is compared; above it a number linear in the bucket.
    """

    threshold: float = Field(default=0.8, gt=0, le=1)
    recall: float = Field(default=0.995, gt=0, lt=1)
    width: int = Field(default=DEFAULT_WIDTH, ge=1)
    by: By = "dialogue"
    guards: tuple[Fact, ...] = NEAR_GUARDS
    max_all_pairs: int = Field(default=MAX_ALL_PAIRS, ge=2)
    seed: int = 20261122

    @property
    def minhash(self) -> MinHashConfig:
        """The bands and rows whose S-curve finds ``recall`` of pairs at ``threshold``."""
        # A curve for exactly 1 would be one band of everything; .99 finds identical rows as surely.
        return MinHashConfig.for_threshold(min(self.threshold, 0.99), self.recall, seed=self.seed, width=self.width)


def transform(rows: DataFrame, params: Params) -> DataFrame:
    """Decisions: of each pair verified as alike, the row that comes later in keep order goes.

    Signing a row is the dear part and its result is used in every round, so it is kept in memory or on disk.
    """
    index = with_rank(map_batches(rows, lambda batches: _sign(batches, params), _INDEX))
    index = index.persist(StorageLevel.MEMORY_AND_DISK)
    rule = F.lit(f"jaccard >= {params.threshold:g} of {params.width}-token shingles")
    return decide(index, Finding(solve_pairs(_similar_pairs(index, params)), F.lit("near_copy"), rule))


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Compares the rows that are in and commits the decisions."""
    return apply(spark, job, transform, Params)


def _sign(batches: Iterator[list[Row]], params: Params) -> Iterator[list[Row]]:
    policy, config = params.policy(), params.minhash
    for rows in batches:
        texts = [key_text(row, params.by) for row in rows]
        shingles = shingle(texts, config.width)
        keys = band_keys(signatures(shingles, config), config)
        yield [
            {
                "record_id": row["record_id"],
                "source": row["source"]["name"],
                "priority": list(priority(row, policy)),
                "strict": strict_key(row, params.by),
                "guards": guard_keys(text, params.guards),
                # Spark has no unsigned integers: the same 32 bits, read as signed.
                "shingles": shingles[i].view(np.int32),
                "bands": keys[i][keys[i] != NO_BUCKET],
            }
            for i, (row, text) in enumerate(zip(rows, texts, strict=True))
        ]


def _similar_pairs(index: DataFrame, params: Params) -> DataFrame:
    """Verified pairs of ranks: round after round among the rows still kept, until no bucket had to be cut short.

    Law: no two kept rows that were compared are alike; so running on the result removes nothing.
    """
    found: DataFrame | None = None
    kept = index
    while True:
        candidates = _candidates(kept, params).persist(StorageLevel.MEMORY_AND_DISK)
        cut_short = candidates.where("truncated").limit(1).count() > 0
        pairs = _verify(index, candidates, params)
        found = pairs if found is None else found.unionAll(pairs)
        if not cut_short:
            return found
        found = found.persist(StorageLevel.MEMORY_AND_DISK)
        if pairs.limit(1).count() == 0:
            return found
        gone = solve_pairs(found).where("witness is not null").select("rank")
        kept = index.join(gone, "rank", "left_anti").persist(StorageLevel.MEMORY_AND_DISK)


_CANDIDATES = pa.schema([("left", pa.int64()), ("right", pa.int64()), ("truncated", pa.bool_())])


def _candidates(index: DataFrame, params: Params) -> DataFrame:
    """Pairs of ranks that share a bucket, once each; ``truncated`` where a bucket was not paired in full."""
    next_band = F.concat(F.slice("bands", 2, params.minhash.bands), F.slice("bands", 1, 1))
    entries = index.select(
        "rank", F.explode(F.arrays_zip(F.col("bands").alias("key"), next_band.alias("chain"))).alias("e")
    )
    buckets = entries.select("rank", "e.key", "e.chain").repartition("key")

    def pair(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        present = [batch for batch in batches if batch.num_rows]
        if present:
            pairs = bucket_pairs(
                column(present, "key"),
                column(present, "rank"),
                neighbours=column(present, "chain"),
                max_all_pairs=params.max_all_pairs,
            )
            truncated = pa.array(np.full(len(pairs), pairs.truncated))
            yield pa.RecordBatch.from_arrays(
                [pa.array(pairs.left), pa.array(pairs.right), truncated], schema=_CANDIDATES
            )

    pairs = buckets.mapInArrow(pair, to_spark(_CANDIDATES))
    return pairs.groupBy("left", "right").agg(F.max("truncated").alias("truncated"))


def _verify(index: DataFrame, candidates: DataFrame, params: Params) -> DataFrame:
    """The candidates that no guard tells apart and whose exact Jaccard reaches the threshold."""
    side = index.select("rank", "strict", "guards", "shingles")
    both = candidates.join(_named(side, "left"), "left").join(_named(side, "right"), "right")
    alike = both.where("left_strict = right_strict and left_guards = right_guards")

    def measure(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            shingles = Shingles.from_arrow(
                pa.concat_arrays([batch.column("left_shingles"), batch.column("right_shingles")])
            )
            rows = np.arange(batch.num_rows)
            similarity = jaccard_pairs(shingles, rows, rows + batch.num_rows)
            measured = [batch.column("left"), batch.column("right"), pa.array(similarity)]
            yield pa.RecordBatch.from_arrays(measured, schema=PAIR_SCHEMA).filter(
                pa.array(similarity >= params.threshold)
            )

    return alike.select("left", "right", "left_shingles", "right_shingles").mapInArrow(measure, to_spark(PAIR_SCHEMA))


def _named(side: DataFrame, name: str) -> DataFrame:
    return side.withColumnsRenamed(
        {"rank": name, "strict": f"{name}_strict", "guards": f"{name}_guards", "shingles": f"{name}_shingles"}
    )
