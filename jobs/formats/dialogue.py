"""Rows that are one list of turns and what goes with it: system column, tools, media. Shared by ShareGPT and ChatML."""

from __future__ import annotations

from typing import Any

import orjson

from jobs.formats.checks import check_dialogue
from jobs.formats.media import read_media, write_media
from jobs.formats.shape import Leftovers, Rendering, finish_plain, is_blank
from jobs.formats.tool_calls import check_tools
from jobs.formats.turn_list import Flavour, read_turns, write_plain_turns, write_turns
from jobs.record import NO_META, Media, Message, Record, RecordError

LIST_KEYS = ("messages", "conversations", "conversation")


def parse_dialogue(obj: Any, name: str, key: str, style: Flavour) -> Record:
    """A row whose turns stand under ``key``, or under another of ``LIST_KEYS``.

    Raises:
        RecordError: ``missing_field``, ``bad_tools``, ``bad_media``, ``no_user_turn``, ``no_assistant_turn`` and what
            ``read_turns`` raises.
    """
    left = Leftovers(obj)
    messages, media = read_prompt(left, key, style)
    check_dialogue(messages, "$")
    return left.record(
        "chat", name, messages=messages, tools=read_tools(left), media=media or read_media(left, messages)
    )


def render_dialogue(record: Record, name: str, key: str, style: Flavour) -> dict[str, Any]:
    """The inverse of ``parse_dialogue``. A preference becomes its prompt and the chosen answer."""
    plain = not (record.tools or record.media or record.chosen)
    row: dict[str, Any]
    if plain and record.extras is None and record.meta == NO_META:
        return {key: write_plain_turns(record.messages, style)}
    if plain and finish_plain(record, name, row := {key: write_plain_turns(record.messages, style)}):
        return row
    rendering = Rendering(record, name)
    row = {}
    media = list(record.media)
    if record.chosen:
        rendering.join_turns("messages", "chosen", len(record.messages), "messages")
    write_prompt(rendering, [*record.messages, *record.chosen], key, style, row, media)
    write_tools(rendering, record.tools, row)
    write_media(rendering, media, row)
    return rendering.finish(row)


def read_prompt(left: Leftovers, key: str, style: Flavour) -> tuple[list[Message], list[Media]]:
    """Take the system column and the list of turns; the media are those of content parts that carry a path."""
    found = key if key in left.fields else next((k for k in LIST_KEYS if k in left.fields), None)
    if found is None:
        raise RecordError("missing_field", f"expected a list of turns under {key}", f"$.{key}")
    if found != key:
        left.shape["key"] = found
    items = left.fields.pop(found)
    messages: list[Message] = []
    media: list[Media] = []
    if "system" in left.fields and (system := left.take_text("system")):
        left.shape["system"] = "column"
        messages.append(Message("system", system))
    messages += read_turns(items, f"$.{found}", style, left, "messages", media, start=len(messages))
    return messages, media


def write_prompt(
    rendering: Rendering, messages: list[Message], key: str, style: Flavour, row: dict[str, Any], media: list[Media]
) -> None:
    """The inverse of ``read_prompt``."""
    start = 0
    if rendering.shape.get("system") == "column" and messages and messages[0].role == "system":
        row["system"] = messages[0].content
        start = 1
    found = rendering.shape.get("key", key)
    row[found] = write_turns(messages[start:], style, rendering, "messages", media, start)


def read_tools(left: Leftovers) -> str | None:
    """Take the ``tools`` column as JSON text of a list; see ``check_tools``."""
    if "tools" not in left.fields:
        return _read_functions(left)
    value = left.fields["tools"]
    if not value or (isinstance(value, str) and is_blank(value)):
        left.note_blank("tools")
        return None
    tools = check_tools(left.fields.pop("tools"))
    if not isinstance(value, str):
        left.shape["tools"] = "list"
    return tools


def _read_functions(left: Leftovers) -> str | None:
    """OpenAI's column ``functions`` of the time before tools."""
    value = left.fields.get("functions")
    if not isinstance(value, list) or not value or not all(isinstance(function, dict) for function in value):
        return None
    del left.fields["functions"]
    left.shape["tools"] = "functions"
    return check_tools([{"type": "function", "function": function} for function in value], "$.functions")


def write_tools(rendering: Rendering, tools: str | None, row: dict[str, Any]) -> None:
    """The inverse of ``read_tools``: JSON text, which LLaMA-Factory and Arrow want, unless the source had a list."""
    if tools and rendering.shape.get("tools") == "functions":
        row["functions"] = [tool["function"] for tool in orjson.loads(tools)]
    elif tools:
        row["tools"] = orjson.loads(tools) if rendering.shape.get("tools") == "list" else tools
