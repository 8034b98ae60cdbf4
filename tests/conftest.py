"""What the whole suite shares: one Spark session, one Prefect server, the real data, and a quiet environment."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[1]


# A test's first example pays for imports and tables, and machines are shared: how long one takes says nothing here.
settings.register_profile("gristmill", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gristmill")


def pytest_configure(config: pytest.Config) -> None:
    """Cut the suite off from the developer's own settings and from every telemetry, before anything is imported."""
    for name in [n for n in os.environ if n.startswith(("PREFECT_", "GRISTMILL__", "SPARK_CONF_"))]:
        del os.environ[name]
    home = tempfile.mkdtemp(prefix="gristmill-tests-prefect-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ |= {
        "PREFECT_HOME": home,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "HF_HUB_OFFLINE": "1",
    }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the dear things that they ask for, so that `pytest -m "not spark"` needs no Java."""
    for item in items:
        used = getattr(item, "fixturenames", ())
        if "spark" in used:
            item.add_marker(pytest.mark.spark)
        if "prefect_server" in used:
            item.add_marker(pytest.mark.prefect)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets, which is no part of the repository."""
    folder = Path(os.environ.get("GRISTMILL_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set GRISTMILL_SHARED_DATA to the folder that holds it")
    return folder


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """The suite's one session. Stages that start their own in this process get this one."""
    from jobs.lake.session import start_session, stop_session
    from jobs.lake.spark_settings import SparkSettings

    # Two tasks at once on any machine: a result that depends on the partition count would show on none if tests ran
    # with one, and differ between machines if they ran with all cores.
    yield start_session(SparkSettings(master="local[2]", shuffle_partitions=2), "gristmill-tests")
    stop_session()


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A Prefect server with an empty database for the whole suite; 15 to 30 s once, hence one for all."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """An empty folder for a test's tables."""
    folder = tmp_path / "lake"
    folder.mkdir()
    return folder
