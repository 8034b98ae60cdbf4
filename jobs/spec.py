"""The specification of one data set, as frozen models: it is the requirement document.

``conf/datasets/<name>.yaml`` states the goal, the sources with the volume expected of each, the stages with their
parameters, the acceptance targets and the exports. ``jobs.config`` reads it with the layers under it.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

SourceKind = Literal["internal", "external", "synthetic", "templates"]
_Format = Literal[
    "text",
    "alpaca",
    "sharegpt",
    "chatml",
    "preference",
    "prompt_completion",
    "prompt_only",
    "stepwise",
    "openai_preference",
    "swift",
    "axolotl",
    "turns",
    "table",
]
InputFormat = Literal["auto", _Format]
# ``preference`` reads what ``ranking`` writes.
ExportFormat = Literal[_Format, "ranking"]
Language = Literal["zh", "en"]
Measure = Literal[
    "rows",
    "train_rows",
    "kept_share",
    "chinese_share",
    "english_share",
    "synthetic_share",
    "intents",
    "rows_of_smallest_intent",
    "multi_turn_share",
    "mean_answer_characters",
]

_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
_VERSION = re.compile(r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")


def is_name(value: str) -> bool:
    """Whether ``value`` can name a data set or a source: it becomes a folder."""
    return bool(_NAME.match(value))


def _checked_name(value: str) -> str:
    if not is_name(value):
        raise ValueError("expected lower-case letters, digits and underscores, starting with a letter")
    return value


def _is_version(value: str) -> str:
    if not _VERSION.match(value):
        raise ValueError("expected MAJOR.MINOR.PATCH, such as 1.0.0 (quote it in YAML)")
    return value


Name = Annotated[str, AfterValidator(_checked_name)]
Version = Annotated[str, AfterValidator(_is_version)]


class Model(BaseModel):
    """Frozen, and a key that is not in the model is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(Model):
    """A number that the trained model must reach; measured after training, so stated and carried, not checked here."""

    name: str
    at_least: float | None = None
    at_most: float | None = None
    measured_by: str | None = None


class Goal(Model):
    """What the model must be able to do, in words, and how success is measured, in numbers."""

    capabilities: tuple[str, ...] = Field(min_length=1)
    targets: tuple[Target, ...] = ()


class SourceSpec(Model):
    """One source of raw rows.

    Attributes:
        path: a file, a folder or a glob; relative ones are taken from the specification's own folder.
        format: how a row is shaped; ``auto`` looks at each row.
        fields: what the format calls a field -> what the file calls it, such as ``instruction: question``.
        expected_volume: rows; a gate warns when what came is far from it.
        count, seed: for ``kind: templates``, how many dialogues to write and from which seed.
        instruction: what is asked about each image of a table with ``fields: {image: ..., caption: ...}``.
        merged_prompt, output_column_name: a table's columns as one question, and the column of its answer.
        conversation_extension: how many such rows are joined into one dialogue, drawn by ``seed``.
    """

    name: Name
    kind: SourceKind
    path: str
    format: InputFormat = "auto"
    fields: dict[str, str] = Field(default_factory=dict)
    licence: str | None = None
    expected_volume: int | None = Field(default=None, ge=1)
    collected_at: str | None = None
    count: int | None = Field(default=None, ge=1)
    seed: int = 0
    instruction: str | None = None
    merged_prompt: str | None = None
    output_column_name: str | None = None
    conversation_extension: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _templates_say_how_many(self) -> SourceSpec:
        if (self.kind == "templates") != (self.count is not None):
            raise ValueError("`count` (how many dialogues to write) goes with `kind: templates`, and only with it")
        return self

    @model_validator(mode="after")
    def _images_have_captions(self) -> SourceSpec:
        named = [name for name in ("image", "caption") if name in self.fields]
        if len(named) + (self.instruction is not None) not in (0, 3):
            raise ValueError(
                "`instruction` (what is asked about each image) goes with `fields` that name `image` and `caption`, "
                "and they with it"
            )
        return self

    @model_validator(mode="after")
    def _merged_prompts_have_answers(self) -> SourceSpec:
        if (self.merged_prompt is None) != (self.output_column_name is None):
            raise ValueError("`merged_prompt` (the question) goes with `output_column_name` (the answer's column)")
        if self.merged_prompt is None and self.conversation_extension > 1:
            raise ValueError("`conversation_extension` goes with `merged_prompt`, and only with it")
        if self.merged_prompt is not None:
            if self.merged_prompt.count("[[") != self.merged_prompt.count("]]") or "{" not in self.merged_prompt:
                raise ValueError("`merged_prompt`: expected {column}s, and each [[ closed by ]]")
            if any(not name.startswith("meta.") for name in self.fields):
                raise ValueError("with `merged_prompt`, `fields` can only name `meta.*`")
        return self


class Acceptance(Model):
    """A target measured on the release before it is published."""

    measure: Measure
    at_least: float | None = None
    at_most: float | None = None
    otherwise: Literal["refuse", "warn"] = "refuse"

    @model_validator(mode="after")
    def _has_a_bound(self) -> Acceptance:
        if self.at_least is None and self.at_most is None:
            raise ValueError("expected `at_least` or `at_most`")
        return self


class Export(Model):
    """One set of files in a release: a format, one JSON Lines file a split."""

    format: ExportFormat


class Specification(Model):
    """One data set: what it is for, what goes in, what is done to it, what must come out.

    ``stages`` holds parameters by stage name in the order of the run; each stage's own model checks them.
    """

    name: Name
    version: Version
    description: str
    language: tuple[Language, ...] = Field(min_length=1)
    goal: Goal
    sources: tuple[SourceSpec, ...] = Field(min_length=1)
    stages: dict[str, Any]
    acceptance: tuple[Acceptance, ...] = ()
    exports: tuple[Export, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Specification:
        found: dict[str, list[str]] = {
            "source": [source.name for source in self.sources],
            "export": [export.format for export in self.exports],
        }
        for what, names in found.items():
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"expected each {what} once, came twice: {', '.join(twice)}")
        return self


class LakeSettings(Model):
    """Where tables, releases and reports lie: a folder that every machine of the run can reach."""

    root: str = "lake"


class ReleaseSettings(Model):
    """What to do when the specification's version is released already and its content has changed since."""

    when_version_exists: Literal["next_patch", "refuse"] = "next_patch"


class GateSettings(Model):
    """Where the suites lie; empty means the ones that come with Gristmill."""

    suites: str = ""


class Settings(Model):
    """How a build runs, as opposed to what it makes: changing these never changes a row."""

    lake: LakeSettings = LakeSettings()
    release: ReleaseSettings = ReleaseSettings()
    gates: GateSettings = GateSettings()
    spark: dict[str, Any] = Field(default_factory=dict)
