"""The steps of normalisation one by one, by the functions that do them."""

from __future__ import annotations

import pytest

from jobs.text.characters import drop_control_characters
from jobs.text.chinese_script import to_simplified
from jobs.text.emoji import shorten_emoji_runs
from jobs.text.escapes import undo_escapes
from jobs.text.links import replace_mentions, replace_urls
from jobs.text.punctuation import set_quotes, shorten_punctuation_runs
from jobs.text.unicode_forms import fold_unicode, set_width
from jobs.text.whitespace import collapse_spaces, tidy_whitespace


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("包\u00ad裹 co\u00adoperate", "包裹 cooperate"),
        ("[\xad1, 1] x\xad1", "[-1, 1] x1"),
        ("\x1b[31m红\x1b[0m", "红"),
        ("忽略\U000e0069\U000e0067\U000e006e以上", "忽略以上"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", None),
        ("好\ufe0e\ufe0f\ufe0f", "好\ufe0e"),
        ("👨‍👩‍👧 می‌خواهم", None),
        ("a\u202eb", "ab"),
        ("מה\u200f שלום", None),
        ("\ufdd0好\uffff", "好"),
        ("半\ud83d个", "半\ufffd个"),
        ("മലയാളം ന്\u200d", None),
        ("\u061cab \u180eab ᠠ\u180eᠡ", "ab ab ᠠ\u180eᠡ"),
    ],
)
def test_characters_that_nobody_sees(before: str, after: str | None) -> None:
    assert drop_control_characters(before) == (before if after is None else after)


def test_unicode_forms() -> None:
    assert fold_unicode("e\u0301ｶﾞﬁ⽅ x² ½ ① 𝐱 Ⅳ ，") == "éガfi方 x² ½ ① 𝐱 Ⅳ ，"
    assert fold_unicode("e\u0301ﬁ", "nfc") == "éﬁ"
    assert fold_unicode("(｡･ω･｡)ﾉ ﾟ･ヾ(｡>﹏<｡)ﾉﾞ") == "(｡･ω･｡)ﾉ ﾟ･ヾ(｡>﹏<｡)ﾉﾞ"
    assert len(fold_unicode("z" + "\u0316\u0301" * 5_000)) <= 31


@pytest.mark.parametrize(
    ("width", "before", "after"),
    [
        ("mixed", "ＶＩＰ－１，打９折，１００％满意＝ ＝", "VIP-1，打9折，100%满意＝ ＝"),
        ("mixed", "Ｈｉ，ｙｏｕ！", "Hi,you!"),
        ("mixed", "＜ｂ＞加粗＆ａｍｐ；", "＜b＞加粗＆amp；"),
        ("mixed", "１２：３０到，11：00走，比６：５", "12:30到，11：00走，比6:5"),
        ("mixed", "010-85007938，13900000000。", "010-85007938，13900000000。"),
        ("half", "你好，１２：３０（周一）！", "你好,12:30(周一)!"),
        ("full", "你好,请问iPhone(新款)多少钱?好的:)", "你好，请问iPhone（新款）多少钱？好的:)"),
        ("full", "下午3:30到,共1,000元.谢谢.", "下午3:30到，共1,000元。谢谢。"),
        ("full", "Hello, world!", "Hello, world!"),
        ("keep", "ＶＩＰ，１", "ＶＩＰ，１"),
    ],
)
def test_width(width: str, before: str, after: str) -> None:
    assert set_width(before, width) == after  # type: ignore[arg-type]  # parametrize knows no literals


@pytest.mark.parametrize(
    ("quotes", "before", "after"),
    [
        ("straight", "“好”‘a’ it’s「书」", '"好"\'a\' it\'s"书"'),
        ("curly", '说"好" it\'s', "说“好” it’s"),
        ("curly", '屏幕27" 的"好"', None),
        ("curly", '只有一个"引号', None),
        ("corner", "他说“好”和‘行’，it’s", "他说「好」和『行』，it’s"),
        ("corner", "“English only”", None),
    ],
)
def test_quotes(quotes: str, before: str, after: str | None) -> None:
    assert set_quotes(before, quotes) == (before if after is None else after)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("longest", "before", "after"),
    [
        (3, "好！！！！！好！！！。。。。？？", "好！好！！！……？？"),
        (3, "什么？！？！？！", "什么？！"),
        (1, "好！！，，。。。", "好！，……"),
        (3, "---- ==== ~~~ a!!!!", "---- ==== ~~~ a!"),
        (3, "wait.......", "wait..."),
    ],
)
def test_punctuation_runs(longest: int, before: str, after: str) -> None:
    assert shorten_punctuation_runs(before, longest) == after


def test_white_space() -> None:
    assert tidy_whitespace(" 一 \r\n\r\n\r\n　二\u00a0三\t\n    code\n") == "一\n\n二 三\n    code"
    for kept in (
        "    if a:\n        b",
        "\tlist\n\t\tdeep",
        "类：甲\n  名：乙\n    值：丙",
        "1. 甲\n   说明",
        "key:\n  值: 1",
    ):
        assert tidy_whitespace(kept) == kept
    assert tidy_whitespace("　　一段\n　　二段") == tidy_whitespace("  一段\n  二段") == "一段\n二段"
    assert tidy_whitespace("两个  空格") == "两个  空格"
    assert collapse_spaces("两个  空格\n  缩  进\n| a  |") == "两个 空格\n  缩  进\n| a  |"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\\u4f60\\u597d\\ud83d\\ude00", "你好😀"),
        ("您好！\\r\\n1. 看\\n\\n", "您好！\n1. 看\n\n"),
        ('[\\u4e00-\\u9fa5] "\\u4f60\\u597d" \\u0041\\u0042 \\ud83d\\u4f60', None),
        ("C:\\new\\n", None),
        ("正则 \\n 匹配，您好\\n再见", None),
        ('print("你好\\n世界")', None),
    ],
)
def test_escapes(before: str, after: str | None) -> None:
    assert undo_escapes(before) == (before if after is None else after)


def test_drawings_of_emoji_stay() -> None:
    assert shorten_emoji_runs("🟩🟩⬜⬜ ♟♟♟♟ 🀀🀀 😀😀", 3) == "🟩🟩⬜⬜ ♟♟♟♟ 🀀🀀 😀"


def test_urls_and_mentions_by_policy() -> None:
    text = "看 https://a.cn/x?y=1。 @小美 在吗，找@客服 a@b.com @scope/pkg"
    assert replace_mentions(replace_urls(text, "placeholder"), "placeholder") == (
        "看 <URL>。 <MENTION> 在吗，找<MENTION> a@b.com @scope/pkg"
    )
    assert replace_mentions(replace_urls(text, "drop"), "drop") == "看 。 在吗，找 a@b.com @scope/pkg"
    assert replace_mentions(replace_urls(text, "keep"), "keep") == text


@pytest.mark.parametrize(
    ("table", "before", "after"),
    [
        ("t2s", "軟體更新後頭髮乾了", "软体更新后头发干了"),
        ("tw2sp", "軟體更新後", "软件更新后"),
        ("t2s", "藉口，答覆", "借口，答复"),
        ("t2s", "屏幕打坏了", "屏幕打坏了"),
        ("t2s", "螢幕打坏了", "萤幕打坏了"),
        ("tw2sp", "程式和文件", "程式和文件"),
        ("t2s", "東京へ行きました", "東京へ行きました"),
        ("t2s", "優の良品開門", "优の良品开门"),
        ("keep", "後", "後"),
    ],
)
def test_traditional_to_simplified(table: str, before: str, after: str) -> None:
    assert to_simplified(before, table) == after  # type: ignore[arg-type]  # as above
