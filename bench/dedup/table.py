"""Prints the results that there are, as Markdown, a table for each input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HEAD = (
    "| contender | CPU s | x ours | wall s | peak MiB | removed | recall J>=.8 | truly alike (J>=.7) | left "
    "| measured, load |",
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
)
NOTES = """
CPU: user and system seconds of the process and all that it started. x ours: its CPU seconds over those of "ours" on the
same input. recall: of planted pairs with true Jaccard >= .8, the share of which not both rows stay. truly alike: the
share of removed rows with a kept row at true Jaccard >= .8 (>= .7 in brackets). left: the share of kept rows that still
have a kept twin at J >= .8. Rows of fewer than three tokens count in neither: comparing them is the exact stage's work
with us. Jaccard here is on three tokens in a row, a token being a Han character or a word.
""".strip()


def print_tables(folder: Path) -> None:
    """All results under ``folder``, the input with most rows last."""
    inputs = sorted(
        (path for path in folder.glob("*") if path.is_dir()), key=lambda p: (int(p.name.split("-")[0]), p.name)
    )
    for path in inputs:
        results = [json.loads(file.read_text()) for file in sorted(path.glob("*.json"))]
        results.sort(key=lambda r: (not r["name"].startswith("ours"), r.get("cpu", 1e9)))
        mine = next((r["cpu"] for r in results if r["name"] == "ours" and "recall" in r), None)
        rows = results[0]["rows"] if results else 0
        print(f"\n### {rows:,} rows{'' if results and results[0]['hot'] else ', no hot cluster'}\n")
        print("\n".join(HEAD))
        for result in results:
            print(_line(result, mine))
            for level in _phases(result):
                print(level)
    if inputs:
        print(f"\n{NOTES}")


def _line(result: dict[str, Any], mine: float | None) -> str:
    when = f"{result['measured'][5:16].replace('T', ' ')}, {result['load']}"
    if "skipped" in result:
        return f"| {result['name']} | {result['skipped']} ||||||||{when} |"
    ratio = f"{result['cpu'] / mine:.1f}" if mine else ""
    cost = f"{result['cpu']:,.0f} | {ratio} | {result['wall']:,.0f} | {result['peak_mib']:,.0f}"
    if "failed" in result:
        return f"| {result['name']} | {cost} | {result['failed']} ||||{when} |"
    alike = f"{result['precision']:.3f} ({result['precision_near']:.3f})"
    return (
        f"| {result['name']} | {cost} | {result['removed']:,} | {result['recall']:.4f} | {alike} "
        f"| {result['left']:.4f} | {when} |"
    )


def _phases(result: dict[str, Any]) -> list[str]:
    """Of ours, where the CPU seconds went, and what each step gave to the shuffle."""
    phases = result.get("phases", {"cpu": {}, "shuffle_bytes": {}})
    return [
        f"| &nbsp; {name} | {cpu:,.1f} | | | | | | | | {_megabytes(phases['shuffle_bytes'].get(name))} |"
        for name, cpu in phases["cpu"].items()
    ]


def _megabytes(size: float | None) -> str:
    return "" if size is None else f"shuffled {size / 1e6:,.1f} MB"
