"""How fast the two commands are, and how much memory they take at most.

    python -m bench.tools                     50 MB of rows, all cases
    python -m bench.tools --size 2000 --only convert-lines health-lines

Each case runs in a process of its own; CPU seconds and peak memory are the kernel's for it (getrusage). Rows are made
here, from a seed; the file goes to a temporary folder and is removed. The first line is bare ``orjson``, which reads
and writes the same rows and does nothing else, so that the others can be told as a share of its speed in the same run.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import orjson

ROOT = Path(__file__).resolve().parents[1]
_BARE = """
import sys, orjson
with open(sys.argv[1], 'rb') as lines, open(sys.argv[2], 'wb') as out:
    for line in lines:
        out.write(orjson.dumps(orjson.loads(line), option=orjson.OPT_APPEND_NEWLINE))
"""
CONVERT, HEALTH = "format_converter.py", "data_health_check.py"
_ENGLISH = """
    order parcel return refund please address delivery status morning thank you will arrive tomorrow price
"""
_WORDS = _ENGLISH.split()
_HAN = "您好订单包裹退货退款请问地址物流状态明天送达谢谢价格发票尺码颜色客服帮助查询处理稍等确认收货商品质量"


class Cost(NamedTuple):
    """Of a process: wall and CPU seconds, peak resident memory in MiB."""

    wall: float
    cpu: float
    peak_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50, help="megabytes of rows; default %(default)s")
    parser.add_argument("--characters", type=int, default=300, help="of an answer; default %(default)s")
    parser.add_argument("--only", nargs="+", help="cases, by the names that are printed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench_tools_") as folder:
        run_cases(Path(folder), arguments.size * 1_000_000, arguments.characters, arguments.only)


def run_cases(folder: Path, size: int, characters: int, only: list[str] | None) -> None:
    lines, array, out = folder / "rows.jsonl", folder / "rows.json", folder / "out"
    count = make_rows(lines, size, characters)
    print(f"{count:,} rows, {lines.stat().st_size / 1e6:,.0f} MB, on {os.cpu_count()} cores\n")
    print(f"{'':16}{'wall s':>9}{'CPU s':>9}{'rows/s CPU':>12}{'MB/s CPU':>10}{'peak MiB':>10}{'of bare':>9}")
    bare = 0.0
    cases = {
        "start-convert": [CONVERT, "--help"],
        "start-health": [HEALTH, "--help"],
        "bare-orjson": ["-c", _BARE, str(lines), str(out)],
        "convert-lines": [CONVERT, "--input", str(lines), "--format", "chatml", "--output", str(out), "--force"],
        "convert-array": [CONVERT, "--input", str(array), "--format", "chatml", "--output", str(out), "--force"],
        "convert-csv": [CONVERT, "--input", str(lines), "--format", "csv", "--output", str(out), "--force"],
        "health-lines": [HEALTH, "--dataset", str(lines), "--json"],
        "health-array": [HEALTH, "--dataset", str(array), "--json"],
    }
    for name, command in cases.items():
        if only and name not in (*only, "bare-orjson"):
            continue
        if str(array) in command and not array.exists():
            as_array(lines, array)
        cost = measure(command)
        out.unlink(missing_ok=True)
        if name.startswith("start"):
            print(f"{name:16}{cost.wall:9.2f}{cost.cpu:9.2f}{'':22}{cost.peak_mib:10.0f}", flush=True)
            continue
        bare = cost.cpu if name == "bare-orjson" else bare
        speed = f"{count / cost.cpu:12,.0f}{size / 1e6 / cost.cpu:10.1f}"
        print(f"{name:16}{cost.wall:9.2f}{cost.cpu:9.2f}{speed}{cost.peak_mib:10.0f}{bare / cost.cpu:9.2f}", flush=True)


def make_rows(path: Path, size: int, characters: int) -> int:
    """Alpaca rows, Chinese and English by turns, of about ``size`` bytes in all; gives their number."""
    rng = random.Random(5)
    pools = (_sentences(rng, 0), _sentences(rng, 1))
    rows = written = 0
    with path.open("wb", buffering=1 << 20) as file:
        while written < size:
            # A sentence of either pool has about 22 or 60 characters.
            pool, many = pools[rows % 2], max(1, characters // (22, 60)[rows % 2])
            question = f"{rng.randrange(10**6)} {''.join(rng.choices(pool, k=max(1, many // 4)))}"
            row = {"instruction": question, "input": "", "output": "".join(rng.choices(pool, k=many))}
            written += file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
            rows += 1
    return rows


def _sentences(rng: random.Random, language: int) -> list[str]:
    if language:
        return [f"{' '.join(rng.choices(_WORDS, k=9))} {rng.randrange(1000)}. " for _ in range(5000)]
    return [
        f"{''.join(rng.choices(_HAN, k=10))},{''.join(rng.choices(_HAN, k=8))}{rng.randrange(1000)}。"
        for _ in range(5000)
    ]


def as_array(lines: Path, array: Path) -> None:
    """The same rows as one JSON array."""
    with lines.open("rb") as rows, array.open("wb", buffering=1 << 20) as file:
        file.write(b"[")
        for number, line in enumerate(rows):
            file.write((b",\n" if number else b"") + line.rstrip())
        file.write(b"]")


def measure(arguments: list[str]) -> Cost:
    """Runs Python with ``arguments`` from the repository root, its output thrown away.

    Raises:
        SystemExit: it failed.
    """
    begun = time.monotonic()
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, *(str(ROOT / a) if a in (CONVERT, HEALTH) else a for a in arguments)],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"failed: {arguments}")
    return Cost(time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
