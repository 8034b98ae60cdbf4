"""The flat view of a stage's table that a suite's ``rows`` expectations name, and the ids of the rows that fail.

Great Expectations sees columns, not fields of structs, so the gate judges a projection:

    record_id, kind, text, kept, split, ...    a plain column keeps its name
    source_name, source_uri, source_row, ...   a struct's fields carry its name; a plain ``source`` is ``source_name``
    quarantine_reason, evidence_witness, evidence_similarity, evidence_rule, meta_language, ...
    messages_count, media_count, changes_count   lists and maps: how many entries
    texts                                      every text of a record, one a line, for patterns that may not occur
    trained_turns                              turns that a trainer learns from; of plain text 1 where there is any, of
                                               a prompt without an answer those that say something

Binary columns (raw bytes of quarantined rows) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, BinaryType, DataType, MapType, StructType

from jobs.lake.suites import Check

ID_LIMIT = 10
_TURNS = ("messages", "chosen", "rejected")
Arguments = dict[str, Any]


def flatten(frame: DataFrame) -> DataFrame:
    """The projection above, of any stage's table; nothing is read until a column is used."""
    columns: list[Column] = []
    for field in frame.schema.fields:
        if isinstance(field.dataType, StructType):
            for inner in field.dataType.fields:
                columns += _flat(F.col(field.name)[inner.name], f"{field.name}_{inner.name}", inner.dataType)
        else:
            name = "source_name" if field.name == "source" else field.name
            columns += _flat(F.col(field.name), name, field.dataType)
    if set(_TURNS) <= set(frame.columns):
        parts = [F.col(f"{name}.content") for name in _TURNS]
        columns.append(F.concat_ws("\n", *parts, F.col("text")).alias("texts"))
        if _has_trained_turns(frame):
            columns.append(_trained_turns().alias("trained_turns"))
    return frame.select(*columns)


def narrow(flat: DataFrame, checks: Iterable[Check]) -> DataFrame:
    """``flat`` with only ``record_id`` and the columns that ``checks`` use: what need not be read is not read."""
    named: set[str] = {"record_id"}
    for check in checks:
        if check.type.startswith("expect_table_column"):
            return flat
        named.update(check.columns)
        named.update(re.findall(r"\w+", str(check.kwargs.get("row_condition", ""))))
    return flat.select(*[name for name in flat.columns if name in named])


def failing_ids(flat: DataFrame, check: Check) -> tuple[str, ...]:
    """Up to ``ID_LIMIT`` ids of rows that fail ``check``, smallest first; empty where it does not fail by row."""
    if "record_id" not in flat.columns or not set(check.columns) <= set(flat.columns):
        return ()
    condition = check.kwargs.get("row_condition")
    seen = flat.where(F.expr(str(condition))) if condition else flat
    if check.type in ("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"):
        failing = _repeated(seen, check.columns)
    elif check.type in _FAILS:
        failing = seen.where(_FAILS[check.type](check.kwargs))
    else:
        return ()
    # Copies of an id are dropped here and not by Spark, which would shuffle every failing row for it.
    named = failing.select("record_id").where(F.col("record_id").isNotNull()).orderBy("record_id").limit(3 * ID_LIMIT)
    return tuple(dict.fromkeys(str(row["record_id"]) for row in named.collect()))[:ID_LIMIT]


def _flat(column: Column, name: str, kind: DataType) -> list[Column]:
    if isinstance(kind, ArrayType | MapType):
        return [F.size(column).alias(f"{name}_count")]
    if isinstance(kind, BinaryType | StructType):
        return []
    return [column.alias(name)]


def _trained_turns() -> Column:
    """What ``jobs.formats.trained.trains_something`` asks of a row, as a number."""
    said = "coalesce(t.content rlike '(?U)\\\\S', false)"
    counted = (
        "size(filter({}, t -> coalesce(t.train, t.role = 'assistant')"
        f" and ({said} or coalesce(t.tool_calls, '') != '')))"
    )
    text = F.col("text").rlike(r"(?U)\S").cast("int")
    answers = F.when(F.col("kind") == "preference", F.expr(counted.format("chosen")))
    answers = answers.when(F.col("kind") == "prompt", F.expr(f"size(filter(messages, t -> {said}))"))
    answers = answers.otherwise(F.expr(counted.format("messages")))
    # The size of no list at all is -1.
    return F.greatest(F.lit(0), F.when(F.col("kind") == "text", F.coalesce(text, F.lit(0))).otherwise(answers))


def _has_trained_turns(frame: DataFrame) -> bool:
    turns = frame.schema["messages"].dataType
    known = {"role", "content", "train", "tool_calls"}
    return isinstance(turns, ArrayType) and known <= set(getattr(turns.elementType, "names", ()))


def _repeated(seen: DataFrame, columns: list[str]) -> DataFrame:
    present = seen.where(" AND ".join(f"`{name}` IS NOT NULL" for name in columns))
    twice = present.groupBy(*columns).count().where(F.col("count") > 1).select(*columns)
    return present.join(twice, columns, "left_semi")


def _column(arguments: Arguments) -> Column:
    return F.col(f"`{arguments['column']}`")


def _outside(value: Column, arguments: Arguments) -> Column:
    """Rows beyond the bounds; a null is neither inside nor outside, as in Great Expectations."""
    low, high = arguments.get("min_value"), arguments.get("max_value")
    beyond = F.lit(False)
    if low is not None:
        beyond = beyond | (value <= low if arguments.get("strict_min") else value < low)
    if high is not None:
        beyond = beyond | (value >= high if arguments.get("strict_max") else value > high)
    return beyond


# A row fails where this is true; null counts as not failing, which is what Great Expectations does with nulls.
_FAILS: dict[str, Callable[[Arguments], Column]] = {
    "expect_column_values_to_not_be_null": lambda a: _column(a).isNull(),
    "expect_column_values_to_be_null": lambda a: _column(a).isNotNull(),
    "expect_column_values_to_be_in_set": lambda a: ~_column(a).isin(list(a["value_set"])),
    "expect_column_values_to_not_be_in_set": lambda a: _column(a).isin(list(a["value_set"])),
    "expect_column_values_to_be_between": lambda a: _outside(_column(a), a),
    "expect_column_value_lengths_to_be_between": lambda a: _outside(F.length(_column(a)), a),
    "expect_column_value_lengths_to_equal": lambda a: F.length(_column(a)) != a["value"],
    "expect_column_values_to_match_regex": lambda a: ~_column(a).rlike(a["regex"]),
    "expect_column_values_to_not_match_regex": lambda a: _column(a).rlike(a["regex"]),
    "expect_column_pair_values_to_be_equal": lambda a: F.col(f"`{a['column_A']}`") != F.col(f"`{a['column_B']}`"),
    "expect_column_pair_values_a_to_be_greater_than_b": lambda a: (
        F.col(f"`{a['column_A']}`") < F.col(f"`{a['column_B']}`")
        if a.get("or_equal")
        else F.col(f"`{a['column_A']}`") <= F.col(f"`{a['column_B']}`")
    ),
}
