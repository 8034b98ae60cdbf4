"""What a deduplication of a file did, for reading, for programs and as a page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jobs.tools.dedup_pairs import Found
from jobs.tools.dedup_report import Shown, cluster_sizes, report
from jobs.tools.dedup_rows import Reading, Rows
from jobs.tools.dedup_write import RULES, Outputs, Written
from jobs.tools.json_output import json_report
from jobs.tools.places import name_rows
from jobs.tools.quarantine import told_of_quarantine

_LARGEST = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """All that is told of a run."""

    method: str
    reading: Reading
    rows: Rows
    found: Found
    done: Written
    outputs: Outputs
    page: Path | None

    @property
    def counts(self) -> dict[str, int]:
        """Rows by what became of them."""
        done, quarantined = self.done, sum(self.rows.quarantined.values())
        counts = {"rows": len(self.rows) + quarantined, "kept": done.kept, "removed": done.removed}
        return counts | {"flagged": done.flagged, "quarantined": quarantined}

    @property
    def clusters(self) -> list[dict[str, Any]]:
        """The largest clusters: the row that is kept, and how many rows it stands for, itself included."""
        total = cluster_sizes(self.found.witness, self.rows.sizes)
        largest = [k for k in np.argsort(-total, kind="stable")[:_LARGEST].tolist() if total[k] > 1]
        return [{"kept": self.rows.names[self.rows.first[k]], "rows": int(total[k])} for k in largest]


def summary_text(summary: Summary) -> str:
    """The summary for reading."""
    counts, rows, done = summary.counts, summary.rows, summary.done
    told = ", ".join(f"{counts[name]:,} {name}" for name in ("kept", "removed", "quarantined"))
    flagged = f"; {counts['flagged']:,} of the kept flagged" if counts["flagged"] else ""
    lines = [f"{counts['rows']:,} rows in: {told}{flagged}"]
    lines += [f"  {count:>9,}  {name}: {RULES[name]}" for name, count in done.rules.most_common() if name]
    lines += ["compared by:", *(f"  {line}" for line in summary.found.told)]
    if clusters := summary.clusters:
        lines.append("largest clusters: " + ", ".join(f"{c['kept']} ({c['rows']:,} rows)" for c in clusters))
    if rows.nothing.total:
        lines.append(f"nothing to compare in {name_rows(rows.nothing.first, rows.nothing.total)}")
    if rows.repeated_ids:
        lines.append(f"{rows.repeated_ids:,} rows share their id with another row; they are named by their number")
    if done.replaced:
        replaced = ", ".join(f"{name} in {count:,} rows" for name, count in sorted(done.replaced.items()))
        lines.append(f"fields of the input that were written over (--prefix keeps them): {replaced}")
    lines.append(f"written to {summary.outputs.rows} ({done.rows:,} rows)")
    if summary.outputs.pairs:
        lines.append(f"pairs: {summary.outputs.pairs} ({done.pairs:,})")
    lines += told_of_quarantine(done.quarantine, rows.quarantined)
    if summary.page:
        lines.append(f"page to judge the threshold by: {summary.page}")
    return "\n".join(lines) + "\n"


def summary_json(summary: Summary) -> str:
    """The summary for programs: the same facts."""
    done, rows = summary.done, summary.rows
    told = {
        "method": summary.method,
        **summary.counts,
        "rules": {name: count for name, count in sorted(done.rules.items()) if name},
        "thresholds": summary.found.thresholds,
        "compared_by": summary.found.told,
        "largest_clusters": summary.clusters,
        "nothing_to_compare": rows.nothing,
        "repeated_ids": rows.repeated_ids,
        "replaced": dict(done.replaced),
        "reasons": dict(rows.quarantined),
        "output": str(summary.outputs.rows),
        "pairs": {"file": str(summary.outputs.pairs), "count": done.pairs} if summary.outputs.pairs else None,
        "quarantine": str(done.quarantine) if done.quarantine else None,
        "html": str(summary.page) if summary.page else None,
    }
    return json_report(told)


def write_page(summary: Summary, guards: tuple[str, ...]) -> None:
    """Write the page that was asked for."""
    from jobs.tools.dedup_page import report_html

    rows = summary.rows

    def show(known: int) -> Shown:
        return Shown(str(rows.names[rows.first[known]]), rows.texts[known].as_py())

    title = f"{summary.method}: {', '.join(map(str, summary.reading.files))}"
    counts = {name: count for name, count in summary.counts.items() if count or name in ("kept", "removed")}
    if summary.page is not None:
        shown = report(title, counts, summary.found, rows.sizes, show, guards)
        summary.page.write_text(report_html(shown), encoding="utf-8")
