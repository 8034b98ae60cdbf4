"""Placeholders: typed, the same for the same value in one row, and left alone the second time."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.privacy.comparable import comparable
from jobs.privacy.desensitise import Desensitiser
from jobs.privacy.params import PrivacyParams
from jobs.privacy.placeholders import PLACEHOLDER
from jobs.text.reveal import reveal

DESENSITISER = Desensitiser.from_params(PrivacyParams(), reveal)


def chat(*texts: str) -> dict:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]}


def contents(row: dict) -> list[str]:
    return [m["content"] for m in row["messages"]]


def test_same_value_same_placeholder() -> None:
    row, counts = DESENSITISER.desensitise_row(
        chat("我叫张伟，电话13800138000", "张伟您好，号码138-0013-8000对吗？", "对，还有１３９００１３９０００")
    )
    assert contents(row) == ["我叫<NAME_1>，电话<PHONE_1>", "<NAME_1>您好，号码<PHONE_1>对吗？", "对，还有<PHONE_2>"]
    assert counts == {"PERSON": 2, "PHONE_NUMBER": 3}


def test_numbering_goes_on_after_placeholders_that_are_there() -> None:
    row, _ = DESENSITISER.desensitise_row(chat("电话<PHONE_7>或13800138000"))
    assert contents(row) == ["电话<PHONE_7>或<PHONE_8>"]


def test_structured_fields() -> None:
    call = json.dumps([{"id": "1", "function": {"name": "sms", "arguments": json.dumps({"to": "13800138000"})}}])
    row = {
        "messages": [{"role": "assistant", "content": None, "tool_calls": call, "name": "王芳"}],
        "extras": '{"customer":"王芳","tel":"13800138000"}',
        "text": None,
    }
    out, _ = DESENSITISER.desensitise_row(row)
    written = json.dumps(out, ensure_ascii=False)
    assert "13800138000" not in written and "王芳" not in written
    assert json.loads(out["extras"]) == {"customer": "<NAME_1>", "tel": "<PHONE_1>"}


def test_nothing_hides_behind_encoding_damage() -> None:
    damaged = "我叫李丽，寄到北京市朝阳区建国路88号".encode().decode("latin-1")
    row, _ = DESENSITISER.desensitise_row(chat(damaged))
    assert contents(row) == ["我叫<NAME_1>，寄到<ADDRESS_1>"]


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("请打 138&nbsp;0013&nbsp;8000 谢谢", "请打 <PHONE_1> 谢谢"),
        ("请打138<b>0013</b>8000，谢谢", "请打<PHONE_1>，谢谢"),
        ("138\x0000138000", "<PHONE_1>"),
        ("zhang&#64;qq.com", "<EMAIL_1>"),
        # Markup that hides nothing stays for the stage whose work it is.
        ("&lt;b&gt;13800138000&lt;/b&gt;", "&lt;b&gt;<PHONE_1>&lt;/b&gt;"),
        ("<b>您好</b>，a &lt; b", "<b>您好</b>，a &lt; b"),
    ],
)
def test_nothing_hides_behind_markup(hidden: str, shown: str) -> None:
    row, _ = DESENSITISER.desensitise_row(chat(hidden))
    assert contents(row) == [shown]


def test_clean_rows_come_back_equal() -> None:
    row = chat("你好，这款有货吗？", "有的，亲。")
    out, counts = DESENSITISER.desensitise_row(row)
    assert contents(out) == contents(row) and counts == {}


def test_comparable() -> None:
    assert comparable("PHONE_NUMBER", "+86 138-0013-8000") == comparable("PHONE_NUMBER", "１３８００１３８０００")
    assert comparable("EMAIL_ADDRESS", "A@B.com") == comparable("EMAIL_ADDRESS", "a@b.com")


_PIECES = st.sampled_from(
    [
        "13800138000",
        "张伟",
        "我叫",
        "先生",
        "北京市",
        "朝阳区",
        "建国路",
        "88号",
        "a@b.cn",
        "，",
        "。",
        "微信abc123",
        "收件人：",
        "0",
        "<NAME_1>",
        "<PHONE_3>",
        "李女士",
        "\n",
        "4111111111111111",
        "京A12345",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=8).map("".join), min_size=1, max_size=3))
def test_twice_is_once(texts: list[str]) -> None:
    once, _ = DESENSITISER.desensitise_row(chat(*texts))
    twice, counts = DESENSITISER.desensitise_row(once)
    assert twice == once
    assert counts == {}


@given(st.from_regex(PLACEHOLDER, fullmatch=True))
def test_placeholders_survive(placeholder: str) -> None:
    assert DESENSITISER.desensitise_text(f"我叫{placeholder}。")[0] == f"我叫{placeholder}。"
