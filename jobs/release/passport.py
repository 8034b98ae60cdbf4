"""The data passport: where every row of a release came from, what was done to it, and why every other row is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jobs.lake.job import SourceFile
from jobs.lake.report import StageReport
from jobs.lake.summary import SourceCount
from jobs.release.limitations import limitations
from jobs.release.model import Release


def make_passport(release: Release, files: Sequence[SourceFile]) -> dict[str, Any]:
    """The passport as JSON values.

    Args:
        files: every raw file that was read, with its sha256.

    Returns:
        ``identity``: name, version, description, language, released_at (UTC, ISO 8601), code_commit,
            configuration_hash, run_id, content_digest.
        ``goal``: capabilities and targets, as the specification states them.
        ``origin``: one a source: name, kind, licence, synthetic, collected_at, expected_volume, rows_collected,
            rows_released, files (uri and sha256).
        ``processing``: one a stage, in order: rows_in, kept, removed, flagged, quarantined and changes (each by
            reason or kind), changed_rows, residual and residual_rows (rows in which an independent look by broad
            patterns still saw personal data, by kind and together: an estimate, null where the stage took none out),
            gate, gate_message, table (folder and version), seconds, reused, params.
        ``statistics``: as ``jobs.release.statistics.Statistics``, and ``measures`` of the acceptance targets.
        ``acceptance``: one a target: measure, value, at_least, at_most, passed, otherwise.
        ``files``: one a data file: path, format, split, rows, bytes, sha256, lost, refused, out_of_order.
        ``limitations``: one each: kind and detail.
    """
    plain = release.model_dump(mode="json")
    specification = release.specification
    return {
        "identity": {
            "name": release.name,
            "version": release.version,
            "description": specification.get("description", ""),
            "language": list(specification.get("language") or ()),
            "released_at": plain["released_at"],
            "code_commit": release.code_commit,
            "configuration_hash": release.configuration_hash,
            "run_id": release.run_id,
            "content_digest": release.content_digest,
        },
        "goal": specification.get("goal") or {},
        "origin": [_origin(source, release, files) for source in specification.get("sources") or []],
        "processing": [_step(report, release) for report in release.stages],
        "statistics": {**plain["statistics"], "measures": plain["measures"]},
        "acceptance": plain["acceptance"],
        "files": plain["files"],
        "limitations": [limitation.model_dump() for limitation in limitations(release)],
    }


def _origin(source: dict[str, Any], release: Release, files: Sequence[SourceFile]) -> dict[str, Any]:
    name = source["name"]
    collect = next((report.summary for report in release.stages if report.stage == "collect"), None)
    count = collect.sources.get(name, SourceCount()) if collect else SourceCount()
    return {
        "name": name,
        "kind": source.get("kind"),
        "licence": source.get("licence"),
        "synthetic": source.get("kind") in ("synthetic", "templates"),
        "collected_at": source.get("collected_at"),
        "expected_volume": source.get("expected_volume"),
        "rows_collected": count.rows_in,
        "rows_released": release.statistics.sources.get(name, 0),
        "files": [{"uri": file.uri, "sha256": file.sha256} for file in files if file.source == name],
    }


def _step(report: StageReport, release: Release) -> dict[str, Any]:
    summary = report.summary.model_dump(exclude={"sources", "largest_cluster"})
    return {
        **summary,
        "gate": report.gate,
        "gate_message": report.gate_message,
        "table": str(report.table),
        "seconds": round(report.seconds, 1),
        "reused": report.reused,
        "params": (release.specification.get("stages") or {}).get(report.stage) or {},
    }
