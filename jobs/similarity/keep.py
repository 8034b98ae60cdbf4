"""Which of two alike rows stays: the parameters that every deduplication takes, and the order that they give."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, model_validator

from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.turns import Rows, texts_in, to_mask, whole

_F64 = npt.NDArray[np.float64]
# The columns of a rows table that priorities are made of.
KEEP_COLUMNS = ("messages", "chosen", "rejected", "text", "rating", "meta", "extras", "source")
_TRUE = frozenset({"true", "yes", "1"})
Criterion = Literal["longest", "newest", "source", "quality", "audited"]


@dataclass(frozen=True, slots=True)
class KeepPolicy:
    """Which of two similar rows stays: criteria in order, ties by record id.

    Attributes:
        by: ``longest`` most characters of text, ``newest`` latest ``source.collected_at`` (rows without one last),
            ``source`` the order of ``sources`` (others last), ``quality`` the highest score in ``quality_field`` (rows
            without one last), ``audited`` rows flagged in ``audited_field`` first.
        sources: source names, first kept first.

    Raises:
        ValueError: an unknown criterion, ``source`` without an order of sources, or a field that no row has.
    """

    by: tuple[Criterion, ...] = ("longest",)
    sources: tuple[str, ...] = ()
    quality_field: str = "rating"
    audited_field: str = "audited"

    def __post_init__(self) -> None:
        for name in self.by:
            if name not in get_args(Criterion):
                raise ValueError(f"keep: expected some of {', '.join(get_args(Criterion))}; got {name!r}")
        if "source" in self.by and not self.sources:
            raise ValueError("keep: 'source' needs the order of sources; list them, first kept first")
        meta = [field.name for field in ROW_SCHEMA.field("meta").type]
        for place in (self.quality_field, self.audited_field):
            if not all(place.split(".")) or (place.startswith("meta.") and place.removeprefix("meta.") not in meta):
                known = ", ".join(f"meta.{field}" for field in meta)
                raise ValueError(f"expected rating, one of {known}, or the name of a key in extras; got {place!r}")


class KeepParams(BaseModel):
    """Keep order.

    Attributes:
        keep: criteria in order, ties by record id: ``longest``, ``newest`` (by ``collected_at``), ``source``,
            ``quality`` (highest score first), ``audited`` (rows that a person has judged first).
        sources: source names for ``source``, first kept first.
        quality_field: where ``quality`` finds a score: ``rating``, ``meta.<name>``, or a key of the row's extras.
        audited_field: where ``audited`` finds its flag: ``meta.<name>`` or a key of the row's extras.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    keep: tuple[Criterion, ...] = ("longest",)
    sources: tuple[str, ...] = ()
    quality_field: str = "rating"
    audited_field: str = "audited"

    @model_validator(mode="after")
    def _says_which_stays(self) -> KeepParams:
        self.policy()
        return self

    def policy(self) -> KeepPolicy:
        """The order in which rows are kept."""
        return KeepPolicy(self.keep, self.sources, self.quality_field, self.audited_field)


def priorities(rows: Rows, policy: KeepPolicy) -> _F64:
    """(n, criteria) float64: the row with the smaller line is kept first; infinite where a row says nothing.

    Args:
        rows: ``KEEP_COLUMNS`` in the shape of ``jobs.record_schema.ROW_SCHEMA``.
    """
    criteria: dict[str, Callable[[], _F64]] = {
        "longest": lambda: -_lengths(rows),
        "newest": lambda: -_times(pc.struct_field(whole(rows, "source"), "collected_at")),
        "source": lambda: _places(pc.struct_field(whole(rows, "source"), "name"), policy.sources),
        "quality": lambda: -_values(rows, policy.quality_field, _score),
        "audited": lambda: -np.maximum(_values(rows, policy.audited_field, _flag), 0.0),
    }
    return np.column_stack([criteria[name]() for name in policy.by]).astype(np.float64)


def priority(row: Mapping[str, Any], policy: KeepPolicy) -> tuple[float, ...]:
    """``priorities`` of one row given as a dictionary."""
    schema = pa.schema([ROW_SCHEMA.field(name) for name in KEEP_COLUMNS])
    return tuple(priorities(pa.Table.from_pylist([dict(row)], schema=schema), policy)[0].tolist())


def _lengths(rows: Rows) -> _F64:
    """Characters of all that a model would be trained on."""
    pieces, offsets = texts_in(rows)
    sums = np.concatenate([[0], np.cumsum(pc.utf8_length(pieces).to_numpy(zero_copy_only=False))])
    return np.diff(sums[offsets]).astype(np.float64)


def _times(column: pa.Array) -> _F64:
    """Rows of one source share their time, so each is read once."""
    coded = pc.dictionary_encode(column, null_encoding="encode")
    known = np.array([_timestamp(text) for text in coded.dictionary.to_pylist()], dtype=np.float64)
    return known[coded.indices.to_numpy(zero_copy_only=False)]


def _places(column: pa.Array, order: tuple[str, ...]) -> _F64:
    found = pc.index_in(column, pa.array(order, column.type))
    places: _F64 = pc.fill_null(found, len(order)).to_numpy(zero_copy_only=False).astype(np.float64)
    return places


def _values(rows: Rows, field: str, read: Callable[[Any], float]) -> _F64:
    """What ``read`` makes of each row's ``field``; -inf where there is none."""
    scope, _, name = field.rpartition(".")
    if field == "rating":
        return _read(whole(rows, "rating"), read)
    if scope == "meta":
        return _read(pc.struct_field(whole(rows, "meta"), name), read)
    extras, path = whole(rows, "extras"), field.split(".")
    # Only rows that name the key are parsed: a microsecond each.
    named = to_mask(pc.match_substring(extras, f'"{path[-1]}"'))
    out = np.full(len(extras), -math.inf)
    out[named] = [read(_at(orjson.loads(text), path)) for text in extras.filter(pa.array(named)).to_pylist()]
    return out


def _read(column: pa.Array, read: Callable[[Any], float]) -> _F64:
    out = np.full(len(column), -math.inf)
    there = to_mask(column.is_valid())
    out[there] = [read(value) for value in column.filter(pa.array(there)).to_pylist()]
    return out


def _at(value: Any, path: list[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _score(value: Any) -> float:
    try:
        score = float(value)
    except (TypeError, ValueError):
        return -math.inf
    return -math.inf if math.isnan(score) else score


def _flag(value: Any) -> float:
    return float(value is True or value == 1 or (isinstance(value, str) and value.strip().casefold() in _TRUE))


def _timestamp(text: str | None) -> float:
    """Seconds since 1970 of an ISO 8601 time, taken as UTC where it names no zone; -inf where there is none to read."""
    if not text:
        return -math.inf
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return -math.inf
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
