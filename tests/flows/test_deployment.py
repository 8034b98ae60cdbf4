"""The deployment against a real server, pool and worker, by the commands that docs/operations.md gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from services import ROOT, PrefectServer, prefect_server, prefect_worker, write_specification

pytestmark = pytest.mark.slow

SERVER = "prefect server start --host 127.0.0.1"
POOL = "prefect work-pool create gristmill --type process"
DEPLOY = "prefect --no-prompt deploy --all --prefect-file conf/prefect.yaml"
WORKER = "prefect worker start --pool gristmill"
RUN = "prefect deployment run 'build-dataset/ecommerce-daily' --watch"
BY_NAME = "/deployments/name/build-dataset/ecommerce-daily"
STAGES: dict[str, Any] = {"collect": None, "split": {"validation": 0.1, "test": 0.1}, "publish": None}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deployment")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[PrefectServer]:
    # A run that waits for another one's end asks again after half a minute by default.
    with prefect_server(folder, SERVER, {"PREFECT_DEPLOYMENT_CONCURRENCY_SLOT_WAIT_SECONDS": "1"}) as server:
        for command in (POOL, DEPLOY):
            done = server.run(command)
            assert done.returncode == 0, done.stdout
        yield server


@pytest.mark.parametrize("command", [SERVER, POOL, DEPLOY, WORKER, RUN])
def test_the_documentation_gives_the_commands_that_are_run_here(command: str) -> None:
    pages = ["docs/operations.md"] + (["README.md", "README.zh.md"] if command != SERVER else [])
    for page in pages:
        assert f"\n.venv/bin/{command}\n" in (ROOT / page).read_text("utf-8"), page


def test_the_deployment_has_schedule_parameters_and_one_run_at_a_time(server: PrefectServer) -> None:
    deployment = server.ask("GET", BY_NAME)
    (schedule,) = deployment["schedules"]
    assert schedule["active"]
    assert schedule["schedule"] == {"cron": "30 2 * * *", "timezone": "Asia/Shanghai", "day_or": True}
    assert deployment["global_concurrency_limit"]["limit"] == 1
    assert deployment["concurrency_options"]["collision_strategy"] == "ENQUEUE"
    assert deployment["enforce_parameter_schema"]
    properties = deployment["parameter_openapi_schema"]["properties"]
    assert properties["launcher"]["enum"] == ["local", "spark-submit"]
    assert properties["profile"]["enum"] == ["local", "cluster"]
    assert set(properties) == set(deployment["parameters"])
    assert deployment["parameter_openapi_schema"]["required"] == ["specification"]
    assert (ROOT / deployment["parameters"]["specification"]).is_file()


def test_the_command_refuses_a_wrong_launcher(server: PrefectServer) -> None:
    done = server.run(RUN, "--param", "launcher=kubernetes")
    assert done.returncode == 1
    assert "'kubernetes' is not one of ['local', 'spark-submit']" in " ".join(done.stdout.split())
    assert "Created flow run" not in done.stdout


@pytest.mark.parametrize(
    "wrong", [{"profile": "laptop"}, {"settings": "split.test=1"}, {"master": 7077}, {"launcher": None}]
)
def test_the_server_refuses_a_parameter_of_the_wrong_type(server: PrefectServer, wrong: dict[str, Any]) -> None:
    deployment = server.ask("GET", BY_NAME)
    with pytest.raises(HTTPError) as refusal:
        server.ask("POST", f"/deployments/{deployment['id']}/create_flow_run", {"parameters": wrong})
    assert refusal.value.code in {409, 422}
    assert next(iter(wrong)) in refusal.value.read().decode()


def test_runs_follow_one_another_and_the_command_tells_how_each_ended(server: PrefectServer, folder: Path) -> None:
    deployment = server.ask("GET", BY_NAME)
    stop_schedule(server, deployment)
    good = write_specification(folder / "good", STAGES)
    nowhere = {"name": "chats", "kind": "internal", "path": "nowhere/*.json", "licence": "proprietary"}
    wrong = write_specification(folder / "wrong", STAGES, sources=[nowhere])
    lake = folder / "lake"
    with prefect_worker(server, folder, WORKER, {"GRISTMILL__LAKE__ROOT": str(lake)}) as worker:
        first = server.start(RUN, "--param", f"specification={good}")
        worker.wait_for("running build", lambda: runs(server, deployment, "RUNNING"))
        failed = server.run(RUN, "--param", f"specification={wrong}")
        said, _ = first.communicate()
    assert first.returncode == 0, said
    assert failed.returncode == 1, failed.stdout

    releases = lake / "releases" / "small_shop"
    assert [path.name for path in releases.iterdir() if path.is_dir()] == ["1.0.0"]
    (one,) = runs(server, deployment, "COMPLETED")
    (other,) = runs(server, deployment, "FAILED")
    assert datetime.fromisoformat(other["start_time"]) >= datetime.fromisoformat(one["end_time"])
    assert "expected at least one file at nowhere/*.json" in other["state"]["message"]
    artifacts = {a["key"]: a for a in server.ask("POST", "/artifacts/latest/filter", {})}
    assert set(artifacts) == {"small-shop-collect", "small-shop-split", "small-shop-publish", "small-shop-passport"}
    assert artifacts["small-shop-passport"]["type"] == "markdown"
    assert {a["type"] for key, a in artifacts.items() if not key.endswith("passport")} == {"table"}


def stop_schedule(server: PrefectServer, deployment: dict[str, Any]) -> None:
    """Sees that the scheduler made runs of the schedule, then stops it: half past two may come during a test."""
    scheduled = server.service.wait_for("scheduled run", lambda: runs(server, deployment, "SCHEDULED"))
    assert all(run["auto_scheduled"] for run in scheduled)
    (schedule,) = deployment["schedules"]
    server.ask("PATCH", f"/deployments/{deployment['id']}/schedules/{schedule['id']}", {"active": False})


def runs(server: PrefectServer, deployment: dict[str, Any], state: str) -> list[dict[str, Any]]:
    """The deployment's runs in a state of this type."""
    of = {"deployments": {"id": {"any_": [deployment["id"]]}}, "flow_runs": {"state": {"type": {"any_": [state]}}}}
    found: list[dict[str, Any]] = server.ask("POST", "/flow_runs/filter", of)
    return found
