"""What can be wrong with a row that could be read: its roles, turns, media, tool calls and preferences.

Each check yields (code of the finding, kind to count by or None, JSON path or None), codes being those of
``finding_rules.RULES``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from jobs.formats.checks import alternates
from jobs.formats.content_parts import TAG
from jobs.formats.dialogue import LIST_KEYS
from jobs.record import Message, Record

Defect = tuple[str, str | None, str | None]
_LISTS = (*LIST_KEYS, "prompt", "completion", "chosen", "rejected")


def check_row(record: Record, row: Any) -> Iterator[Defect]:
    """Every defect of a row and the record that it was read as."""
    said = [*record.messages, *record.chosen]
    if record.kind != "text" and said:
        yield from _turns(said, asks=record.kind == "prompt")
    if record.extras is not None and '"role":' in record.extras:
        yield from _role_words(row)
    yield from _media(record, said)
    yield from _tools(record)
    if record.kind == "preference":
        yield from _preference(record)


def _turns(said: list[Message], asks: bool) -> Iterator[Defect]:
    systems = sum(m.role == "system" for m in said)
    if systems > 1:
        yield "double_system", None, None
    elif systems and said[0].role != "system":
        yield "late_system", None, None
    if asks:
        # A prompt without an answer ends as it should.
        return
    if said[-1].role != "assistant":
        yield "ends_on_user", said[-1].role, None
    elif not alternates(said):
        yield "turns_do_not_alternate", None, None


def _role_words(row: dict[str, Any]) -> Iterator[Defect]:
    """Words for a role that a loader which compares exactly does not know: ``User``, ``assistant `` with a space."""
    for name in _LISTS:
        turns = row.get(name)
        for i, turn in enumerate(turns if isinstance(turns, list) else []):
            for key in ("role", "from"):
                word = turn.get(key) if isinstance(turn, dict) else None
                if isinstance(word, str) and word != word.strip().lower():
                    yield "mixed_case_role", None, f"$.{name}[{i}].{key}"
                    return


def _media(record: Record, said: list[Message]) -> Iterator[Defect]:
    tags = [tag for m in said if m.content and "<" in m.content for tag in TAG.findall(m.content)]
    if not record.media and not tags:
        return
    for kind in ("image", "video", "audio"):
        files = sum(m.type == kind for m in record.media)
        # Tags without any file are mostly talk about HTML; files without a tag never are.
        if files != tags.count(kind) and record.media:
            yield "media_count", kind, f"$.{kind}s"


def _tools(record: Record) -> Iterator[Defect]:
    said = [*record.messages, *record.chosen]
    if all(m.tool_calls is None and m.role != "tool" for m in said):
        return
    declared = _declared(record.tools)
    open_ids: set[str] = set()
    called = False
    for i, message in enumerate(said):
        path = f"$.messages[{i}]"
        if message.tool_calls is not None:
            called = True
            for call in orjson.loads(message.tool_calls):
                function = call.get("function", {})
                if isinstance(call.get("id"), str):
                    open_ids.add(call["id"])
                if isinstance(function.get("arguments"), str):
                    yield "unparsable_arguments", None, path
                if function.get("name") not in declared:
                    yield "undeclared_tool", "no tools declared" if not declared else "other tools declared", path
        elif message.role == "tool":
            known = message.tool_call_id is None or not open_ids or message.tool_call_id in open_ids
            if not called or not known:
                yield "orphan_reply", None, path


def _declared(tools: str | None) -> set[str]:
    """Names of the declared tools, in OpenAI's shape or bare."""
    try:
        listed = orjson.loads(tools) if tools else []
    except orjson.JSONDecodeError:
        return set()
    names = set()
    for tool in listed if isinstance(listed, list) else []:
        if isinstance(tool, dict):
            function = tool.get("function")
            name = function.get("name") if isinstance(function, dict) else tool.get("name")
            if isinstance(name, str):
                names.add(name)
    return names


def _preference(record: Record) -> Iterator[Defect]:
    if record.chosen == record.rejected:
        yield "chosen_equals_rejected", None, "$.chosen"
    elif _asked(record.chosen) != _asked(record.rejected):
        yield "prompts_differ", None, "$.rejected"


def _asked(answer: list[Message]) -> list[str | None]:
    return [m.content for m in answer if m.role in ("user", "system")]
