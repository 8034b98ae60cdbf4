"""One JSON value from bytes, strictly: a key that stands twice is always seen, whatever stands around it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jobs.sources.json_values import load_object

TEXTS = st.text(st.sampled_from('ab"\\:{},\n é问'), max_size=6)
SPACES = st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")])


class Pairs(list[tuple[str, Any]]):
    """An object as it is written, with keys that may stand twice."""


def pairs(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.tuples(TEXTS, values), max_size=4).map(Pairs)


VALUES = st.recursive(TEXTS | st.integers(0, 9) | st.none(), lambda v: st.lists(v, max_size=3) | pairs(v), max_leaves=8)


def written(value: Any, comma: str, colon: str, ascii_only: bool) -> str:
    if isinstance(value, Pairs):
        inside = (
            json.dumps(k, ensure_ascii=ascii_only) + colon + written(v, comma, colon, ascii_only) for k, v in value
        )
        return "{" + comma.join(inside) + "}"
    if isinstance(value, list):
        return "[" + comma.join(written(v, comma, colon, ascii_only) for v in value) + "]"
    return json.dumps(value, ensure_ascii=ascii_only)


def contradicts(value: Any) -> bool:
    """Whether some object in it has a key twice, with different values as a reader sees them."""
    if isinstance(value, Pairs):
        read = plain(value)
        return any(plain(v) != read[k] for k, v in value) or any(contradicts(v) for _, v in value)
    return isinstance(value, list) and any(map(contradicts, value))


def plain(value: Any) -> Any:
    if isinstance(value, Pairs):
        return {k: plain(v) for k, v in value}
    return [plain(v) for v in value] if isinstance(value, list) else value


@given(pairs(VALUES), SPACES, st.booleans())
def test_keys_that_stand_twice_are_seen_and_no_others(value: Any, spaces: tuple[str, str], ascii_only: bool) -> None:
    found, error = load_object(written(value, *spaces, ascii_only).encode())
    if contradicts(value):
        assert error is not None
        assert error.reason == "duplicate_key"
    else:
        assert (found, error) == (plain(value), None)
