"""Collect: every source's files into one table of canonical records, what cannot be read quarantined in its place.

The table lies in the raw zone: it holds personal data by nature, and only the next stage reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from jobs.lake.batches import Row, map_batches
from jobs.lake.job import SourceFile, StageJob
from jobs.lake.tables import commit
from jobs.lake.versions import TableVersion
from jobs.record_schema import ROW_SCHEMA
from jobs.sources.captioned_images import FOLDER as MEDIA
from jobs.sources.collect_rows import collect_file
from jobs.spec import Model, SourceSpec

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
    # What could not be read has only its raw bytes to be known by.
    content = F.coalesce("content_hash", F.md5("quarantine.raw"), F.lit(""))
    alike = Window.partitionBy("source.name", content).orderBy("source.uri", "source.row")
    identity = F.concat_ws("\x1f", F.col("source.name"), content, F.row_number().over(alike))
    return rows.withColumn("record_id", F.substring(F.sha2(identity, 256), 1, 32)).select(*ROW_SCHEMA.names)


def read_sources(
    spark: SparkSession, sources: Iterable[SourceSpec], files: Iterable[SourceFile], media: Path | None = None
) -> DataFrame:
    """The rows of all files, without ids; a file is read by one task, streaming. Images are stored under ``media``."""
    by_name = {source.name: source for source in sources}
    listed = [(file.source, file.path, file.uri) for file in files]
    tasks = min(len(listed), _TASKS_A_CORE * spark.sparkContext.defaultParallelism)
    frame = spark.createDataFrame(listed, "source string, path string, uri string").repartition(tasks)

    def read(batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
        for listing in batches:
            for file in listing:
                rows = collect_file(file["path"], by_name[file["source"]], uri=file["uri"], media=media)
                while batch := list(islice(rows, _BATCH)):
                    yield batch

    return map_batches(frame, read, ROW_SCHEMA)


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Reads the job's files and commits their rows."""
    started_at = datetime.now(UTC)
    # Beside the table, in the raw zone: an image may show what a text would have to hide.
    rows = read_sources(spark, job.sources, job.files, Path(job.table).parent / MEDIA)
    return commit(transform(rows, Params.model_validate(job.params)), job, started_at)
