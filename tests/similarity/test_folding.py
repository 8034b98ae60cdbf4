import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity.folding import PART, fold, is_single


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("订单 A 到哪了?", "订单a到哪了"),
        ("订单a到哪了", "订单a到哪了"),
        ("ＡＢＣ１２３", "abc123"),
        ("Hello,   World!", "hello world"),
        ("好的😊~~", "好的"),
        ("满100减20%", "满100减20%"),
        ("C++ 与 C#", "c++与c#"),
        ("Straße", "strasse"),
        ("नमस्ते दुनिया", "नमस्ते दुनिया"),
        ("", ""),
        ("!?。，", ""),
    ],
)
def test_fold_keeps_what_is_said(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_fold_is_idempotent(text: str) -> None:
    once = fold(text)
    assert fold(fold(once)) == fold(once)
    assert not re.search(r"^\s|\s$|\s\s", once)


@given(st.text(alphabet="订单到哪了 ab,。!\n", max_size=40))
def test_fold_ignores_punctuation_and_case(text: str) -> None:
    assert fold(text) == fold(text.upper()) == fold(text.replace(",", "。"))
    assert fold(text + "!") == fold(text)


def test_which_characters_stand_alone() -> None:
    assert all(is_single(c) for c in "订単あア한ไ")
    assert not any(is_single(c) for c in "aÄж5 ,%" + PART)
