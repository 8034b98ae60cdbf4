"""What Spark is started with: the settings a user may give, and Spark's own that follow from them. Starts nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from jobs.lake.cache import cache_folder
from jobs.lake.fingerprint import ROOT
from jobs.lake.jars import spark_home
from jobs.lake.java import java_home
from jobs.lake.retention import SPARK_DEFAULTS


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
