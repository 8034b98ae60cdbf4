"""Layered YAML configuration in which every value knows the file and line that it came from.

Layers, each over the one before: conf/base.yaml, conf/local.yaml or conf/cluster.yaml, the specification,
``--set stage.key=value``, environment variables ``GRISTMILL__SECTION__KEY``. Mappings merge key by key, anything
else is replaced whole. A specification's ``stages`` names and orders the stages; the layers below it only give
those stages their default parameters.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Location = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)
ENVIRONMENT_PREFIX = "GRISTMILL__"


class ConfigError(ValueError):
    """The configuration is wrong; the message names file, line, key, what was expected and what came."""


@dataclass(frozen=True)
class Mark:
    """Where a value was written."""

    origin: str
    line: int | None = None

    def __str__(self) -> str:
        return self.origin if self.line is None else f"{self.origin}, line {self.line}"


@dataclass
class Layered:
    """Merged values, and where each was written, by its path of keys."""

    values: dict[str, Any] = field(default_factory=dict)
    marks: dict[Location, Mark] = field(default_factory=dict)

    def over(self, upper: Layered) -> Layered:
        """This layer with ``upper`` laid over it."""
        return Layered(_merge(self.values, upper.values), {**self.marks, **upper.marks})

    def mark(self, location: Sequence[str | int]) -> Mark:
        """Where the value at ``location`` was written, or the nearest thing around it that was."""
        place = tuple(location)
        while place and place not in self.marks:
            place = place[:-1]
        return self.marks.get(place, Mark("the configuration"))

    def only(self, keys: Iterable[str]) -> dict[str, Any]:
        """The values under these top-level keys."""
        return {key: self.values[key] for key in keys if key in self.values}


def read_yaml(path: Path) -> Layered:
    """One YAML file as a layer.

    Raises:
        ConfigError: no such file, not YAML, not a mapping, or a key written twice.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file. `gristmill init NAME` writes a specification to start from."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected a UTF-8 text file that can be read ({type(error).__name__})") from None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        layer = Layered()
        if root is None:
            return layer
        values = _construct(root, (), layer.marks, str(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise ConfigError(f"{where}: expected YAML; {getattr(error, 'problem', None) or error}") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}, line 1: expected a mapping of keys, came a {type(values).__name__}")
    layer.values = values
    return layer


def from_assignments(assignments: Iterable[str], stages: Iterable[str]) -> Layered:
    """``--set stage.key=value`` as a layer; the value is read as YAML, a leading stage name means that stage.

    Raises:
        ConfigError: no ``=``, or an empty key.
    """
    known, layer = set(stages), Layered()
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        names = key.strip().split(".")
        if not equals or not all(names):
            raise ConfigError(f"--set {assignment}: expected stage.key=value, such as deduplicate_near.threshold=0.85")
        if names[0] in known:
            names.insert(0, "stages")
        _put(layer, names, text, f"--set {key.strip()}")
    return layer


def from_environment(environment: Mapping[str, str], stages: Iterable[str]) -> Layered:
    """``GRISTMILL__LAKE__ROOT=/data`` and ``GRISTMILL__DEDUPLICATE_NEAR__THRESHOLD=0.85`` as a layer."""
    known, layer = set(stages), Layered()
    for variable in sorted(environment):
        if variable.startswith(ENVIRONMENT_PREFIX):
            names = variable[len(ENVIRONMENT_PREFIX) :].lower().split("__")
            if names[0] in known:
                names.insert(0, "stages")
            _put(layer, names, environment[variable], f"environment variable {variable}")
    return layer


def validate(model: type[M], values: Any, layered: Layered, at: Location = ()) -> M:
    """``values`` as a ``model``.

    Args:
        at: where ``values`` stand in the configuration, so that errors can name their line.

    Raises:
        ConfigError: one line for each thing that is wrong.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        lines = [_explain(detail, model, layered, at) for detail in error.errors(include_url=False)]
        raise ConfigError("\n".join(dict.fromkeys(lines))) from None


def nearest(word: str, known: Iterable[str]) -> str:
    """`` Did you mean `x`?`` or the list of what there is."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else f"there is: {', '.join(names)}."


def _explain(detail: ErrorDetails, model: type[BaseModel], layered: Layered, at: Location) -> str:
    place = tuple(part for part in detail["loc"] if not _is_union_tag(part))
    location = (*at, *place)
    key = ".".join(str(part) for part in location)
    where = f"{layered.mark(location)}: `{key}`" if key else str(layered.mark(location))
    if detail["type"] == "extra_forbidden":
        return f"{where}: unknown key; {nearest(str(place[-1]), _keys_at(model, place[:-1]))}"
    if detail["type"] == "missing":
        return f"{where}: this key is required and missing."
    message = detail["msg"].removeprefix("Value error, ")
    came = detail["input"]
    shown = f", came {came!r}" if isinstance(came, str | int | float | bool) or came is None else ""
    suggestion = ""
    if detail["type"] == "literal_error" and isinstance(came, str):
        # Pydantic gives the choices as text: 'a', 'b' or 'c'.
        choices = re.findall(r"'([^']+)'", str(detail.get("ctx", {}).get("expected", "")))
        suggestion = f"; {nearest(came, choices)}"
    return f"{where}: {message[:1].lower()}{message[1:]}{shown}{suggestion}"


def _is_union_tag(part: str | int) -> bool:
    """Pydantic puts the tried type of a union into the location; no key of ours looks like that."""
    return isinstance(part, str) and ("[" in part or part in {"bool", "int", "float", "str"})


def _keys_at(model: type[BaseModel], place: Location) -> list[str]:
    current: Any = model
    for part in place:
        annotation = current.model_fields[part].annotation if isinstance(part, str) else current
        current = next((t for t in _types_in(annotation) if isinstance(t, type) and issubclass(t, BaseModel)), None)
        if current is None:
            return []
    return list(current.model_fields)


def _types_in(annotation: Any) -> list[Any]:
    inner = get_args(annotation)
    return [annotation, *(found for part in inner for found in _types_in(part))]


def _construct(node: yaml.Node, at: Location, marks: dict[Location, Mark], origin: str) -> Any:
    marks.setdefault(at, Mark(origin, node.start_mark.line + 1))
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(_scalar(key_node))
            line = key_node.start_mark.line + 1
            if key in values:
                raise ConfigError(f"{origin}, line {line}: `{key}` is written twice; expected once")
            marks[(*at, key)] = Mark(origin, line)
            values[key] = _construct(value_node, (*at, key), marks, origin)
        return values
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, (*at, i), marks, origin) for i, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    return yaml.SafeLoader("").construct_object(node, deep=True)


def _put(layer: Layered, names: Sequence[str], text: str, origin: str) -> None:
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        value = text
    current = layer.values
    for name in names[:-1]:
        current = current.setdefault(name, {})
    current[names[-1]] = value
    layer.marks[tuple(names)] = Mark(origin)


def _merge(lower: Any, upper: Any) -> Any:
    if isinstance(lower, dict) and isinstance(upper, dict):
        # The upper layer's order wins: it is the order in which stages run.
        merged = {key: _merge(lower.get(key), value) for key, value in upper.items()}
        return merged | {key: value for key, value in lower.items() if key not in merged}
    if isinstance(lower, dict) and upper is None:
        return lower
    return upper
