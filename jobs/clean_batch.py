"""One batch of files of a stream: read, cleaned, and written once into each table, whatever broke off before.

Each batch goes through these Delta tables, in this order:

raw/<dataset>/stream              the rows as they were read, with their ids, what could not be read among them
raw/<dataset>/stream_pii_mapping  what was replaced, sealed, where `mapping` asks for it
clean/<dataset>/stream            the rows that stay
clean/<dataset>/stream_rejected   the rows that a rule removed, with rule and values
raw/<dataset>/stream_quarantine   the rows that could not be read, or that a step failed on

A batch that was interrupted is done again by Spark. Three things make that end as if nothing had happened. A write that
was done is left out by Delta, which keeps the number of the stream's last batch in each table (``txnAppId``,
``txnVersion``). Once the first table holds the batch's rows, its files are not looked at again: they may have changed
or gone. And what became of the rows is settled in one step, before the first of the tables that it is dealt to: a start
with another specification or another salt deals out what was settled, and no row falls between two tables.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable
from pydantic import BaseModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.cleaning.cleaner import Cleaner
from jobs.cleaning.steps import Step
from jobs.lake.batches import Row, map_rows
from jobs.lake.job import SourceFile
from jobs.lake.layout import Layout
from jobs.lake.schemas import to_spark
from jobs.lake.spark_settings import SparkSettings
from jobs.privacy.params import PrivacyParams
from jobs.privacy.secrets import Secrets
from jobs.record_schema import ROW_SCHEMA
from jobs.sources.captioned_images import FOLDER as MEDIA
from jobs.sources.files import is_data
from jobs.sources.source_rows import SourceLike
from jobs.stages.collect import read_sources, with_ids

_WHY = ("reason", "rule", "detail")
# What became of a row, beside the row: `fate` is kept, rejected or quarantined.
OUTCOME_SCHEMA = pa.schema(
    [*ROW_SCHEMA, ("fate", pa.string()), *((name, pa.string()) for name in _WHY), ("sealed", pa.binary())]
)


@dataclass(frozen=True)
class Watch:
    """What is watched, and what is done with it.

    Attributes:
        folder: where files come in; looked through with all folders in it.
        params: the steps, each with its parameters (``jobs.cleaning.cleaner.STEPS``).
        every: seconds between two looks; None takes what is there and ends.
        boilerplate: source -> keys of the lines that a build learnt of it (``jobs.lake.learnt``).
    """

    folder: Path
    lake: Path
    dataset: str
    params: dict[str, BaseModel]
    source: SourceLike
    spark: SparkSettings
    every: int | None = None
    boilerplate: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def tables(self) -> Tables:
        """Where rows go."""
        layout = Layout(self.lake.resolve(), self.dataset)
        return Tables(
            read=layout.table("stream", "raw"),
            mapping=layout.table("stream_pii_mapping", "raw"),
            kept=layout.table("stream", "clean"),
            rejected=layout.table("stream_rejected", "clean"),
            quarantined=layout.table("stream_quarantine", "raw"),
            work=Path(layout.table("stream_work", "raw")),
        )

    def secrets(self) -> Secrets | None:
        """Salt and key: read in the driver, once a start; executors need no variable and no file."""
        given = self.params.get("remove_pii")
        return given.secrets() if isinstance(given, PrivacyParams) else None


@dataclass(frozen=True)
class Tables:
    """The paths of a stream's Delta tables; ``work`` is a folder of the raw zone that a batch is settled in."""

    read: str
    mapping: str
    kept: str
    rejected: str
    quarantined: str
    work: Path


@dataclass(frozen=True)
class Once:
    """Appends to tables, each table once per batch: Delta leaves out what the same application wrote before."""

    app: str
    number: int

    def append(self, rows: DataFrame, table: str) -> None:
        """Appends the rows in one commit, unless this batch's are there."""
        options = {"txnAppId": self.app, "txnVersion": str(self.number), "mergeSchema": "true"}
        rows.write.format("delta").mode("append").options(**options).save(table)

    def has_written(self, table: str) -> bool:
        """Whether this batch's rows are there."""
        if not is_there(table):
            return False
        last = DeltaTable(table).transaction_version(self.app)
        return last is not None and last >= self.number


def clean_batch(
    listed: DataFrame, number: int, *, watch: Watch, secrets: Secrets | None, app: str, tell: Callable[[str], None]
) -> None:
    """Reads, cleans and writes the files of one batch; doing it again after a failure adds nothing twice.

    Args:
        listed: the files, by the column ``path``.
        app: the stream's name to Delta, the same for ever.
    """
    started, tables, spark, once = time.monotonic(), watch.tables, listed.sparkSession, Once(app, number)
    read = "taken up again"
    if not once.has_written(tables.read):
        folder = watch.folder.resolve()
        files = [path for path in sorted(_local(row.path) for row in listed.collect()) if is_data(path, folder)]
        if not files:
            tell(f"batch {number}: no data files")
            return
        once.append(_read(spark, files, watch, tables, number), tables.read)
        read = f"{len(files):,} files"
    outcomes = _settled(spark, watch, secrets, number)
    counts = {row.fate: row["count"] for row in outcomes.groupBy("fate").count().collect()}
    _deal(outcomes, counts, tables, once)
    told = ", ".join(f"{counts.get(fate, 0):,} {fate}" for fate in ("kept", "rejected", "quarantined"))
    seconds = time.monotonic() - started
    tell(f"batch {number}: {read}, {sum(counts.values()):,} rows in: {told} ({seconds:.1f} s)")


def _settled(spark: SparkSession, watch: Watch, secrets: Secrets | None, number: int) -> DataFrame:
    """What became of the batch's rows, worked out and put down in one step, or as an earlier attempt put it down.

    A folder of its own takes the batch's name when it is whole, and stays until the next batch: Spark notes the end of
    a batch after us, and may ask once more for one that is written. What a killed attempt left behind goes, also where
    its JVM should still be writing.
    """
    tables = watch.tables
    settled = tables.work / f"batch-{number}"
    for left in tables.work.iterdir() if tables.work.is_dir() else ():
        if left != settled:
            shutil.rmtree(left, ignore_errors=True)
    if not settled.is_dir():
        rows = spark.read.format("delta").load(tables.read).where(F.col("batch") == number).drop("batch")
        make = partial(_cleaning, watch.params, secrets, watch.boilerplate)
        attempt = tables.work / f"attempt-{uuid.uuid4()}"
        map_rows(rows, make, OUTCOME_SCHEMA).write.parquet(str(attempt))
        attempt.rename(settled)
    return spark.read.schema(to_spark(OUTCOME_SCHEMA)).parquet(str(settled))


def _deal(outcomes: DataFrame, counts: Mapping[str, int], tables: Tables, once: Once) -> None:
    """Writes the rows to the table of their fate, the mapping first: rows never stand there without theirs."""
    sealed = outcomes.where("sealed IS NOT NULL").select("record_id", "sealed")
    if not sealed.isEmpty():
        once.append(sealed, tables.mapping)
    for fate, table in (("kept", tables.kept), ("rejected", tables.rejected), ("quarantined", tables.quarantined)):
        # An empty commit tells nothing, but for the first, which makes the table.
        if counts.get(fate) or not is_there(table):
            found = outcomes.where(F.col("fate") == fate).drop("fate", "sealed")
            once.append(found if fate == "rejected" else found.drop(*_WHY), table)


def _read(spark: SparkSession, files: list[Path], watch: Watch, tables: Tables, number: int) -> DataFrame:
    """The batch's rows with ids that count on from earlier batches, as collecting all files at once would give them."""
    folder = watch.folder.resolve()
    listed = [
        SourceFile(source=watch.source.name, path=str(file), uri=file.relative_to(folder).as_posix(), sha256="")
        for file in files
    ]
    rows = read_sources(spark, [watch.source], listed, Path(tables.read).parent / MEDIA, unreadable_is_a_row=True)
    earlier = None
    if is_there(tables.read):
        earlier = spark.read.format("delta").load(tables.read).where(F.col("batch") < number)
    # The first column: Delta keeps the bounds of a file's first columns, and so opens this batch's files only.
    return with_ids(rows, earlier).select(F.lit(number).cast("long").alias("batch"), "*")


def _cleaning(
    params: dict[str, BaseModel], secrets: Secrets | None, boilerplate: Mapping[str, Collection[str]]
) -> Callable[[Row], Row]:
    cleaner = Cleaner(params, secrets, boilerplate)

    def clean(row: Row) -> Row:
        outcome = cleaner.clean(row)
        evidence = (outcome.decision or {}).get("evidence") or {}
        why = {"reason": (outcome.decision or {}).get("reason"), **{name: evidence.get(name) for name in _WHY[1:]}}
        return {**outcome.row, "fate": outcome.fate, **why}

    return Step(clean, cleaner.look_ahead)


def is_there(table: str) -> bool:
    """Whether a Delta table lies at this path."""
    return (Path(table) / "_delta_log").is_dir()


def _local(uri: str) -> Path:
    """The path that Spark calls ``file:/folder/name``: no URI, for it leaves ``%``, ``#`` and blanks as they are."""
    return Path("/" + uri.removeprefix("file:").lstrip("/"))
