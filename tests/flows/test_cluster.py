"""Stages as Spark applications on a standalone cluster of the pip package's own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from services import SparkCluster, installed, spark_cluster, write_specification

from flows.launch import InProcess, Launcher, SparkSubmit, StageRaised
from jobs.lake.job import Inputs
from jobs.lake.judgement import Judgement, JudgementJob
from jobs.lake.versions import TableVersion
from jobs.plan import Plan, load_plan

pytestmark = pytest.mark.slow

STAGES: dict[str, Any] = {
    "collect": None,
    "deduplicate_near": None,
    "split": {"validation": 0.1, "test": 0.1},
    "publish": None,
}
SMALL = {"memory": "512m", "executor_memory": "512m", "profile": "short", "shuffle_partitions": 2}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    with spark_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def specification(tmp_path: Path) -> Path:
    return write_specification(tmp_path / "set", STAGES, spark=SMALL)


def test_stages_on_the_cluster_write_what_they_write_here(
    cluster: SparkCluster, specification: Path, tmp_path: Path, spark: Any
) -> None:
    def plan(lake: str) -> Plan:
        return load_plan(specification, "cluster", environment={"GRISTMILL__LAKE__ROOT": str(tmp_path / lake)})

    before = cluster.finished()
    there = run(SparkSubmit(plan("there").spark, cluster.master), plan("there"))
    here = run(InProcess(plan("here").spark), plan("here"))
    assert cluster.finished()[len(before) :] == ["gristmill stage", "gristmill stage", "gristmill gate"]

    for stage in ("collect", "deduplicate_near"):
        assert rows(there[stage]) == rows(here[stage])
    assert len(rows(there["collect"])) == 24
    removed = [row for row in rows(there["deduplicate_near"]) if not row["kept"]]
    assert 2 <= len(removed) < 12
    assert all(row["reason"] == "near_copy" and row["evidence"]["witness"] for row in removed)
    assert there["judgement"].summary == here["judgement"].summary
    assert there["judgement"].gate.passed


def test_what_a_stage_raises_on_the_cluster_is_told_once(cluster: SparkCluster, specification: Path) -> None:
    plan = load_plan(specification, "cluster")
    job = plan.job("collect", Inputs(), "run-1")
    gone = specification.parent / "raw" / "chats.json"
    gone.unlink()
    with pytest.raises(StageRaised) as error:
        SparkSubmit(plan.spark, cluster.master).run_stage(job)
    assert str(error.value).startswith(f"stage collect: the Spark application on {cluster.master} ended with exit code")
    assert "The driver's last error: FileNotFoundError: " in str(error.value)
    assert str(gone) in str(error.value)
    assert "\n" not in str(error.value)


def test_the_command_shows_a_failed_application_in_one_message(
    cluster: SparkCluster, tmp_path: Path, prefect_server: None
) -> None:
    too_little = write_specification(tmp_path / "set", STAGES, spark=SMALL | {"executor_memory": "64m"})
    done = gristmill(
        tmp_path, f"build {too_little} --launcher spark-submit --profile cluster --master {cluster.master}"
    )
    assert done.returncode == 1, done.stdout
    (message,) = [line for line in done.stdout.splitlines() if line.startswith("gristmill:")]
    assert "stage collect" in message
    assert "[INVALID_EXECUTOR_MEMORY]" in message
    assert "Traceback" not in done.stdout
    assert "\tat " not in done.stdout
    assert not (tmp_path / "lake" / "releases").exists()


def test_a_master_that_does_not_answer_is_named(specification: Path) -> None:
    plan = load_plan(specification, "cluster")
    with pytest.raises(RuntimeError, match=r"no Spark master answers at spark://127\.0\.0\.1:1 \(.*refused\)"):
        SparkSubmit(plan.spark, "spark://127.0.0.1:1").run_stage(plan.job("collect", Inputs(), "run-1"))


def run(launcher: Launcher, plan: Plan) -> dict[str, Any]:
    """The tables of collecting and comparing, and the judgement of the last."""
    collected = launcher.run_stage(plan.job("collect", Inputs(), "run-1"))
    decided = launcher.run_stage(plan.job("deduplicate_near", Inputs(rows=collected), "run-1"))
    judgement: Judgement = launcher.open_gate(
        JudgementJob(
            dataset=plan.specification.name,
            stage="deduplicate_near",
            table=decided,
            rows_in=len(rows(collected)),
            expected_volumes=plan.expected_volumes,
            suite=plan.suite_file("deduplicate_near"),
            docs=plan.layout.docs,
            keep_in=plan.layout.judgement("deduplicate_near", decided),
        )
    )
    return {"collect": collected, "deduplicate_near": decided, "judgement": judgement}


def rows(table: TableVersion) -> list[dict[str, Any]]:
    """Every row with every column, in the order of their ids."""
    found: list[dict[str, Any]] = DeltaTable(table.path, version=table.version).to_pyarrow_table().to_pylist()
    return sorted(found, key=lambda row: row["record_id"])


def gristmill(folder: Path, arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with a lake in this folder and the suite's Prefect server."""
    from prefect.settings import PREFECT_API_URL

    environment = os.environ | {
        "GRISTMILL__LAKE__ROOT": str(folder / "lake"),
        "PREFECT_API_URL": PREFECT_API_URL.value(),
    }
    return subprocess.run(
        installed(f"gristmill {arguments}"),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
