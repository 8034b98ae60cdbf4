"""Digits in every script that numbers are written in here."""

from __future__ import annotations

SPOKEN_DIGITS = "零一二三四五六七八九"
# How a digit may be written, and which digit it is.
DIGIT_OF = {
    **{str(d): str(d) for d in range(10)},
    **{chr(0xFF10 + d): str(d) for d in range(10)},
    **{char: str(d) for d, char in enumerate(SPOKEN_DIGITS)},
    **{char: str(d) for d, char in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "幺": "1",
    "两": "2",
}


def digits_in(value: str) -> str:
    """The digits of a value, however they are written, as 0 to 9."""
    return "".join(DIGIT_OF[char] for char in value if char in DIGIT_OF)
