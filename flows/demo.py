"""The example, run for a new user: its raw files are made, the flow is run, the result is held against the truth."""

from __future__ import annotations

import subprocess
import sys

from rich.console import Console

from flows.report import BuildReport
from jobs.lake.fingerprint import ROOT

ECOMMERCE = ROOT / "conf" / "datasets" / "ecommerce.yaml"
_RAW = ROOT / "examples" / "ecommerce" / "raw"
_SEED = "7"


class DemoError(RuntimeError):
    """The example cannot be run here; the message says why."""


def prepare(console: Console) -> None:
    """Makes the example's raw files where they are not there yet.

    Raises:
        DemoError: this is not a clone of the repository, or the generator failed.
    """
    if not (ROOT / "examples" / "ecommerce").is_dir():
        raise DemoError(f"the example lies in a clone of the repository; there is none at {ROOT}")
    if (_RAW / "truth.jsonl").exists():
        return
    console.print("Making the example's raw files ...")
    _run(["examples.ecommerce.generate", "--out", str(_RAW), "--seed", _SEED])


def score(report: BuildReport, console: Console) -> None:
    """Prints recall and precision of each stage against what the generator spoilt."""
    console.print("\nAgainst the truth, which only the example's generator knows:")
    _run(["examples.ecommerce.compare", "--release", str(report.release), "--truth", str(_RAW / "truth.jsonl")])


def next_steps(report: BuildReport) -> str:
    """What a new user would run next."""
    return (
        "\nOn your own files:\n"
        "  .venv/bin/gristmill init my_dataset --from your_data.json   writes my_dataset.yaml\n"
        "  .venv/bin/gristmill build my_dataset.yaml                   builds and publishes it\n"
        f"  .venv/bin/gristmill read {report.dataset}@{report.version} --limit 5"
    )


def _run(module: list[str]) -> None:
    """Runs the example's own program: product code neither imports it nor knows what it knows."""
    sys.stdout.flush()
    done = subprocess.run([sys.executable, "-m", *module], cwd=ROOT, check=False)
    if done.returncode != 0:
        raise DemoError(f"python -m {module[0]} ended with exit code {done.returncode}; its own message stands above")
