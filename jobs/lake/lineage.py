"""The chain of table versions that led to the newest result of a data set, read without Spark.

Every commit pins what it read, so the chain is followed backwards from its end; nothing is guessed from "latest".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from jobs.lake.versions import Commit, TableVersion, commit_of, history


def datasets(root: Path) -> list[str]:
    """The data sets that the lake holds tables of."""
    folders = [zone for zone in (root / "raw", root / "clean") if zone.is_dir()]
    return sorted({path.name for zone in folders for path in zone.iterdir() if path.is_dir()})


def newest_chain(root: Path, dataset: str) -> list[Commit]:
    """The newest commit of a data set, those behind it and those on top, in the order in which they build up.

    Empty where the data set has no table.
    """
    tables = [path for zone in ("raw", "clean") for path in sorted((root / zone / dataset).glob("*")) if path.is_dir()]
    newest = [commits[0] for path in tables if (commits := history(str(path)))]
    if not newest:
        return []
    last = max(newest, key=lambda commit: (commit.committed_at, len(commit.provenance.inputs)))
    found: dict[TableVersion, Commit] = {last.table: last}
    waiting = [last]
    while waiting:
        for table in waiting.pop().provenance.inputs:
            if table not in found and (commit := commit_of(table)) is not None:
                found[table] = commit
                waiting.append(commit)
    # What was reused after it was committed earlier: it stands on nothing but this chain.
    for commit in sorted(newest, key=lambda c: len(c.provenance.inputs)):
        if commit.provenance.inputs and all(table in found for table in commit.provenance.inputs):
            found.setdefault(commit.table, commit)
    return _in_order(found)


def rows_where(table: TableVersion, condition: pc.Expression, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """The rows of a pinned version for which ``condition`` holds, as plain values."""
    return [row for batch in _scan(table, condition, columns) for row in batch.to_pylist()]


def has_column(table: TableVersion, name: str) -> bool:
    """Whether a pinned version has a column."""
    return name in DeltaTable(table.path, version=table.version).to_pyarrow_dataset().schema.names


def _scan(table: TableVersion, condition: pc.Expression, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
    dataset = DeltaTable(table.path, version=table.version).to_pyarrow_dataset()
    yield from dataset.to_batches(columns=columns, filter=condition)


def _in_order(found: dict[TableVersion, Commit]) -> list[Commit]:
    ordered: list[Commit] = []
    left = dict(found)
    while left:
        ready = [c for c in left.values() if not any(table in left for table in c.provenance.inputs)]
        for commit in sorted(ready, key=lambda c: c.committed_at):
            ordered.append(left.pop(commit.table))
    return ordered
