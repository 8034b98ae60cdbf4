"""Cleans a file: personal data out, text in normal form, rows that a rule removes set aside. No Spark, streaming.

``gristmill clean chats.jsonl clean.jsonl`` writes the rows that stay, ``clean.rejected.jsonl`` with those that a rule
removed and why, and ``clean.quarantine.jsonl`` with the place of each row that could not be read or cleaned.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from jobs.sources.captioned_images import FOLDER as MEDIA
from jobs.sources.source_rows import SourceLike, SourceRows
from jobs.tools import command
from jobs.tools.clean_rows import BATCH, Batch, Cleaning, Shape, Tally, clean_batches
from jobs.tools.dedup_write import written_together
from jobs.tools.progress import progress
from jobs.tools.quarantine import quarantine_of, told_of_quarantine


def clean_files(inputs: Sequence[Path], output: Path, cleaning: Cleaning, processes: int = 1) -> Tally:
    """Clean the rows of files into ``output``; nothing half written is left when it fails.

    The files of rejected and of quarantined rows are there only when there is something in them.
    """
    tally = Tally()
    rejected, quarantine = rejected_of(output), quarantine_of(output)
    with written_together(output, rejected, quarantine) as outs, progress("cleaning", inputs) as shown:
        for done in clean_batches(_batches(inputs, cleaning, shown.seen), inputs, cleaning, processes):
            for file, lines in zip(outs, (done.kept, done.rejected, done.quarantined), strict=True):
                file.write(b"".join(lines))
            for _ in range(done.tally.rows):
                shown.step()
            tally.add(done.tally)
    if not tally.rejected:
        rejected.unlink(missing_ok=True)
    if not tally.quarantined:
        quarantine.unlink(missing_ok=True)
    return tally


def rejected_of(output: Path) -> Path:
    """Where the rows go that a rule removed: ``a.jsonl`` -> ``a.rejected.jsonl``."""
    return output.with_name(output.name.removesuffix(".jsonl") + ".rejected.jsonl")


def main(
    given: str,
    output: Path,
    params: Mapping[str, BaseModel],
    source: SourceLike,
    *,
    shape: Shape = "own",
    processes: int = 1,
    force: bool = False,
    as_json: bool = False,
) -> int:
    """The command. Exit code 0 when a row was kept, 1 when none was, 2 for a user's mistake."""

    def clean() -> int:
        inputs = command.find_input(given)
        outputs = (output, rejected_of(output), quarantine_of(output))
        command.refuse_overwriting(outputs, inputs, force=force, option="OUT")
        tally = clean_files(inputs, output, Cleaning(params, source, output.parent / MEDIA, shape), processes)
        sys.stdout.write(summary_json(tally, output) if as_json else summary(tally, output))
        sys.stdout.flush()
        return 0 if tally.kept else 1

    return command.run(clean, "gristmill clean")


def summary(tally: Tally, output: Path) -> str:
    """What was done, for a person."""
    removed, bad = tally.rejected.total(), tally.quarantined.total()
    lines = [f"{tally.rows:,} rows in: {tally.kept:,} kept, {removed:,} removed by rules, {bad:,} quarantined"]
    lines += _told("changed:", tally.changes)
    if tally.flagged:
        lines += _told("kept, and flagged by rules:", tally.flagged)
    if tally.reshaped:
        lines += _told("written in another format, since their own has no name or no room:", tally.reshaped)
    lines.append(f"written to {output}")
    if tally.rejected:
        lines += _told(f"removed rows, with rule and values: {rejected_of(output)}", tally.rejected)
    lines += told_of_quarantine(quarantine_of(output) if bad else None, tally.quarantined)
    return "\n".join(lines) + "\n"


def summary_json(tally: Tally, output: Path) -> str:
    """The same for programs."""
    told: dict[str, Any] = {
        "rows": tally.rows,
        "kept": tally.kept,
        "changes": dict(tally.changes.most_common()),
        "rejected": dict(tally.rejected.most_common()),
        "quarantined": dict(tally.quarantined.most_common()),
        "flagged": dict(tally.flagged.most_common()),
        "reshaped": dict(tally.reshaped.most_common()),
        "output": str(output),
        "rejected_rows": str(rejected_of(output)) if tally.rejected else None,
        "quarantine": str(quarantine_of(output)) if tally.quarantined else None,
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _told(heading: str, counts: Counter[str]) -> list[str]:
    return [heading, *(f"  {count:>9,}  {name}" for name, count in counts.most_common())] if counts else []


def _batches(inputs: Sequence[Path], cleaning: Cleaning, seen: Any) -> Iterator[Batch]:
    rows = SourceRows(inputs, cleaning.source, cleaning.media)
    batch: Batch = []
    for file in inputs:
        for raw in rows.read(file, seen):
            batch.append((file, raw))
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch
