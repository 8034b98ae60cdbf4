"""docker-compose.yml: what schema validators do not see, checked without an engine."""

from __future__ import annotations

import re
import shlex
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobs.lake.jars import spark_home

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE: str = SERVICES["prefect"]["build"]["dockerfile_inline"]
OURS = sorted(name for name, service in SERVICES.items() if service["image"].startswith("gristmill:"))
ONCE = {"deploy"}


def words(service: dict[str, Any]) -> list[list[str]]:
    """The command lines that a service runs, each as its words."""
    command = service.get("command", [])
    if command[:1] == ["sh"]:
        return [shlex.split(line) for line in command[-1].splitlines()]
    return [command]


def test_every_service_depends_on_services_that_exist_and_can_be_waited_for() -> None:
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES, f"{name} depends on {other}"
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], f"{name} waits for {other} to be healthy for ever"
            if how["condition"] == "service_completed_successfully":
                assert other in ONCE, f"{name} waits for {other} to end, which it never does"


def test_no_service_depends_on_itself_by_a_detour() -> None:
    def below(name: str, above: tuple[str, ...] = ()) -> None:
        assert name not in above, " -> ".join([*above, name])
        for other in SERVICES[name].get("depends_on", {}):
            below(other, (*above, name))

    for name in SERVICES:
        below(name)


def test_every_volume_is_declared_and_used_and_every_folder_is_there() -> None:
    mounted = [
        mount.rsplit(":", 2 if mount.endswith(":ro") else 1)[0]
        for s in SERVICES.values()
        for mount in s.get("volumes", [])
    ]
    named = {source for source in mounted if not source.startswith((".", "$"))}
    assert named == set(COMPOSE["volumes"])
    assert all((ROOT / source).is_dir() for source in mounted if source.startswith("."))


def test_what_starts_in_a_driver_and_in_executors_sees_the_same_files() -> None:
    assert SERVICES["worker"]["volumes"] == SERVICES["spark-worker"]["volumes"] == SERVICES["deploy"]["volumes"]


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_that_the_image_has(name: str) -> None:
    for program, *arguments in words(SERVICES[name]):
        if program == "spark-class":
            (core,) = (spark_home() / "jars").glob("spark-core_*.jar")
            assert arguments[0].replace(".", "/") + ".class" in zipfile.ZipFile(core).namelist()
        else:
            assert (Path(sys.executable).parent / program).is_file()
        assert all((ROOT / word).is_file() for word in arguments if word.endswith(".yaml"))


def test_the_commands_are_the_documented_ones() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    pool, deploy = (" ".join(line) for line in words(SERVICES["deploy"]))
    assert pool.removesuffix(" --overwrite") in text
    assert deploy in text
    for compose_service in re.findall(r"docker compose (?:run --rm|exec) (\S+)", text):
        assert compose_service in SERVICES


def test_every_address_names_a_service_and_the_port_it_listens_on() -> None:
    for scheme, host, port in re.findall(r"(\w+)://(?:[^\s/@]*@)?([a-z][a-z-]*):(\d+)", TEXT):
        assert host in SERVICES, f"{scheme}://{host}:{port}"
        listens = [str(word) for line in words(SERVICES[host]) for word in line]
        assert port in listens or (host, port) == ("database", "5432")


def test_only_this_machine_reaches_what_is_published() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", OURS)
def test_no_service_of_ours_runs_as_root(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONCE))
def test_every_service_that_stays_has_a_health_check_of_a_program_it_has(name: str) -> None:
    check = SERVICES[name]["healthcheck"]["test"]
    assert check[0] == "CMD"
    assert check[1] in {"python", "pg_isready"}
    if check[1] == "python":
        compile(check[3], "healthcheck", "exec")


def test_no_secret_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if "PASSWORD" in key or "SECRET" in key or "TOKEN" in key:
                assert re.fullmatch(r"\$\{\w+(:\?[^}]*)?\}", value), key
            assert not re.search(r"://[^:/]+:(?!\$\{)[^@/]+@", str(value)), key
    assert "PASSWORD" not in DOCKERFILE


def test_every_variable_has_a_default_or_is_asked_for_and_is_explained() -> None:
    given = dict(re.findall(r"\$\{(\w+):([-?][^}]*)\}", TEXT))
    explained = set(re.findall(r"^# +(GRISTMILL_\w+)=", TEXT, re.MULTILINE))
    assert set(re.findall(r"\$\{(\w+)", TEXT)) == set(given) == explained
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert "/.env" in ignored


def test_the_image_copies_what_is_there_and_ends_as_another_user() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _ = line.split()
        assert all((ROOT / source).exists() for source in sources), line
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == [SERVICES["prefect"]["user"]]
    modules = re.findall(r"python -m (jobs\.[\w.]+)", DOCKERFILE)
    assert all((ROOT / module.replace(".", "/")).with_suffix(".py").is_file() for module in modules)
    # Compose reads a dollar as a variable of its own, also in here.
    assert "$" not in DOCKERFILE


def test_the_image_s_python_is_one_that_we_support() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text("utf-8")
    versions = {tuple(map(int, v)) for v in re.findall(r"^FROM python:(\d+)\.(\d+)-", DOCKERFILE, re.MULTILINE)}
    (least,) = re.findall(r'requires-python = ">=(\d+)\.(\d+)"', pyproject)
    assert len(versions) == 1
    assert versions.pop() >= tuple(map(int, least))
    assert (
        SERVICES["prefect"]["image"].partition(":")[2] == re.findall(r'^version = "(.+)"', pyproject, re.MULTILINE)[0]
    )
