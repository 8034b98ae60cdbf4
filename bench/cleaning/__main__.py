"""Speed of cleaning: python -m bench.cleaning --rows 20000 [--stages 10000 100000 1000000]

Rows per core-second of each step on Chinese chats of about 200 characters (bench/cleaning/rows.py says what is in
them), beside the same analyzer without its prefilter and datatrove's PII formatter and Gopher filters, each in a
process of its own, one after the other. ``--stages`` measures the stages on Spark with Delta at these sizes besides.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from bench.cleaning.ours import CONTENDERS
from bench.cleaning.rows import chats
from bench.dedup.contenders import HOME, PEERS, ROOT


def main() -> None:
    """Prints the tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--stages", type=int, nargs="*", default=[], metavar="ROWS")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-cleaning-") as folder:
        if arguments.rows:
            for line in contenders(Path(folder), arguments.rows):
                _say(line)
        if arguments.stages:
            for line in stages(Path(folder), arguments.stages):
                _say(line)


def contenders(folder: Path, rows: int) -> Iterator[str]:
    """The table of the steps and their peers."""
    ours, theirs = folder / "chats.jsonl", folder / "texts.jsonl"
    with ours.open("wb") as first, theirs.open("wb") as second:
        for row in chats(rows):
            first.write(orjson.dumps(row) + b"\n")
            text = "\n".join(turn["content"] for turn in row["messages"])
            second.write(orjson.dumps({"text": text}) + b"\n")
    yield "| | rows per core-second | microseconds a row | rows changed or removed |"
    yield "|---|---:|---:|---:|"
    for name in CONTENDERS:
        told = _run([sys.executable, "-m", "bench.cleaning.ours", str(ours), name])
        yield _row(name, told["seconds_a_row"], told["changed_or_removed"] / told["rows"])
    peer = HOME / "datatrove" / "bin" / "python"
    if not peer.exists():
        yield "| datatrove: not installed (bench/peers/install.sh datatrove) | | | |"
        return
    told = _run([str(peer), str(PEERS / "run_datatrove_cleaning.py"), str(theirs)])
    for name, seconds in told["seconds_a_row"].items():
        yield _row(f"datatrove {name}", seconds, told["changed_or_removed"][name] / told["rows"])


def stages(folder: Path, sizes: list[int]) -> Iterator[str]:
    """The table of the stages on Spark: microseconds of CPU a row beyond what a stage costs without rows, and the ratio
    to the smallest size."""
    command = [sys.executable, "-m", "bench.cleaning.stages", str(folder / "stages"), *map(str, sizes)]
    told = [json.loads(line) for line in _output(command).splitlines() if line.startswith("{")]
    fixed, measured = told[0], told[1:]
    names = list(fixed["cpu"])

    def cost(size: dict[str, Any], name: str) -> float:
        return float((size["cpu"][name] - fixed["cpu"][name]) / size["rows"] * 1e6)

    yield "| rows | " + " | ".join(names) + " |"
    yield "|---:|" + "---:|" * len(names)
    yield "| none | " + " | ".join(f"{fixed['cpu'][name]:.1f} s" for name in names) + " |"
    for size in measured:
        cells = [f"{cost(size, name):,.0f} us ({cost(size, name) / cost(measured[0], name):.2f})" for name in names]
        yield f"| {size['rows']:,} | " + " | ".join(cells) + " |"


def _row(name: str, seconds: float, share: float) -> str:
    return f"| {name} | {1 / seconds:,.0f} | {seconds * 1e6:,.0f} | {share:.1%} |"


def _run(command: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(_output(command).splitlines()[-1])
    return told


def _output(command: list[str]) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
