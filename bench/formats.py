"""How fast Alpaca becomes ChatML, against bare orjson reading and writing the same rows on one core.

    python bench/formats.py [--rows 30000] [--input FILE]

Prints microseconds a row (processor time, best of several turns taken alternately) and the ratio; 0.33 is the target.
The conversion is parse and render between orjson's loads and dumps, with lines read and written as the bare run does;
the whole converter besides reads damaged files, counts losses with their rows and hashes what it writes; it has to
reach the target too. Each kind of row is measured alone.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from jobs.formats.registry import parse_row, render_row
from jobs.tools.convert import convert

TARGET = 1 / 3
_TURNS = 5


KINDS = ("three columns", "with an input", "with a column more", "with system and history")


def make_rows(count: int, kind: str) -> list[dict[str, Any]]:
    """Alpaca rows as long as those of common sets (60 to 900 characters an answer), in Chinese and English."""
    draw = random.Random(7)
    words = ["order", "parcel", "refund", "订单", "物流", "退款", "please", "请问", "today", "几天"]
    rows = []
    for i in range(count):
        said = [" ".join(draw.choices(words, k=k)) for k in (draw.randint(5, 25), draw.randint(10, 150))]
        row: dict[str, Any] = {"instruction": f"{said[0]} {i}?", "input": "", "output": said[1]}
        if kind == KINDS[1]:
            row["input"] = said[0]
        elif kind == KINDS[2]:
            row["category"] = "faq"
        elif kind == KINDS[3]:
            row |= {"system": "You answer customers.", "history": [[said[0], said[1][:200]]]}
        rows.append(row)
    return rows


def bare(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as written:
        for line in read:
            written.write(orjson.dumps(orjson.loads(line), option=orjson.OPT_APPEND_NEWLINE))


def through_records(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as written:
        for line in read:
            row = render_row(parse_row(orjson.loads(line)), "chatml")
            written.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def whole_converter(source: Path, target: Path) -> None:
    convert([source], target, target.with_suffix(".quarantine"), "chatml")


def measure(runs: dict[str, Callable[[Path, Path], None]], source: Path, folder: Path, rows: int) -> dict[str, float]:
    """Microseconds a row of each run: the best of several turns, taken in turn so that all meet the same machine."""
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(_TURNS):
        for name, run in runs.items():
            started = time.process_time()
            run(source, folder / "out.jsonl")
            best[name] = min(best[name], (time.process_time() - started) / rows * 1e6)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--input", type=Path, help="JSON Lines of Alpaca rows; by default made-up ones")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sets = {kind: make_rows(arguments.rows, kind) for kind in KINDS}
        if arguments.input:
            sets = {arguments.input.name: [orjson.loads(line) for line in arguments.input.open("rb")]}
        for title, rows in sets.items():
            source = folder / "in.jsonl"
            source.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
            runs = {"bare orjson": bare, "conversion": through_records, "whole converter": whole_converter}
            took = measure(runs, source, folder, len(rows))
            print(f"{title}: {len(rows):,} rows, {source.stat().st_size / len(rows):.0f} bytes each")
            for run, microseconds in took.items():
                ratio = took["bare orjson"] / microseconds
                print(f"  {run:<16} {microseconds:6.2f} µs a row   {ratio:5.2f} of bare orjson")
            reached = took["bare orjson"] / took["whole converter"]
            print(f"  target {TARGET:.2f}: {'reached' if reached >= TARGET else 'missed'}")


if __name__ == "__main__":
    main()
