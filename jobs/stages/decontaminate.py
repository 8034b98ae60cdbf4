"""Decontaminate: rows that hold a question of an evaluation set go, and each names the question that it holds.

The evaluation files are read and never changed; they stand in no table, so none of their rows can be removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator
from pyspark.sql import DataFrame, SparkSession

from jobs.lake.job import SourceFile, StageJob
from jobs.lake.schemas import DECISION_SCHEMA, EVIDENCE, to_spark
from jobs.lake.tables import commit, read_current
from jobs.lake.versions import TableVersion
from jobs.similarity.contamination import MIN_TOKENS, THRESHOLD, WIDTH, Overlap, Protected, ProtectedItem, protect
from jobs.similarity.turns import texts_in
from jobs.sources.protected import read_protected
from jobs.spec import Model, Name

REASON = "contaminated"
_COLUMNS = ("record_id", "source", "messages", "chosen", "rejected", "text")


class ProtectedSet(Model):
    """One evaluation set.

    Attributes:
        path: a file, a folder or a glob; relative ones are taken from the specification's own folder.
        columns, answers: see ``jobs.sources.protected.read_protected``.
        optional: a set that is not on this machine is passed over instead of stopping the run.
    """

    name: Name
    path: str
    columns: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    optional: bool = False


class Params(Model):
    """What is protected, and how much of a question a row may hold.

    Attributes:
        width, threshold, min_tokens: see ``jobs.similarity.contamination``.
    """

    protected: tuple[ProtectedSet, ...] = Field(min_length=1)
    width: int = Field(default=WIDTH, ge=2)
    threshold: float = Field(default=THRESHOLD, gt=0, le=1)
    min_tokens: int = Field(default=MIN_TOKENS, ge=1)

    @model_validator(mode="after")
    def _names_differ(self) -> Params:
        names = [item.name for item in self.protected]
        if len(set(names)) != len(names):
            raise ValueError(f"protected: expected a name of its own for each set; got {', '.join(names)}")
        return self


def transform(rows: DataFrame, params: Params, protected: Protected) -> DataFrame:
    """Decisions: a row of which some text holds ``threshold`` of a question's n-grams goes.

    The table of n-grams is sent to each worker once; rows stream past it, and none is held.
    """
    shared = rows.sparkSession.sparkContext.broadcast(protected)

    def decide(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                yield _decisions(batch, params, shared.value)

    return rows.select(*_COLUMNS).mapInArrow(decide, to_spark(DECISION_SCHEMA))


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Compares the rows that are in with the protected files and commits the decisions."""
    started_at = datetime.now(UTC)
    params = Params.model_validate(job.params)
    table = protect(list(read_items(params, job.files)), params.width, params.min_tokens)
    return commit(transform(read_current(spark, job.inputs), params, table), job, started_at)


def read_items(params: Params, files: Iterable[SourceFile]) -> Iterator[ProtectedItem]:
    """Every protected question; a set of several files names each question's file too.

    Raises:
        ValueError: as ``read_protected``.
    """
    by_set: dict[str, list[SourceFile]] = {}
    for file in files:
        by_set.setdefault(file.source, []).append(file)
    for item in params.protected:
        listed = by_set.get(item.name, [])
        for file in listed:
            name = item.name if len(listed) == 1 else f"{item.name}/{file.uri.rsplit('/', 1)[-1]}"
            yield from read_protected(file.path, name, item.columns, item.answers)


def _decisions(batch: pa.RecordBatch, params: Params, protected: Protected) -> pa.RecordBatch:
    texts, offsets = texts_in(batch)
    found = [
        overlap if overlap and overlap.containment >= params.threshold else None
        for overlap in protected.overlaps(texts, offsets)
    ]
    columns = [
        batch.column("record_id"),
        pc.struct_field(batch.column("source"), "name"),
        pa.array([overlap is None for overlap in found]),
        pa.array([REASON if overlap else None for overlap in found], pa.string()),
        pa.array([_evidence(overlap, params) if overlap else None for overlap in found], EVIDENCE),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=DECISION_SCHEMA)


def _evidence(overlap: Overlap, params: Params) -> dict[str, object]:
    return {
        "witness": overlap.label,
        "similarity": overlap.containment,
        "rule": f"holds >= {params.threshold:g} of a protected question",
        "detail": overlap.describe(params.width),
    }
