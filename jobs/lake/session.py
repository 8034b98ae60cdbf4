"""The one place that builds a SparkSession, here or under spark-submit, and hands our code to a cluster."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.lake.cache import cache_folder, new_log, write_whole
from jobs.lake.fingerprint import ROOT
from jobs.lake.jars import delta_jars, spark_home
from jobs.lake.spark_settings import SparkSettings, spark_conf, start_environment
from jobs.lake.standalone import problem_with

if TYPE_CHECKING:  # importing Spark takes a second, and flows/launch.py imports this for every build
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

_LOCK = threading.Lock()


class SessionError(RuntimeError):
    """Spark did not start; the message holds the end of its log and where the rest is."""


def start_session(settings: SparkSettings | None = None, app_name: str = "gristmill") -> SparkSession:
    """The process's Spark session, started when there is none; 4 to 8 s on two cores.

    A process has one JVM, whose memory and options are fixed when it starts: a later call returns the running session
    whatever its settings.

    Raises:
        JavaError, JarsError: there is no Java, or no Delta, to start with.
        SessionError: Spark did not start.
    """
    with _LOCK:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession

        settings = settings or SparkSettings()
        if SparkContext._active_spark_context is None:
            context = _start_context(settings, app_name)
            _send_code(context)
            _silence_values()
        return SparkSession.builder.getOrCreate()


def submitted() -> bool:
    """Whether spark-submit runs this program."""
    return "PYSPARK_GATEWAY_PORT" in os.environ


def submitted_session(app_name: str = "gristmill") -> SparkSession:
    """The session of a program that spark-submit runs with ``submit_arguments``, which hold all its settings.

    Raises:
        SessionError: the program was not started by spark-submit, or no standalone master answers.
    """
    if not submitted():
        raise SessionError("expected to be run by spark-submit, was run by Python itself; call start_session instead")
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    with _LOCK:
        SparkContext._ensure_initialized()
        # Spark itself asks a silent master for a minute before it gives up, and then says little.
        master = SparkConf().get("spark.master") or ""
        if problem := problem_with(master):
            raise SessionError(f"no Spark master answers at {master} ({problem}); start one, or correct --master")
        spark = SparkSession.builder.appName(app_name).getOrCreate()
        _send_code(spark.sparkContext)
        _silence_values()
        return spark


def stop_session() -> None:
    """Stop the session and its JVM, so that the next ``start_session`` begins anew. Nothing happens when none runs."""
    with _LOCK:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession

        if SparkContext._active_spark_context is not None:
            SparkSession.builder.getOrCreate().stop()
        gateway = SparkContext._gateway
        if gateway is not None:
            gateway.shutdown()
            if gateway.proc is not None:
                gateway.proc.stdin.close()
                gateway.proc.wait(timeout=60)
            SparkContext._gateway = SparkContext._jvm = None


def _silence_values() -> None:
    """PySpark logs the words of every failed query to stderr, and those may quote a value of a row."""
    from pyspark.logger import PySparkLogger

    # Made by PySpark's own class, which would otherwise make it when a query first fails.
    PySparkLogger.getLogger("SQLQueryContextLogger").disabled = True


def _start_context(settings: SparkSettings, app_name: str) -> SparkContext:
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway

    os.environ.update(start_environment(settings))
    conf = SparkConf().setAppName(app_name).setAll(list(spark_conf(settings, delta_jars()).items()))
    if SparkContext._gateway is not None or settings.verbose:
        return SparkContext(conf=conf)
    log = new_log()
    try:
        with log.open("wb") as stream:
            # All that the JVM, Spark, Ivy and Hadoop say before logging is set up goes to stderr too, so the stream is
            # what has to be turned, not only the log level.
            gateway = launch_gateway(conf, popen_kwargs={"stdout": stream, "stderr": stream})
        return SparkContext(conf=conf, gateway=gateway)
    except PySparkRuntimeError as error:
        last = log.read_text("utf-8", "replace").splitlines()[-15:]
        raise SessionError(
            "\n".join(["Spark did not start. The end of its log:", *last, f"The whole of it: {log}"])
        ) from error


def _send_code(context: SparkContext) -> None:
    """Give a cluster's executors our code. After the start and not by ``--py-files``: the zip would shadow the
    driver's own ``jobs`` too, and conf/ does not lie beside a zip."""
    if not str(context.master).startswith("local"):
        context.addPyFile(str(package_zip()))


def submit_arguments(settings: SparkSettings, master: str | None = None) -> tuple[list[str], dict[str, str]]:
    """The spark-submit command up to the program to run, and the whole environment to run it in (client mode).

    Args:
        master: the cluster's address, in place of the one in ``settings``.

    Raises:
        JavaError, JarsError: there is no Java, or no Delta, to start with.
    """
    settings = settings.model_copy(update={"master": master or settings.master})
    command = [str(spark_home() / "bin" / "spark-submit"), "--deploy-mode", "client"]
    for key, value in spark_conf(settings, delta_jars()).items():
        command += ["--conf", f"{key}={value}"]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    # PYTHONSAFEPATH: else the program's folder comes first on its path, and `import text` finds our jobs/text.
    return command, {**os.environ, **start_environment(settings), "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}


def package_zip(folder: Path | None = None) -> Path:
    """``jobs/`` as a zip that executors import, named by its content: the same files give the same bytes.

    Args:
        folder: where to put it; by default the cache folder's ``packages``.
    """
    package = ROOT / "jobs"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in package.rglob("*") if p.is_file() and p.suffix != ".pyc"):
            # A fixed date and mode: the checkout's would change the bytes.
            entry = zipfile.ZipInfo(path.relative_to(ROOT).as_posix(), date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    content = stream.getvalue()
    target = (folder or cache_folder("packages")) / f"jobs-{hashlib.sha256(content).hexdigest()[:16]}.zip"
    return target if target.exists() else write_whole(target, content)
