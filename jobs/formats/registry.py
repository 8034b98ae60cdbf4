"""Every format by name, and the two ways through them: a row to a record, a record to a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from jobs.formats import (
    alpaca,
    axolotl,
    chatml,
    openai_preference,
    preference,
    prompt_completion,
    prompt_only,
    sharegpt,
    stepwise,
    swift,
    table,
    text,
    turns,
)
from jobs.formats.detect import detect
from jobs.formats.holds import Holds
from jobs.formats.reasoning import Style, rewrite_reasoning
from jobs.record import Record, RecordError

AUTO = "auto"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its pair of functions and what it can hold."""

    name: str
    parse: Callable[[Any], Record]
    render: Callable[[Record], dict[str, Any]]
    holds: Holds


def _parse_table(obj: Any) -> Record:
    raise RecordError("no_field_mapping", "the format table is read by a field mapping, such as instruction=question")


FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("text", text.parse, text.render, text.HOLDS),
        Format("alpaca", alpaca.parse, alpaca.render, alpaca.HOLDS),
        Format("sharegpt", sharegpt.parse, sharegpt.render, sharegpt.HOLDS),
        Format("chatml", chatml.parse, chatml.render, chatml.HOLDS),
        Format("preference", preference.parse, preference.render, preference.HOLDS),
        Format("ranking", preference.parse, preference.render_ranking, preference.RANKING_HOLDS),
        Format("prompt_completion", prompt_completion.parse, prompt_completion.render, prompt_completion.HOLDS),
        Format("prompt_only", prompt_only.parse, prompt_only.render, prompt_only.HOLDS),
        Format("stepwise", stepwise.parse, stepwise.render, stepwise.HOLDS),
        Format("openai_preference", openai_preference.parse, openai_preference.render, openai_preference.HOLDS),
        Format("swift", swift.parse, swift.render, swift.HOLDS),
        Format("axolotl", axolotl.parse, axolotl.render, axolotl.HOLDS),
        Format("turns", turns.parse, turns.render, turns.HOLDS),
        Format("table", _parse_table, table.render, table.HOLDS),
    )
}


def parse_row(obj: Any, format: str = AUTO, fields: Mapping[str, str] | None = None) -> Record:
    """A row as a record.

    Args:
        obj: the row as JSON values.
        format: a name of ``FORMATS``, or ``auto`` to tell it by the row itself.
        fields: our name -> the row's column, applied first; see ``jobs.formats.table``.

    Raises:
        RecordError: the row has no place in a record; ``unknown_shape`` when no format fits.
        ValueError: ``format`` or a name in ``fields`` is none of ours.
    """
    if not fields and format == AUTO and (name := detect(obj)) is not None:
        return FORMATS[name].parse(obj)
    if fields:
        table.check_fields(fields)
        chosen = AUTO if format == "table" else format
        return table.parse(obj, fields, lambda row: _parse(row, chosen))
    return _parse(obj, format)


def render_row(record: Record, format: str, reasoning: Style | None = None) -> dict[str, Any]:
    """A record as a row of ``format``.

    Args:
        reasoning: write chains of thought as ``field`` (``reasoning_content``) or ``tags`` (``<think>``); by default as
            the row had them.

    Raises:
        RecordError: ``cannot_hold`` when the format has no place for what the record says.
        ValueError: ``format`` is none of ours.
    """
    row = get_format(format).render(record)
    return rewrite_reasoning(row, reasoning) if reasoning else row


def what_is_lost(record: Record, format: str) -> list[str]:
    """Names of what ``format`` cannot hold of the record, such as ``tools`` or ``message.name``; empty when nothing
    is lost.

    Those in ``jobs.formats.holds.ESSENTIAL`` make ``render_row`` refuse; the others are left out of the row.
    """
    return get_format(format).holds.losses(record)


def get_format(name: str) -> Format:
    """The format of that name.

    Raises:
        ValueError: naming the formats there are.
    """
    return pick(FORMATS, name, "format")


def pick(table: Mapping[str, _T], name: str, what: str) -> _T:
    """An entry of a table by its name.

    Raises:
        ValueError: naming the entries there are.
    """
    found = table.get(name)
    if found is None:
        raise ValueError(f"unknown {what} {name!r}; expected one of {', '.join(table)}")
    return found


def _parse(obj: Any, format: str) -> Record:
    if format != AUTO:
        return get_format(format).parse(obj)
    if not isinstance(obj, dict):
        return text.parse(obj)  # which says what it expected
    name = detect(obj)
    if name is not None:
        return FORMATS[name].parse(obj)
    raise RecordError(
        "unknown_shape",
        "expected columns of a known format (text; instruction, output; conversations; messages; chosen, rejected);"
        " name others by a field mapping",
    )
