"""What a format can hold, and so what a record loses in it: the one table behind ``what_is_lost`` and the docs'
matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from jobs.formats.checks import alternates
from jobs.formats.media import media_mismatch
from jobs.formats.shape import SHAPE, TURNS, look_at_extras
from jobs.record import Message, Record, RecordError

# Without these a row says something else than the record: rendering refuses rather than writes it.
ESSENTIAL = frozenset(
    {
        "kind",
        "turn_order",
        "last_answer",
        "prompt",
        "answer_turns",
        "tool_turns",
        "tool_calls",
        "history",
        "negative_label",
    }
)
CHAT_KINDS = frozenset({"chat", "preference", "unpaired_preference"})
MEDIA_COLUMNS = frozenset({"images", "videos", "audios"})


@dataclass(frozen=True, slots=True)
class Holds:
    """A format's room.

    Attributes:
        name: whose spelling the format reads back (``$shape``), and so whose role ``developer``.
        columns: the names that the format writes itself, so that no unknown column of that name fits;
            ``merges``: those of them that take the keys of an unknown column that is an object.
        any_order: turns need not alternate; ``later_systems``: system prompts may stand before any question.
        answer_last: the last turn has to be an assistant's.
        needs_prompt: a pair needs a question somewhere; ``prompt_apart``: its prompt is a column of its own.
        long_answers: an answer may be several turns.
        turn_fields: turns are objects that may have keys of their own.
    """

    kinds: frozenset[str]
    columns: frozenset[str]
    name: str = ""
    merges: frozenset[str] = frozenset()
    any_order: bool = False
    later_systems: bool = False
    answer_last: bool = False
    needs_prompt: bool = False
    prompt_apart: bool = False
    long_answers: bool = True
    history: bool = True
    tool_turns: bool = False
    tools: bool = False
    call_ids: bool = False
    content_beside_calls: bool = False
    turn_fields: bool = False
    preferences: bool = False
    labels: bool = False
    media: bool = False
    _takes_all_turns: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        takes = self.any_order and self.call_ids and self.turn_fields and self.content_beside_calls
        object.__setattr__(self, "_takes_all_turns", takes and not self.answer_last)

    def losses(self, record: Record) -> list[str]:
        """Names of what the format cannot hold of ``record``; empty when nothing is lost."""
        if record.kind not in self.kinds:
            return ["kind"]
        lost = [] if record.kind == "chat" else self._preference_losses(record)
        if not self._takes_all_turns:
            lost += self._turn_losses([*record.messages, *record.chosen, *record.rejected], record)
        if not (record.extras or record.tools or record.media or record.rating is not None):
            return lost
        if record.tools and not self.tools:
            lost.append("tools")
        if record.media and not self.media:
            lost.append("media")
        elif record.media and media_mismatch(record):
            lost.append("media_places")
        if record.rating is not None:
            lost.append("rating")
        return lost + self._extras_losses(record)

    def demand(self, record: Record, name: str) -> None:
        """Refuse a record whose sense the format cannot carry.

        Raises:
            RecordError: ``cannot_hold``, naming what.
        """
        if record.kind == "chat" and self._takes_all_turns and "chat" in self.kinds:
            return
        lost = ["kind"]
        if record.kind in self.kinds:
            said = [*record.messages, *record.chosen, *record.rejected]
            lost = [*self._preference_losses(record), *self._turn_losses(said, record)]
        lost = [loss for loss in lost if loss in ESSENTIAL]
        if lost:
            raise RecordError("cannot_hold", f"the format {name} has no place for {', '.join(lost)}")

    def _preference_losses(self, record: Record) -> list[str]:
        if record.kind in ("chat", "text"):
            return []
        lost = ["rejected"] if record.rejected and not self.preferences else []
        asked = any(m.role == "user" for m in [*record.messages, *record.chosen])
        if (self.needs_prompt and not asked) or (self.prompt_apart and not record.messages):
            lost.append("prompt")
        if record.label is not None and not self.labels:
            # A completion that people marked as bad must not become an example to follow.
            lost.append("label" if record.label else "negative_label")
        return lost

    def _turn_losses(self, messages: list[Message], record: Record) -> list[str]:
        if record.kind == "text":
            return []
        lost = self._order_losses(record)
        if not self.tool_turns:
            if any(m.role == "tool" for m in messages):
                lost.append("tool_turns")
            if any(m.tool_calls is not None for m in messages):
                lost.append("tool_calls")
        elif not self.content_beside_calls and any(m.tool_calls is not None and m.content for m in messages):
            lost.append("content_beside_tool_calls")
        if not self.call_ids and any(m.tool_call_id is not None or _call_ids(m) for m in messages):
            lost.append("tool_call_id")
        if not self.turn_fields:
            lost += [
                f"message.{key}" for key in ("name", "train") if any(getattr(m, key) is not None for m in messages)
            ]
        return lost

    def _order_losses(self, record: Record) -> list[str]:
        lost = []
        said = [*record.messages, *record.chosen]
        if not self.any_order:
            if not alternates(_without_later_systems(said) if self.later_systems else said):
                lost.append("turn_order")
            if not self.history and sum(m.role == "user" for m in said) > 1:
                lost.append("history")
        if self.answer_last and said and said[-1].role != "assistant":
            lost.append("last_answer")
        if not self.long_answers and (len(record.chosen) > 1 or len(record.rejected) > 1):
            lost.append("answer_turns")
        return lost

    def _extras_losses(self, record: Record) -> list[str]:
        extras = look_at_extras(record)
        if not extras:
            return []
        shape = extras.get(SHAPE)
        developer = shape and "turns" in shape and shape.get("format") != self.name and _has_developer(shape["turns"])
        lost = ["message.developer"] if developer else []
        if not self.turn_fields and TURNS in extras:
            keys = {key for slot in extras[TURNS].values() for kept in slot.values() for key in kept}
            lost += [f"message.{key}" for key in sorted(keys)]
        if self.columns.isdisjoint(extras):
            return lost
        taken = sorted(self.columns & extras.keys())
        return lost + [f"extras.{n}" for n in taken if not (n in self.merges and isinstance(extras[n], dict))]


# Turns in any order with tools and media: what most formats of dialogues have in common.
DIALOGUE = Holds(
    kinds=CHAT_KINDS,
    columns=MEDIA_COLUMNS | {"tools"},
    any_order=True,
    needs_prompt=True,
    tool_turns=True,
    tools=True,
    turn_fields=True,
    media=True,
)
# The same with OpenAI's calls, which have ids and may stand beside text.
MESSAGES = replace(DIALOGUE, call_ids=True, content_beside_calls=True)


def _has_developer(noted: dict[str, Any]) -> bool:
    return any(note.get("role") == "developer" for slot in noted.values() for note in slot.values())


def _call_ids(message: Message) -> bool:
    return bool(message.tool_calls) and any("id" in call for call in orjson.loads(message.tool_calls or "[]"))


def _without_later_systems(messages: list[Message]) -> list[Message]:
    """The turns less every system prompt that stands right before a question."""
    pairs = zip(messages, [*messages[1:], None], strict=True)
    return [m for m, after in pairs if not (m.role == "system" and after is not None and after.role == "user")]
