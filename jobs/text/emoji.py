"""Runs of emoji: one of a run of the same, and few of a run of different ones."""

from __future__ import annotations

import re

# Extended pictographs without stars (ratings are counted in them), digits, arrows and check marks (lists use them), and
# without what boards and grids are drawn with: coloured squares and circles, chessmen, cards, tiles, dice, trigrams.
_PICTURE = (
    "[\u231a\u231b\u23e9-\u23f3\u2600-\u2604\u2607-\u260f\u2614-\u262f\u2638-\u2653\u2665\u2668\u2670-\u267f"
    "\u2690-\u26a9\u26ac-\u26ff\u2728\u2763\u2764\u2753-\u2755\u2757"
    "\U0001f100-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001f531\U0001f53c-\U0001f7df\U0001f7ec-\U0001faff]"
)
_VARIANT = "(?:\ufe0f|[\U0001f3fb-\U0001f3ff]){0,3}"
# Bounded, so that no run of joined pictures, which would be one emoji, takes time by the square of its length.
UNIT = (
    "(?:[\U0001f1e6-\U0001f1ff]{2}"
    f"|{_PICTURE}{_VARIANT}(?:\u200d{_PICTURE}{_VARIANT}){{0,9}}[\U000e0020-\U000e007f]{{0,30}})"
)
_SAME = re.compile(f"({UNIT})(?: ?\\1)+")
_RUN = re.compile(f"{UNIT}{{2,}}")
_ONE = re.compile(UNIT)


def shorten_emoji_runs(text: str, longest: int) -> str:
    """One emoji for a run of the same emoji; of a run of different ones, the first ``longest``."""
    if text.isascii() or not _ONE.search(text):
        return text
    text = _SAME.sub(r"\1", text)
    return _RUN.sub(lambda match: "".join(_ONE.findall(match.group())[:longest]), text)


def count_emoji(text: str) -> int:
    """How many characters of the text belong to emoji."""
    return 0 if text.isascii() else sum(len(unit) for unit in _ONE.findall(text))
