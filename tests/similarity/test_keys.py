import copy
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.record import Media, Message, Record
from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.folding import PART
from jobs.similarity.keys import KEY_COLUMNS, By, exact_keys, key_text, strict_key


def chat(*turns: tuple[str, str], **more: Any) -> dict[str, Any]:
    return Record(kind="chat", messages=[Message(role, content) for role, content in turns], **more).to_dict()


def exact_key(row: dict[str, Any], by: By = "dialogue") -> bytes | None:
    schema = pa.schema([ROW_SCHEMA.field(name) for name in KEY_COLUMNS])
    key: bytes | None = exact_keys(pa.Table.from_pylist([row], schema=schema), by)[0].as_py()
    return key


TALK = chat(("system", "You help."), ("user", "一"), ("assistant", "二"), ("user", "三"), ("assistant", "四"))


@pytest.mark.parametrize(
    ("by", "text"),
    [
        ("dialogue", "一\n二\n三\n四"),
        ("prompt", "一\n二\n三"),
        ("response", "四"),
        ("last_turn", "三\n四"),
        ("text", "You help.\n一\n二\n三\n四"),
    ],
)
def test_each_key_names_its_part(by: By, text: str) -> None:
    assert key_text(TALK, by) == text


def test_unknown_key_is_an_error() -> None:
    with pytest.raises(ValueError, match="by: expected one of dialogue"):
        key_text(TALK, "whole")  # type: ignore[arg-type]  # that is the point


def test_system_prompts_stay_out_of_likeness_and_in_exactness() -> None:
    other = copy.deepcopy(TALK)
    other["messages"][0]["content"] = "You are short."
    assert key_text(TALK) == key_text(other)
    assert exact_key(TALK) != exact_key(other)
    assert exact_key(TALK, "last_turn") == exact_key(other, "last_turn")


def test_a_raw_text_is_its_own_key_by_any_name() -> None:
    row = Record(kind="text", text="全文").to_dict()
    assert {key_text(row, by) for by in ("dialogue", "prompt", "response", "last_turn", "text")} == {"全文"}


def preference(chosen: str, rejected: str) -> dict[str, Any]:
    return Record(
        kind="preference",
        messages=[Message("user", "问")],
        chosen=[Message("assistant", chosen)],
        rejected=[Message("assistant", rejected)],
    ).to_dict()


def test_preference_rows_are_compared_as_pairs() -> None:
    assert key_text(preference("好", "坏")) == f"问{PART}好{PART}坏"
    assert key_text(preference("好", "坏"), "prompt") == "问"
    assert exact_key(preference("好", "坏")) != exact_key(preference("坏", "好"))


def test_tool_calls_are_compared_by_canonical_json() -> None:
    def calling(arguments: str) -> dict[str, Any]:
        return Record(
            kind="chat", messages=[Message("user", "q"), Message("assistant", tool_calls=arguments)]
        ).to_dict()

    a, b = (
        calling('[{"name":"f","arguments":{"x":1,"y":2}}]'),
        calling('[ {"arguments": {"y":2, "x":1}, "name": "f"} ]'),
    )
    assert exact_key(a) == exact_key(b)
    assert key_text(a) == key_text(b)
    assert exact_key(a) != exact_key(calling('[{"name":"f","arguments":{"x":1,"y":3}}]'))


def test_rows_that_differ_in_what_no_text_shows() -> None:
    plain = chat(("user", "<image>这是什么"), ("assistant", "猫"))
    first = chat(("user", "<image>这是什么"), ("assistant", "猫"), media=[Media("image", "a.png")])
    second = chat(("user", "<image>这是什么"), ("assistant", "猫"), media=[Media("image", "b.png")])
    assert len({strict_key(r) for r in (plain, first, second)}) == 3
    assert len({exact_key(r) for r in (plain, first, second)}) == 3
    good, bad = (
        chat(("user", "q"), ("assistant", "a"), label=True),
        chat(("user", "q"), ("assistant", "a"), label=False),
    )
    assert strict_key(good) != strict_key(bad)
    assert strict_key(good, "prompt") == strict_key(bad, "prompt")


def test_rows_with_nothing_to_compare_have_no_exact_key() -> None:
    row = chat(("user", "只有问题"))
    assert exact_key(row, "response") is None
    assert key_text(row, "response") == ""


def test_the_tools_on_offer_count_for_whole_dialogues() -> None:
    turns = (("user", "天气?"), ("assistant", "晴"))
    one, same, other = (
        chat(*turns, tools=text) for text in ('[{"name": "f", "x": 1}]', '[{"x":1,"name":"f"}]', '[{"name":"g"}]')
    )
    assert exact_key(one) == exact_key(same) != exact_key(other)
    assert exact_key(one, "response") == exact_key(other, "response")
    assert key_text(one) == key_text(other)


def test_step_labels_count() -> None:
    good, bad = (
        Record("stepwise", [Message("user", "q"), Message("assistant", "a")], extras=extras).to_dict()
        for extras in ('{"labels":[true]}', '{"labels":[false]}')
    )
    assert strict_key(good) != strict_key(bad)
    assert strict_key(good, "prompt") == strict_key(bad, "prompt")


def test_roles_and_turn_borders_count() -> None:
    assert exact_key(chat(("user", "a"), ("assistant", "b"))) != exact_key(chat(("assistant", "a"), ("user", "b")))
    assert exact_key(chat(("user", "a b"))) != exact_key(chat(("user", "a"), ("user", "b")))


@given(st.text(min_size=1), st.sampled_from([" ", "\n", "\t ", "\u3000"]))
def test_exact_key_ignores_white_space_only(text: str, space: str) -> None:
    row, spaced = chat(("user", text)), chat(("user", space + text + space))
    assert exact_key(row) == exact_key(spaced)
    assert exact_key(chat(("user", text + "x"))) != exact_key(row)
