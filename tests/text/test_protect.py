"""What is taken out of a text before the steps, and put back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.text.protect import hide, show

_PIECES = st.sampled_from(
    ["`", "```\n", "$", "{", '"a":', "}", "\\(", "\\)", "<tool_call>", "https://a.b", "\n", "中", " "]
)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("用`a  b`好", "用#好"),
        ("前\n```py\nx  = 1\n```\n后", "前\n#\n后"),
        ('参数{"a": "x  y", "b": [1, {"c": 2}]}如上', "参数#如上"),
        ('断了{"a": "x  y", "b": oops', "断了#oops"),
        ('<tool_call>\nf(x="a  b")\n</tool_call>好', "#好"),
        ("公式$x_1^2$和$\\frac{a}{b}$", "公式#和#"),
        ("只要$5，原价$8_000", "只要$5，原价$8_000"),
        ("见https://a.cn/x。好", "见#。好"),
        ('{a: "b"} {} {"', '{a: "b"} {} {"'),
    ],
)
def test_hides_what_must_not_change(text: str, hidden: str) -> None:
    body, pieces = hide(text) or ("", [])
    for i in range(len(pieces)):
        body = body.replace(chr(0xF0000 + i), "#")
    assert body == hidden


def test_urls_can_stay_in_sight_but_for_those_in_code() -> None:
    body, pieces = hide('https://a.cn `https://b.cn` {"u": "https://c.cn"}', urls=False) or ("", [])
    assert "https://a.cn" in body and len(pieces) == 2


@given(st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=20).map("".join), st.booleans())
def test_showing_what_was_hidden_gives_the_text(text: str, urls: bool) -> None:
    hidden = hide(text, urls)
    assert hidden is not None and show(*hidden) == text


def test_nested_a_hundred_thousand_deep_is_no_tool_call() -> None:
    text = '{"a":' * 100_000
    hidden = hide(text)
    assert hidden is not None and show(*hidden) == text
