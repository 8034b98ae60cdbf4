"""Real servers on this machine's loopback for as long as a test needs them: Prefect's, its worker, a Spark cluster."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
# Generous: a loaded machine takes three times as long as an idle one, and a test that waits longer has hung.
PATIENCE_SECONDS = 240
Environment = Mapping[str, str]


@dataclass(frozen=True)
class Service:
    """A process of its own session, whose output goes to a file."""

    process: subprocess.Popen[bytes]
    log: Path

    def wait_for(self, what: str, found: Callable[[], Any]) -> Any:
        """What ``found`` gives as soon as it gives something true.

        Raises:
            AssertionError: the process ended before, or the time is over; shows the end of its log.
        """
        for _ in range(PATIENCE_SECONDS * 4):
            if result := found():
                return result
            try:
                self.process.wait(timeout=0.25)
            except subprocess.TimeoutExpired:
                continue
            break
        raise AssertionError(f"no {what}; exit code {self.process.poll()}, log:\n{self.said()[-3000:]}")

    def said(self) -> str:
        """All that it has written so far."""
        return self.log.read_text("utf-8", "replace")


@dataclass(frozen=True)
class PrefectServer:
    """A server with an empty database, and the environment in which every command speaks to it."""

    url: str
    environment: Environment
    service: Service

    def run(self, command: str, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        """Runs a command line as a person would write it, headless, from the repository's root."""
        process = self.start(command, *arguments, cwd=cwd)
        out, _ = process.communicate(timeout=PATIENCE_SECONDS)
        return subprocess.CompletedProcess(process.args, process.returncode, out)

    def start(self, command: str, *arguments: str, cwd: Path = ROOT) -> subprocess.Popen[str]:
        """The same without waiting for its end."""
        return subprocess.Popen(
            [*installed(command), *arguments],
            cwd=cwd,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of the server's REST interface."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}{path}", data=data, method=method, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None


@dataclass(frozen=True)
class SparkCluster:
    """A standalone master with one worker of two cores."""

    master: str
    page: str

    def finished(self) -> list[str]:
        """The names of the applications that the master has seen to their end, oldest first."""
        with urllib.request.urlopen(f"{self.page}/json/", timeout=60) as answer:
            return [application["name"] for application in json.load(answer)["completedapps"]]


@contextmanager
def prefect_server(folder: Path, command: str, settings: Environment | None = None) -> Iterator[PrefectServer]:
    """Runs ``command``, as the documentation gives it, on a free port and with a home of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "GRISTMILL__"))} | {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_API_URL": url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        **(settings or {}),
    }
    with service([*installed(command), "--port", str(port)], folder / "server.log", environment) as server:
        server.wait_for("Prefect server", lambda: answers(f"{url}/health"))
        yield PrefectServer(url, environment, server)


@contextmanager
def prefect_worker(server: PrefectServer, folder: Path, command: str, settings: Environment) -> Iterator[Service]:
    """Runs ``command`` in an empty folder: nothing of a run may depend on where its worker was started."""
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    environment = {**server.environment, **settings}
    with service(installed(command), folder / "worker.log", environment, elsewhere) as worker:
        worker.wait_for("Prefect worker", lambda: "started!" in worker.said())
        yield worker


@contextmanager
def spark_cluster(folder: Path) -> Iterator[SparkCluster]:
    """Master and worker from the pip package; each takes a free port and says in its log which."""
    from jobs.lake.spark_settings import SparkSettings, start_environment

    started = start_environment(SparkSettings())
    environment = {**os.environ, **started, "SPARK_LOCAL_IP": "127.0.0.1"}
    # The REST interface would take applications from anybody, and on a fixed port.
    environment["SPARK_MASTER_OPTS"] = "-Dspark.master.rest.enabled=false"
    spark_class = str(Path(started["SPARK_HOME"]) / "bin" / "spark-class")
    where = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]

    master_command = [spark_class, "org.apache.spark.deploy.master.Master", *where]
    with service(master_command, folder / "master.log", environment, folder) as master:
        address = master.wait_for("Spark master", lambda: said(master, r"spark://127\.0\.0\.1:\d+"))
        page = master.wait_for("page of the Spark master", lambda: said(master, r"'MasterUI' on port (\d+)"))
        master.wait_for("leader", lambda: "New state: ALIVE" in master.said())
        worker_command = [spark_class, "org.apache.spark.deploy.worker.Worker", *where, "--cores", "2"]
        worker_command += ["--memory", "1g", "--work-dir", str(folder / "work"), address]
        with service(worker_command, folder / "spark-worker.log", environment, folder) as worker:
            worker.wait_for("Spark worker", lambda: "Successfully registered with master" in worker.said())
            yield SparkCluster(address, f"http://127.0.0.1:{page}")


@contextmanager
def service(command: list[str], log: Path, environment: Environment, cwd: Path = ROOT) -> Iterator[Service]:
    """Runs a command until the block ends, then ends it and all that it started."""
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Service(process, log)
    finally:
        for sent in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, sent)
                process.wait(timeout=60)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue


def write_specification(folder: Path, stages: dict[str, Any], **values: Any) -> Path:
    """A data set of 24 dialogues, at least two of them near copies of others, and the specification that builds it."""
    goods = ("雨伞", "水杯", "键盘", "耳机", "台灯", "背包", "毛巾", "相机", "手表", "球鞋", "帽子")
    answer = "您好，{}的问题我们已经登记，专员会在二十四小时之内与您联系处理，请您保持电话畅通。"
    asks = ("请问{}还有现货吗，今天下单的话什么时候可以送到北京", "我昨天收到的{}包装破了，里面也有划痕，想申请换货")
    rows = [{"instruction": ask.format(g), "input": "", "output": answer.format(g)} for g in goods for ask in asks]
    rows += [{**row, "output": row["output"] + "谢谢"} for row in rows[:2]]
    raw = folder / "raw"
    raw.mkdir(parents=True)
    (raw / "chats.json").write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    specification = {
        "name": "small_shop",
        "version": "1.0.0",
        "description": "tests' own dialogues of a shop",
        "language": ["zh"],
        "goal": {"capabilities": ["answer what customers ask"]},
        "sources": [{"name": "chats", "kind": "internal", "path": "raw/*.json", "licence": "proprietary"}],
        "stages": stages,
        "exports": [{"format": "chatml"}],
        **values,
    }
    file = folder / "small_shop.yaml"
    file.write_text(yaml.safe_dump(specification, allow_unicode=True, sort_keys=False), "utf-8")
    return file


def installed(command: str) -> list[str]:
    """The words of a command line, its program taken from this Python's environment."""
    program, *arguments = shlex.split(command)
    return [str(BIN / program), *arguments]


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether a GET is answered well."""
    try:
        with urllib.request.urlopen(url, timeout=10):
            return True
    except OSError:
        return False


def said(service: Service, pattern: str) -> str:
    """The first group of the pattern's first match in a log, or all of it; empty where there is none."""
    match = re.search(pattern, service.said())
    return match.group(match.lastindex or 0) if match else ""
