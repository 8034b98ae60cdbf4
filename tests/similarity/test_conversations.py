"""Which rows ask the same, how their answers differ, and which dialogues begin others."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from jobs.record import Message, Record
from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.conversations import FACTS, answers_of, dialogue_chains, prompt_keys, turn_counts

ROLES = {"s": "system", "u": "user", "a": "assistant"}


def table(*records: Record) -> pa.Table:
    rows = [{**record.to_dict(), "record_id": f"{i:032x}"} for i, record in enumerate(records)]
    return pa.Table.from_pylist(rows, schema=ROW_SCHEMA)


def chat(*turns: str, **more: Any) -> Record:
    """Turns as ``u:text``."""
    return Record("chat", [Message(ROLES[turn[0]], turn[2:]) for turn in turns], **more)


def test_prompts_are_the_same_with_what_stands_before_them() -> None:
    ask = "u:这双鞋还能退货吗?"
    keys = prompt_keys(
        table(
            chat(ask, "a:能"),
            chat(ask, "a:不能"),
            chat("s:请简短。", ask, "a:能"),
            chat("u:你好", "a:在", ask, "a:能"),
            chat(ask),
            chat("u:在吗", "a:在"),
            chat(ask, "a:能", label=True),
            chat(ask, "a:不能", label=False),
            Record(
                "preference", [Message("user", ask[2:])], [Message("assistant", "能")], [Message("assistant", "不")]
            ),
        )
    ).to_pylist()
    assert keys[0] == keys[1] is not None
    assert keys[4] is keys[5] is None
    others = [key for i, key in enumerate(keys) if i not in (1, 4, 5)]
    assert len(set(others)) == len(others)


def test_answers_are_held_against_each_other_by_words_and_facts() -> None:
    long = "很好。" * 40
    rows = [chat("u:能退货吗", f"a:{text}") for text in ("可以退货!", "可以 退货", "三天内可以退货", "3天内能退", long)]
    found = answers_of(table(*rows, chat("u:能退货吗"))).to_pylist()
    words = [row["answer"] for row in found]
    assert words[0] == words[1]
    assert words[5] is None
    assert len(set(words)) == 5
    numbers = [row["facts"] and row["facts"][FACTS.index("numbers")] for row in found]
    assert numbers[2] == numbers[3] != numbers[0]
    assert numbers[4] is None


@given(st.lists(st.lists(st.sampled_from(["u:a", "u:b", "a:c", "a:d", "s:e"]), max_size=6), max_size=8))
def test_a_chain_holds_every_beginning_that_ends_with_an_answer(talks: list[list[str]]) -> None:
    rows = table(*(chat(*talk) for talk in talks))
    ends, begins = (column.to_pylist() for column in dialogue_chains(rows))
    assert turn_counts(rows).to_pylist() == [len(talk) for talk in talks]
    for one, end in zip(talks, ends, strict=True):
        for other, found in zip(talks, begins, strict=True):
            begun = 0 < len(one) < len(other) and other[: len(one)] == one and one[-1].startswith("a")
            assert (found is not None and end in found) == begun


def test_what_differs_beside_the_words_begins_nothing() -> None:
    talk = ("u:a", "a:b", "u:c", "a:d")
    rows = table(
        chat(*talk), chat(*talk[:2], rating=2.0), chat(*talk[:2], tools='[{"name":"f"}]'), Record("text", text="x")
    )
    ends, begins = (column.to_pylist() for column in dialogue_chains(rows))
    assert not {*ends[1:3]} & {*begins[0]}
    assert ends[3] is begins[3] is None
