"""Folding: what two texts must share to be called alike, letter case, width, spaces and punctuation left aside.

One table of character classes serves both ``fold`` (a text to read) and the kernels of ``jobs.similarity.shingles``
(UTF-8 buffers), so that what is compared and what is shown as compared never differ.

The kernels read ``fold_table``: what NFKC and case folding make of each character alone. That is what they make of it
in any text, unless the character can join with the one before it (a combining mark, a Hangul vowel after a consonant);
texts that hold such a character are ``complex`` and folded whole by ``fold_together`` before the kernels see them.
Everything comes from Python's own Unicode data, whose version is part of ``TOKENISATION``: a library with another
version (Arrow's utf8proc) would fold newly assigned characters otherwise.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

# Stands between the parts of a comparison text that must not be mixed up (prompt, chosen, rejected). A control
# character: normalisation removes it from data, so it can only have been put there by jobs.similarity.keys.
PART = "\x1e"

SEPARATOR, WORD, SINGLE = np.uint8(0), np.uint8(1), np.uint8(2)
# Raised whenever a text would fall into other tokens; the Unicode data of the running Python decides newer characters.
TOKENISATION = f"mixed/2 unicode={unicodedata.unidata_version}"

# Flags of a ``FoldTable`` entry; the class stands in bits 0 and 1, the class of the character unfolded in 5 and 6.
COMPLEX, EXPANDS, BORDER = 4, 8, 16
# No character is assigned from here to the tags and variation selectors of plane 14, which end at 0xE0FFF.
_ASSIGNED = (range(0x34000), range(0xE0000, 0xE1000))
# Between texts while they are folded as one; a control character, so it composes with nothing under NFKC.
_TEXT_END = "\x1d"

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
    """(0x110000,) the class of each code point: SEPARATOR, WORD or SINGLE. Built once in a process, 0.03 s."""
    category = unicodedata.category
    table = np.zeros(0x110000, dtype=np.uint8)
    for points in _ASSIGNED:
        kinds = "".join(category(chr(point))[0] for point in points)
        letters = np.isin(np.frombuffer(kinds.encode("ascii"), dtype="S1"), [b"L", b"N", b"M"])
        table[points.start : points.stop] = letters.astype(np.uint8)
    for first, last in _SINGLE_RANGES:
        block = table[first : last + 1]
        block[block == WORD] = SINGLE
    for symbol in _MEANINGFUL:
        table[ord(symbol)] = SINGLE
    return table


@dataclass(frozen=True, slots=True)
class FoldTable:
    """What each code point folds to, for the kernels.

    Attributes:
        entries: (0x110000,) uint32: class, flags, and from bit 8 on the folded code point or an expansion's number.
        starts: expansion e is ``codes[starts[e]:starts[e + 1]]``.
        codes: folded code points, ``code << 8 | class``.
        suspect: (256,) True for a UTF-8 lead byte under which a complex character stands.
    """

    entries: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    codes: npt.NDArray[np.uint32]
    suspect: npt.NDArray[np.bool_]


@lru_cache(maxsize=1)
def fold_table() -> FoldTable:
    """The table of this Python's Unicode version; built once in a process, 0.1 s."""
    classes = class_table().astype(np.uint32)
    entries = (np.arange(0x110000, dtype=np.uint32) << np.uint32(8)) | (classes << np.uint32(5)) | classes
    starts, codes, suspect = [0], [], np.zeros(256, dtype=bool)
    seconds = _seconds()
    for point in _changed_by_folding(seconds):
        char = chr(point)
        normal = unicodedata.normalize("NFKC", char)
        opening = unicodedata.normalize("NFKD", normal)[0]
        folded = [ord(c) for c in normal.casefold()]
        encoded = char.encode()
        kept = int(classes[point]) << 5
        # An expansion longer than its bytes is folded apart too, so that no row has more tokens than bytes.
        if opening in seconds or unicodedata.combining(opening) or len(folded) > len(encoded):
            entries[point] |= np.uint32(COMPLEX)
            suspect[encoded[0]] = True
        elif len(folded) == 1:
            entries[point] = (folded[0] << 8) | kept | int(classes[folded[0]])
        else:
            entries[point] = ((len(starts) - 1) << 8) | kept | EXPANDS
            codes += [(code << 8) | int(classes[code]) for code in folded]
            starts.append(len(codes))
    entries[ord(PART)] = BORDER
    return FoldTable(entries, np.array(starts, dtype=np.int64), np.array(codes, dtype=np.uint32), suspect)


def _changed_by_folding(seconds: frozenset[str]) -> Iterator[int]:
    """Code points of the blocks of 256 in which folding changes something or something joins with its neighbours."""
    for points in _ASSIGNED:
        for start in range(points.start, points.stop, 256):
            if 0xD800 <= start < 0xE000:
                continue
            block = "".join(map(chr, range(start, start + 256)))
            plain = unicodedata.normalize("NFKD", block).casefold() == block and seconds.isdisjoint(block)
            if not plain or any(map(unicodedata.combining, block)):
                yield from range(start, start + 256)


def _seconds() -> frozenset[str]:
    """Characters that may join with the one before them to make another, though they are no combining marks."""
    pairs = (unicodedata.decomposition(chr(point)) for block in _ASSIGNED for point in block)
    last = {chr(int(pair.split()[1], 16)) for pair in pairs if " " in pair and "<" not in pair}
    hangul = [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)]  # vowels and final consonants, joined by rule
    return frozenset(last | {chr(point) for point in hangul})


def fold_together(texts: Sequence[str]) -> list[str]:
    """NFKC and case folding of each text, in one pass over all of them."""
    if not texts:
        return []
    joined = _TEXT_END.join(text.replace(_TEXT_END, " ") for text in texts)
    return unicodedata.normalize("NFKC", joined).casefold().split(_TEXT_END)


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
