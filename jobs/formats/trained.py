"""What of a record is trained on, before any template or tokenizer: the assistant's turns that say something, and
those of others that are switched on (Axolotl's ``train: true``).

A row without any finishes training with loss 0 and no error (trl#6668, unsloth#2095), so nothing like it is published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.record import Message, Record


def trained_turns(record: Record) -> list[int]:
    """Places of the trained turns in ``[*messages, *chosen]``.

    Of a pair the chosen answer counts, of a judged dialogue its last answer, of any other every answer and every turn
    with ``train: true``; none that is switched off by ``train: false`` or says nothing. A record of plain text has no
    turns, and of a prompt without an answer none is trained.
    """
    if record.kind == "prompt":
        return []
    start = len(record.messages) if record.kind == "preference" else 0
    turns = [*record.messages, *record.chosen]
    found = [i for i, turn in enumerate(turns) if i >= start and _trains(turn)]
    return found[-1:] if record.kind == "unpaired_preference" else found


def trains_something(row: Mapping[str, Any]) -> bool:
    """Whether a row in the shape of ``RECORD_SCHEMA`` has anything to train on; the gate of ``publish`` asks the same
    of Spark (column ``trained_turns`` in ``jobs/lake/judged_rows.py``)."""
    if row.get("kind") == "text":
        return bool((row.get("text") or "").strip())
    if row.get("kind") == "prompt":
        # Its trainer samples the answers and learns from those.
        return any((turn.get("content") or "").strip() for turn in row.get("messages") or [])
    turns: Sequence[Mapping[str, Any]] = row.get("chosen" if row.get("kind") == "preference" else "messages") or []
    return any(_trains(Message(**turn)) for turn in turns)


def _trains(turn: Message) -> bool:
    said = bool((turn.content or "").strip()) or bool(turn.tool_calls)
    return said and (turn.role == "assistant" if turn.train is None else turn.train)
