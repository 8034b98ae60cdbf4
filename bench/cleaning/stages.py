"""Runs the cleaning stages on Spark with Delta and prints the CPU seconds of each, of the whole process tree.

    python -m bench.cleaning.stages FOLDER ROWS [ROWS ...]

All sizes run in one session, after an unmeasured round that warms the JVM's compiler. The first line is of 100 rows:
what a stage costs before its first row (plan, Python workers and their word lists, commit). Larger inputs repeat 20,000
different rows. A small size runs three times, and the median counts: there a few tenths of a second are a tenth of all.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import statistics
import sys
import threading
import time
from pathlib import Path

import orjson

from bench.cleaning.rows import chats
from bench.dedup.processes import cpu_of, descendants
from jobs.lake.job import Inputs, SourceFile, StageJob
from jobs.lake.session import start_session
from jobs.lake.spark_settings import SparkSettings
from jobs.lake.versions import TableVersion
from jobs.spec import SourceSpec

STAGES = ("remove_pii", "normalize_text", "filter_by_quality_rules")
DIFFERENT = 20_000
FIXED = 100
# Below this many rows a size is measured REPEATS times.
SMALL = 50_000
REPEATS = 3
# Rows a file at most. A file is read by one task, and two tasks at work on two threads of one core cost more CPU time
# each than one alone: so every size keeps as many cores busy.
FILE_ROWS = 25_000


class TreeClock(threading.Thread):
    """CPU seconds of this process and all below it; of one that has ended, what it was last seen to have used."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._used: dict[int, float] = {}
        self.start()

    def run(self) -> None:
        while True:
            self.read()
            time.sleep(0.5)

    def read(self) -> float:
        """The sum by now."""
        for process in descendants(os.getpid()):
            self._used[process] = max(self._used.get(process, 0.0), cpu_of(process)[0])
        return sum(dict(self._used).values())


def write_rows(folder: Path, rows: int) -> list[Path]:
    """Files of ``rows`` rows together; the first 20,000 rows come again where there are more."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [orjson.dumps(row) + b"\n" for row in chats(min(rows, DIFFERENT))]
    files = []
    rows_a_file = min(FILE_ROWS, -(-rows // (os.cpu_count() or 1)))
    for start in range(0, rows, rows_a_file):
        file = folder / f"{start:08}.jsonl"
        count = min(rows_a_file, rows - start)
        file.write_bytes(b"".join(lines[(start + i) % len(lines)] for i in range(count)))
        files.append(file)
    return files


def main() -> None:
    """Prints a line of JSON for each size."""
    folder, sizes = Path(sys.argv[1]), [int(size) for size in sys.argv[2:]]
    spark = start_session(SparkSettings(profile="short"), "bench")
    clock = TreeClock()
    for number, rows in enumerate([sizes[0], FIXED, *sizes]):
        place = folder / f"{number}"
        files = write_rows(place / "rows", rows)
        rounds = [measure(spark, place / f"{i}", files, clock) for i in range(REPEATS if rows < SMALL else 1)]
        shutil.rmtree(place)
        if number:
            used = {stage: round(statistics.median(cpu[stage] for cpu in rounds), 2) for stage in rounds[0]}
            sys.stdout.write(json.dumps({"rows": rows, "cpu": used}) + "\n")
            sys.stdout.flush()


def measure(spark: object, lake: Path, files: list[Path], clock: TreeClock) -> dict[str, float]:
    """CPU seconds by stage, collecting first."""
    source = SourceSpec(name="chats", kind="internal", path=str(files[0].parent))
    listed = tuple(SourceFile(source="chats", path=str(file), uri=file.name, sha256="") for file in files)
    inputs, used = Inputs(), {}
    for stage in ("collect", *STAGES):
        job = StageJob(
            dataset="bench",
            stage=stage,
            params={},
            inputs=inputs,
            table=str(lake / stage),
            run_id="bench",
            code_commit="bench",
            configuration_hash="",
            fingerprint=f"{lake}-{stage}",
            sources=(source,) if stage == "collect" else (),
            files=listed if stage == "collect" else (),
        )
        before = clock.read()
        table: TableVersion = importlib.import_module(f"jobs.stages.{stage}").run(spark, job)
        used[stage] = clock.read() - before
        inputs = Inputs(rows=table) if stage != "filter_by_quality_rules" else inputs
    return used


if __name__ == "__main__":
    main()
