"""Damage in Chinese text, and that the quick looks before the slow ones change nothing."""

from __future__ import annotations

import pytest
from ftfy.badness import BADNESS_RE, badness
from hypothesis import given
from hypothesis import strategies as st

from jobs.text.garbled import _GARBLED, _GARBLED_FIRST, BEYOND_CHINESE, is_garbled


@pytest.mark.parametrize(("text", "garbled"), [("您好，订单", False), ("锟斤拷", True), ("caf\u00c3\u00a9", True)])
def test_damage(text: str, garbled: bool) -> None:
    assert is_garbled(text) is garbled


@given(st.text(st.characters(max_codepoint=0x9FFF) | st.sampled_from("锟斤拷烫屯ï¿½\ufffd")))
def test_quick_looks_miss_nothing(text: str) -> None:
    if not BEYOND_CHINESE.search(text):
        assert badness(text) == 0
    if _GARBLED.search(text):
        assert _GARBLED_FIRST.search(text)


def test_what_ftfy_looks_for_is_beyond_chinese() -> None:
    beyond_ascii = {c for c in BADNESS_RE.pattern if not c.isascii()}
    assert not [c for c in beyond_ascii if not BEYOND_CHINESE.search(c)]
