"""LLaMA-Factory: what its converters, processors and formatters accept (read at commit ff6d4d1, August 2026)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs.formats.export import CHATML_TAGS, SHAREGPT_TAGS
from jobs.formats.targets import common
from jobs.formats.targets.common import DATES, ONE_LABEL, MissingColumns, OneLabelOnly
from jobs.formats.targets.rule import ABSENT, Check, Layout, SetRule, Shape, Target, View, rule

_REPOSITORY = "hiyouga/LLaMA-Factory src/llamafactory/data"
_CONVERTER = f"{_REPOSITORY}/converter.py"
_SUPERVISED = f"{_REPOSITORY}/processor/supervised.py"
_PAIRWISE = f"{_REPOSITORY}/processor/pairwise.py"
_FEEDBACK = f"{_REPOSITORY}/processor/feedback.py"
_FORMATTER = f"{_REPOSITORY}/formatter.py"
_TURNS: tuple[Shape, ...] = ("turns", "pair", "verdict")
_ASKING, _ANSWERING = ("user", "tool"), ("assistant", "call")

_MEANING = {
    "user_tag": "user",
    "assistant_tag": "assistant",
    "observation_tag": "tool",
    "function_tag": "call",
    "system_tag": "system",
}
_DEFAULT_COLUMNS = {"prompt": "instruction", "query": "input", "response": "output", "messages": "conversations"}


def layout(
    columns: frozenset[str], head: Sequence[Mapping[str, Any]], entry: Mapping[str, Any] | None = None
) -> Layout:
    """By the file's entry in ``dataset_info.json``; without one, by the entry that we would write for such columns."""
    entry = entry if entry is not None else guess_entry(columns, head)
    named = {k: v for k, v in (entry.get("columns") or {}).items() if v}
    # Once ``columns`` is there, every column left out reads as None; see DatasetAttr.join in data/parser.py.
    names = named if "columns" in entry else _DEFAULT_COLUMNS
    # Each converter reads its own columns alone.
    other = ("messages",) if entry.get("formatting", "alpaca") == "alpaca" else ("prompt", "query", "response")
    names = {name: column for name, column in names.items() if name not in other}
    tags = {**SHAREGPT_TAGS, **(entry.get("tags") or {})}
    formatting = entry.get("formatting", "alpaca")
    shape: Shape = "turns"
    if entry.get("ranking"):
        shape = "pair"
    elif "kto_tag" in named:
        shape = "verdict"
    elif formatting == "alpaca":
        shape = "alpaca" if "response" in names else "text"
    absent = {name: ABSENT + name for name in (*_DEFAULT_COLUMNS, "chosen", "rejected", "tools", "system", "history")}
    return Layout(
        shape,
        columns,
        {
            **absent,
            **{media: ABSENT + media for media in common.MEDIA_TAGS},
            **names,
            "label": named.get("kto_tag", ABSENT + "label"),
        },
        str(tags["role_tag"]),
        str(tags["content_tag"]),
        {str(tags[tag]): role for tag, role in _MEANING.items() if tags.get(tag)},
        formatting,
    )


def guess_entry(columns: frozenset[str], head: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The entry of ``dataset_info.json`` that fits such a file: what Gristmill's own exports get."""
    key = next((k for k in ("conversations", "messages", "conversation") if k in columns), None)
    media = {m: m for m in common.MEDIA_TAGS if m in columns}
    pair = {name: name for name in ("chosen", "rejected") if {"chosen", "rejected"} <= columns}
    label = next((name for name in ("label", "kto_tag") if name in columns and not pair), None)
    verdict = {"kto_tag": label} if label else {}
    if key is None:
        known = {"prompt": "instruction", "query": "input", "response": "output", "history": "history"}
        kept = {theirs: ours for theirs, ours in known.items() if ours in columns} or {"prompt": "text"}
        kept |= {name: name for name in ("system", "tools") if name in columns}
        return {"formatting": "alpaca", "ranking": bool(pair), "columns": kept | media | pair | verdict}
    turns = common.turns_of(head, key)
    openai = any("role" in turn for turn in turns)
    called = any(turn.get("tool_calls") for turn in turns)
    return {
        "formatting": "openai" if openai and called else "sharegpt",
        "ranking": bool(pair),
        "columns": {"messages": key, **{n: n for n in ("system", "tools") if n in columns}, **media, **pair, **verdict},
        "tags": CHATML_TAGS if openai else SHAREGPT_TAGS,
    }


def _aligned(view: View) -> list[tuple[int, str | None]]:
    """Place and role of the turns after the system prompt; with ``formatting: openai``, as it folds them."""
    listed: list[tuple[int, str | None]] = []
    waiting: int | None = None
    for i, turn in view.spoken():
        role = view.role(turn)
        if view.layout.style == "openai":
            if role == "tool":
                waiting = i if waiting is None else waiting
                continue  # tool replies in a row become one turn, and those at the end are lost
            if waiting is not None:
                listed.append((waiting, "tool"))
                waiting = None
        listed.append((i, role))
    return listed


def _out_of_order(view: View) -> str | None:
    for place, (i, role) in enumerate(_aligned(view)):
        if role not in (_ANSWERING if place % 2 else _ASKING):
            return f"{view.at}[{i}]"
    return None


def _odd_count(view: View) -> str | None:
    count = len(_aligned(view))
    wrong = count % 2 == 0 if view.layout.shape == "pair" else count % 2 != 0
    return view.at if wrong else None


def _tools_as_list(view: View) -> str | None:
    tools = view.get("tools")
    return view.path("tools") if tools and not isinstance(tools, str) and view.layout.style != "openai" else None


def _no_output(view: View) -> str | None:
    return None if isinstance(view.get("response"), str) else view.path("response")


def _no_pair(view: View) -> str | None:
    kind: type = str if view.layout.style == "alpaca" else dict
    return next((view.path(n) for n in ("chosen", "rejected") if not isinstance(view.get(n), kind)), None)


def _wrong_answer_role(view: View) -> str | None:
    answers = ((name, view.get(name)) for name in ("chosen", "rejected"))
    return next((view.path(n) for n, a in answers if isinstance(a, dict) and view.role(a) not in _ANSWERING), None)


def _no_verdict(view: View) -> str | None:
    return None if isinstance(view.get("label"), bool) else view.path("label")


def _bad_history(view: View) -> str | None:
    history = view.get("history")
    pairs = history if isinstance(history, list) else []
    return next((f"{view.path('history')}[{i}]" for i, p in enumerate(pairs) if not _is_pair(p)), None)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(text, str) for text in value)


def _question_is_no_text(view: View) -> str | None:
    asked = ((name, view.get(name)) for name in ("prompt", "query"))
    return next((view.path(name) for name, value in asked if value and not isinstance(value, str)), None)


def _nothing_asked(view: View) -> str | None:
    return None if view.get("prompt") or view.get("query") else view.path("prompt")


def _empty_output(view: View) -> str | None:
    output = view.get("response")
    return view.path("response") if isinstance(output, str) and not output.strip() else None


def _content_is_no_text(view: View) -> str | None:
    """With ``formatting: openai`` a turn with tool calls may have null for content, which is read all the same."""
    for i, turn in view.spoken():
        calls = view.layout.style == "openai" and view.role(turn) in _ANSWERING and turn.get("tool_calls")
        called = calls and view.layout.content_key in turn
        if isinstance(turn, dict) and not called and not isinstance(view.content(turn), str):
            return f"{view.at}[{i}].{view.layout.content_key}"
    return None


def _no_role(view: View) -> str | None:
    key = view.layout.role_key
    return next((f"{view.at}[{i}]" for i, t in enumerate(view.turns) if not isinstance(t, dict) or key not in t), None)


def _dialogue(check: Check) -> Check:
    """``check`` for rows of turns: a pair or a verdict may also come as Alpaca columns, which have none."""
    return lambda view: None if view.layout.style == "alpaca" else check(view)


_BOTH: tuple[Shape, ...] = ("turns", "alpaca", "pair", "verdict")
RULES = (
    rule("no_turns", "drops", "no turns", "an empty dialogue is logged and dropped",
          "remove the row, or check the column's name", _SUPERVISED, _dialogue(common.no_turns), *_TURNS),
    rule("no_role", "stops", "a turn without a role", "the converter reads it without asking and raises",
          "give every turn a role", _CONVERTER, _dialogue(_no_role), *_TURNS),
    rule("role_out_of_order", "drops", "turns that do not alternate between asking and answering",
          "an unknown role, or one in the wrong place, is logged as 'Invalid role tag' and the row is dropped",
          "merge neighbouring turns of one role; move system prompts to the front", _CONVERTER,
          _dialogue(_out_of_order), *_TURNS),
    rule("odd_turns", "drops", "a number of turns that does not end on an answer",
          "after the system prompt SFT and KTO want an even number of turns and ranking an odd one; else 'Invalid "
          "message count' is logged and the row is dropped", "cut the last turn, or add its answer", _CONVERTER,
          _dialogue(_odd_count), *_TURNS),
    rule("content_is_no_text", "stops", "a turn without text", "the template's formatter raises 'Expected a string'",
          "give every turn text; a tool call stands as JSON in a turn of its own", _FORMATTER,
          _dialogue(_content_is_no_text), *_TURNS),
    rule("call_is_no_json", "stops", "a function call that is no JSON of a name and arguments",
          "FunctionFormatter raises while tokenizing", 'write {"name": ..., "arguments": {...}}', _FORMATTER,
          _dialogue(common.call_is_no_json), *_TURNS),
    rule("tools_are_no_json", "stops", "tools that are no JSON", "ToolFormatter raises while tokenizing",
          "write the list of tools as JSON text", _FORMATTER, common.tools_are_no_json, *_BOTH),
    rule("tools_as_list", "stops", "tools as a list where text is wanted",
          "only `formatting: openai` turns a list into JSON text; the others hand it to json.loads, which raises",
          "write the list of tools as JSON text", _FORMATTER, _tools_as_list, *_BOTH),
    rule("media_and_tags_differ", "stops", "media files and tags that differ in number",
          "the multimodal plugin raises 'The number of images does not match'",
          "give one <image>, <video> or <audio> tag for each file", f"{_REPOSITORY}/mm_plugin.py",
          common.media_and_tags_differ, *_BOTH),
    rule("no_output", "drops", "an output that is no text", "the row counts as one without response and is dropped",
          "fill the output in, or remove the row", _CONVERTER, _no_output, "alpaca"),
    rule("bad_history", "stops", "a history that is no list of pairs of texts", "unpacking the pair raises",
          "write [[question, answer], ...]", _CONVERTER, _bad_history, "alpaca"),
    rule("question_is_no_text", "stops", "an instruction or input that is no text", "joining the two raises",
          "write numbers as text", _CONVERTER, _question_is_no_text, "alpaca", "text"),
    rule("no_pair", "drops", "chosen and rejected of another kind than the format's",
          "with `formatting: sharegpt` both have to be one turn, with alpaca text; else the row is dropped",
          "export the format `ranking`", _PAIRWISE, _no_pair, "pair"),
    rule("wrong_answer_role", "harms", "an answer that is not the assistant's",
          "a warning is logged, and the answer is trained all the same", "write the answer as the assistant's turn",
          _CONVERTER, _wrong_answer_role, "pair"),
    rule("no_verdict", "drops", "a label that is no boolean", "the row is read without a verdict and dropped",
          "write true or false", _FEEDBACK, _no_verdict, "verdict"),
    rule("nothing_asked", "harms", "neither instruction nor input", "the row is trained as an answer to nothing",
          "fill the instruction in", _CONVERTER, _nothing_asked, "alpaca"),
    rule("empty_output", "harms", "an empty output", "the model learns to end at once",
          "fill the output in, or remove the row", _CONVERTER, _empty_output, "alpaca"),
    rule("empty_answer", "harms", "an assistant's turn that says nothing", "the model learns to end at once",
          "fill the answer in, or cut the dialogue before it", _SUPERVISED, _dialogue(common.empty_answer), *_TURNS),
    rule("answers_are_equal", "harms", "chosen equals rejected", "the pair has no gradient",
          "remove the row", _PAIRWISE, common.answers_are_equal, "pair"),
    rule("ignored_train_flag", "harms", "a turn marked as not to be trained",
          "the converters read role and content alone: every answer is trained, unless `mask_history` masks all but "
          "the last", "split the dialogue so that it ends on the turn to train, and set mask_history", _CONVERTER,
          _dialogue(common.ignored_train_flag), *_TURNS),
    rule("over_cutoff", "harms", "longer than the cut-off", "turns beyond cutoff_len are left out, the last one cut",
          "raise cutoff_len, or split the dialogue", _SUPERVISED, common.over_cutoff),
)  # fmt: skip
SET_RULES = (
    DATES,
    SetRule("missing_columns", "stops", "a column named in dataset_info.json that the file lacks",
            "the converter reads it without asking and raises", "name exactly the columns that the file has",
            f"{_REPOSITORY}/parser.py", MissingColumns),
    SetRule("one_label_only", "harms", ONE_LABEL, "KTO warns 'only one preference type' and learns one side",
            "add verdicts of the other kind", _FEEDBACK, OneLabelOnly, ("verdict",)),
)  # fmt: skip


def beside(file: str, name: str, shape: Layout) -> dict[str, str]:
    """A YAML snippet of the trainer's own arguments; the entry in ``dataset_info.json`` is the exporter's."""
    stage = {"pair": "dpo", "verdict": "kto", "text": "pt"}.get(shape.shape, "sft")
    text = (
        "# Into your training YAML; dataset_dir is the folder that holds dataset_info.json.\n"
        f"stage: {stage}\ndataset_dir: .\ndataset: {name}\n"
        "cutoff_len: 2048  # gristmill check ... --cutoff 2048 says what this cuts\n"
    )
    return {"llamafactory.yaml": text}


TARGET = Target(
    "llamafactory",
    "LLaMA-Factory",
    RULES,
    SET_RULES,
    layout,
    ("sharegpt", "chatml", "alpaca", "ranking", "text"),
    beside,
)
