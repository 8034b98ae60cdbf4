"""ms-swift: ``{"messages", "rejected_response" or "rejected_messages"?, "label"?, "objects"?, "channel"?, ...}``.

Its ``docs/source_en/Customization/Custom-dataset.md``: a refused answer stands beside the dialogue whose last turn is
the preferred one; ``query`` and ``response`` may stand for the last exchange and ``history`` for those before; ``loss``
on a turn says whether it is trained; ``objects`` (grounding) and ``channel`` are columns.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jobs.formats import alpaca
from jobs.formats.answers import demand_answer, read_answer, shared_start
from jobs.formats.checks import alternates, check_dialogue
from jobs.formats.dialogue import LIST_KEYS, read_prompt, read_tools, write_prompt, write_tools
from jobs.formats.holds import DIALOGUE as _DIALOGUE
from jobs.formats.media import read_media, write_media
from jobs.formats.shape import Leftovers, Rendering
from jobs.formats.turn_list import SWIFT, read_turns, write_turns
from jobs.record import Media, Message, Record, RecordError

NAME, KEY = "swift", "messages"
RESPONSE, DIALOGUE = "rejected_response", "rejected_messages"
QUERY, ANSWER = "query", "response"
_OTHER_ROWS = frozenset({*LIST_KEYS, "instruction", "input", "output", "chosen", "rejected", "prompt", "completion"})
HOLDS = replace(
    _DIALOGUE,
    name=NAME,
    columns=_DIALOGUE.columns | {KEY, RESPONSE, DIALOGUE, "label"},
    preferences=True,
    labels=True,
)


def parse(obj: Any) -> Record:
    """A row of ms-swift: a dialogue, a pair, or a dialogue with a verdict.

    Raises:
        RecordError: ``wrong_role`` (the dialogue does not end with the preferred answer), and what the readers of
            turns raise.
    """
    left = Leftovers(obj)
    if is_query(left.fields):
        return _parse_query(left)
    response, dialogue = _refused(left)
    # Of a pair the label says nothing that chosen and rejected do not; it stays a column.
    judged = response is None and dialogue is None and isinstance(left.fields.get("label"), bool)
    label = left.fields.pop("label") if judged else None
    messages, media = read_prompt(left, KEY, SWIFT)
    check_dialogue(messages, "$")
    rest: dict[str, Any] = {"tools": read_tools(left)}
    if response is None and dialogue is None:
        kind = "chat" if label is None else "unpaired_preference"
        media = media or read_media(left, messages)
        return left.record(kind, NAME, messages=messages, label=label, media=media, **rest)
    demand_answer(messages, f"$.{KEY}")
    if dialogue is None:
        rejected, _ = read_answer(response, f"$.{RESPONSE}", left, "rejected", media)
        shared = len(messages) - 1
    else:
        if response is not None:
            left.fields[RESPONSE] = response
        rejected, shared = _read_dialogue(dialogue, left, messages, media)
    media = media or read_media(left, messages)
    chosen = messages[shared:]
    left.part_turns("messages", shared, "messages", "chosen")
    return left.record(
        "preference", NAME, messages=messages[:shared], chosen=chosen, rejected=rejected, media=media, **rest
    )


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``; a refused answer of one plain turn is written as ``rejected_response``."""
    HOLDS.demand(record, NAME)
    rendering = Rendering(record, NAME)
    if rendering.shape.get("query") and alternates([*record.messages, *record.chosen]):
        return _render_query(record, rendering)
    media = list(record.media)
    row: dict[str, Any] = {}
    if record.rejected:
        rendering.join_turns("messages", "rejected", len(record.messages), "rejected")
    if record.chosen:
        rendering.join_turns("messages", "chosen", len(record.messages), "messages")
    write_prompt(rendering, [*record.messages, *record.chosen], KEY, SWIFT, row, media)
    if record.rejected:
        refused = record.rejected
        if rendering.shape.get("refused") == "dialogue" or not _is_plain_answer(record):
            start = 1 if rendering.shape.get("system") == "column" else 0
            turns = [*record.messages[start:], *refused]
            row[DIALOGUE] = write_turns(turns, SWIFT, rendering, "rejected", media, start)
        else:
            row[RESPONSE] = refused[0].content
    if record.label is not None:
        row["label"] = record.label
    write_tools(rendering, record.tools, row)
    write_media(rendering, media, row)
    return rendering.finish(row)


def is_query(obj: dict[str, Any]) -> bool:
    """Whether a row has its last exchange in ``query`` and ``response``, and those before in ``history``."""
    return QUERY in obj and ANSWER in obj and _OTHER_ROWS.isdisjoint(obj)


def _parse_query(left: Leftovers) -> Record:
    """The row read as Alpaca's, whose columns mean the same by other names."""
    refused, dialogue = _refused(left)
    if dialogue is not None:
        left.fields[DIALOGUE] = dialogue
    left.shape["query"] = True
    left.fields["instruction"], left.fields["output"] = left.fields.pop(QUERY), left.fields.pop(ANSWER)
    try:
        messages = alpaca.read_prompt(left)
        chosen = [Message("assistant", alpaca.read_output(left))]
    except RecordError as error:
        path = error.path.replace("$.instruction", f"$.{QUERY}").replace("$.output", f"$.{ANSWER}")
        raise RecordError(error.reason, error.detail, path) from None
    rest: dict[str, Any] = {"tools": read_tools(left), "media": read_media(left, messages)}
    if refused is None:
        return left.record("chat", NAME, messages=[*messages, *chosen], **rest)
    rejected, _ = read_answer(refused, f"$.{RESPONSE}", left, "rejected", [])
    return left.record("preference", NAME, messages=messages, chosen=chosen, rejected=rejected, **rest)


def _render_query(record: Record, rendering: Rendering) -> dict[str, Any]:
    said = [*record.messages, *record.chosen]
    row = alpaca.write_prompt(rendering, said[:-1])
    row[QUERY] = row.pop("instruction", "")
    row[ANSWER] = said[-1].content
    if record.rejected:
        row[RESPONSE] = record.rejected[0].content
    write_tools(rendering, record.tools, row)
    write_media(rendering, record.media, row)
    return rendering.finish(row)


def _refused(left: Leftovers) -> tuple[Any, Any]:
    """Take the two columns of refused answers; one that is null beside the other (Arrow fills so) is a blank."""
    named = [key for key in (RESPONSE, DIALOGUE) if key in left.fields]
    given = [key for key in named if left.fields[key] is not None]
    if named and not given:
        raise RecordError("empty_turn", "expected a refused answer, came null", f"$.{named[0]}")
    for key in named:
        if key not in given:
            left.note_blank(key)
    return left.fields.pop(RESPONSE, None), left.fields.pop(DIALOGUE, None)


def _read_dialogue(
    items: Any, left: Leftovers, messages: list[Message], media: list[Media]
) -> tuple[list[Message], int]:
    """The refused turns, and how many the two dialogues share before them."""
    column = messages[:1] if left.shape.get("system") == "column" else []
    turns = [*column, *read_turns(items, f"$.{DIALOGUE}", SWIFT, left, "rejected", media, start=len(column))]
    demand_answer(turns, f"$.{DIALOGUE}")
    left.shape["refused"] = "dialogue"
    # Paths inside parts could not be told apart again, were the shared turns written once.
    shared = len(column) if media else shared_start(messages, turns, left, "messages")
    left.part_turns("rejected", shared, None, "rejected")
    return turns[shared:], shared


def _is_plain_answer(record: Record) -> bool:
    only = record.rejected[0]
    return len(record.rejected) == len(record.chosen) == 1 and only == Message("assistant", only.content)
