"""Which format a row is in, told by its own keys and values alone: ten equal rows are read as one is."""

from __future__ import annotations

from typing import Any

from jobs.formats.answers import flavour_name
from jobs.formats.dialogue import LIST_KEYS
from jobs.formats.openai_preference import answer_keys
from jobs.formats.preference import LABELS, PAIRS, label_key, pair_keys
from jobs.formats.prompt_only import is_prompt
from jobs.formats.swift import DIALOGUE, RESPONSE, is_query
from jobs.formats.turns import dialect_of

# A column that can make something else of a row with instruction and output.
_TELLING = frozenset({*LIST_KEYS, *LABELS, *(key for pair in PAIRS for key in pair), "completion", "completions"})


def detect(obj: Any) -> str | None:
    """The name of the row's format, or None when it is no known shape.

    The more a shape asks for, the earlier it is tried: a preference row also has an instruction or turns, and an
        Alpaca row
    may also have a ``text`` column.
    """
    if not isinstance(obj, dict):
        return None
    if "instruction" in obj and "output" in obj and _TELLING.isdisjoint(obj):
        return "alpaca"
    if answer_keys(obj):
        return "openai_preference"
    if "messages" in obj and (RESPONSE in obj or DIALOGUE in obj):
        return "swift"
    if "query" in obj and is_query(obj):
        return "swift"
    if pair_keys(obj):
        return "preference"
    if "prompt" in obj and isinstance(obj.get("completions"), list) and isinstance(obj.get("labels"), list):
        return "stepwise"
    found = next((key for key in LIST_KEYS if key in obj), None)
    has_alpaca = "output" in obj and ("instruction" in obj or "input" in obj)
    if (found or has_alpaca or "completion" in obj) and label_key(obj):
        return "preference"
    if "prompt" in obj and "completion" in obj:
        return "prompt_completion"
    if found:
        name = _list_format(obj[found], found)
        if name:
            return name
    if has_alpaca or ("instruction" in obj and ("input" in obj or "history" in obj)):
        return "alpaca"
    if "text" in obj:
        return "text"
    return "prompt_only" if _TELLING.isdisjoint(obj) and is_prompt(obj) else None


def _list_format(items: Any, key: str) -> str | None:
    flavour = flavour_name(items)
    if flavour:
        return flavour
    if isinstance(items, list) and any(dialect_of(item) for item in items):
        return "turns"
    # A known key with nothing known under it (an empty list, null): its own parser says best what is wrong.
    if not items or not isinstance(items, list):
        return {"messages": "chatml", "conversations": "sharegpt", "conversation": "turns"}[key]
    return None
