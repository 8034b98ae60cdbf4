from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.formats.chat_templates.render import from_source, load_template
from jobs.formats.preview import RowMeasure, preview, trained_places
from jobs.formats.registry import parse_row
from jobs.formats.tokens import EstimatedTokens
from jobs.formats.trained import trained_turns, trains_something
from jobs.record import Message, Record

CHATML, ESTIMATE = load_template("chatml"), EstimatedTokens()


class Characters:
    """One token a character: exact arithmetic for tests."""

    name, is_estimate = "characters", False

    def count(self, text: str) -> int:
        return len(text)

    def spans(self, text: str) -> list[tuple[int, int]]:
        return [(i, i + 1) for i in range(len(text))]


def chat(*texts: str, **more: Any) -> dict[str, Any]:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[i % 2], "content": text, **more} for i, text in enumerate(texts)]}


def record(*texts: str) -> Record:
    return parse_row(chat(*texts))


def test_answers_are_trained_with_the_token_that_ends_them() -> None:
    seen = preview(record("hi", "hello", "bye", "ciao"), CHATML, Characters())
    assert [(s.text, s.turn) for s in seen.segments if s.state == "trained"] == [
        ("hello<|im_end|>", 1),
        ("ciao<|im_end|>", 3),
    ]
    assert seen.trainable == len("hello<|im_end|>ciao<|im_end|>")
    assert not seen.warnings


def test_a_cut_off_cuts_at_the_token() -> None:
    whole = preview(record("hi", "hello"), CHATML, Characters())
    start = "".join(s.text for s in whole.segments).index("hello")
    seen = preview(record("hi", "hello"), CHATML, Characters(), start + 3)
    assert seen.trainable == 3
    assert [s.text for s in seen.segments if s.state == "trained"] == ["hel"]
    assert [(a.tokens, a.cut) for a in seen.answers] == [(15, 12)]
    assert "lie beyond the cut-off" in seen.warnings[0]
    nothing = preview(record("hi", "hello"), CHATML, Characters(), start)
    assert nothing.trainable == 0 and "trains nothing" in nothing.warnings[0]


def test_a_turn_that_is_switched_off_is_masked() -> None:
    row = chat("hi", "hello", "bye", "ciao")
    row["messages"][1]["weight"] = 0
    seen = preview(parse_row(row), CHATML, Characters())
    assert [a.turn for a in seen.answers] == [3]
    row["messages"][3]["weight"] = 0
    seen = preview(parse_row(row), CHATML, ESTIMATE)
    assert seen.trainable == 0
    assert "no turn of this row is trained" in seen.warnings[0] and "estimate" in seen.warnings[-1]


@pytest.mark.parametrize("name", ["chatml", "mistral", "llama-3", "gemma-3", "qwen-3"])
def test_a_user_turn_that_is_switched_on_is_trained(name: str) -> None:
    row = chat("hi", "hello", "bye", "ciao")
    row["messages"][2]["train"] = True
    row["messages"][1]["train"] = False
    record = parse_row(row)
    assert trained_turns(record) == [2, 3]
    seen = preview(record, load_template(name), Characters())
    trained = {s.turn: s.text for s in seen.segments if s.state == "trained"}
    assert set(trained) == {2, 3}
    assert trained[2].startswith("bye") and "ciao" in trained[3] and "hello" not in str(trained)


def test_a_prompt_without_an_answer_is_called_one() -> None:
    seen = preview(parse_row({"prompt": "hi"}), CHATML, Characters())
    assert seen.trainable == 0 and "sample answers themselves" in seen.warnings[0]
    assert "".join(s.text for s in seen.segments).endswith("<|im_start|>assistant\n")


def test_of_a_pair_the_chosen_answer_is_trained() -> None:
    u, a, b = ({"role": r, "content": c} for r, c in (("user", "hi"), ("assistant", "hello"), ("assistant", "go")))
    pair = parse_row({"prompt": [u], "chosen": [a], "rejected": [b]})
    assert trained_turns(pair) == [1]
    assert preview(pair, CHATML, Characters()).trainable == len("hello<|im_end|>")


def test_plain_text_is_trained_whole() -> None:
    seen = preview(Record("text", text="all of it"), CHATML, Characters(), 3)
    assert seen.trainable == 3 and [s.state for s in seen.segments] == ["trained", "cut"]


def test_a_template_without_marks_is_told_apart_by_rendering_one_turn_more() -> None:
    source = CHATML.source.replace("{%- generation -%}", "").replace("{%- endgeneration -%}", "")
    bare = from_source("bare", source)
    talk = record("hi", "hello", "bye", "ciao")
    text, places = trained_places(talk, bare)
    assert [(turn, text[a:b]) for turn, (a, b) in places] == [(1, "hello<|im_end|>\n"), (3, "ciao<|im_end|>\n")]


def test_a_row_measure_judges_raw_rows() -> None:
    measure = RowMeasure(CHATML, Characters(), 40)
    short, long, dumb = chat("a", "b"), chat("a" * 50, "b"), {"x": 1}
    assert [measure.over(row) for row in (short, long, dumb)] == [True, True, False]
    assert [measure.untrained(row) for row in (short, long, dumb)] == [True, True, False]
    assert not RowMeasure(CHATML, Characters(), 400).over(short)


texts = st.text(alphabet=st.characters(exclude_characters="\ufdd0\ufdd1", exclude_categories=["Cs"]), max_size=12)
turns = st.lists(
    st.builds(
        Message,
        role=st.sampled_from(["system", "user", "assistant", "tool"]),
        content=texts,
        train=st.sampled_from([None, True, False]),
    ),
    max_size=6,
)


@given(turns, st.integers(1, 200), st.sampled_from([Characters(), ESTIMATE]))
def test_segments_are_the_text_and_counts_add_up(messages: list[Message], cutoff: int, counter: Any) -> None:
    talk = Record("chat", messages=messages)
    text, _ = trained_places(talk, CHATML)
    for limit in (None, cutoff):
        seen = preview(talk, CHATML, counter, limit)
        assert "".join(s.text for s in seen.segments) == text
        assert seen.tokens == counter.count(text)
        assert 0 <= seen.trainable <= (min(seen.tokens, limit) if limit else seen.tokens)
        assert seen.trainable == sum(a.tokens - a.cut for a in seen.answers)
        assert seen.trainable <= preview(talk, CHATML, counter).trainable
    assert trains_something(talk.to_dict()) == bool(trained_turns(talk))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"kind": "text", "text": " \n"}, False),
        ({"kind": "text", "text": "a"}, True),
        ({"kind": "chat", "messages": []}, False),
        ({"kind": "chat", "messages": [{"role": "user", "content": "a", "train": True}]}, True),
        ({"kind": "prompt", "messages": [{"role": "user", "content": "a"}]}, True),
        ({"kind": "prompt", "messages": [{"role": "user", "content": " "}]}, False),
        ({"kind": "preference", "messages": [], "chosen": [{"role": "assistant", "content": ""}]}, False),
        ({"kind": "chat", "messages": [{"role": "assistant", "content": None, "tool_calls": "[{}]"}]}, True),
    ],
)
def test_what_trains_something(row: dict[str, Any], expected: bool) -> None:
    assert trains_something(row) is expected
