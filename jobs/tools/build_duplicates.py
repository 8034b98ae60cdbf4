"""The page of duplicates for a data set that was built: the decisions of a deduplication and the rows they speak of.

Read without Spark. Texts are held of those rows alone that are like another one; what lies below the threshold is not
in the lake, so the page does not show it (``gristmill dedup`` on a file does).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.lake.layout import Layout
from jobs.lake.versions import Commit, TableVersion, history, scan
from jobs.similarity.keys import KEY_COLUMNS, By, key_texts
from jobs.tools.build_pages import NoPageError, refuse_page, rows_to_show
from jobs.tools.dedup_page import report_html
from jobs.tools.dedup_pairs import Found, Pairs, no_pairs
from jobs.tools.dedup_report import DedupReport, Shown, report

STAGES = ("deduplicate_exact", "deduplicate_near", "deduplicate_semantic")


@dataclass(frozen=True, slots=True)
class _Duplicate:
    """A row that is like a kept one: removed, or kept and flagged."""

    record_id: str
    witness: str
    similarity: float
    kept: bool
    rule: str


def checked_page(page: Path, stage: str, by: str, *, force: bool) -> Path:
    """The page's place.

    Raises:
        NoPageError: an unknown stage or part of a row, or a page that exists or has no folder.
    """
    for option, given, known in (("--stage", stage, STAGES), ("--by", by, get_args(By))):
        if given not in known:
            raise NoPageError(f"{option}: expected one of {', '.join(known)}; came {given}")
    refuse_page(page, force=force)
    return page


def write_build_page(root: Path, dataset: str, stage: str, by: By, page: Path) -> DedupReport:
    """Write the page of the newest decisions of a stage; returns what it shows.

    Args:
        root: the lake.
        by: the part of a row that is shown: that which the stage compared.

    Raises:
        NoPageError: the stage has decided nothing, or on rows of the raw zone, which no page may show.
    """
    commit = _newest(root, dataset, stage)
    rows = rows_to_show(commit, root, dataset)
    counts, found = _decisions(commit.table)
    shown = _report(f"{dataset}, {stage}, {commit.table}, run {commit.provenance.run_id}", counts, found, rows, by)
    page.write_text(report_html(shown), encoding="utf-8")
    return shown


def _newest(root: Path, dataset: str, stage: str) -> Commit:
    commits = history(Layout(root, dataset).table(stage, "clean"))
    if commits and commits[0].provenance.inputs:
        return commits[0]
    there = [name for name in STAGES if history(Layout(root, dataset).table(name, "clean"))]
    if there:
        raise NoPageError(f"{dataset} has no decisions of {stage}; there are those of {', '.join(there)}")
    known = sorted(p.name for p in (root / "clean").iterdir()) if (root / "clean").is_dir() else []
    raise NoPageError(f"no data set {dataset} with a deduplication in {root}; there are {', '.join(known) or 'none'}")


def _decisions(table: TableVersion) -> tuple[dict[str, int], list[_Duplicate]]:
    counts: Counter[str] = Counter({"rows": 0, "kept": 0, "removed": 0})
    found = []
    for batch in scan(table, ["record_id", "kept", "reason", "evidence"]):
        kept = batch.column("kept")
        counts.update({"rows": len(batch), "kept": kept.true_count, "removed": len(batch) - kept.true_count})
        witness = pc.struct_field(batch.column("evidence"), "witness")
        for row in batch.filter(witness.is_valid()).to_pylist():
            told = row["evidence"]
            value = 1.0 if told["similarity"] is None else told["similarity"]
            found.append(_Duplicate(row["record_id"], told["witness"], value, row["kept"], told["rule"] or ""))
            counts["flagged"] += row["kept"]
    return dict(counts), found


def _report(
    title: str, counts: dict[str, int], duplicates: list[_Duplicate], rows: TableVersion, by: By
) -> DedupReport:
    duplicates = sorted(duplicates, key=lambda one: (one.kept, one.record_id))
    # A row may be removed by one comparison only, and a flagged one stands for no other.
    ids = sorted({one.witness for one in duplicates} | {one.record_id for one in duplicates})
    place = {record_id: k for k, record_id in enumerate(ids)}
    texts = dict(_texts(rows, ids, by))
    own = np.array([place[one.record_id] for one in duplicates], dtype=np.int64)
    other = np.array([place[one.witness] for one in duplicates], dtype=np.int64)
    value = np.array([one.similarity for one in duplicates], dtype=np.float64)
    kept = np.array([one.kept for one in duplicates], dtype=bool)
    witness, like = np.full(len(ids), -1, dtype=np.int64), np.full(len(ids), -1, dtype=np.int64)
    similarity = np.full(len(ids), np.nan)
    witness[own[~kept]], like[own[kept]] = other[~kept], other[kept]
    similarity[own] = value
    thresholds = _thresholds(duplicates)
    ways = [one.rule for one in duplicates]
    compared = np.array([way in thresholds for way in ways], dtype=bool)
    pairs = Pairs(other, own, value, [None] * len(own), ways).take(np.flatnonzero(compared))
    told = sorted({one.rule for one in duplicates if one.rule}) or ["no row is like another"]
    found = Found(witness, like, similarity, [""] * len(ids), pairs, no_pairs(), thresholds, 0.0, told)

    def show(known: int) -> Shown:
        return Shown(ids[known], texts.get(ids[known], ""))

    shown = report(title, counts, found, np.ones(len(ids), dtype=np.int64), show)
    shown.below = None
    return shown


def _texts(rows: TableVersion, ids: list[str], by: By) -> Iterator[tuple[str, str]]:
    wanted = pa.array(ids, pa.string())
    for batch in scan(rows, ["record_id", *KEY_COLUMNS]):
        chosen = batch.filter(pc.is_in(batch.column("record_id"), wanted))
        if len(chosen):
            texts = key_texts(pa.Table.from_batches([chosen]).select(KEY_COLUMNS), by).to_pylist()
            yield from zip(chosen.column("record_id").to_pylist(), texts, strict=True)


def _thresholds(duplicates: list[_Duplicate]) -> dict[str, float]:
    """By rule: the threshold that it names, else the least similarity that it removed or flagged at.

    A rule by which all are equal has none.
    """
    least: dict[str, float] = {}
    for one in duplicates:
        least[one.rule] = min(one.similarity, least.get(one.rule, 1.0))
    named = {rule: re.search(r">= ?([0-9.]+[0-9])", rule) for rule in least}
    return {
        rule: float(match.group(1)) if (match := named[rule]) else value
        for rule, value in least.items()
        if value < 1.0 or named[rule]
    }
