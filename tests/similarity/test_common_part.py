"""What removed rows have in common is told by place and share, and its text is kept apart."""

from __future__ import annotations

import pyarrow as pa
import pytest

from jobs.record import Message, Record
from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.common_part import common_part

SYSTEM = "You are a shop assistant with access to the order system."


def row(question: str, answer: str) -> dict[str, object]:
    turns = [Message("system", SYSTEM), Message("user", question), Message("assistant", answer)]
    return Record("chat", turns).to_dict()


def rows(*listed: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(listed), schema=ROW_SCHEMA)


def test_a_template_is_the_turn_that_all_share() -> None:
    witness = rows(row("Where is the parcel that I ordered?", "Thanks for asking. It left the warehouse."))
    others = rows(
        row("Can boots be worn in deep snow?", "Thanks for asking. They are waterproof."),
        row("Which lamp suits a desk?", "Thanks for asking. The small one does."),
    )
    common = common_part(witness, others)
    assert common.rows == 2
    places = dict(common.places)
    assert places["system turn 1"] == 1.0
    assert places["user turn 2"] == 0.0
    assert 0.2 < places["assistant turn 3"] < 0.8
    assert common.sentences == (SYSTEM, "Thanks for asking.")
    assert common.share == pytest.approx((11 + 3) / (11 + 7 + 7))


def test_copies_share_everything_and_strangers_nothing() -> None:
    one, other = row("Where is it?", "On its way."), row("有货吗", "没有了")
    assert common_part(rows(one), rows(one, one)).share == 1.0
    assert dict(common_part(rows(one), rows(one, other)).places)["user turn 2"] == 0.0
    assert common_part(rows(one), rows()).share == 0.0


def test_answers_of_preference_rows_and_raw_texts_have_their_places() -> None:
    pair = Record(
        "preference", [Message("user", "q w e")], [Message("assistant", "a s d")], [Message("assistant", "z x")]
    )
    assert [name for name, _ in common_part(rows(pair.to_dict()), rows(pair.to_dict())).places] == [
        "user turn 1",
        "chosen assistant turn 1",
        "rejected assistant turn 1",
    ]
    text = Record("text", text="the whole of it").to_dict()
    assert common_part(rows(text), rows(text)).places == (("text", 1.0),)
