"""Where a stage runs: in this process, or as an application of its own on a Spark cluster."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from threading import Thread

from pydantic import BaseModel
from pyspark.sql import SparkSession

from flows.progress import tell
from jobs import run_stage
from jobs.lake.cache import new_log
from jobs.lake.gate import warm_up
from jobs.lake.job import StageJob
from jobs.lake.judgement import Judgement, JudgementJob, read_judgement
from jobs.lake.session import start_session, submit_arguments
from jobs.lake.spark_settings import SparkSettings
from jobs.lake.versions import TableVersion, find_commit

# Lines of an application's output in which its last error is looked for: a Java trace runs to a hundred or two.
_TAIL_LINES = 400
# `ValueError: text`, `Caused by: org.apache.spark.SparkException: text`, `: java.io.IOException: text` (Py4J's), at the
# start of a line: a frame of a trace (`at ...Errors$.f(...)`) and a line of the log (`26/11/22 08:00:09 WARN ...`)
# begin otherwise.
_NAMED = re.compile(r"(?!at )(Caused by: |: )?[^:\[]*(Error|Exception)\b[^:]*(:|$)")
# Spark waits for ever for resources that no worker has, and says so in its log only.
_WAITS = "Initial job has not accepted any resources"


class LaunchError(RuntimeError):
    """A stage could not be run, by what may pass; the message holds the driver's last error where there was one."""


class StageRaised(RuntimeError):
    """A stage or gate raised on the cluster, as it would again; the message holds the driver's last error."""


class Launcher(ABC):
    """Runs stages and opens gates somewhere."""

    @abstractmethod
    def run_stage(self, job: StageJob) -> TableVersion:
        """Runs a stage and gives back the version that it committed."""

    @abstractmethod
    def open_gate(self, job: JudgementJob) -> Judgement:
        """Counts and judges a version."""


class InProcess(Launcher):
    """This process drives Spark: the session starts with the first stage that has work, and serves them all."""

    def __init__(self, settings: SparkSettings) -> None:
        self._settings = settings

    def run_stage(self, job: StageJob) -> TableVersion:
        """Runs it here; the gate's library, some ten seconds of import, loads beside it."""
        Thread(target=warm_up, daemon=True).start()
        return run_stage.run_stage(self._session(), job)

    def open_gate(self, job: JudgementJob) -> Judgement:
        """Opens it here."""
        return run_stage.open_gate(self._session(), job)

    def _session(self) -> SparkSession:
        return start_session(self._settings, "gristmill")


class SparkSubmit(Launcher):
    """Each stage and each gate is a Spark application that spark-submit hands to ``master``."""

    def __init__(self, settings: SparkSettings, master: str) -> None:
        self._settings = settings
        self._master = master

    def run_stage(self, job: StageJob) -> TableVersion:
        """Submits it and finds its commit by the job's fingerprint."""
        self._submit("stage", job)
        commit = find_commit(job.table, job.fingerprint)
        if commit is None:
            raise LaunchError(
                f"stage {job.stage}: the application ended well but {job.table} holds no commit of it; "
                f"can {self._master} write to the folder that this machine reads?"
            )
        return commit.table

    def open_gate(self, job: JudgementJob) -> Judgement:
        """Submits it and reads the judgement that it kept."""
        self._submit("gate", job)
        judgement = read_judgement(job.keep_in)
        if judgement is None:
            raise LaunchError(
                f"gate of {job.stage}: the application ended well but left no judgement in {job.keep_in}; "
                f"can {self._master} write to the folder that this machine reads?"
            )
        return judgement

    def _submit(self, what: str, job: BaseModel) -> None:
        with tempfile.TemporaryDirectory(prefix="gristmill-") as folder:
            file = Path(folder) / "job.json"
            file.write_text(job.model_dump_json(), "utf-8")
            command, environment = submit_arguments(self._settings, self._master)
            command += [str(Path(run_stage.__file__).resolve()), what, str(file)]
            self._watch(command, environment, f"{what} {getattr(job, 'stage', '')}")

    def _watch(self, command: list[str], environment: dict[str, str], name: str) -> None:
        """Runs to the end. An application may log without bound: that goes to a file, and only its end is held."""
        tail: deque[str] = deque(maxlen=_TAIL_LINES)
        log, waits = new_log(), False
        with (
            log.open("w", encoding="utf-8") as file,
            subprocess.Popen(
                command,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
            ) as process,
        ):
            assert process.stdout is not None
            for line in process.stdout:
                tail.append(line)
                file.write(line)
                if self._settings.verbose:
                    sys.stderr.write(line)
                if _WAITS in line and not waits:
                    waits = True
                    tell(f"{name}: waiting for {self._master}, where no worker has the cores and memory it asks for")
        if process.returncode != 0:
            tell(f"{name}: the application's log is {log}")
            kind = StageRaised if process.returncode == run_stage.RAISED else LaunchError
            raise kind(
                f"{name}: the Spark application on {self._master} ended with exit code {process.returncode}. "
                f"The driver's last error: {last_error(tail)}"
            )


def last_error(lines: Iterable[str]) -> str:
    """The last line that names an exception, or the last line that says anything."""
    said = [line.strip() for line in lines if line.strip()]
    named = [line.removeprefix(": ") for line in said if _NAMED.match(line)]
    return (named or said or ["it said nothing"])[-1]


def make_launcher(name: str, settings: SparkSettings, master: str | None) -> Launcher:
    """The launcher that a flow's parameters name.

    Raises:
        LaunchError: ``spark-submit`` without a master.
    """
    if name == "local":
        return InProcess(settings)
    if not master:
        raise LaunchError("--launcher spark-submit: expected --master too, such as spark://127.0.0.1:7077")
    return SparkSubmit(settings, master)
