"""One build of every stage, raw files in and a release out: counts, provenance, artifacts, files and passport."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
import pytest
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.logging.handlers import APILogWorker

from jobs.lake.fingerprint import code_commit
from jobs.lake.versions import TableVersion, commit_of, scan
from jobs.pipeline import STAGES
from jobs.plan import load_plan
from jobs.release.ledger import find, verify

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mill(built: Any) -> Any:
    return built[0]


@pytest.fixture(scope="module")
def report(built: Any) -> Any:
    return built[1]


@pytest.fixture(scope="module")
def release(mill: Any) -> Any:
    return find(mill.layout, "1.0.0")


@pytest.fixture(scope="module")
def passport(report: Any) -> dict[str, Any]:
    return json.loads((report.release / "passport.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def client(prefect_server: None) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


def summaries(report: Any) -> dict[str, Any]:
    return {stage.stage: stage.summary for stage in report.stages}


def test_every_row_is_accounted_for_at_every_stage(report: Any) -> None:
    assert [stage.stage for stage in report.stages] == list(STAGES)
    before = None
    for name, summary in summaries(report).items():
        gone = sum(summary.removed.values()) + sum(summary.quarantined.values())
        assert summary.rows_in == summary.kept + gone, name
        assert before is None or summary.rows_in == before, name
        before = summary.kept


def test_each_stage_found_what_was_spoilt(report: Any) -> None:
    found = summaries(report)
    assert found["collect"].rows_in == 50, "39 in the array, 4 broken lines and a good one, 7 in the table"
    assert set(found["collect"].quarantined) == {"truncated", "unknown_role", "empty_turn", "unknown_shape"}
    assert set(found["remove_pii"].changes) == {"PHONE_NUMBER", "CN_ID_CARD", "CREDIT_CARD", "EMAIL_ADDRESS"}
    assert found["normalize_text"].changes["html"] == 1
    assert found["filter_by_quality_rules"].removed == {"refused_answer": 1, "unfilled_slots": 1}
    assert found["deduplicate_exact"].removed == {"exact_copy": 4}
    assert found["deduplicate_near"].removed == {"near_copy": 1}
    assert found["decontaminate"].removed == {"contaminated": 1}
    assert found["decontaminate"].contaminated == {"exam": 1}
    assert sum(found["split"].splits.values()) == found["publish"].kept


def test_a_quarantined_row_keeps_its_place_and_its_bytes(mill: Any, report: Any) -> None:
    table = report.stages[0].table
    rows = [row for batch in scan(table) for row in batch.to_pylist() if row["quarantine"]]
    places = {row["quarantine"]["reason"]: row["quarantine"] for row in rows}
    assert {place["uri"] for place in places.values()} == {"raw/chats_broken.jsonl"}
    lines = (mill.raw / "chats_broken.jsonl").read_bytes().splitlines()
    for place in places.values():
        assert place["raw"].rstrip() == lines[place["line"] - 1], place["reason"]
    assert places["unknown_role"]["path"] == "$.messages[0].role"


def test_every_commit_says_where_it_came_from(mill: Any, report: Any) -> None:
    plan = load_plan(mill.specification)
    rows, split = None, None
    decisions: list[TableVersion] = []
    for stage in report.stages:
        commit = commit_of(stage.table)
        assert commit is not None, stage.stage
        told = commit.provenance
        assert (told.run_id, told.dataset, told.stage) == (report.run_id, "tiny_shop", stage.stage)
        assert told.code_commit == code_commit()
        assert told.configuration_hash == plan.configuration_hash
        assert list(told.inputs) == [table for table in (rows, *decisions, split) if table], stage.stage
        writes = STAGES[stage.stage]
        if writes == "rows":
            rows, decisions = stage.table, []
        elif writes == "decisions":
            decisions.append(stage.table)
        else:
            split = stage.table


def test_each_stage_committed_once(mill: Any) -> None:
    assert mill.versions() == {stage: [0] for stage in STAGES}


def test_a_removed_copy_names_a_kept_row(report: Any) -> None:
    removed = 0
    for stage in report.stages:
        if not stage.stage.startswith("deduplicate"):
            continue
        rows = [row for batch in scan(stage.table) for row in batch.to_pylist()]
        kept = {row["record_id"] for row in rows if row["kept"]}
        for row in rows:
            if not row["kept"]:
                removed += 1
                assert row["evidence"]["witness"] in kept
                assert 0 < row["evidence"]["similarity"] <= 1
    assert removed == 5


def test_the_release_holds_what_the_last_stage_left(report: Any, release: Any) -> None:
    kept = report.stages[-1].summary.kept
    assert release.statistics.rows == kept
    assert {file.format for file in release.files} == {"chatml", "alpaca", "sharegpt"}
    for name in ("chatml", "alpaca", "sharegpt"):
        files = [file for file in release.files if file.format == name]
        written = [len((report.release / file.path).read_bytes().splitlines()) for file in files]
        assert written == [file.rows for file in files]
        assert sum(written) + sum(sum(file.refused.values()) for file in files) == kept
    assert (report.release / "dataset_info.json").is_file()


def test_no_file_differs_from_its_sha256(mill: Any, report: Any, release: Any) -> None:
    for file in (*release.files, *release.documents):
        content = (report.release / file.path).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.sha256, file.bytes), file.path
    assert verify(mill.layout, release) == []


def test_the_passport_names_every_source_file(mill: Any, passport: dict[str, Any]) -> None:
    named = {file["uri"]: file["sha256"] for source in passport["origin"] for file in source["files"]}
    files = {f"raw/{p.name}": hashlib.sha256(p.read_bytes()).hexdigest() for p in mill.raw.iterdir()}
    assert named == files
    assert {source["name"]: source["rows_collected"] for source in passport["origin"]} == {"chats": 43, "shop_qa": 7}
    assert {source["licence"] for source in passport["origin"]} == {"proprietary", "CC-BY-4.0"}


def test_the_passport_tells_every_step(report: Any, passport: dict[str, Any]) -> None:
    steps = {step["stage"]: step for step in passport["processing"]}
    for name, summary in summaries(report).items():
        told = (steps[name]["rows_in"], steps[name]["kept"], steps[name]["removed"], steps[name]["quarantined"])
        assert told == (summary.rows_in, summary.kept, summary.removed, summary.quarantined)
    assert [target["passed"] for target in passport["acceptance"]] == [True, True]


def test_a_warning_of_a_gate_stands_in_report_and_passport(report: Any, passport: dict[str, Any]) -> None:
    collect = report.stages[0]
    assert collect.gate == "warning"
    assert "volume_ratio" in collect.gate_message
    assert "shop_qa 0.07" in collect.gate_message
    assert "gate_warning" in {limitation["kind"] for limitation in passport["limitations"]}
    markdown = (report.release / "passport.md").read_text("utf-8")
    assert "volume_ratio" in markdown


def test_every_gate_has_a_page(report: Any) -> None:
    pages = [report.docs.parent / stage.stage / f"v{stage.table.version}.html" for stage in report.stages]
    assert all(page.is_file() for page in pages)
    index = report.docs.read_text("utf-8")
    assert all(f"{stage}/v0.html" in index for stage in STAGES)


def artifacts_of(client: SyncPrefectClient, run_id: str) -> dict[str, Any]:
    chosen = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[UUID(run_id)]))
    return {str(artifact.key): artifact for artifact in client.read_artifacts(artifact_filter=chosen)}


def test_prefect_keeps_a_table_a_stage_and_the_passport(client: SyncPrefectClient, report: Any) -> None:
    artifacts = artifacts_of(client, report.run_id)
    assert set(artifacts) == {f"tiny-shop-{name.replace('_', '-')}" for name in (*STAGES, "passport")}
    assert artifacts["tiny-shop-passport"].type == "markdown"
    assert artifacts["tiny-shop-passport"].data == (report.release / "passport.md").read_text("utf-8")
    for name, summary in summaries(report).items():
        artifact = artifacts[f"tiny-shop-{name.replace('_', '-')}"]
        assert artifact.type == "table"
        told = {row["what"]: row["value"] for row in json.loads(artifact.data)}
        assert (told["rows in"], told["kept"]) == (summary.rows_in, summary.kept)
        assert {f"removed: {reason}": n for reason, n in summary.removed.items()}.items() <= told.items()


def test_the_run_is_named_by_its_data_set_and_its_tasks_by_their_stage(
    client: SyncPrefectClient, mill: Any, report: Any
) -> None:
    chosen = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(report.run_id)]))
    tasks = {run.name for run in client.read_task_runs(flow_run_filter=chosen)}
    assert {f"run {stage}" for stage in STAGES} | {f"gate of {stage}" for stage in STAGES} <= tasks
    assert mill.name in client.read_flow_run(UUID(report.run_id)).name


def test_the_report_is_kept_for_machines(mill: Any, report: Any) -> None:
    kept = json.loads((mill.layout.runs / f"{report.run_id}.json").read_text("utf-8"))
    assert kept == json.loads(report.model_dump_json())


def told_by_prefect(client: SyncPrefectClient, run_id: str) -> str:
    """All that the server knows of a run: its log, its artifacts, its parameters and its states."""
    APILogWorker.instance().drain()
    run = client.read_flow_run(UUID(run_id))
    logs = client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[UUID(run_id)])), limit=200)
    chosen = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(run_id)]))
    tasks = client.read_task_runs(flow_run_filter=chosen)
    artifacts = artifacts_of(client, run_id).values()
    parts = [run.model_dump_json(), *(log.message for log in logs), *(t.model_dump_json() for t in tasks)]
    return "\n".join([*parts, *(str(artifact.data) for artifact in artifacts)])


def test_no_personal_value_stands_outside_the_raw_zone(mill: Any, personal_values: dict[str, str]) -> None:
    read = 0
    for file in mill.files_outside_raw():
        content = pq.read_table(file).to_pydict() if file.suffix == ".parquet" else file.read_bytes()
        said = str(content) if isinstance(content, dict) else content.decode("utf-8", "replace")
        read += 1
        found = [kind for kind, value in personal_values.items() if value in said]
        assert not found, f"{file.relative_to(mill.layout.root)} holds {found}"
    assert read > 9 * 3


def test_a_dialogues_number_that_was_a_telephone_number_still_tells_dialogues_apart(report: Any) -> None:
    (table,) = [stage.table for stage in report.stages if stage.stage == "remove_pii"]
    rows = [row for batch in scan(table) for row in batch.to_pylist()]
    assert re.fullmatch(r"<PHONE_1>#[0-9a-f]{6}", *{row["meta"]["dialogue_id"] for row in rows} - {None})


def test_the_raw_zone_holds_them_so_the_search_above_can_find(report: Any, personal_values: dict[str, str]) -> None:
    table = Path(report.stages[0].table.path)
    said = "".join(str(pq.read_table(file).to_pydict()) for file in table.glob("*.parquet"))
    assert all(value in said for value in personal_values.values())


def test_no_personal_value_reaches_prefect(
    client: SyncPrefectClient, report: Any, personal_values: dict[str, str]
) -> None:
    said = told_by_prefect(client, report.run_id)
    assert "[1/10] collect" in said
    assert not [kind for kind, value in personal_values.items() if value in said]


def test_the_specification_reads_back_from_the_release(mill: Any, release: Any) -> None:
    written = yaml.safe_load(mill.specification.read_text("utf-8"))
    assert release.specification["name"] == written["name"]
    assert list(release.specification["stages"]) == list(written["stages"])
    assert release.specification["stages"]["deduplicate_near"]["threshold"] > 0, "defaults are filled in"
