"""The Spark schemas are the Arrow ones."""

from __future__ import annotations

from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import BooleanType, MapType, StructType

from jobs.lake.schemas import DECISION_SCHEMA, EVIDENCE, decision_schema, row_schema
from jobs.record_schema import ROW_SCHEMA


def names_in(schema: StructType, column: str) -> list[str]:
    inner = schema[column].dataType
    assert isinstance(inner, StructType)
    return inner.names


def test_rows_have_the_columns_of_the_record_in_its_order() -> None:
    schema = row_schema()
    assert schema.names == ROW_SCHEMA.names
    assert isinstance(schema["changes"].dataType, MapType)
    assert names_in(schema, "source") == [field.name for field in ROW_SCHEMA.field("source").type]


def test_a_decision_always_has_an_id_and_a_verdict() -> None:
    schema = decision_schema()
    assert [field.name for field in schema if not field.nullable] == ["record_id", "kept"]
    assert schema["kept"].dataType == BooleanType()
    assert names_in(schema, "evidence")[:2] == ["witness", "similarity"]


def test_decisions_come_back_to_the_same_columns() -> None:
    back = to_arrow_schema(decision_schema())
    assert back.names == DECISION_SCHEMA.names
    assert [field.name for field in back.field("evidence").type] == [field.name for field in EVIDENCE]
