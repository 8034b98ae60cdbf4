"""Rows of every format for Hypothesis: all that the format has, unknown columns and keys included."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

SAID = st.text(min_size=1, max_size=30).filter(lambda t: t.strip() and t.strip().lower() != "nan")
THOUGHTS = SAID | st.sampled_from(["", "\na\n", "a </think> b"])
THINKING = st.builds(lambda a, b: f"<think>{a}</think>{b}", st.text(max_size=5), SAID)
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


IMAGE_OBJECTS = st.sampled_from([{"bytes": None, "path": "b.png"}, {"url": "c.png", "detail": "low"}])
ALPACA = st.fixed_dictionaries(
    {"instruction": SAID, "output": SAID},
    optional={
        "input": SAID | st.sampled_from(["", None, "  "]),
        "system": SAID | st.sampled_from(["", None]),
        "history": st.lists(st.tuples(SAID, SAID).map(list), max_size=2) | st.none(),
        "images": st.lists(st.just("a.png") | IMAGE_OBJECTS, max_size=2),
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
    optional: dict[str, Any] = {"train": st.booleans(), "x_note": VALUES}
    if role == "gpt":
        optional["reasoning"] = THOUGHTS
    return st.fixed_dictionaries({"from": st.just(role), "value": SAID | THINKING}, optional=optional)


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


# A call with no word beside it, in the shapes of today and of the time before tools.
CALL_ALONE = st.one_of(
    st.builds(lambda c: {"role": "assistant", "tool_calls": [c]}, TOOL_CALL),
    st.builds(lambda c: {"role": "assistant", "content": None, "tool_calls": [c]}, TOOL_CALL),
    st.builds(lambda c: {"role": "assistant", "content": None, "function_call": c["function"]}, TOOL_CALL),
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
        optional["reasoning_content"] = THOUGHTS
        return st.fixed_dictionaries(required, optional=optional) | CALL_ALONE
    return st.fixed_dictionaries(required, optional=optional)


CHATML = st.builds(
    lambda turns, rest: {"messages": turns, **rest},
    dialogue("user", "assistant", "system", "developer", "tool", "function").flatmap(
        lambda words: st.tuples(*map(chatml_turns, words)).map(list)
    ),
    st.fixed_dictionaries({}, optional={"tools": TOOLS})
    | st.fixed_dictionaries({"functions": st.lists(st.fixed_dictionaries({"name": SAID}), min_size=1, max_size=2)}),
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
PROMPT_COMPLETION = st.one_of(
    st.fixed_dictionaries({"prompt": SAID, "completion": SAID}),
    st.fixed_dictionaries({"prompt": PROMPT, "completion": ANSWER}, optional={"tools": TOOLS}),
    st.builds(lambda p, q, a, b: {"prompt": p + a + q, "completion": b}, PROMPT, PROMPT, ANSWER, ANSWER),
)
PROMPT_ONLY = st.one_of(
    st.fixed_dictionaries({"prompt": SAID}, optional={"ground_truth": VALUES}),
    st.fixed_dictionaries({"prompt": PROMPT}, optional={"tools": TOOLS, "solution": VALUES}),
    st.builds(lambda p, q, a: {"prompt": p + a + q}, PROMPT, PROMPT, ANSWER),
    st.builds(lambda t: {"prompt": [{"from": "human", "value": t}]}, SAID),
)
STEPWISE = st.lists(st.tuples(SAID, st.booleans()), min_size=1, max_size=3).flatmap(
    lambda steps: st.fixed_dictionaries(
        {
            "prompt": SAID,
            "completions": st.just([text for text, _ in steps]),
            "labels": st.just([right for _, right in steps]),
        }
    )
)
OPENAI_PREFERENCE = st.builds(
    lambda asked, names, a, b: {"input": asked, names[0]: a, names[1]: b},
    st.fixed_dictionaries(
        {"messages": PROMPT}, optional={"tools": TOOLS, "parallel_tool_calls": st.booleans(), "x_note": VALUES}
    ),
    st.sampled_from(
        [("preferred_output", "non_preferred_output"), ("preferred_completion", "non_preferred_completion")]
    ),
    ANSWER,
    ANSWER,
)


def trained_turns(key: str, *roles: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Messages of which some say under ``key`` whether they are trained."""
    turn = st.sampled_from(roles).flatmap(
        lambda role: st.fixed_dictionaries(
            {"role": st.just(role), "content": SAID},
            optional={key: st.booleans() | VALUES, "x_note": VALUES},
        )
    )
    asked = st.fixed_dictionaries({"role": st.just("user"), "content": SAID}, optional={key: st.booleans()})
    answered = st.fixed_dictionaries({"role": st.just("assistant"), "content": SAID}, optional={key: st.booleans()})
    return st.builds(lambda q, more, a: [q, *more, a], asked, st.lists(turn, max_size=3), answered)


SWIFT_CALL = st.builds(lambda c: {"role": "tool_call", "content": json.dumps(c)}, CALL)
SWIFT_TURNS = st.builds(
    lambda q, calls, turns: [q[0], *calls, *turns],
    PROMPT,
    st.lists(SWIFT_CALL, max_size=1),
    trained_turns("loss", "user", "assistant", "system", "tool", "tool_response"),
)
SWIFT_QUERY = st.fixed_dictionaries(
    {"query": SAID, "response": SAID},
    optional={
        "system": SAID | st.sampled_from(["", None]),
        "history": st.lists(st.tuples(SAID, SAID).map(list), max_size=2) | st.none(),
        "rejected_response": SAID,
        "images": st.lists(st.just("a.png"), max_size=2),
        "channel": SAID,
    },
)
SWIFT_MESSAGES = st.builds(
    lambda turns, rest, more: {"messages": turns, **rest, **more},
    SWIFT_TURNS,
    st.fixed_dictionaries({"rejected_response": SAID}) | st.fixed_dictionaries({"rejected_messages": SWIFT_TURNS}),
    st.fixed_dictionaries(
        {},
        optional={
            "objects": st.just({"ref": ["dog"], "bbox": [[1, 2, 3, 4]]}),
            "channel": SAID,
            "tools": TOOLS,
            "system": SAID,
            "label": st.booleans(),
        },
    ),
)
SWIFT = SWIFT_MESSAGES | SWIFT_QUERY
AXOLOTL = st.builds(
    lambda key, turns: {key: turns},
    st.sampled_from(["messages", "conversations"]),
    st.sampled_from(["train", "training"]).flatmap(lambda key: trained_turns(key, "user", "assistant", "system")),
)
CORES = {
    "text": st.fixed_dictionaries({"text": SAID}),
    "alpaca": ALPACA,
    "sharegpt": SHAREGPT,
    "chatml": CHATML,
    "turns": TURNS,
    "preference": PREFERENCE,
    "prompt_completion": PROMPT_COMPLETION,
    "prompt_only": PROMPT_ONLY,
    "stepwise": STEPWISE,
    "openai_preference": OPENAI_PREFERENCE,
    "swift": SWIFT,
    "axolotl": AXOLOTL,
}
