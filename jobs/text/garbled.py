"""How much of a text encoding damage has spoilt."""

from __future__ import annotations

import re

from ftfy.badness import badness

from jobs.text.protect import without_code

# Chinese characters that are rare in Chinese and come of UTF-8 bytes of common characters read as GBK. For example
# 锛 is EF BC, the first two bytes of full-width punctuation, and 鐨 is E7 9A, of 的. Twelve of these cover most damage.
GBK_MARKS = re.compile("[锛銆鐨鎴鏄鍙璇鎮杩鍚瀹璁浣浠鍦鏈涓缁鍒鍑鎵閫璐鍥鏃鏂]")
_GARBLED = re.compile("[\ufffd\x80-\x9f]|锟斤拷|锟斤|斤拷|烫烫烫|屯屯屯|ï¿½")
# The characters that such damage begins with, in one set: a fifth of the time.
_GARBLED_FIRST = re.compile("[\ufffd\x80-\x9f锟斤烫屯ï]")
# ftfy knows no damage among ASCII, Chinese characters and full-width forms.
BEYOND_CHINESE = re.compile("[\x80-\u2fff\ua000-\ufeff\ufff0-\U0010ffff]")
_LEAST_MARKS = 3


def garbled_share(text: str) -> float:
    """Share of characters that encoding damage left: U+FFFD, C1 controls, UTF-8 read as Latin-1 or GBK."""
    if not text or text.isascii():
        return 0.0
    prose = without_code(text)
    damage = sum(len(match.group()) for match in _GARBLED.finditer(prose)) if _GARBLED_FIRST.search(prose) else 0
    if BEYOND_CHINESE.search(prose):
        damage += 2 * badness(prose)
    marks = len(GBK_MARKS.findall(prose))
    if marks >= _LEAST_MARKS and marks >= 0.08 * len(prose):
        damage += 2 * marks
    return min(1.0, damage / len(text))


def may_be_garbled(text: str) -> bool:
    """False where every part of the text has a ``garbled_share`` of 0."""
    if text.isascii():
        return False
    if _GARBLED_FIRST.search(text) or BEYOND_CHINESE.search(text):
        return True
    return len(GBK_MARKS.findall(text)) >= _LEAST_MARKS


def is_garbled(text: str) -> bool:
    """Whether any character is certain damage, or 2% and more are likely damage."""
    if text.isascii():
        return False
    certain = _GARBLED_FIRST.search(text) is not None and _GARBLED.search(text) is not None
    return certain or garbled_share(text) > 0.02
