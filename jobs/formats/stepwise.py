"""TRL's stepwise supervision: ``{"prompt", "completions": [step, ...], "labels": [is it right, ...]}``.

TRL ``docs/source/dataset_formats.md``; it trains models that judge reasoning step by step. Each step is an assistant's
message of the record; the labels stay a column of its extras. No dialogue format can hold such a row: its wrong steps
would become an example to follow.
"""

from __future__ import annotations

from typing import Any

from jobs.formats.holds import Holds
from jobs.formats.shape import Leftovers, Rendering, is_blank, type_name
from jobs.record import Message, Record, RecordError

NAME, KIND = "stepwise", "stepwise"
HOLDS = Holds(kinds=frozenset({KIND}), columns=frozenset({"prompt", "completions"}), any_order=True)


def parse(obj: Any) -> Record:
    """A row of a prompt, steps and a verdict for each step.

    Raises:
        RecordError: ``missing_field``, ``wrong_type``, ``empty_turn``, ``bad_labels`` (not one boolean a step).
    """
    left = Leftovers(obj)
    for key in ("prompt", "completions", "labels"):
        if key not in left.fields:
            raise RecordError("missing_field", f"expected a column {key}", f"$.{key}")
    prompt = left.take_text("prompt")
    if prompt is None:
        raise RecordError("empty_turn", "expected text in the prompt, came none", "$.prompt")
    steps, labels = left.fields.pop("completions"), left.fields["labels"]
    if not isinstance(steps, list) or not steps:
        raise RecordError("wrong_type", f"expected a list of steps, came {type_name(steps)}", "$.completions")
    messages = [Message("user", prompt)]
    for i, step in enumerate(steps):
        if not isinstance(step, str):
            raise RecordError("wrong_type", f"expected text, came {type_name(step)}", f"$.completions[{i}]")
        if is_blank(step):
            raise RecordError("empty_turn", "expected text in a step, came none", f"$.completions[{i}]")
        messages.append(Message("assistant", step))
    verdicts = labels if isinstance(labels, list) else []
    if len(verdicts) != len(steps) or not all(isinstance(verdict, bool) for verdict in verdicts):
        raise RecordError("bad_labels", f"expected a list of {len(steps)} booleans, one for each step", "$.labels")
    return left.record(KIND, NAME, messages=messages)


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``."""
    HOLDS.demand(record, NAME)
    row = {
        "prompt": record.messages[0].content,
        "completions": [message.content for message in record.messages[1:]],
    }
    return Rendering(record, NAME).finish(row)
