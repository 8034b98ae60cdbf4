"""What ``gristmill releases`` and ``gristmill show`` print, for people and as plain values for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.report import as_rows, stage_table
from jobs.lake.layout import Layout
from jobs.release.ledger import folder_of
from jobs.release.model import Release


def release_rows(releases: Sequence[Release]) -> list[dict[str, Any]]:
    """One line a release."""
    return [
        {
            "name": release.name,
            "version": release.version,
            "released_at": release.released_at.isoformat(timespec="seconds"),
            "rows": release.statistics.rows,
            "content_digest": release.content_digest,
            "code_commit": release.code_commit,
            "run_id": release.run_id,
        }
        for release in releases
    ]


def release_table(releases: Sequence[Release]) -> Table:
    """The same for reading."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in ("release", "released", "rows", "code", "content"):
        table.add_column(header, justify="right" if header == "rows" else "left", overflow="fold")
    for release in releases:
        table.add_row(
            Text(release.reference),
            release.released_at.strftime("%Y-%m-%d %H:%M"),
            f"{release.statistics.rows:,}",
            Text(release.code_commit[:12]),
            release.content_digest[:12],
        )
    return table


def release_details(release: Release, layout: Layout) -> dict[str, Any]:
    """Everything about one release; ``stages`` stand in order with their counts, gate, seconds and table version."""
    whole = release.model_dump(mode="json", exclude={"stages"})
    return {**whole, "folder": str(folder_of(layout, release.version)), "stages": as_rows(release.stages)}


def show_release(release: Release, layout: Layout, console: Console) -> None:
    """Prints how a release came about and what it holds."""
    folder = folder_of(layout, release.version)
    console.print(Text(f"{release.reference}  {release.specification['description']}", style="bold"))
    for what, value in {
        "released": release.released_at.strftime("%Y-%m-%d %H:%M UTC"),
        "code": release.code_commit,
        "configuration": release.configuration_hash,
        "run": release.run_id,
        "folder": folder,
    }.items():
        console.print(Text(f"  {what:<14}{value}"), soft_wrap=True)
    console.print(stage_table(release.stages))
    files = Table(box=None, pad_edge=False, header_style="bold")
    for header in ("file", "rows", "bytes", "sha256"):
        files.add_column(header, justify="right" if header in ("rows", "bytes") else "left", overflow="fold")
    for file in release.files:
        files.add_row(Text(file.path), f"{file.rows:,}", f"{file.bytes:,}", file.sha256[:16])
    console.print(files)
    for result in release.acceptance:
        verdict = "reached" if result.passed else "missed"
        console.print(Text(f"  acceptance: {result.measure} {result.value:g} {verdict}"))
    console.print(Text(f"  passport: {folder / 'passport.md'}"), soft_wrap=True)
