"""The steps in a row: what stays, what goes, what is set aside, and that plain strings get the same answers."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.cleaning.cleaner import STEPS, Cleaner, default_params
from jobs.privacy import find_pii, remove_pii
from jobs.text import judge_text, normalize_text

PHONE = "13912345678"


def text_row(text: str | None, **changes: Any) -> dict[str, Any]:
    return {
        "record_id": "1",
        "kind": "text",
        "text": text,
        "source": {"name": "logs", "uri": "a", "line": 3},
        **changes,
    }


@pytest.fixture(scope="module")
def cleaner() -> Cleaner:
    return Cleaner()


def test_a_row_goes_through_all_steps_and_tells_what_they_did(cleaner: Cleaner) -> None:
    outcome = cleaner.clean(text_row(f"请联系我们的客服，电话是{PHONE}！！！！&nbsp;谢谢"))
    assert outcome.fate == "kept"
    assert outcome.row["text"] == "请联系我们的客服，电话是<PHONE_1>！ 谢谢"
    assert {"PHONE_NUMBER": 1, "html": 1, "punctuation_runs": 1}.items() <= outcome.row["changes"].items()


@pytest.mark.parametrize(
    "text", [f"电话{PHONE}，谢谢！！！！", "您好，请问几点发货？", "作为一个AI语言模型，我无法回答。"]
)
def test_plain_strings_get_the_same_answers(cleaner: Cleaner, text: str) -> None:
    by_hand = normalize_text(remove_pii(text).text).text
    outcome = cleaner.clean(text_row(text))
    assert outcome.row["text"] == by_hand
    assert (outcome.fate == "rejected") == any(verdict.action == "remove" for verdict in judge_text(by_hand))


def test_spans_are_told_in_characters_of_the_text() -> None:
    text = "臺灣同事，電話：１３９ 1234 5678。"
    (span,) = find_pii(text)
    assert (text[span.start : span.end], span.entity) == ("１３９ 1234 5678", "PHONE_NUMBER")


def test_an_answer_is_judged_beside_its_prompt() -> None:
    assert "refused_answer" in {verdict.reason for verdict in judge_text("很抱歉，我无法回答这个问题。", prompt="你好")}


def test_a_rule_s_removal_ends_the_way(cleaner: Cleaner) -> None:
    outcome = cleaner.clean(text_row("嗯"))
    assert outcome.fate == "rejected"
    assert outcome.decision is not None
    assert outcome.decision["reason"]


def test_a_step_that_fails_sets_the_row_aside_without_its_text(cleaner: Cleaner) -> None:
    # JSON is read to a greater depth than it is written.
    outcome = cleaner.clean(text_row(f"电话{PHONE}", extras="[" * 400 + f'"{PHONE}"' + "]" * 400))
    assert outcome.fate == "quarantined"
    assert outcome.row["quarantine"]["reason"] == "remove_pii_failed"
    assert PHONE not in repr(outcome)


def test_what_is_quarantined_already_goes_through(cleaner: Cleaner) -> None:
    row = text_row(None, quarantine={"reason": "truncated"})
    assert cleaner.clean(row) == (row, None)


def test_only_the_steps_that_are_asked_for_are_taken() -> None:
    only = {"normalize_text": default_params()["normalize_text"]}
    outcome = Cleaner(only).clean(text_row(f"嗯{PHONE}！！！！"))
    assert (outcome.row["text"], outcome.decision) == (f"嗯{PHONE}！", None)
    assert list(default_params()) == list(STEPS)
