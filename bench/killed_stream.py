"""Kills a streaming run with SIGKILL at six moments of a batch, one start after the other, and counts what is there.

    python -m bench.killed_stream [--rows 300]

Each start is the real command. It is killed as soon as the next trace of its work shows: the batch is planned, its
rows are read, what became of them is settled, the rows that stay are written, those that a rule removed are written,
or all tables are written and Spark does not know yet. The JVM is left to find out by itself, as it would be. Then a
file more comes in, a last start runs to its end, and every row has to stand in one table, once. Not a part of the
suite: seven starts of Spark take minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from deltalake import DeltaTable

from bench.cleaning.rows import chats
from jobs.lake.layout import Layout

# What shows after each step of the first batch, in the order of the work.
_MOMENTS = {
    "planned": "streams/shop/checkpoint/offsets/0",
    "read": "raw/shop/stream/_delta_log/00000000000000000000.json",
    "settled": "raw/shop/stream_work/batch-0",
    "kept": "clean/shop/stream/_delta_log/00000000000000000000.json",
    "rejected": "clean/shop/stream_rejected/_delta_log/00000000000000000000.json",
    "quarantined": "raw/shop/stream_quarantine/_delta_log/00000000000000000000.json",
}


def main() -> int:
    """Exit code 0 where every row is there once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=300, help="rows of each of two files")
    count = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        root, incoming = Path(folder), Path(folder, "incoming")
        incoming.mkdir()
        _write(incoming / "a.jsonl", count, 1)
        for moment, trace in _MOMENTS.items():
            print(f"killed when {moment}: {_kill_at(root, root / 'lake' / trace)}", flush=True)
        _write(incoming / "b.jsonl", count, 2)
        print("last start:", _start(root).communicate()[1].strip().replace("\n", "; "), flush=True)
        return _count(root / "lake", 2 * count)


def _write(file: Path, count: int, seed: int) -> None:
    lines = (json.dumps(row, ensure_ascii=False) for row in chats(count, seed))
    file.write_text("\n".join(lines) + "\n", "utf-8")


def _start(root: Path) -> subprocess.Popen[str]:
    command = [str(Path(sys.executable).with_name("gristmill")), "clean", "--watch", str(root / "incoming"), "--lake"]
    command += [str(root / "lake"), "--name", "shop", "--once"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def _kill_at(root: Path, trace: Path) -> str:
    run = _start(root)
    while run.poll() is None:
        if trace.exists():
            os.kill(run.pid, signal.SIGKILL)
            run.wait()
            return "killed"
        time.sleep(0.002)  # looks for the trace often enough to hit the step, and leaves the cores to the run
    return f"not killed: it ended first, with {run.returncode}"


def _count(lake: Path, expected: int) -> int:
    layout = Layout(lake, "shop")
    found: Counter[str] = Counter()
    for table, zone in (("stream", "clean"), ("stream_rejected", "clean"), ("stream_quarantine", "raw")):
        ids = _ids(layout.table(table, zone))
        print(f"{zone}/shop/{table}: {len(ids):,} rows", flush=True)
        found.update(ids)
    read = _ids(layout.table("stream", "raw"))
    whole = sorted(read) == sorted(found.elements()) and len(set(read)) == len(read) == expected
    print(f"{expected:,} rows came in: {'each is there once' if whole else 'ROWS ARE LOST OR DOUBLED'}", flush=True)
    return 0 if whole else 1


def _ids(table: str) -> list[str]:
    ids: list[str] = DeltaTable(table).to_pyarrow_table(columns=["record_id"])["record_id"].to_pylist()
    return ids


if __name__ == "__main__":
    raise SystemExit(main())
