"""The one place that builds a SparkSession, and what a short run on one machine and a long one on a cluster need."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from jobs.lake.cache import cache_folder, new_log, write_whole
from jobs.lake.jars import delta_jars, spark_home
from jobs.lake.java import java_home
from jobs.lake.retention import SPARK_DEFAULTS
from jobs.lake.standalone import problem_with

if TYPE_CHECKING:  # the command line reads SparkSettings for every command, and importing Spark takes a second
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[2]
_LOCK = threading.Lock()


class SessionError(RuntimeError):
    """Spark did not start; the message holds the end of its log and where the rest is."""


class SparkSettings(BaseModel):
    """How to start Spark; the ``spark`` section of the configuration.

    Attributes:
        master: ``local[*]`` for this machine's cores, or a cluster's address such as ``spark://host:7077``.
        memory: the driver's heap, in the JVM's notation; with a local master all that Spark's JVM gets.
        executor_memory: an executor's heap on a cluster.
        profile: ``short`` starts and compiles fast, for runs of minutes; ``long`` is for runs of hours.
        shuffle_partitions: tasks after a shuffle; by default as many as there are cores (short), four times as many
            (long), and Spark's own number, joined by AQE, on a cluster.
        python: the executors' Python on a cluster; by default the path of this one.
        verbose: Spark's log to stderr instead of a file in the cache folder.
        conf: Spark's own settings; they win over all that Gristmill sets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    master: str = "local[*]"
    memory: str = Field("2g", pattern=r"^\d+[kmgtKMGT]$")
    executor_memory: str | None = Field(None, pattern=r"^\d+[kmgtKMGT]$")
    profile: Literal["short", "long"] = "short"
    shuffle_partitions: int | None = Field(None, ge=1)
    python: str | None = None
    verbose: bool = False
    conf: dict[str, str] = Field(default_factory=dict)

    @property
    def local(self) -> bool:
        """True when all of Spark runs in one JVM on this machine."""
        return self.master.startswith("local")

    @property
    def cores(self) -> int:
        """How many tasks run at once with a local master: the number in ``local[N]``, the machine's cores for ``*``."""
        inside = self.master.partition("[")[2].rstrip("]").partition(",")[0]
        if inside == "*":
            return os.cpu_count() or 1
        return int(inside) if inside.isdecimal() else 1


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


def start_environment(settings: SparkSettings) -> dict[str, str]:
    """The environment variables that a process needs to start Spark with ``settings``, to lay over its own.

    Raises:
        JavaError: there is no Java to start with.
    """
    environment = {
        "JAVA_HOME": str(java_home()),
        # A SPARK_HOME from the shell may be another Spark, whose JVM this PySpark cannot talk to.
        "SPARK_HOME": str(spark_home()),
        # Spark takes `python3` from PATH for its workers, which is not this environment's when it is not activated.
        "PYSPARK_PYTHON": settings.python or sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }
    if settings.local:
        environment["SPARK_LOCAL_IP"] = "127.0.0.1"
    chosen = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := os.environ.get(name))), "")
    if sys.platform == "linux" and not chosen.lower().replace("-", "").endswith("utf8"):
        # Java reads file names by the locale: under cron's or a container's plain C a path in Chinese cannot be opened.
        environment["LC_ALL"] = "C.UTF-8"
    return environment


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


def spark_conf(settings: SparkSettings, jars: Sequence[Path]) -> dict[str, str]:
    """Every setting that a session starts with, the user's own last. ``jars`` are Delta's; starts nothing."""
    conf = {**_DELTA, **_ALWAYS, "spark.master": settings.master, "spark.driver.memory": settings.memory}
    if settings.local:
        conf |= _local_conf(settings, jars)
    else:
        conf |= _remote_conf(settings, jars)
    return {**conf, **settings.conf}


_DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    **SPARK_DEFAULTS,
}
_ALWAYS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "WARN",
    # Timestamps read the same wherever a run takes place.
    "spark.sql.session.timeZone": "UTC",
    # In-memory: Hive's metastore would put a database into the working directory, and tables are named by path.
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # A batch becomes a list of dicts in the Python worker. At 5,000 characters a dialogue, 4,096 rows are 20 MB of
    # text and some 100 MB of Python objects; the default of 10,000 would be two and a half times that.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "4096",
    # No limit by bytes: to keep one, Spark sums the sizes of all vectors after each row, its dearest step by far.
    "spark.sql.execution.arrow.maxBytesPerBatch": "2147483647",
}


def _local_conf(settings: SparkSettings, jars: Sequence[Path]) -> dict[str, str]:
    scratch = cache_folder("spark")
    short = settings.profile == "short"
    partitions = settings.shuffle_partitions or (max(2, settings.cores) if short else 4 * settings.cores)
    return {
        # On the class path from the start, no jar is copied or announced, and Ivy has nothing to resolve.
        "spark.driver.extraClassPath": os.pathsep.join(map(str, jars)),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": " ".join(["-Dfile.encoding=UTF-8", *(_SHORT_JVM if short else ())]),
        "spark.local.dir": str(scratch / "tmp"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        # Workers find `jobs` also where it is not installed.
        "spark.executorEnv.PYTHONPATH": str(ROOT),
        # Each reduce task is a Python task somewhere downstream, at 0.2 to 0.5 CPU seconds before any work.
        "spark.sql.shuffle.partitions": str(partitions),
        # Delta reads a table's log with this many tasks; ours have a handful of files.
        "spark.databricks.delta.snapshotPartitions": "1" if short else "4",
        # AQE runs every shuffle as a job of its own and plans again after it. With one task a core there is nothing
        # to join or to balance; with hours of work and skewed sources there is.
        "spark.sql.adaptive.enabled": "false" if short else "true",
    }


# The client compiler and the serial collector: they start in half the CPU time, and peak speed comes too late for a
# run of minutes whose heavy work is in Python workers. Not for long runs.
_SHORT_JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def _remote_conf(settings: SparkSettings, jars: Sequence[Path]) -> dict[str, str]:
    conf = {
        "spark.jars": ",".join(map(str, jars)),
        # Partition counts come from the data: many to begin with, joined where they are small, split where skewed.
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.adaptive.coalescePartitions.enabled": "true",
        "spark.sql.adaptive.skewJoin.enabled": "true",
    }
    if settings.profile == "short":
        conf["spark.driver.extraJavaOptions"] = conf["spark.executor.extraJavaOptions"] = " ".join(_SHORT_JVM)
    if "://127.0.0.1" in settings.master or "://localhost" in settings.master:
        # A cluster on this machine: the host name need not resolve to an address that its executors reach.
        conf["spark.driver.host"] = "127.0.0.1"
    if settings.shuffle_partitions:
        conf["spark.sql.shuffle.partitions"] = str(settings.shuffle_partitions)
    if settings.executor_memory:
        conf["spark.executor.memory"] = settings.executor_memory
    return conf
