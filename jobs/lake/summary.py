"""What a stage did, in numbers. Plain values: who reads a report needs no Spark (jobs.lake.measure counts)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class SourceCount(BaseModel):
    """One source's share of a stage's rows."""

    model_config = ConfigDict(frozen=True)
    rows_in: int = 0
    kept: int = 0
    removed: int = 0
    quarantined: int = 0
    flagged: int = 0


class RuleCount(BaseModel):
    """Rows that one quality rule broke: removed by it alone, removed by it whether others spoke too or not, flagged."""

    model_config = ConfigDict(frozen=True)
    alone: int = 0
    together: int = 0
    flagged: int = 0


class StageSummary(BaseModel):
    """Counts of one stage's committed version; reasons and kinds are snake_case words, never text of a row.

    ``rows_in`` is what the stages before it left (for ``collect``: what the readers met), so that
    ``rows_in == kept + removed + quarantined`` is a check and not a definition. ``contaminated`` deals the rows removed
    for that reason to the evaluation sets whose questions they hold. ``rules`` counts rows by broken quality rule.
    ``usual_removed`` is what earlier versions removed of each source (``jobs.lake.judgement``), ``measured`` how many
    removed rows were compared with their witnesses anew, and ``confirmed`` how many of them were found to be as alike
    as was said. ``residual`` counts the kept rows in which an independent second look (``jobs.privacy.residual``) still
    sees personal data, by every kind that it looked for, and ``residual_rows`` those in which it sees any; None where
    nobody looked.
    """

    model_config = ConfigDict(frozen=True)
    stage: str
    rows_in: int
    kept: int
    removed: dict[str, int] = Field(default_factory=dict)
    contaminated: dict[str, int] = Field(default_factory=dict)
    flagged: dict[str, int] = Field(default_factory=dict)
    rules: dict[str, RuleCount] = Field(default_factory=dict)
    quarantined: dict[str, int] = Field(default_factory=dict)
    changes: dict[str, int] = Field(default_factory=dict)
    changed_rows: int = 0
    splits: dict[str, int] = Field(default_factory=dict)
    largest_cluster: int = 1
    measured: int = 0
    confirmed: int = 0
    usual_removed: dict[str, float] = Field(default_factory=dict)
    residual: dict[str, int] | None = None
    residual_rows: int | None = None
    sources: dict[str, SourceCount] = Field(default_factory=dict)

    def sheet(self) -> dict[str, Any]:
        """The one-row sheet that a gate's ``summary`` expectations are judged on."""
        removed, quarantined = sum(self.removed.values()), sum(self.quarantined.values())
        whole = max(self.rows_in, 1)
        return {
            "rows_in": self.rows_in,
            "kept": self.kept,
            "removed": removed,
            "flagged": sum(self.flagged.values()),
            "quarantined": quarantined,
            "unaccounted": self.rows_in - self.kept - removed - quarantined,
            "kept_share": self.kept / whole,
            "removed_share": removed / whole,
            "quarantined_share": quarantined / whole,
            "changed_rows": self.changed_rows,
            "largest_cluster": self.largest_cluster,
            "largest_cluster_share": self.largest_cluster / whole,
            "measured": self.measured,
            "confirmed_share": self.confirmed / self.measured if self.measured else 1.0,
            "residual_rows": self.residual_rows,
            "residual_share": None if self.residual_rows is None else self.residual_rows / max(self.kept, 1),
        }

    def source_sheets(self, expected: dict[str, int | None]) -> list[dict[str, Any]]:
        """One row a source, for a gate's ``sources`` expectations.

        Args:
            expected: expected volume in rows by source name; ``volume_ratio`` is null where none is stated, and
                ``removed_share_change`` where no earlier version was judged.
        """
        rows = []
        for name in sorted(set(self.sources) | set(expected)):
            count = self.sources.get(name, SourceCount())
            whole, volume = max(count.rows_in, 1), expected.get(name)
            removed_share, usual = count.removed / whole, self.usual_removed.get(name)
            rows.append(
                {
                    "source": name,
                    **count.model_dump(),
                    "removed_share": removed_share,
                    "removed_share_change": None if usual is None else removed_share - usual,
                    "quarantined_share": count.quarantined / whole,
                    "volume_ratio": count.rows_in / volume if volume else None,
                }
            )
        return rows
