"""The documentation held to the code: its links lead somewhere, its commands and settings exist, its example runs."""

from __future__ import annotations

import re
import shlex
import sys
import types
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
from docs_pages import PAGES, ROOT, blocks, prose, read

from jobs.config import ENVIRONMENT_PREFIX
from jobs.lake.suites import load_suite
from jobs.pipeline import STAGES
from jobs.plan import load_plan

OWN_PARSERS = ("convert", "health", "check", "render", "preview", "dedup", "similarity", "decontaminate", "pii")
READMES = ("README.md", "README.zh.md")
WORKED_EXAMPLE = "docs/add_a_stage.md"


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", read(page)):
        file, _, anchor = target.partition("#")
        if "://" in target:
            continue
        linked = (ROOT / page).parent / file if file else ROOT / page
        assert linked.exists(), f"{page} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", linked.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings}, target


@pytest.mark.parametrize("readme", READMES)
def test_the_picture_shows_every_stage(readme: str) -> None:
    (picture,) = blocks(readme, "mermaid")
    assert set(STAGES) <= set(re.findall(r"\b[a-z_]+\b", picture))
    edges = re.findall(r"(?=\b([a-z_]+) --> ([a-z_]+))", picture)
    assert set(pairwise(STAGES)) <= set(edges), "in the order of the pipeline"


def test_both_readmes_say_the_same() -> None:
    english, chinese = READMES
    assert f"]({chinese})" in read(english).splitlines()[0]
    assert f"]({english})" in read(chinese).splitlines()[0]
    for language in ("sh", "text", "yaml"):
        assert list(map(commands, blocks(english, language))) == list(map(commands, blocks(chinese, language)))
    levels = [[len(h) for h in re.findall(r"^(#+) ", prose(page), re.MULTILINE)] for page in READMES]
    assert levels[0] == levels[1]
    links = [sorted(re.findall(r"\]\(([^)]+)\)", read(page))[1:]) for page in READMES]
    assert links[0] == links[1]
    assert read(english).count("\n- ") == read(chinese).count("\n- "), "as many known limits in both"


def commands(block: str) -> list[str]:
    """A block's lines without comments, which each language writes for itself."""
    return [line.split("  #")[0].rstrip() for line in block.splitlines() if not line.startswith("#")]


def test_every_command_is_in_the_readme() -> None:
    for readme in READMES:
        missing = [name for name in cli() if f"gristmill {name}" not in read(readme)]
        assert not missing, f"{readme} does not name gristmill {missing}"


@cache
def cli() -> dict[str, Any]:
    from flows.cli import app

    group: Any = typer.main.get_command(app)
    return dict(group.commands)


@pytest.mark.parametrize("page", PAGES)
def test_every_gristmill_line_names_a_command_and_its_options(page: str) -> None:
    lines = [line for block in blocks(page, "sh") for line in commands(block)]
    for line in [*lines, *re.findall(r"`(gristmill [^`]+)`", read(page))]:
        words = shlex.split(line)
        if words and words[0].rpartition("/")[2] == "gristmill":
            assert words[1] in cli(), f"{page}: {line}"
            known = {option for parameter in cli()[words[1]].params for option in parameter.opts}
            given = {word.partition("=")[0] for word in words[2:] if word.startswith("--")}
            # These hand everything on to a parser of their own.
            assert given <= known or words[1] in OWN_PARSERS, f"{page}: {line}"


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", read("Makefile"), re.MULTILINE))
    code = "\n".join(re.findall(r"^```.*?^```|`[^`\n]+`", read(page), re.DOTALL | re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z][\w-]*)", code, re.MULTILINE)) <= targets


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_tests_as_ci_does(readme: str) -> None:
    said = [line for block in blocks(readme, "sh") for line in commands(block)]
    run = [line.strip() for line in read(".ci/run").splitlines()]
    for command in ("make test", ".venv/bin/python -m pytest"):
        assert command in said, f"{readme} gives `{command}`"
        assert command in run, f".ci/run calls `{command}`"


@pytest.mark.parametrize("readme", READMES)
def test_the_plain_set_up_is_the_script_s(readme: str) -> None:
    script = read("scripts/setup.sh")
    for words in ("--require-hashes --no-deps -r requirements.lock", "--no-deps -e .", "-m jobs.lake.jars"):
        assert words in read(readme)
        assert words in script
    assert "examples.ecommerce.generate --out" in read("Makefile")


@pytest.mark.parametrize("readme", READMES)
def test_the_deployment_commands_are_those_of_its_file(readme: str) -> None:
    head = read("conf/prefect.yaml").split("\nname:")[0]
    for command in re.findall(r"^# +(prefect .*)$", head, re.MULTILINE):
        assert command in read(readme)


@pytest.mark.parametrize("page", PAGES)
def test_every_whole_specification_loads(page: str, tmp_path: Path) -> None:
    for text in blocks(page, "yaml"):
        if re.search(r"^sources:\s*\n +- name:", text, re.MULTILINE):
            file = tmp_path / "specification.yaml"
            file.write_text(text, "utf-8")
            assert load_plan(file, environment={}).stages


@pytest.mark.parametrize("page", [*PAGES])
def test_every_setting_that_a_page_sets_is_one(page: str) -> None:
    ecommerce = ROOT / "conf" / "datasets" / "ecommerce.yaml"
    for assignment in re.findall(r"--set ([a-z_]+(?:\.[a-z_]+)+=[^\s`]+)", read(page)):
        load_plan(ecommerce, assignments=[assignment], environment={})
    for variable, value in re.findall(rf"({ENVIRONMENT_PREFIX}[A-Z_]+[A-Z])=([^\s`]+)", read(page)):
        load_plan(ecommerce, environment={variable: value})


def test_the_worked_example_runs(spark: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stage, test = blocks(WORKED_EXAMPLE, "python")
    (suite,) = blocks(WORKED_EXAMPLE, "yaml")
    module = types.ModuleType("jobs.stages.limit_per_intent")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(stage, "limit_per_intent.py", "exec"), module.__dict__)  # noqa: S102 - our own page's code
    for public in ("Params", "transform", "run"):
        assert getattr(module, public).__doc__

    tests: dict[str, Any] = {}
    exec(compile(test, "test_limit_per_intent.py", "exec"), tests)  # noqa: S102 - our own page's code
    for name in [name for name in tests if name.startswith("test_")]:
        tests[name](spark)

    from jobs.lake.schemas import decision_schema

    decided = module.transform(tests["rows_of"](spark, ["1", "2"]), module.Params())
    assert decided.schema.simpleString() == decision_schema().simpleString()

    file = tmp_path / "limit_per_intent.yaml"
    file.write_text(suite, "utf-8")
    assert load_suite(file).checks
