"""Where stages run: what a failed application's error says, and what a launcher needs."""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from flows import launch
from flows.launch import InProcess, LaunchError, SparkSubmit, StageRaised, last_error, make_launcher
from jobs import run_stage
from jobs.lake.job import Inputs, StageJob
from jobs.lake.judgement import JudgementJob
from jobs.lake.spark_settings import SparkSettings
from jobs.lake.versions import TableVersion

DRIVER = """\
26/11/22 08:00:01 WARN NativeCodeLoader: Unable to load native-hadoop library for your platform
Traceback (most recent call last):
  File "/repo/jobs/run_stage.py", line 85, in <module>
    sys.exit(main(sys.argv[1:]))
ValueError: stage split needs the rows that came in: only the first stage counts its own
26/11/22 08:00:09 INFO ShutdownHookManager: Shutdown hook called
26/11/22 08:00:09 INFO ShutdownHookManager: Deleting directory /tmp/spark-1
"""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (DRIVER, "ValueError: stage split needs the rows that came in: only the first stage counts its own"),
        (
            'Exception in thread "main" org.apache.spark.SparkException: Job aborted\n\tat org.apache.A.run(A:1)\n',
            'Exception in thread "main" org.apache.spark.SparkException: Job aborted',
        ),
        (
            "pyspark.errors.exceptions.captured.AnalysisException: [PATH_NOT_FOUND] Path does not exist\n",
            "pyspark.errors.exceptions.captured.AnalysisException: [PATH_NOT_FOUND] Path does not exist",
        ),
        ("KeyError: 'a'\nRuntimeError: the second of two\n", "RuntimeError: the second of two"),
        ("Java gateway process exited\n\n", "Java gateway process exited"),
        (
            "py4j.protocol.Py4JJavaError: An error occurred while calling o50.save.\n"
            ": org.apache.spark.SparkException: Job aborted due to stage failure\n\tat A.run(A.scala:1)\n"
            + "\tat B.run(B.scala:2)\n" * 60
            + "Caused by: java.io.IOException: No space left on device\n\t... 12 more\n",
            "Caused by: java.io.IOException: No space left on device",
        ),
        (": org.apache.spark.SparkException: Job aborted\n\tat A\n", "org.apache.spark.SparkException: Job aborted"),
        ("26/11/22 08:00:00 ERROR Utils: java.lang.Error: logged only\nValueError: x\nbye\n", "ValueError: x"),
        ("a note: an Error is mentioned here\nthe end\n", "the end"),
        ("\n  \n", "it said nothing"),
        ("", "it said nothing"),
    ],
)  # fmt: skip
def test_the_drivers_last_error_is_picked_from_what_it_said(said: str, expected: str) -> None:
    assert last_error(deque(said.splitlines(keepends=True))) == expected


class Scripted(SparkSubmit):
    """Runs a Python program in place of spark-submit's; all else is the launcher's own."""

    def __init__(self, program: str) -> None:
        super().__init__(SparkSettings(), "spark://127.0.0.1:7077")
        self.program = program
        self.files: list[Path] = []

    def _watch(self, command: list[str], environment: dict[str, str], name: str) -> None:
        self.files.append(Path(command[-1]))
        assert self.files[-1].is_file()
        super()._watch([sys.executable, "-c", self.program, *command[-2:]], environment, name)


def stage_job(lake: Path) -> StageJob:
    return StageJob(
        dataset="shop",
        stage="split",
        params={},
        inputs=Inputs(),
        table=str(lake / "split"),
        run_id="run-1",
        code_commit="c0ffee",
        configuration_hash="0" * 32,
        fingerprint="one",
    )


@pytest.fixture
def no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line for a cluster without looking for Java and jars, which these tests start none of."""
    monkeypatch.setattr(launch, "submit_arguments", lambda settings, master: (["spark-submit"], {}))


@pytest.mark.usefixtures("no_cluster")
def test_a_failed_application_raises_its_drivers_last_error(lake: Path) -> None:
    launcher = Scripted("import sys; print('INFO starting'); print('ValueError: no such column'); sys.exit(3)")
    with pytest.raises(LaunchError) as error:
        launcher.run_stage(stage_job(lake))
    assert str(error.value) == (
        "stage split: the Spark application on spark://127.0.0.1:7077 ended with exit code 3. "
        "The driver's last error: ValueError: no such column"
    )
    assert not launcher.files[0].exists(), "the job file is gone with the run"


@pytest.mark.usefixtures("no_cluster")
def test_a_stage_that_raised_is_told_apart_from_an_application_that_may_do_better_next_time(lake: Path) -> None:
    program = f"import sys; print('ValueError: no such column'); sys.exit({run_stage.RAISED})"
    with pytest.raises(StageRaised, match="The driver's last error: ValueError: no such column"):
        Scripted(program).run_stage(stage_job(lake))


@pytest.mark.usefixtures("no_cluster")
def test_only_the_end_of_a_long_log_is_kept(lake: Path) -> None:
    program = "import sys\nfor i in range(20000): print('INFO', 'x' * 100)\nprint('OSError: disk full')\nsys.exit(1)"
    with pytest.raises(LaunchError, match="OSError: disk full") as error:
        Scripted(program).run_stage(stage_job(lake))
    assert len(str(error.value)) < 300


@pytest.mark.usefixtures("no_cluster")
def test_an_application_gets_the_job_as_a_file(lake: Path) -> None:
    program = (
        "import sys\n"
        "from jobs.lake.job import StageJob\n"
        "job = StageJob.model_validate_json(open(sys.argv[2]).read())\n"
        "sys.exit(f'RuntimeError: {sys.argv[1]} {job.stage} {job.fingerprint}')"
    )
    with pytest.raises(LaunchError, match="RuntimeError: stage split one"):
        Scripted(f"import sys; sys.path.insert(0, {str(Path(launch.__file__).parents[1])!r})\n{program}").run_stage(
            stage_job(lake)
        )


@pytest.mark.usefixtures("no_cluster")
def test_an_application_that_ends_well_without_a_commit_is_a_failure_too(lake: Path) -> None:
    with pytest.raises(LaunchError, match=r"holds no commit of it; can spark://127\.0\.0\.1:7077 write"):
        Scripted("pass").run_stage(stage_job(lake))


@pytest.mark.usefixtures("no_cluster")
def test_a_gate_that_left_no_judgement_is_a_failure_too(lake: Path) -> None:
    job = JudgementJob(
        dataset="shop",
        stage="split",
        table=TableVersion(path=str(lake / "split"), version=0),
        rows_in=1,
        expected_volumes={},
        suite=lake / "split.yaml",
        docs=lake / "docs",
        keep_in=lake / "v0.json",
    )
    with pytest.raises(LaunchError, match=r"left no judgement in .*v0\.json"):
        Scripted("pass").open_gate(job)


def test_a_launcher_is_made_by_name() -> None:
    assert isinstance(make_launcher("local", SparkSettings(), None), InProcess)
    assert isinstance(make_launcher("spark-submit", SparkSettings(), "spark://h:7077"), SparkSubmit)
    with pytest.raises(LaunchError, match="expected --master too"):
        make_launcher("spark-submit", SparkSettings(), None)


def test_in_process_the_running_session_serves(spark: Any) -> None:
    assert InProcess(SparkSettings(master="local[7]"))._session() is spark
