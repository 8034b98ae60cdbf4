"""The documentation held to the code: every key, parameter, rule and word of a report is named, with its default."""

from __future__ import annotations

import ast
import re
from typing import Any, Literal, get_args, get_origin

import pytest
import yaml
from docs_pages import ROOT, prose, read
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from jobs import spec
from jobs.lake.spark_settings import SparkSettings
from jobs.pipeline import STAGES
from jobs.plan import params_model
from jobs.privacy.recognizers import ENTITIES
from jobs.similarity.guards import SEMANTIC_GUARDS
from jobs.text.quality_measures import MEASURES
from jobs.text.quality_params import RuleLine, default_table

STAGE_PAGE, SPECIFICATION_PAGE = "docs/stages.md", "docs/specification.md"
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
    spans = re.findall(r"`([^`\n]+)`", prose(page))
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
            unknown -= {
                *default_table(),
                *MEASURES,
                "measure",
                "reads",
                "action",
                "languages",
                "reason",
                "source",
                "unless",
            }
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
