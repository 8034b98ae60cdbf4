"""Dialogues as a list of exchanges: ``{"conversation": [{"system"?, "input", "output"}, ...]}`` and its dialects.

XTuner writes ``input``/``output`` with the system prompt in the first exchange; others ``human``/``assistant``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jobs.formats.checks import check_dialogue
from jobs.formats.dialogue import LIST_KEYS
from jobs.formats.holds import Holds
from jobs.formats.shape import Leftovers, Rendering, is_blank, type_name
from jobs.record import Message, Record, RecordError

NAME, KEY = "turns", "conversation"
HOLDS = Holds(kinds=frozenset({"chat"}), columns=frozenset({KEY}), later_systems=True)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The keys of one exchange."""

    user: str = "input"
    assistant: str = "output"
    system: str = "system"


DIALECTS = (Dialect(), Dialect("human", "assistant"), Dialect("user", "assistant"), Dialect("question", "answer"))


def dialect_of(turn: Any) -> Dialect | None:
    """The dialect whose two keys the exchange has."""
    if not isinstance(turn, dict):
        return None
    return next((d for d in DIALECTS if d.user in turn and d.assistant in turn), None)


def parse(obj: Any, key: str | None = None, dialect: Dialect | None = None) -> Record:
    """A row of exchanges under ``key`` (default: the first known list column), in ``dialect`` (default: told by its
    keys).

    Raises:
        RecordError: ``missing_field``, ``wrong_type``, ``empty_dialogue``, ``unknown_shape``, ``empty_turn``.
    """
    left = Leftovers(obj)
    found = key or next((k for k in (KEY, *LIST_KEYS) if k in left.fields), KEY)
    if found not in left.fields:
        raise RecordError("missing_field", f"expected a list of exchanges under {found}", f"$.{found}")
    items = left.fields.pop(found)
    if not isinstance(items, list):
        raise RecordError("wrong_type", f"expected a list of exchanges, came {type_name(items)}", f"$.{found}")
    if not items:
        raise RecordError("empty_dialogue", "expected at least one exchange", f"$.{found}")
    spoken = dialect or next((d for d in map(dialect_of, items) if d), None)
    if spoken is None:
        raise RecordError(
            "unknown_shape", "expected exchanges like {input, output} or {human, assistant}", f"$.{found}[0]"
        )
    if found != KEY:
        left.shape["key"] = found
    if spoken != Dialect():
        left.shape["dialect"] = [spoken.user, spoken.assistant, spoken.system]
    messages: list[Message] = []
    for i, item in enumerate(items):
        _read_exchange(item, f"$.{found}[{i}]", spoken, left, messages)
    check_dialogue(messages, f"$.{found}")
    return left.record("chat", NAME, messages=messages)


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``."""
    HOLDS.demand(record, NAME)
    rendering = Rendering(record, NAME)
    dialect = Dialect(*rendering.shape.get("dialect", ()))
    kept, notes = rendering.turns.get("messages", {}), rendering.turn_notes("messages")
    exchanges: list[dict[str, Any]] = []
    current: dict[str, Any] = {}
    for i, message in enumerate(record.messages):
        key = {"system": dialect.system, "user": dialect.user, "assistant": dialect.assistant}[message.role]
        current[key] = message.content
        if message.role == "user":
            current |= {**kept.get(str(i), {}), **notes.get(str(i), {}).get("blank", {})}
        if message.role == "assistant":
            exchanges.append(current)
            current = {}
    return rendering.finish({rendering.shape.get("key", KEY): exchanges})


def _read_exchange(item: Any, where: str, dialect: Dialect, left: Leftovers, messages: list[Message]) -> None:
    if not isinstance(item, dict):
        raise RecordError("wrong_type", f"expected an exchange as an object, came {type_name(item)}", where)
    rest = dict(item)
    system = rest.get(dialect.system)
    blank: dict[str, Any] = {}
    if isinstance(system, str) and not is_blank(system):
        messages.append(Message("system", rest.pop(dialect.system)))
    elif dialect.system in rest and not system:
        blank = {dialect.system: rest.pop(dialect.system)}
    for role, key in (("user", dialect.user), ("assistant", dialect.assistant)):
        text = rest.pop(key, None)
        if text is not None and not isinstance(text, str):
            raise RecordError("wrong_type", f"expected text, came {type_name(text)}", f"{where}.{key}")
        if text is None or is_blank(text):
            raise RecordError("empty_turn", f"expected text in a turn of role {role}, came none", f"{where}.{key}")
        messages.append(Message(role, text))
    index = len(messages) - 2
    if rest:
        left.keep_of_turn("messages", index, rest)
    if blank:
        left.note_turn("messages", index, blank=blank)
