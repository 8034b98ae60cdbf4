"""Unsloth: standardize_data_formats, then the chat template, then train_on_responses_only (unsloth-zoo ce232d6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.formats.targets import common
from jobs.formats.targets.common import DATES, UnknownColumns
from jobs.formats.targets.rule import Layout, SetRule, Shape, Target, View, rule
from jobs.formats.targets.trl import EMPTY_ANSWER, ROLE_WORD, arguments_are_text
from jobs.formats.targets.trl import layout as _trl_layout

_ZOO = "unslothai/unsloth-zoo unsloth_zoo/dataset_utils.py"
_TEMPLATES = "unslothai/unsloth unsloth/chat_templates.py"
# The aliases of standardize_data_formats.
_ALIASES = {
    "system": "system",
    "user": "user",
    "human": "user",
    "input": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "output": "assistant",
}
_GUESSED_FROM = 10


def layout(
    columns: frozenset[str], head: Sequence[Mapping[str, Any]], entry: Mapping[str, Any] | None = None
) -> Layout:
    """A column ``conversations`` is standardised; ``messages`` goes to the template as it is."""
    if "conversations" in columns:
        turns = common.turns_of(head, "conversations")
        openai = any("role" in turn for turn in turns)
        keys = ("role", "content") if openai else ("from", "value")
        return Layout("turns", columns, {"messages": "conversations"}, *keys, _ALIASES, "standardize")
    if {"instruction", "output"} <= columns:
        return Layout("alpaca", columns)
    found = _trl_layout(columns, head)
    return found if found.shape in ("turns", "text", "completion", "pair", "verdict") else Layout("unknown", columns)


def _standardised(check: Any) -> Any:
    return lambda view: check(view) if view.layout.style == "standardize" else None


def _other_keys(view: View) -> str | None:
    keys = {view.layout.role_key, view.layout.content_key}
    for i, turn in enumerate(view.turns):
        if not isinstance(turn, dict) or set(turn) != keys or not all(isinstance(v, str) for v in turn.values()):
            return f"{view.at}[{i}]"
    return None


def _no_alias(view: View) -> str | None:
    for i, turn in enumerate(view.turns):
        word = turn.get(view.layout.role_key) if isinstance(turn, dict) else None
        if not isinstance(word, str) or word.strip().lower() not in _ALIASES:
            return f"{view.at}[{i}].{view.layout.role_key}"
    return None


def _no_output(view: View) -> str | None:
    return "$.output" if view.get("output") is None else None


class RolesLookLikeText:
    """Among the first ten rows the role key has no fewer different values than the content key.

    The key with fewer different values is taken for the role; at a tie the second key of a turn is.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._values: dict[str, set[str]] = {}

    def add(self, number: int, row: Mapping[str, Any]) -> None:
        """See a row."""
        turns = row.get(self._layout.name("messages"))
        if number > _GUESSED_FROM or not isinstance(turns, list) or self._layout.style != "standardize":
            return
        for turn in turns:
            for key, value in turn.items() if isinstance(turn, dict) else ():
                if isinstance(value, str):
                    self._values.setdefault(key, set()).add(value)

    def failing(self) -> Sequence[int] | None:
        """The set as a whole."""
        if len(self._values) != 2 or self._layout.role_key not in self._values:
            return None
        first, second = self._values
        taken = first if len(self._values[first]) < len(self._values[second]) else second
        return None if taken == self._layout.role_key else []


_TURNS: tuple[Shape, ...] = ("turns",)
RULES = (
    rule("no_turns", "harms", "no turns", "an empty text is trained on", "remove the row", _TEMPLATES, common.no_turns,
         *_TURNS),
    rule("other_keys", "stops", "a turn with other keys than its role and text, or with a value that is no text",
         "standardize_data_formats wants exactly two keys of text in every turn and raises",
         "use a column messages instead, which it leaves alone, or drop the other keys", _ZOO,
         _standardised(_other_keys), *_TURNS),
    rule("role_without_alias", "stops", "a role without an alias",
         "standardize_data_formats knows system, user, human, input, assistant, gpt and output, and raises at others",
         "use a column messages with role and content for dialogues with tools", _ZOO,
         _standardised(_no_alias), *_TURNS),
    rule("content_is_missing", "stops", "a turn without content and without tool calls",
         "templates join strings: null raises", "fill the content in, or remove the turn", _TEMPLATES,
         common.content_and_calls_missing, *_TURNS),
    ROLE_WORD,
    rule("nothing_to_train", "drops", "no answer that could be trained",
         "train_on_responses_only removes rows whose labels are all -100", "remove the row", _ZOO,
         lambda view: None if any(view.role(t) == "assistant" for t in view.turns) else view.at, *_TURNS),
    EMPTY_ANSWER,
    rule("output_is_none", "harms", "an output that is null", "to_sharegpt writes the text 'None', which is learnt",
         "fill the output in, or remove the row", _TEMPLATES, _no_output, "alpaca"),
    rule("ends_on_user", "harms", "a dialogue that ends without an answer", "its last turn trains nothing",
         "cut the last turn, or add its answer", _ZOO, common.ends_on_user, *_TURNS),
    rule("ignored_train_flag", "harms", "a turn marked as not to be trained", "every answer is trained",
         "split the dialogue so that it ends on the turn to train, and use last_response_only=True", _ZOO,
         common.ignored_train_flag, *_TURNS),
    rule("arguments_are_text", "harms", "tool-call arguments as text and not as an object",
         "templates with `arguments | tojson` escape the text a second time", "write the arguments as an object",
         _TEMPLATES, arguments_are_text, *_TURNS),
    rule("cut_to_nothing", "drops", "nothing that is trained lies before the cut-off",
         "train_on_responses_only removes rows whose labels are all -100",
         "raise max_seq_length, or shorten the prompt", _ZOO, common.cut_to_nothing),
    rule("over_cutoff", "harms", "longer than the cut-off", "what lies beyond max_seq_length is cut off",
         "raise max_seq_length, or split the dialogue", _ZOO, common.over_cutoff),
)  # fmt: skip
SET_RULES = (
    SetRule("unknown_columns", "stops", "no column that Unsloth knows",
            "without text, conversations or messages it asks for a formatting_func and raises",
            "export the format chatml, sharegpt or text", _ZOO, UnknownColumns),
    SetRule("roles_look_like_text", "harms", "first ten rows with fewer different texts than roles",
            "unsloth-zoo before 2026.10 takes the key with fewer different values for the role, and raises or swaps "
            "both; later ones go by the words",
            "shuffle the rows, or use a column messages", _ZOO, RolesLookLikeText, _TURNS),
    DATES,
)  # fmt: skip


def beside(file: str, name: str, shape: Layout) -> dict[str, str]:
    """Loading code of three lines, and the mask that trains answers alone."""
    column = shape.name("messages")
    code = (
        "from datasets import load_dataset\n"
        "from unsloth.chat_templates import standardize_sharegpt, train_on_responses_only\n\n"
        f'dataset = standardize_sharegpt(load_dataset("json", data_files="{file}", split="train"))\n'
        "render = lambda rows: {\n"
        f'    "text": [tokenizer.apply_chat_template(turns, tokenize=False) for turns in rows["{column}"]]\n'
        "}\n"
        "dataset = dataset.map(render, batched=True)\n"
        "# With an SFTTrainer on dataset: trainer = train_on_responses_only(trainer)\n"
    )
    return {"unsloth.py": code}


TARGET = Target("unsloth", "Unsloth", RULES, SET_RULES, layout, ("chatml", "sharegpt", "text", "alpaca"), beside)
