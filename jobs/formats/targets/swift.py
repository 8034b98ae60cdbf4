"""ms-swift: what its preprocessors keep (read at commit 3602360, August 2026). Without ``strict``, bad rows go."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jobs.formats.targets import common
from jobs.formats.targets.common import DATES
from jobs.formats.targets.rule import ABSENT, Check, Layout, Shape, Target, View, rule

_CORE = "modelscope/ms-swift swift/dataset/preprocessor/core.py"
_TEMPLATE = "modelscope/ms-swift swift/template/base.py"
_WORDS = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "bot": "assistant",
    "tool": "tool",
    "tool_response": "tool",
    "function_response": "tool",
    "observation": "tool",
    "observations": "tool",
    "tool_call": "call",
    "function_call": "call",
}
_KEPT = ("role", "content", "loss", "loss_scale", "from", "value", "tool_calls")
_QUERY = ("query", "prompt", "input", "instruction", "question", "problem")
_RESPONSE = (
    *("response", "answer", "output", "targets", "target", "answer_key", "answers", "solution"),
    *("text", "completion", "content"),
)
_TURNS: tuple[Shape, ...] = ("turns",)


def layout(
    columns: frozenset[str], head: Sequence[Mapping[str, Any]], entry: Mapping[str, Any] | None = None
) -> Layout:
    """As AutoPreprocessor chooses: a list of turns, instruction with input, or a query with its response."""
    key = next((k for k in ("messages", "conversation", "conversations") if k in columns), None)
    if key:
        return Layout("turns", columns, {"messages": key}, words=_WORDS)
    if {"instruction", "input"} <= columns:
        return Layout("alpaca", columns, {"prompt": "instruction", "query": "input", "response": "output"})
    # Where two columns mean the same, safe_rename_columns renames neither, and both are lost.
    query, response = ([c for c in names if c in columns] for names in (_QUERY, _RESPONSE))
    names = {"query": query[0] if len(query) == 1 else f"{ABSENT}query"}
    names["response"] = response[0] if len(response) == 1 else f"{ABSENT}response"
    return Layout("completion", columns, names)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return []
    return value if isinstance(value, list) else []


def _bad_pairs(view: View) -> str | None:
    """A turn without role and content is read as an exchange: {user or human, assistant or gpt or bot}."""
    for i, turn in enumerate(view.turns):
        if not isinstance(turn, dict):
            return f"{view.at}[{i}]"
        asked, answered = (any(turn.get(k) is not None for k in keys) for keys in (_ASKED, _ANSWERED))
        if not (asked and answered):
            return f"{view.at}[{i}]"
    return None


_KEYS = {"from": "role", "value": "content"}
_ASKED, _ANSWERED = ("user", "human"), ("assistant", "gpt", "bot")


def _are_exchanges(view: View) -> bool:
    first = view.turns[0] if view.turns and isinstance(view.turns[0], dict) else {"role": None}
    return not {"role", "content", "from", "value"} & set(first)


def _standard(turn: Any) -> Any:
    """A turn under the keys role and content, as ``_to_std_key`` renames them."""
    if not isinstance(turn, dict):
        return turn
    renamed = {_KEYS.get(key, key): value for key, value in turn.items() if key not in _KEYS}
    return renamed | {_KEYS[key]: value for key, value in turn.items() if key in _KEYS}


def _role(view: View) -> str | None:
    for i, turn in enumerate(view.turns):
        word = turn.get(view.layout.role_key) if isinstance(turn, dict) else None
        if not isinstance(word, str) or (word not in _WORDS and word.replace("-", "_") not in _WORDS):
            return f"{view.at}[{i}].{view.layout.role_key}"
    return None


def _of_turns(check: Check) -> Check:
    """``check`` on the standardised turns; exchanges are judged by ``_bad_pairs`` alone."""
    return lambda view: None if _are_exchanges(view) else check(replace(view, turns=[*map(_standard, view.turns)]))


def _no_messages(view: View) -> str | None:
    return None if view.turns or _listed(view.row.get(view.layout.name("messages"))) else view.at


def _nothing_asked(view: View) -> str | None:
    instruction, more = view.get("prompt"), view.get("query")
    query = instruction or more if not (instruction and more) else f"{instruction}\n{more}"
    return None if isinstance(query, str) else view.path("prompt")


def _no_response(view: View) -> str | None:
    return view.path("response") if view.get("response") is None else None


def _neither(view: View) -> str | None:
    return "$" if view.get("query") is None and view.get("response") is None else None


def _rejected(view: View) -> str | None:
    if "rejected_response" not in view.layout.columns:
        return None
    value = view.row.get("rejected_response")
    last = view.turns[-1] if view.turns else None
    same = isinstance(value, str) and value == view.content(_standard(last))
    return "$.rejected_response" if value is None or same else None


def _bad_boxes(view: View) -> str | None:
    objects = view.row.get("objects")
    if objects is None:
        return None
    boxes = objects.get("bbox") if isinstance(objects, dict) else None
    good = isinstance(boxes, list) and all(isinstance(b, list) and len(b) in (2, 4) for b in boxes)
    return None if good else "$.objects.bbox"


def _more_tags(view: View) -> str | None:
    texts = [text for text in map(view.content, map(_standard, view.turns)) if isinstance(text, str)]
    for column, tag in common.MEDIA_TAGS.items():
        value = view.row.get(column)
        count = len(value) if isinstance(value, list) else int(value is not None)
        if count and sum(text.count(tag) for text in texts) > count:
            return f"$.{column}"
    return None


def _lost_answers(view: View) -> str | None:
    return next((f"$.{name}" for name in ("chosen", "rejected") if view.row.get(name) is not None), None)


def _ignored_flag(view: View) -> str | None:
    for i, turn in enumerate(view.turns):
        if isinstance(turn, dict) and common.switched_off(turn) and turn.get("loss") is None:
            return f"{view.at}[{i}]"
    return None


_GONE = "the row is deleted, with a traceback for the first ten only"
RULES = (
    rule("no_turns", "drops", "no turns", "the row is deleted without a word", "remove the row", _CORE, _no_messages,
         *_TURNS),
    rule("role_not_known", "drops", "a role that ms-swift does not know",
         f"after human, gpt, observation and the like are renamed, other words fail an assertion: {_GONE}",
         "use system, user, assistant, tool_call and tool_response", _CORE, _of_turns(_role), *_TURNS),
    rule("content_is_missing", "drops", "a turn whose content is null", f"an assertion fails: {_GONE}",
         "fill the content in; a tool call is a turn tool_call with JSON, or tool_calls of an assistant", _CORE,
         _of_turns(common.content_and_calls_missing), *_TURNS),
    rule("bad_exchange", "drops", "an exchange without user and assistant", _GONE,
         "write turns with role and content", _CORE, lambda v: _bad_pairs(v) if _are_exchanges(v) else None, *_TURNS),
    rule("no_query", "drops", "neither instruction nor input as text", f"an assertion fails: {_GONE}",
         "fill the instruction in", _CORE, _nothing_asked, "alpaca"),
    rule("no_pair_of_columns", "drops", "neither a query nor a response",
         "no column, or more than one, means query and response: no turn comes out and the row is deleted",
         "name them with --columns, or export the format swift", _CORE, _neither, "completion"),
    rule("rejected_equals_answer", "drops", "a rejected_response that is null or equals the answer",
         f"_check_rejected_response raises: {_GONE}", "remove the row, or give another refused answer", _CORE,
         _rejected, *_TURNS),
    rule("bad_boxes", "drops", "objects without bbox, or boxes of other than 2 or 4 numbers",
         f"an assertion fails: {_GONE}", "write [x1, y1, x2, y2] or a point", _CORE, _bad_boxes),
    rule("no_response", "harms", "no response", "a dialogue that ends on the question trains nothing",
         "fill the response in, or remove the row", _CORE, _no_response, "alpaca"),
    rule("answers_are_lost", "harms", "chosen and rejected, which ms-swift does not read",
         "unknown columns are dropped: the row becomes one of its prompt alone",
         "write messages and rejected_messages (or rejected_response)", _CORE, _lost_answers),
    rule("nothing_to_train", "harms", "no answer that is trained", "the row has no loss", "remove the row", _TEMPLATE,
         _of_turns(common.nothing_to_train), *_TURNS),
    rule("empty_answer", "harms", "an assistant's turn that says nothing", "the model learns to end at once",
         "fill the answer in, or cut the dialogue before it", _TEMPLATE, _of_turns(common.empty_answer), *_TURNS),
    rule("ends_on_user", "harms", "a dialogue that ends without an answer", "its last turn trains nothing",
         "cut the last turn, or add its answer", _TEMPLATE, _of_turns(common.ends_on_user), *_TURNS),
    rule("ignored_train_flag", "harms", "a turn marked as not to be trained, but not by `loss`",
         "only loss and loss_scale are read: the turn is trained", 'write "loss": false', _CORE,
         _of_turns(_ignored_flag), *_TURNS),
    rule("unknown_turn_keys", "harms", "a key of a turn that is dropped",
         "all but role, content, loss and loss_scale are taken off every turn",
         "put into the content what the model has to see", _CORE, _of_turns(common.unknown_turn_keys(_KEPT)), *_TURNS),
    rule("more_tags_than_media", "harms", "more media tags than media files",
         "the tags beyond the files stay as text, with a warning", "give one file for each tag", _TEMPLATE, _more_tags,
         *_TURNS),
    rule("over_cutoff", "drops", "longer than the cut-off",
         "truncation_strategy delete, the default, deletes rows over max_length",
         "raise max_length, or set truncation_strategy to left, right or split", _TEMPLATE, common.over_cutoff),
)  # fmt: skip
SET_RULES = (DATES,)


def beside(file: str, name: str, shape: Layout) -> dict[str, str]:
    """A YAML snippet of the trainer's own arguments."""
    text = (
        "# swift sft swift.yaml; strict stops at a bad row, which is otherwise deleted.\n"
        f"dataset:\n  - {file}\nstrict: true\n"
        "max_length: 2048  # gristmill check ... --cutoff 2048 says which rows this deletes\n"
    )
    return {"swift.yaml": text}


TARGET = Target("swift", "ms-swift", RULES, SET_RULES, layout, ("swift", "chatml", "sharegpt", "alpaca"), beside)
