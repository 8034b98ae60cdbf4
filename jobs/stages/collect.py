"""Collect: every source's files into one table of canonical records, what cannot be read quarantined in its place.

The table lies in the raw zone: it holds personal data by nature, and only the next stage reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from jobs.lake.batches import Row, map_batches
from jobs.lake.job import SourceFile, StageJob
from jobs.lake.tables import commit
from jobs.lake.versions import TableVersion
from jobs.record_schema import ROW_SCHEMA
from jobs.sources.captioned_images import FOLDER as MEDIA
from jobs.sources.collect_rows import collect_file, collect_or_say
from jobs.sources.source_rows import SourceLike
from jobs.spec import Model

# Rows handed to Arrow at a time: bounds a worker's memory whatever the file's size.
_BATCH = 1_000
# Files are dealt to this many tasks a core: enough to level out unequal files, few enough that starting a Python
# task (0.2-0.5 CPU seconds) does not outweigh reading.
_TASKS_A_CORE = 2


class Params(Model):
    """Collecting has no parameters of its own: the specification's sources say it all."""


def transform(rows: DataFrame, params: Params) -> DataFrame:
    """Gives each row its id: a hash of source and content, and of how many like it came before.

    So ids neither change when a file grows at its front nor depend on row order, and copies of one row stay apart
    for the deduplication to see.
    """
    return with_ids(rows)


def with_ids(rows: DataFrame, earlier: DataFrame | None = None) -> DataFrame:
    """The rows with their ids.

    Args:
        earlier: rows of the same sources that have theirs: copies count on from them.
    """
    named = rows.withColumn("_name", F.col("source.name")).withColumn("_content", _content())
    before = F.lit(0)
    if earlier is not None:
        counted = earlier.groupBy(F.col("source.name").alias("_name"), _content().alias("_content"))
        named = named.join(counted.agg(F.count("*").alias("_before")), ["_name", "_content"], "left")
        before = F.coalesce("_before", F.lit(0))
    alike = Window.partitionBy("_name", "_content").orderBy("source.uri", "source.row")
    identity = F.concat_ws("\x1f", "_name", "_content", F.row_number().over(alike) + before)
    return named.withColumn("record_id", F.substring(F.sha2(identity, 256), 1, 32)).select(*ROW_SCHEMA.names)


def _content() -> Column:
    # What could not be read has only its raw bytes to be known by.
    return F.coalesce("content_hash", F.md5("quarantine.raw"), F.lit(""))


def read_sources(
    spark: SparkSession,
    sources: Iterable[SourceLike],
    files: Iterable[SourceFile],
    media: Path | None = None,
    *,
    unreadable_is_a_row: bool = False,
) -> DataFrame:
    """The rows of all files, without ids; a file is read by one task, streaming. Images are stored under ``media``.

    Args:
        unreadable_is_a_row: a file that cannot be opened is one quarantined row, and not the end of the job.
    """
    by_name = {source.name: source for source in sources}
    collect = collect_or_say if unreadable_is_a_row else collect_file
    listed = [(file.source, file.path, file.uri) for file in files]
    tasks = min(len(listed), _TASKS_A_CORE * spark.sparkContext.defaultParallelism)
    frame = spark.createDataFrame(listed, "source string, path string, uri string").repartition(tasks)

    def read(batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
        for listing in batches:
            for file in listing:
                rows = collect(file["path"], by_name[file["source"]], uri=file["uri"], media=media)
                while batch := list(islice(rows, _BATCH)):
                    yield batch

    return map_batches(frame, read, ROW_SCHEMA)


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Reads the job's files and commits their rows."""
    started_at = datetime.now(UTC)
    # Beside the table, in the raw zone: an image may show what a text would have to hide.
    rows = read_sources(spark, job.sources, job.files, Path(job.table).parent / MEDIA)
    return commit(transform(rows, Params.model_validate(job.params)), job, started_at)
