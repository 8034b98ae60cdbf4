"""The law of every format: what is parsed and rendered again is the same data, unknown fields included."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.formats.detect import detect
from jobs.formats.registry import FORMATS, parse_row, render_row, what_is_lost
from jobs.record import Record

SAID = st.text(min_size=1, max_size=30).filter(lambda t: t.strip() and t.strip().lower() != "nan")
KEYS = st.text(alphabet="abcdefghij_", min_size=3, max_size=8).map(lambda t: "x_" + t)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
UNKNOWN = st.dictionaries(KEYS, VALUES, max_size=3)
META = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.dictionaries(st.sampled_from(["domain", "intent", "complexity", "note"]), VALUES, max_size=3),
        "id": st.integers(0, 99) | st.text(max_size=4),
        "language": st.sampled_from(["zh", "en", None]),
        "category": VALUES,
    },
)


@st.composite
def rows(draw: st.DrawFn, core: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    return {**draw(UNKNOWN), **draw(META), **draw(core)}


ALPACA = st.fixed_dictionaries(
    {"instruction": SAID, "output": SAID},
    optional={
        "input": SAID | st.sampled_from(["", None, "  "]),
        "system": SAID | st.sampled_from(["", None]),
        "history": st.lists(st.tuples(SAID, SAID).map(list), max_size=2) | st.none(),
        "images": st.lists(st.just("a.png"), max_size=2),
    },
)
ARGUMENTS = st.dictionaries(st.text(max_size=5), VALUES, max_size=3)
CALL = st.builds(lambda n, a: {"name": n, "arguments": a}, SAID, ARGUMENTS)
STYLES = st.sampled_from([{"ensure_ascii": False}, {}, {"separators": (",", ":")}, {"indent": 1}])
TOOLS = st.lists(st.fixed_dictionaries({"name": SAID, "parameters": VALUES}), max_size=2)


def sharegpt_turns(role: str) -> st.SearchStrategy[dict[str, Any]]:
    if role == "function_call":
        calls = CALL | st.lists(CALL, min_size=1, max_size=2)
        text = st.builds(lambda c, s: json.dumps(c, **s), calls, STYLES.filter(lambda s: "indent" not in s))
        return st.fixed_dictionaries({"from": st.just(role), "value": text})
    return st.fixed_dictionaries(
        {"from": st.just(role), "value": SAID}, optional={"train": st.booleans(), "x_note": VALUES}
    )


def dialogue(*names: str) -> st.SearchStrategy[list[str]]:
    """Role words in any order, with at least a question and an answer."""
    return st.lists(st.sampled_from(names), max_size=4).map(lambda more: [names[0], names[1], *more])


SHAREGPT = st.builds(
    lambda turns, rest: {"conversations": turns, **rest},
    dialogue("human", "gpt", "Human", "user", "system", "observation", "function_call").flatmap(
        lambda words: st.tuples(*map(sharegpt_turns, words)).map(list)
    ),
    st.fixed_dictionaries(
        {},
        optional={"system": SAID | st.just(""), "tools": TOOLS | TOOLS.map(json.dumps) | st.sampled_from(["", None])},
    ),
)
PART = st.one_of(
    st.builds(lambda t: {"type": "text", "text": t}, SAID),
    st.just({"type": "image"}),
    st.builds(lambda u: {"type": "image_url", "image_url": {"url": u, "detail": "low"}}, st.just("b.png")),
    st.builds(lambda u: {"type": "video", "video": u}, st.just("c.mp4")),
)
TOOL_CALL = st.builds(
    lambda n, a, i: {"id": i, "type": "function", "function": {"name": n, "arguments": a}},
    SAID,
    ARGUMENTS | st.builds(lambda a, s: json.dumps(a, **s), ARGUMENTS, STYLES) | st.just("not json"),
    st.text(max_size=4),
)


def chatml_turns(role: str) -> st.SearchStrategy[dict[str, Any]]:
    content = SAID | st.lists(PART, min_size=1, max_size=4) if role == "user" else SAID
    required: dict[str, Any] = {"role": st.just(role), "content": content}
    optional: dict[str, Any] = {"name": SAID, "weight": st.sampled_from([0, 1]), "x_note": VALUES}
    if role == "tool":
        optional["tool_call_id"] = SAID
    if role == "assistant":
        required["content"] = SAID
        optional["tool_calls"] = st.lists(TOOL_CALL, min_size=1, max_size=2)
    return st.fixed_dictionaries(required, optional=optional)


CHATML = st.builds(
    lambda turns, rest: {"messages": turns, **rest},
    dialogue("user", "assistant", "system", "developer", "tool").flatmap(
        lambda words: st.tuples(*map(chatml_turns, words)).map(list)
    ),
    st.fixed_dictionaries({}, optional={"tools": TOOLS}),
)
EXCHANGE = st.one_of(
    st.just(("input", "output")), st.just(("human", "assistant")), st.just(("user", "assistant"))
).flatmap(
    lambda keys: st.lists(
        st.fixed_dictionaries(
            {keys[0]: SAID, keys[1]: SAID}, optional={"system": SAID | st.sampled_from(["", None]), "x_note": VALUES}
        ),
        min_size=1,
        max_size=3,
    )
)
TURNS = EXCHANGE.map(lambda turns: {"conversation": turns})
ANSWER = st.builds(lambda t: [{"role": "assistant", "content": t}], SAID)
PROMPT = st.builds(lambda t: [{"role": "user", "content": t}], SAID)
PREFERENCE = st.one_of(
    st.fixed_dictionaries({"prompt": SAID, "chosen": SAID, "rejected": SAID}),
    st.fixed_dictionaries({"prompt": PROMPT, "chosen": ANSWER, "rejected": ANSWER}),
    st.fixed_dictionaries({"chosen": SAID, "rejected": SAID}),
    st.builds(lambda p, a, b: {"chosen": p + a, "rejected": p + b}, PROMPT, ANSWER, ANSWER),
    st.builds(
        lambda q, a, b: {
            "conversations": [{"from": "human", "value": q}],
            "chosen": {"from": "gpt", "value": a},
            "rejected": {"from": "gpt", "value": b},
        },
        SAID,
        SAID,
        SAID,
    ),
    st.fixed_dictionaries({"instruction": SAID, "input": SAID, "chosen": SAID, "rejected": SAID}),
    st.builds(lambda p, a, label: {"messages": p + a, "label": label}, PROMPT, ANSWER, st.booleans()),
    st.fixed_dictionaries({"prompt": SAID, "completion": SAID, "label": st.booleans()}),
    st.fixed_dictionaries({"prompt": PROMPT, "completion": ANSWER, "label": st.booleans()}),
    st.fixed_dictionaries({"instruction": SAID, "output": SAID, "kto_tag": st.booleans()}),
)
CORES = {
    "text": st.fixed_dictionaries({"text": SAID}),
    "alpaca": ALPACA,
    "sharegpt": SHAREGPT,
    "chatml": CHATML,
    "turns": TURNS,
    "preference": PREFERENCE,
}


def meaning(row: Any) -> Any:
    """A row with JSON texts of tools and calls read, so that white space in them does not count."""
    if isinstance(row, dict):
        return {k: json_of(v) if k in ("arguments", "value", "tools") else meaning(v) for k, v in row.items()}
    return [meaning(item) for item in row] if isinstance(row, list) else row


def json_of(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


@pytest.mark.parametrize("name", CORES)
def test_what_is_parsed_and_rendered_is_the_same(name: str) -> None:
    @settings(max_examples=50, deadline=None)
    @given(rows(CORES[name]))
    def law(row: dict[str, Any]) -> None:
        assert detect(row) == name
        record = parse_row(row)
        assert meaning(render_row(record, name)) == meaning(row)
        assert Record.from_dict(record.to_dict()) == record

    law()


@pytest.mark.parametrize("name", ["alpaca", "sharegpt", "chatml", "turns"])
@pytest.mark.parametrize("other", ["alpaca", "sharegpt", "chatml", "turns"])
def test_what_another_format_loses_is_listed(name: str, other: str) -> None:
    @settings(max_examples=20, deadline=None)
    @given(rows(CORES[name]))
    def law(row: dict[str, Any]) -> None:
        record = parse_row(row)
        lost = what_is_lost(record, other)
        if lost:
            return
        back = parse_row(render_row(record, other))
        assert [(m.role, m.content, m.tool_calls) for m in back.messages] == [
            (m.role, m.content, m.tool_calls) for m in record.messages
        ]
        assert back.media == record.media

    law()


def test_every_format_of_the_registry_is_under_the_law() -> None:
    assert set(FORMATS) - set(CORES) == {"ranking", "table"}
