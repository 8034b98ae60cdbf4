"""Our contender: the stage deduplicate_near on a Delta table, in a process of its own.

    python -m bench.dedup.ours SCRATCH KEPT.txt '{"tables": ..., "stage": {...}, "increment": false}'

Making the input table is not counted, as the peers' JSON lines are not. What is: Java and Spark starting, reading
Delta, the stage, its one commit, and stopping. With ``increment`` the stage runs on all rows, and again on the table to
which one per cent was added: twice, from the same index, since the first time the JVM compiles what it has not run
before. ``phases.json`` then says what each took.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from pyspark.sql import SparkSession

from bench.dedup.processes import cpu_of, descendants
from jobs.record_schema import ROW_SCHEMA

_BATCH = 20_000


def prepare(inputs: Path, folder: Path) -> str:
    """A rows table of the input's rows at version 0, its batch added at version 1; gives its path.

    The table is made once, in files of 50,000 rows, as the stages before this one would leave it.
    """
    path = folder / "rows"
    if not DeltaTable.is_deltatable(str(path)):
        for name in ("rows.jsonl", "batch.jsonl"):
            batches = pa.RecordBatchReader.from_batches(ROW_SCHEMA, _batches(inputs / name))
            write_deltalake(str(path), batches, mode="append", target_file_size=32 << 20)
    return str(path)


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    rows: list[dict[str, Any]] = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines):
            read = orjson.loads(line)
            source = {"name": "bench", "kind": "internal", "uri": path.name, "row": number}
            rows.append({"record_id": read["id"], "kind": "text", "text": read["text"], "source": source})
            if len(rows) == _BATCH:
                yield pa.RecordBatch.from_pylist(rows, schema=ROW_SCHEMA)
                rows = []
    if rows:
        yield pa.RecordBatch.from_pylist(rows, schema=ROW_SCHEMA)


def main(scratch: Path, kept: Path, parameters: dict[str, Any]) -> None:
    from jobs.lake.job import Inputs, StageJob
    from jobs.lake.session import start_session, stop_session
    from jobs.lake.versions import TableVersion
    from jobs.run_stage import run_stage

    marks: dict[str, float] = {}
    written: dict[str, int] = {}
    spark = start_session(app_name="bench dedup")
    marks["start"] = used()

    def decide(
        version: int,
        name: str,
        params: dict[str, Any],
        stage: str = "near",
        folder: str = "decisions",
        before: tuple[TableVersion, ...] = (),
    ) -> TableVersion:
        job = StageJob(
            dataset="bench",
            stage=f"deduplicate_{stage}",
            params=params,
            inputs=Inputs(rows=TableVersion(path=parameters["tables"], version=version), decisions=before),
            table=str(scratch / folder),
            run_id=name,
            code_commit="bench",
            configuration_hash="bench",
            fingerprint=name,
        )
        table = run_stage(spark, job)
        marks[name], written[name] = used(), shuffled(spark)
        return table

    stage = parameters["stage"]
    exact = (decide(0, "exact", {}, "exact", "exact"),) if parameters.get("exact") else ()
    table = decide(0, "all rows", stage, before=exact)
    if parameters.get("increment"):
        # Under another name, for Spark remembers what it knows of a table's folder.
        shutil.copytree(scratch / "decisions", scratch / "copy")
        decide(1, "one per cent more, the first time", stage)
        table = decide(1, "one per cent more, warm", stage, folder="copy")
    stop_session()
    phases = {"cpu": _steps(marks), "shuffle_bytes": _steps(written)}
    (scratch / "phases.json").write_text(json.dumps(phases))
    decisions = DeltaTable(table.path, version=table.version).to_pyarrow_table(columns=["record_id", "kept"])
    stay = decisions.filter(decisions.column("kept")).column("record_id")
    kept.write_text("\n".join(stay.to_pylist()))


def _steps(marks: Mapping[str, float]) -> dict[str, float]:
    """What each step took, from the totals after it."""
    return {name: at - before for (name, at), before in zip(marks.items(), [0.0, *marks.values()], strict=False)}


def shuffled(spark: SparkSession) -> int:
    """Bytes that all stages so far have written for a shuffle, from Spark's own status store."""
    context = spark.sparkContext
    gateway = context._gateway
    assert gateway is not None  # a session runs
    nothing = gateway.new_array(gateway.jvm.double, 0)
    stages = context._jsc.sc().statusStore().stageList(None, False, False, nothing, None)
    return sum(stages.apply(i).shuffleWriteBytes() for i in range(stages.size()))


def used() -> float:
    """CPU seconds of this process and of everything below it that lives or was waited for."""
    return sum(sum(cpu_of(process)) for process in descendants(os.getpid()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
