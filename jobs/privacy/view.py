"""The folded view that detection reads: full-width as ASCII, traditional as simplified, invisible characters gone.

Spans found in the view are mapped back to characters of the original text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_MARKS = "\ufe0e\ufe0f\u20e3"
_UNSEEN = f"\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069{_MARKS}"
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_VISIBLE = re.compile(f"([^{_UNSEEN}])[{_MARKS}]*")
_FIRST_HAN, _LAST_HAN = 0x4E00, 0x9FA5


@dataclass(frozen=True, slots=True)
class View:
    """A text to search, and how to get back.

    Attributes:
        origin: where view character i stood; None: at i.
        ends: where it ended, with the marks that make a keycap or an emoji of it.
    """

    text: str
    origin: list[int] | None = None
    ends: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's span for the view's span; both in characters, end exclusive, not empty."""
        if self.origin is None or self.ends is None:
            return start, end
        return self.origin[start], self.ends[end - 1]


def fold(text: str) -> View:
    """The view of ``text``; one view character for each visible character."""
    if text.isascii():
        return View(text)
    foldable, table = _folding()
    folded = foldable.sub(lambda match: table[match.group()], text)
    if _INVISIBLE.search(folded) is None:
        return View(folded)
    visible = list(_VISIBLE.finditer(folded))
    return View("".join(match.group(1) for match in visible), [m.start() for m in visible], [m.end() for m in visible])


@lru_cache(maxsize=1)
def folded_characters() -> dict[int, int]:
    """Code point -> the one that it is folded into."""
    return {ord(char): ord(target) for char, target in _folding()[1].items()}


@lru_cache(maxsize=1)
def _folding() -> tuple[re.Pattern[str], dict[str, str]]:
    """What to fold and into what. Substitution visits these only; ``str.translate`` takes five times as long."""
    table = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= dict.fromkeys("\u3000\xa0\u2002\u2003\u2009\u202f", " ")
    # Mathematical digits, bold to monospaced.
    table |= {chr(0x1D7CE + i): str(i % 10) for i in range(50)}
    # Dashes that people and keyboards put into phone numbers.
    table |= dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63", "-")
    table |= _traditional_to_simplified()
    return re.compile("[" + re.escape("".join(table)) + "]"), table


def _traditional_to_simplified() -> dict[str, str]:
    """Single characters only: a phrase table would change lengths, and a name or an address needs no phrases."""
    from opencc import OpenCC

    han = [chr(code) for code in range(_FIRST_HAN, _LAST_HAN + 1)]
    simple = OpenCC("t2s").convert("\n".join(han)).split("\n")
    return {a: b for a, b in zip(han, simple, strict=True) if a != b and len(b) == 1}
