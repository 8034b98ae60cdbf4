"""Which language a text is in, by its scripts: enough to tell Chinese, English and the rest, in microseconds."""

from __future__ import annotations

import re
from typing import Literal

from jobs.text.protect import without_protected

Language = Literal["zh", "en", "mixed", "other", "unknown"]

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_KANA = re.compile("[\u3041-\u30fa\u30fc-\u30ff\uff66-\uff9f]")
_WORD = re.compile("[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?")
_OTHER = re.compile("[\u0370-\u1fff\u2c00-\u2dff\ua640-\uabff\uac00-\ud7af\ufb1d-\ufdff\ufe70-\ufeff]+")
_ENGLISH_TEXT = """
    the of and to is you that it for with are have this i my what how please in on be was not can do your we he she
    they at from or an as by me if will would there which has but
"""
_ENGLISH = frozenset(_ENGLISH_TEXT.split())
_FOREIGN_TEXT = """
    el la los las que del una por para con es les des une est pas vous je und der die das ist nicht ich mit ein
    eine il che di per non sono não uma você com het een van niet och att det som är
    du au aux dans sur avec sont ces cette qui leur nous mais auf den dem von im zu auch sich wird durch nach bei
    se su como más pero muy della degli nel alla anche questo più os dos das pela pelo em ao é
    voor zijn op aan ook ve bir için bu
"""
_FOREIGN = frozenset(_FOREIGN_TEXT.split()) - _ENGLISH
# So large a share of foreign words, two at least, makes a text foreign: an English one may name some.
_FOREIGN_SHARE = 0.12
# A Latin word says about as much as one and a half Chinese characters; a model name
# in a Chinese sentence is no English.
_HAN_SHARE_ZH, _HAN_SHARE_EN = 0.6, 0.1
# Half of a Japanese sentence is kana; a Japanese title in a Chinese one is no Japanese.
_KANA_SHARE = 0.2


def language_of(text: str) -> Language:
    """One of "zh", "en", "mixed" (both), "other" and "unknown" (no letters), by shares of units.

    A unit is a Chinese character, a Latin word, or a run of another script; code, URLs and placeholders do not count.
    "zh": at least 60% of the Chinese and Latin units are Chinese; "en": at most 10%; between them "mixed". "other":
    a fifth of the characters is kana, 30% of the units are of other scripts, or there are ten and more Latin words of
    which an eighth are foreign (or accented) and fewer English.
    """
    return language_of_prose(without_protected(text))


def language_of_prose(prose: str) -> Language:
    """``language_of`` a text that is known to hold no code, URLs or placeholders."""
    if prose.isascii():
        words = _WORD.findall(prose)
        return ("en" if _is_english(words) else "other") if words else "unknown"
    han = sum(map(len, _HAN.findall(prose)))
    words = _WORD.findall(prose)
    other = len(_OTHER.findall(prose))
    kana = len(_KANA.findall(prose))
    units = han + len(words) + other
    if units + kana == 0:
        return "unknown"
    if (kana >= 2 and kana >= _KANA_SHARE * (han + kana + len(words))) or other >= 0.3 * units:
        return "other"
    share = han / (han + len(words))
    if share >= _HAN_SHARE_ZH:
        return "zh"
    if share > _HAN_SHARE_EN:
        return "mixed"
    return "en" if _is_english(words) else "other"


def _is_english(words: list[str]) -> bool:
    if len(words) < 10:
        return True
    lower = [word.lower() for word in words]
    english, foreign = sum(w in _ENGLISH for w in lower), sum(w in _FOREIGN for w in lower)
    # An accent in a capitalised word is a name's.
    foreign += sum(not word.isascii() and word[0].islower() for word in words)
    return english >= foreign or foreign < max(2, _FOREIGN_SHARE * len(words))
