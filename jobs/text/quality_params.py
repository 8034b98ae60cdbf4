"""Parameters of filter_by_quality_rules: the rules of conf/quality_rules.yaml, and what a user lays over them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from jobs.config import nearest, read_yaml
from jobs.text.language import Language
from jobs.text.quality_measures import MEASURES

Reads = Literal["prompt", "response", "text", "learnt", "any", "whole", "row"]
Action = Literal["remove", "flag", "off"]
TABLE = Path(__file__).resolve().parents[2] / "conf" / "quality_rules.yaml"
_BOUNDS = ("min", "max", "allow")
_ACTIONS = ("remove", "flag", "off")
_NAME = re.compile(r"[a-z][a-z0-9_]{1,60}")
# The flat parameters that the table replaced -> the bound of the rule that took their place.
_FORMER = {
    "languages": "language: {allow: [zh, en]}",
    "min_turns": "min_turns: {min: 1}",
    **{
        f"{side}_{of}_chars": f"{side}_{of}_chars: {{{side}: N}}"
        for side in ("min", "max")
        for of in ("prompt", "response", "text")
    },
    **{
        f"max_{rule}": f"{rule}: {{max: N}}"
        for rule in (
            "empty_answers",
            "refused_answers",
            "template_tokens",
            "unfilled_slots",
            "cut_off_answers",
            "garbled_share",
            "symbol_share",
            "duplicate_line_share",
            "duplicate_ngram_share",
            "repeated_run_share",
        )
    },
}


class RuleLine(BaseModel):
    """One line of the table: what is measured on which part of a row, its one bound, and what breaking it means.

    Characters are Unicode code points; shares are 0 to 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: str = Field(description="What is measured; the rule's own name unless said otherwise.")
    reads: Reads = Field(
        default="any",
        description="Each user turn (prompt), each answer (response), the plain text, each answer and text "
        "(learnt), any of these, all of them joined "
        "(whole), or the turns in their order (row).",
    )
    min: int | float | None = Field(default=None, description="Values below it break the rule.")
    max: int | float | None = Field(default=None, description="Values above it break the rule.")
    allow: tuple[Language, ...] | None = Field(default=None, description="Words beside which a value breaks the rule.")
    action: Action = Field(default="remove", description="What happens to a row that breaks it.")
    languages: tuple[Language, ...] = Field(
        default=(), description="Languages of rows in which the rule means something; empty: all."
    )
    reason: str = Field(
        default="", description="The word that rows are counted by; the rule's name unless said otherwise."
    )
    source: str = Field(default="", description="Where the rule, or its bound, comes from.")
    n: int | None = Field(default=None, ge=1, le=100, description="Units of a run, for measures of n-grams.")
    unless: str | None = Field(
        default=None, description="A regular expression, in any case: where a prompt matches it, the rule says nothing."
    )
    pattern: str | None = Field(default=None, description="A regular expression, for the measure `matches`.")
    words_from: str | None = Field(default=None, description="A file of one word a line, for `listed_words`.")
    words_sha256: str | None = Field(default=None, description="Of that file; filled in by itself.")
    scored_by: str | None = Field(default=None, description="module:function or a KenLM file, for `score`.")

    @property
    def bound(self) -> int | float | tuple[str, ...] | None:
        """The one bound, whichever it is."""
        return self.min if self.min is not None else self.max if self.max is not None else self.allow


class QualityParams(BaseModel):
    """The table of rules, whole: the lines of conf/quality_rules.yaml with those that were given laid over them.

    A given line changes only the keys that it names; ``off``, ``flag`` or ``remove`` alone is its action; a name that
    the table does not have adds a rule, which then names its ``measure``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: dict[str, RuleLine] = Field(
        default={}, validate_default=True, description="Rules by name, laid over conf/quality_rules.yaml."
    )

    @field_validator("rules", mode="before")
    @classmethod
    def _over_the_table(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            raise ValueError("expected a mapping of rules by name, such as {symbol_share: {max: 0.4, action: flag}}")
        table = default_table()
        over = {str(name): _line(str(name), line, table) for name, line in given.items()}
        return {**{name: dict(line) for name, line in table.items()}, **over}

    @model_validator(mode="before")
    @classmethod
    def _refuse_former(cls, given: Any) -> Any:
        former = next((name for name in given if name in _FORMER), None) if isinstance(given, Mapping) else None
        if former is not None:
            _refuse((former,), f"rules are lines of one table now: write `rules: {{{_FORMER[former]}}}`", None)
        return given


@cache
def default_table() -> dict[str, dict[str, Any]]:
    """The lines of conf/quality_rules.yaml by rule, in order of certainty, each with its ``measure`` filled in."""
    table = read_yaml(TABLE).values
    return {name: _line(name, line, {name: {"measure": line.get("measure", name)}}) for name, line in table.items()}


def _line(name: str, given: Any, table: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A line laid over the table's, checked as a whole."""
    if isinstance(given, RuleLine):
        given = given.model_dump()
    if given is False:
        given = "off"  # YAML reads off as false
    line = {"action": given} if isinstance(given, str) else dict(given or {}) if _is_line(given) else None
    if line is None:
        _refuse((name,), "expected a line such as {max: 0.4, action: flag}, or off, flag or remove", given)
    if line.get("action") is False:
        line["action"] = "off"
    if name not in table and "measure" not in line:
        _refuse((name,), f"no such rule; {nearest(name, table)} A rule of your own names its `measure`", None)
    unknown = next((key for key in line if key not in RuleLine.model_fields), None)
    if unknown is not None:
        _refuse((name, unknown), f"unknown key; {nearest(unknown, RuleLine.model_fields)}", None)
    known = dict(table.get(name, {}))
    if any(line.get(bound) is not None for bound in _BOUNDS):
        known = {key: value for key, value in known.items() if key not in _BOUNDS}
    return _checked(name, {**known, **line})


def _is_line(given: Any) -> bool:
    return given is None or isinstance(given, Mapping)


def _checked(name: str, line: dict[str, Any]) -> dict[str, Any]:
    if not _NAME.fullmatch(name):
        _refuse((name,), "a rule's name is a letter, then small letters, digits and underscores", None)
    action = line.get("action", "remove")
    if action not in _ACTIONS:
        _refuse((name, "action"), f"expected remove, flag or off, came {action!r}", None)
    measure = MEASURES.get(line["measure"])
    if measure is None:
        _refuse((name, "measure"), f"no such measure `{line['measure']}`; {nearest(line['measure'], MEASURES)}", None)
    line.setdefault("reads", "row" if measure.of_row else "any")
    if (line["reads"] == "row") != measure.of_row:
        _refuse((name, "reads"), f"`{measure.name}` measures {measure.takes}", line["reads"])
    if not line.get("reason"):
        line["reason"] = name
    if not _NAME.fullmatch(line["reason"]):
        _refuse((name, "reason"), "a reason is a word of small letters, digits and underscores", None)
    if action != "off":
        _check_bound(name, line, measure.needs, measure.gives_words)
    return line


def _check_bound(name: str, line: dict[str, Any], needs: str | None, gives_words: bool) -> None:
    given = [bound for bound in _BOUNDS if line.get(bound) is not None]
    expected = "`allow`" if gives_words else "`min` or `max`"
    if len(given) != 1 or (given[0] == "allow") != gives_words:
        came = ", ".join(given) or "none"
        _refuse((name,), f"expected one bound, {expected}, came {came}; `{name}: off` switches the rule off", None)
    if needs and not line.get(needs):
        _refuse((name,), f"`{line['measure']}` needs `{needs}`", None)
    for key in ("pattern", "unless"):
        try:
            re.compile(line.get(key) or "")
        except re.error as error:
            _refuse((name, key), f"no regular expression ({error})", None)
    if needs == "words_from":
        line["words_sha256"] = _file_hash(name, line["words_from"])


def _file_hash(name: str, file: str) -> str:
    """So that a changed list is another parameter, and its decisions are taken anew."""
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError:
        _refuse((name, "words_from"), f"no such file (looked in {Path.cwd()}); one word a line, UTF-8", file)


def _refuse(place: tuple[str, ...], told: str, came: Any) -> NoReturn:
    error = PydanticCustomError("quality_rule", "{told}", {"told": told})
    shown = came if isinstance(came, str | int | float) else place
    raise ValidationError.from_exception_data(
        "quality rules", [InitErrorDetails(type=error, loc=place, input=shown)]
    ) from None
