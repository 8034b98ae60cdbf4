"""Traditional to simplified Chinese by OpenCC's tables, for texts that are traditional."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jobs.text.params import Script

_HAN_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))
# Traditional characters that OpenCC's t2s changes in phrases only (答覆, 瞭解, 藉口, 英哩): found by
# comparing TSPhrases with TSCharacters of OpenCC 1.4.2. With those that it changes alone they stand in every phrase
# that it changes.
_IN_PHRASES_ONLY = "沈藉覆瞭衹甦哩"
# In TSPhrases 坏 is the traditional spelling of 坯 (unfired clay), but simplified 坏 is "broken": 打坏 is not 打坯.
# A lone surrogate is none of its business, and no text for it.
_LEFT_ALONE = re.compile("([坏\ud800-\udfff])")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_HAN = re.compile("[\u4e00-\u9fff]")


def to_simplified(text: str, table: Script = "t2s") -> str:
    """Traditional to simplified Chinese: ``t2s``, ``hk2s`` (Hong Kong's variants) or ``tw2sp`` (Taiwan's words too).

    A text without a traditional character comes back as it is, because the tables of phrases would read its words
    wrongly, and so does Japanese, whose characters are its own.
    """
    if table == "keep" or text.isascii() or _traditional().search(text) is None or _is_japanese(text):
        return text
    convert = _opencc(table).convert
    parts = _LEFT_ALONE.split(text)
    return "".join(part if i % 2 else str(convert(part)) for i, part in enumerate(parts))


def _is_japanese(text: str) -> bool:
    """Kana are a fifth and more of its characters; Chinese has single ones in names of shops."""
    kana = len(_KANA.findall(text))
    return kana > 0 and kana * 5 >= kana + len(_HAN.findall(text))


@lru_cache(maxsize=1)
def _traditional() -> re.Pattern[str]:
    # Those beyond the basic plane as one range: spelt out they would be looked up one by one.
    basic = sorted(c for c in traditional_characters() if c < "\U00010000")
    return re.compile(f"[{''.join(basic)}\U00020000-\U000323af]")


@lru_cache(maxsize=1)
def traditional_characters() -> frozenset[str]:
    """Characters that are another one in simplified Chinese, about 5,100 (0.03 s, once)."""
    han = [chr(code) for first, end in _HAN_BLOCKS for code in range(first, end)]
    simple = _opencc("t2s").convert("\n".join(han)).split("\n")
    return frozenset([a for a, b in zip(han, simple, strict=True) if a != b]) | frozenset(_IN_PHRASES_ONLY)


@lru_cache(maxsize=3)
def _opencc(table: str) -> Any:
    from opencc import OpenCC

    return OpenCC(table)
