"""Runs one stage, or opens one gate, on pinned inputs: spark-submit runs this, a flow calls it in its process.

As a program: ``run_stage.py stage JOB.json`` or ``run_stage.py gate JOB.json``, where the file holds a ``StageJob`` or
a ``JudgementJob``. What it did is found where the job says: the stage's table, the judgement's file.
"""

from __future__ import annotations

import importlib
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake.data_docs import DocsStore
from jobs.lake.job import StageJob
from jobs.lake.judgement import Judgement, JudgementJob, keep_judgement, usual_removed
from jobs.lake.measure import summarise_decisions, summarise_rows, summarise_split
from jobs.lake.removal import removed_sample
from jobs.lake.session import SessionError, start_session, stop_session, submitted, submitted_session
from jobs.lake.suites import load_suite
from jobs.lake.summary import StageSummary
from jobs.lake.tables import read
from jobs.lake.versions import TableVersion, commit_of
from jobs.pipeline import STAGES

# The exit code of a job that raised (sysexits' EX_SOFTWARE): Spark has retried its tasks, so it would raise again.
# Any other code is a driver that never started or was killed, and may do better the next time.
RAISED = 70


def run_stage(spark: SparkSession, job: StageJob) -> TableVersion:
    """Runs the job's stage and gives back the version that it committed."""
    spark.sparkContext.setJobDescription(f"{job.dataset}: {job.stage}")
    table: TableVersion = importlib.import_module(f"jobs.stages.{job.stage}").run(spark, job)
    return table


def open_gate(spark: SparkSession, job: JudgementJob) -> Judgement:
    """Counts what the stage did, judges the version by its suite and keeps both; a failed gate raises nothing."""
    from jobs.lake.gate import judge  # Great Expectations takes seconds to import: only a gate pays for it.

    started = time.monotonic()
    spark.sparkContext.setJobDescription(f"{job.dataset}: gate of {job.stage}")
    suite = load_suite(job.suite)
    frame = read(spark, job.table)
    summary = summarise(job.stage, frame, job.rows_in, _residual_kinds(job))
    measured, confirmed = _measure_again(spark, job, frame)
    known = {"usual_removed": usual_removed(job.keep_in), "measured": measured, "confirmed": confirmed}
    summary = summary.model_copy(update=known)
    result = judge(suite, summary, job.expected_volumes, frame, job.table, DocsStore(job.docs))
    judgement = Judgement(
        table=job.table,
        summary=summary,
        gate=result,
        suite_hash=suite.suite_hash,
        expected_volumes=job.expected_volumes,
        seconds=time.monotonic() - started,
    )
    keep_judgement(judgement, job.keep_in)
    return judgement


def _measure_again(spark: SparkSession, job: JudgementJob, decisions: DataFrame) -> tuple[int, int]:
    """Of a sample of removed rows that name a witness: how many were compared with it anew, and how many hold."""
    stage = importlib.import_module(f"jobs.stages.{job.stage}")
    commit = commit_of(job.table) if hasattr(stage, "holds") else None
    if commit is None or not commit.provenance.inputs:
        return 0, 0
    sample = removed_sample(decisions, read(spark, commit.provenance.inputs[0]))
    if not sample.removed.num_rows:
        return 0, 0
    params = stage.Params.model_validate(commit.provenance.params)
    return sample.removed.num_rows, int(stage.holds(sample, params).sum())


def _residual_kinds(job: JudgementJob) -> tuple[str, ...] | None:
    """The kinds of personal data of which a stage that takes them out should have left none; None: it takes none."""
    stage = importlib.import_module(f"jobs.stages.{job.stage}")
    commit = commit_of(job.table) if hasattr(stage, "residual_kinds") else None
    if commit is None:
        return None
    kinds: tuple[str, ...] = stage.residual_kinds(commit.provenance.params)
    return kinds


def summarise(
    stage: str, frame: DataFrame, rows_in: int | None, residual_kinds: Sequence[str] | None = None
) -> StageSummary:
    """The counts of a stage's committed version, by what kind of table it writes.

    Args:
        residual_kinds: personal data that a rows table should hold no more, to be counted there; None: not looked for.
    """
    writes = STAGES[stage]
    if writes == "rows":
        return summarise_rows(stage, frame, rows_in, residual_kinds)
    if rows_in is None:
        raise ValueError(f"stage {stage} needs the rows that came in: only the first stage counts its own")
    if writes == "decisions":
        return summarise_decisions(stage, frame, rows_in)
    return summarise_split(stage, frame, rows_in, F.col("source" if writes == "split" else "source.name"))


def main(arguments: list[str]) -> int:
    """The program that spark-submit runs; without spark-submit it starts Spark on this machine.

    Returns:
        0 when the job is done, ``RAISED`` when it raised; the error stands on stderr then.

    Raises:
        SessionError: there is no cluster to run it on.
    """
    what, file = arguments
    text = Path(file).read_bytes()
    try:
        spark = submitted_session(f"gristmill {what}") if submitted() else start_session(app_name=f"gristmill {what}")
        if what == "stage":
            run_stage(spark, StageJob.model_validate_json(text))
        else:
            open_gate(spark, JudgementJob.model_validate_json(text))
    except SessionError:
        raise
    except Exception:
        # Before the session stops: an error of Spark's asks its JVM what it says.
        traceback.print_exc()
        return RAISED
    finally:
        stop_session()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
