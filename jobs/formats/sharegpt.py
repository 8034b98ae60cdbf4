"""ShareGPT: ``{"conversations": [{"from": "human", "value": ...}, ...], "system"?, "tools"?}``, with media columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jobs.formats.dialogue import parse_dialogue, render_dialogue
from jobs.formats.holds import DIALOGUE
from jobs.formats.turn_list import SHAREGPT
from jobs.record import Record

NAME, KEY = "sharegpt", "conversations"
HOLDS = replace(DIALOGUE, name=NAME, columns=DIALOGUE.columns | {KEY})


def parse(obj: Any) -> Record:
    """A row of ShareGPT turns; see ``parse_dialogue`` for what it refuses."""
    return parse_dialogue(obj, NAME, KEY, SHAREGPT)


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``; a record from another format gets its system prompt as the first turn."""
    HOLDS.demand(record, NAME)
    return render_dialogue(record, NAME, KEY, SHAREGPT)
