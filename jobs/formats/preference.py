"""Preference pairs and judged answers, in the shapes of TRL and LLaMA-Factory.

Paired: ``prompt`` + ``chosen``/``rejected`` (TRL explicit, as texts or message lists), ``chosen``/``rejected`` alone
(TRL implicit: the shared beginning is the prompt; LLaMA-Factory v1 calls them ``chosen_messages``), and
``conversations`` or ``instruction`` + ``chosen``/``rejected`` (LLaMA-Factory ranking). Unpaired, with a boolean
``label``: ``messages`` (LLaMA-Factory KTO), ``prompt`` + ``completion`` (TRL) and ``instruction``/``output``.
TRL ``docs/source/dataset_formats.md`` has the names.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jobs.formats import alpaca
from jobs.formats.answers import (
    FLAVOURS,
    demand_answer,
    read_answer,
    read_question,
    shared_start,
    write_answer,
    write_question,
)
from jobs.formats.checks import check_dialogue
from jobs.formats.dialogue import LIST_KEYS, read_tools, write_prompt, write_tools
from jobs.formats.holds import DIALOGUE, MESSAGES
from jobs.formats.media import read_media, write_media
from jobs.formats.shape import Leftovers, Rendering
from jobs.formats.turn_list import Flavour
from jobs.record import Media, Message, Record, RecordError

NAME, RANKING = "preference", "ranking"
PAIRS = (("chosen", "rejected"), ("chosen_messages", "rejected_messages"))
LABELS = ("label", "kto_tag")
_KINDS = frozenset({"preference", "unpaired_preference"})
HOLDS = replace(
    MESSAGES,
    name=NAME,
    kinds=_KINDS,
    columns=MESSAGES.columns | {"prompt", "chosen", "rejected", "completion", "label"},
    needs_prompt=False,
    preferences=True,
    labels=True,
)
RANKING_HOLDS = replace(
    DIALOGUE,
    name=NAME,
    kinds=_KINDS,
    columns=DIALOGUE.columns | {"conversations", "chosen", "rejected", "label"},
    needs_prompt=False,
    prompt_apart=True,
    long_answers=False,
    preferences=True,
    labels=True,
)


def label_key(obj: dict[str, Any]) -> str | None:
    """The column that holds a verdict as a boolean; text and numbers under these names are classes, not verdicts."""
    for key in LABELS:
        if isinstance(obj.get(key), bool):
            return key
    return None


def pair_keys(obj: dict[str, Any]) -> tuple[str, str] | None:
    """The names of the two columns of a pair."""
    for pair in PAIRS:
        if pair[0] in obj and pair[1] in obj:
            return pair
    return None


def parse(obj: Any) -> Record:
    """A row of a preferred and a refused answer, or of one answer with a verdict.

    Raises:
        RecordError: ``missing_field``, ``unknown_shape``, ``wrong_role`` (an answer that is not an assistant's),
            and what
            the readers of turns raise.
    """
    left = Leftovers(obj)
    keys = pair_keys(left.fields)
    if keys:
        return _parse_pair(left, keys)
    verdict = label_key(left.fields)
    if verdict is None:
        raise RecordError("missing_field", "expected chosen and rejected, or a boolean label", "$.chosen")
    return _parse_verdict(left, verdict)


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``; a record from elsewhere is written as TRL's explicit conversational form."""
    HOLDS.demand(record, NAME)
    return _render(record, Rendering(record, NAME))


def render_ranking(record: Record) -> dict[str, Any]:
    """The record as LLaMA-Factory reads pairs (``ranking: true``) and verdicts (``kto_tag``): ShareGPT turns."""
    RANKING_HOLDS.demand(record, RANKING)
    rendering = Rendering(record, NAME)
    rendering.shape = {"prompt": "list", "flavour": "sharegpt", "answers": ["turn", "turn"]}
    return _render(record, rendering)


def _parse_pair(left: Leftovers, keys: tuple[str, str]) -> Record:
    if keys != PAIRS[0]:
        left.shape["keys"] = list(keys)
    chosen_value, rejected_value = (left.fields.pop(key) for key in keys)
    media: list[Media] = []
    messages = read_question(left, media)
    answers, forms = [], []
    for slot, key, value in (("chosen", keys[0], chosen_value), ("rejected", keys[1], rejected_value)):
        answer, form = read_answer(value, f"$.{key}", left, slot, media)
        answers.append(answer)
        forms.append(form)
    chosen, rejected = answers
    if forms != ["list", "list"]:
        left.shape["answers"] = forms
    if messages is None:
        # Paths inside parts could not be told apart again, were the shared turns written once.
        shared = 0 if media else shared_start(chosen, rejected, left, "chosen")
        left.part_turns("chosen", shared, "messages", "chosen")
        left.part_turns("rejected", shared, None, "rejected")
        left.shape["implicit"] = True
        messages, chosen, rejected = chosen[:shared], chosen[shared:], rejected[shared:]
    for key, answer in zip(keys, (chosen, rejected), strict=True):
        demand_answer(answer, f"$.{key}")
    media = media or read_media(left, messages)
    return left.record(
        "preference", NAME, messages=messages, chosen=chosen, rejected=rejected, tools=read_tools(left), media=media
    )


def _parse_verdict(left: Leftovers, key: str) -> Record:
    label = left.fields.pop(key)
    if key != "label":
        left.shape["label"] = key
    media: list[Media] = []
    completion = left.fields.pop("completion", None)
    if completion is not None:
        messages = read_question(left, media) or []
        answer, form = read_answer(completion, "$.completion", left, "messages", media, start=len(messages))
        left.shape |= {"completion": len(answer), "answers": [form]}
        messages += answer
    elif any(k in left.fields for k in LIST_KEYS):
        messages = read_question(left, media) or []
        left.shape["whole"] = True
    else:
        messages = alpaca.read_prompt(left)
        messages.append(Message("assistant", alpaca.read_output(left)))
        left.shape["prompt"] = "alpaca"
    check_dialogue(messages, "$")
    media = media or read_media(left, messages)
    return left.record("unpaired_preference", NAME, messages=messages, label=label, tools=read_tools(left), media=media)


def _render(record: Record, rendering: Rendering) -> dict[str, Any]:
    shape = rendering.shape
    style = FLAVOURS[shape.get("flavour", "chatml")]
    media = list(record.media)
    row: dict[str, Any] = {}
    if record.kind == "unpaired_preference":
        _write_verdict(record, rendering, style, row, media)
    else:
        if record.messages and not shape.get("implicit"):
            write_question(record.messages, rendering, style, row, media)
        before = record.messages if shape.get("implicit") else []
        if before:
            rendering.join_turns("messages", "chosen", len(before), "chosen")
            rendering.join_turns("messages", "rejected", len(before), "rejected")
        for i, key in enumerate(shape.get("keys", PAIRS[0])):
            answer = [*before, *(record.chosen if i == 0 else record.rejected)]
            slot = PAIRS[0][i]
            row[key] = write_answer(answer, shape.get("answers", ["list", "list"])[i], rendering, style, slot, media)
    write_tools(rendering, record.tools, row)
    write_media(rendering, media, row)
    return rendering.finish(row)


def _write_verdict(
    record: Record, rendering: Rendering, style: Flavour, row: dict[str, Any], media: list[Media]
) -> None:
    shape, messages = rendering.shape, record.messages
    row[shape.get("label", "label")] = record.label
    if shape.get("prompt") == "alpaca":
        row |= alpaca.write_prompt(rendering, messages[:-1])
        row["output"] = messages[-1].content
    elif shape.get("whole") or shape.get("prompt") == "list":
        write_prompt(rendering, messages, "conversations", style, row, media)
    else:
        cut = len(messages) - shape.get("completion", 1)
        if cut:
            write_question(messages[:cut], rendering, style, row, media)
        form = shape.get("answers", ["list"])[0]
        row["completion"] = write_answer(messages[cut:], form, rendering, style, "messages", media, cut)
