"""What the pages about a build share: a place to be written to, and rows that a page may show."""

from __future__ import annotations

from pathlib import Path

from jobs.lake.versions import Commit, TableVersion


class NoPageError(ValueError):
    """There is nothing that a page may show, or no place for it; the message says what there is."""


def refuse_page(page: Path, *, force: bool) -> None:
    """Raises:
    NoPageError: the page exists and is not forced, or its folder does not exist.
    """
    if page.exists() and not force:
        raise NoPageError(f"{page} exists; overwrite it with --force, or name another file")
    if page.is_dir() or not page.parent.is_dir():
        raise NoPageError(f"expected a file in a folder that exists, came {page}")


def rows_to_show(commit: Commit, root: Path, dataset: str) -> TableVersion:
    """The rows that a stage's decisions speak of.

    Args:
        root: the lake.

    Raises:
        NoPageError: they are of the raw zone, and hold personal data.
    """
    rows = commit.provenance.inputs[0]
    if Path(rows.path).is_relative_to(root / "raw"):
        raise NoPageError(
            f"{commit.provenance.stage} of {dataset} read the raw zone, which holds personal data: no page shows it. "
            "Build with remove_pii before it"
        )
    return rows
