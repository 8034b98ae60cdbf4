"""What earlier versions removed is the measure of what this one removes."""

from __future__ import annotations

from pathlib import Path

from jobs.lake.judgement import Judgement, keep_judgement, usual_removed
from jobs.lake.suites import CheckResult, GateResult
from jobs.lake.summary import SourceCount, StageSummary
from jobs.lake.versions import TableVersion


def keep(folder: Path, version: int, removed: dict[str, int], passed: bool = True) -> Path:
    """A judgement of 100 rows a source."""
    table = TableVersion(path="lake/deduplicate_near", version=version)
    sources = {name: SourceCount(rows_in=100, kept=100 - n, removed=n) for name, n in removed.items()}
    check = CheckResult(
        type="t",
        column=None,
        section="rows",
        severity="critical",
        kwargs={},
        success=passed,
        observed={},
        bound="",
    )
    gate = GateResult(
        stage="deduplicate_near",
        table=table,
        suite_file="s",
        suite_hash="h",
        checks=(check,),
        docs="",
        judged_at="",
        seconds=0.0,
    )
    summary = StageSummary(stage="deduplicate_near", rows_in=100, kept=1, sources=sources)
    judgement = Judgement(table=table, summary=summary, gate=gate, suite_hash="h", expected_volumes={}, seconds=0.0)
    file = folder / f"v{version}.json"
    keep_judgement(judgement, file)
    return file


def test_the_usual_share_is_the_median_of_the_last_versions_that_passed(tmp_path: Path) -> None:
    for version, removed in enumerate((90, 10, 12, 14, 16, 18)):
        keep(tmp_path, version, {"logs": removed})
    keep(tmp_path, 6, {"logs": 99}, passed=False)
    keep(tmp_path, 9, {"logs": 98})
    keep(tmp_path, 10, {"web": 20, "logs": 30})
    (tmp_path / "notes.json").write_text("{}")
    (tmp_path / "v3.json").write_text("of an older make")

    # Numbers are compared as numbers: v10 comes after v9.
    assert usual_removed(tmp_path / "v11.json") == {"logs": 0.18, "web": 0.2}
    assert usual_removed(tmp_path / "v7.json") == {"logs": 0.16}
    assert usual_removed(tmp_path / "v0.json") == {}
    assert usual_removed(tmp_path / "nowhere" / "v1.json") == {}


def test_a_source_without_history_has_no_change() -> None:
    sources = {"new": SourceCount(rows_in=10, removed=5), "old": SourceCount(rows_in=10, removed=5)}
    summary = StageSummary(stage="s", rows_in=20, kept=10, sources=sources, usual_removed={"old": 0.2, "gone": 0.1})
    changes = {row["source"]: row["removed_share_change"] for row in summary.source_sheets({})}
    assert changes == {"new": None, "old": 0.3}
