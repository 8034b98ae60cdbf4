"""OpenAI's preference rows: ``{"input": {"messages", "tools"?, ...}, "preferred_output", "non_preferred_output"}``.

The guide and the upload check use those names; the published OpenAPI schema (``FineTunePreferenceRequestInput``) calls
the two answers ``preferred_completion`` and ``non_preferred_completion``. Both are read, the guide's are written.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from jobs.formats.answers import demand_answer
from jobs.formats.holds import MESSAGES
from jobs.formats.shape import Leftovers, Rendering
from jobs.formats.tool_calls import check_tools
from jobs.formats.turn_list import CHATML, read_turns, write_turns
from jobs.record import Media, Record, RecordError

NAME = "openai_preference"
PAIRS = (("preferred_output", "non_preferred_output"), ("preferred_completion", "non_preferred_completion"))
HOLDS = replace(
    MESSAGES,
    name=NAME,
    kinds=frozenset({"preference"}),
    columns=frozenset({"input", *PAIRS[0]}),
    merges=frozenset({"input"}),
    needs_prompt=False,
    prompt_apart=True,
    preferences=True,
    media=False,
)


def answer_keys(obj: dict[str, Any]) -> tuple[str, str] | None:
    """The names of the row's two answers; None when it is no such row."""
    if not isinstance(obj.get("input"), dict):
        return None
    return next((pair for pair in PAIRS if pair[0] in obj and pair[1] in obj), None)


def parse(obj: Any) -> Record:
    """A row of a prompt and two answers to it.

    Raises:
        RecordError: ``missing_field``, ``wrong_role``, ``bad_tools``, and what ``read_turns`` raises.
    """
    left = Leftovers(obj)
    keys = answer_keys(left.fields)
    if keys is None:
        raise RecordError("missing_field", "expected input, preferred_output and non_preferred_output", "$.input")
    if keys != PAIRS[0]:
        left.shape["keys"] = list(keys)
    asked = dict(left.fields.pop("input"))
    if "messages" not in asked:
        raise RecordError("missing_field", "expected a list of messages", "$.input.messages")
    media: list[Media] = []
    messages = read_turns(asked.pop("messages"), "$.input.messages", CHATML, left, "messages", media)
    answers = []
    for slot, key in zip(("chosen", "rejected"), keys, strict=True):
        answers.append(read_turns(left.fields.pop(key), f"$.{key}", CHATML, left, slot, media))
        demand_answer(answers[-1], f"$.{key}")
    tools = None
    if isinstance(asked.get("tools"), list) and asked["tools"]:
        tools = check_tools(asked.pop("tools"), "$.input.tools")
    if asked:
        left.fields["input"] = asked
    return left.record(
        "preference", NAME, messages=messages, chosen=answers[0], rejected=answers[1], tools=tools, media=media
    )


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``."""
    HOLDS.demand(record, NAME)
    rendering = Rendering(record, NAME)
    media = list(record.media)
    asked: dict[str, Any] = {"messages": write_turns(record.messages, CHATML, rendering, "messages", media)}
    if record.tools:
        asked["tools"] = orjson.loads(record.tools)
    kept = rendering.fields.get("input")
    if isinstance(kept, dict):
        asked = {**kept, **asked}
    row: dict[str, Any] = {"input": asked}
    keys = rendering.shape.get("keys", PAIRS[0])
    for slot, key, answer in zip(("chosen", "rejected"), keys, (record.chosen, record.rejected), strict=True):
        row[key] = write_turns(answer, CHATML, rendering, slot, media)
    return rendering.finish(row)
