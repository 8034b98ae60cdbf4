"""OpenAI's fine-tuning files: a file that breaks a rule is refused whole, with the line's number.

The validator is OpenAI's own and runs nowhere else, so each rule says in which document it was read: the cookbook's
checks, the API description (``FineTuneChatRequestInput`` and ``FineTunePreferenceRequestInput`` stand in it up to
commit bf2a340, March 2025, and were left out later), the guides of developers.openai.com as of 2026, or the report of
somebody whose file was refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jobs.formats.targets import common
from jobs.formats.targets.rule import Layout, SetRule, Shape, Target, View, rule

_COOKBOOK = "openai/openai-cookbook examples/Chat_finetuning_data_prep.ipynb"
_OPENAPI = "openai/openai-openapi openapi.yaml"
_CHAT = f"{_OPENAPI} (FineTuneChatRequestInput)"
_ASSISTANT = f"{_OPENAPI} (FineTuneChatCompletionRequestAssistantMessage)"
_CALLS = f"{_OPENAPI} (ChatCompletionMessageToolCall)"
_REPLY = f"{_OPENAPI} (ChatCompletionRequestToolMessage)"
_PAIR = f"{_OPENAPI} (FineTunePreferenceRequestInput)"
_GUIDES = "developers.openai.com/api docs/guides"
_SUPERVISED, _VISION = f"{_GUIDES}/supervised-fine-tuning.md", f"{_GUIDES}/vision-fine-tuning.md"
_DPO = f"{_GUIDES}/direct-preference-optimization.md"
_LAST = "kohhnagata/clone-factory-v1 issues/3 (the API's refusal; github.com)"
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
    *("function_call", "refusal", "audio"),
)
_ROW_KEYS = ("messages", "tools", "functions", "parallel_tool_calls")
_PAIR_KEYS = ("input", "preferred_output", "non_preferred_output")
_SMALLEST, _MOST_IMAGES = 10, 10
# What a content part may be; audio and files are not taken for fine-tuning.
_PARTS = frozenset({"text", "image_url", "refusal"})
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
            for key in ("id", "type"):
                if not isinstance(call.get(key), str):
                    return f"{view.at}[{i}].tool_calls[{j}].{key}"
            if not isinstance(function.get("name"), str):
                return f"{view.at}[{i}].tool_calls[{j}].function.name"
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
        if roles != ["assistant"]:
            return view.path(name)
    return None


def _parts(turns: Any, at: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Path, role and part of every content part that is an object."""
    for i, turn in enumerate(turns if isinstance(turns, list) else []):
        content = turn.get("content") if isinstance(turn, dict) else None
        for j, part in enumerate(content if isinstance(content, list) else []):
            if isinstance(part, dict):
                yield f"{at}[{i}].content[{j}]", turn.get("role"), part


def _images(view: View) -> list[tuple[str, Any, dict[str, Any]]]:
    return [found for found in _parts(view.turns, view.at) if found[2].get("type") == "image_url"]


def _unsupported_part(view: View) -> str | None:
    return next((at for at, _, part in _parts(view.turns, view.at) if part.get("type") not in _PARTS), None)


def _image_of_assistant(view: View) -> str | None:
    return next((at for at, role, _ in _images(view) if role == "assistant"), None)


def _too_many_images(view: View) -> str | None:
    images = _images(view)
    return images[_MOST_IMAGES][0] if len(images) > _MOST_IMAGES else None


def _image_is_no_url(view: View) -> str | None:
    for at, _, part in _images(view):
        url = part["image_url"].get("url") if isinstance(part.get("image_url"), dict) else None
        if not (isinstance(url, str) and url.startswith(("http://", "https://", "data:image/"))):
            return f"{at}.image_url.url"
    return None


def _image_in_pair(view: View) -> str | None:
    given = view.row.get("input")
    messages = given.get("messages") if isinstance(given, dict) else None
    places = [(messages, "$.input.messages"), *((view.get(name), view.path(name)) for name in _PAIR_KEYS[1:])]
    found = (at for turns, where in places for at, _, part in _parts(turns, where) if part.get("type") != "text")
    return next(found, None)


def _developer(view: View) -> str | None:
    turns = enumerate(view.turns)
    return next(
        (f"{view.at}[{i}].role" for i, t in turns if isinstance(t, dict) and t.get("role") == "developer"), None
    )


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
         "use system, user, assistant and tool", _COOKBOOK, common.unknown_role, *_TURNS),
    rule("developer_role", "harms", "the role developer",
         "the description of training files knows system, user, assistant, tool and function", "write system", _CHAT,
         _developer, *_TURNS),
    rule("missing_content", "stops", "a message without content and without tool calls", _REFUSED,
         "fill the content in", _COOKBOOK, _bad_content, *_TURNS),
    rule("message_unrecognized_key", "stops", "a key of a message that is not known", _REFUSED, "remove the key",
         _COOKBOOK, common.unknown_turn_keys(_TURN_KEYS), *_TURNS),
    rule("unrecognized_column", "harms", "a column that is not documented", "it trains nothing, and may be refused",
         "keep messages, tools and parallel_tool_calls alone", _CHAT, _other_columns, "turns", "openai_pair"),
    rule("example_missing_assistant_message", "stops", "no message of the assistant", _REFUSED, "remove the row",
         _COOKBOOK, _no_answer, *_TURNS),
    rule("last_is_not_assistant", "stops", "a dialogue that ends without an answer", _REFUSED,
         "cut the last turn, or add its answer", _LAST, _last, *_TURNS),
    rule("bad_weight", "stops", "a weight that is not 0 or 1 on an assistant's message", _REFUSED, "write 0 or 1",
         _ASSISTANT, _bad_weight, *_TURNS),
    rule("bad_tool_call", "stops", "a tool call without id, type or name, or whose arguments are no JSON text",
         _REFUSED, "write the arguments as JSON text, and give each call its id, type and name", _CALLS, _arguments,
         *_TURNS),
    rule("orphan_reply", "stops", "a tool message that answers no call before it", _REFUSED,
         "give it the tool_call_id of its call", _REPLY, _orphan_reply, *_TURNS),
    rule("tools_are_text", "stops", "tools as text and not as a list", _REFUSED, "write the list of tools", _CHAT,
         _tools_are_text, *_TURNS),
    rule("unsupported_part", "stops", "a content part that is neither text nor image_url", _REFUSED,
         "write text, or an image as image_url", f"{_OPENAPI} (FineTuneChatRequestInput, version 2.3.0)",
         _unsupported_part, *_TURNS),
    rule("image_of_assistant", "stops", "an image in the assistant's message", _REFUSED, "move it to the question",
         _VISION, _image_of_assistant, *_TURNS),
    rule("too_many_images", "stops", "more than 10 images in one row", _REFUSED, "split the row", _VISION,
         _too_many_images, *_TURNS),
    rule("image_is_no_url", "stops", "an image that is neither an HTTP address nor a data URL",
         "the image cannot be fetched, and the row is left out or the file refused",
         "write data:image/png;base64,... or an address", _VISION, _image_is_no_url, *_TURNS),
    rule("bad_input", "stops", "no input with messages", _REFUSED, "write input.messages", _PAIR, _bad_input,
         "openai_pair"),
    rule("bad_output", "stops", "an output that is not one message of the assistant", _REFUSED,
         "write one assistant message in each output, and what both share into input", _PAIR, _bad_output,
         "openai_pair"),
    rule("pair_is_not_text", "stops", "a pair with an image or another part that is no text", _REFUSED,
         "use text alone", _DPO, _image_in_pair, "openai_pair"),
    rule("outputs_are_equal", "harms", "both outputs say the same", "the pair has no gradient", "remove the row",
         _DPO, _same_output, "openai_pair"),
    rule("all_masked", "harms", "no answer that is trained", "every weight is 0: the row trains nothing",
         "give the answer to train weight 1", _ASSISTANT, _all_masked, *_TURNS),
    rule("over_cutoff", "harms", "longer than the cut-off", "what lies beyond the model's limit is cut off",
         "split the dialogue", _COOKBOOK, common.over_cutoff),
)  # fmt: skip
SET_RULES = (
    SetRule("unknown_columns", "stops", "neither messages nor input with outputs", _REFUSED,
            "export the format chatml", _COOKBOOK, common.UnknownColumns),
    SetRule("too_few_rows", "stops", "fewer than 10 rows", "a file needs at least 10 examples", "add rows",
            _SUPERVISED, TooFew),
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
