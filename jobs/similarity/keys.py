"""What identifies a row when rows are compared: a text for near and semantic likeness, a hash for exact equality.

Rules, all in one place:

* System prompts are left out of ``key_text``: thousands of rows share one, and it would make them all look alike.
  ``exact_key`` keeps them for whole dialogues, because the same talk under another system prompt is another example.
* A preference row is compared as a pair: its chosen and rejected answers stand in parts of their own, so that the
  same two answers with the verdict turned round are not alike.
* Tool calls are compared by their canonical JSON, so that key order and spaces do not matter.
* What no text shows but makes rows differ (media files, label, rating) is in ``strict_key``: rows with different
  strict keys are never duplicates, however alike their texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import orjson

from jobs.record import canonical_json, texts_of
from jobs.similarity.folding import PART

By = Literal["dialogue", "prompt", "response", "last_turn", "text"]
Row = Mapping[str, Any]
_Messages = Sequence[Mapping[str, Any]]


def key_text(row: Row, by: By = "dialogue") -> str:
    """The text that stands for ``row`` in near and semantic comparison; empty when the row has nothing to compare.

    Args:
        row: a record in the shape of ``jobs.record_schema.ROW_SCHEMA``.
        by: ``dialogue`` all turns but the system's, and for a preference row both answers; ``prompt`` all before the
            last answer; ``response`` the last answer (for a preference row the pair); ``last_turn`` the last question
            and its answer; ``text`` everything that a model would read, system prompt included.
            A row of kind ``text`` has only its text, which is its key by any of them.

    Raises:
        ValueError: ``by`` is none of these.
    """
    parts = ["\n".join(_said(m) for m in part) for part in _parts(row, by)]
    if not any(parts):
        parts = [row.get("text") or ""]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return PART.join(part.replace(PART, " ") for part in parts)


def exact_key(row: Row, by: By = "dialogue") -> str | None:
    """32 hexadecimal digits, equal for two rows that say the same up to white space: BLAKE2b-128.

    Roles, turn borders, names, tool calls (canonical JSON), media, label and rating count; letter case and punctuation
    count too (that is what near comparison is for). By ``dialogue`` and ``text`` system prompts count as well.

    Returns:
        None when the row has nothing to compare by ``by`` (no answer, say): such rows are never duplicates.
    """
    messages = _parts(row, by, system=by in ("dialogue", "text"))
    turns = [[_turn(m) for m in part] for part in messages]
    text = _squeeze(row.get("text") or "")
    if not text and not any(_said(m).strip() for part in messages for m in part):
        return None
    strict = _strict(row, by)
    return hashlib.blake2b(canonical_json([by, turns, text, strict]), digest_size=16).hexdigest()


def strict_key(row: Row, by: By = "dialogue") -> str:
    """16 hexadecimal digits over what must be equal for two rows to be duplicates at all, whatever their texts say.

    Media files (by sha256, else by path, in order) always; label and rating unless only prompts are compared.
    """
    return hashlib.blake2b(canonical_json(_strict(row, by)), digest_size=8).hexdigest()


def _strict(row: Row, by: By) -> list[Any]:
    media = [[m.get("type"), m.get("sha256") or m.get("path")] for m in row.get("media") or []]
    return [media] if by == "prompt" else [media, row.get("label"), row.get("rating")]


def _parts(row: Row, by: By, *, system: bool = False) -> list[_Messages]:
    """Message lists to be compared part by part: [dialogue], or [prompt, chosen, rejected] of a preference row."""
    if by not in get_args(By):
        raise ValueError(f"by: expected one of {', '.join(get_args(By))}; got {by!r}")
    turns = [m for m in row.get("messages") or [] if system or m.get("role") != "system"]
    if by == "text":
        return [[{"role": "text", "content": text} for text in texts_of(row)]]
    answers: list[_Messages] = [row.get("chosen") or [], row.get("rejected") or []]
    paired = any(answers)
    last_answer = len(turns) if paired else _last(turns, "assistant")
    if by == "dialogue":
        return [turns, *answers] if paired else [turns]
    if by == "prompt":
        return [turns[:last_answer]]
    if by == "response":
        return [[], *answers] if paired else [turns[last_answer : last_answer + 1]]
    question = _last(turns[:last_answer], "user")
    ending = turns[question : last_answer + 1]
    return [ending, *answers] if paired else [ending]


def _last(turns: _Messages, role: str) -> int:
    """Index of the last turn of ``role``; the number of turns when there is none."""
    return next((i for i in range(len(turns) - 1, -1, -1) if turns[i].get("role") == role), len(turns))


def _said(message: Mapping[str, Any]) -> str:
    calls = _canonical(message.get("tool_calls"))
    return "\n".join(part for part in (message.get("content"), calls) if part)


def _turn(message: Mapping[str, Any]) -> list[str]:
    content = _squeeze(message.get("content") or "")
    return [message.get("role") or "", message.get("name") or "", content, _canonical(message.get("tool_calls"))]


def _canonical(json_text: str | None) -> str:
    if not json_text:
        return ""
    try:
        return canonical_json(orjson.loads(json_text)).decode()
    except orjson.JSONDecodeError:
        return _squeeze(json_text)


def _squeeze(text: str) -> str:
    return " ".join(text.split())
