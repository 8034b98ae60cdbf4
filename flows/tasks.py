"""The Prefect tasks of a build: one runs a stage, one opens its gate, one writes the release."""

from __future__ import annotations

from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from flows.launch import Launcher, LaunchError
from jobs.lake.job import Inputs, StageJob
from jobs.lake.judgement import Judgement, JudgementJob, read_judgement
from jobs.lake.report import StageReport
from jobs.lake.suites import load_suite
from jobs.lake.versions import Commit, commit_of, find_commit
from jobs.pipeline import STAGES
from jobs.plan import Plan
from jobs.release.publishing import Published, publish

# What may pass by itself: a lost connection, a full disk being cleared, a cluster that refused an application once.
# A stage that fails on its data fails again, and a wrong specification stays wrong.
_PASSING = (OSError, LaunchError)


class GateFailed(RuntimeError):
    """A gate's critical expectation failed; nothing after it runs and nothing is published."""


def _may_pass(task: Any, run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, _PASSING) and not isinstance(error, FileNotFoundError)


# NO_CACHE: Prefect's cache knows nothing of Delta versions. Reuse is decided by the commit's own fingerprint.
@task(
    task_run_name="run {job.stage}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=[5, 30],
    retry_condition_fn=_may_pass,
)
def run_stage(launcher: Launcher, job: StageJob) -> tuple[Commit, bool]:
    """Runs a stage, or finds the commit that an equal run made: that is also how a killed run goes on.

    Returns:
        The commit, and whether it stood there already.
    """
    found = find_commit(job.table, job.fingerprint)
    if found is not None:
        return found, True
    table = launcher.run_stage(job)
    made = commit_of(table)
    if made is None:
        raise LaunchError(
            f"stage {job.stage}: {table} carries no provenance of ours, so something else wrote to its folder; "
            "build again when nothing does"
        )
    return made, False


@task(task_run_name="gate of {commit.provenance.stage}", cache_policy=NO_CACHE, persist_result=False)
def open_gate(launcher: Launcher, plan: Plan, commit: Commit, rows_in: int | None, reused: bool) -> StageReport:
    """Judges the version that a stage committed and keeps its counts as an artifact.

    Raises:
        GateFailed: an expectation of severity critical did not hold; the message shows which, and the numbers.
    """
    stage, table = commit.provenance.stage, commit.table
    judgement = _judge(launcher, plan, commit, rows_in)
    report = StageReport(
        stage=stage,
        table=table,
        summary=judgement.summary,
        gate=judgement.gate.worst,
        gate_message="" if judgement.gate.worst == "ok" else judgement.gate.message(),
        seconds=commit.seconds,
        gate_seconds=judgement.seconds,
        reused=reused,
    )
    _keep_as_artifact(plan, report)
    if not judgement.gate.passed:
        raise GateFailed(f"the gate of {stage} did not open.\n{report.gate_message}")
    return report


@task(cache_policy=NO_CACHE, persist_result=False)
def write_release(plan: Plan, reports: list[StageReport], run_id: str) -> Published:
    """Measures the acceptance targets, writes files and passport, and enters the release in one step."""
    commit = commit_of(reports[-1].table)
    assert commit is not None, "the last stage's table was committed by this flow"
    published = publish(
        specification=plan.specification,
        layout=plan.layout,
        table=commit.table,
        stages=reports,
        files=plan.files,
        run_id=run_id,
        code_commit=commit.provenance.code_commit,
        configuration_hash=plan.configuration_hash,
        policy=plan.settings.release.when_version_exists,
    )
    create_markdown_artifact(
        key=_key(plan.specification.name, "passport"),
        markdown=(published.folder / "passport.md").read_text("utf-8"),
        description=f"Data passport of {published.release.name} {published.release.version}",
    )
    return published


def advance(inputs: Inputs, report: StageReport) -> Inputs:
    """What the next stage reads: new rows settle every earlier decision, a decision adds to those taken."""
    writes = STAGES[report.stage]
    if writes == "rows":
        return Inputs(rows=report.table)
    if writes == "decisions":
        return inputs.model_copy(update={"decisions": (*inputs.decisions, report.table)})
    return inputs.model_copy(update={"split": report.table}) if writes == "split" else inputs


def _judge(launcher: Launcher, plan: Plan, commit: Commit, rows_in: int | None) -> Judgement:
    stage, table = commit.provenance.stage, commit.table
    keep_in, suite = plan.layout.judgement(stage, table), plan.suite_file(stage)
    kept = read_judgement(keep_in)
    judged_by = load_suite(suite).suite_hash, plan.expected_volumes
    if kept is not None and (kept.suite_hash, kept.expected_volumes) == judged_by and kept.gate.passed:
        return kept
    return launcher.open_gate(
        JudgementJob(
            dataset=plan.specification.name,
            stage=stage,
            table=table,
            rows_in=rows_in,
            expected_volumes=plan.expected_volumes,
            suite=suite,
            docs=plan.layout.docs,
            keep_in=keep_in,
        )
    )


def _keep_as_artifact(plan: Plan, report: StageReport) -> None:
    summary = report.summary
    counts = {
        "rows in": summary.rows_in,
        "kept": summary.kept,
        **{f"removed: {reason}": n for reason, n in summary.removed.items()},
        **{f"held questions of {name}": n for name, n in summary.contaminated.items()},
        **{f"flagged: {reason}": n for reason, n in summary.flagged.items()},
        **{f"quarantined: {reason}": n for reason, n in summary.quarantined.items()},
        **{f"changed: {kind}": n for kind, n in summary.changes.items()},
        **{f"possibly left: {kind}": n for kind, n in (summary.residual or {}).items() if n},
        **{f"split: {side}": n for side, n in summary.splits.items()},
        "gate": report.gate,
        "seconds": round(report.seconds, 1),
        "table version": str(report.table),
    }
    create_table_artifact(
        key=_key(plan.specification.name, report.stage),
        table=[{"what": what, "value": value} for what, value in counts.items()],
        description=f"What {report.stage} did to {plan.specification.name}",
    )


def _key(dataset: str, what: str) -> str:
    """Artifact keys take lower-case letters, digits and dashes only."""
    return f"{dataset}-{what}".replace("_", "-")
