"""Measures of English words (Gopher: Rae et al. 2021, arXiv:2112.11446, section A1.1), for texts of 50 words and more.

Gopher judges documents of 50 words and more; below, a share of words says little, and these give None.
"""

from __future__ import annotations

import re

from jobs.text.measures import of_prose

_LETTERS = re.compile(r"[A-Za-z\u00c0-\u024f]")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?")
_ELLIPSIS = re.compile(r"…|\.\.\.")
_LEAST_WORDS = 50
# Gopher's own eight.
_STOP_WORDS = frozenset({"the", "be", "to", "of", "and", "that", "have", "with"})
# The words that most English sentences are held together by.
_COMMON_TEXT = """
    a in is it you i for on are as at this not or by from was we can your if will an they what which do has my
"""
_COMMON = _STOP_WORDS.union(_COMMON_TEXT.split())


@of_prose
def mean_word_length(text: str) -> float | None:
    """Mean characters a word (Gopher: 3 to 10)."""
    words = _words(text)
    return sum(map(len, words)) / len(words) if words else None


@of_prose
def alphabetic_word_share(text: str) -> float | None:
    """Share of the words that hold a letter (Gopher: at least 0.80)."""
    words = _words(text)
    return sum(_LETTERS.search(word) is not None for word in words) / len(words) if words else None


@of_prose
def symbol_to_word_ratio(text: str) -> float | None:
    """Hash signs or ellipses a word, whichever are more (Gopher: at most 0.10 of either)."""
    words = _words(text)
    return max(text.count("#"), len(_ELLIPSIS.findall(text))) / len(words) if words else None


@of_prose
def stop_words(text: str) -> int | None:
    """How many of Gopher's eight stop words stand in the text (Gopher: at least 2)."""
    return len(_STOP_WORDS.intersection(_WORD.findall(text.lower()))) if _words(text) else None


@of_prose
def stop_word_share(text: str) -> float | None:
    """Share of the words that hold English sentences together, such as the, of, you, is."""
    if not _words(text):
        return None
    words = _WORD.findall(text.lower())
    return sum(word in _COMMON for word in words) / len(words) if words else 0.0


def _words(text: str) -> list[str]:
    if len(text) < 2 * _LEAST_WORDS:
        return []
    words = text.split()
    return words if len(words) >= _LEAST_WORDS else []
