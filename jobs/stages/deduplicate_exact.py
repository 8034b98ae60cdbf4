"""Exact duplicates: rows that say the same up to white space; one of them stays and is the others' witness.

What is nearly that is told apart: a prompt that is answered in several ways is listed, not removed, and a dialogue that
begins a longer one is removed where that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake.band_index import lists_of
from jobs.lake.exact_in_process import (
    ANOTHER_ANSWER,
    BEGINS_LONGER,
    CONTRADICTION,
    COPY,
    PREFIX,
    VARIATION,
    decisions_of,
    find,
)
from jobs.lake.job import StageJob
from jobs.lake.removal import RemovedSample, refuse_mass_removal, refuse_mass_removal_here
from jobs.lake.row_files import ROWS_IN_PROCESS, RowFiles
from jobs.lake.schemas import EVIDENCE, to_spark
from jobs.lake.tables import commit, commit_arrow, read_current
from jobs.lake.versions import TableVersion
from jobs.similarity.conversations import (
    ANSWER_SCHEMA,
    FACTS,
    MIN_PROMPT_TOKENS,
    answers_of,
    dialogue_chains,
    prompt_keys,
    turn_counts,
)
from jobs.similarity.keep import KEEP_COLUMNS, KeepParams, priorities
from jobs.similarity.keys import KEY_COLUMNS, By, exact_keys

# ``prompt``, ``end`` and ``begins`` are null where the parameters do not ask for them.
_KEYS = pa.schema(
    [
        ("record_id", pa.string()),
        ("source", pa.string()),
        ("priority", pa.list_(pa.float64())),
        ("key", pa.binary()),
        ("prompt", pa.binary()),
        ("end", pa.binary()),
        ("begins", pa.list_(pa.binary())),
        ("turns", pa.int32()),
    ]
)
_COLUMNS = tuple(dict.fromkeys(("record_id", *KEY_COLUMNS, *KEEP_COLUMNS)))


class Params(KeepParams):
    """What makes two rows the same, which of them stays, and what else is told of rows that are nearly the same.

    Attributes:
        by: the part of a row that is compared.
        answers: flag rows that ask the same as a row kept before them and answer it otherwise.
        min_prompt_tokens: shorter prompts are not looked at for that.
        prefixes: remove a dialogue that a longer one begins with.
        max_removed_share: with more than this share of the rows to remove, the stage stops and explains instead.
        rows_in_process: up to so many rows are compared in the process that drives Spark; more over all tasks.
    """

    by: By = "dialogue"
    answers: bool = True
    min_prompt_tokens: int = Field(default=MIN_PROMPT_TOKENS, ge=1)
    prefixes: bool = False
    max_removed_share: float = Field(default=0.9, ge=0, le=1)
    rows_in_process: int = Field(default=ROWS_IN_PROCESS, ge=0)


def transform(rows: DataFrame, params: Params) -> DataFrame:
    """Decisions: a row whose key another row has goes, unless it comes first in keep order; others may be flagged.

    The first of each key is a minimum, so it is found task by task first: a row copied a million times does no harm.
    """
    keys = _keys(rows, params).persist(StorageLevel.MEMORY_AND_DISK)
    found = [_copies(keys, params)]
    if params.prefixes:
        found.append(_beginnings(_left(keys, found)))
    if params.answers:
        found += _answers(rows, _left(keys, found))
    told = reduce(DataFrame.unionAll, found)
    kept = F.coalesce("kept", F.lit(True)).alias("kept")
    return keys.join(told, "record_id", "left").select("record_id", "source", kept, "reason", "evidence")


def decide_here(files: RowFiles, params: Params) -> pa.Table:
    """``transform`` in this process, without Spark."""
    read = files.each(_COLUMNS, lambda places, batch: (places, _key_batch(batch, params)))
    place = np.concatenate([np.empty(0, np.int64), *(places for places, _ in read)])
    keys = pa.Table.from_batches([batch for _, batch in read], _KEYS)

    def answers(lines: npt.NDArray[np.int64]) -> pa.Table:
        found = files.each(("record_id", *KEY_COLUMNS), lambda _, batch: answers_of(batch), place[lines])
        return pa.Table.from_batches(found, ANSWER_SCHEMA)

    found = find(keys, answers, prefixes=params.prefixes, answers=params.answers)
    return decisions_of(keys, found, f"same {params.by}")


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Compares the rows that are in and commits the decisions.

    Raises:
        TooMuchRemovedError: more would go than ``max_removed_share`` allows; nothing is committed.
    """
    started_at = datetime.now(UTC)
    params = Params.model_validate(job.params)
    files = RowFiles.within(job.inputs, params.rows_in_process)
    if files is not None:
        decided = decide_here(files, params)
        refuse_mass_removal_here(spark, decided, job, params.max_removed_share)
        return commit_arrow(decided, job, started_at)
    rows = read_current(spark, job.inputs)
    try:
        decisions = transform(rows, params).persist(StorageLevel.MEMORY_AND_DISK)
        refuse_mass_removal(decisions, rows, job, params.max_removed_share)
        return commit(decisions, job, started_at)
    finally:
        spark.catalog.clearCache()


def holds(sample: RemovedSample, params: Params) -> npt.NDArray[np.bool_]:
    """(s,) whether each removed row is what was said of its witness, found out from the two rows anew."""
    same = exact_keys(sample.removed, params.by).to_pylist(), exact_keys(sample.witnesses, params.by).to_pylist()
    ends, begins = dialogue_chains(sample.removed)[0].to_pylist(), dialogue_chains(sample.witnesses)[1].to_pylist()
    return np.array(
        [
            end in (begun or []) if reason == PREFIX else mine is not None and mine == theirs
            for reason, mine, theirs, end, begun in zip(sample.reason, *same, ends, begins, strict=True)
        ],
        dtype=bool,
    )


def _keys(rows: DataFrame, params: Params) -> DataFrame:
    def make(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return (_key_batch(batch, params) for batch in batches)

    return rows.select(*_COLUMNS).mapInArrow(make, to_spark(_KEYS))


def _key_batch(batch: pa.RecordBatch, params: Params) -> pa.RecordBatch:
    nulls = pa.nulls(batch.num_rows)
    ends, begins = dialogue_chains(batch) if params.prefixes else (nulls, nulls)
    columns = [
        batch.column("record_id"),
        pc.struct_field(batch.column("source"), "name"),
        lists_of(priorities(batch, params.policy())),
        exact_keys(batch, params.by),
        prompt_keys(batch, params.min_prompt_tokens) if params.answers else nulls,
        ends,
        begins,
        turn_counts(batch),
    ]
    cast = [column.cast(field.type) for column, field in zip(columns, _KEYS, strict=True)]
    return pa.RecordBatch.from_arrays(cast, schema=_KEYS)


def _left(keys: DataFrame, found: list[DataFrame]) -> DataFrame:
    """The rows that no finding so far takes out."""
    gone = reduce(DataFrame.unionAll, found).where("not kept").select("record_id")
    return keys.join(gone, "record_id", "left_anti")


def _copies(keys: DataFrame, params: Params) -> DataFrame:
    first = _first(keys, "key")
    goes = keys.join(first, "key").where("witness != record_id")
    evidence = _evidence(F.col("witness"), F.lit(1.0), F.lit(f"same {params.by}"))
    return goes.select("record_id", F.lit(False).alias("kept"), F.lit(COPY).alias("reason"), evidence)


def _beginnings(left: DataFrame) -> DataFrame:
    """Of the dialogues that begin with all of a row, the longest is its witness: no other begins with that one."""
    begun = left.select("turns", "priority", "record_id", F.explode("begins").alias("end"))
    longest = begun.groupBy("end").agg(F.min(F.struct(-F.col("turns"), "priority", "record_id")).alias("longest"))
    goes = left.join(longest.select("end", F.col("longest.record_id").alias("witness")), "end")
    evidence = _evidence(F.col("witness"), F.lit(1.0), F.lit(BEGINS_LONGER))
    return goes.select("record_id", F.lit(False).alias("kept"), F.lit(PREFIX).alias("reason"), evidence)


def _answers(rows: DataFrame, left: DataFrame) -> list[DataFrame]:
    """Rows that answer a prompt otherwise than the first row with that prompt, and those first rows."""
    listed = left.join(_first(left, "prompt"), "prompt").select("record_id", "witness")
    asked = rows.join(listed.select("record_id"), "record_id", "left_semi")

    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return (answers_of(batch) for batch in batches)

    facts = asked.select("record_id", *KEY_COLUMNS).mapInArrow(read, to_spark(ANSWER_SCHEMA))
    facts = facts.persist(StorageLevel.MEMORY_AND_DISK)
    theirs = facts.select(*(F.col(name).alias(f"their_{name}") for name in facts.columns))
    both = listed.where("witness != record_id").join(facts, "record_id")
    both = both.join(theirs.withColumnRenamed("their_record_id", "witness"), "witness")
    differ = both.where("answer != their_answer").persist(StorageLevel.MEMORY_AND_DISK)
    flipped = F.coalesce(F.get("pair", F.lit(0)) == F.get("their_pair", F.lit(1)), F.lit(False))
    facts_differ = [
        F.when(F.get("facts", F.lit(i)) != F.get("their_facts", F.lit(i)), F.lit(f"different_{name}"))
        for i, name in enumerate(FACTS)
    ]
    detail = F.concat_ws(", ", F.when(flipped, F.lit("flipped_preference")), *facts_differ)
    reason = F.when(detail == "", F.lit(VARIATION)).otherwise(F.lit(CONTRADICTION))
    evidence = _evidence(F.col("witness"), F.lit(None), F.lit(ANOTHER_ANSWER), F.when(detail != "", detail))
    flagged = differ.select("record_id", F.lit(True).alias("kept"), reason.alias("reason"), evidence)
    firsts = differ.select(F.col("witness").alias("record_id")).distinct()
    # The first row is not flagged, but stands in the cluster: all answers to a prompt go to one side of a split.
    cluster = _evidence(F.lit(None), F.lit(None), F.lit(None), cluster=F.col("record_id"))
    return [
        flagged,
        firsts.select("record_id", F.lit(True).alias("kept"), F.lit(None).cast("string").alias("reason"), cluster),
    ]


def _first(keys: DataFrame, name: str) -> DataFrame:
    """``name`` and ``witness``, the row that comes first in keep order, of each key that several rows have."""
    order = F.struct("priority", "record_id")
    several = (
        keys.where(F.col(name).isNotNull()).groupBy(name).agg(F.min(order).alias("first"), F.count("*").alias("n"))
    )
    return several.where("n > 1").select(name, F.col("first.record_id").alias("witness"))


def _evidence(
    witness: Column, similarity: Column, rule: Column, detail: Column | None = None, cluster: Column | None = None
) -> Column:
    """A decision's evidence; ``cluster`` is the witness's where none is given."""
    told = F.lit(None) if detail is None else detail
    values = (witness, similarity, rule, told, witness if cluster is None else cluster)
    # A literal would make the column non-null, and the schema of decisions has none such.
    there = F.col("record_id").isNotNull()
    return F.struct(
        *(
            F.when(there, value.cast(field.dataType)).alias(field.name)
            for value, field in zip(values, to_spark(pa.schema(EVIDENCE)).fields, strict=True)
        )
    ).alias("evidence")
