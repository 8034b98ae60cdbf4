"""Holds a release of the example against the truth: ``python -m examples.ecommerce.compare --release FOLDER``.

It looks at what anyone can look at: the release's ``release.json`` and the table versions that it pins.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from rich.console import Console
from rich.table import Table

from examples.ecommerce.score import EXACT, NEAR, QUALITY, SEMANTIC, Line, score

_TRUTH = Path(__file__).parent / "raw" / "truth.jsonl"


def compare(release: Path, truth: Path = _TRUTH) -> list[Line]:
    """The score of a release folder."""
    tables = json.loads((release / "release.json").read_text("utf-8"))["tables"]

    def rows(stage: str, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
        pinned = DeltaTable(tables[stage]["path"], version=tables[stage]["version"])
        for batch in pinned.to_pyarrow_dataset().to_batches(columns=columns):
            yield from batch.to_pylist()

    decisions = {stage: rows(stage) for stage in (QUALITY, EXACT, NEAR, SEMANTIC)}
    return score(truth, rows("collect", ["record_id", "source", "quarantine"]), decisions, rows("publish"))


def as_table(lines: Sequence[Line]) -> Table:
    """The score for reading."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("stage", "what", "injected", "found", "recall", "precision"):
        table.add_column(name, justify="left" if name in ("stage", "what") else "right")
    for line in lines:
        rates = ("-" if line[name] is None else f"{line[name]:.1%}" for name in ("recall", "precision"))
        table.add_row(line["stage"], line["what"], f"{line['injected']:,}", f"{line['found']:,}", *rates)
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the score of a release."""
    parser = argparse.ArgumentParser(description="Hold a release of the example against the truth.")
    parser.add_argument("--release", type=Path, required=True, help="the release's folder")
    parser.add_argument("--truth", type=Path, default=_TRUTH)
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    lines = compare(given.release, given.truth)
    if given.json:
        print(json.dumps(lines, ensure_ascii=False, indent=2))
    else:
        Console().print(as_table(lines))


if __name__ == "__main__":
    main()
