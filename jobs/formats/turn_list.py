"""A list of turns with a role and a content: what ShareGPT (from, value) and ChatML (role, content) share.

Both directions live here once; a format is a ``Flavour``, the names it gives to the same things.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jobs.formats.content_parts import read_parts, write_parts
from jobs.formats.reasoning import join_reasoning, part_reasoning, take_reasoning
from jobs.formats.shape import Leftovers, Rendering, is_blank, type_name
from jobs.formats.tool_calls import read_function_call, read_openai, write_function_call, write_openai
from jobs.record import Media, Message, RecordError

CALL = "call"
# OpenAI's key of a single call before there were tool_calls.
LEGACY_CALL = "function_call"
# Every word that a data set in the wild uses for a role. ``call`` is an assistant turn that holds JSON of a tool call.
ROLE_WORDS = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "tool_response": "tool",
    "function_call": CALL,
    "tool_call": CALL,
}
# Keys under which trainers say whether a turn is trained: OpenAI, Axolotl (two), ms-swift, LLaMA-Factory v1.
_TRAIN_KEYS = {"weight": int, "train": bool, "training": bool, "loss": bool, "loss_weight": float}


@dataclass(frozen=True, slots=True)
class Flavour:
    """How a format names roles and keys. ``calls_as_text``: a tool call is a turn of its own, as in ShareGPT."""

    role_key: str
    content_key: str
    words: dict[str, str]
    train_key: str
    calls_as_text: bool
    # Words that need no note to be written back, since they are what the flavour writes by itself.
    plain: dict[str, str] = field(default_factory=dict)


def flavour(role_key: str, content_key: str, words: dict[str, str], train_key: str, *, calls_as_text: bool) -> Flavour:
    """A flavour whose own words (role -> word) are the plain ones."""
    plain = {word: role for role, word in words.items() if role != CALL}
    return Flavour(role_key, content_key, words, train_key, calls_as_text, plain)


SHAREGPT = flavour(
    "from",
    "value",
    {"system": "system", "user": "human", "assistant": "gpt", "tool": "observation", CALL: "function_call"},
    "train",
    calls_as_text=True,
)
CHATML = flavour(
    "role",
    "content",
    {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool", CALL: "function_call"},
    "weight",
    calls_as_text=False,
)
# ms-swift has a tool call as a turn of its own; its MessagesPreprocessor drops every key of a turn but these.
SWIFT = flavour(
    "role",
    "content",
    {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool", CALL: "tool_call"},
    "loss",
    calls_as_text=True,
)
# Axolotl's ``message_field_training: train``.
AXOLOTL = flavour("role", "content", CHATML.words, "train", calls_as_text=False)


def read_turns(
    items: Any, path: str, style: Flavour, left: Leftovers, slot: str, media: list[Media], start: int = 0
) -> list[Message]:
    """Turns -> messages; notes and unknown keys go to ``left`` under ``slot``, counted from ``start``.

    Raises:
        RecordError: ``wrong_type``, ``empty_dialogue``, ``unknown_role``, ``empty_turn``, ``bad_tool_call``,
            ``bad_part``.
    """
    if not isinstance(items, list):
        raise RecordError("wrong_type", f"expected a list of turns, came {type_name(items)}", path)
    if not items:
        raise RecordError("empty_dialogue", "expected at least one turn", path)
    role_key, content_key, plain = style.role_key, style.content_key, style.plain
    messages = []
    for i, item in enumerate(items):
        if isinstance(item, dict) and len(item) == 2:
            word, content = item.get(role_key), item.get(content_key)
            if type(content) is str and type(word) is str and word in plain and content and not content.isspace():
                messages.append(Message(plain[word], content))
                continue
        messages.append(_read_turn(item, f"{path}[{i}]", style, left, slot, start + i, media))
    return messages


def write_turns(
    messages: list[Message], style: Flavour, rendering: Rendering, slot: str, media: list[Media], start: int = 0
) -> list[dict[str, Any]]:
    """The inverse of ``read_turns``; takes the paths of media parts from the front of ``media``."""
    notes, kept = rendering.turn_notes(slot) if rendering.shape else {}, rendering.turns.get(slot)
    if not notes and not kept and "train" not in rendering.shape:
        return write_plain_turns(messages, style)
    train_key = rendering.shape.get("train")
    rows = []
    for i, message in enumerate(messages, start):
        row = _write_turn(message, style, notes.get(str(i), {}), train_key, media)
        rows.append({**row, **(kept or {}).get(str(i), {})})
    return rows


def write_plain_turns(messages: list[Message], style: Flavour) -> list[dict[str, Any]]:
    """Turns of messages that have no notes."""
    words, role_key, content_key = style.words, style.role_key, style.content_key
    return [
        {role_key: words[m.role], content_key: m.content}
        if m.name is None and m.tool_calls is None and m.tool_call_id is None and m.train is None
        else _write_turn(m, style, {}, None, [])
        for m in messages
    ]


def _read_turn(
    item: Any, where: str, style: Flavour, left: Leftovers, slot: str, index: int, media: list[Media]
) -> Message:
    if not isinstance(item, dict):
        raise RecordError("wrong_type", f"expected a turn as an object, came {type_name(item)}", where)
    rest = dict(item)
    role = _read_role(rest.pop(style.role_key, None), f"{where}.{style.role_key}", style, left, slot, index)
    at = f"{where}.{style.content_key}"
    content = rest.pop(style.content_key, None)
    if role == CALL:
        tool_calls, text_style = read_function_call(content, at)
        left.note_turn(slot, index, call=text_style)
        message = Message("assistant", tool_calls=tool_calls)
    else:
        message = Message(role, _read_content(content, at, left, slot, index, media))
        if rest.get("tool_calls") and role == "assistant":
            message.tool_calls, styles = read_openai(rest.pop("tool_calls"), f"{where}.tool_calls")
            if any(s != "spaced" for s in styles):
                left.note_turn(slot, index, arguments=styles)
        elif isinstance(rest.get(LEGACY_CALL), dict) and role == "assistant":
            call = {"type": "function", "function": rest.pop(LEGACY_CALL)}
            message.tool_calls, styles = read_openai([call], f"{where}.{LEGACY_CALL}")
            left.note_turn(slot, index, legacy=True, arguments=styles)
        # A tool may well return nothing and a system prompt may say nothing; a person or a model that says nothing
        # is a defect.
        content = message.content
        if message.tool_calls is None and (content is None or (role in ("user", "assistant") and is_blank(content))):
            raise RecordError("empty_turn", f"expected text in a turn of role {role}, came none", at)
        if role == "assistant" and "parts" not in left.notes_of(slot, index):
            _fold_reasoning(message, rest, left, slot, index)
    message.train = _read_train(rest, left, slot, index)
    for key in ("name", "tool_call_id"):
        if isinstance(rest.get(key), str):
            setattr(message, key, rest.pop(key))
    if rest:
        left.keep_of_turn(slot, index, rest)
    return message


def _read_content(content: Any, where: str, left: Leftovers, slot: str, index: int, media: list[Media]) -> str | None:
    if isinstance(content, list):
        content, outlines = read_parts(content, where, media)
        left.note_turn(slot, index, parts=outlines)
    elif content is not None and not isinstance(content, str):
        raise RecordError("wrong_type", f"expected text or a list of parts, came {type_name(content)}", where)
    return content


def _fold_reasoning(message: Message, rest: dict[str, Any], left: Leftovers, slot: str, index: int) -> None:
    taken = take_reasoning(rest)
    if taken:
        content = message.content
        left.note_turn(slot, index, reasoning=[taken[0], None if content else content])
        message.content = join_reasoning(taken[1], content)


def _read_role(word: Any, where: str, style: Flavour, left: Leftovers, slot: str, index: int) -> str:
    if isinstance(word, str):
        role = style.plain.get(word)
        if role is not None:
            return role
        role = ROLE_WORDS.get(word.strip().lower())
        if role is not None:
            if word != style.words[role]:
                left.note_turn(slot, index, role=word)
            return role
    expected = ", ".join(sorted({*style.words.values()}))
    raise RecordError("unknown_role", f"expected one of {expected}, came {_word_kind(word)}", where)


def _word_kind(word: Any) -> str:
    return "another word" if isinstance(word, str) else type_name(word)


def _read_train(rest: dict[str, Any], left: Leftovers, slot: str, index: int) -> bool | None:
    for key in _TRAIN_KEYS:
        value = rest.get(key)
        says = isinstance(value, bool | int | float) and value in (0, 1)
        if says and left.shape.setdefault("train", key) == key:
            del rest[key]
            return bool(value)
    return None


def _write_content(m: Message, key: str, notes: dict[str, Any], media: list[Media], row: dict[str, Any]) -> None:
    content: Any = m.content
    if "parts" in notes:
        parts = write_parts(content or "", notes["parts"], media)
        content = content if parts is None else parts
    elif "reasoning" in notes:
        field_name, blank = notes["reasoning"]
        reasoning, answer = part_reasoning(content)
        if reasoning is not None:
            row[field_name] = reasoning
            content = answer or blank
    # Beside tool calls too, where OpenAI lets it be left out: LLaMA-Factory, ms-swift and TRL index it.
    row[key] = content


def _write_turn(
    m: Message, style: Flavour, notes: dict[str, Any], train_key: str | None, media: list[Media]
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    as_call = m.tool_calls is not None and ("call" in notes or (style.calls_as_text and "arguments" not in notes))
    role = CALL if as_call else m.role
    row[style.role_key] = notes.get("role", style.words[role])
    if as_call:
        row[style.content_key] = write_function_call(m.tool_calls or "[]", notes.get("call"))
    else:
        _write_content(m, style.content_key, notes, media, row)
        if m.tool_calls is not None:
            calls = write_openai(m.tool_calls, notes.get("arguments"))
            if "legacy" in notes:
                row[LEGACY_CALL] = calls[0]["function"]
            else:
                row["tool_calls"] = calls
    if m.name is not None:
        row["name"] = m.name
    if m.tool_call_id is not None:
        row["tool_call_id"] = m.tool_call_id
    if m.train is not None:
        key = train_key or style.train_key
        row[key] = _TRAIN_KEYS[key](m.train)
    return row
