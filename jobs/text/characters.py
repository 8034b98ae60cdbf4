"""Characters that nobody sees and that change what a program reads: controls, zero-width characters, hidden tags."""

from __future__ import annotations

import re

# C0 and C1 controls, soft hyphen, zero-width space, word joiner and invisible operators, BOM, interlinear marks, and
# the code points that Unicode promises never to give a character.
_CONTROL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u200b\u2060-\u2064"
    "\u206a-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff]"
)
# Editors turn a minus or a dash into a soft hyphen; one that stands before a digit and after no letter is no place to
# break a word ("[\xad1, 1]" is "[-1, 1]").
_MINUS = re.compile(r"(?<![^\W\d_])\xad(?=[0-9])")
_TERMINAL_CODE = re.compile(r"\x1b\[[0-9;]{0,32}[A-Za-z]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# It parts a Mongolian vowel from its word, and is nothing elsewhere.
_VOWEL_SEPARATOR = re.compile("(?<![\u1820-\u18aa])\u180e|\u180e(?![\u1820-\u18aa])")
_JOINER = re.compile("[\u200c\u200d]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ARABIC_OR_INDIC = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u17d3\ufb1d-\ufdff\ufe70-\ufefe]"
)
_PICTURE = re.compile("[\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]")
# Letters and numbers for programs only. Flags of regions are a black flag with such letters; anywhere else they hide
# a text from the reader that a model does read. The same with more than one variation selector.
_TAGS = re.compile("(?<!\U0001f3f4)(?<![\U000e0000-\U000e007f])[\U000e0000-\U000e007f]+")
_SELECTORS = re.compile("([\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")

# Everything above in one set, so that a text without any of it is told by one look.
_ANY = re.compile(
    f"{_CONTROL.pattern}|{_DIRECTION.pattern}|{_JOINER.pattern}|{_SURROGATE.pattern}|\u180e"
    "|[\U000e0000-\U000e007f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


def drop_control_characters(text: str) -> str:
    """No control or zero-width characters; emoji sequences and the joiners of Arabic and Indic scripts stay.

    A lone surrogate, which no file can hold, becomes U+FFFD.
    """
    if _ANY.search(text) is None:
        return text
    text = _MINUS.sub("-", _TERMINAL_CODE.sub("", text))
    text = _SURROGATE.sub("\ufffd", _VOWEL_SEPARATOR.sub("", _CONTROL.sub("", text)))
    text = _SELECTORS.sub(r"\1", _TAGS.sub("", text))
    if _JOINER.search(text):
        text = _JOINER.sub(lambda match: match.group() if _joins(match.string, match.start()) else "", text)
    if _DIRECTION.search(text) and not _ARABIC_OR_INDIC.search(text):
        text = _DIRECTION.sub("", text)
    return text


def _joins(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    scripts = _ARABIC_OR_INDIC.match(before) is not None and (
        # A joiner at the end of a word gives its last letter another form; a non-joiner there does nothing.
        text[at] == "\u200d" or _ARABIC_OR_INDIC.match(after) is not None
    )
    pictures = text[at] == "\u200d" and _PICTURE.match(before) is not None and _PICTURE.match(after) is not None
    return scripts or pictures
