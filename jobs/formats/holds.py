"""What a format can hold, and so what a record loses in it: the one table behind ``what_is_lost`` and the docs'
matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from jobs.formats.checks import alternates
from jobs.formats.shape import SHAPE, TURNS
from jobs.record import Message, Record, RecordError

# Without these a row says something else than the record: rendering refuses rather than writes it.
ESSENTIAL = frozenset({"kind", "turn_order", "tool_turns", "tool_calls", "history", "negative_label"})


@dataclass(frozen=True, slots=True)
class Holds:
    """A format's room. ``columns`` are the names that it writes itself, so that no unknown column of that name fits."""

    kinds: frozenset[str]
    columns: frozenset[str]
    any_order: bool = False
    later_systems: bool = False
    history: bool = True
    tool_turns: bool = False
    tools: bool = False
    call_ids: bool = False
    content_beside_calls: bool = False
    turn_fields: bool = False
    preferences: bool = False
    media: bool = False

    def losses(self, record: Record) -> list[str]:
        """Names of what the format cannot hold of ``record``; empty when nothing is lost."""
        if record.kind not in self.kinds:
            return ["kind"]
        lost = self._preference_losses(record)
        lost += self._turn_losses([*record.messages, *record.chosen, *record.rejected], record)
        if record.tools and not self.tools:
            lost.append("tools")
        if record.media and not self.media:
            lost.append("media")
        if record.rating is not None:
            lost.append("rating")
        return lost + self._extras_losses(record)

    def demand(self, record: Record, name: str) -> None:
        """Refuse a record whose sense the format cannot carry.

        Raises:
            RecordError: ``cannot_hold``, naming what.
        """
        if (
            self.any_order
            and self.tool_turns
            and record.kind in self.kinds
            and not (record.chosen or record.rejected or record.label is not None)
        ):
            return
        lost = ["kind"]
        if record.kind in self.kinds:
            said = [*record.messages, *record.chosen, *record.rejected]
            lost = [*self._preference_losses(record), *self._turn_losses(said, record)]
        lost = [loss for loss in lost if loss in ESSENTIAL]
        if lost:
            raise RecordError("cannot_hold", f"the format {name} has no place for {', '.join(lost)}")

    def _preference_losses(self, record: Record) -> list[str]:
        if self.preferences:
            return []
        lost = ["rejected"] if record.rejected else []
        if record.label is not None:
            # A completion that people marked as bad must not become an example to follow.
            lost.append("label" if record.label else "negative_label")
        return lost

    def _turn_losses(self, messages: list[Message], record: Record) -> list[str]:
        lost = []
        if not self.any_order and record.kind != "text":
            said = [*record.messages, *record.chosen]
            if not alternates(_without_later_systems(said) if self.later_systems else said):
                lost.append("turn_order")
            if not self.history and sum(m.role == "user" for m in said) > 1:
                lost.append("history")
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

    def _extras_losses(self, record: Record) -> list[str]:
        if not record.extras:
            return []
        extras: dict[str, Any] = orjson.loads(record.extras)
        extras.pop(SHAPE, None)
        turns = extras.pop(TURNS, {})
        lost = []
        if not self.turn_fields:
            keys = {key for slot in turns.values() for kept in slot.values() for key in kept}
            lost += [f"message.{key}" for key in sorted(keys)]
        return lost + [f"extras.{name}" for name in sorted(self.columns & extras.keys())]


def _call_ids(message: Message) -> bool:
    return bool(message.tool_calls) and any("id" in call for call in orjson.loads(message.tool_calls or "[]"))


def _without_later_systems(messages: list[Message]) -> list[Message]:
    """The turns less every system prompt that stands right before a question."""
    pairs = zip(messages, [*messages[1:], None], strict=True)
    return [m for m, after in pairs if not (m.role == "system" and after is not None and after.role == "user")]
