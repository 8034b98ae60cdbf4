"""ChatML, also called OpenAI messages: ``{"messages": [{"role", "content", "tool_calls"?, ...}], "tools"?}``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jobs.formats.dialogue import parse_dialogue, render_dialogue
from jobs.formats.holds import MESSAGES
from jobs.formats.turn_list import CHATML
from jobs.record import Record

NAME, KEY = "chatml", "messages"
HOLDS = replace(MESSAGES, name=NAME, columns=MESSAGES.columns | {KEY})


def parse(obj: Any) -> Record:
    """A row of role/content messages; see ``parse_dialogue`` for what it refuses."""
    return parse_dialogue(obj, NAME, KEY, CHATML)


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``."""
    HOLDS.demand(record, NAME)
    return render_dialogue(record, NAME, KEY, CHATML)
