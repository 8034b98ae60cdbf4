"""The quality rules as one table: what each reads, how it measures, which bound it has, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jobs.text import answers, leftovers, measures
from jobs.text.garbled import garbled_share
from jobs.text.language import language_of

Reads = Literal["prompt", "response", "text", "any", "whole", "row"]


@dataclass(frozen=True, slots=True)
class Parts:
    """The texts of a row by role. ``chosen`` answers count as responses; ``rejected`` ones may be bad by design, and so
    may the last answer of a row whose label says that it is bad."""

    prompts: tuple[str, ...]
    responses: tuple[str, ...]
    rejected: tuple[str, ...]
    text: str | None
    answers_due: bool
    has_tools: bool = False

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Parts:
        """The parts of a canonical row; an answer that only calls a tool is no empty answer."""
        messages = row.get("messages") or []
        prompts = tuple(m["content"] or "" for m in messages if m["role"] == "user")
        replies = [m for m in messages if m["role"] == "assistant"] + list(row.get("chosen") or [])
        rejected = list(row.get("rejected") or [])
        if row.get("label") is False:
            replies, rejected = replies[:-1], [*replies[-1:], *rejected]
        text = row.get("text")
        return cls(prompts, _said(replies), _said(rejected), text, text is None, bool(row.get("tools")))

    def read(self, reads: Reads) -> tuple[str, ...]:
        """The texts that a rule with these ``reads`` measures one by one; ``row`` is measured as a whole elsewhere."""
        whole = (*self.prompts, *self.responses, *((self.text,) if self.text is not None else ()))
        if reads == "prompt":
            return self.prompts
        if reads == "response":
            return self.responses
        if reads == "text":
            return (self.text,) if self.text is not None else ()
        return whole if reads == "any" else ("\n".join(whole),)


def _said(messages: list[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(m.get("content") or "" for m in messages if m.get("content") or not m.get("tool_calls"))


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table.

    Attributes:
        name: unique, in reports.
        reason: the word by which removed rows are counted.
        reads: each prompt, each response, the plain text, any of these, or all of them joined; "row": ``measure``
            gets the ``Parts`` themselves.
        measure: a number; of several texts the worst counts.
        bound: the field of ``QualityParams`` that holds the bound; null there switches the rule off.
        limit: "max" removes values above the bound, "min" those below it.
        source: where the rule, or its bound, comes from.
        languages: languages in which it means something; empty: all.
    """

    name: str
    reason: str
    reads: Reads
    measure: Callable[..., float | str]
    bound: str
    limit: Literal["min", "max"]
    source: str
    languages: tuple[str, ...] = ()


def _answers_missing(parts: Parts) -> int:
    return len(parts.responses) + len(parts.rejected) if parts.answers_due else 1_000_000


def _empty_answers(parts: Parts) -> int:
    # "无" answers a task that names it as an answer ("没有则回答无"), and nothing else.
    allowed = any("无" in prompt for prompt in parts.prompts)
    said = parts.responses + parts.rejected
    return sum(leftovers.is_empty_answer(text) and not (allowed and text.strip() == "无") for text in said)


def _refused_answers(parts: Parts) -> int:
    # With tools at hand, "I have no tool for that" is the lesson, not a refusal.
    return 0 if parts.has_tools else sum(answers.is_refused(answer) for answer in parts.responses)


def _cut_off_answers(parts: Parts) -> int:
    told = parts.responses
    if not told:
        return 0
    broken = sum(answers.is_cut_off(answer, "middle") for answer in told[:-1])
    return broken + answers.is_cut_off(told[-1], answers.punctuation_habit(told[:-1], parts.prompts))


_GOPHER = "Gopher: Rae et al. 2021, arXiv:2112.11446, section A1"
_C4 = "C4: Raffel et al. 2020, arXiv:1910.10683, section 2.2"
_CHAT = "chat logs: ours"

# In order of certainty: the first rule that fails gives a row its reason.
RULES: tuple[Rule, ...] = (
    Rule("min_turns", "empty_answer", "row", _answers_missing, "min_turns", "min", _CHAT),
    Rule("empty_answers", "empty_answer", "row", _empty_answers, "max_empty_answers", "max", _CHAT),
    Rule("garbled_share", "garbled", "any", garbled_share, "max_garbled_share", "max", "ftfy's badness; ours"),
    Rule("template_tokens", "template_tokens", "any", leftovers.template_tokens, "max_template_tokens", "max", _CHAT),
    Rule(
        "unfilled_slots",
        "unfilled_slots",
        "any",
        leftovers.unfilled_slots,
        "max_unfilled_slots",
        "max",
        f"{_C4} (curly brackets)",
    ),
    Rule(
        "refused_answers",
        "refused_answer",
        "row",
        _refused_answers,
        "max_refused_answers",
        "max",
        "Vicuna's and ShareGPT cleaning lists; ours",
        ("zh", "en", "mixed"),
    ),
    Rule("min_prompt_chars", "too_short", "prompt", measures.length, "min_prompt_chars", "min", _GOPHER),
    Rule("max_prompt_chars", "too_long", "prompt", measures.length, "max_prompt_chars", "max", _GOPHER),
    Rule("min_response_chars", "too_short", "response", measures.length, "min_response_chars", "min", _GOPHER),
    Rule("max_response_chars", "too_long", "response", measures.length, "max_response_chars", "max", _GOPHER),
    Rule("min_text_chars", "too_short", "text", measures.length, "min_text_chars", "min", _CHAT),
    Rule("max_text_chars", "too_long", "text", measures.length, "max_text_chars", "max", _GOPHER),
    Rule(
        "duplicate_line_share",
        "repeated_lines",
        "any",
        measures.duplicate_line_share,
        "max_duplicate_line_share",
        "max",
        f"{_GOPHER}, Table A1: 0.30",
    ),
    Rule(
        "duplicate_ngram_share",
        "repeated_text",
        "any",
        measures.duplicate_ngram_share,
        "max_duplicate_ngram_share",
        "max",
        f"{_GOPHER}, Table A1: 10-grams; bound ours",
    ),
    Rule(
        "repeated_run_share",
        "repeated_text",
        "response",
        measures.repeated_run_share,
        "max_repeated_run_share",
        "max",
        f"{_GOPHER} (repetition); measure ours",
    ),
    Rule(
        "cut_off_answers",
        "cut_off_answer",
        "row",
        _cut_off_answers,
        "max_cut_off_answers",
        "max",
        f"{_C4} (terminal punctuation), made conservative",
        ("zh", "en", "mixed"),
    ),
    Rule(
        "symbol_share",
        "too_many_symbols",
        "any",
        measures.symbol_share,
        "max_symbol_share",
        "max",
        f"{_GOPHER} (symbol-to-word ratio); by characters",
    ),
    Rule("language", "unwanted_language", "whole", language_of, "languages", "max", f"{_C4} (language); scripts"),
)
