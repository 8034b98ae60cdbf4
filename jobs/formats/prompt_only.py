"""TRL's prompt-only rows: ``{"prompt"}``, as text or as a list of messages, for trainers that sample the answers.

TRL ``docs/source/dataset_formats.md`` (GRPO, RLOO, online DPO); what a reward function needs stands in other columns.
No dialogue format can hold such a row: without an answer it would train nothing there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jobs.formats.answers import FLAVOURS, read_question, write_question
from jobs.formats.dialogue import read_tools, write_tools
from jobs.formats.holds import MESSAGES
from jobs.formats.media import read_media, write_media
from jobs.formats.shape import Leftovers, Rendering
from jobs.record import Media, Record, RecordError

NAME, KIND = "prompt_only", "prompt"
HOLDS = replace(MESSAGES, name=NAME, kinds=frozenset({KIND}), columns=MESSAGES.columns | {"prompt"}, prompt_apart=True)
# Columns that hold the answer in somebody's data: a row with one needs a field mapping, or its format named.
_ANSWERS = frozenset({"response", "responses", "output", "answer", "answers", "reply", "target"})


def is_prompt(obj: dict[str, Any]) -> bool:
    """Whether a row of no other format has a prompt and no column that looks like its answer."""
    prompt = obj.get("prompt")
    return isinstance(prompt, str | list) and bool(prompt) and _ANSWERS.isdisjoint(obj)


def parse(obj: Any) -> Record:
    """A row of a prompt.

    Raises:
        RecordError: ``missing_field``, ``no_user_turn``, and what the readers of turns raise.
    """
    left = Leftovers(obj)
    if "prompt" not in left.fields:
        raise RecordError("missing_field", "expected a column prompt", "$.prompt")
    media: list[Media] = []
    messages = read_question(left, media) or []
    if not any(message.role == "user" for message in messages):
        raise RecordError("no_user_turn", "expected at least one turn of a user", "$.prompt")
    return left.record(KIND, NAME, messages=messages, tools=read_tools(left), media=media or read_media(left, messages))


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``."""
    HOLDS.demand(record, NAME)
    rendering = Rendering(record, NAME)
    media = list(record.media)
    row: dict[str, Any] = {}
    write_question(record.messages, rendering, FLAVOURS[rendering.shape.get("flavour", "chatml")], row, media)
    write_tools(rendering, record.tools, row)
    write_media(rendering, media, row)
    return rendering.finish(row)
