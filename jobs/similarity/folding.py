"""Folding: what two texts must share to be called alike, letter case, width, spaces and punctuation left aside.

One table of character classes serves both ``fold`` (a text to read) and ``jobs.similarity.shingles`` (arrays), so
that what is compared and what is shown as compared never differ.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np
import numpy.typing as npt

# Stands between the parts of a comparison text that must not be mixed up (prompt, chosen, rejected). A control
# character: normalisation removes it from data, so it can only have been put there by jobs.similarity.keys.
PART = "\x1e"

SEPARATOR, WORD, SINGLE = np.uint8(0), np.uint8(1), np.uint8(2)

# Scripts written without spaces: each character is a token of its own. Word splitting there needs a dictionary,
# and a whole sentence taken for one word would make every edit a different text.
_SINGLE_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # 々 〆 〇
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han, extension A
    (0x4E00, 0x9FFF),  # Han
    (0xAC00, 0xD7A3),  # Hangul syllables
    (0xF900, 0xFAFF),  # Han, compatibility
    (0x20000, 0x323AF),  # Han, extensions B to H
)
# Symbols that carry meaning (3%, C#, a+b, $5) stay; ornaments (~, |, emoji) go with the punctuation.
_MEANINGFUL = frozenset("%#+=$€£¥")


@lru_cache(maxsize=1)
def class_table() -> npt.NDArray[np.uint8]:
    """(0x110000,) the class of each code point: SEPARATOR, WORD or SINGLE. Built once in a process, 0.1 s."""
    category = unicodedata.category
    kinds = "".join(category(chr(point))[0] for point in range(0x110000))
    table = np.isin(np.frombuffer(kinds.encode("ascii"), dtype="S1"), [b"L", b"N", b"M"]).astype(np.uint8)
    for first, last in _SINGLE_RANGES:
        block = table[first : last + 1]
        block[block == WORD] = SINGLE
    for symbol in _MEANINGFUL:
        table[ord(symbol)] = SINGLE
    return table


def is_single(char: str) -> bool:
    """True for a character of a script written without spaces, Chinese above all."""
    return char not in _MEANINGFUL and bool(class_table()[ord(char)] == SINGLE)


def fold(text: str) -> str:
    """``text`` as comparisons see it: NFKC, case folded, punctuation and emoji dropped, words one space apart.

    Spaces next to a Chinese character are dropped: ``订单 A 到哪了?`` and ``订单a到哪了`` fold to the same text.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    codes = code_points(folded)
    kinds = class_table()[codes]
    keep = kinds != SEPARATOR
    # A separator survives, as one space, only between two word characters.
    gap = np.zeros(len(codes), dtype=bool)
    kept = np.flatnonzero(keep)
    if len(kept) > 1:
        apart = (np.diff(kept) > 1) & (kinds[kept[:-1]] == WORD) & (kinds[kept[1:]] == WORD)
        gap[kept[:-1][apart] + 1] = True
    out = np.where(gap, np.uint32(0x20), codes)[keep | gap]
    return out.astype("<u4").tobytes().decode("utf-32-le", errors="surrogatepass")


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """(characters,) the code points of ``text``."""
    return np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype="<u4").astype(np.uint32)
