"""The prefilter by the column loses nothing: what it calls quiet holds no cue, as it stands, folded or repaired."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.privacy.analyzer import Analyzer
from jobs.privacy.native_cues import native_cues, quiet_texts
from jobs.privacy.recognizers import DEFAULT_ENTITIES
from jobs.privacy.spans import LANGUAGES
from jobs.privacy.view import folded_characters
from jobs.text.reveal import reveal

ANALYZER = Analyzer()
VALUES = (
    "13912345678",
    "138 1234 5678",
    "0571-88886666",
    "a.b@example.com",
    "我叫王小明",
    "李女士",
    "微信：wx_12345",
    "QQ号3456789",
    "浙A12345",
    "浙江省杭州市西湖区中山路12号3幢401室",
    "192.168.1.20",
    "Dear John Smith, call 020 7946 0958",
    "出生于1990年1月2日",
)
WORDS = (
    "您好",
    "请问",
    "发货",
    "今天",
    "谢谢",
    "订单",
    "OK",
    " ",
    "\n",
    "，",
    "。",
    "很好",
    "没问题",
    "的",
    "the",
    "size",
    "9",
)
_TO_FULL_WIDTH = {code - 0xFEE0: code for code in range(0xFF01, 0xFF5F)}
_SOURCES: dict[str, list[str]] = {}
for _source, _target in folded_characters().items():
    _SOURCES.setdefault(chr(_target), []).append(chr(_source))


def quiet(*texts: str, entities: tuple[str, ...] = DEFAULT_ENTITIES) -> set[str]:
    return quiet_texts(texts, entities, LANGUAGES)


def disguised(text: str, how: str, draw: random.Random) -> str:
    if how == "wide":
        return text.translate(_TO_FULL_WIDTH)
    if how == "other characters":
        return "".join(draw.choice(_SOURCES.get(char, [char])) for char in text)
    if how == "torn":
        return "\u200b".join(text)
    if how in ("latin-1", "cp1252", "gb18030"):
        return text.encode("utf-8").decode(how, "replace")
    return text


_TEXTS = st.builds(
    lambda words, how, seed: disguised("".join(words), how, random.Random(seed)),
    st.lists(st.sampled_from((*WORDS, *WORDS, *VALUES)), max_size=8),
    st.sampled_from(("", "wide", "other characters", "torn", "latin-1", "cp1252", "gb18030")),
    st.integers(0, 99),
)


# Asked in batches, as the stage asks: the expressions are compiled at each call.
@settings(max_examples=10)
@given(st.lists(_TEXTS, min_size=20, max_size=60))
def test_a_quiet_text_holds_no_cue_in_any_disguise(texts: list[str]) -> None:
    for text in quiet(*texts):
        assert not ANALYZER.may_hold(text)
        assert not ANALYZER.may_hold(reveal(text))


def test_no_text_with_a_value_is_quiet() -> None:
    texts = [f"您好，{value}，谢谢。" for value in VALUES]
    assert not quiet(*texts, *(disguised(text, "wide", random.Random(1)) for text in texts))


def test_a_text_without_any_is() -> None:
    texts = ("您好，请问几点发货？", "这个怎么用呀，是不是要充电？")
    assert quiet(*texts) == set(texts)
    assert quiet("a lone \ud800", *texts) == set(), "nothing is vouched for where Arrow cannot hold a text"


def test_the_expressions_are_portable() -> None:
    for expression in native_cues(DEFAULT_ENTITIES):
        assert not re.search(r"\(\?[=!<P]|\\b|[*+?}]\+", expression), (
            "no look-around, no groups by name, no possessives"
        )


def texts_of(folder: Path) -> Iterator[str]:
    """Strings of the real data, wherever they stand in it."""
    for name in ("presidio", "restaurant8k", "crosswoz", "egret-wenda", "ftfy", "emollm", "belle-eval"):
        for file in sorted((folder / name).rglob("*.json*"))[:4]:
            yield from re.findall(r'"((?:[^"\\\x00-\x1f]|\\["\\/n]){8,400})"', file.read_text("utf-8", "replace"))[:700]


def test_on_real_data_no_text_with_a_finding_is_quiet(shared_data: Path) -> None:
    texts = list(dict.fromkeys(orjson.loads(f'"{text}"') for text in texts_of(shared_data)))
    called_quiet = quiet(*texts)
    assert len(texts) > 3_000
    assert len(called_quiet) > 300
    assert not [text for text in called_quiet if ANALYZER.may_hold(text) or ANALYZER.may_hold(reveal(text))]
    checked = random.Random(6).sample(sorted(called_quiet), 150)
    assert not [text for text in checked if ANALYZER.analyze(text, prefilter=False)]
