"""Raw text for continued pre-training: ``{"text": ...}``."""

from __future__ import annotations

from typing import Any

from jobs.formats.holds import Holds
from jobs.formats.shape import Leftovers, Rendering, is_blank, type_name
from jobs.record import Record, RecordError

NAME = "text"
HOLDS = Holds(kinds=frozenset({"text"}), columns=frozenset({"text"}))


def parse(obj: Any) -> Record:
    """A row with a ``text`` column.

    Raises:
        RecordError: ``missing_field``, ``wrong_type``, ``empty_text``.
    """
    left = Leftovers(obj)
    if "text" not in left.fields:
        raise RecordError("missing_field", "expected a column text", "$.text")
    text = left.fields.pop("text")
    if text is None or (isinstance(text, str) and (is_blank(text) or text.strip().lower() == "nan")):
        raise RecordError("empty_text", "expected text, came none", "$.text")
    if not isinstance(text, str):
        raise RecordError("wrong_type", f"expected text, came {type_name(text)}", "$.text")
    return left.record("text", NAME, text=text)


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``."""
    HOLDS.demand(record, NAME)
    return Rendering(record, NAME).finish({"text": record.text})
