"""The shapes of tables, in Arrow and in Spark. Rows are spelt out in ``jobs.record_schema``, decisions here."""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from jobs.record_schema import ROW_SCHEMA

# Why a row was kept or removed. ``witness`` is the record_id of the kept row that a removed duplicate is like, and
# ``similarity`` the exact one between the two; ``rule`` and ``detail`` say which check spoke and with what numbers;
# ``cluster`` is the id of the row kept first among all that were found alike, directly or in steps: rows of one cluster
# must not be dealt to different sides of a split.
EVIDENCE = pa.struct(
    [
        ("witness", pa.string()),
        ("similarity", pa.float64()),
        ("rule", pa.string()),
        ("detail", pa.string()),
        ("cluster", pa.string()),
    ]
)

# A choosing stage writes one row for each row that came in. Kept with a reason means flagged.
DECISION_SCHEMA = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("kept", pa.bool_(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("evidence", EVIDENCE),
    ]
)


def to_spark(schema: pa.Schema) -> StructType:
    """The Spark schema with the same columns, order and nullability.

    Raises:
        pyspark.errors.PySparkTypeError: a column of a type that Spark does not have.
    """
    return from_arrow_schema(schema)


def row_schema() -> StructType:
    """The Spark schema of a rows table: ``jobs.record_schema.ROW_SCHEMA``."""
    return to_spark(ROW_SCHEMA)


def decision_schema() -> StructType:
    """The Spark schema of a decisions table: ``DECISION_SCHEMA``."""
    return to_spark(DECISION_SCHEMA)
