"""Publish: the rows that passed everything, with the side they fell on, as one table that a release pins.

Files, passport and the release's own entry are written from this version once its gate is open (jobs.release).
"""

from __future__ import annotations

from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession

from jobs.lake.job import StageJob
from jobs.lake.tables import commit, read, read_current
from jobs.lake.versions import TableVersion
from jobs.record_schema import RECORD_SCHEMA
from jobs.spec import Model


class Params(Model):
    """Publishing has no parameters of its own: the specification's exports and acceptance targets say it all."""


def transform(rows: DataFrame, params: Params, split: DataFrame) -> DataFrame:
    """Records with ``split`` and ``cluster``, in the order of their ids.

    An id is a hash, so this order mixes sources and topics as a shuffle would, and is the same on every machine.
    """
    sides = split.select("record_id", "split", "cluster")
    return (
        rows.select(*RECORD_SCHEMA.names)
        .join(sides, "record_id")
        .select(*RECORD_SCHEMA.names, "split", "cluster")
        .orderBy("record_id")
    )


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Joins the rows that are in with their side and commits them."""
    started_at = datetime.now(UTC)
    if job.inputs.split is None:
        raise ValueError("publish needs the table of stage split among its inputs; the pipeline names split before it")
    split = read(spark, job.inputs.split)
    return commit(transform(read_current(spark, job.inputs), Params.model_validate(job.params), split), job, started_at)
