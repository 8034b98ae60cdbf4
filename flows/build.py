"""The DAG ``build-dataset``: raw files in, a gated, versioned release out."""

from __future__ import annotations

from typing import Literal

from prefect import flow
from prefect.runtime import flow_run

from flows.launch import make_launcher
from flows.progress import tell
from flows.report import BuildReport, describe
from flows.tasks import advance, open_gate, run_stage, write_release
from jobs.lake.job import Inputs
from jobs.lake.lock import held
from jobs.lake.report import StageReport
from jobs.plan import load_plan


@flow(name="build-dataset", flow_run_name="{specification}", persist_result=False, validate_parameters=True)
def build_dataset(
    specification: str,
    profile: Literal["local", "cluster"] = "local",
    settings: list[str] | None = None,
    launcher: Literal["local", "spark-submit"] = "local",
    master: str | None = None,
) -> BuildReport:
    """Builds one data set: runs each stage of its specification in order, opens its gate, and publishes.

    Args:
        specification: path of the YAML specification.
        profile: which of conf/local.yaml and conf/cluster.yaml lies over conf/base.yaml.
        settings: ``stage.key=value``, each over the specification.
        launcher: ``local`` runs the stages in this process, ``spark-submit`` as applications on ``master``.
        master: a Spark master's address, such as ``spark://127.0.0.1:7077``.
    """
    plan = load_plan(specification, profile, settings or ())
    where = make_launcher(launcher, plan.spark, master)
    run_id = str(flow_run.id)
    inputs, reports = Inputs(), list[StageReport]()

    with held(plan.layout.runs / "lock", f"a build of {plan.specification.name}"):
        for number, stage in enumerate(plan.stages, start=1):
            tell(f"[{number}/{len(plan.stages)}] {stage}")
            commit, reused = run_stage(where, plan.job(stage, inputs, run_id))
            report = open_gate(where, plan, commit, reports[-1].summary.kept if reports else None, reused)
            inputs = advance(inputs, report)
            reports.append(report)
            tell(f"      {describe(report)}")
        published = write_release(plan, reports, run_id)

    return BuildReport.of(plan, run_id, reports, published).keep(plan.layout.runs)
