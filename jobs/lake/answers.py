"""What may leave a gate of what Great Expectations answered: numbers that count rows, and kinds of exceptions.

The rest (a smallest value, a list of distinct values, the words of an exception) may quote a row.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

from jobs.config import nearest
from jobs.lake.suites import Check

# What these compute is a count or a share of rows. A minimum, a median or a most common value is some row's value.
_COUNTING_TYPES = re.compile(r"row_count|column_count|unique_value_count|proportion_of")
_SOURCE_LIMIT = 10


def observed_by(check: Check, raw: Mapping[str, Any], sheet: Mapping[str, Any]) -> dict[str, int | float]:
    """The numbers that a check was judged on.

    Args:
        raw: Great Expectations' result.
        sheet: the stage's counts.

    Returns:
        ``summary``: column -> number; ``sources``: failing source -> number; ``rows``: ``value`` -> count or share.
    """
    if check.section == "summary":
        return _numbers({name: sheet.get(name) for name in check.columns})
    if check.section == "sources" and "column" in check.kwargs:
        failing = raw.get("unexpected_index_list") or []
        column = check.kwargs["column"]
        return _numbers({row["source"]: row.get(column) for row in failing[:_SOURCE_LIMIT]})
    return _numbers({"value": raw.get("observed_value")}) if _COUNTING_TYPES.search(check.type) else {}


def _numbers(values: Mapping[str, Any]) -> dict[str, int | float]:
    """The finite numbers among ``values``, as Python's own (pandas gives NumPy's)."""
    found = {name: value for name, value in values.items() if isinstance(value, Real) and math.isfinite(value)}
    return {name: int(value) if isinstance(value, Integral) else float(value) for name, value in found.items()}


def problem_of(check: Check, exception_info: Mapping[str, Any] | None, columns: Iterable[str]) -> str:
    """Why a check could not be judged: missing columns, or the exception's type; empty when it could be.

    Args:
        exception_info: as Great Expectations gives it.
        columns: those of the judged frame.
    """
    raised = [info for info in _exceptions(exception_info or {}) if info.get("raised_exception")]
    if not raised:
        return ""
    missing = sorted(set(check.columns) - set(columns))
    if missing:
        return f"there is no column {', '.join(missing)}; {nearest(missing[0], columns)}"
    traceback = str(raised[0].get("exception_traceback", ""))
    kinds = re.findall(r"^([\w.]+(?:Error|Exception)\w*)\b", traceback, re.MULTILINE)
    conditions = re.findall(r"^[\w.]+(?:Error|Exception)\w*: \[([A-Z][A-Z_.]+)\]", traceback, re.MULTILINE)
    return " ".join([kinds[0].rpartition(".")[2] if kinds else "an exception", *conditions[:1]])


def _exceptions(info: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """One exception comes flat, those of metrics come by metric id."""
    if "raised_exception" in info:
        return [info]
    return [value for value in info.values() if isinstance(value, Mapping)]
