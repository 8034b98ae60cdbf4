"""A removal that takes too much is not committed but explained: a template or a threshold, more often than copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake.job import StageJob
from jobs.lake.layout import explanation_file
from jobs.lake.schemas import DECISION_SCHEMA
from jobs.lake.tables import read
from jobs.similarity.common_part import CommonPart, common_part
from jobs.similarity.keys import KEY_COLUMNS

_TEXTS = ("record_id", "messages", "chosen", "rejected", "text")
# Sets so small that a share says nothing about them: nine copies of one row in ten are simply nine copies.
SMALL = 100
_CLUSTERS = 3
# Removed rows that are read of each cluster; what so many have in common, the rest will have too.
_MEMBERS = 50


class TooMuchRemovedError(RuntimeError):
    """A stage would remove a larger share of the rows than it may. Counts and record ids, no text of a row."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A kept row and the rows that would go because of it.

    Attributes:
        size: rows that would go.
        common: what a sample of them shares with the witness.
    """

    witness: str
    size: int
    common: CommonPart


@dataclass(frozen=True, slots=True)
class RemovedSample:
    """Removed rows with the kept rows that they name, line by line.

    Attributes:
        removed, witnesses: (s,) rows: their ids and ``jobs.similarity.keys.KEY_COLUMNS``.
        similarity: (s,) what the decisions state; NaN where they state none.
        reason: (s,) why each went.
    """

    removed: pa.Table
    witnesses: pa.Table
    similarity: npt.NDArray[np.float64]
    reason: tuple[str, ...]


def removed_sample(decisions: DataFrame, rows: DataFrame, size: int = 200) -> RemovedSample:
    """``size`` removed rows that name a witness, the same ones each time: those whose ids hash lowest.

    Args:
        rows: the table that the decisions are about; the sampled rows are looked up in it.
    """
    named = decisions.where("not kept and evidence.witness is not null")
    named = named.select("record_id", "evidence.witness", "evidence.similarity", "reason")
    lines = named.orderBy(F.xxhash64("record_id"), "record_id").limit(size).collect()
    ids = {id_ for line in lines for id_ in (line["record_id"], line["witness"])}
    columns = rows.select("record_id", *KEY_COLUMNS)
    found = columns.where(F.col("record_id").isin(sorted(ids))).toArrow() if ids else columns.limit(0).toArrow()
    place = {id_: i for i, id_ in enumerate(found.column("record_id").to_pylist())}
    lines = [line for line in lines if line["record_id"] in place and line["witness"] in place]
    return RemovedSample(
        removed=found.take(pa.array([place[line["record_id"]] for line in lines], pa.int64())),
        witnesses=found.take(pa.array([place[line["witness"]] for line in lines], pa.int64())),
        similarity=np.array([line["similarity"] for line in lines], dtype=np.float64),
        reason=tuple(line["reason"] or "" for line in lines),
    )


def is_too_much(removed: int, rows: int, max_share: float) -> bool:
    """Whether ``removed`` of ``rows`` is more than ``max_share`` allows; a set of under 100 rows may lose any share."""
    return rows >= SMALL and removed > max_share * rows


def refuse_mass_removal(decisions: DataFrame, rows: DataFrame, job: StageJob, max_share: float) -> None:
    """Raises unless ``decisions`` remove at most ``max_share`` of their rows; sets of under 100 rows always pass.

    Call it before the commit, with ``decisions`` persisted: it counts them.

    Args:
        rows: what was compared; the rows of the largest clusters are read from it, and only when something is wrong.

    Raises:
        TooMuchRemovedError: says how much, for which kept rows, what the removed rows share with them and what to do;
            names the file in the raw zone that holds the shared text itself.
    """
    counted = decisions.agg(F.count("*").alias("all"), F.count_if(~F.col("kept")).alias("gone")).collect()[0]
    if not is_too_much(counted["gone"], counted["all"], max_share):
        return
    clusters = _largest(decisions, rows)
    file = explanation_file(job.table, job.run_id)
    _write(clusters, file)
    raise TooMuchRemovedError(explain(job.stage, counted["all"], counted["gone"], max_share, clusters, file))


def refuse_mass_removal_here(spark: SparkSession, decisions: pa.Table, job: StageJob, max_share: float) -> None:
    """``refuse_mass_removal`` for decisions that this process holds; Spark is asked only when something is wrong."""
    removed = decisions.num_rows - (pc.sum(decisions.column("kept")).as_py() or 0)
    if is_too_much(removed, decisions.num_rows, max_share) and job.inputs.rows is not None:
        told = spark.createDataFrame(decisions.select(DECISION_SCHEMA.names))
        refuse_mass_removal(told, read(spark, job.inputs.rows), job, max_share)


def explain(
    stage: str, rows: int, removed: int, max_share: float, clusters: Sequence[Cluster], file: Path | None = None
) -> str:
    """What would go and why, in words for a person: numbers and ids."""
    lines = [
        f"{stage} would remove {removed:,} of {rows:,} rows ({removed / rows:.1%}); `max_removed_share` allows "
        f"{max_share:.1%}. Nothing was committed."
    ]
    for cluster in clusters:
        common = cluster.common
        where = ", ".join(f"{place} {share:.0%}" for place, share in common.places[:8])
        lines.append(
            f"  {cluster.size:,} rows would go for row {cluster.witness}: {common.share:.0%} of what that row says "
            f"stands in every one of {common.rows} of them ({where})"
        )
    if file is not None:
        lines.append(f"The shared text itself: {file} (private: text of rows).")
    lines.append(
        "Where one turn is shared and others are not, it is a template: compare the part that differs "
        "(`by: last_turn`, `by: response`), or raise `threshold`. Where all of it is shared, they are copies: raise "
        f"`max_removed_share` of {stage} to let them go."
    )
    return "\n".join(lines)


def _largest(decisions: DataFrame, rows: DataFrame) -> list[Cluster]:
    witness = F.col("evidence.witness")
    gone = decisions.where("not kept").select("record_id", witness.alias("witness")).where("witness is not null")
    sizes = gone.groupBy("witness").agg(F.count("*").alias("size"))
    found = sizes.orderBy(F.desc("size"), "witness").limit(_CLUSTERS).collect()
    clusters = []
    for row in found:
        members = gone.where(F.col("witness") == row["witness"]).orderBy("record_id").limit(_MEMBERS)
        ids = [row["witness"], *(member["record_id"] for member in members.collect())]
        texts = rows.where(F.col("record_id").isin(ids)).select(*_TEXTS).toArrow()
        is_witness = texts.column("record_id").to_pandas() == row["witness"]
        common = common_part(texts.filter(is_witness.to_numpy()), texts.filter(~is_witness.to_numpy()))
        clusters.append(Cluster(row["witness"], row["size"], common))
    return clusters


def _write(clusters: Sequence[Cluster], file: Path) -> None:
    parts = []
    for cluster in clusters:
        sentences = "\n".join(cluster.common.sentences)
        parts.append(
            f"{cluster.size} rows would go for row {cluster.witness}. What it shares with them:\n\n{sentences}\n"
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(parts), "utf-8")
