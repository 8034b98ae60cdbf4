"""Cleans files as they come into a folder: Structured Streaming, every row exactly once into Delta tables.

This module lists files, keeps the stream's name and ends it; what is done with a batch is in ``jobs.clean_batch``.
"""

from __future__ import annotations

import json
import os
import signal
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQuery

from jobs.clean_batch import Watch, clean_batch, is_there
from jobs.lake.cache import write_whole
from jobs.lake.layout import Layout
from jobs.lake.lock import held
from jobs.lake.session import start_session, stop_session
from jobs.sources.files import is_data

# Spark forgets files that are this much older than the newest it has seen, and by default after a week: a file that is
# moved in keeps its old date.
_NEVER = "36500d"


class StreamError(RuntimeError):
    """The stream cannot go on; the message says why, and what to do."""


class WrongStream(StreamError, ValueError):
    """What was asked for is another stream than the one that is there: a mistake of the user."""


def watch_folder(watch: Watch, tell: Callable[[str], None]) -> None:
    """Cleans what comes into the folder until it is stopped (Ctrl-C), or once; tells of each batch in one line.

    Raises:
        WrongStream: there is no such folder, or the stream of that name belongs to another one.
        StreamError: a batch failed.
        Busy: another process runs the same stream.
    """
    if not watch.folder.is_dir():
        raise WrongStream(f"--watch: expected a folder, came {watch.folder}")
    if unnamed := count_unreadable_names(watch.folder):
        tell(f"{unnamed:,} files are not read: Java cannot open a name that is not UTF-8; rename them")
    state = Layout(watch.lake.resolve(), watch.dataset).stream
    with held(state / "lock", f"the stream {watch.dataset}"):
        app = own_stream(watch, state)
        spark = start_session(watch.spark, "gristmill clean")
        try:
            query = start(spark, watch, state / "checkpoint", app, tell)
            _wait(query, state / "checkpoint", tell)
        finally:
            stop_session()


def start(spark: SparkSession, watch: Watch, checkpoint: Path, app: str, tell: Callable[[str], None]) -> StreamingQuery:
    """The running query over the folder's files. ``app`` names the stream to Delta: it is the checkpoint's for ever."""
    files = (
        spark.readStream.format("binaryFile")
        .schema("path string, modificationTime timestamp, length long, content binary")
        .option("recursiveFileLookup", "true")
        .option("maxFileAge", _NEVER)
        # A batch that is done again may list files that have gone since they were read.
        .option("ignoreMissingFiles", "true")
        .load(str(watch.folder.resolve()))
        .select("path")
    )
    writer = files.writeStream.option("checkpointLocation", str(checkpoint))
    writer = writer.foreachBatch(partial(clean_batch, watch=watch, secrets=watch.secrets(), app=app, tell=tell))
    trigger = {"availableNow": True} if watch.every is None else {"processingTime": f"{watch.every} seconds"}
    return writer.trigger(**trigger).start()


def own_stream(watch: Watch, state: Path) -> str:
    """The stream's name to Delta; the folder that it watches is written down the first time.

    Raises:
        WrongStream: the stream watches another folder, or its tables are there and its checkpoint is not.
    """
    note, folder = state / "stream.json", str(watch.folder.resolve())
    if not note.exists():
        if is_there(watch.tables.read):
            raise WrongStream(
                f"{watch.tables.read} holds rows of a stream whose checkpoint {state} is gone; put it back, or give "
                "the new stream a --name of its own: every file would be read again"
            )
        write_whole(note, json.dumps({"folder": folder, "app": f"gristmill-clean-{uuid.uuid4()}"}).encode())
    known = json.loads(note.read_text("utf-8"))
    if known["folder"] != folder:
        raise WrongStream(
            f"the stream {watch.dataset} in {watch.lake} watches {known['folder']}, not {folder}; give a --name"
        )
    return str(known["app"])


def count_unreadable_names(folder: Path) -> int:
    """How many data files have a name that is not UTF-8: Spark passes them over in silence."""
    names = (path for path in folder.rglob("*") if is_data(path, folder))
    return sum(os.fsencode(name).decode("utf-8", "replace") != str(name) for name in names)


def _wait(query: StreamingQuery, checkpoint: Path, tell: Callable[[str], None]) -> None:
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
            f"the stream stopped at batch {_batch_at_work(checkpoint)}; what is written stays, and the next start goes "
            f"on there. {_first_line(error)}"
        ) from None
    finally:
        signal.signal(signal.SIGINT, before)


def _batch_at_work(checkpoint: Path) -> int:
    """The newest batch that Spark has planned; it names a file for each."""
    planned = [int(file.name) for file in (checkpoint / "offsets").glob("*") if file.name.isdecimal()]
    return max(planned, default=0)


def _first_line(error: Exception) -> str:
    named = [line for line in str(error).splitlines() if "Error" in line or "Exception" in line]
    return named[-1].split(":")[0].strip() if named else type(error).__name__
