from __future__ import annotations

from typing import Any

import pytest

from jobs.sources.rows import RawRow
from jobs.tools.row_input import Columns, name_of, own_id


def raw(value: dict[str, Any] | None, line: int | None = 7, path: str = "$") -> RawRow:
    return RawRow(3, line, path, value, None, b"")


@pytest.mark.parametrize(
    ("own", "id_"), [("a", "a"), (0, 0), (7, 7), ("", None), (True, None), (1.5, None), ([], None)]
)
def test_an_id_is_a_text_or_a_whole_number(own: Any, id_: Any) -> None:
    assert own_id({"id": own}) == id_
    assert own_id({"key": own}, "key") == id_
    assert own_id({}) is None


def test_a_row_without_an_id_is_named_by_its_place() -> None:
    assert name_of(raw({"id": "own"}), 12) == "own"
    assert name_of(raw({})) == 7
    assert name_of(raw(None)) == 7
    assert name_of(raw({}), 12) == 12, "lines of several files would name two rows alike"
    assert name_of(raw({}, path="$[2]")) == name_of(raw({}, line=None)) == 3


def test_columns_are_named_in_their_order_and_not_without_end() -> None:
    columns = Columns()
    for row in ({"b": 1, "a": 2}, None, {"a": 3, "c": 4}):
        columns.see(row)
    assert str(columns) == "b, a, c"
    for number in range(100):
        columns.see({f"n{number}": 1})
    assert len(columns.names) == 50 and str(columns).count(",") == 19
