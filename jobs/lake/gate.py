"""The gate after each stage: a suite judged on a pinned version. The only module that imports Great Expectations.

That import costs about 10 CPU seconds, so it happens inside ``judge`` (or ``warm_up``), never when this module is
imported. What goes out of here are counts, shares of the stage's own counts, source names and record ids: Great
Expectations is asked for no sample of failing values, what it gives back all the same (a smallest value, a list
of distinct values, the words of an exception) is dropped before anything is stored, logged or rendered.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Any

import pandas as pd
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

from jobs.config import ConfigError, nearest
from jobs.lake.answers import observed_by, problem_of
from jobs.lake.data_docs import TEMPLATES, DocsStore
from jobs.lake.judged_rows import failing_ids, flatten, narrow
from jobs.lake.suites import RESERVED, Check, CheckResult, GateResult, Section, Suite, unknown_type
from jobs.lake.summary import StageSummary
from jobs.lake.versions import TableVersion

_WARMING = Lock()
_NO_SAMPLES = {"result_format": "BASIC", "partial_unexpected_count": 0}
# On sheets of our own counts the failing rows may be named: they are sources.
_NAMED_SOURCES = {"result_format": "COMPLETE", "unexpected_index_column_names": ["source"]}


@dataclass(frozen=True)
class _Answer:
    """What Great Expectations said of one check; ``result`` is its raw result and does not leave this module."""

    check: Check
    success: bool
    result: Mapping[str, Any]
    problem: str


def judge(
    suite: Suite,
    summary: StageSummary,
    expected_volumes: dict[str, int | None],
    frame: DataFrame,
    table: TableVersion,
    docs: DocsStore,
) -> GateResult:
    """Judges one pinned version and writes its Data Docs page.

    Args:
        summary: the counts of ``table``, for the suite's ``summary`` and ``sources`` expectations.
        expected_volumes: rows expected by source name, None where none are stated.
        frame: ``table`` as read from the lake; ``jobs.lake.judged_rows`` says what suites call its columns.

    Raises:
        ConfigError: an expectation that Great Expectations does not have, or arguments that it does not take; names
            file and line. An expectation that fails while it is judged is no error but a failure at its severity.
    """
    started = time.perf_counter()
    asked = _build(suite)
    sheet = summary.sheet()
    flat = narrow(flatten(frame), suite.of("rows"))
    answers = [
        *_ask(pd.DataFrame([sheet]), asked, "summary", _NO_SAMPLES),
        *_ask(_source_sheet(summary, expected_volumes), asked, "sources", _NAMED_SOURCES),
        *_ask(flat, asked, "rows", _NO_SAMPLES),
    ]
    checks = tuple(_result(answer, sheet, flat) for answer in answers)
    if len(checks) != len(suite.checks):
        raise RuntimeError(f"{suite.file}: {len(suite.checks)} expectations stated, {len(checks)} judged")
    result = GateResult(
        stage=suite.stage,
        table=table,
        suite_file=suite.file,
        suite_hash=suite.suite_hash,
        checks=checks,
        docs=str(docs.page(suite.stage, table)),
        judged_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=0.0,
    )
    docs.save(result, _render(result))
    return result.model_copy(update={"seconds": round(time.perf_counter() - started, 3)})


def warm_up() -> Any:
    """Imports Great Expectations and gives its in-memory context, one a process: no telemetry, no progress bars.

    A gate that opens while a thread is still at it waits for that one's context.
    """
    with _WARMING:
        return _context()


@cache
def _context() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    # What it logs of exceptions stays silent even then: it may quote a value of a row.
    loud = bool(os.environ.get("GRISTMILL_VERBOSE"))
    context.variables.progress_bars = ProgressBarsConfig(globally=loud, metric_calculations=loud)
    return context


def registered_types() -> frozenset[str]:
    """Every expectation type that the installed Great Expectations can judge."""
    warm_up()
    from great_expectations.expectations.registry import list_registered_expectation_implementations

    return frozenset(list_registered_expectation_implementations())


def _build(suite: Suite) -> list[tuple[Check, Any]]:
    """Each check with Great Expectations' object for it, which carries the check's number."""
    known = registered_types()
    return [(check, _expectation(check, i, suite.file, known)) for i, check in enumerate(suite.checks)]


def _expectation(check: Check, number: int, file: str, known: frozenset[str]) -> Any:
    from great_expectations.expectations.registry import get_expectation_impl
    from great_expectations.expectations.row_conditions import PassThroughCondition

    if check.type not in known:
        raise unknown_type(check, file, known)
    kind: Any = get_expectation_impl(check.type)
    kwargs = dict(check.kwargs)
    if "row_condition" in kwargs:
        kwargs["row_condition"] = PassThroughCondition(pass_through_filter=str(kwargs["row_condition"]))
    try:
        return kind(**kwargs, severity=check.severity, meta={"number": number})
    except ValueError as error:
        raise ConfigError(_refusal(error, check, kind, file)) from None


def _refusal(error: Any, check: Check, kind: Any, file: str) -> str:
    where = f"{file}, line {check.line}: {check.type}"
    # Great Expectations' models are of Pydantic 1; an error of its own has no parts.
    details = error.errors() if hasattr(error, "errors") else []
    names = set(kind.__fields__) - {*RESERVED, "rendered_content", "description", "windows"}
    for detail in details:
        if detail["type"] == "value_error.extra":
            return f"{where}: unknown argument `{detail['loc'][0]}`; {nearest(str(detail['loc'][0]), names)}"
    said = "; ".join(dict.fromkeys(f"{'.'.join(map(str, d['loc']))}: {d['msg']}" for d in details))
    return f"{where}: {said.replace('__root__: ', '') or type(error).__name__}"


def _source_sheet(summary: StageSummary, expected: dict[str, int | None]) -> pd.DataFrame:
    rows = summary.source_sheets(expected)
    shape = StageSummary(stage=summary.stage, rows_in=0, kept=0).source_sheets({"": None})
    sheet = pd.DataFrame(rows, columns=list(shape[0]))
    # A column of None alone would be of no number type, which Great Expectations refuses to compare.
    return sheet.astype({"volume_ratio": "float64", "removed_share_change": "float64"})


def _ask(
    data: pd.DataFrame | DataFrame, asked: Sequence[tuple[Check, Any]], section: Section, result_format: dict[str, Any]
) -> Iterator[_Answer]:
    """Great Expectations' answers to one section on its frame, in the suite's order."""
    asked = [pair for pair in asked if pair[0].section == section]
    if not asked:
        return
    from great_expectations.core import ExpectationSuite

    suite = ExpectationSuite(name="gate", expectations=[expectation for _, expectation in asked])
    with _silent_library():
        found = _batch(data).validate(suite, result_format=result_format)
    by_number = {outcome.expectation_config.meta["number"]: outcome for outcome in found.results}
    for check, expectation in asked:
        outcome = by_number.get(expectation.meta["number"])
        if outcome is None:
            yield _Answer(check, success=False, result={}, problem="Great Expectations gave no answer")
            continue
        problem = problem_of(check, outcome.exception_info, data.columns)
        yield _Answer(check, bool(outcome.success) and not problem, outcome.result or {}, problem)


def _batch(data: pd.DataFrame | DataFrame) -> Any:
    sources = warm_up().data_sources
    if isinstance(data, pd.DataFrame):
        source = sources.add_or_update_pandas("sheet")
    else:
        # Not cached: a few narrow scans of Parquet cost no more (measured), and Great Expectations never lets go.
        source = sources.add_or_update_spark("table", persist=False)
    definition = source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")
    return definition.get_batch({"dataframe": data})


@contextmanager
def _silent_library() -> Iterator[None]:
    """Great Expectations logs the words of every exception, and those may quote a value of a row."""
    loggers = [logging.getLogger(n) for n in logging.root.manager.loggerDict if n.startswith("great_expectations")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def _result(answer: _Answer, sheet: Mapping[str, Any], rows: DataFrame) -> CheckResult:
    check, raw = answer.check, answer.result
    ids: tuple[str, ...] = ()
    if check.section == "rows" and not answer.success and not answer.problem:
        # The verdict stands without the ids; the words of a failing query may quote a value.
        with _silent_library(), suppress(PySparkException):
            ids = failing_ids(rows, check)
    return CheckResult(
        type=check.type,
        column=check.column,
        kwargs=check.kwargs,
        section=check.section,
        severity=check.severity,
        success=answer.success,
        observed=observed_by(check, raw, sheet),
        bound=check.bound,
        unexpected_count=raw.get("unexpected_count"),
        rows_total=raw.get("element_count"),
        row_ids=ids,
        problem=answer.problem,
        notes=check.notes,
        line=check.line,
    )


def _render(result: GateResult) -> str:
    """The page: our frame and findings around the sections that Great Expectations renders, one a column."""
    from great_expectations.render.renderer import ValidationResultsColumnSectionRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    by_column: dict[str, list[Any]] = {}
    for check in result.checks:
        by_column.setdefault(f"{check.section}.{check.column}", []).append(_as_library_result(check))
    with _silent_library():
        renderer = ValidationResultsColumnSectionRenderer()
        sections = [renderer.render(validation_results=group).to_json_dict() for group in by_column.values()]
    template = DefaultJinjaPageView(custom_views_directory=str(TEMPLATES)).env.get_template("page.html")
    verdict = "all expectations met" if result.worst == "ok" else f"{result.worst}, {len(result.failed)} not met"
    return template.render(sections=sections, result=result, verdict=verdict)


def _as_library_result(check: CheckResult) -> Any:
    """One outcome in Great Expectations' own class, made of what may be shown and nothing else."""
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

    counts: dict[str, Any] = {}
    if check.unexpected_count is not None and check.rows_total is not None:
        share = 100 * check.unexpected_count / max(check.rows_total, 1)
        counts = {
            "element_count": check.rows_total,
            "unexpected_count": check.unexpected_count,
            "unexpected_percent": share,
            "unexpected_percent_total": share,
            "partial_unexpected_list": [],
        }
    elif "value" in check.observed:
        counts = {"observed_value": check.observed["value"]}
    kwargs: dict[str, Any] = {**check.kwargs, "batch_id": check.section}
    if isinstance(kwargs.get("column"), str):
        # The three sections have columns of the same name.
        kwargs["column"] = f"{check.section}.{kwargs['column']}"
    if "row_condition" in kwargs:
        kwargs["row_condition"] = {"type": "pass_through", "pass_through_filter": str(kwargs["row_condition"])}
    severity = FailureSeverity(check.severity)
    return ExpectationValidationResult(
        success=check.success,
        expectation_config=ExpectationConfiguration(type=check.type, kwargs=kwargs, severity=severity),
        result=counts,
        exception_info={
            "raised_exception": bool(check.problem),
            "exception_message": check.problem,
            "exception_traceback": "",
        },
    )
