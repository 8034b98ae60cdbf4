"""What the health check can find: for each finding its severity, why it matters and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding. ``mend`` is what to do about it."""

    severity: Severity
    title: str
    why: str
    mend: str


_CONVERT = "run format_converter.py: it writes the good rows and keeps the bad ones apart with place and reason"
_BUILD = "let `gristmill build` do it"

RULES: dict[str, Rule] = {
    "no_rows": Rule("critical", "no usable row", "there is nothing to train on", "check the path and the format"),
    "unreadable_rows": Rule(
        "critical",
        "rows that cannot be read",
        "trainers drop such rows without a word, or stop",
        _CONVERT,
    ),
    "mixed_formats": Rule(
        "warning",
        "rows of several formats in one file",
        "a trainer reads one format and drops the others",
        "convert all to one format with format_converter.py",
    ),
    "personal_data": Rule(
        "critical",
        "residual personal data",
        "a model repeats what it was trained on, names and numbers included",
        f"desensitise before training: {_BUILD} (stage remove_pii)",
    ),
    "exact_copies": Rule(
        "warning",
        "exact copies of an earlier row",
        "copies are learnt by heart and leak from training into evaluation",
        f"deduplicate: {_BUILD} (stage deduplicate_exact)",
    ),
    "near_copies": Rule(
        "warning",
        "near copies of an earlier row (estimate)",
        "near copies weigh one case more than others and leak into evaluation",
        f"deduplicate: {_BUILD} (stage deduplicate_near)",
    ),
    "turns_do_not_alternate": Rule(
        "warning",
        "turns that do not alternate between user and assistant",
        "LLaMA-Factory drops such a dialogue; chat templates of some models raise",
        "merge neighbouring turns of one role, or cut the dialogue",
    ),
    "ends_on_user": Rule(
        "warning",
        "dialogues that end without an answer",
        "the last turn trains nothing, and LLaMA-Factory drops the row",
        "cut the last turn, or add its answer",
    ),
    "late_system": Rule(
        "warning",
        "system prompt that is not the first turn, or several",
        "most chat templates take one, at the front",
        "merge system prompts into one at the front",
    ),
    "template_token": Rule(
        "critical",
        "chat-template tokens left in the text",
        "they break the structure that the template gives, and can end a turn",
        "remove them; text should hold no <|...|>, [INST] or </s>",
    ),
    "unfilled_slot": Rule(
        "warning",
        "unfilled slots such as {order_id}",
        "the model learns to say the slot's name",
        "fill the slots, or remove the rows",
    ),
    "broken_text": Rule(
        "warning",
        "mojibake or replacement characters",
        "text decoded with the wrong encoding teaches nonsense",
        f"read the source in its own encoding, or {_BUILD} (stage normalize_text)",
    ),
    "control_characters": Rule(
        "warning", "control characters", "they become rare tokens", f"{_BUILD} (stage normalize_text)"
    ),
    "html": Rule("info", "HTML in the text", "the model learns to write markup", f"{_BUILD} (stage normalize_text)"),
    "refused_answer": Rule(
        "warning",
        "answers that refuse or speak as an AI",
        "a model learns refusals fast and over-generalises them",
        "remove them where they are not meant",
    ),
    "answer_says_nothing": Rule(
        "critical",
        'answers such as "None" or "null"',
        "a missing value was written as text, and is learnt as an answer",
        "remove the rows, or fill the answers in",
    ),
    "unclosed_think": Rule(
        "warning",
        "<think> without </think>",
        "the model learns to think without end",
        "close the tag, or remove the rows",
    ),
    "media_count": Rule(
        "critical",
        "media files and tags that differ in number",
        "LLaMA-Factory stops at such a row",
        "give one <image>, <video> or <audio> tag for each file",
    ),
    "chosen_equals_rejected": Rule(
        "critical", "chosen equals rejected", "there is no preference to learn; ms-swift stops", "remove the rows"
    ),
    "one_label_only": Rule(
        "critical", "verdicts of one kind only", "KTO needs good and bad answers", "add answers of the other kind"
    ),
    "too_few_rows": Rule(
        "critical",
        "fewer than 100 rows",
        "no effect of fine-tuning is to be expected",
        "collect or synthesise more; 1,000 and more are better, quality before amount",
    ),
    "few_rows": Rule(
        "info",
        "fewer than 1,000 rows",
        "an effect shows from 100 rows on, and is better with 1,000 and more",
        "collect or synthesise more, quality before amount",
    ),
    "long_rows": Rule(
        "info",
        "rows of more than about 2,048 tokens",
        "what lies beyond a trainer's cut-off is dropped, often the answer",
        "raise the cut-off, or split the rows",
    ),
    "mixed_languages": Rule(
        "info",
        "a second language in a small share of rows",
        "a small share is learnt badly and disturbs the rest",
        "check that it is wanted; balance or separate the languages",
    ),
    "one_intent_dominates": Rule(
        "warning",
        "one intent or topic has more than half of the rows",
        "the model answers everything as if it were that one",
        "take fewer of it, or more of the others",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding in a data set.

    Attributes:
        rows: the first rows that have it, from 1.
        detail: kinds with their counts, never values.
    """

    code: str
    severity: Severity
    title: str
    count: int
    rows: tuple[int, ...]
    detail: dict[str, int]
    why: str
    mend: str


def finding(code: str, count: int, rows: list[int], detail: dict[str, int] | None = None) -> Finding:
    """A finding of the rule ``code``."""
    rule = RULES[code]
    return Finding(code, rule.severity, rule.title, count, tuple(rows), detail or {}, rule.why, rule.mend)
