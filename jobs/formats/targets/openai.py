"""OpenAI's fine-tuning files: a file that breaks a rule is refused whole, with the line's number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.formats.targets import common
from jobs.formats.targets.rule import Layout, SetRule, Shape, Target, View, rule

_COOKBOOK = "openai/openai-cookbook examples/Chat_finetuning_data_prep.ipynb"
_OPENAPI = "openai/openai-openapi openapi.yaml (FineTuneChatRequestInput, FineTunePreferenceRequestInput)"
_WORDS = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_TURN_KEYS = (
    *("role", "content", "name", "weight", "tool_calls", "tool_call_id"),
    *("function_call", "refusal", "audio", "parallel_tool_calls"),
)
_ROW_KEYS = ("messages", "tools", "functions", "parallel_tool_calls")
_PAIR_KEYS = ("input", "preferred_output", "non_preferred_output")
_SMALLEST = 10
_TURNS: tuple[Shape, ...] = ("turns",)


def layout(
    columns: frozenset[str], head: Sequence[Mapping[str, Any]], entry: Mapping[str, Any] | None = None
) -> Layout:
    """``messages`` for supervised tuning; ``input`` with two outputs for preferences."""
    for key in ("preferred_output", "preferred_completion"):  # the guide's name, and the API description's
        if key in columns:
            return Layout("openai_pair", columns, {_PAIR_KEYS[1]: key, _PAIR_KEYS[2]: f"non_{key}"}, words=_WORDS)
    return Layout("turns" if "messages" in columns else "unknown", columns, words=_WORDS)


def _no_messages(view: View) -> str | None:
    messages = view.get("messages")
    return None if isinstance(messages, list) and messages else view.at


def _bad_content(view: View) -> str | None:
    for i, turn in enumerate(view.turns):
        if not isinstance(turn, dict):
            return f"{view.at}[{i}]"
        calls = turn.get("tool_calls") or turn.get("function_call")
        content = turn.get("content")
        if not (isinstance(content, str | list) and content) and not (calls and turn.get("role") == "assistant"):
            return f"{view.at}[{i}].content"
    return None


def _no_answer(view: View) -> str | None:
    return None if any(view.role(turn) == "assistant" for turn in view.turns) else view.at


def _last(view: View) -> str | None:
    last = len(view.turns) - 1
    return None if last < 0 or view.role(view.turns[-1]) == "assistant" else f"{view.at}[{last}]"


def _other_columns(view: View) -> str | None:
    kept = [*map(view.layout.name, _PAIR_KEYS)] if view.layout.shape == "openai_pair" else _ROW_KEYS
    return next((f"$.{key}" for key, value in view.row.items() if key not in kept and value is not None), None)


def _bad_weight(view: View) -> str | None:
    for i, turn in enumerate(view.turns):
        weight = turn.get("weight") if isinstance(turn, dict) else None
        if weight is not None and (isinstance(weight, bool) or weight not in (0, 1) or turn.get("role") != "assistant"):
            return f"{view.at}[{i}].weight"
    return None


def _all_masked(view: View) -> str | None:
    answers = [t for t in view.turns if view.role(t) == "assistant"]
    return view.at if answers and all(t.get("weight") == 0 for t in answers) else None


def _arguments(view: View) -> str | None:
    for i, turn in enumerate(view.turns):
        calls = turn.get("tool_calls") if isinstance(turn, dict) else None
        for j, call in enumerate(calls if isinstance(calls, list) else []):
            function = call.get("function") if isinstance(call, dict) else None
            if not isinstance(function, dict) or not common.is_json(function.get("arguments")):
                return f"{view.at}[{i}].tool_calls[{j}].function.arguments"
            if not isinstance(call.get("id"), str):
                return f"{view.at}[{i}].tool_calls[{j}].id"
    return None


def _orphan_reply(view: View) -> str | None:
    called: set[Any] = set()
    for i, turn in enumerate(view.turns):
        if not isinstance(turn, dict):
            continue
        calls = turn.get("tool_calls")
        called |= {c.get("id") for c in calls if isinstance(c, dict)} if isinstance(calls, list) else set()
        if turn.get("role") == "tool" and (turn.get("tool_call_id") is None or turn["tool_call_id"] not in called):
            return f"{view.at}[{i}].tool_call_id"
    return None


def _tools_are_text(view: View) -> str | None:
    tools = view.row.get("tools")
    return None if tools is None or isinstance(tools, list) else "$.tools"


def _bad_input(view: View) -> str | None:
    given = view.row.get("input")
    messages = given.get("messages") if isinstance(given, dict) else None
    return None if isinstance(messages, list) and messages else "$.input.messages"


def _bad_output(view: View) -> str | None:
    for name in _PAIR_KEYS[1:]:
        turns = view.get(name)
        roles = [t.get("role") if isinstance(t, dict) else None for t in turns] if isinstance(turns, list) else []
        if "assistant" not in roles or not set(roles) <= {"assistant", "tool"}:
            return view.path(name)
    return None


def _same_output(view: View) -> str | None:
    first, second = (common.answer_text(view.get(name), view.layout) for name in _PAIR_KEYS[1:])
    return view.path(_PAIR_KEYS[2]) if first is not None and first == second else None


class TooFew:
    """Fewer rows than the smallest file that is taken."""

    def __init__(self, layout: Layout) -> None:
        self._rows = 0

    def add(self, number: int, row: Mapping[str, Any]) -> None:
        """See a row."""
        self._rows = number

    def failing(self) -> Sequence[int] | None:
        """The set as a whole."""
        return [] if self._rows < _SMALLEST else None


_REFUSED = "the file is refused with this line's number"
RULES = (
    rule("missing_messages_list", "stops", "no list of messages", _REFUSED, "export the format chatml", _COOKBOOK,
         _no_messages, *_TURNS),
    rule("unrecognized_role", "stops", "a role that is not known", _REFUSED,
         "use system, developer, user, assistant and tool", _COOKBOOK, common.unknown_role, *_TURNS),
    rule("missing_content", "stops", "a message without content and without tool calls", _REFUSED,
         "fill the content in", _COOKBOOK, _bad_content, *_TURNS),
    rule("message_unrecognized_key", "stops", "a key of a message that is not known", _REFUSED, "remove the key",
         _COOKBOOK, common.unknown_turn_keys(_TURN_KEYS), *_TURNS),
    rule("unrecognized_column", "harms", "a column that is not documented", "it trains nothing, and may be refused",
         "keep messages, tools and parallel_tool_calls alone", _OPENAPI, _other_columns, "turns", "openai_pair"),
    rule("example_missing_assistant_message", "stops", "no message of the assistant", _REFUSED, "remove the row",
         _COOKBOOK, _no_answer, *_TURNS),
    rule("last_is_not_assistant", "stops", "a dialogue that ends without an answer", _REFUSED,
         "cut the last turn, or add its answer", _OPENAPI, _last, *_TURNS),
    rule("bad_weight", "stops", "a weight that is not 0 or 1 on an assistant's message", _REFUSED, "write 0 or 1",
         _OPENAPI, _bad_weight, *_TURNS),
    rule("bad_tool_call", "stops", "a tool call without id, or whose arguments are no JSON text", _REFUSED,
         "write the arguments as JSON text, and give each call an id", _OPENAPI, _arguments, *_TURNS),
    rule("orphan_reply", "stops", "a tool message that answers no call before it", _REFUSED,
         "give it the tool_call_id of its call", _OPENAPI, _orphan_reply, *_TURNS),
    rule("tools_are_text", "stops", "tools as text and not as a list", _REFUSED, "write the list of tools", _OPENAPI,
         _tools_are_text, *_TURNS),
    rule("bad_input", "stops", "no input with messages", _REFUSED, "write input.messages", _OPENAPI, _bad_input,
         "openai_pair"),
    rule("bad_output", "stops", "an output that is not of assistant and tool messages", _REFUSED,
         "write one assistant message in each output", _OPENAPI, _bad_output, "openai_pair"),
    rule("outputs_are_equal", "harms", "both outputs say the same", "the pair has no gradient", "remove the row",
         _OPENAPI, _same_output, "openai_pair"),
    rule("all_masked", "harms", "no answer that is trained", "every weight is 0: the row trains nothing",
         "give the answer to train weight 1", _OPENAPI, _all_masked, *_TURNS),
    rule("over_cutoff", "harms", "longer than the cut-off", "what lies beyond the model's limit is cut off",
         "split the dialogue", _COOKBOOK, common.over_cutoff),
)  # fmt: skip
SET_RULES = (
    SetRule("unknown_columns", "stops", "neither messages nor input with outputs", _REFUSED,
            "export the format chatml", _COOKBOOK, common.UnknownColumns),
    SetRule("too_few_rows", "stops", "fewer than 10 rows", "a file needs at least 10 examples", "add rows",
            _OPENAPI, TooFew),
)  # fmt: skip


def beside(file: str, name: str, shape: Layout) -> dict[str, str]:
    """Uploading and starting a job in three lines."""
    method = '{"type": "dpo"}' if shape.shape == "openai_pair" else '{"type": "supervised"}'
    code = (
        "from openai import OpenAI\n\nclient = OpenAI()\n"
        f'uploaded = client.files.create(file=open("{file}", "rb"), purpose="fine-tune")\n'
        f"client.fine_tuning.jobs.create(training_file=uploaded.id, model=model, method={method})\n"
    )
    return {"openai.py": code}


TARGET = Target("openai", "OpenAI", RULES, SET_RULES, layout, ("chatml", "openai_preference"), beside)
