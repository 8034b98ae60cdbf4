"""The documentation held to the code: what a page names exists, what exists is named, and what it shows runs."""

from __future__ import annotations

import ast
import re
import shlex
import sys
import types
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
import typer
import yaml
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from jobs import spec
from jobs.config import ENVIRONMENT_PREFIX
from jobs.lake.session import SparkSettings
from jobs.lake.suites import load_suite
from jobs.pipeline import STAGES
from jobs.plan import load_plan, params_model
from jobs.privacy.recognizers import ENTITIES
from jobs.similarity.guards import SEMANTIC_GUARDS
from jobs.text.quality_measures import MEASURES
from jobs.text.quality_params import RuleLine, default_table

ROOT = Path(__file__).resolve().parents[1]
OWN_PARSERS = ("convert", "health", "check", "render", "preview", "dedup", "similarity", "decontaminate", "pii")
READMES = ("README.md", "README.zh.md")
PAGES = sorted(p.relative_to(ROOT).as_posix() for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
STAGE_PAGE, SPECIFICATION_PAGE, WORKED_EXAMPLE = "docs/stages.md", "docs/specification.md", "docs/add_a_stage.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# Section of docs/specification.md -> the model that it describes.
MODELS: dict[str, type[BaseModel]] = {
    "Top level": spec.Specification,
    "goal": spec.Goal,
    "goal.targets": spec.Target,
    "sources": spec.SourceSpec,
    "acceptance": spec.Acceptance,
    "exports": spec.Export,
    "spark": SparkSettings,
}


@cache
def read(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def blocks(page: str, language: str) -> list[str]:
    return [text for name, text in _BLOCK.findall(read(page)) if name == language]


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one of level 2."""
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", read(page), re.DOTALL | re.MULTILINE)
    assert found, f"{page} has no section `## {heading}`"
    return found.group(1)


def documented(text: str) -> dict[str, list[str]]:
    """The rows of a section's tables whose first cell is a name in backticks: name -> the other cells."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return {row[0].strip("`"): row[1:] for row in rows if row[0].startswith("`")}


def default_of(model: type[BaseModel], name: str) -> Any:
    """A field's default as plain JSON values; ``PydanticUndefined`` where there is none."""
    default = model.model_fields[name].get_default(call_default_factory=True)
    if default is PydanticUndefined:
        return default
    return default.model_dump(mode="json") if isinstance(default, BaseModel) else _plain(default)


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def shown(cell: str) -> Any:
    """The default that a cell states, read as YAML; ``PydanticUndefined`` for the word required."""
    return PydanticUndefined if cell == "required" else yaml.safe_load(cell.strip("`"))


def choices(annotation: Any) -> set[str]:
    """Every word that a type allows, however deep it stands."""
    if get_origin(annotation) is Literal:
        return {str(word) for word in get_args(annotation)}
    return {word for part in get_args(annotation) for word in choices(part)}


def check_fields(model: type[BaseModel], page: str, heading: str, default_column: int) -> None:
    rows = documented(section(page, heading))
    # What several stages share is explained once on the page.
    spans = re.findall(r"`([^`\n]+)`", _BLOCK.sub("", read(page)))
    said = {word for span in spans for word in re.findall(r"[\w-]+", span)}
    assert set(model.model_fields) <= set(rows), "every key is documented"
    for name, field in model.model_fields.items():
        assert shown(rows[name][default_column]) == default_of(model, name), f"default of {name}"
        assert choices(field.annotation) <= said, f"the words that {name} may be"


@pytest.mark.parametrize("heading", MODELS)
def test_every_key_of_a_specification_is_documented_with_its_default(heading: str) -> None:
    check_fields(MODELS[heading], SPECIFICATION_PAGE, heading, default_column=1)


def test_every_setting_is_documented_with_its_default() -> None:
    rows = documented(section(SPECIFICATION_PAGE, "Settings"))
    expected: dict[str, Any] = {}
    for name, field in spec.Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            model = field.annotation
            expected |= {f"{name}.{inner}": default_of(model, inner) for inner in model.model_fields}
    assert {key: shown(cells[1]) for key, cells in rows.items()} == expected


@pytest.mark.parametrize("stage", STAGES)
def test_every_parameter_of_a_stage_is_documented_with_its_default(stage: str) -> None:
    model = params_model(stage)
    if model.model_fields:
        check_fields(model, STAGE_PAGE, stage, default_column=0)
        unknown = set(documented(section(STAGE_PAGE, stage))) - set(model.model_fields)
        if stage == "filter_by_quality_rules":
            unknown -= {*default_table(), *MEASURES, "measure", "reads", "action", "languages", "reason", "source"}
            unknown -= {"min`, `max`, `allow", "n`, `pattern`, `words_from`, `scored_by"}
        assert not unknown, "the page names parameters that are none"


def test_every_quality_rule_and_measure_is_documented() -> None:
    page = section(STAGE_PAGE, "filter_by_quality_rules")
    rows = documented(page.split("What can be measured:")[0])
    for name, line in default_table().items():
        n = f", n = {line['n']}" if "n" in line else ""
        (bound,) = [key for key in ("min", "max", "allow") if key in line]
        assert rows[name][:6] == [
            f"`{line['measure']}`{n}",
            line["reads"],
            ", ".join(line[bound]) if bound == "allow" else f"{bound} {line[bound]}",
            line.get("action", "remove"),
            ", ".join(line.get("languages", ())) or "all",
            f"`{line['reason']}`",
        ], name
    assert not {name for name in MEASURES if f"\n| `{name}` | " not in page}
    assert not {key for key in RuleLine.model_fields if f"`{key}`" not in page} - {"words_sha256"}


def test_the_words_of_the_reports_are_documented() -> None:
    wanted = {
        "collect": quarantine_reasons(),
        "remove_pii": set(ENTITIES),
        "deduplicate_near": set(SEMANTIC_GUARDS),
        **{stage: decision_reasons(stage) for stage in STAGES if stage.startswith("deduplicate")},
    }
    for stage, words in wanted.items():
        missing = {word for word in words if f"`{word}`" not in section(STAGE_PAGE, stage)}
        assert not missing, f"{STAGE_PAGE} does not explain these words of {stage}"


def quarantine_reasons() -> set[str]:
    """Every reason that the readers and formats give, read from their calls."""
    found = {"broken_archive", "too_few_columns", "too_many_columns"}  # given by assignment
    for path in [*ROOT.glob("jobs/formats/*.py"), *ROOT.glob("jobs/sources/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = {"RecordError": 0, "bad_row": 3}.get(node.func.id)
                words = node.args[at : at + 1] if at is not None else []
                found |= {w.value for w in words if isinstance(w, ast.Constant) and isinstance(w.value, str)}
    return found


def decision_reasons(stage: str) -> set[str]:
    """The reasons that a deduplication writes: its snake_case words for copies and likeness."""
    text = (ROOT / "jobs" / "stages" / f"{stage}.py").read_text("utf-8")
    return set(re.findall(r'"((?:exact|near)_copy|same_meaning|similar_wording)"', text))


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
    levels = [[len(h) for h in re.findall(r"^(#+) ", _BLOCK.sub("", read(page)), re.MULTILINE)] for page in READMES]
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
