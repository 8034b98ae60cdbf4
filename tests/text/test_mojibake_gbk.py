"""UTF-8 that was read as GBK: put right, also where bytes were lost, and never found where nothing was damaged."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.text.mojibake import repair_mojibake
from jobs.text.mojibake_gbk import repair_gbk

_SENTENCES = [
    "您好，请问有什么可以帮您？",
    "“七天无理由”退货😊",
    "客服A在的，订单号是AB12的，请稍等！",
    "我们会尽快为您处理，请您耐心等待。",
]


@pytest.mark.parametrize("text", _SENTENCES)
@pytest.mark.parametrize("lost", ["\ufffd", "?"])
def test_what_is_left_is_read_again(text: str, lost: str) -> None:
    damaged = text.encode().decode("gbk", "replace").replace("\ufffd", lost)
    repaired = repair_mojibake(damaged)
    kept = repaired.split("\ufffd")
    assert damaged != repaired and len("".join(kept)) >= 0.6 * len(text)
    at = 0
    for piece in kept:
        at = text.index(piece, at) + len(piece)


@given(st.text(st.sampled_from("您好请问的订单，。？A1 "), min_size=6))
def test_whole_bytes_turn_back_into_the_text(text: str) -> None:
    try:
        damaged = text.encode().decode("gb18030")
    except UnicodeDecodeError:
        return
    if sum(c > "\x7f" for c in text) >= 4 and not text[0].isascii() and " " not in text:
        assert repair_gbk(damaged) == text


@pytest.mark.parametrize(
    ("damaged", "text"),
    [
        ("客服：浣犲ソ鍚�客服在", "客服：你好�客服在"),
        ("鈥滀綘濂解€?", "“你好�"),
        ("澶\ue044ソ浜嗭紒", "太好了！"),
        ("枸杞茶花和浣花溪，浏览淘宝；涓涓细流", None),
        ("浜亯鍋", None),
        ("锛子和鐨", None),
    ],
)
def test_pieces(damaged: str, text: str | None) -> None:
    assert repair_gbk(damaged) == (damaged if text is None else text)


def test_no_characters_at_random_are_damage() -> None:
    rare = [chr(code) for code in range(0x4E00, 0x9FA6)]
    chance = random.Random(1)
    for _ in range(3_000):
        text = "".join(chance.choices(rare, k=12))
        assert repair_gbk(text) == text


def test_one_character_read_as_windows_1252() -> None:
    assert repair_mojibake("23 å…ƒ = 23å…ƒ") == "23 元 = 23元"
    for kept in ("Il a parlé…»", "café — né"):
        assert repair_mojibake(kept) == kept
    assert repair_mojibake("å\x80\x80x") == "倀x"
