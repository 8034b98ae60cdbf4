"""Plain Python over the rows of a frame, a batch at a time: the one bridge between Spark and the pure modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from jobs.cleaning.steps import change_all
from jobs.lake.schemas import to_spark

Row = dict[str, Any]


def map_batches(
    df: DataFrame, convert: Callable[[Iterator[list[Row]]], Iterable[list[Row]]], schema: pa.Schema
) -> DataFrame:
    """``df`` with each partition's batches of rows passed through ``convert`` in a Python worker.

    ``convert`` runs once a partition, so what is dear to build is built before its first batch. It gives back
    lists of rows in the shape of ``schema``; a missing key is null.
    """
    names = [field.name for field in schema]
    maps = [field.name for field in schema if pa.types.is_map(field.type)]

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for rows in convert(_as_rows(batches)):
            columns = {name: [row.get(name) for row in rows] for name in names}
            for name in maps:
                columns[name] = [None if v is None else list(dict(v).items()) for v in columns[name]]
            yield pa.RecordBatch.from_arrays([pa.array(columns[f.name], type=f.type) for f in schema], schema=schema)

    spark_schema: StructType = to_spark(schema)
    return df.mapInArrow(run, spark_schema)


def map_rows(df: DataFrame, make: Callable[[], Callable[[Row], Row]], schema: pa.Schema) -> DataFrame:
    """``df`` with each row passed through the function that ``make`` builds once a partition."""

    def convert(batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
        change = make()
        for rows in batches:
            yield change_all(change, rows)

    return map_batches(df, convert, schema)


def _as_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[list[Row]]:
    for batch in batches:
        rows = batch.to_pylist()
        if rows:
            yield rows
