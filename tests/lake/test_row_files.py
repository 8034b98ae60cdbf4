"""Rows of a pinned version read without Spark: which are in, where each stands, and the texts that are asked for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from deltalake import write_deltalake

from jobs.lake import row_files
from jobs.lake.job import Inputs
from jobs.lake.row_files import RowFiles
from jobs.lake.schemas import DECISION_SCHEMA
from jobs.lake.versions import TableVersion
from jobs.record_schema import ROW_SCHEMA


def table(path: Path, rows: list[dict[str, Any]], schema: pa.Schema, files: int = 1) -> TableVersion:
    for part in range(files):
        write_deltalake(str(path), pa.Table.from_pylist(rows[part::files], schema=schema), mode="append")
    return TableVersion(path=str(path), version=files - 1)


def name(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """Nine rows in three files; 2 is quarantined, and decisions took out 4 and 5."""
    rows: list[dict[str, Any]] = [{"record_id": name(n), "kind": "text", "text": f"text {n}"} for n in range(9)]
    rows[2] |= {"quarantine": {"uri": "a.json", "reason": "broken"}}
    gone = [{"record_id": name(n), "kept": n not in (4, 5)} for n in range(9)]
    decisions = (
        table(tmp_path / "first", gone[:5], DECISION_SCHEMA),
        table(tmp_path / "second", gone[5:], DECISION_SCHEMA),
    )
    return Inputs(rows=table(tmp_path / "rows", rows, ROW_SCHEMA, 3), decisions=decisions)


@pytest.fixture
def files(inputs: Inputs) -> RowFiles:
    return RowFiles.of(inputs)


def test_quarantined_and_removed_rows_are_not_in(files: RowFiles) -> None:
    places, rows = files.columns(("record_id",))
    assert sorted(rows.column("record_id").to_pylist()) == [name(n) for n in (0, 1, 3, 6, 7, 8)]
    assert (np.diff(places) > 0).all()
    assert files.rows == 9


def test_texts_are_found_by_place_and_no_others_are_read(files: RowFiles) -> None:
    places, rows = files.columns(("record_id", "text"))
    wanted = places[[1, 4]]
    held = files.texts("dialogue", wanted)
    assert sum(len(part) for part in held.places) == 2
    order, texts = held.take(wanted[::-1])
    assert [texts[k].as_py() for k in np.argsort(order)] == rows.column("text").take([4, 1]).to_pylist()
    assert files.texts("dialogue", np.empty(0, np.int64)).places == []


def test_what_is_too_much_does_not_fit(files: RowFiles) -> None:
    assert files.fit(9)
    assert not files.fit(8)


def test_what_fits_is_opened_as_a_whole(inputs: Inputs, files: RowFiles) -> None:
    within = RowFiles.within(inputs, 9)
    assert within is not None
    assert within.columns(("record_id", "text"))[1] == files.columns(("record_id", "text"))[1]


def test_of_what_does_not_fit_no_file_and_no_decision_is_read(inputs: Inputs) -> None:
    assert inputs.rows is not None
    for version in (inputs.rows, *inputs.decisions):
        for file in Path(version.path).glob("*.parquet"):
            file.unlink()
    assert RowFiles.within(inputs, 8) is None
    assert RowFiles.within(inputs, 0) is None
    with pytest.raises(OSError, match="parquet"):
        RowFiles.within(inputs, 9)


def test_what_is_too_large_is_told_by_footers_and_no_decision_is_read(
    inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in inputs.decisions:
        shutil.rmtree(version.path)
    monkeypatch.setattr(row_files, "_TEXT", 10)
    assert RowFiles.within(inputs, 9) is None


def test_without_rows_there_is_nothing_to_read() -> None:
    for rows in (0, 9):
        with pytest.raises(ValueError, match="no earlier stage wrote any"):
            RowFiles.within(Inputs(), rows)
