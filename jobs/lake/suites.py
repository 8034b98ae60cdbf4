"""Expectation suites as frozen models, and what a gate answers. No Great Expectations here: its import costs 10 s.

A suite is ``expectations/<stage>.yaml``: three sections of expectations, each under Great Expectations' own name.
``summary`` is judged on the stage's counts (one row), ``sources`` on the counts by source (one row each), ``rows``
on the pinned table.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

from jobs.config import ConfigError, Layered, nearest, read_yaml, validate
from jobs.lake.fingerprint import digest
from jobs.lake.versions import TableVersion

Severity = Literal["critical", "warning", "info"]
Verdict = Literal["ok", "info", "warning", "critical"]
Section = Literal["summary", "sources", "rows"]
SECTIONS: tuple[Section, ...] = ("summary", "sources", "rows")
_RANK: dict[str, int] = {"ok": 0, "info": 1, "warning": 2, "critical": 3}

# Great Expectations takes these beside the kwargs; the gate sets them itself, so that no value of a row is reported.
RESERVED = ("batch_id", "catch_exceptions", "condition_parser", "id", "meta", "notes", "result_format", "severity")


class CheckSpec(BaseModel):
    """One expectation as a suite file states it.

    Attributes:
        type: Great Expectations' name, such as ``expect_column_values_to_not_be_null``.
        kwargs: its arguments; ``row_condition`` is Spark SQL in ``rows`` and a pandas query in ``sources``.
        severity: ``critical`` stops the flow, ``warning`` and ``info`` go into the report.
        notes: why it is there; shown with the result.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Severity = "critical"
    notes: str = ""


class Check(CheckSpec):
    """An expectation in its place: the section that it is judged in, and its line in the suite file."""

    section: Section
    line: int

    @property
    def column(self) -> str | None:
        """The column or columns that it speaks of, for people; None when it speaks of the whole table."""
        names = self.columns
        return ", ".join(names) or None

    @property
    def columns(self) -> list[str]:
        """Every column that its arguments name."""
        named = [self.kwargs.get(key) for key in ("column", "column_A", "column_B")]
        listed = self.kwargs.get("column_list") or []
        return [name for name in (*named, *listed) if isinstance(name, str)]

    @property
    def bound(self) -> str:
        """What was expected, in words made of the suite's own arguments."""
        low, high = self.kwargs.get("min_value"), self.kwargs.get("max_value")
        rest = {k: v for k, v in self.kwargs.items() if k not in {*_COLUMN_KEYS, "min_value", "max_value"}}
        parts = [f"at least {low}"] if low is not None else []
        parts += [f"at most {high}"] if high is not None else []
        return ", ".join([*parts, *(f"{key} {value}" for key, value in rest.items())])


_COLUMN_KEYS = ("column", "column_A", "column_B", "column_list")


class _SuiteFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    summary: tuple[CheckSpec, ...] = ()
    sources: tuple[CheckSpec, ...] = ()
    rows: tuple[CheckSpec, ...] = ()


class Suite(BaseModel):
    """The expectations that stand at one stage's gate."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    stage: str
    file: str
    checks: tuple[Check, ...]

    def of(self, section: Section) -> tuple[Check, ...]:
        """The checks of one section, in the file's order."""
        return tuple(check for check in self.checks if check.section == section)

    @property
    def suite_hash(self) -> str:
        """32 hexadecimal digits over what is judged; comments, line numbers and the file's place do not count."""
        return digest([self.stage, [check.model_dump(exclude={"line"}) for check in self.checks]])


def load_suite(path: Path) -> Suite:
    """The suite in ``path``, whose file name is the stage's.

    Raises:
        ConfigError: not YAML, an unknown key, section or expectation type, a reserved argument, or no expectation
            of at least one row; names file, line and the nearest valid word.
    """
    layer = read_yaml(path)
    found = validate(_SuiteFile, layer.values, layer)
    checks = tuple(
        _place(spec, section, i, layer) for section in SECTIONS for i, spec in enumerate(_of(found, section))
    )
    if not any(_wants_rows(check) for check in checks):
        raise ConfigError(
            f"{path}: expected `expect_table_row_count_to_be_between` with `min_value` of at least 1 and severity "
            "`critical` under `rows`: an empty table passes every other expectation"
        )
    return Suite(stage=path.stem, file=str(path), checks=checks)


@cache
def known_types() -> frozenset[str]:
    """Great Expectations' own expectation types, read from its package's files without importing it.

    Empty in an install without Great Expectations; the gate checks again against its registry.
    """
    package = importlib.util.find_spec("great_expectations")
    if package is None or not package.submodule_search_locations:
        return frozenset()
    core = Path(package.submodule_search_locations[0]) / "expectations" / "core" / "__init__.py"
    tree = ast.parse(core.read_text("utf-8"))
    modules = (node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return frozenset(name for name in (module.rpartition(".")[2] for module in modules) if name.startswith("expect_"))


def unknown_type(check: Check, file: str, known: Iterable[str]) -> ConfigError:
    """The error for a type that Great Expectations does not have (it would drop it without a word)."""
    return ConfigError(
        f"{file}, line {check.line}: unknown expectation type `{check.type}`; {nearest(check.type, known)}"
    )


class CheckResult(BaseModel):
    """One expectation's outcome: numbers and record ids, never a value of a row.

    Attributes:
        column: the column or columns; None for the whole table.
        observed: ``summary``: the column's number; ``sources``: the number of each failing source, by its name;
            ``rows``: ``value`` for a count or share that the expectation computes.
        kwargs: the suite's own arguments.
        bound: the same in words.
        unexpected_count, rows_total: rows that fail, out of those that were looked at; None where not counted.
        row_ids: up to 10 record ids of failing rows; empty where the expectation does not fail by row.
        problem: why it could not be judged, without any value; empty when it could.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: str
    column: str | None
    section: Section
    severity: Severity
    kwargs: dict[str, Any]
    success: bool
    observed: dict[str, int | float]
    bound: str
    unexpected_count: int | None = None
    rows_total: int | None = None
    row_ids: tuple[str, ...] = ()
    problem: str = ""
    notes: str = ""
    line: int = 0

    def describe(self) -> str:
        """One line for people."""
        on = f"{self.section}.{self.column}" if self.column else self.section
        parts = [f"{self.severity}: {self.type} on {on}"]
        if self.problem:
            parts.append(f"could not be judged: {self.problem}")
        if self.unexpected_count is not None and self.rows_total is not None and self.section == "rows":
            parts.append(f"{self.unexpected_count:,} of {self.rows_total:,} rows fail")
        if self.observed:
            parts.append("found " + ", ".join(f"{name} {_number(value)}" for name, value in self.observed.items()))
        if self.bound:
            parts.append(f"expected {self.bound}")
        if self.row_ids:
            parts.append(f"rows {', '.join(self.row_ids)}")
        return "; ".join(parts)


class GateResult(BaseModel):
    """What a suite said of one pinned table version.

    Attributes:
        docs: the Data Docs page of this result.
        seconds: wall time of the judging, Data Docs included.
    """

    model_config = ConfigDict(frozen=True)
    stage: str
    table: TableVersion
    suite_file: str
    suite_hash: str
    checks: tuple[CheckResult, ...]
    docs: str
    judged_at: str
    seconds: float

    @computed_field  # type: ignore[prop-decorator]  # mypy takes no decorator above a property
    @property
    def worst(self) -> Verdict:
        """The highest severity that failed; ``ok`` when nothing did."""
        return max((check.severity for check in self.failed), key=_RANK.__getitem__, default="ok")

    @computed_field  # type: ignore[prop-decorator]  # mypy takes no decorator above a property
    @property
    def passed(self) -> bool:
        """Whether the flow may go on: nothing critical failed."""
        return self.worst != "critical"

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """What failed, the gravest first."""
        return tuple(sorted((c for c in self.checks if not c.success), key=lambda c: -_RANK[c.severity]))

    def message(self) -> str:
        """For people: what failed, the numbers, the record ids, where to look, and what to do next."""
        head = f"gate after {self.stage} on {self.table}"
        if not self.failed:
            return f"{head}: all {len(self.checks)} expectations met"
        outcome = "passed with remarks" if self.passed else "stopped the flow"
        lines = [f"{head} {outcome}: {len(self.failed)} of {len(self.checks)} expectations not met"]
        lines += [f"  {check.describe()}" for check in self.failed]
        lines.append(f"  Data Docs: {self.docs}")
        if not self.passed:
            lines.append(
                "  What to do: correct the input or the stage's parameters; or, where the bound is wrong for this "
                f"data, change it in {self.suite_file}, line {self.failed[0].line}. Then build again: finished "
                "stages are reused."
            )
        return "\n".join(lines)


def _of(file: _SuiteFile, section: Section) -> tuple[CheckSpec, ...]:
    return {"summary": file.summary, "sources": file.sources, "rows": file.rows}[section]


def _place(spec: CheckSpec, section: Section, index: int, layer: Layered) -> Check:
    place = (section, index)
    mark = layer.mark(place)
    check = Check(**spec.model_dump(), section=section, line=mark.line or 1)
    types = known_types()
    if types and spec.type not in types:
        at = layer.mark((*place, "type"))
        raise unknown_type(check.model_copy(update={"line": at.line}), at.origin, types)
    for key in spec.kwargs:
        if key in RESERVED:
            raise ConfigError(
                f"{layer.mark((*place, 'kwargs', key))}: `{key}` is not an argument here; severity and notes stand "
                "beside `kwargs`, and a row_condition needs no parser"
            )
    return check


def _wants_rows(check: Check) -> bool:
    least = check.kwargs.get("min_value")
    return (
        check.section == "rows"
        and check.type == "expect_table_row_count_to_be_between"
        and check.severity == "critical"
        and isinstance(least, int | float)
        and least >= 1
        and "row_condition" not in check.kwargs
    )


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
