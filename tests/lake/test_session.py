"""What Spark is started with, and that it starts so."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from jobs.lake.fingerprint import ROOT
from jobs.lake.schemas import DECISION_SCHEMA, decision_schema
from jobs.lake.session import SessionError, package_zip, start_session, submit_arguments, submitted_session
from jobs.lake.spark_settings import SparkSettings, spark_conf, start_environment

JARS = (Path("/jars/a.jar"), Path("/jars/b.jar"))


def test_settings_refuse_what_spark_would_misread() -> None:
    for wrong in ({"memory": "2 gigabytes"}, {"shuffle_partitions": 0}, {"profile": "fast"}, {"ui": True}):
        with pytest.raises(ValidationError):
            SparkSettings.model_validate(wrong)


@pytest.mark.parametrize(
    ("master", "cores"), [("local", 1), ("local[3]", 3), ("local[4,2]", 4), ("local[*]", os.cpu_count())]
)
def test_cores_are_the_master_s(master: str, cores: int) -> None:
    assert SparkSettings(master=master).cores == cores


def test_a_local_run_listens_on_this_machine_only_and_leaves_nothing_in_the_working_folder() -> None:
    conf = spark_conf(SparkSettings(master="local[2]"), JARS)
    assert conf["spark.driver.host"] == conf["spark.driver.bindAddress"] == "127.0.0.1"
    assert conf["spark.driver.extraClassPath"] == os.pathsep.join(map(str, JARS))
    assert conf["spark.sql.shuffle.partitions"] == "2"
    for key in ("spark.sql.warehouse.dir", "spark.local.dir"):
        assert not Path(conf[key]).is_relative_to(Path.cwd())


def test_a_long_run_keeps_the_optimising_compiler_and_adaptive_plans() -> None:
    conf = spark_conf(SparkSettings(master="local[2]", profile="long"), JARS)
    assert "TieredStopAtLevel" not in conf["spark.driver.extraJavaOptions"]
    assert conf["spark.sql.adaptive.enabled"] == "true"
    assert conf["spark.sql.shuffle.partitions"] == "8"


def test_a_cluster_gets_the_jars_and_its_own_partitions() -> None:
    conf = spark_conf(SparkSettings(master="spark://host:7077", executor_memory="4g"), JARS)
    assert conf["spark.jars"] == "/jars/a.jar,/jars/b.jar"
    assert conf["spark.executor.memory"] == "4g"
    assert "spark.sql.shuffle.partitions" not in conf
    assert "spark.driver.bindAddress" not in conf


def test_the_users_own_settings_win() -> None:
    own = {"spark.sql.session.timeZone": "Asia/Shanghai", "spark.ui.enabled": "true"}
    assert own.items() <= spark_conf(SparkSettings(conf=own), JARS).items()


def test_spark_submit_gets_every_setting_and_this_python() -> None:
    settings = SparkSettings(conf={"spark.cores.max": "2"})
    command, environment = submit_arguments(settings, "spark://host:7077")
    assert Path(command[0]).name == "spark-submit"
    assert set(command[3::2]) == {"--conf"}
    assert {"spark.master=spark://host:7077", "spark.cores.max=2"} <= set(command[4::2])
    assert environment["PYSPARK_PYTHON"] == sys.executable
    assert (Path(environment["JAVA_HOME"]) / "bin" / "java").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="macOS reads file names as UTF-8 whatever the locale")
@pytest.mark.parametrize(
    ("locale", "set_to"), [("C", "C.UTF-8"), ("", "C.UTF-8"), ("zh_CN.UTF-8", None), ("en_US.utf8", None)]
)
def test_java_reads_chinese_file_names_under_any_locale(
    monkeypatch: pytest.MonkeyPatch, locale: str, set_to: str | None
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_CTYPE", raising=False)
    monkeypatch.setenv("LANG", locale)
    assert start_environment(SparkSettings()).get("LC_ALL") == set_to


def test_a_program_outside_spark_submit_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    with pytest.raises(SessionError, match="spark-submit"):
        submitted_session()


def test_the_zip_of_our_code_is_the_same_bytes_twice_and_imports(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    first, second = map(package_zip, folders)
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()
    names = zipfile.ZipFile(io.BytesIO(first.read_bytes())).namelist()
    assert {"jobs/__init__.py", "jobs/record.py"} <= set(names)
    assert not [name for name in names if name.endswith(".pyc")]


def test_a_start_that_fails_shows_the_end_of_javas_log() -> None:
    # In a process of its own: this one has its JVM.
    program = (
        "from jobs.lake.session import start_session; from jobs.lake.spark_settings import SparkSettings; "
        "start_session(SparkSettings(memory='1k'))"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode != 0
    assert "SessionError: Spark did not start" in said.stderr
    assert "Too small maximum heap" in said.stderr


def test_a_second_start_gives_the_running_session(spark: Any) -> None:
    assert start_session(SparkSettings(master="local[1]")).sparkContext is spark.sparkContext


def test_workers_are_this_python_with_our_code(spark: Any) -> None:
    def tell(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import jobs.record

        for _ in batches:
            yield pa.RecordBatch.from_pydict({"python": [sys.executable], "module": [jobs.record.__file__]})

    told = spark.range(1, numPartitions=1).mapInArrow(tell, "python string, module string").collect()
    import jobs.record

    assert [tuple(row) for row in told] == [(sys.executable, jobs.record.__file__)]


def test_delta_keeps_history_for_as_long_as_releases_may_pin_it(spark: Any, lake: Path) -> None:
    path = str(lake / "决定")
    rows = [{"record_id": "a", "source": "s", "kept": False, "reason": "exact_duplicate", "evidence": None}]
    spark.createDataFrame(pa.Table.from_pylist(rows, schema=DECISION_SCHEMA), schema=decision_schema()).write.format(
        "delta"
    ).save(path)
    properties = spark.sql(f"describe detail delta.`{path}`").first()["properties"]
    assert properties["delta.deletedFileRetentionDuration"] == "interval 365 days"
    assert properties["delta.logRetentionDuration"] == "interval 730 days"
    assert spark.read.format("delta").load(path).first()["kept"] is False
    assert spark.sql("select current_timezone()").first()[0] == "UTC"
