"""Unicode forms, and the width of letters, digits and punctuation in mixed Chinese and English text."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

from jobs.text.params import Unicode, Width

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Characters of Chinese, Japanese and Korean, and punctuation that only they have.
_EAST_ASIAN = re.compile(f"[{HAN}\u3001-\u301b\u3040-\u30ff\u3105-\u312f\uac00-\ud7a3]")

# Compatibility forms that differ in nothing but their encoding: half-width kana and hangul, ligatures, radicals. A lone
# half-width kana, middle dot or voicing mark is of a drawn face: "(｡･ω･｡)ﾉ", "ﾟ" after a bracket.
# Circled digits, superscripts, fractions, letters of mathematics and Roman numerals keep their meaning, which NFKC
# would lose ("x²" is not "x2"); so do full-width marks, which are punctuation in Chinese (see set_width).
_COMPATIBILITY = re.compile("[\uff66-\uff9d][\uff65-\uff9f]+|[\uffa0-\uffdc\ufb00-\ufb06\u2e9f\u2ef3\u2f00-\u2fd5]+")
_LOOSE_VOICING = re.compile("[\u3099\u309a]")

# UAX #15 D3 (Stream-Safe Text Format): no text of any language needs more than 30 combining marks in a row. A run of
# a million would take Unicode normalisation, which sorts it, the square of that.
_MAX_MARKS = 30
# Where Unicode has its combining marks, coarsely: most texts have none of these characters.
_MAY_BE_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u1cff\u1dc0-\u1dff\u20d0-\u20ff\u2cef-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\uabff"
    f"\ufb1e\ufe20-\ufe2f\U000101fd-\U0001efff]{{{_MAX_MARKS}}}"
)

_LATIN = re.compile("[0-9A-Za-z]")

# Full-width letters, digits and signs are ASCII typed on a Chinese keyboard. Not among them: , ! : ; ? ( ) . ~ which
# are Chinese punctuation there, and the yen sign.
_ASCII_OF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PUNCTUATION = "，！：；？（）．～"
_LETTERS = {code: half for code, half in _ASCII_OF.items() if chr(half).isalnum()}
_SIGNS = {code: half for code, half in _ASCII_OF.items() if code not in _LETTERS and chr(code) not in _PUNCTUATION}
_MARKS = {ord(mark): ord(mark) - 0xFEE0 for mark in _PUNCTUATION}
_NOT_PUNCTUATION = re.compile(f"[{''.join(map(re.escape, map(chr, _LETTERS | _SIGNS)))}]")
_FULL_WIDTH = re.compile("[\uff01-\uff5e]")
# Not < > & ` and the backslash: with them a full-width "＜ｂ＞", which nothing reads as markup, would become markup.
_SIGN_RUN = re.compile("[" + "".join(re.escape(chr(c)) for c in _SIGNS if chr(_SIGNS[c]) not in "<>&`\\'\"") + "]+")
# Between full-width digits these are a clock time or a decimal point, typed in one go with them.
_CLOCK_OR_POINT = re.compile("(?<=[０-９])[：．](?=[０-９])")

_TO_FULL = {ord(mark): ord(mark) + 0xFEE0 for mark in ",!?;:"}
# A mark after a Chinese character; a colon or semicolon that begins a smiley stays.
_AFTER_HAN = re.compile(f"(?<=[{HAN}])(?:[,!?]|[:;](?![-)(DPp3/]))(?: (?=[{HAN}]))?")
_BEFORE_HAN = re.compile(f"(?<=[0-9A-Za-z])[,!?;:](?=[{HAN}])")
_STOP_AFTER_HAN = re.compile(rf"(?<=[{HAN}])\.(?=\n|\Z|[{HAN}])")
_BRACKETS = re.compile(rf"(?<=[{HAN}])\(([^()\n]{{1,80}})\)|\(([^()\n]{{0,80}}[{HAN}][^()\n]{{0,80}})\)")


def fold_unicode(text: str, form: Unicode = "nfkc") -> str:
    """NFC; with ``nfkc`` also NFKC where nothing but the encoding differs. Chinese punctuation stays what it is."""
    if text.isascii():
        return text
    if form == "nfkc" and _COMPATIBILITY.search(text):
        text = _COMPATIBILITY.sub(_usual_form, text)
    if _MAY_BE_MARKS.search(text):
        text = _long_marks().sub(r"\1", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _usual_form(match: re.Match[str]) -> str:
    """What the characters stand for; a voicing mark that no kana takes would stand on whatever is before it."""
    usual = unicodedata.normalize("NFKC", match.group())
    return match.group() if _LOOSE_VOICING.search(usual) else usual


@lru_cache(maxsize=1)
def _long_marks() -> re.Pattern[str]:
    """More than 30 combining marks in a row, the first 30 as group 1; a tenth of a second to make, so only on need."""
    marks = "".join(c for c in map(chr, range(0x300, sys.maxunicode + 1)) if unicodedata.combining(c))
    return re.compile(f"([{marks}]{{{_MAX_MARKS}}})[{marks}]+")


def set_width(text: str, width: Width = "mixed") -> str:
    """Full-width ASCII as ASCII, and punctuation by policy.

    Args:
        width: ``mixed``: letters and digits as ASCII, signs beside them too, and punctuation where the text has no
            Chinese, Japanese or Korean; ``half``: all of it as ASCII; ``full``: as mixed, and ASCII punctuation beside
            Chinese characters as Chinese punctuation; ``keep``: nothing.
    """
    if width == "keep":
        return text
    if _FULL_WIDTH.search(text):
        text = text.translate(_ASCII_OF) if width == "half" else _mixed(text)
    return _full(text) if width == "full" and _EAST_ASIAN.search(text) else text


def _mixed(text: str) -> str:
    if _NOT_PUNCTUATION.search(text) is None:
        return _latin_marks(text)
    text = _CLOCK_OR_POINT.sub(lambda match: ":" if match.group() == "：" else ".", text).translate(_LETTERS)
    text = _SIGN_RUN.sub(lambda match: match.group().translate(_SIGNS) if _beside_ascii(match) else match.group(), text)
    return _latin_marks(text)


def _latin_marks(text: str) -> str:
    """Chinese marks as ASCII's in a text of Latin letters or digits; "？？？" by itself tells no language."""
    return text.translate(_MARKS) if _LATIN.search(text) and not _EAST_ASIAN.search(text) else text


def _beside_ascii(match: re.Match[str]) -> bool:
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    return any(c.isascii() and c.isalnum() for c in (before, after))


def _full(text: str) -> str:
    text = _AFTER_HAN.sub(lambda match: match.group()[0].translate(_TO_FULL), text)
    text = _BEFORE_HAN.sub(lambda match: match.group().translate(_TO_FULL), text)
    text = _STOP_AFTER_HAN.sub("。", text)
    return _BRACKETS.sub(lambda match: f"（{match.group(1) or match.group(2)}）", text)
