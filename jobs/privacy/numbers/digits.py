"""Digits in every script that numbers are written in here."""

from __future__ import annotations

SPOKEN_DIGITS = "零一二三四五六七八九"
# How a digit may be written, and which digit it is.
DIGIT_OF = {
    **{str(d): str(d) for d in range(10)},
    **{chr(0xFF10 + d): str(d) for d in range(10)},
    **{char: str(d) for d, char in enumerate(SPOKEN_DIGITS)},
    **{char: str(d) for d, char in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    **{char: str(d) for d, char in enumerate("⓪①②③④⑤⑥⑦⑧⑨")},
    # Mathematical digits, bold to monospaced.
    **{chr(0x1D7CE + i): str(i % 10) for i in range(50)},
    "幺": "1",
    "两": "2",
}
# Those of a number that is read out digit by digit (两 counts things), in the folded view.
HAN_DIGITS = "".join(char for char in DIGIT_OF if 0x7F < ord(char) < 0xFF10 and char != "两")
ANY_DIGIT = f"[0-9{HAN_DIGITS}]"
# What people put between the digits of a number, folded.
PARTING = r"[ \-._/,，、·~…]"
# Ten digits in any script with little between them: the cue of numbers in unusual writing.
DIGIT_RUN_CUE = f"(?:{ANY_DIGIT}{PARTING}{{0,3}}){{10}}"


def digits_in(value: str) -> str:
    """The digits of a value, however they are written, as 0 to 9."""
    return "".join(DIGIT_OF[char] for char in value if char in DIGIT_OF)
