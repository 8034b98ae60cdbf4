"""Chain of thought: ``<think>...</think>`` before an answer <-> a field of the turn beside it, either way.

A record keeps the tags in the content, so that cleaning reads the thoughts as it reads the answer and every format
can hold them. Qwen and DeepSeek write ``<think>``, a line break, the thoughts, a line break, ``</think>`` and an empty
line.
"""

from __future__ import annotations

from typing import Any, Literal

Style = Literal["field", "tags"]
# DeepSeek and Qwen; OpenRouter and vLLM; TRL for gpt-oss.
FIELDS = ("reasoning_content", "reasoning", "thinking")
_OPEN, _CLOSE = "<think>", "</think>"


def join_reasoning(reasoning: str, content: str | None) -> str:
    """Thoughts and answer as one text."""
    return f"{_OPEN}\n{reasoning}\n{_CLOSE}\n\n{content or ''}"


def part_reasoning(text: str | None) -> tuple[str | None, str]:
    """(thoughts, answer) of a text; the thoughts are None where it does not begin with a closed ``<think>``."""
    if not text or not text.startswith(_OPEN):
        return None, text or ""
    end = text.find(_CLOSE)
    if end < 0:
        return None, text
    reasoning = text[len(_OPEN) : end].removeprefix("\n").removesuffix("\n")
    answer = text[end + len(_CLOSE) :]
    return reasoning, answer[2:] if answer.startswith("\n\n") else answer.removeprefix("\n")


def take_reasoning(turn: dict[str, Any]) -> tuple[str, str] | None:
    """Take a field of thoughts out of a turn: (its name, its text); None where none says anything.

    Thoughts that hold ``</think>`` stay where they are: between tags they would end too early.
    """
    for key in FIELDS:
        text = turn.get(key)
        if isinstance(text, str) and text.strip() and _CLOSE not in text:
            del turn[key]
            return key, text
    return None


def rewrite_reasoning(row: dict[str, Any], style: Style) -> dict[str, Any]:
    """A rendered row with the thoughts of all its turns as ``reasoning_content`` (``field``) or in the text (``tags``).

    Turns of role/content and of from/value are rewritten; anything else stays as it is.
    """
    return {key: _rewrite(value, style) for key, value in row.items()}


def _rewrite(value: Any, style: Style) -> Any:
    if isinstance(value, list):
        return [_rewrite(item, style) for item in value]
    if not isinstance(value, dict):
        return value
    key = "content" if "role" in value else "value" if "from" in value else None
    if key is None:
        # OpenAI's preference rows keep their prompt in an object.
        return {k: _rewrite(v, style) for k, v in value.items()} if "messages" in value else value
    content = value.get(key)
    if not (content is None or isinstance(content, str)):
        return value
    turn = dict(value)
    if style == "tags":
        taken = take_reasoning(turn)
        return {**turn, key: join_reasoning(taken[1], content)} if taken else value
    reasoning, answer = part_reasoning(content)
    return value if reasoning is None else {**turn, key: answer, FIELDS[0]: reasoning}
