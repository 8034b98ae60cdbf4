"""Cleans files as they come into a folder: Structured Streaming, every row exactly once into Delta tables.

Each batch goes through four tables, each written once per batch whatever happens in between:

raw/<dataset>/stream              the rows as they were read, with their ids, what could not be read among them
clean/<dataset>/stream            the rows that stay
clean/<dataset>/stream_rejected   the rows that a rule removed, with rule and values
raw/<dataset>/stream_quarantine   the rows that could not be read, or that a step failed on

A batch that was interrupted is done again by Spark. Its first table then holds its rows already, so files are not read
a second time, and they may have changed or gone; a write that was done is left out by Delta, which keeps the number of
the stream's last batch in each table (``txnAppId``, ``txnVersion``).
"""

from __future__ import annotations

import json
import signal
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlparse

import pyarrow as pa
from pydantic import BaseModel
from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQuery
from pyspark.storagelevel import StorageLevel

from jobs.cleaning.cleaner import Cleaner
from jobs.cleaning.steps import Step
from jobs.lake.batches import Row, map_rows
from jobs.lake.job import SourceFile
from jobs.lake.layout import Layout
from jobs.lake.lock import held
from jobs.lake.session import SparkSettings, start_session, stop_session
from jobs.privacy.params import PrivacyParams
from jobs.privacy.secrets import Secrets
from jobs.record_schema import ROW_SCHEMA
from jobs.sources.captioned_images import FOLDER as MEDIA
from jobs.sources.files import is_data
from jobs.sources.source_rows import SourceLike
from jobs.stages.collect import read_sources, with_ids

# What became of a row, beside the row: `fate` is kept, rejected or quarantined.
OUTCOME_SCHEMA = (
    ROW_SCHEMA.append(pa.field("fate", pa.string()))
    .append(pa.field("reason", pa.string()))
    .append(pa.field("rule", pa.string()))
    .append(pa.field("detail", pa.string()))
)
_WHY = ("reason", "rule", "detail")
# Spark forgets files that are this much older than the newest it has seen, and by default after a week: a file that is
# moved in keeps its old date.
_NEVER = "36500d"


class StreamError(RuntimeError):
    """The stream cannot go on; the message says why, and what to do."""


@dataclass(frozen=True)
class Watch:
    """What is watched, and what is done with it.

    Attributes:
        folder: where files come in; looked through with all folders in it.
        params: the steps, each with its parameters (``jobs.cleaning.cleaner.STEPS``).
        every: seconds between two looks; None takes what is there and ends.
    """

    folder: Path
    lake: Path
    dataset: str
    params: dict[str, BaseModel]
    source: SourceLike
    spark: SparkSettings
    every: int | None = None

    @property
    def tables(self) -> Tables:
        """Where rows go."""
        layout = Layout(self.lake.resolve(), self.dataset)
        return Tables(
            read=layout.table("stream", "raw"),
            kept=layout.table("stream", "clean"),
            rejected=layout.table("stream_rejected", "clean"),
            quarantined=layout.table("stream_quarantine", "raw"),
        )


@dataclass(frozen=True)
class Tables:
    """The paths of a stream's Delta tables."""

    read: str
    kept: str
    rejected: str
    quarantined: str


def watch_folder(watch: Watch, tell: Callable[[str], None]) -> None:
    """Cleans what comes into the folder until it is stopped (Ctrl-C), or once; tells of each batch in one line.

    Raises:
        StreamError: there is no such folder, or the stream of that name belongs to another one.
        Busy: another process runs the same stream.
    """
    if not watch.folder.is_dir():
        raise StreamError(f"--watch: expected a folder, came {watch.folder}")
    state = Layout(watch.lake.resolve(), watch.dataset).stream
    with held(state / "lock", f"the stream {watch.dataset}"):
        app = own_stream(watch, state)
        spark = start_session(watch.spark, "gristmill clean")
        try:
            query = start(spark, watch, state / "checkpoint", app, tell)
            _wait(query, tell)
        finally:
            stop_session()


def start(spark: SparkSession, watch: Watch, checkpoint: Path, app: str, tell: Callable[[str], None]) -> StreamingQuery:
    """The running query over the folder's files. ``app`` names the stream to Delta: it is the checkpoint's for ever."""
    files = (
        spark.readStream.format("binaryFile")
        .schema("path string, modificationTime timestamp, length long, content binary")
        .option("recursiveFileLookup", "true")
        .option("maxFileAge", _NEVER)
        .load(str(watch.folder.resolve()))
        .select("path")
    )
    writer = files.writeStream.option("checkpointLocation", str(checkpoint))
    writer = writer.foreachBatch(partial(clean_batch, watch=watch, app=app, tell=tell))
    trigger = {"availableNow": True} if watch.every is None else {"processingTime": f"{watch.every} seconds"}
    return writer.trigger(**trigger).start()


def clean_batch(listed: DataFrame, number: int, *, watch: Watch, app: str, tell: Callable[[str], None]) -> None:
    """Reads, cleans and writes the files of one batch; doing it again after a failure adds nothing twice."""
    started, tables, spark = time.monotonic(), watch.tables, listed.sparkSession
    once = Once(app, number)
    paths = [_local(row.path) for row in listed.collect()]
    files = [path for path in sorted(paths) if is_data(path, watch.folder.resolve())]
    if files:
        once.append(_read(spark, files, watch, tables, number), tables.read)
    else:
        tell(f"batch {number}: no data files")
        return
    rows = spark.read.format("delta").load(tables.read).where(F.col("batch") == number).drop("batch")
    outcomes = map_rows(rows, partial(_cleaning, watch.params, _secrets(watch)), OUTCOME_SCHEMA).persist(
        StorageLevel.MEMORY_AND_DISK
    )
    try:
        counts = {row.fate: row["count"] for row in outcomes.groupBy("fate").count().collect()}
        for fate, table in (("kept", tables.kept), ("rejected", tables.rejected), ("quarantined", tables.quarantined)):
            # An empty commit tells nothing, but for the first, which makes the table.
            if counts.get(fate) or not _is_there(table):
                found = outcomes.where(F.col("fate") == fate).drop("fate")
                once.append(found if fate == "rejected" else found.drop(*_WHY), table)
    finally:
        outcomes.unpersist()
    told = ", ".join(f"{counts.get(fate, 0):,} {fate}" for fate in ("kept", "rejected", "quarantined"))
    seconds = time.monotonic() - started
    tell(f"batch {number}: {len(files):,} files, {sum(counts.values()):,} rows in: {told} ({seconds:.1f} s)")


@dataclass(frozen=True)
class Once:
    """Appends to tables, each table once per batch: Delta leaves out what the same application wrote before."""

    app: str
    number: int

    def append(self, rows: DataFrame, table: str) -> None:
        """Appends the rows in one commit, unless this batch's are there."""
        options = {"txnAppId": self.app, "txnVersion": str(self.number), "mergeSchema": "true"}
        rows.write.format("delta").mode("append").options(**options).save(table)


def _read(spark: SparkSession, files: list[Path], watch: Watch, tables: Tables, number: int) -> DataFrame:
    """The batch's rows with ids that count on from earlier batches, as collecting all files at once would give them."""
    folder = watch.folder.resolve()
    listed = [
        SourceFile(source=watch.source.name, path=str(file), uri=file.relative_to(folder).as_posix(), sha256="")
        for file in files
    ]
    rows = read_sources(spark, [watch.source], listed, Path(tables.read).parent / MEDIA, unreadable_is_a_row=True)
    earlier = None
    if _is_there(tables.read):
        earlier = spark.read.format("delta").load(tables.read).where(F.col("batch") < number)
    # The first column: Delta keeps the bounds of a file's first columns, and so opens this batch's files only.
    return with_ids(rows, earlier).select(F.lit(number).cast("long").alias("batch"), "*")


def _secrets(watch: Watch) -> Secrets | None:
    # Read here, in the driver: executors need no variable and no file.
    given = watch.params.get("remove_pii")
    return given.secrets() if isinstance(given, PrivacyParams) else None


def _cleaning(params: dict[str, BaseModel], secrets: Secrets | None) -> Callable[[Row], Row]:
    cleaner = Cleaner(params, secrets)

    def clean(row: Row) -> Row:
        outcome = cleaner.clean(row)
        evidence = (outcome.decision or {}).get("evidence") or {}
        why = {"reason": (outcome.decision or {}).get("reason"), **{name: evidence.get(name) for name in _WHY[1:]}}
        return {**outcome.row, "fate": outcome.fate, **why}

    return Step(clean, cleaner.look_ahead)


def own_stream(watch: Watch, state: Path) -> str:
    """The stream's name to Delta; the folder that it watches is written down the first time.

    Raises:
        StreamError: the stream watches another folder, or its tables are there and its checkpoint is not.
    """
    note, folder = state / "stream.json", str(watch.folder.resolve())
    if not note.exists():
        if _is_there(watch.tables.read):
            raise StreamError(
                f"{watch.tables.read} holds rows of a stream whose checkpoint {state} is gone; put it back, or give "
                "the new stream a --name of its own: every file would be read again"
            )
        note.write_text(json.dumps({"folder": folder, "app": f"gristmill-clean-{uuid.uuid4()}"}), "utf-8")
    known = json.loads(note.read_text("utf-8"))
    if known["folder"] != folder:
        raise StreamError(
            f"the stream {watch.dataset} in {watch.lake} watches {known['folder']}, not {folder}; give a --name"
        )
    return str(known["app"])


def _wait(query: StreamingQuery, tell: Callable[[str], None]) -> None:
    asked: list[int] = []
    # PySpark's own handler calls the JVM from inside a call to it, which breaks both; ours only takes a note.
    before = signal.signal(signal.SIGINT, lambda number, _frame: asked.append(number))
    try:
        while not query.awaitTermination(1):
            # The batch at work is finished first; who asks twice does not wait for it.
            if asked and (len(asked) > 1 or not query.status["isTriggerActive"]):
                query.stop()
                tell("stopped")
                return
    except StreamingQueryException as error:
        # Spark's own message may quote a row.
        raise StreamError(
            f"the stream stopped at batch {_batch_of(query)}; what is written stays, and the next start goes on there. "
            f"{_first_line(error)}"
        ) from None
    finally:
        signal.signal(signal.SIGINT, before)


def _batch_of(query: StreamingQuery) -> str:
    last = query.lastProgress
    return str(last["batchId"] + 1) if last else "0"


def _first_line(error: Exception) -> str:
    named = [line for line in str(error).splitlines() if "Error" in line or "Exception" in line]
    return named[-1].split(":")[0].strip() if named else type(error).__name__


def _is_there(table: str) -> bool:
    return (Path(table) / "_delta_log").is_dir()


def _local(uri: str) -> Path:
    """The path of a ``file:`` URI as Spark writes it."""
    return Path(unquote(urlparse(uri).path)) if uri.startswith("file:") else Path(uri)
