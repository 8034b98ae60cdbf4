"""Normalise text: encoding damage, HTML, widths, control characters, runs of marks, blanks, agents' boilerplate."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.cleaning.steps import normalizer
from jobs.lake.batches import map_batches, map_rows
from jobs.lake.job import StageJob
from jobs.lake.layout import boilerplate_file
from jobs.lake.tables import apply, commit, read_current
from jobs.lake.versions import TableVersion
from jobs.record_schema import ROW_SCHEMA
from jobs.text.boilerplate import MAX_LINES, MIN_NEIGHBOURS, candidates
from jobs.text.params import NormalizeParams

_CANDIDATES = pa.schema([("source", pa.string()), ("key", pa.string()), ("neighbour", pa.string())])


class Params(NormalizeParams):
    """Which steps run, and how."""


def transform(rows: DataFrame, params: Params, boilerplate: Mapping[str, Collection[str]] | None = None) -> DataFrame:
    """Normalised rows; ``changes`` counts by step what was changed.

    Args:
        boilerplate: source -> the keys of the lines that ``learn_boilerplate`` found in it.
    """
    return map_rows(rows, lambda: normalizer(params, boilerplate), ROW_SCHEMA)


def learn_boilerplate(rows: DataFrame, params: Params) -> dict[str, dict[str, int]]:
    """Source -> what agents begin or end their turns with in a share of its rows -> in how many rows; one pass.

    At most ``MAX_LINES`` a source, the most frequent first; equal ones in the order of their keys.
    """
    ends = map_batches(rows.select("source", "messages", "chosen", "rejected"), _ends, _CANDIDATES)
    counted = ends.groupBy("source", "key").agg(
        F.count("*").alias("n"), F.approx_count_distinct("neighbour").alias("neighbours")
    )
    # The empty key stands once for each row, so that the same pass counts the rows; it comes first of its source.
    often = (F.col("n") >= params.boilerplate_min_rows) & (F.col("neighbours") >= MIN_NEIGHBOURS)
    found = counted.where((F.col("key") == "") | often).orderBy("source", F.col("key") != "", F.desc("n"), "key")
    lines: dict[str, dict[str, int]] = {}
    rows_of: dict[str, int] = {}
    for source, key, n, _neighbours in found.toLocalIterator():
        if not key:
            rows_of[source] = n
        elif n >= params.boilerplate_min_share * rows_of[source] and len(lines.get(source, ())) < MAX_LINES:
            lines.setdefault(source, {})[key] = n
    return lines


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Normalises the rows that are in and commits them; writes what boilerplate it learnt into the raw zone."""
    params = Params.model_validate(job.params)
    if params.boilerplate == "keep":
        return apply(spark, job, transform, Params)
    started_at = datetime.now(UTC)
    rows = read_current(spark, job.inputs)
    lines = learn_boilerplate(rows, params)
    file = boilerplate_file(job.table, job.run_id)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(orjson.dumps(lines, option=orjson.OPT_INDENT_2))
    return commit(
        transform(rows, params, {source: frozenset(found) for source, found in lines.items()}), job, started_at
    )


def _ends(batches: Iterator[list[dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    """A row for each sentence at an end of a row's agent turns, and one without sentence for the row itself."""
    for rows in batches:
        found: list[dict[str, Any]] = []
        for row in rows:
            source = row["source"]["name"]
            found.append({"source": source, "key": "", "neighbour": ""})
            # One row counts once for a sentence, whatever stands beside it in its turns.
            found += [{"source": source, "key": k, "neighbour": n} for k, n in dict(sorted(candidates(row))).items()]
        yield found
