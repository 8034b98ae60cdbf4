"""Preference pairs and judged answers, in the shapes of TRL and LLaMA-Factory.

Paired: ``prompt`` + ``chosen``/``rejected`` (TRL explicit, as texts or message lists), ``chosen``/``rejected``
    alone (TRL
implicit: the shared beginning is the prompt; LLaMA-Factory v1 calls them ``chosen_messages``), and ``conversations`` or
``instruction`` + ``chosen``/``rejected`` (LLaMA-Factory ranking). Unpaired, with a boolean ``label``: ``messages``
(LLaMA-Factory
KTO), ``prompt`` + ``completion`` (TRL) and ``instruction``/``output``. TRL ``docs/source/dataset_formats.md`` has
the names.
"""

from __future__ import annotations

from typing import Any

from jobs.formats import alpaca
from jobs.formats.checks import check_dialogue
from jobs.formats.dialogue import LIST_KEYS, read_prompt, read_tools, write_prompt, write_tools
from jobs.formats.holds import Holds
from jobs.formats.media import read_media, write_media
from jobs.formats.shape import Leftovers, Rendering, is_blank, type_name
from jobs.formats.turn_list import CHATML, SHAREGPT, Flavour, read_turns, write_turns
from jobs.record import Media, Message, Record, RecordError

NAME, RANKING = "preference", "ranking"
PAIRS = (("chosen", "rejected"), ("chosen_messages", "rejected_messages"))
LABELS = ("label", "kto_tag")
_FLAVOURS = {"chatml": CHATML, "sharegpt": SHAREGPT}
_KINDS = frozenset({"preference", "unpaired_preference"})
HOLDS = Holds(
    kinds=_KINDS,
    columns=frozenset({"prompt", "chosen", "rejected", "completion", "label", "tools", "images", "videos", "audios"}),
    any_order=True,
    tool_turns=True,
    tools=True,
    call_ids=True,
    content_beside_calls=True,
    turn_fields=True,
    preferences=True,
    media=True,
)
RANKING_HOLDS = Holds(
    kinds=_KINDS,
    columns=frozenset({"conversations", "chosen", "rejected", "label", "tools", "images", "videos", "audios"}),
    any_order=True,
    tool_turns=True,
    tools=True,
    turn_fields=True,
    preferences=True,
    media=True,
)


def flavour_name(items: Any) -> str | None:
    """Which flavour a list of turns is written in, told by the keys of its objects; None when by neither."""
    for item in items if isinstance(items, list) else [items]:
        if isinstance(item, dict):
            if "role" in item:
                return "chatml"
            if "from" in item:
                return "sharegpt"
    return None


def label_key(obj: dict[str, Any]) -> str | None:
    """The column that holds a verdict as a boolean; text and numbers under these names are classes, not verdicts."""
    return next((key for key in LABELS if isinstance(obj.get(key), bool)), None)


def pair_keys(obj: dict[str, Any]) -> tuple[str, str] | None:
    """The names of the two columns of a pair."""
    return next((pair for pair in PAIRS if pair[0] in obj and pair[1] in obj), None)


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
    single = all(len(answer) == 1 for answer in (record.chosen, record.rejected) if answer)
    if record.kind == "preference" and not (single and record.messages):
        raise RecordError("cannot_hold", "the format ranking takes a prompt and one turn for each answer")
    rendering.shape = {"prompt": "list", "flavour": "sharegpt", "answers": ["turn", "turn"]}
    return _render(record, rendering)


def _parse_pair(left: Leftovers, keys: tuple[str, str]) -> Record:
    if keys != PAIRS[0]:
        left.shape["keys"] = list(keys)
    chosen_value, rejected_value = (left.fields.pop(key) for key in keys)
    media: list[Media] = []
    messages = _read_prompt(left, media)
    answers, forms = [], []
    for slot, key, value in (("chosen", keys[0], chosen_value), ("rejected", keys[1], rejected_value)):
        answer, form = _read_answer(value, f"$.{key}", left, slot, media)
        answers.append(answer)
        forms.append(form)
    chosen, rejected = answers
    if forms != ["list", "list"]:
        left.shape["answers"] = forms
    if messages is None:
        # Notes keep counting from the row's own lists; paths inside parts could not be told apart again.
        shared = 0 if media else _shared_start(chosen, rejected)
        left.shape["implicit"] = True
        messages, chosen, rejected = chosen[:shared], chosen[shared:], rejected[shared:]
    for key, answer in zip(keys, (chosen, rejected), strict=True):
        if answer[-1].role != "assistant":
            raise RecordError("wrong_role", "expected the answer to be an assistant's turn", f"$.{key}")
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
        messages = _read_prompt(left, media) or []
        answer, form = _read_answer(completion, "$.completion", left, "messages", media, start=len(messages))
        left.shape |= {"completion": len(answer), "answers": [form]}
        messages += answer
    elif any(k in left.fields for k in LIST_KEYS):
        messages = _read_prompt(left, media) or []
        left.shape["whole"] = True
    else:
        messages = alpaca.read_prompt(left)
        messages.append(Message("assistant", alpaca.read_output(left)))
        left.shape["prompt"] = "alpaca"
    check_dialogue(messages, "$")
    media = media or read_media(left, messages)
    return left.record("unpaired_preference", NAME, messages=messages, label=label, tools=read_tools(left), media=media)


def _read_prompt(left: Leftovers, media: list[Media]) -> list[Message] | None:
    """The turns before the answers and a note of their form; None when the row has no prompt of its own."""
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


def _read_answer(
    value: Any, path: str, left: Leftovers, slot: str, media: list[Media], start: int = 0
) -> tuple[list[Message], str]:
    if isinstance(value, str) or value is None:
        if value is None or is_blank(value) or value.strip().lower() == "nan":
            raise RecordError("empty_turn", "expected text in an answer, came none", path)
        return [Message("assistant", value)], "text"
    items, form = ([value], "turn") if isinstance(value, dict) else (value, "list")
    return read_turns(items, path, _flavour_of(items, path, left), left, slot, media, start), form


def _flavour_of(items: Any, path: str, left: Leftovers) -> Flavour:
    name = flavour_name(items)
    if name is None:
        raise RecordError("unknown_shape", f"expected text or turns with role or from, came {type_name(items)}", path)
    if name != "chatml" and left.shape.setdefault("flavour", name) != name:
        raise RecordError("unknown_shape", "expected prompt and answers to name roles alike", path)
    return _FLAVOURS[name]


def _shared_start(chosen: list[Message], rejected: list[Message]) -> int:
    """How many first turns both have, leaving each at least one (TRL's ``extract_prompt`` takes the same prefix)."""
    most = min(len(chosen), len(rejected)) - 1
    return next((i for i in range(most) if chosen[i] != rejected[i]), most)


def _render(record: Record, rendering: Rendering) -> dict[str, Any]:
    shape = rendering.shape
    style = _FLAVOURS[shape.get("flavour", "chatml")]
    media = list(record.media)
    row: dict[str, Any] = {}
    if record.kind == "unpaired_preference":
        _write_verdict(record, rendering, style, row, media)
    else:
        if not shape.get("implicit"):
            _write_prompt(record.messages, rendering, style, row, media)
        before = record.messages if shape.get("implicit") else []
        for i, key in enumerate(shape.get("keys", PAIRS[0])):
            answer = [*before, *(record.chosen if i == 0 else record.rejected)]
            slot = PAIRS[0][i]
            row[key] = _write_answer(answer, shape.get("answers", ["list", "list"])[i], rendering, style, slot, media)
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
            _write_prompt(messages[:cut], rendering, style, row, media)
        form = shape.get("answers", ["list"])[0]
        row["completion"] = _write_answer(messages[cut:], form, rendering, style, "messages", media, cut)


def _write_prompt(
    messages: list[Message], rendering: Rendering, style: Flavour, row: dict[str, Any], media: list[Media]
) -> None:
    form = rendering.shape.get("prompt")
    if form == "text":
        row["prompt"] = messages[0].content
    elif form == "alpaca":
        row |= alpaca.write_prompt(rendering, messages)
    elif form == "list":
        write_prompt(rendering, messages, "conversations", style, row, media)
    else:
        row["prompt"] = write_turns(messages, style, rendering, "messages", media)


def _write_answer(
    answer: list[Message],
    form: str,
    rendering: Rendering,
    style: Flavour,
    slot: str,
    media: list[Media],
    start: int = 0,
) -> Any:
    if form == "text":
        return answer[0].content
    turns = write_turns(answer, style, rendering, slot, media, start)
    return turns[0] if form == "turn" else turns
