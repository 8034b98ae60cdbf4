"""A question and the answers to it in columns of their own: what preference pairs, verdicts and completions share.

Each column is a text or a list of turns; the shape notes which, so that it is written back as it was.
"""

from __future__ import annotations

from typing import Any

from jobs.formats import alpaca
from jobs.formats.dialogue import LIST_KEYS, read_prompt, write_prompt
from jobs.formats.shape import Leftovers, Rendering, is_blank, type_name
from jobs.formats.turn_list import CHATML, SHAREGPT, Flavour, read_turns, write_turns
from jobs.record import Media, Message, RecordError

FLAVOURS = {"chatml": CHATML, "sharegpt": SHAREGPT}


def flavour_name(items: Any) -> str | None:
    """Which flavour a list of turns is written in, told by the keys of its objects; None when by neither."""
    for item in items if isinstance(items, list) else [items]:
        if isinstance(item, dict):
            if "role" in item:
                return "chatml"
            if "from" in item:
                return "sharegpt"
    return None


def read_question(left: Leftovers, media: list[Media]) -> list[Message] | None:
    """The turns before the answers and a note of their form; None when the row has no prompt of its own.

    Raises:
        RecordError: ``empty_turn``, ``unknown_shape``, and what the readers of turns raise.
    """
    if "prompt" in left.fields:
        value = left.fields.pop("prompt")
        if isinstance(value, str):
            if is_blank(value):
                raise RecordError("empty_turn", "expected text in the prompt, came none", "$.prompt")
            left.shape["prompt"] = "text"
            return [Message("user", value)]
        return read_turns(value, "$.prompt", _flavour_of(value, "$.prompt", left), left, "messages", media)
    found = next((key for key in LIST_KEYS if key in left.fields), None)
    if found:
        style = _flavour_of(left.fields[found], f"$.{found}", left)
        left.shape["prompt"] = "list"
        messages, part_media = read_prompt(left, "conversations", style)
        media += part_media
        return messages
    if "instruction" in left.fields or "input" in left.fields:
        left.shape["prompt"] = "alpaca"
        return alpaca.read_prompt(left)
    return None


def write_question(
    messages: list[Message], rendering: Rendering, style: Flavour, row: dict[str, Any], media: list[Media]
) -> None:
    """The inverse of ``read_question``."""
    form = rendering.shape.get("prompt")
    if form == "text":
        row["prompt"] = messages[0].content
    elif form == "alpaca":
        row |= alpaca.write_prompt(rendering, messages)
    elif form == "list":
        write_prompt(rendering, messages, "conversations", style, row, media)
    else:
        row["prompt"] = write_turns(messages, style, rendering, "messages", media)


def read_answer(
    value: Any, path: str, left: Leftovers, slot: str, media: list[Media], start: int = 0
) -> tuple[list[Message], str]:
    """An answer's turns and its form: ``text``, ``turn`` (one object) or ``list``.

    Raises:
        RecordError: ``empty_turn``, ``unknown_shape``, and what ``read_turns`` raises.
    """
    if isinstance(value, str) or value is None:
        if value is None or is_blank(value) or value.strip().lower() == "nan":
            raise RecordError("empty_turn", "expected text in an answer, came none", path)
        return [Message("assistant", value)], "text"
    items, form = ([value], "turn") if isinstance(value, dict) else (value, "list")
    return read_turns(items, path, _flavour_of(items, path, left), left, slot, media, start), form


def write_answer(
    answer: list[Message],
    form: str,
    rendering: Rendering,
    style: Flavour,
    slot: str,
    media: list[Media],
    start: int = 0,
) -> Any:
    """The inverse of ``read_answer``."""
    if form == "text":
        return answer[0].content
    turns = write_turns(answer, style, rendering, slot, media, start)
    return turns[0] if form == "turn" else turns


def shared_start(chosen: list[Message], rejected: list[Message], left: Leftovers, slot: str) -> int:
    """How many first turns both have, leaving each at least one (TRL's ``extract_prompt`` takes the same prefix).

    Turns are the same when what is noted of them is, too; ``slot`` is where the chosen ones' notes are.
    """
    most = min(len(chosen), len(rejected)) - 1
    same = (chosen[i] == rejected[i] and left.same_turn((slot, i), ("rejected", i)) for i in range(most))
    return next((i for i, is_same in enumerate(same) if not is_same), most)


def demand_answer(answer: list[Message], path: str) -> None:
    """Refuse an answer that does not end with an assistant's turn.

    Raises:
        RecordError: ``wrong_role``.
    """
    if answer[-1].role != "assistant":
        raise RecordError("wrong_role", "expected the answer to be an assistant's turn", path)


def _flavour_of(items: Any, path: str, left: Leftovers) -> Flavour:
    name = flavour_name(items)
    if name is None:
        raise RecordError("unknown_shape", f"expected text or turns with role or from, came {type_name(items)}", path)
    if name != "chatml" and left.shape.setdefault("flavour", name) != name:
        raise RecordError("unknown_shape", "expected prompt and answers to name roles alike", path)
    return FLAVOURS[name]
