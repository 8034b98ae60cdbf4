"""Rule for Chinese addresses in Latin letters inside Chinese sentences: room first, street in Pinyin, then the town."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.rules import Found, Rule

_STREET = "Road|Rd|Street|St|Avenue|Ave|Lane|Alley|Lu|Jie|Dadao|Dajie|Xiang|Hutong"
_PART = (
    r"(?:Room|Rm\.?|Flat|Unit|Suite|Block|Building|Bldg\.?|Tower|Floor|Fl\.?|Lane|No\.?)\s?[0-9A-Z-]{1,6}(?:/F)?,?\s?"
)
_ADDRESS = re.compile(
    rf"(?<![0-9A-Za-z])(?P<parts>(?:{_PART}){{0,5}})(?P<number>[0-9]{{1,5}}(?:-[0-9]{{1,4}})?(?:st|nd|rd|th)?,?\s)?"
    rf"[A-Z][A-Za-z'’]{{1,20}}(?:\s[A-Z(][A-Za-z'’.)]{{1,20}}){{0,3}}?\s(?:{_STREET})(?![A-Za-z])\.?"
    r"(?P<house>,?\s[0-9]{1,5}(?:\s?hao|号)?(?![0-9]))?"
    r"(?:,?\s(?:East|West|North|South)\b)?(?:,\s?[A-Z][A-Za-z'’]{1,20}(?:\s[A-Z][A-Za-z'’.]{1,20}){0,2}){0,5}(?:,?\s[0-9]{6}(?![0-9]))?"
)


def find_pinyin_addresses(text: str) -> Iterator[Found]:
    """Streets with a number before or behind them, with what precedes and follows; without a number none."""
    for match in _ADDRESS.finditer(text):
        if match["number"] or match["house"] or match["parts"]:
            yield *match.span(), 0.6


RULES: tuple[Rule, ...] = (
    Rule("ADDRESS", "pinyin_address", rf" (?:{_STREET})(?:[^a-z]|$)", find_pinyin_addresses, ("zh",)),
)
