from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from jobs.release.rows import records_of, rows_of


@given(st.lists(st.integers(0, 2500), max_size=4))
def test_every_row_comes_once_and_in_order(sizes):
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    batches = [
        pa.record_batch({"n": pa.array(range(start, start + size), pa.int64())})
        for start, size in zip(starts, sizes, strict=True)
    ]
    assert [row["n"] for row in rows_of(batches)] == list(range(sum(sizes)))


def test_records_of_one_split(shop, record):
    table = shop.table([record(1), record(2, split="test"), record(3)])
    found = list(records_of(table, "test"))
    assert [(split, row.record_id) for split, row in found] == [("test", f"{2:032x}")]
    assert [split for split, _ in records_of(table)] == ["train", "test", "train"]
