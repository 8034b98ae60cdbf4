"""TRL's prompt and completion: ``{"prompt", "completion"}``, as texts or as lists of messages.

TRL ``docs/source/dataset_formats.md``; only the completion is trained. With a boolean label it is ``preference``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jobs.formats.answers import FLAVOURS, demand_answer, read_answer, read_question, write_answer, write_question
from jobs.formats.checks import check_dialogue
from jobs.formats.dialogue import read_tools, write_tools
from jobs.formats.holds import MESSAGES
from jobs.formats.media import read_media, write_media
from jobs.formats.shape import Leftovers, Rendering
from jobs.record import Media, Record, RecordError

NAME = "prompt_completion"
HOLDS = replace(
    MESSAGES, name=NAME, columns=MESSAGES.columns | {"prompt", "completion"}, answer_last=True, prompt_apart=True
)


def parse(obj: Any) -> Record:
    """A row of a prompt and its completion.

    Raises:
        RecordError: ``missing_field``, ``wrong_role``, ``unknown_shape``, and what the readers of turns raise.
    """
    left = Leftovers(obj)
    for key in ("prompt", "completion"):
        if key not in left.fields:
            raise RecordError("missing_field", f"expected a column {key}", f"$.{key}")
    media: list[Media] = []
    completion = left.fields.pop("completion")
    messages = read_question(left, media) or []
    answer, form = read_answer(completion, "$.completion", left, "messages", media, start=len(messages))
    demand_answer(answer, "$.completion")
    left.shape |= {"completion": len(answer), "answers": [form]}
    messages += answer
    check_dialogue(messages, "$")
    return left.record(
        "chat", NAME, messages=messages, tools=read_tools(left), media=media or read_media(left, messages)
    )


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``; a dialogue from elsewhere has its last answer as the completion."""
    HOLDS.demand(record, NAME)
    rendering = Rendering(record, NAME)
    shape = rendering.shape
    style = FLAVOURS[shape.get("flavour", "chatml")]
    media = list(record.media)
    said = [*record.messages, *record.chosen]
    if record.chosen:
        rendering.join_turns("messages", "chosen", len(record.messages), "messages")
    cut = len(said) - (len(record.chosen) or shape.get("completion", 1))
    row: dict[str, Any] = {}
    write_question(said[:cut], rendering, style, row, media)
    form = shape.get("answers", ["list"])[0]
    row["completion"] = write_answer(said[cut:], form, rendering, style, "messages", media, cut)
    write_tools(rendering, record.tools, row)
    write_media(rendering, media, row)
    return rendering.finish(row)
