"""The texts of a row by who says them, for rules that measure them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from jobs.text.language import language_of, language_of_prose
from jobs.text.protect import may_hold

# What a rule ``reads`` -> the attribute that holds it.
_READ = {
    "prompt": "prompts",
    "response": "responses",
    "learnt": "learnt",
    "text": "texts",
    "any": "all",
    "whole": "joined",
}


@dataclass
class Parts:
    """The texts of a row by role.

    Attributes:
        prompts: what users say.
        responses: what is to be learnt as an answer: ``chosen`` ones too.
        rejected: answers that may be bad by design; so may the last one of a row whose label says that it is bad.
        chosen: those among the responses that stand against a rejected one.
        turns: all turns in order, ``chosen`` ones too.
        text: a plain text row's.
        answers_due: whether the row should hold an answer.
    """

    prompts: tuple[str, ...]
    responses: tuple[str, ...]
    rejected: tuple[str, ...]
    chosen: tuple[str, ...]
    turns: Sequence[Mapping[str, Any]]
    text: str | None
    answers_due: bool
    has_tools: bool = False

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Parts:
        """The parts of a canonical row; an answer that only calls a tool is no empty answer."""
        messages = row.get("messages") or []
        prompts = tuple([m["content"] or "" for m in messages if m["role"] == "user"])
        replies = [m for m in messages if m["role"] == "assistant"]
        chosen, rejected = list(row.get("chosen") or []), list(row.get("rejected") or [])
        turns = [*messages, *chosen] if chosen else messages
        if row.get("label") is False:
            replies, rejected = replies[:-1], [*replies[-1:], *rejected]
            turns = turns[:-1]
        text = row.get("text")
        said = _said(replies + chosen) if chosen else _said(replies)
        against = _said(chosen) if chosen and rejected else ()
        return cls(prompts, said, _said(rejected), against, turns, text, text is None, bool(row.get("tools")))

    def read(self, reads: str) -> tuple[str, ...]:
        """The texts that a rule with these ``reads`` measures one by one; ``whole`` is all of them joined."""
        told: tuple[str, ...] = getattr(self, _READ[reads])
        return told

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The plain text, if there is one."""
        return () if self.text is None else (self.text,)

    @cached_property
    def joined(self) -> tuple[str, ...]:
        """``whole``, by itself."""
        return (self.whole,)

    @cached_property
    def learnt(self) -> tuple[str, ...]:
        """Each answer, and the plain text: what a model is trained to say."""
        return self.responses if self.text is None else (*self.responses, self.text)

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Each user turn with the answer that follows it."""
        return _pairs(self.turns)

    @cached_property
    def all(self) -> tuple[str, ...]:
        """Every text but the rejected ones."""
        said = self.prompts + self.responses
        return said if self.text is None else (*said, self.text)

    @cached_property
    def is_plain(self) -> bool:
        """Whether no text holds code, formulas, links, placeholders or tokens."""
        return not may_hold(self.whole)

    @cached_property
    def whole(self) -> str:
        """Every text but the rejected ones, joined by line breaks."""
        return "\n".join(self.all)

    @cached_property
    def language(self) -> str:
        """The language of the whole."""
        return language_of_prose(self.whole) if self.is_plain else language_of(self.whole)


def _said(messages: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple([m.get("content") or "" for m in messages if m.get("content") or not m.get("tool_calls")])


def _pairs(messages: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple(
        [
            (asked["content"] or "", said["content"] or "")
            for asked, said in pairwise(messages)
            if asked["role"] == "user" and said["role"] == "assistant"
        ]
    )
