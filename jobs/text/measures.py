"""Measures of a text's characters that quality rules bound. Each takes a text; shares are 0 to 1.

None means that the text is too short, or of the wrong script, for the measure to say anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from jobs.text.emoji import count_emoji
from jobs.text.protect import without_code, without_protected

# Neither letter nor digit nor space: what \w takes beyond those is the underscore.
_MARK = re.compile(r"[^\w\s]|_")
# Marks that are neither part of an emoji nor accents: most of those in a text.
_PLAIN_MARKS = frozenset("，。！？：；、（）“”‘’《》【】…—～·,.!?:;()\"'<>[]{}/\\|@#%&+=-_*^~`$￥")
_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s")
_HAN_BLOCKS = (("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"), ("\uf900", "\ufaff"))
_HAN_CLASS = "".join(f"{first}-{last}" for first, last in _HAN_BLOCKS)
_HAN = re.compile(f"[{_HAN_CLASS}]")
_TEN_HAN = re.compile(f"(?:[{_HAN_CLASS}][^{_HAN_CLASS}]*+){{10}}")
_SENTENCE_END = re.compile(r"[。！？；!?;\n]+|\.(?=\s|$)")
# Controls, line drawing and blocks, Braille, private use, no characters, half surrogates, U+FFFD.
UNREADABLE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2580-\u259f\u2800-\u28ff\ud800-\udfff\ue000-\uf8ff\ufff0-\ufffb\ufffd-\uffff"
)
_UNREADABLE = re.compile(f"[{UNREADABLE}\U000f0000-\U0010ffff]|(?<=[\u0300-\u036f])[\u0300-\u036f]")
# One set of characters, which is looked through several times as fast.
_MAYBE_UNREADABLE = re.compile(f"[{UNREADABLE}\U000f0000-\U0010ffff\u0300-\u036f]")
_LEAST_CHARS = 10
M = TypeVar("M", bound=Callable[..., Any])


def _level_1() -> str:
    """The Chinese characters that running text is made of: the 3,755 simplified ones of GB 2312-80, level 1 (rows 16 to
    55), and the 5,401 traditional ones of Big5, level 1 (A440 to C67E)."""
    gb = (bytes((high, low)) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    big5 = (bytes((high, low)) for high in range(0xA4, 0xC7) for low in (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    simplified = [pair.decode("gb2312", "ignore") for pair in gb]
    traditional = [pair.decode("big5", "ignore") for pair in big5 if pair <= b"\xc6\x7e"]
    return "".join(dict.fromkeys([*simplified, *traditional]))


def _rarer_than(common: frozenset[str]) -> re.Pattern[str]:
    """The others, as one set of characters: a set less another is looked through at a tenth of the speed."""
    every = (chr(code) for first, last in _HAN_BLOCKS for code in range(ord(first), ord(last) + 1))
    return re.compile(f"[{''.join(char for char in every if char not in common)}]")


COMMON_HAN = _level_1()
_RARE = _rarer_than(frozenset(COMMON_HAN))


def of_prose(measure: M) -> M:
    """A measure of a text's prose: code, formulas, links, placeholders and tokens do not count.

    ``plain`` is the measure itself, for texts that hold none of these (``protect.may_hold``).
    """
    return _of(measure, without_protected)


def of_uncoded(measure: M) -> M:
    """A measure of a text without its code, formulas and links; ``plain`` as for ``of_prose``."""
    return _of(measure, without_code)


def _of(measure: M, strip: Callable[[str], str]) -> M:
    @wraps(measure)
    def of_text(text: str, *options: Any) -> Any:
        return measure(strip(text), *options)

    of_text.plain = measure  # type: ignore[attr-defined]  # read by jobs.text.quality
    return of_text  # type: ignore[return-value]  # the same signature


def characters(text: str) -> int:
    """Characters without surrounding space."""
    return len(text.strip())


@of_prose
def symbol_share(text: str) -> float:
    """Share of characters that are neither letter, digit, space nor emoji, outside code; texts of 10 characters on.

    After Gopher's symbol-to-word ratio (Rae et al. 2021, A1.1), by characters, since Chinese has no words to divide by.
    """
    if len(text) < _LEAST_CHARS:
        return 0.0
    marks = _MARK.findall(text)
    if _PLAIN_MARKS.issuperset(marks):
        return len(marks) / len(text)
    accents = sum(unicodedata.category(mark) in ("Mn", "Mc") for mark in marks if mark > "\u02ff")
    return max(0.0, (len(marks) - accents - count_emoji(text)) / len(text))


@of_prose
def punctuation_share(text: str) -> float | None:
    """Share of characters that are punctuation (Unicode P), of texts of 10 characters on."""
    if len(text) < _LEAST_CHARS:
        return None
    return sum(unicodedata.category(mark)[0] == "P" for mark in _MARK.findall(text)) / len(text)


@of_prose
def digit_share(text: str) -> float | None:
    """Share of characters that are decimal digits, of texts of 10 characters on."""
    if len(text) < _LEAST_CHARS:
        return None
    return len(_DIGIT.findall(text)) / len(text)


def readable_share(text: str) -> float | None:
    """Share of characters that a person can read: no controls, private use, U+FFFD, blocks, heaps of accents."""
    if not text:
        return None
    return 1 - len(_UNREADABLE.findall(text)) / len(text)


def may_be_unreadable(text: str) -> bool:
    """False where every part of the text has a ``readable_share`` of 1."""
    return _MAYBE_UNREADABLE.search(text) is not None and _UNREADABLE.search(text) is not None


@of_prose
def han_share(text: str) -> float | None:
    """Share of the characters outside code, space aside, that are Chinese."""
    said = len(text) - len(_SPACE.findall(text))
    return len(_HAN.findall(text)) / said if said else None


@of_prose
def common_han_share(text: str) -> float | None:
    """Share of the Chinese characters that are among the common ones of GB 2312 or Big5, level 1; from 10 on.

    Garbled text falls far below: Chinese rows whose UTF-8 is read as GBK give 0.30 in the median and 0.63 at most.
    """
    if text.isascii() or _TEN_HAN.search(text) is None:
        return None
    rare = len(_RARE.findall(text))
    return 1 - rare / len(_HAN.findall(text)) if rare else 1.0


@of_prose
def mean_sentence_characters(text: str) -> float | None:
    """Characters a sentence, of texts of 10 characters on: without any full stop, the text is one sentence."""
    sentences = [part.strip() for part in _SENTENCE_END.split(text)]
    said = [len(part) for part in sentences if part]
    return sum(said) / len(said) if said and sum(said) >= _LEAST_CHARS else None
