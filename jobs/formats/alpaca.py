"""Alpaca: ``{"instruction", "input", "output", "system"?, "history"?: [[question, answer], ...]}``.

Instruction and input make one user turn, joined by a line break as LLaMA-Factory joins them
(``src/llamafactory/data/converter.py``); the shape notes how many lines the instruction had, so that they part again.
Where cleaning changed the number of lines the cut may move, and the turn that a model sees is still the same.
"""

from __future__ import annotations

from typing import Any

from jobs.formats.holds import MEDIA_COLUMNS, Holds
from jobs.formats.media import read_media, write_media
from jobs.formats.shape import RESERVED, SHAPE, Leftovers, Rendering, dump_extras, read_meta, type_name
from jobs.record import NO_META, Message, Record, RecordError

NAME = "alpaca"
HOLDS = Holds(
    kinds=frozenset({"chat", "preference", "unpaired_preference"}),
    columns=frozenset({"instruction", "input", "output", "images", "videos", "audios"}),
    media=True,
)
_ROLES = ("user", "assistant")
# Columns that say more than a row's own metadata.
_OTHERS = RESERVED | MEDIA_COLUMNS | {"system", "history"}


def parse(obj: Any) -> Record:
    """A row of an instruction and its output.

    Raises:
        RecordError: ``missing_field``, ``wrong_type``, ``empty_turn`` (nothing asked), ``empty_output``,
            ``bad_history``.
    """
    return _parse_texts(obj) or _parse_any(obj)


def _parse_texts(obj: Any) -> Record | None:
    """What ``_parse_any`` gives for the common row, three columns of text and others that nothing is known of, in a
    third of the time; None for any other.
    """
    if type(obj) is not dict or not _OTHERS.isdisjoint(obj):
        return None
    question, more, answer = obj.get("instruction"), obj.get("input"), obj.get("output")
    if type(question) is not str or type(more) is not str or type(answer) is not str:
        return None
    if not question or question.isspace() or more.isspace() or _says_nothing(answer):
        return None
    asked = Message("user", f"{question}\n{more}" if more else question)
    messages = [asked, Message("assistant", answer)]
    if len(obj) == 3:
        if not more:
            return Record("chat", messages)
        extras, meta = {}, NO_META
    else:
        extras = obj.copy()
        del extras["instruction"], extras["input"], extras["output"]
        meta = read_meta(extras)
    if more:
        extras[SHAPE] = {"format": NAME, "instruction_lines": question.count("\n") + 1}
    return Record("chat", messages, meta=meta, extras=dump_extras(extras, meta))


def _parse_any(obj: Any) -> Record:
    left = Leftovers(obj)
    messages = read_prompt(left)
    messages.append(Message("assistant", read_output(left)))
    return left.record("chat", NAME, messages=messages, media=read_media(left, messages))


def render(record: Record) -> dict[str, Any]:
    """The inverse of ``parse``; earlier turns go to ``history``. A preference becomes its prompt and the chosen
    answer.
    """
    HOLDS.demand(record, NAME)
    rendering = Rendering(record, NAME)
    messages = [*record.messages, *record.chosen]
    row = write_prompt(rendering, messages[:-1])
    row["output"] = messages[-1].content
    write_media(rendering, record.media, row)
    return rendering.finish(row)


def read_prompt(left: Leftovers) -> list[Message]:
    """Take system, history, instruction and input: everything up to the user's last turn."""
    fields = left.fields
    messages = []
    if "system" in fields and (system := left.take_text("system")):
        messages.append(Message("system", system))
    if "history" in fields:
        messages += _read_history(left)
    question = _take_part(left, "instruction")
    more = _take_part(left, "input")
    if more is None:
        if question is None:
            raise RecordError("empty_turn", "expected text in instruction or input, came none", "$.instruction")
        messages.append(Message("user", question))
        return messages
    left.shape["instruction_lines"] = 0 if question is None else question.count("\n") + 1
    messages.append(Message("user", more if question is None else f"{question}\n{more}"))
    return messages


def _take_part(left: Leftovers, name: str) -> str | None:
    if name not in left.fields:
        left.shape.setdefault("absent", []).append(name)
        return None
    # An empty string is what the format itself writes for "none", so it needs no note.
    if left.fields[name] == "":
        del left.fields[name]
        return None
    return left.take_text(name)


def write_prompt(rendering: Rendering, messages: list[Message]) -> dict[str, Any]:
    """The inverse of ``read_prompt``; the last message is the user's."""
    row: dict[str, Any] = {}
    rest = messages
    system = None
    if rest and rest[0].role == "system":
        system, rest = rest[0].content, rest[1:]
    question, more = _part(rest[-1].content or "", rendering.shape.get("instruction_lines"))
    absent = rendering.shape.get("absent", ())
    blank = rendering.shape.get("blank", {})
    for name, text in (("instruction", question), ("input", more)):
        if text or name not in absent:
            row[name] = text or blank.get(name, "")
    if system is not None:
        row["system"] = system
    if len(rest) > 1:
        row["history"] = [[rest[i].content, rest[i + 1].content] for i in range(0, len(rest) - 1, 2)]
    return row


def read_output(left: Leftovers) -> str:
    """Take the answer.

    Raises:
        RecordError: ``missing_field``, ``wrong_type``, ``empty_output`` (null, white space, or the text "nan" that a
            table writer leaves for a missing value).
    """
    if "output" not in left.fields:
        raise RecordError("missing_field", "expected a column output", "$.output")
    output = left.fields.pop("output")
    if output is None or output != output or (isinstance(output, str) and _says_nothing(output)):
        raise RecordError("empty_output", "expected the answer as text, came none", "$.output")
    if not isinstance(output, str):
        raise RecordError("wrong_type", f"expected the answer as text, came {type_name(output)}", "$.output")
    return output


def _says_nothing(text: str) -> bool:
    return not text or text.isspace() or (len(text) < 9 and text.strip().lower() == "nan")


def _read_history(left: Leftovers) -> list[Message]:
    history = left.fields["history"]
    if history is None or history in ([], ""):
        left.note_blank("history")
        return []
    if not isinstance(history, list):
        raise RecordError("bad_history", f"expected a list of pairs, came {type_name(history)}", "$.history")
    messages = []
    for i, pair in enumerate(history):
        if not isinstance(pair, list) or len(pair) != 2:
            raise RecordError("bad_history", "expected a pair of texts [question, answer]", f"$.history[{i}]")
        for role, text in zip(_ROLES, pair, strict=True):
            if not isinstance(text, str):
                raise RecordError("bad_history", "expected a pair of texts [question, answer]", f"$.history[{i}]")
            if not text or text.isspace():
                at = f"$.history[{i}][{_ROLES.index(role)}]"
                raise RecordError("empty_turn", f"expected text in a turn of role {role}", at)
            messages.append(Message(role, text))
    del left.fields["history"]
    return messages


def _part(content: str, lines: int | None) -> tuple[str, str]:
    """Instruction and input again, cut after ``lines`` lines; no note means that all of it is instruction."""
    if lines is None:
        return content, ""
    if lines == 0:
        return "", content
    end = -1
    for _ in range(lines):
        end = content.find("\n", end + 1)
        if end < 0:
            return content, ""
    return content[:end], content[end + 1 :]
