"""Tells fast that no step of normalisation has anything to do: true of most texts, and many times as fast as the steps.

A text is plain when all its characters are ones that no step changes by themselves, and none of the few arrangements
that steps look for stands in it. Code, URLs and JSON need no thought here: what is protected changes even less.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

from jobs.text.chinese_script import traditional_characters
from jobs.text.mojibake_gbk import FIRST
from jobs.text.params import NormalizeParams

_CHINESE_MARKS = "，。！？、：；（）《》〈〉【】…"
_CURLY_QUOTES = "“”‘’"
_CORNER_QUOTES = "「」『』"
_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_RUN_MARKS = "。…，、；：！？!?,;.~"
_HAN = re.compile("[\u4e00-\u9fff]")


@lru_cache(maxsize=16)
def plain_check(params: NormalizeParams) -> Callable[[str], bool]:
    """A function that is true only for texts which no step of ``params`` changes; false says nothing."""
    suspect = re.compile(f"[^{re.escape(_harmless(params))}{_harmless_han(params)}]")
    run = re.compile(f"[{_RUN_MARKS}]{{{min(params.max_punctuation_run + 1, 4)}}}")
    arrangements = ["\n\n\n", " \n", "\n "]
    arrangements += ["  "] if params.collapse_spaces else []
    arrangements += ["://"] if params.urls != "keep" else []

    def is_plain(text: str) -> bool:
        if suspect.search(text) or text[:1] in " \n" or text[-1:] in " \n":
            return False
        if any(map(text.__contains__, arrangements)) or run.search(text):
            return False
        # Without Chinese, Chinese punctuation is ASCII typed on a Chinese keyboard.
        return text.isascii() or _HAN.search(text) is not None

    return is_plain


def _harmless(params: NormalizeParams) -> str:
    """Every character but Chinese ones that a plain text may hold."""
    kept = _ASCII + "\n" + _CURLY_QUOTES + _CORNER_QUOTES + ("" if params.width == "half" else _CHINESE_MARKS)
    gone = "&<" if params.html else ""
    gone += "\\" if params.escapes else ""
    gone += "@" if params.mentions != "keep" else ""
    gone += ",.!?;:()" if params.width == "full" else ""
    gone += "\"'" + _CURLY_QUOTES + _CORNER_QUOTES if params.quotes != "keep" else ""
    return kept.translate(dict.fromkeys(map(ord, gone)))


def _harmless_han(params: NormalizeParams) -> str:
    """Chinese characters but those that damaged encoding leaves, and traditional ones where those are replaced: ranges
    for a character class."""
    harmful = set(map(ord, FIRST))
    harmful |= set(map(ord, traditional_characters())) if params.traditional_to_simplified != "keep" else set()
    edges = [0x4E00 - 1, *sorted(code for code in harmful if 0x4E00 <= code < 0xA000), 0xA000]
    return "".join(f"{chr(a + 1)}-{chr(b - 1)}" for a, b in pairwise(edges) if b - a > 1)
