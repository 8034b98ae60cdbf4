"""ChatML, also called OpenAI messages: ``{"messages": [{"role", "content", "tool_calls"?, ...}], "tools"?}``."""

from __future__ import annotations

from typing import Any

from jobs.formats.dialogue import parse_dialogue, render_dialogue
from jobs.formats.holds import Holds
from jobs.formats.turn_list import CHATML
from jobs.record import Record

NAME, KEY = "chatml", "messages"
HOLDS = Holds(
    kinds=frozenset({"chat", "preference", "unpaired_preference"}),
    columns=frozenset({KEY, "tools", "images", "videos", "audios"}),
    name=NAME,
    any_order=True,
    needs_prompt=True,
    tool_turns=True,
    tools=True,
    call_ids=True,
    content_beside_calls=True,
    turn_fields=True,
    media=True,
)


def parse(obj: Any) -> Record:
    """A row of role/content messages; see ``parse_dialogue`` for what it refuses."""
    return parse_dialogue(obj, NAME, KEY, CHATML)


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``."""
    HOLDS.demand(record, NAME)
    return render_dialogue(record, NAME, KEY, CHATML)
