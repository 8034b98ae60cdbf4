"""Pinned versions are found, told apart and read without Spark."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import CommitProperties, DeltaTable, write_deltalake

from jobs.lake.versions import Provenance, TableVersion, commit_of, find_commit, history, scan

STARTED = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def provenance(fingerprint: str, **changes: Any) -> Provenance:
    known: dict[str, Any] = {
        "run_id": "run-1",
        "dataset": "shop",
        "stage": "split",
        "code_commit": "c0ffee",
        "configuration_hash": "0" * 32,
        "fingerprint": fingerprint,
        "inputs": (TableVersion(path="/lake/rows", version=3),),
        "started_at": STARTED.isoformat(),
    }
    return Provenance(**{**known, **changes})


def write(path: Path, ids: list[str], metadata: str | None = None, mode: Any = "overwrite") -> TableVersion:
    """The next version of a table; ``metadata`` as Spark writes ``userMetadata``."""
    table = pa.table({"record_id": ids, "said": [f"text of {i}" for i in ids]})
    custom = None if metadata is None else CommitProperties(custom_metadata={"userMetadata": metadata})
    write_deltalake(str(path), table, mode=mode, commit_properties=custom)
    return TableVersion(path=str(path), version=DeltaTable(str(path)).version())


def ids_of(table: TableVersion) -> list[str]:
    return [row for batch in scan(table) for row in batch.column("record_id").to_pylist()]


def test_our_own_commits_newest_first_and_nobody_elses(lake: Path) -> None:
    path = lake / "split"
    write(path, ["a"], provenance("one").model_dump_json())
    write(path, ["a", "b"])
    write(path, ["c"], "written by hand")
    write(path, ["c"], json.dumps({"somebody": "else's"}))
    write(path, ["d"], provenance("two", run_id="run-2").model_dump_json())
    commits = history(str(path))
    assert [(c.table.version, c.provenance.fingerprint) for c in commits] == [(4, "two"), (0, "one")]
    assert commits[1].provenance == provenance("one")


def test_where_there_is_no_table_nothing_was_committed(lake: Path) -> None:
    assert history(str(lake / "none")) == []
    assert find_commit(str(lake / "none"), "one") is None
    assert commit_of(TableVersion(path=str(lake / "none"), version=0)) is None


def test_the_newest_commit_with_a_fingerprint_is_found(lake: Path) -> None:
    path = lake / "split"
    for fingerprint in ("one", "two", "one"):
        write(path, ["a"], provenance(fingerprint).model_dump_json())
    found = {name: find_commit(str(path), name) for name in ("one", "two", "three")}
    assert {name: commit and commit.table.version for name, commit in found.items()} == {
        "one": 2,
        "two": 1,
        "three": None,
    }


def test_a_version_that_is_not_ours_has_no_commit_of_ours(lake: Path) -> None:
    path = lake / "split"
    ours = write(path, ["a"], provenance("one").model_dump_json())
    foreign = write(path, ["a", "b"])
    commit = commit_of(ours)
    assert commit is not None
    assert commit.table == ours
    assert commit_of(foreign) is None


def test_seconds_go_from_the_start_of_the_stage_to_its_commit(lake: Path) -> None:
    started = datetime.now(UTC) - timedelta(seconds=90)
    path = lake / "split"
    table = write(path, ["a"], provenance("one", started_at=started.isoformat()).model_dump_json())
    commit = commit_of(table)
    assert commit is not None
    assert 89 < commit.seconds < 600
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    ahead = commit.model_copy(update={"provenance": provenance("one", started_at=later)})
    assert ahead.seconds == 0, "a clock that was set back gives no negative time"


def test_an_older_version_reads_as_it_was(lake: Path) -> None:
    path = lake / "rows"
    first, second = write(path, ["a", "b"]), write(path, ["c"])
    assert (ids_of(first), ids_of(second)) == (["a", "b"], ["c"])
    assert list(next(iter(scan(first, ["said"]))).schema.names) == ["said"]


def test_files_are_read_in_the_order_of_their_ids_whatever_they_are_called(lake: Path) -> None:
    path = lake / "rows"
    for ids in (["m", "n"], ["a", "b"], ["x", "z"]):
        table = write(path, ids, mode="append")
    assert ids_of(table) == ["a", "b", "m", "n", "x", "z"]


@pytest.mark.parametrize(("name", "version"), [("rows", 7), ("none", 0)])
def test_a_version_that_is_not_there_is_named(lake: Path, name: str, version: int) -> None:
    write(lake / "rows", ["a"])
    with pytest.raises(FileNotFoundError, match=f"no Delta table version {version} at .*{name}"):
        list(scan(TableVersion(path=str(lake / name), version=version)))


def test_a_version_is_called_by_its_tables_name() -> None:
    assert str(TableVersion(path="/lake/clean/shop/split", version=3)) == "split@v3"
