"""The report of a build that a person reads at its end, and its file for machines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from jobs.lake.report import StageReport
from jobs.plan import Plan
from jobs.release.publishing import Published

_COLOURS = {"ok": "green", "info": "cyan", "warning": "yellow", "critical": "red"}


class BuildReport(BaseModel):
    """What one run of ``build-dataset`` did.

    Attributes:
        created: False when an equal release stood there already, and none was made.
        docs: the page of the Data Docs, None when none were built.
    """

    model_config = ConfigDict(frozen=True)
    dataset: str
    version: str
    run_id: str
    finished_at: datetime
    stages: tuple[StageReport, ...]
    created: bool
    release: Path
    docs: Path | None

    @classmethod
    def of(cls, plan: Plan, run_id: str, stages: list[StageReport], published: Published) -> BuildReport:
        """The report of a run that has ended well."""
        docs = plan.layout.docs / "index.html"
        return cls(
            dataset=plan.specification.name,
            version=published.release.version,
            run_id=run_id,
            finished_at=datetime.now(UTC),
            stages=tuple(stages),
            created=published.created,
            release=published.folder,
            docs=docs if docs.exists() else None,
        )

    @property
    def nothing_changed(self) -> bool:
        """No stage had work to do and no release was made."""
        return not self.created and all(stage.reused for stage in self.stages)

    def keep(self, folder: Path) -> BuildReport:
        """Writes the report to ``<folder>/<run id>.json`` and gives it back."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.run_id}.json").write_text(self.model_dump_json(indent=2), "utf-8")
        return self


def describe(stage: StageReport) -> str:
    """One line of progress about a stage that is done."""
    done = "reused" if stage.reused else f"{stage.seconds:.1f} s"
    return f"kept {stage.summary.kept:,} of {stage.summary.rows_in:,} rows; gate {stage.gate}; {done}"


def show_build(report: BuildReport, console: Console) -> None:
    """Prints the table of stages, the warnings, and where everything lies."""
    console.print(stage_table(report.stages))
    for stage in report.stages:
        if stage.gate in ("warning", "critical"):
            console.print(Text(f"{stage.stage}: {stage.gate_message}", style=_COLOURS[stage.gate]))
    name = f"{report.dataset}@{report.version}"
    if report.nothing_changed:
        console.print(Text(f"Nothing has changed since {name}: no stage had work to do, no new version was made."))
    elif not report.created:
        console.print(Text(f"The result equals {name}, so no new version was made."))
    else:
        console.print(Text(f"Published {name}", style="bold green"))
    quarantining = [stage.table for stage in report.stages if stage.summary.quarantined]
    places = {
        "release": report.release,
        "passport": report.release / "passport.md",
        "Data Docs": report.docs,
        "quarantine": f"{quarantining[0].path}, column `quarantine`" if quarantining else None,
    }
    for what, place in places.items():
        if place is not None:
            console.print(Text(f"  {what:<10} {place}"), soft_wrap=True)


def stage_table(stages: tuple[StageReport, ...]) -> RenderableType:
    """One line a stage; a reused stage shows the seconds of the run that made it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in ("stage", "rows in", "kept"):
        table.add_column(header, justify="left" if header == "stage" else "right")
    table.add_column("removed, changed, flagged", overflow="fold")
    table.add_column("gate")
    table.add_column("seconds", justify="right")
    for stage in stages:
        seconds = f"({stage.seconds:.1f})" if stage.reused else f"{stage.seconds:.1f}"
        table.add_row(
            stage.stage,
            f"{stage.summary.rows_in:,}",
            f"{stage.summary.kept:,}",
            _what_happened(stage),
            Text(stage.gate, style=_COLOURS[stage.gate]),
            seconds,
        )
    notes = [Text("Seconds in brackets: the stage was reused; they are those of the run that made it.", style="dim")]
    return Group(table, *(notes if any(stage.reused for stage in stages) else []))


def _what_happened(stage: StageReport) -> Text:
    summary = stage.summary
    parts: list[str] = []
    for label, counts in (("removed", summary.removed), ("quarantined", summary.quarantined)):
        if counts:
            parts.append(f"{label} {sum(counts.values()):,} ({_listed(counts)})")
    if summary.contaminated:
        parts.append(f"held questions of {_listed(summary.contaminated)}")
    if summary.changes:
        parts.append(f"changed {summary.changed_rows:,} rows ({_listed(summary.changes)})")
    if summary.residual_rows is not None:
        left = {kind: n for kind, n in (summary.residual or {}).items() if n}
        told = f" ({_listed(left)})" if left else ""
        parts.append(f"personal data may be left in {summary.residual_rows:,} rows{told}, by broad patterns")
    if summary.flagged:
        parts.append(f"flagged {_listed(summary.flagged)}")
    if summary.splits:
        parts.append(_listed(summary.splits))
    return Text("; ".join(parts) or "-")


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{reason} {n:,}" for reason, n in counts.items())


def as_rows(stages: tuple[StageReport, ...] | list[StageReport]) -> list[dict[str, Any]]:
    """The stages as ``show --json`` prints them."""
    return [
        {
            "stage": stage.stage,
            "rows_in": stage.summary.rows_in,
            "kept": stage.summary.kept,
            "removed": stage.summary.removed,
            "contaminated": stage.summary.contaminated,
            "flagged": stage.summary.flagged,
            "rules": {rule: count.model_dump() for rule, count in stage.summary.rules.items()},
            "quarantined": stage.summary.quarantined,
            "changes": stage.summary.changes,
            "splits": stage.summary.splits,
            "residual": stage.summary.residual,
            "residual_rows": stage.summary.residual_rows,
            "gate": stage.gate,
            "seconds": round(stage.seconds, 3),
            "table": stage.table.path,
            "version": stage.table.version,
        }
        for stage in stages
    ]
