"""Measures contenders on the bench's input, one after another, and prints the table.

    python -m bench.dedup --rows 500000                       whatever has no result yet
    python -m bench.dedup --rows 500000 --only ours --again   measures ours anew
    python -m bench.dedup --rows 500000 --no-hot --only ours  the same rows without the hot cluster
    python -m bench.dedup --table                             only prints what there is

Inputs are made where they are missing. Each result is a JSON file of its own under the work folder, so a run that was
cut off goes on where it stopped; the table says when each was measured and how busy the machine was.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench.dedup import generate, ours
from bench.dedup.contenders import CONTENDERS, ROOT, Contender
from bench.dedup.judge import judge, read_kept
from bench.dedup.processes import run
from bench.dedup.table import print_tables

WORK = Path(os.environ.get("GRISTMILL_BENCH_DEDUP") or Path.home() / ".cache" / "gristmill" / "bench-dedup")
# Peers must not fetch anything while they are measured, nor use more than one core where a library has its own pool.
QUIET = {
    "PIP_NO_INDEX": "1",
    "UV_OFFLINE": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "RAYON_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--no-hot", action="store_true", help="ordinary rows in place of the hot cluster")
    parser.add_argument("--only", nargs="+", help="contenders by name, or peers, or a name's beginning")
    parser.add_argument("--again", action="store_true", help="measure what has a result already")
    parser.add_argument("--table", action="store_true", help="print the results and measure nothing")
    parser.add_argument("--judge", action="store_true", help="judge the stored answers anew, run nothing")
    parser.add_argument("--limit-gib", type=float, default=8.0, help="memory at which a contender is ended")
    parser.add_argument("--limit-minutes", type=float, default=60.0, help="CPU minutes after which it is ended")
    arguments = parser.parse_args()
    if not arguments.table:
        folder = make_input(arguments.rows, hot=not arguments.no_hot)
        for contender in CONTENDERS:
            if arguments.only and not any(contender.name.startswith(name) for name in arguments.only):
                continue
            path = result_path(contender, folder)
            if arguments.judge:
                judge_again(path, folder)
            elif arguments.again or not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                measured = measure(contender, folder, arguments)
                path.write_text(json.dumps(measured, indent=1))
                print(f"{contender.name}: {measured.get('skipped') or measured.get('failed') or 'done'}", flush=True)
    print_tables(WORK / "results")


def make_input(count: int, *, hot: bool) -> Path:
    """The folder of the input, made now if it is not there."""
    folder = WORK / "inputs" / f"{count}{'' if hot else '-no-hot'}"
    if not (folder / "input.json").exists():
        generate.write(folder, count, 20261122, hot=hot)
    return folder


def result_path(contender: Contender, folder: Path) -> Path:
    name = "".join(c if c.isalnum() else "-" for c in contender.name)
    return WORK / "results" / folder.name / f"{name}.json"


def judge_again(path: Path, folder: Path) -> None:
    """Writes a result anew from the rows that its contender kept."""
    if path.exists() and "cpu" in (result := json.loads(path.read_text())) and answer_of(path).exists():
        count = result["rows"] + (int(result["rows"] * generate.BATCH) if result["parameters"].get("increment") else 0)
        stays = np.unpackbits(np.load(answer_of(path)), count=count).astype(bool)
        path.write_text(json.dumps(result | judge(folder, stays), indent=1))


def answer_of(result: Path) -> Path:
    """Where the rows that a contender kept lie beside its result: a bit a row."""
    return result.with_suffix(".kept.npy")


def measure(contender: Contender, folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Runs one contender on one input and judges what it kept; says why where that was not possible."""
    described = json.loads((folder / "input.json").read_text())
    result: dict[str, Any] = {
        "name": contender.name,
        "input": folder.name,
        "rows": described["rows"],
        "hot": described["hot"],
        "parameters": contender.parameters,
        "measured": datetime.now(UTC).isoformat(timespec="minutes"),
        "load": round(os.getloadavg()[0], 1),
    }
    if described["rows"] > contender.largest:
        return result | {"skipped": f"not run above {contender.largest:,} rows {contender.why}".strip()}
    if missing := contender.missing():
        return result | {"skipped": missing}
    scratch = WORK / "scratch" / f"{folder.name}-{result_path(contender, folder).stem}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    rows, kept, output = folder / "rows.jsonl", scratch / "kept.txt", scratch.with_suffix(".log")
    parameters = dict(contender.parameters)
    if contender.peer is None:
        parameters["tables"] = ours.prepare(folder, WORK / "tables" / folder.name)
    command = contender.command(rows, kept, scratch, json.dumps(parameters))
    usage = run(
        command,
        output=output,
        limit_mib=arguments.limit_gib * 1024,
        limit_seconds=arguments.limit_minutes * 60,
        cwd=ROOT,
        env={**os.environ, **(QUIET if contender.peer else {})},
    )
    result |= {"cpu": usage.cpu, "wall": usage.wall, "peak_mib": usage.peak_mib}
    if usage.ended or usage.code:
        return result | {"failed": usage.ended or f"exit code {usage.code}, see {output}"}
    begun = time.monotonic()
    phases = scratch / "phases.json"
    result |= {"phases": json.loads(phases.read_text())} if phases.exists() else {}
    count = described["rows"] + (int(described["rows"] * generate.BATCH) if parameters.get("increment") else 0)
    stays = read_kept(kept, count)
    np.save(answer_of(result_path(contender, folder)), np.packbits(stays))
    result |= judge(folder, stays)
    shutil.rmtree(scratch, ignore_errors=True)
    return result | {"judged_in": round(time.monotonic() - begun, 1)}


if __name__ == "__main__":
    main()
