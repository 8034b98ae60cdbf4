"""Cleans a file: personal data out, text in normal form, rows that a rule removes set aside. No Spark, streaming.

``gristmill clean chats.jsonl clean.jsonl`` writes the rows that stay, ``clean.rejected.jsonl`` with those that a rule
removed and why, and ``clean.quarantine.jsonl`` with the place of each row that could not be read or cleaned; where
``mapping`` asks for it, also ``clean.mapping.jsonl`` with what was replaced, sealed.
"""

from __future__ import annotations

import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from jobs.sources.captioned_images import FOLDER as MEDIA
from jobs.sources.source_rows import SourceLike, SourceRows
from jobs.tools import command
from jobs.tools.clean_rows import BATCH, Batch, Cleaned, Cleaning, Shape, Tally, clean_batches
from jobs.tools.json_output import json_line, json_report, written_together
from jobs.tools.progress import progress
from jobs.tools.quarantine import quarantine_of, told_of_quarantine


def clean_files(inputs: Sequence[Path], output: Path, cleaning: Cleaning, processes: int = 1) -> Tally:
    """Clean the rows of files into ``output``; nothing half written is left when it fails.

    The files of rejected and of quarantined rows, and of the mapping, are there only when there is something in them.
    """
    tally, beside = Tally(), beside_of(output)
    sealed = beside.mapping if cleaning.keeps_mapping else None
    # The mapping takes its name first: rows never stand there without theirs.
    files = (*([sealed] if sealed else []), output, beside.rejected, beside.quarantine)
    with written_together(*files) as outs, progress("cleaning", inputs) as shown:
        for done in clean_batches(_batches(inputs, cleaning, shown.seen), inputs, cleaning, processes):
            if sealed:
                outs[0].writelines(_mapping_lines(done, output, tally))
            for file, lines in zip(outs[-3:], (done.kept, done.rejected, done.quarantined), strict=True):
                file.writelines(lines)
            for _ in range(done.tally.rows):
                shown.step()
            tally.add(done.tally)
    for beside_it, count in (
        (sealed, tally.sealed),
        (beside.rejected, tally.rejected),
        (beside.quarantine, tally.quarantined),
    ):
        if beside_it and not count:
            beside_it.unlink(missing_ok=True)
    return tally


class Beside(NamedTuple):
    """The files beside an output: ``a.jsonl`` -> ``a.rejected.jsonl`` and so on."""

    rejected: Path
    quarantine: Path
    mapping: Path


def beside_of(output: Path) -> Beside:
    """Where the rows go that a rule removed, those that could not be read or cleaned, and what was replaced."""
    stem = output.name.removesuffix(".jsonl")
    rejected, mapping = (output.with_name(f"{stem}.{name}.jsonl") for name in ("rejected", "mapping"))
    return Beside(rejected, quarantine_of(output), mapping)


def main(
    given: str,
    output: Path,
    params: Mapping[str, BaseModel],
    source: SourceLike,
    *,
    boilerplate: Mapping[str, Collection[str]] | None = None,
    shape: Shape = "own",
    processes: int = 1,
    force: bool = False,
    as_json: bool = False,
) -> int:
    """The command. Exit code 0 when a row was kept, 1 when none was, 2 for a user's mistake."""

    def clean() -> int:
        inputs = command.find_input(given)
        cleaning = Cleaning(params, source, output.parent / MEDIA, shape, boilerplate or {})
        _refuse_other_layouts(output)
        beside = beside_of(output)
        outputs = (output, *(beside if cleaning.keeps_mapping else beside[:2]))
        command.refuse_overwriting(outputs, inputs, force=force, option="OUT")
        tally = clean_files(inputs, output, cleaning, processes)
        sys.stdout.write(summary_json(tally, output) if as_json else summary(tally, output))
        sys.stdout.flush()
        return 0 if tally.kept else 1

    return command.run(clean, "gristmill clean")


def _refuse_other_layouts(output: Path) -> None:
    if output.suffix.lower() in (".csv", ".tsv", ".parquet", ".gz", ".zst"):
        raise command.UsageError(
            f"OUT: expected a JSON Lines file, came {output}; `gristmill convert` makes other files of it"
        )


def _mapping_lines(done: Cleaned, output: Path, before: Tally) -> Iterator[bytes]:
    """The sealed mappings of a batch, each with the file and line at which its row is written."""
    files = {"kept": (output, before.kept), "rejected": (beside_of(output).rejected, before.rejected.total())}
    for record_id, sealed, stands_in, line in done.sealed:
        file, lines = files[stands_in]
        told = {"record_id": record_id, "file": file.name, "line": lines + line, "sealed": b64encode(sealed).decode()}
        yield json_line(told)


def summary(tally: Tally, output: Path) -> str:
    """What was done, for a person."""
    removed, bad, beside = tally.rejected.total(), tally.quarantined.total(), beside_of(output)
    lines = [f"{tally.rows:,} rows in: {tally.kept:,} kept, {removed:,} removed by rules, {bad:,} quarantined"]
    lines += _told("changed:", tally.changes)
    if tally.flagged:
        lines += _told("kept, and flagged by rules:", tally.flagged)
    if tally.reshaped:
        lines += _told("written in another format, since their own has no name or no room:", tally.reshaped)
    lines.append(f"written to {output}")
    if tally.rejected:
        lines += _told(f"removed rows, with rule and values: {beside.rejected}", tally.rejected)
    lines += told_of_quarantine(beside.quarantine if bad else None, tally.quarantined)
    if tally.sealed:
        lines.append(f"what was replaced in {tally.sealed:,} rows, sealed: {beside.mapping}")
    return "\n".join(lines) + "\n"


def summary_json(tally: Tally, output: Path) -> str:
    """The same for programs."""
    beside = beside_of(output)
    told: dict[str, Any] = {
        "rows": tally.rows,
        "kept": tally.kept,
        "changes": dict(tally.changes.most_common()),
        "rejected": dict(tally.rejected.most_common()),
        "quarantined": dict(tally.quarantined.most_common()),
        "flagged": dict(tally.flagged.most_common()),
        "reshaped": dict(tally.reshaped.most_common()),
        "output": str(output),
        "rejected_rows": str(beside.rejected) if tally.rejected else None,
        "quarantine": str(beside.quarantine) if tally.quarantined else None,
        "mapping": str(beside.mapping) if tally.sealed else None,
    }
    return json_report(told)


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
