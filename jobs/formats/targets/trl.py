"""TRL: what SFTTrainer, DPOTrainer, KTOTrainer and GRPOTrainer take (read at commit f2cd577, July 2026)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.formats.targets import common
from jobs.formats.targets.common import DATES, ONE_LABEL, OneLabelOnly, UnknownColumns
from jobs.formats.targets.rule import Layout, SetRule, Shape, Target, View, rule

_UTILS = "huggingface/trl trl/data_utils.py"
_SFT = "huggingface/trl trl/trainer/sft_trainer.py"
_DPO = "huggingface/trl trl/trainer/dpo_trainer.py"
_KTO = "huggingface/trl trl/trainer/kto_trainer.py"
WORDS = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
_GRPO = "huggingface/trl trl/trainer/grpo_trainer.py"
_TURN_KEYS = ("role", "content", "tool_calls", "tool_call_id", "name", "reasoning_content", "thinking")
_TURNS: tuple[Shape, ...] = ("turns",)


def layout(
    columns: frozenset[str], head: Sequence[Mapping[str, Any]], entry: Mapping[str, Any] | None = None
) -> Layout:
    """By the columns' names, which is how TRL tells its data set types apart."""
    shape: Shape = "unknown"
    if {"chosen", "rejected"} <= columns:
        shape = "pair"
    elif {"prompt", "completion", "label"} <= columns:
        shape = "verdict"
    elif {"prompt", "completion"} <= columns:
        shape = "completion"
    elif {"messages", "conversations"} & columns:
        shape = "turns"
    elif "text" in columns:
        shape = "text"
    elif "prompt" in columns:
        shape = "prompt"
    if shape == "turns" and "messages" not in columns:
        # maybe_convert_to_chatml renames from and value, and leaves the roles human and gpt as they are.
        return Layout(shape, columns, {"messages": "conversations"}, "from", "value", WORDS, "from")
    return Layout(shape, columns, words=WORDS)


def _first_is_no_turn(view: View) -> str | None:
    first = view.turns[0] if view.turns else None
    return None if isinstance(first, dict) and view.layout.role_key in first else f"{view.at}[0]"


def _text_is_missing(view: View) -> str | None:
    return None if isinstance(view.get("text"), str) else "$.text"


def _forms_differ(view: View) -> str | None:
    names = {
        "pair": ("chosen", "rejected"),
        "verdict": ("prompt", "completion"),
        "completion": ("prompt", "completion"),
    }
    asked = [*(("prompt",) if "prompt" in view.layout.columns else ()), *names[view.layout.shape]]
    kinds = {_form(view.get(name)) for name in asked}
    return None if kinds in ({"text"}, {"turns"}) else f"$.{asked[-1]}"


def _no_prompt(view: View) -> str | None:
    return "$.prompt" if _form(view.get("prompt")) == "other" else None


def _form(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    turns = value if isinstance(value, list) else []
    return "turns" if turns and all(isinstance(turn, dict) and "role" in turn for turn in turns) else "other"


def _no_shared_prompt(view: View) -> str | None:
    chosen, rejected = view.get("chosen"), view.get("rejected")
    if "prompt" in view.layout.columns or not (isinstance(chosen, list) and isinstance(rejected, list)):
        return None
    return "$.chosen" if chosen and rejected and chosen[0] != rejected[0] else None


def _empty_completion(view: View) -> str | None:
    for name in ("completion", "chosen"):
        value = view.get(name)
        turns = [t for t in value if isinstance(t, dict)] if isinstance(value, list) else []
        said = (
            value
            if isinstance(value, str)
            else "".join(str(t.get("content") or t.get("tool_calls") or "") for t in turns)
        )
        if name in view.layout.columns and isinstance(value, str | list) and not said.strip():
            return f"$.{name}"
    return None


def _no_verdict(view: View) -> str | None:
    return None if isinstance(view.get("label"), bool) else "$.label"


def no_answer(view: View) -> str | None:
    """No turn of the assistant at all."""
    return None if any(view.role(turn) == "assistant" for turn in view.turns) else view.at


def arguments_are_text(view: View) -> str | None:
    """A tool call whose arguments are JSON text and not an object."""
    for i, turn in enumerate(view.turns):
        calls = turn.get("tool_calls") if isinstance(turn, dict) else None
        for j, call in enumerate(calls if isinstance(calls, list) else []):
            function = call.get("function", call) if isinstance(call, dict) else None
            if isinstance(function, dict) and isinstance(function.get("arguments"), str):
                return f"{view.at}[{i}].tool_calls[{j}].function.arguments"
    return None


def _tags_stay_text(view: View) -> str | None:
    for i, turn in enumerate(view.turns):
        content = view.content(turn)
        if isinstance(content, str) and any(tag in content for tag in common.MEDIA_TAGS.values()):
            return f"{view.at}[{i}]" if common.media_columns(view) else None
    return None


ROLE_WORD = rule(
    "unknown_role", "harms", "a role that chat templates do not know",
    "roles such as human and gpt stay as they are: ChatML writes any word, other templates raise, and with "
    "assistant_only_loss no answer is found in such a row", "use system, user, assistant and tool (format chatml)",
    _UTILS, common.unknown_role, *_TURNS,
)  # fmt: skip
EMPTY_ANSWER = rule(
    "empty_answer", "harms", "an assistant's turn that says nothing", "the model learns to end at once",
    "fill the answer in, or cut the dialogue before it", _SFT, common.empty_answer, *_TURNS,
)  # fmt: skip
RULES = (
    rule("no_turns", "stops", "no turns", "is_conversational reads the first turn without asking and raises",
         "remove the row", _UTILS, common.no_turns, *_TURNS),
    rule("first_is_no_turn", "stops", "a first turn without a role",
         "the row counts as one of text, whose column is then missing", "give every turn a role and content", _UTILS,
         lambda view: _first_is_no_turn(view) if view.turns else None, *_TURNS),
    rule("turn_is_no_object", "stops", "a turn that is no object", "the chat template finds no role and raises",
         "give every turn a role and content", _SFT, common.turn_is_no_object, *_TURNS),
    ROLE_WORD,
    rule("content_is_missing", "stops", "a turn without content and without tool calls",
         "templates join strings: null raises", "fill the content in, or remove the turn", _SFT,
         common.content_and_calls_missing, *_TURNS),
    rule("tools_are_no_json", "stops", "tools that are no JSON", "tokenize_fn hands text to json.loads, which raises",
         "write the list of tools as JSON text", _SFT, common.tools_are_no_json),
    rule("no_answer", "stops", "no turn of the assistant",
         "with assistant_only_loss=True the trainer raises at such a row; without it the row trains prompts alone",
         "remove the row", _SFT, no_answer, *_TURNS),
    rule("text_is_missing", "stops", "a text that is none", "adding the end token raises", "remove the row", _SFT,
         _text_is_missing, "text"),
    rule("forms_differ", "stops", "prompt and answers that are not all text or all lists of turns",
         "the trainer adds one to the other and raises", "write all as text, or all as lists of turns", _DPO,
         _forms_differ, "pair", "verdict", "completion"),
    rule("no_shared_prompt", "stops", "an implicit prompt that both answers do not share",
         "extract_prompt finds an empty prompt, and the template raises on it",
         "begin both with the same turns, or give a prompt column", _UTILS, _no_shared_prompt, "pair"),
    rule("no_prompt", "stops", "a prompt that is neither text nor turns", "nothing can be sampled from it: it raises",
         "write text, or a list of turns with role and content", _GRPO, _no_prompt, "prompt"),
    rule("no_verdict", "harms", "a label that is no boolean", "any other value is read as true or false by its size",
         "write true or false", _KTO, _no_verdict, "verdict"),
    rule("empty_completion", "harms", "an empty completion", "the model learns to end at once",
         "fill the completion in, or remove the row", _SFT, _empty_completion, "completion", "verdict", "pair"),
    rule("answers_are_equal", "harms", "chosen equals rejected", "the pair has no gradient", "remove the row", _DPO,
         common.answers_are_equal, "pair"),
    EMPTY_ANSWER,
    rule("ends_on_user", "harms", "a dialogue that ends without an answer",
         "its last turn trains nothing, or, without assistant_only_loss, trains the model to ask",
         "cut the last turn, or add its answer", _SFT, common.ends_on_user, *_TURNS),
    rule("ignored_train_flag", "harms", "a turn marked as not to be trained",
         "TRL reads no such key: every answer is trained", "split the dialogue into prompt and completion", _SFT,
         common.ignored_train_flag, *_TURNS),
    rule("unknown_turn_keys", "harms", "a key of a turn that templates do not read", "it is dropped unseen",
         "put into the content what the model has to see", _SFT,
         common.unknown_turn_keys([*_TURN_KEYS, "from", "value", "train", "weight"]), *_TURNS),
    rule("arguments_are_text", "harms", "tool-call arguments as text and not as an object",
         "templates with `arguments | tojson` escape the text a second time", "write the arguments as an object",
         "huggingface/trl trl/chat_templates/qwen2_5.jinja", arguments_are_text, *_TURNS),
    rule("tags_stay_text", "harms", "<image> tags in text beside media columns",
         "images are put before the first user's text; the tag itself stays text", "use content parts", _UTILS,
         _tags_stay_text, *_TURNS),
    rule("cut_to_nothing", "drops", "nothing that is trained lies before the cut-off",
         "rows whose labels are all masked after truncation are filtered out",
         "raise max_length, or shorten the prompt", _SFT, common.cut_to_nothing),
    rule("over_cutoff", "harms", "longer than the cut-off", "what lies beyond max_length (default 1,024) is cut off",
         "raise max_length, or split the dialogue", _SFT, common.over_cutoff),
)  # fmt: skip
SET_RULES = (
    SetRule("unknown_columns", "stops", "no column that TRL knows",
            "it wants messages, prompt with completion, chosen with rejected, or text, and raises KeyError",
            "export the format chatml, preference or text", _SFT, UnknownColumns),
    DATES,
    SetRule("one_label_only", "harms", ONE_LABEL, "KTO learns one side only", "add verdicts of the other kind", _KTO,
            OneLabelOnly, ("verdict",)),
)  # fmt: skip

_FORMATS = ("chatml", "preference", "prompt_completion", "prompt_only", "text")


def beside(file: str, name: str, shape: Layout) -> dict[str, str]:
    """Loading code of three lines."""
    trainer, config, options = {
        "pair": ("DPOTrainer", "DPOConfig", ""),
        "verdict": ("KTOTrainer", "KTOConfig", ""),
        "prompt": ("GRPOTrainer", "GRPOConfig", ""),
        "turns": ("SFTTrainer", "SFTConfig", ", assistant_only_loss=True"),
    }.get(shape.shape, ("SFTTrainer", "SFTConfig", ""))
    length, more = (", max_length=2048", "processing_class=tokenizer")
    if shape.shape == "prompt":
        length, more = "", "reward_funcs=rewards"
    code = (
        "from datasets import load_dataset\n"
        f"from trl import {config}, {trainer}\n\n"
        f'dataset = load_dataset("json", data_files="{file}", split="train")\n'
        f'arguments = {config}(output_dir="output"{length}{options})\n'
        f"trainer = {trainer}(model=model, args=arguments, train_dataset=dataset, {more})\n"
    )
    return {"trl.py": code}


TARGET = Target("trl", "TRL", RULES, SET_RULES, layout, _FORMATS, beside)
