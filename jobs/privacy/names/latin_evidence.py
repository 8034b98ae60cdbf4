"""Names in Latin letters that stand in Chinese text (客服Amy, 选手Grubby说): candidates, and the evidence for each.

A candidate is a run of one to four words in Latin letters that touches no digit, path, address or identifier. Whether
it is a name is weighed like all other candidates, by ``running``: what is evidence here is the case of its
letters, what the English table of words knows of it, and the Chinese around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from jobs.privacy.english.words import classes_of

# The "length of a surname" by which candidates of this kind are told from Chinese ones and from transliterations.
LATIN = -1
_WORD = r"[A-Za-z](?:[A-Za-z'\-]*[A-Za-z])?"
_RUN = re.compile(rf"(?<![A-Za-z0-9_@/.\-&+#<$%=]){_WORD}(?:(?:[ .·]|\. ){_WORD})*+(?![A-Za-z0-9_@/\-+#%=>]|:/)")
_HAN = re.compile("[\u4e00-\u9fa5]")
# Chinese next to it, or behind one mark. No look-around: Spark's engine reads it too.
CUE = "[\u4e00-\u9fa5][^A-Za-z]?[A-Za-z][A-Za-z'.· \\-]|[A-Za-z'.· \\-][A-Za-z][^A-Za-z]?[\u4e00-\u9fa5]"
_LONGEST, _MOST_WORDS = 30, 4
# KenRolston is two words, gertjanverbeek is one.
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z'\-]+|[A-Z]")


def latin_runs(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and ``LATIN`` of each run of words that is short enough for a name."""
    for match in _RUN.finditer(text):
        run, start, end = match.group(), *match.span()
        if (
            2 <= len(run) <= _LONGEST
            and (_HAN.search(text, max(0, start - 2), start) or _HAN.search(text, end, end + 2))
            and len(re.findall("[ .·]+", run)) < _MOST_WORDS
        ):
            yield match.start(), match.end(), LATIN


@lru_cache(maxsize=20_000)
def latin_inside(name: str) -> tuple[str, ...]:
    """Evidence of the name itself: case, length, classes of its first and last part, ends of a single word."""
    parts = _PART.findall(name)
    case = "".join("U" if part.isupper() else "l" if part.islower() else "T" for part in parts)[:4]
    mark = next((char for char in " .·" if char in name), "-")
    classes = [classes_of(part) or "?" for part in parts] or ["?"]
    found = [
        f"m{case}{mark}",
        f"i{classes[0]}",
        f"j{classes[-1]}",
        f"v{min(len(name), 14):02d}",
        f"k{case[:1]}{classes[0]}",
        f"w{min(len(parts), 4)}{classes[0]}|{classes[-1]}",
    ]
    if len(parts) == 1:
        found += [f"e{name[-2:].lower()}", f"g{name[:2].lower()}"]
    return tuple(found)
