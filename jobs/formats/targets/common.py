"""Checks that several loaders make, each a function of a ``View`` that gives the JSON path of what it found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from jobs.formats.targets.rule import ABSENT, Check, Layout, SetRule, View

DATASETS = "huggingface/datasets src/datasets/packaged_modules/json/json.py"
MEDIA_TAGS = {"images": "<image>", "videos": "<video>", "audios": "<audio>"}
_TRAIN_FLAGS = ("train", "weight", "loss", "loss_weight", "loss_scale", "training")
_THOUGHT = re.compile(r"<think>.*?</think>", re.S)
_CALL_WORDS = re.compile(r"<tool_call>(.*?)</tool_call>", re.S)


def loads(text: Any) -> Any:
    """JSON text as a value; None when it is none, and for what is no text."""
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def is_json(text: Any) -> bool:
    """Whether ``text`` is JSON text."""
    try:
        json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def turns_of(rows: Iterable[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    """Every turn that stands in a list under ``key``; anything else there is passed over."""
    lists = (row.get(key) for row in rows)
    return [turn for items in lists if isinstance(items, list) for turn in items if isinstance(turn, dict)]


def no_turns(view: View) -> str | None:
    """The list of turns is empty, or none at all."""
    return None if view.turns else view.at


def turn_is_no_object(view: View) -> str | None:
    """A turn is no object."""
    return _first(view, lambda turn: not isinstance(turn, dict))


def unknown_role(view: View) -> str | None:
    """A role word that the loader does not know, or none."""
    found = _first(view, lambda turn: isinstance(turn, dict) and view.role(turn) is None)
    return f"{found}.{view.layout.role_key}" if found else None


def content_and_calls_missing(view: View) -> str | None:
    """A turn that has neither content nor tool calls."""
    found = _first(
        view,
        lambda turn: (
            isinstance(turn, dict)
            and view.content(turn) is None
            and not (view.role(turn) == "assistant" and turn.get("tool_calls"))
        ),
    )
    return f"{found}.{view.layout.content_key}" if found else None


def empty_answer(view: View) -> str | None:
    """An assistant's turn of white space alone, without tool calls."""

    def says_nothing(turn: Any) -> bool:
        content = view.content(turn)
        blank = isinstance(content, str) and not content.strip()
        return blank and view.role(turn) == "assistant" and not turn.get("tool_calls")

    return _first(view, says_nothing)


def ends_on_user(view: View) -> str | None:
    """The last turn is not the assistant's."""
    if view.turns and view.role(view.turns[-1]) in ("user", "tool", "system"):
        return f"{view.at}[{len(view.turns) - 1}]"
    return None


def nothing_to_train(view: View) -> str | None:
    """No assistant's turn that says something and is not switched off."""
    for turn in view.turns:
        if view.role(turn) in ("assistant", "call") and says_something(view, turn) and not switched_off(turn):
            return None
    return view.at


def says_something(view: View, turn: Any) -> bool:
    """Whether a turn has content, or tool calls."""
    content = view.content(turn)
    return bool(content.strip() if isinstance(content, str) else content) or bool(turn.get("tool_calls"))


def switched_off(turn: Any) -> bool:
    """Whether a key of the turn says that it is not to be trained."""
    return any(turn.get(key) in (0, False) and turn.get(key) is not None for key in _TRAIN_FLAGS)


def ignored_train_flag(view: View) -> str | None:
    """A turn that is switched off by a key that the loader does not read."""
    return _first(view, lambda turn: isinstance(turn, dict) and switched_off(turn))


def unknown_turn_keys(known: Iterable[str]) -> Check:
    """A check for keys of a turn besides ``known`` ones, which the loader drops."""
    kept = frozenset(known)

    def check(view: View) -> str | None:
        for i, turn in enumerate(view.turns):
            if isinstance(turn, dict):
                extra = sorted(str(key) for key in turn if key not in kept and turn[key] is not None)
                if extra:
                    return f"{view.at}[{i}].{extra[0]}"
        return None

    return check


def tools_are_no_json(view: View) -> str | None:
    """A ``tools`` column of text that is no JSON."""
    tools = view.get("tools")
    return view.path("tools") if isinstance(tools, str) and tools and not is_json(tools) else None


def call_is_no_json(view: View) -> str | None:
    """A turn of a tool call whose text is no JSON of a name and arguments (a ``<think>`` before it is allowed)."""

    def is_bad(turn: Any) -> bool:
        content = view.content(turn)
        if view.role(turn) != "call" or not isinstance(content, str):
            return False
        words = _CALL_WORDS.search(content)
        calls = loads(words.group(1) if words else _THOUGHT.sub("", content))
        listed = calls if isinstance(calls, list) else [calls]
        return not all(isinstance(call, dict) and "name" in call and "arguments" in call for call in listed)

    return _first(view, is_bad)


def arguments_are_no_json(view: View) -> str | None:
    """A tool call whose arguments are a text that is no JSON."""
    for i, turn in enumerate(view.turns):
        calls = turn.get("tool_calls") if isinstance(turn, dict) else None
        for j, call in enumerate(calls if isinstance(calls, list) else []):
            function = call.get("function", call) if isinstance(call, dict) else None
            arguments = function.get("arguments") if isinstance(function, dict) else None
            if isinstance(arguments, str) and not is_json(arguments):
                return f"{view.at}[{i}].tool_calls[{j}].function.arguments"
    return None


def media_and_tags_differ(view: View) -> str | None:
    """A media column of the set whose entries in this row differ in number from the tags in its turns."""
    texts = [text for text in (view.content(turn) for _, turn in view.spoken()) if isinstance(text, str)]
    if view.layout.shape == "alpaca":
        texts = [t for t in (view.get(c) for c in ("prompt", "query", "response")) if isinstance(t, str)]
    for column, tag in MEDIA_TAGS.items():
        if view.layout.name(column) in view.layout.columns:
            value = view.get(column)
            count = len(value) if isinstance(value, list) else int(value is not None)
            if count != sum(text.count(tag) for text in texts):
                return view.path(column)
    return None


def media_columns(view: View) -> str | None:
    """The row has media."""
    return next((view.path(column) for column in MEDIA_TAGS if view.get(column)), None)


def answer_text(value: Any, layout: Layout) -> Any:
    """What an answer says, whether text, a turn or a list of turns; the value itself where it is none of them."""
    turns = value if isinstance(value, list) else [value]
    if turns and all(isinstance(turn, dict) and layout.content_key in turn for turn in turns):
        return [turn.get(layout.content_key) for turn in turns]
    return value


def answers_are_equal(view: View) -> str | None:
    """Chosen and rejected say the same."""
    chosen, rejected = (answer_text(view.get(name), view.layout) for name in ("chosen", "rejected"))
    return view.path("rejected") if chosen is not None and chosen == rejected else None


def over_cutoff(view: View) -> str | None:
    """The row is longer than the cut-off."""
    return "$" if view.measure is not None and view.measure.over(view.row) else None


def cut_to_nothing(view: View) -> str | None:
    """Nothing that is trained lies before the cut-off."""
    return "$" if view.measure is not None and view.measure.untrained(view.row) else None


class OneLabelOnly:
    """Every verdict of the set is the same."""

    def __init__(self, layout: Layout) -> None:
        self._column = layout.name("label")
        self._seen: set[bool] = set()
        self._rows = 0

    def add(self, number: int, row: Mapping[str, Any]) -> None:
        """See a row."""
        label = row.get(self._column)
        if isinstance(label, bool):
            self._seen.add(label)
            self._rows += 1

    def failing(self) -> Sequence[int] | None:
        """The set as a whole."""
        return [] if len(self._seen) == 1 and self._rows > 1 else None


class MissingColumns:
    """A column that the layout names and that no row has."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def add(self, number: int, row: Mapping[str, Any]) -> None:
        """See a row."""

    def failing(self) -> Sequence[int] | None:
        """The set as a whole."""
        named = (column for column in self._layout.names.values() if not column.startswith(ABSENT))
        return [] if any(column not in self._layout.columns for column in named) else None


class UnknownColumns:
    """The set has no column that the loader knows."""

    def __init__(self, layout: Layout) -> None:
        self._unknown = layout.shape == "unknown"

    def add(self, number: int, row: Mapping[str, Any]) -> None:
        """See a row."""

    def failing(self) -> Sequence[int] | None:
        """The set as a whole."""
        return [] if self._unknown else None


class Dates:
    """A column of which every text is a date: Arrow's JSON reader makes times of them."""

    def __init__(self, layout: Layout) -> None:
        self._dates: dict[str, bool] = {}

    def add(self, number: int, row: Mapping[str, Any]) -> None:
        """See a row."""
        for column, value in row.items():
            if value is not None and self._dates.get(column) is not False:
                self._dates[column] = isinstance(value, str) and _is_date(value)

    def failing(self) -> Sequence[int] | None:
        """The set as a whole."""
        return [] if any(self._dates.values()) else None


def _is_date(text: str) -> bool:
    if not 10 <= len(text) <= 29 or not text[:4].isdigit():
        return False
    try:
        datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
    except ValueError:
        return False
    return True


DATES = SetRule(
    "dates_become_times",
    "harms",
    "a column in which every text is a date",
    "datasets reads such a column of JSON as times, and loaders that ask for text then drop or refuse every row",
    "add a word to the texts, or give the column another type by `features`",
    DATASETS,
    Dates,
)
ONE_LABEL = "verdicts of one kind only"


def _first(view: View, wrong: Any) -> str | None:
    return next((f"{view.at}[{i}]" for i, turn in enumerate(view.turns) if wrong(turn)), None)
