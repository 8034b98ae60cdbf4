"""What the health check can find: for each finding its group, how grave it is, why it matters and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")
GROUPS = ("structure", "content", "tools", "preference", "length", "duplicates", "balance", "size")


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding. ``mend`` is what to do about it."""

    group: str
    severity: Severity
    title: str
    why: str
    mend: str


_CONVERT = "run format_converter.py: it writes the good rows and keeps the bad ones apart with place and reason"
_BUILD = "let `gristmill build` do it"
_NORMALIZE = f"{_BUILD} (stage normalize_text)"
_LF = "LLaMA-Factory"

_STRUCTURE = {
    "unreadable_rows": ("critical", "rows that cannot be read", "trainers drop such rows silently, or stop", _CONVERT),
    "duplicate_keys": (
        "critical",
        "objects in which one key stands twice, with different values",
        "each reader keeps another of the two, and none says so",
        "write each key once; find the program that wrote the file",
    ),
    "unknown_format": (
        "critical",
        "rows of no known format",
        "a trainer finds no column to read",
        "name the columns with --fields instruction=... output=...",
    ),
    "mixed_formats": (
        "warning",
        "rows of several formats in one data set",
        "a trainer reads one format and drops the others",
        "convert all to one format with format_converter.py",
    ),
    "unknown_role": (
        "critical",
        "roles that no format knows",
        f"{_LF} drops the dialogue; a chat template raises or leaves the turn out",
        "rename them to system, user, assistant or tool",
    ),
    "mixed_case_role": (
        "warning",
        "roles in capitals or with spaces around them",
        "loaders compare roles exactly: User is an unknown role",
        "convert with format_converter.py into another format, which writes each role in its own plain word",
    ),
    "turns_do_not_alternate": (
        "warning",
        "turns out of order, or of an odd number",
        f"{_LF} wants user and assistant by turns, an even number of them; it drops other dialogues, and chat "
        "templates of some models raise",
        "merge neighbouring turns of one role, or cut the dialogue",
    ),
    "ends_on_user": (
        "warning",
        "dialogues that end without an answer",
        f"the last turn trains nothing, and {_LF} drops the row",
        "cut the last turn, or add its answer",
    ),
    "no_question_or_answer": (
        "critical",
        "dialogues without any turn of a user, or of an assistant",
        "there is nothing to answer, or nothing to train on",
        _CONVERT,
    ),
    "double_system": (
        "warning",
        "several system prompts in one dialogue",
        "most chat templates take one, at the front",
        "merge system prompts into one at the front",
    ),
    "late_system": (
        "warning",
        "a system prompt that is not the first turn",
        f"most chat templates take it at the front only, and {_LF} drops the row",
        "move it to the front",
    ),
    "media_count": (
        "critical",
        "media files and tags that differ in number",
        f"{_LF} stops at such a row",
        "give one <image>, <video> or <audio> tag for each file",
    ),
}
_CONTENT = {
    "empty_content": (
        "critical",
        "turns, answers or texts that are empty or a table's nan",
        "an empty answer teaches silence; most trainers drop the row or stop",
        _CONVERT,
    ),
    "says_nothing": (
        "critical",
        'turns such as "None", "nan" or "null"',
        "a missing value was written as text, and is learnt as an answer",
        "remove the rows, or fill the values in",
    ),
    "template_token": (
        "critical",
        "chat-template tokens left in the text",
        "they break the structure that the template gives, and can end a turn",
        "remove them; text should hold no <|...|>, [INST] or </s>",
    ),
    "unclosed_think": (
        "warning",
        "<think> without </think>",
        "the model learns to think without end",
        "close the tag, or remove the rows",
    ),
    "broken_text": (
        "warning",
        "mojibake or replacement characters",
        "text decoded with the wrong encoding teaches nonsense",
        f"read the source in its own encoding, or {_NORMALIZE}",
    ),
    "unfilled_slot": (
        "warning",
        "unfilled slots such as {order_id}",
        "the model learns to say the slot's name",
        "fill the slots, or remove the rows",
    ),
    "personal_data": (
        "critical",
        "residual personal data",
        "a model repeats what it was trained on, names and numbers included",
        f"desensitise before training: {_BUILD} (stage remove_pii)",
    ),
    "refused_answer": (
        "warning",
        "answers that refuse or speak as an AI",
        "a model learns refusals fast and over-generalises them",
        "remove them where they are not meant",
    ),
    "control_characters": ("warning", "control characters", "they become rare tokens", _NORMALIZE),
    "html": ("info", "HTML in the text", "the model learns to write markup", _NORMALIZE),
}
_TOOLS = {
    "unparsable_arguments": (
        "critical",
        "tool calls that are no JSON",
        f"{_LF}'s formatter raises; a model learns to write broken calls",
        "write arguments as JSON text of an object",
    ),
    "undeclared_tool": (
        "warning",
        "calls of a tool that the row does not declare",
        "the model learns to call what it was not given",
        "list the tool in `tools`, or remove the row",
    ),
    "orphan_reply": (
        "warning",
        "a tool's reply without a call before it",
        "the model sees an answer to nothing; chat templates raise",
        "add the call, or remove the reply",
    ),
}
_PREFERENCE = {
    "chosen_equals_rejected": (
        "critical",
        "chosen equals rejected",
        "there is no preference to learn; ms-swift stops",
        "remove the rows",
    ),
    "prompts_differ": (
        "critical",
        "chosen and rejected answer different prompts",
        "the comparison teaches the prompt, not the answer",
        "pair answers to one prompt",
    ),
    "one_label_only": (
        "critical",
        "verdicts of one kind only",
        "KTO needs good and bad answers",
        "add answers of the other kind",
    ),
}
_LENGTH = {
    "answer_beyond_cutoff": (
        "critical",
        "questions that fill the cut-off alone: their answers are truncated away",
        "nothing is trained on such a row, and nobody says so",
        "raise the cut-off (--cutoff here, cutoff_len or max_length there), or shorten the questions",
    ),
    "over_cutoff": (
        "warning",
        "rows longer than the cut-off",
        "what lies beyond it is dropped, mostly the end of the answer: the model learns to stop in mid-sentence",
        "raise the cut-off, or split the rows",
    ),
    "few_long_rows": (
        "info",
        "a twentieth of the rows holds more than half of the text",
        "the loss of an epoch is mostly theirs",
        "look at the longest rows; split them or take fewer",
    ),
}
_DUPLICATES = {
    "exact_copies": (
        "warning",
        "exact copies of an earlier row",
        "copies are learnt by heart and weigh one case more than others",
        f"deduplicate: {_BUILD} (stage deduplicate_exact)",
    ),
    "near_copies": (
        "warning",
        "near copies of an earlier row (estimate)",
        "near copies weigh one case more than others and leak into evaluation",
        f"deduplicate: {_BUILD} (stage deduplicate_near)",
    ),
    "copies_across_files": (
        "critical",
        "copies, exact or near, of a row in another file",
        "where the files are splits, evaluation asks what training told",
        f"deduplicate before splitting: {_BUILD} (stages deduplicate_* and split)",
    ),
}
_BALANCE = {
    "mixed_languages": (
        "info",
        "a second language in a small share of rows",
        "a small share is learnt badly and disturbs the rest",
        "check that it is wanted; balance or separate the languages",
    ),
    "one_intent_dominates": (
        "warning",
        "one intent or topic has more than half of the rows",
        "the model answers everything as if it were that one",
        "take fewer of it, or more of the others",
    ),
    "rare_intents": (
        "info",
        "intents or topics with fewer than ten rows",
        "so few are not learnt",
        "collect or synthesise more of them",
    ),
    "one_source_dominates": (
        "info",
        "one source has more than nine tenths of the rows",
        "the model takes over its style, and the other sources hardly count",
        "check that it is wanted",
    ),
}
_SIZE = {
    "no_rows": ("critical", "no usable row", "there is nothing to train on", "check the path and the format"),
    "too_few_rows": (
        "critical",
        "fewer than 100 rows",
        "no effect of fine-tuning is to be expected",
        "collect or synthesise more; 1,000 and more are better, quality before amount",
    ),
    "few_rows": (
        "info",
        "fewer than 1,000 rows",
        "an effect shows from 100 rows on, and is better with 1,000 and more",
        "collect or synthesise more, quality before amount",
    ),
}
_BY_GROUP = (_STRUCTURE, _CONTENT, _TOOLS, _PREFERENCE, _LENGTH, _DUPLICATES, _BALANCE, _SIZE)
RULES: dict[str, Rule] = {
    code: Rule(group, *told)  # type: ignore[arg-type]  # the tables' severities are literals, which a dict widens to str
    for group, rules in zip(GROUPS, _BY_GROUP, strict=True)
    for code, told in rules.items()
}

# Why a row cannot be read -> the finding that says so; every other reason counts as unreadable_rows.
REASONS = {
    "duplicate_key": "duplicate_keys",
    "unknown_shape": "unknown_format",
    "no_field_mapping": "unknown_format",
    "unknown_role": "unknown_role",
    "wrong_role": "unknown_role",
    "no_user_turn": "no_question_or_answer",
    "no_assistant_turn": "no_question_or_answer",
    "empty_dialogue": "no_question_or_answer",
    "empty_turn": "empty_content",
    "empty_output": "empty_content",
    "empty_text": "empty_content",
    "bad_tool_call": "unparsable_arguments",
    "bad_tools": "unparsable_arguments",
    "bad_media": "media_count",
}
