"""The report of a deduplication as a page of its own (``jobs.tools.pages``). It shows rows, escaped and cut."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.tools.charts import bars, histogram
from jobs.tools.dedup_report import DedupReport, Difference, Shown, ShownCluster, ShownPair
from jobs.tools.pages import page, safe, show_runs
from jobs.tools.text_diff import Run, beginning, differences

_WAYS = {"near": "Jaccard similarity of shingles", "lexical": "cosine of shared characters (lexical)"}


def report_html(report: DedupReport) -> str:
    """The page, whole."""
    counted = "".join(f"<tr><td>{safe(name)}</td><td>{count:,}</td></tr>" for name, count in report.counts.items())
    told = "".join(f"<li>{safe(line)}</li>" for line in report.told)
    body = [
        f"<h1>Duplicates</h1><p class=dim>{safe(report.title)}</p>",
        f"<div class=plots><div><table>{counted}</table></div>",
        f"<div>Compared by<ul>{told}</ul>{_curve(report)}</div></div>",
        f"<h2>Similarity of the pairs</h2>{_histograms(report)}",
        _section(
            "Just above the threshold",
            report.above,
            "The least alike that still count as duplicates. If these are not the same, raise the threshold.",
        ),
        _section(
            "Just below the threshold",
            report.below,
            "The most alike that do not count. If these are the same, lower the threshold. Fewer are found the farther "
            "below they lie.",
        ),
        _differences(
            "Kept apart by a guard",
            report.blocked,
            "Alike enough, but they differ in what a guard looks at, so neither stands for the other.",
        ),
        _differences(
            "Merged although they differ",
            report.merged_though,
            f"Among {report.looked_at:,} removed texts: what they differ in from the text that stands for them. "
            "A guard keeps such pairs apart.",
        ),
        f"<h2>Clusters</h2>{_clusters(report)}",
    ]
    return page(f"Duplicates: {report.title}", "".join(body))


def _curve(report: DedupReport) -> str:
    if not report.curve:
        return ""
    return (
        f"<details><summary>Which pairs the bands find</summary><pre>{safe(chr(10).join(report.curve))}</pre></details>"
    )


def _histograms(report: DedupReport) -> str:
    drawn = [
        histogram(
            f"{_WAYS.get(way, way if ' ' in way else f'cosine by {way}')}, in steps of 0.01: how many pairs",
            bins,
            round(report.thresholds[way] * 100),
            marked="threshold",
            value=lambda hundredths: f"{hundredths / 100:.2f}",
            numbered=True,
        )
        for way, bins in report.histograms.items()
        if bins
    ]
    if not drawn:
        return "<p>No two different texts were alike enough to be shown.</p>"
    return f"<div class=plots>{''.join(drawn)}</div>"


def _section(title: str, pairs: Sequence[ShownPair] | None, what: str) -> str:
    if pairs is None:
        return ""
    if not pairs:
        return f"<h2>{title}</h2><p>There are none.</p>"
    return f"<h2>{title}</h2><p class=dim>{what}</p>{''.join(map(_pair, pairs))}"


def _differences(title: str, found: Sequence[Difference], what: str) -> str:
    if not found:
        return ""
    drawn = bars("pairs by difference", {one.name.replace("_", " "): one.count for one in found})
    listed = "".join(
        f"<details><summary>{safe(one.name.replace('_', ' '))}: {one.count:,}</summary>"
        f"{''.join(map(_pair, one.examples))}</details>"
        for one in found
    )
    return f"<h2>{title}</h2><p class=dim>{what}</p>{drawn}{listed}"


def _pair(pair: ShownPair) -> str:
    first, second = differences(pair.first.text, pair.second.text)
    note = f", {safe(pair.note)}" if pair.note else ""
    return (
        f"<article><strong>{pair.similarity:.3f}</strong><span class=dim>{note}</span>"
        f"<div class=pair>{_row(pair.first, first)}{_row(pair.second, second)}</div></article>"
    )


def _row(row: Shown, runs: list[Run]) -> str:
    return f"<div class=row><div class=name>{safe(row.name)}</div>{show_runs(runs)}</div>"


def _clusters(report: DedupReport) -> str:
    if not report.clusters:
        return "<p>No row stands for another.</p>"
    total = sum(report.sizes.values())
    return (
        bars(f"{total:,} clusters by size", report.sizes)
        + "<p class=dim>The largest, with the rows least like the one that is kept.</p>"
        + "".join(map(_cluster, report.clusters))
    )


def _cluster(cluster: ShownCluster) -> str:
    equal = f", {cluster.copies:,} of them equal" if cluster.copies > 1 else ""
    members = "".join(
        f"<div class=row><div class=name>{safe(pair.second.name)}, {pair.similarity:.3f}</div>"
        f"{show_runs(differences(pair.first.text, pair.second.text)[1])}</div>"
        for pair in cluster.members
    )
    rest = cluster.texts - 1 - len(cluster.members)
    more = f"<p class=dim>and {rest:,} other texts</p>" if rest else ""
    return (
        f"<article><strong>{cluster.size:,} rows</strong>{equal}"
        f"<div class=row><div class=name>{safe(cluster.kept.name)}, kept</div>"
        f"{show_runs(beginning(cluster.kept.text))}</div>"
        + (f"<details open><summary>removed</summary>{members}{more}</details>" if members else "")
        + "</article>"
    )
