"""Writing a new value in the shape of an old one: separators, full-width forms and spoken digits stay as they were."""

from __future__ import annotations

import string
from collections.abc import Callable

from jobs.privacy.numbers.digits import DIGIT_OF, SPOKEN_DIGITS
from jobs.privacy.surrogates.stream import Stream

_PLAIN = "云禾川岚汀屿砚穗"


def write_over(value: str, new: str) -> str:
    """``value`` with its digits and Latin letters replaced by the characters of ``new``, one for one, in their script.

    What is left of ``new`` when the value ends is added; where ``new`` ends first, the rest of the value goes.
    """
    return _written(value, new, lambda char: char in DIGIT_OF or _is_letter(char))


def write_digits(value: str, new: str) -> str:
    """The same for the digits alone: letters, as those of an extension's mark, stay."""
    return _written(value, new, DIGIT_OF.__contains__)


def _written(value: str, new: str, goes: Callable[[str], bool]) -> str:
    left, last = list(new), ""
    written: list[str] = []
    for char in value:
        if not goes(char):
            written.append(char)
        elif left:
            written.append(_in_script(left.pop(0), char))
            last = char
    return "".join(written + [_in_script(char, last) for char in left])


def alike(value: str, stream: Stream) -> str:
    """A digit for each digit, a letter for each Latin letter, all else as it stands."""
    return "".join(_drawn(char, stream) for char in value)


def alike_in_words(value: str, stream: Stream) -> str:
    """The same with another Chinese character for each: for entities of which no more is known."""
    return "".join(stream.choice(_PLAIN) if _is_word(char) else _drawn(char, stream) for char in value)


def _drawn(char: str, stream: Stream) -> str:
    if char in DIGIT_OF:
        return _in_script(stream.digits(1), char)
    if _is_letter(char):
        upper = char.isupper()
        return _in_script(stream.choice(string.ascii_uppercase if upper else string.ascii_lowercase), char)
    return char


def _is_word(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fa5" and char not in DIGIT_OF


def _is_letter(char: str) -> bool:
    return (char.isascii() and char.isalpha()) or "Ａ" <= char <= "Ｚ" or "ａ" <= char <= "ｚ"


def _in_script(char: str, like: str) -> str:
    """``char`` full-width where ``like`` is, and as a Chinese numeral where ``like`` is one."""
    if like and "\uff01" <= like <= "\uff5e":
        return chr(ord(char) + 0xFEE0)
    if like in DIGIT_OF and not like.isascii() and char.isdigit():
        return SPOKEN_DIGITS[int(char)]
    return char
