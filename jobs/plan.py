"""From a specification file to what each stage has to do: configuration resolved, files listed, jobs fingerprinted."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from jobs.config import ConfigError, Layered, from_assignments, from_environment, nearest, read_yaml, validate
from jobs.formats.table import check_fields
from jobs.lake.fingerprint import ROOT, code_commit, code_hash, digest, file_digest
from jobs.lake.job import Inputs, SourceFile, StageJob
from jobs.lake.layout import Layout
from jobs.lake.spark_settings import SparkSettings
from jobs.pipeline import STAGES, OrderError, check_order, zone
from jobs.sources.files import list_files
from jobs.spec import Settings, Specification

CONF = ROOT / "conf"
PROFILES = ("local", "cluster")


@dataclass(frozen=True)
class Plan:
    """A checked specification with everything that a run of it needs to know.

    Attributes:
        file: the specification; relative source paths are taken from its folder.
        params: validated parameters by stage, in the order of the run.
    """

    file: Path
    specification: Specification
    settings: Settings
    spark: SparkSettings
    params: dict[str, BaseModel]

    @property
    def stages(self) -> list[str]:
        """Stage names in the order of the run."""
        return list(self.params)

    @cached_property
    def layout(self) -> Layout:
        """Where this data set's tables and reports lie."""
        return Layout(Path(self.settings.lake.root).resolve(), self.specification.name)

    @cached_property
    def configuration_hash(self) -> str:
        """A hash over all that decides what comes out, and over nothing that only decides how fast."""
        params = {name: model.model_dump(mode="json") for name, model in self.params.items()}
        return digest([self.specification.model_dump(mode="json"), params])

    @cached_property
    def files(self) -> tuple[SourceFile, ...]:
        """Every raw file, sorted within each source, with its sha256.

        Raises:
            ConfigError: a source names no file.
        """
        return tuple(
            file
            for source in self.specification.sources
            for file in _files_of(source.name, source.path, self.file, "source")
        )

    def protected_files(self, stage: str) -> tuple[SourceFile, ...]:
        """The evaluation files that ``stage`` protects, each with its set's name for ``source``; mostly none.

        Raises:
            ConfigError: a set that is not optional names no file.
        """
        return tuple(
            file
            for item in getattr(self.params[stage], "protected", ())
            for file in _files_of(item.name, item.path, self.file, "protected set", item.optional)
        )

    @property
    def expected_volumes(self) -> dict[str, int | None]:
        """Rows expected by source name, None where the specification states none."""
        return {source.name: source.expected_volume for source in self.specification.sources}

    def suite_file(self, stage: str) -> Path:
        """The expectation suite that stands at a stage's gate."""
        folder = Path(self.settings.gates.suites) if self.settings.gates.suites else ROOT / "expectations"
        return folder / f"{stage}.yaml"

    def job(self, stage: str, inputs: Inputs, run_id: str) -> StageJob:
        """What ``stage`` has to do in this run, with the fingerprint by which an earlier commit is recognised."""
        params = self.params[stage].model_dump(mode="json")
        collects = stage == "collect"
        sources = self.specification.sources if collects else ()
        # All are looked up at the start: a missing evaluation file must not show after hours of work.
        protected = {name: self.protected_files(name) for name in (self.stages if collects else [stage])}
        files = self.files if collects else protected[stage]
        return StageJob(
            dataset=self.specification.name,
            stage=stage,
            params=params,
            inputs=inputs,
            table=self.layout.table(stage, zone(stage)),
            run_id=run_id,
            code_commit=code_commit(),
            configuration_hash=self.configuration_hash,
            fingerprint=digest(
                {
                    "stage": stage,
                    "params": params,
                    "inputs": inputs.model_dump(mode="json"),
                    "code": code_hash(f"jobs.stages.{stage}"),
                    # What a source holds and how it is read, not where its folder lies on this machine; the volume
                    # that was expected of it is the gate's business.
                    "sources": [source.model_dump(exclude={"path", "expected_volume"}) for source in sources],
                    "files": [(file.source, file.uri, file.sha256) for file in files],
                }
            ),
            sources=sources,
            files=files,
            embeddings=self.layout.embeddings,
        )


def load_plan(
    specification: Path | str,
    profile: str = "local",
    assignments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    conf: Path = CONF,
) -> Plan:
    """Reads and checks a specification with the layers under and over it.

    Args:
        profile: ``local`` or ``cluster``: which of conf/local.yaml and conf/cluster.yaml lies over conf/base.yaml.
        assignments: ``stage.key=value`` as given to ``--set``.

    Raises:
        ConfigError: anything that is wrong with it, each with file, line and key.
    """
    file = Path(specification)
    own = read_yaml(file)
    layered = _layers(own, profile, assignments, environment, conf)
    settings = validate(Settings, layered.only(Settings.model_fields), layered)
    checked = validate(Specification, layered.only(Specification.model_fields), layered)
    _check_mappings(checked, layered)
    names = list(own.values.get("stages") or layered.values.get("stages") or {})
    _refuse_idle_assignments(assignments, names)
    params = _stage_params(names, layered)
    return Plan(
        file=file,
        specification=checked.model_copy(update={"stages": {name: params[name].model_dump() for name in names}}),
        settings=settings,
        spark=validate(SparkSettings, settings.spark, layered, ("spark",)),
        params=params,
    )


def load_settings(profile: str = "local", environment: Mapping[str, str] | None = None, conf: Path = CONF) -> Settings:
    """How builds run on this machine, for commands that need no specification."""
    layered = _layers(Layered(), profile, (), environment, conf)
    return validate(Settings, layered.only(Settings.model_fields), layered)


def params_model(stage: str) -> type[BaseModel]:
    """The model that checks a stage's parameters."""
    model: type[BaseModel] = importlib.import_module(f"jobs.stages.{stage}").Params
    return model


def _layers(
    own: Layered, profile: str, assignments: Sequence[str], environment: Mapping[str, str] | None, conf: Path
) -> Layered:
    if profile not in PROFILES:
        raise ConfigError(f"profile {profile!r}: {nearest(profile, PROFILES)}")
    layered = read_yaml(conf / "base.yaml").over(read_yaml(conf / f"{profile}.yaml")).over(own)
    layered = layered.over(from_assignments(assignments, STAGES))
    layered = layered.over(from_environment(os.environ if environment is None else environment, STAGES))
    _refuse_unknown_keys(layered)
    return layered


def _refuse_unknown_keys(layered: Layered) -> None:
    known = [*Settings.model_fields, *Specification.model_fields]
    for key in layered.values:
        if key not in known:
            # An assignment marks only the value itself, below this key, and may begin with a stage's name.
            mark = next(mark for place, mark in layered.marks.items() if place[:1] == (key,))
            choices = known if mark.line else [*known, *STAGES]
            raise ConfigError(f"{mark}: `{key}`: unknown key; {nearest(key, choices)}")


def _refuse_idle_assignments(assignments: Sequence[str], names: list[str]) -> None:
    """Defaults for a stage that does not run are no mistake; a person's own ``--set`` for one is."""
    for name in from_assignments(assignments, STAGES).values.get("stages") or {}:
        if name in STAGES and name not in names:
            raise ConfigError(
                f"--set {name}: stage `{name}` does not run here; the specification's stages: {', '.join(names)}"
            )


def _check_mappings(specification: Specification, layered: Layered) -> None:
    for i, source in enumerate(specification.sources):
        try:
            check_fields(source.fields)
        except ValueError as error:
            place = ("sources", i, "fields")
            raise ConfigError(f"{layered.mark(place)}: `sources.{i}.fields`: {error}") from None


def _stage_params(names: list[str], layered: Layered) -> dict[str, BaseModel]:
    given: dict[str, Any] = layered.values.get("stages") or {}
    for name in given:
        if name not in STAGES:
            raise ConfigError(
                f"{layered.mark(('stages', name))}: `stages.{name}`: no such stage; {nearest(name, STAGES)}"
            )
    try:
        check_order(names)
    except OrderError as error:
        raise ConfigError(f"{layered.mark(('stages',))}: `stages`: {error}") from None
    return {name: validate(params_model(name), given.get(name) or {}, layered, ("stages", name)) for name in names}


def _files_of(name: str, where: str, specification: Path, what: str, optional: bool = False) -> list[SourceFile]:
    base = specification.resolve().parent
    paths = list_files(Path(where) if Path(where).is_absolute() else base / where)
    if not paths and not optional:
        raise ConfigError(
            f"{specification}: {what} `{name}`: expected at least one file at {where}, found none "
            f"(looked in {base}). Check `path`, or make the files first."
        )
    return [
        SourceFile(
            source=name,
            path=str(path.resolve()),
            uri=os.path.relpath(path.resolve(), base).replace(os.sep, "/"),
            sha256=file_digest(path),
        )
        for path in paths
    ]
