"""Agents' boilerplate: which sentences are looked at, and what is taken off."""

from __future__ import annotations

import pytest

from jobs.text.boilerplate import candidates, key_of, strip_boilerplate, without_boilerplate

_SAID = ("感谢您的咨询，祝您生活愉快！", "亲，您好，客服为您服务。", "Have a nice day!")
LINES = {key for sentence in _SAID if (key := key_of(sentence))}


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("已为您退款。感谢您的咨询,祝您生活愉快~", "已为您退款。"),
        ("亲，您好，客服为您服务。\n已为您退款。\n\n感谢您的咨询，祝您生活愉快！", "已为您退款。"),
        ("Your refund is on its way. Have a nice day!", "Your refund is on its way."),
        ("感谢您的咨询，祝您生活愉快！", None),
        ("亲，您好，客服为您服务。感谢您的咨询，祝您生活愉快！", None),
        ("感谢您的咨询，祝您生活愉快！这句话在中间吗？是的。", "这句话在中间吗？是的。"),
        ("请写：感谢您的咨询，祝您生活愉快！", None),
        ("代码：\n```\n感谢您的咨询，祝您生活愉快！\n```", None),
        ("", None),
    ],
)
def test_takes_learnt_lines_off_the_ends(text: str, rest: str | None) -> None:
    after = without_boilerplate(text, LINES)
    assert after == (text if rest is None else rest)
    assert without_boilerplate(after, LINES) == after


def test_a_key_is_of_a_sentence_and_not_of_its_spelling() -> None:
    assert key_of("【ＡＢ旗舰店】 <PERSON_1> 为您服务！") == key_of("AB旗舰店，<PERSON_22>为您服务。") is not None
    assert key_of("好的。") is None
    assert key_of("很" * 81) is None


def test_looks_at_the_ends_of_agents_turns_only() -> None:
    row = {
        "messages": [
            {"role": "user", "content": "请问在吗朋友。我要退货谢谢。"},
            {"role": "assistant", "content": "您好欢迎光临。可以退货的哦。祝您生活愉快！"},
            {"role": "assistant", "content": "只有这一句话。"},
        ]
    }
    found = {c.key: c.neighbour for c in candidates(row)}
    assert set(found) == {"您好欢迎光临", "可以退货的哦", "祝您生活愉快"}
    assert found["祝您生活愉快"] == "可以退货的哦"


def test_flagging_counts_and_changes_nothing() -> None:
    row = {"messages": [{"role": "assistant", "content": "已退款。感谢您的咨询，祝您生活愉快！"}]}
    assert strip_boilerplate(row, LINES, remove=False) == {"boilerplate_seen": 1}
    assert row["messages"][0]["content"].endswith("愉快！")
    assert strip_boilerplate(row, LINES, remove=True) == {"boilerplate": 1}
    assert row["messages"][0]["content"] == "已退款。"
