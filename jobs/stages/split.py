"""Split into train, validation and test so that what is alike stays on one side.

Rows are grouped first: the rows of one dialogue, rows that ask the same question, and rows that a deduplication
found alike but kept (flagged for review) form one group, and a group is dealt as a whole. The side is a hash of group
and seed, so new rows move no group but those that they join.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake.batches import Row, map_batches
from jobs.lake.job import StageJob
from jobs.lake.schemas import to_spark
from jobs.lake.tables import commit, read, read_current
from jobs.lake.versions import TableVersion
from jobs.similarity.components import cluster_ids
from jobs.similarity.keys import KEY_COLUMNS, key_texts
from jobs.spec import Model

_KEYS = pa.schema(
    [("record_id", pa.string()), ("source", pa.string()), ("dialogue", pa.string()), ("prompt", pa.large_string())]
)
_CLUSTERS = pa.schema([("record_id", pa.string()), ("cluster", pa.string())])


class Params(Model):
    """Shares of the rows, by group; what is left after validation and test is train.

    Attributes:
        by_prompt: rows whose users say the same stay together, so that no test question was trained on.
    """

    validation: float = Field(default=0.05, ge=0, lt=1)
    test: float = Field(default=0.05, ge=0, lt=1)
    seed: int = 0
    by_prompt: bool = True

    @model_validator(mode="after")
    def _leaves_something_to_train_on(self) -> Params:
        if self.validation + self.test >= 1:
            raise ValueError("expected validation + test below 1, or nothing is left to train on")
        return self


def transform(rows: DataFrame, params: Params, alike: DataFrame | None = None) -> DataFrame:
    """One line a row: ``record_id``, ``source``, ``split``, ``cluster`` (the smallest id of its group).

    Args:
        alike: links ``a`` (a record id) to ``b`` (a cluster that a deduplication found it in).
    """
    keys = _keys(rows)
    links = [_shared(keys, F.col("dialogue"), "dialogue")]
    if params.by_prompt:
        links.append(_shared(keys, F.col("prompt"), "prompt"))
    if alike is not None:
        links.append(alike)
    clusters = map_batches(reduce(DataFrame.unionAll, links).coalesce(1), _solve, _CLUSTERS)
    grouped = keys.select("record_id", "source").join(clusters, "record_id", "left")
    cluster = F.coalesce("cluster", "record_id")
    return grouped.select("record_id", "source", _side(cluster, params).alias("split"), cluster.alias("cluster"))


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Deals the rows that are in and commits where each one went."""
    started_at = datetime.now(UTC)
    rows = read_current(spark, job.inputs)
    ids = rows.select(F.col("record_id").alias("a"))
    found = [_clusters(read(spark, table)).join(ids, "a", "left_semi") for table in job.inputs.decisions]
    alike = reduce(DataFrame.unionAll, found) if found else None
    return commit(transform(rows, Params.model_validate(job.params), alike), job, started_at)


def _keys(rows: DataFrame) -> DataFrame:
    def make(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            source = pc.struct_field(batch.column("source"), "name")
            dialogue = pc.struct_field(batch.column("meta"), "dialogue_id")
            # A dialogue's number means something within its own source only.
            named = pc.binary_join_element_wise(source, pc.if_else(pc.equal(dialogue, ""), None, dialogue), "\x1f")
            prompts = key_texts(batch, "prompt")
            prompts = pc.if_else(pc.equal(prompts, ""), None, prompts).cast(pa.large_string())
            yield pa.RecordBatch.from_arrays([batch.column("record_id"), source, named, prompts], schema=_KEYS)

    names = dict.fromkeys(("record_id", "source", "meta", *KEY_COLUMNS))
    return rows.select(*names).mapInArrow(make, to_spark(_KEYS))


def _shared(keys: DataFrame, key: Column, kind: str) -> DataFrame:
    """Links each row to a node that stands for its key; a key that one row has links nothing."""
    named = keys.where(key.isNotNull()).select("record_id", F.concat(F.lit(f"{kind}:"), F.sha2(key, 256)).alias("b"))
    several = named.groupBy("b").count().where("count > 1").select("b")
    return named.join(several, "b", "left_semi").select(F.col("record_id").alias("a"), "b")


def _clusters(decisions: DataFrame) -> DataFrame:
    """Links each kept row to the cluster that a deduplication put it into."""
    return decisions.where("kept and evidence.cluster is not null").select(
        F.col("record_id").alias("a"), F.concat(F.lit("alike:"), "evidence.cluster").alias("b")
    )


def _solve(batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
    """One task holds the links, two names each: only rows that share something are among them, and never a text."""
    links = [(row["a"], f"~{row['b']}") for rows in batches for row in rows]
    left, right = [a for a, _ in links], [b for _, b in links]
    # What stands for a key sorts behind every id ("~"), so that the smallest name of a group is a row's.
    nodes = [*sorted(set(left)), *sorted(set(right))]
    clusters = cluster_ids(nodes, left, right)
    yield [
        {"record_id": node, "cluster": str(cluster)}
        for node, cluster in zip(nodes, clusters, strict=True)
        if not node.startswith("~")
    ]


def _side(cluster: Column, params: Params) -> Column:
    digest = F.sha2(F.concat_ws("\x1f", cluster, F.lit(str(params.seed))), 256)
    # The first 32 of the digest's bits as a number in [0, 1).
    position = F.conv(F.substring(digest, 1, 8), 16, 10).cast("double") / F.lit(2.0**32)
    return (
        F.when(position < params.validation, "validation")
        .when(position < params.validation + params.test, "test")
        .otherwise("train")
    )
