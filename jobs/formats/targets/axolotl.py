"""Axolotl: type chat_template, alpaca and completion, DPO's chat_template (read at commit 067b021, July 2026)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.formats.targets import common
from jobs.formats.targets.common import DATES, UnknownColumns
from jobs.formats.targets.rule import Layout, SetRule, Shape, Target, View, rule
from jobs.formats.targets.trl import EMPTY_ANSWER

_ROOT = "axolotl-ai-cloud/axolotl src/axolotl"
_CHAT = f"{_ROOT}/prompt_strategies/chat_template.py"
_ALPACA = f"{_ROOT}/prompt_tokenizers.py"
_DPO = f"{_ROOT}/prompt_strategies/dpo/chat_template.py"
_KTO = f"{_ROOT}/prompt_strategies/kto/user_defined.py"
_LENGTH = f"{_ROOT}/utils/data/utils.py"
_WORDS = {
    "human": "user",
    "user": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "system": "system",
    "tool": "tool",
}
_DPO_WORDS = {word: word for word in ("user", "assistant", "system", "tool")}
_TURNS: tuple[Shape, ...] = ("turns",)


def layout(
    columns: frozenset[str], head: Sequence[Mapping[str, Any]], entry: Mapping[str, Any] | None = None
) -> Layout:
    """The layout that the YAML of ``beside`` gives; Axolotl itself is told by its user."""
    key = next((k for k in ("messages", "conversations", "conversation", "prompt") if k in columns), "messages")
    turns = [turn for row in head for turn in _list(row.get(key)) if isinstance(turn, dict)]
    keys = ("from", "value") if any("from" in t for t in turns) and not any("role" in t for t in turns) else None
    role, content = keys or ("role", "content")
    if {"chosen", "rejected"} <= columns:
        return Layout("pair", columns, {"messages": key}, role, content, _DPO_WORDS)
    if {"prompt", "completion", "label"} <= columns:
        return Layout("verdict", columns)
    if key in columns and key != "prompt":
        return Layout("turns", columns, {"messages": key}, role, content, _WORDS)
    if {"instruction", "output"} <= columns:
        return Layout("alpaca", columns, {"prompt": "instruction", "query": "input", "response": "output"})
    return Layout("text" if "text" in columns else "unknown", columns)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _no_list(view: View) -> str | None:
    return None if isinstance(view.get("messages"), list) else view.at


def _empty_list(view: View) -> str | None:
    return view.at if view.get("messages") == [] else None


def _unknown_in_pair(view: View) -> str | None:
    turns = [(f"{view.at}[{i}]", turn) for i, turn in enumerate(view.turns)]
    for name in ("chosen", "rejected"):
        answer = view.get(name)
        answer = answer[-1] if isinstance(answer, list) and answer else answer
        turns += [(view.path(name), answer)] if isinstance(answer, dict) else []
    return next((where for where, turn in turns if view.role(turn) is None), None)


def _several_in_answer(view: View) -> str | None:
    answers = ((name, view.get(name)) for name in ("chosen", "rejected"))
    return next((view.path(name) for name, a in answers if isinstance(a, list) and len(a) != 1), None)


def _no_text(view: View) -> str | None:
    names = ("prompt", "response") if view.layout.shape == "alpaca" else ("prompt", "completion")
    return next((view.path(name) for name in names if not isinstance(view.get(name), str)), None)


def _empty_output(view: View) -> str | None:
    value = view.get("response")
    return view.path("response") if isinstance(value, str) and not value.strip() else None


def _bad_tools(view: View) -> str | None:
    tools = view.get("tools")
    if tools is None or isinstance(tools, list):
        return None
    return None if isinstance(common.loads(tools), list) else view.path("tools")


RULES = (
    rule("no_list", "stops", "no list of turns", "_get_messages raises 'Messages is null'",
         "remove the row, or set field_messages", _CHAT, _no_list, *_TURNS),
    rule("no_turns", "stops", "no turns", "the first turn is read without asking", "remove the row", _CHAT, _empty_list,
         *_TURNS),
    rule("turn_is_no_object", "stops", "a turn that is no object", "reading its keys raises",
         "give every turn a role and content", _CHAT, common.turn_is_no_object, *_TURNS),
    rule("content_is_missing", "stops", "a turn without content and without tool calls",
         "null keys are left out, and templates raise at the missing content", "fill the content in", _CHAT,
         common.content_and_calls_missing, *_TURNS),
    rule("arguments_are_no_json", "stops", "tool-call arguments that are no JSON", "json.loads raises",
         "write the arguments as an object", _CHAT, common.arguments_are_no_json, *_TURNS),
    rule("bad_tools", "stops", "tools that are no list, nor the JSON text of one", "_get_tools raises",
         "write the list of tools", _CHAT, _bad_tools, *_TURNS),
    rule("role_without_map", "stops", "a role that the DPO strategy does not map", "role_map raises KeyError",
         "use user, assistant, system and tool, or give `roles`", _DPO, _unknown_in_pair, "pair"),
    rule("no_text", "stops", "a prompt or answer that is no text", "building the prompt raises",
         "write prompt and answer as text", _KTO, _no_text, "verdict", "alpaca"),
    rule("unknown_role", "harms", "a role that is not mapped", "the word goes to the chat template as it is",
         "map it by `roles` in the YAML", _CHAT, common.unknown_role, *_TURNS),
    rule("nothing_to_train", "harms", "no answer that is trained",
         "every label is -100, and the filter for such rows compares a list with a number, so that it keeps them",
         "remove the row", f"{_ROOT}/utils/trainer.py", common.nothing_to_train, *_TURNS),
    rule("ends_on_user", "harms", "a dialogue that ends without an answer",
         "'Last turn is not trainable' is logged, and its end token may be trained",
         "cut the last turn, or add its answer", _CHAT, common.ends_on_user, *_TURNS),
    EMPTY_ANSWER,
    rule("empty_output", "harms", "an empty output", "nothing of the row is trained",
         "fill the output in, or remove the row", _ALPACA, _empty_output, "alpaca"),
    rule("answers_are_equal", "harms", "chosen equals rejected", "the pair has no gradient", "remove the row", _DPO,
         common.answers_are_equal, "pair"),
    rule("several_in_answer", "harms", "an answer of several turns", "only its last turn is kept",
         "move the turns that both share into the prompt", _DPO, _several_in_answer, "pair"),
    rule("over_cutoff", "drops", "longer than the cut-off",
         "excess_length_strategy drop, the default, drops rows over sequence_len",
         "raise sequence_len, or set excess_length_strategy to truncate", _LENGTH, common.over_cutoff),
)  # fmt: skip
SET_RULES = (
    SetRule("unknown_columns", "stops", "no column that a prompt strategy reads",
            "the strategy raises at the first row", "export the format chatml, sharegpt, alpaca or text", _CHAT,
            UnknownColumns),
    DATES,
)  # fmt: skip


def beside(file: str, name: str, shape: Layout) -> dict[str, str]:
    """The ``datasets`` entry of Axolotl's YAML, role and content keys and the flag of trained turns included."""
    lines = ["# Into your Axolotl YAML.", f"datasets:\n  - path: {file}\n    ds_type: json"]
    if shape.shape == "pair":
        lines = ["rl: dpo", *lines, "    split: train\n    type: chat_template.default"]
        lines.append(f"    field_messages: {shape.name('messages')}")
    elif shape.shape == "turns":
        lines.append(f"    type: chat_template\n    field_messages: {shape.name('messages')}")
        lines.append(
            f"    message_property_mappings:\n      role: {shape.role_key}\n      content: {shape.content_key}\n"
            "    roles_to_train: [assistant]\n    train_on_eos: turn\n    message_field_training: train"
        )
    elif shape.shape == "verdict":
        lines = ["rl: kto", *lines, "    split: train\n    type: {field_prompt: prompt}"]
    else:
        lines.append(f"    type: {'alpaca' if shape.shape == 'alpaca' else 'completion'}")
    lines.append("sequence_len: 2048  # longer rows are dropped: gristmill check ... --cutoff 2048")
    return {"axolotl.yaml": "\n".join(lines) + "\n"}


TARGET = Target(
    "axolotl", "Axolotl", RULES, SET_RULES, layout, ("axolotl", "chatml", "sharegpt", "alpaca", "text"), beside
)
