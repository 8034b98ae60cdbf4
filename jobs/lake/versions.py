"""Pinned table versions, read without Spark: what stands at a version, who committed it, and is it already there.

Every edge between stages is a ``TableVersion``; nothing in Gristmill reads "latest". The provenance of a commit
lies in its Delta commit metadata (``userMetadata``), so a table folder answers for itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from pydantic import BaseModel, ConfigDict, Field


class TableVersion(BaseModel):
    """One immutable state of one Delta table."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    path: str
    version: int

    def __str__(self) -> str:
        return f"{Path(self.path).name}@v{self.version}"


class Provenance(BaseModel):
    """What a commit carries: enough to say which code, configuration and inputs made this version.

    Attributes:
        fingerprint: hash over stage, parameters, inputs and code; an equal one means that the commit can be reused.
        params: the stage's parameters as JSON values; empty in commits of older code.
        index: what the index that this version carries was made with, and must be added to with; None without one.
        note: what a person should know of how this version was made.
        started_at: when the stage began, UTC, ISO 8601; with the commit's own time it gives the seconds it took.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    run_id: str
    dataset: str
    stage: str
    code_commit: str
    configuration_hash: str
    fingerprint: str
    inputs: tuple[TableVersion, ...]
    started_at: str
    params: dict[str, Any] = Field(default_factory=dict)
    index: dict[str, Any] | None = None
    note: str = ""


class Commit(BaseModel):
    """A version with its provenance and the moment at which it was committed (UTC)."""

    model_config = ConfigDict(frozen=True)
    table: TableVersion
    provenance: Provenance
    committed_at: datetime

    @property
    def seconds(self) -> float:
        """Wall seconds from the start of the stage to its commit."""
        started = datetime.fromisoformat(self.provenance.started_at)
        return max(0.0, (self.committed_at - started).total_seconds())


def history(path: str) -> list[Commit]:
    """Gristmill's own commits to the table at ``path``, newest first; empty where there is no table yet."""
    if not DeltaTable.is_deltatable(path):
        return []
    commits = []
    for entry in DeltaTable(path).history():
        provenance = _provenance(entry.get("userMetadata"))
        if provenance is not None:
            commits.append(
                Commit(
                    table=TableVersion(path=path, version=entry["version"]),
                    provenance=provenance,
                    committed_at=datetime.fromtimestamp(entry["timestamp"] / 1000, tz=UTC),
                )
            )
    return commits


def find_commit(path: str, fingerprint: str) -> Commit | None:
    """The newest commit to ``path`` with this fingerprint, or None: the stage has to run."""
    return next((c for c in history(path) if c.provenance.fingerprint == fingerprint), None)


def commit_of(table: TableVersion) -> Commit | None:
    """The commit that made ``table``, or None when it was not one of ours (a VACUUM, an OPTIMIZE)."""
    return next((c for c in history(table.path) if c.table.version == table.version), None)


def scan(table: TableVersion, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a pinned version as Arrow batches, file by file: memory is bounded by one batch.

    Files come in the order of their smallest ``record_id``, so a table written in that order is read in it,
    whatever the writer named its files.

    Raises:
        FileNotFoundError: there is no such table or version; says which.
    """
    try:
        delta = DeltaTable(table.path, version=table.version)
    except DeltaError as error:
        raise FileNotFoundError(
            f"no Delta table version {table.version} at {table.path}: moved away, or vacuumed. Put it back from a "
            "copy, or build again"
        ) from error
    dataset = delta.to_pyarrow_dataset()
    first = _first_ids(delta)
    for fragment in sorted(dataset.get_fragments(), key=lambda f: first.get(Path(f.path).name, "")):
        yield from fragment.to_batches(schema=dataset.schema, columns=columns)


def _first_ids(delta: DeltaTable) -> dict[str, str]:
    actions = pa.table(delta.get_add_actions(flatten=True)).to_pylist()
    return {Path(a["path"]).name: str(a.get("min.record_id") or "") for a in actions}


def _provenance(user_metadata: Any) -> Provenance | None:
    if isinstance(user_metadata, str):
        try:
            user_metadata = json.loads(user_metadata)
        except json.JSONDecodeError:
            return None
    if isinstance(user_metadata, Mapping) and "fingerprint" in user_metadata:
        return Provenance.model_validate(user_metadata)
    return None
