"""What a conversion did, for reading and for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from jobs.formats.export import Export
from jobs.tools.json_output import json_report
from jobs.tools.places import Places, name_rows
from jobs.tools.quarantine import told_of_quarantine


@dataclass(slots=True)
class Conversion:
    """What a conversion did.

    Attributes:
        reasons: why rows were quarantined -> how many.
        lost: what the target format could not hold -> in how many written rows, and in which first.
    """

    export: Export
    quarantine: Path | None
    rows_in: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    lost: dict[str, Places] = field(default_factory=dict)

    @property
    def quarantined(self) -> int:
        return sum(self.reasons.values())


def summary_text(done: Conversion) -> str:
    """The summary for reading."""
    export = done.export
    lines = [f"{done.rows_in:,} rows in, {export.rows:,} written, {done.quarantined:,} quarantined"]
    lines.append(f"written to {export.path} ({export.format}, {export.bytes:,} bytes)")
    lines += told_of_quarantine(done.quarantine, done.reasons)
    if done.lost:
        lines.append(f"what the format {export.format} cannot hold, and so was left out:")
        for name, places in sorted(done.lost.items(), key=lambda item: (-item[1].total, item[0])):
            lines.append(f"  {places.total:>9,}  {name}: {name_rows(places.first, places.total)}")
    if export.out_of_order:
        lines.append(
            f"{export.out_of_order:,} dialogues do not alternate between user and assistant, or do not end with an "
            "answer: LLaMA-Factory would drop them"
        )
    return "\n".join(lines) + "\n"


def summary_json(done: Conversion) -> str:
    """The summary for programs: the same facts."""
    export = done.export
    told = {
        "rows_in": done.rows_in,
        "written": export.rows,
        "quarantined": done.quarantined,
        "reasons": dict(done.reasons),
        "output": str(export.path),
        "format": export.format,
        "quarantine": str(done.quarantine) if done.quarantine else None,
        "sha256": export.sha256,
        "lost": done.lost,
        "out_of_order": export.out_of_order,
    }
    return json_report(told)
