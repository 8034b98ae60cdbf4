"""Axolotl's ``chat_template`` data: role/content messages with ``train`` on a turn that is or is not trained.

Its ``docs/dataset-formats/conversation.qmd``; ``train_detail`` (spans of characters) is a key of the turn and is kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jobs.formats.chatml import HOLDS as _CHATML_HOLDS
from jobs.formats.chatml import KEY
from jobs.formats.dialogue import parse_dialogue, render_dialogue
from jobs.formats.turn_list import AXOLOTL
from jobs.record import Record

NAME = "axolotl"
HOLDS = replace(_CHATML_HOLDS, name=NAME)


def parse(obj: Any) -> Record:
    """A row of messages; see ``parse_dialogue`` for what it refuses."""
    return parse_dialogue(obj, NAME, KEY, AXOLOTL)


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``."""
    HOLDS.demand(record, NAME)
    return render_dialogue(record, NAME, KEY, AXOLOTL)
