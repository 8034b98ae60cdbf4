"""Answers that only say their question once more."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_NOT_WORD = re.compile(r"[\W_]+")
_LEAST_QUESTION = 8
# Beyond the question itself, an echo may add so much: a "您好" or a full stop.
_ECHO_ROOM = 1.15
# Tasks whose right answer may be the question's own text.
_COPYING = re.compile(
    r"重复|复述|跟读|照抄|抄写|改写|改正|纠正|纠错|校对|润色|修正|修改|病句|语病|标点|翻译|转换|格式化|排序|填空|补全|续写|原样|原文|摘录|提取|抽取"
    r"|同义|近义|换一种|换个|简体|繁体|释义|说法"
    r"|repeat|copy|echo|correct|proofread|rewrite|rephrase|paraphrase|translat|punctuat|complete the|fix|edit|extract"
    r"|convert|format|capitali|sort|grammar|synonym|reword|another way|lower ?case|upper ?case|similar",
    re.IGNORECASE,
)
# A question word, or an order: what still holds it has not answered it. "酒店有停车场吗" without its 吗 is an answer.
_ASKING = re.compile(
    r"怎[么样]|如何|什么|为何|哪[里些个儿]|多少|几[个点天号]|谁|^(?:请|帮我|写|介绍|列|描述|解释|说明)"
    r"|\b(?:how|what|why|who|where|which|when)\b|^(?:please|can you|could you|list|describe|explain|write"
    r"|give|tell|name)\b",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"^(?:好的|您好|你好|您问的是|你问的是|您的问题是|问题是|问题|问|q|thequestionis|question|ok|sure)+", re.IGNORECASE
)
_NUMERALS = str.maketrans("零〇一二两三四五六七八九", "001223456789")
_WORDS_EN = re.compile(r"[a-z0-9]+")
_LEAST_WORDS = 6
_LEAST_CHARS = 10
_ALIKE, _SPELT_ALIKE = 0.88, 0.96
_MOST_MISSING = 3
_SAMPLE = 120
# A longer one brings a text along, which an answer may quote.
_LONGEST = 200


def is_echo(question: str, answer: str) -> int:
    """1 for an answer that is its question once more, punctuation aside, where the question does not ask for that.

    So is one that says it twice, or that differs in a character or word and still asks.
    """
    if len(answer) < _LEAST_QUESTION or len(answer) > 4 * len(question):
        return 0
    # Letters of the question that the answer lacks tell most of them; a few of its first ones most of those.
    if len(_missing(question[:_SAMPLE:3], answer)) > _MOST_MISSING:
        return 0
    missing = _missing(question, answer)
    if len(missing) > _MOST_MISSING:
        return 0
    asked = _NOT_WORD.sub("", question).lower()
    said = _OPENER.sub("", _NOT_WORD.sub("", answer).lower()) or answer
    if len(asked) < _LEAST_QUESTION or _COPYING.search(question):
        return 0
    if not missing and asked in said and (len(said) <= _ECHO_ROOM * len(asked) + 2 or not said.replace(asked, "")):
        return 1
    if len(question) > _LONGEST:
        return 0
    return int(_ASKING.search(question) is not None and _still_asks(question, answer, asked, said))


def _missing(question: str, answer: str) -> set[str]:
    return {char for char in question if char not in answer and char.isalnum() and char.swapcase() not in answer}


def _still_asks(question: str, answer: str, asked: str, said: str) -> bool:
    """Whether the answer is the question but for a word or two and asks the same thing."""
    if _ASKING.search(answer.strip()) is None and _ASKING.search(said) is None:
        return False
    if question.isascii():
        words, told = _WORDS_EN.findall(question.lower()), _WORDS_EN.findall(answer.lower())
        return len(words) >= _LEAST_WORDS and (_alike(words, told) or _alike(asked, said, _SPELT_ALIKE))
    return len(asked) >= _LEAST_CHARS and _alike(asked.translate(_NUMERALS), said.translate(_NUMERALS))


def _alike(asked: str | list[str], said: str | list[str], least: float = _ALIKE) -> bool:
    if abs(len(asked) - len(said)) > 0.15 * len(asked):
        return False
    return SequenceMatcher(None, asked, said, autojunk=False).ratio() >= least
