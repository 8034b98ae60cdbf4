"""The command line: what a person types, reads and gets as an exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL
from typer.main import get_command
from typer.testing import CliRunner, Result

from flows.cli import app
from jobs.lake.lock import held
from jobs.pipeline import BY_DEFAULT, STAGES
from jobs.plan import load_plan

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = sorted(get_command(app).commands)
# Commands that hand their arguments on unread, --help too.
TOOLS = ("check", "convert", "decontaminate", "dedup", "health", "pii", "preview", "render", "similarity")
PROGRAM = [sys.executable, "-c", "from flows.cli import main; main()"]
# No reader of a release, and no writer of a specification, needs any of these; each costs seconds to import.
HEAVY = {"pyspark", "prefect", "great_expectations", "presidio_analyzer", "torch", "sentence_transformers", "sklearn"}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``build`` sets for its own process ends with the test."""
    for name in ("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
        monkeypatch.delenv(name)


def run(*arguments: Any, code: int = 0) -> Result:
    """Runs the command in this process and checks its exit code; nobody may see a stack trace."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def lake(built: Any) -> list[str]:
    """Options that name the lake of the suite's one whole build."""
    return ["--lake", str(built[0].layout.root)]


def test_the_commands_are_those_that_the_readme_names() -> None:
    assert {"build", "demo", "init", "read", "releases", "show", "stage"} <= set(COMMANDS)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in TOOLS])
def test_the_help_of_every_command_shows_an_example(command: str) -> None:
    said = run(command, "--help").output
    assert re.search(rf"Example: +gristmill {command}\b", " ".join(said.split()))


@pytest.mark.parametrize("command", TOOLS)
def test_the_tools_help_shows_an_example(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"gristmill {command}" in result.output + capfd.readouterr().out or "example" in result.output.lower()


def test_help_alone_lists_every_command_with_a_sentence() -> None:
    said = run("--help").output
    assert all(re.search(rf"^\s*{command} +\w+", said, re.MULTILINE) for command in COMMANDS)


# init


def test_init_writes_a_specification_that_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("init", "support_chats").output
    assert f"gristmill build {tmp_path / 'support_chats.yaml'}" in said.replace("\n", "")
    assert load_plan("support_chats.yaml", environment={}).stages == list(BY_DEFAULT)


@pytest.mark.parametrize(
    ("rows", "fields"),
    [
        ([{"instruction": "怎么退货", "input": "", "output": "点申请退货。"}], {}),
        ([{"问题": "怎么退货", "回答": "点申请退货。"}], {"instruction": "问题", "output": "回答"}),
        ([{"alpha": "x", "beta": "y"}], {}),
    ],
)
def test_init_from_a_file_fills_in_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[Any], fields: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.json").write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    said = run("init", "my_set", "--from", "data.json").output
    assert "1 rows" in said
    assert load_plan("my_set.yaml", environment={}).specification.sources[0].fields == fields
    if "alpha" in rows[0]:
        assert "alpha, beta" in said


def test_init_does_not_write_over_a_specification(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("init", "my_set")
    assert "--force" in run("init", "my_set", code=2).output
    run("init", "my_set", "--force")


# mistakes


@pytest.fixture
def specification(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A starter with a file to read, in the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.json").write_text('[{"instruction": "a", "input": "", "output": "b"}]', "utf-8")
    run("init", "my_set", "--from", "data.json")
    return tmp_path / "my_set.yaml"


def test_a_misspelt_key_is_one_line_with_file_line_and_nearest_key(specification: Path) -> None:
    text = specification.read_text("utf-8").replace("    threshold:", "    treshold:", 1)
    specification.write_text(text, "utf-8")
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "treshold" in line)
    said = run("build", specification, code=2).output
    assert said.count("\n") == 1
    assert f"{specification}, line {line}: `stages.deduplicate_near.treshold`" in said
    assert "did you mean `threshold`?" in said


def test_a_missing_specification_says_how_to_get_one(tmp_path: Path) -> None:
    said = run("build", tmp_path / "none.yaml", code=2).output
    assert "no such file" in said
    assert "gristmill init NAME" in said


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("split.test=much", "came 'much'"),
        ("split.tset=0.1", "did you mean `test`?"),
        ("nonsense", "expected stage.key=value"),
        ("splitt.test=0.1", "--set splitt.test: `splitt`: unknown key; did you mean `split`?"),
    ],
)
def test_a_wrong_assignment_is_told(specification: Path, assignment: str, said: str) -> None:
    assert said in run("build", specification, "--set", assignment, code=2).output


def test_an_unknown_release_lists_those_that_there_are(lake: list[str]) -> None:
    for command in ("show", "read"):
        said = run(command, "tiny_shop@9.9.9", *lake, code=1).output
        assert "no release tiny_shop@9.9.9" in said
        assert "tiny_shop@1.0.0" in said
    assert "gristmill build" in run("show", "nobody", *lake, code=1).output


@pytest.mark.parametrize(
    "arguments",
    [("show", "Tiny Shop"), ("show", "tiny_shop@one"), ("read", "../../etc"), ("read", "tiny_shop", "--split", "dev")],
)
def test_a_wrong_reference_or_split_says_what_was_expected(lake: list[str], arguments: tuple[str, ...]) -> None:
    assert "expected" in run(*arguments, *lake, code=2).output


def test_an_unknown_format_lists_those_that_there_are(lake: list[str]) -> None:
    assert "chatml" in run("read", "tiny_shop", "--format", "chatlm", *lake, code=2).output


# releases, show, read


def test_releases_lists_what_was_released(lake: list[str], built: Any) -> None:
    (listed,) = json.loads(run("releases", *lake, "--json").output)
    _, report = built
    assert (listed["name"], listed["version"], listed["run_id"]) == ("tiny_shop", "1.0.0", report.run_id)
    assert listed["rows"] == report.stages[-1].summary.kept
    assert "tiny_shop@1.0.0" in run("releases", "tiny_shop", *lake).output


def test_releases_of_nothing_is_no_failure(tmp_path: Path) -> None:
    assert "Nothing has been released" in run("releases", "--lake", tmp_path).output
    assert json.loads(run("releases", "--lake", tmp_path, "--json").output) == []


def test_show_gives_the_stages_in_order(lake: list[str], built: Any) -> None:
    shown = json.loads(run("show", "tiny_shop@1.0.0", *lake, "--json").output)
    _, report = built
    keys = {"stage", "rows_in", "kept", "removed", "quarantined", "gate", "seconds", "version"}
    assert [stage["stage"] for stage in shown["stages"]] == list(STAGES)
    for told, stage in zip(shown["stages"], report.stages, strict=True):
        assert keys <= told.keys()
        assert (told["rows_in"], told["kept"]) == (stage.summary.rows_in, stage.summary.kept)
        assert (told["removed"], told["quarantined"]) == (stage.summary.removed, stage.summary.quarantined)
        assert (told["gate"], told["version"], told["table"]) == (stage.gate, stage.table.version, stage.table.path)
        assert told["seconds"] >= 0
    assert Path(shown["folder"]) == report.release


def test_show_without_a_version_shows_the_newest_for_people(lake: list[str]) -> None:
    said = run("show", "tiny_shop", *lake).output
    assert all(word in said for word in ("tiny_shop@1.0.0", *STAGES, "exact_copy", "passport.md", "sha256"))


def test_read_gives_rows_by_limit_split_and_format(lake: list[str], built: Any) -> None:
    def read(*options: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in run("read", "tiny_shop@1.0.0", *lake, *options).output.splitlines()]

    _, report = built
    splits = report.stages[-1].summary.splits
    whole = read()
    assert len(whole) == report.stages[-1].summary.kept
    assert all(row["messages"][0]["role"] == "user" for row in whole)
    assert read("--limit", "3") == whole[:3] == read("--limit", "3", "--json")
    assert {side: len(read("--split", side)) for side in splits} == splits
    alpaca = read("--format", "alpaca", "--limit", "1")
    assert (alpaca[0]["instruction"], alpaca[0]["output"]) == tuple(m["content"] for m in whole[0]["messages"])


def test_read_prints_what_the_released_file_holds(lake: list[str], built: Any) -> None:
    _, report = built
    said = run("read", "tiny_shop", *lake, "--split", "train").output
    file = next((report.release / "data" / "chatml").glob("train*.jsonl"))
    assert [json.loads(x) for x in said.splitlines()] == [json.loads(x) for x in file.read_text("utf-8").splitlines()]


def test_a_reader_may_stop_reading(lake: list[str]) -> None:
    command = " ".join(f"'{part}'" for part in (*PROGRAM, "read", "tiny_shop", *lake))
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -n 1"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr


READERS = """
import sys
from flows.cli import app
lake, folder = sys.argv[1:]
commands = ["releases"], ["show", "tiny_shop", "--json"], ["read", "tiny_shop", "--limit", "1"]
for command in commands:
    app([*command, "--lake", lake], standalone_mode=False)
app(["init", "my_set", "--from", folder + "/raw/chats.json"], standalone_mode=False)
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def test_readers_and_init_import_nothing_heavy(built: Any, tmp_path: Path) -> None:
    mill, _ = built
    command = [sys.executable, "-c", READERS, str(mill.layout.root), str(mill.folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert (tmp_path / "my_set.yaml").is_file()
    assert HEAVY & set(done.stderr.split()) == set()


# build: the lake is built already, so these start no stage


def test_build_with_nothing_changed_says_so(built: Any) -> None:
    mill, report = built
    result = run("build", mill.specification)
    assert "Nothing has changed since tiny_shop@1.0.0" in result.output
    assert "gristmill read tiny_shop@1.0.0" in result.output
    assert "[10/10] publish" in result.output, "progress"
    assert mill.released() == [report.version]


def test_build_as_json_prints_nothing_else(built: Any) -> None:
    mill, _ = built
    result = run("build", mill.specification, "--json")
    told = json.loads(result.stdout)
    assert (told["dataset"], told["version"], told["created"]) == ("tiny_shop", "1.0.0", False)
    assert [stage["reused"] for stage in told["stages"]] == [True] * len(STAGES)


def test_build_that_misses_a_target_fails_and_lists_it(built: Any, tmp_path: Path) -> None:
    mill, _ = built
    other = mill.folder / "strict.yaml"
    text = mill.specification.read_text("utf-8").replace("at_least: 20", "at_least: 2000").replace("1.0.0", "5.0.0")
    other.write_text(text, "utf-8")
    said = run("build", other, code=1).output
    assert "rows: expected at least 2,000, measured" in said
    assert "5.0.0" not in mill.released()


def test_build_while_another_runs_fails_and_says_which(built: Any) -> None:
    mill, _ = built
    with held(mill.layout.runs / "lock", "a build of tiny_shop"):
        said = run("build", mill.specification, code=1).output
    assert f"a build of tiny_shop is running already (process {os.getpid()})" in said


def test_build_of_a_source_without_files_fails(built: Any) -> None:
    mill, _ = built
    other = mill.folder / "elsewhere.yaml"
    other.write_text(mill.specification.read_text("utf-8").replace("raw/chats*", "row/chats*"), "utf-8")
    assert "expected at least one file at row/chats*" in run("build", other, code=2).output


def test_the_program_itself_exits_with_0_where_spark_cannot_start(built: Any) -> None:
    mill, _ = built
    # The lake is up to date, so the cluster that this names is never asked for.
    launcher = ["--launcher", "spark-submit", "--master", "spark://127.0.0.1:1"]
    environment = {**os.environ, "PREFECT_API_URL": PREFECT_API_URL.value(), "PYTHONPATH": str(ROOT)}
    command = [*PROGRAM, "build", str(mill.specification), *launcher]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Nothing has changed since tiny_shop@1.0.0" in done.stdout
    assert "INFO" not in done.stderr + done.stdout, "Prefect's own log is quiet"
