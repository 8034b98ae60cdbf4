"""The word lists as arrays: what a unit of text is, which tokens it has, and what may stand in its place.

A unit is a word, a number or a punctuation mark with the spaces it needs, so that joining units gives a text whose
tokens are the units' tokens one after another: rows are made and compared as arrays of small integers.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bench.dedup import words

# The definition that truth rests on, plain on purpose: NFKC, case folded; a token is one Han character or a run of
# Latin letters and digits; everything else separates. Shingles are the set of WIDTH tokens in a row.
TOKEN = re.compile(r"[\u3400-\u9fff]|[0-9a-z]+")
WIDTH = 3


def tokens_of(text: str) -> list[str]:
    """The tokens of a text by the definition above."""
    return TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def jaccard_of(left: str, right: str) -> float:
    """True Jaccard similarity of two texts on sets of WIDTH tokens; 1 or 0 where neither has a shingle."""
    a, b = (
        {tuple(tokens[i : i + WIDTH]) for i in range(len(tokens) - WIDTH + 1)}
        for tokens in (tokens_of(left), tokens_of(right))
    )
    if not a and not b:
        return float(tokens_of(left) == tokens_of(right))
    return len(a & b) / len(a | b)


def listed_in(text: str) -> list[str]:
    """The words of a list written as text: apart by | where it has any, else by spaces."""
    return [word.strip() for word in (text.split("|") if "|" in text else text.split())]


@dataclass
class Vocabulary:
    """Units of both languages; unit u has tokens ``token_ids[token_offsets[u]:token_offsets[u + 1]]``.

    ``alternatives`` of an editable unit: ``members[class_start[u]:class_stop[u]]``; an empty range for the others.
    """

    texts: list[str] = field(default_factory=list)
    tokens: dict[str, int] = field(default_factory=dict)
    classes: dict[tuple[str, str], npt.NDArray[np.int64]] = field(default_factory=dict)
    patterns: dict[str, list[list[npt.NDArray[np.int64]]]] = field(default_factory=dict)
    shorts: dict[str, list[int]] = field(default_factory=dict)

    def add(self, text: str) -> int:
        self.texts.append(text)
        for token in tokens_of(text):
            self.tokens.setdefault(token, len(self.tokens))
        return len(self.texts) - 1

    def arrays(self) -> Units:
        """The same for compiled code."""
        ids = [[self.tokens[token] for token in tokens_of(text)] for text in self.texts]
        starts, stops = np.zeros((2, len(ids)), np.int64)
        editable = [members for (_, name), members in self.classes.items() if name.isupper()]
        position = 0
        for members in editable:
            starts[members], stops[members] = position, position + len(members)
            position += len(members)
        flat = np.array([token for row in ids for token in row], np.uint16)
        offsets = np.concatenate([[0], np.cumsum([len(row) for row in ids])]).astype(np.int64)
        return Units(flat, offsets, starts, stops, np.concatenate(editable))


@dataclass(frozen=True)
class Units:
    """A ``Vocabulary`` as arrays; see there."""

    token_ids: npt.NDArray[np.uint16]
    token_offsets: npt.NDArray[np.int64]
    class_start: npt.NDArray[np.int64]
    class_stop: npt.NDArray[np.int64]
    members: npt.NDArray[np.int64]


def build() -> Vocabulary:
    """The vocabulary of ``bench.dedup.words``: deterministic, a few hundred units a language."""
    made = Vocabulary()
    for language, classes, patterns, shorts in (
        ("zh", words.CHINESE, words.CHINESE_PATTERNS, words.CHINESE_SHORT),
        ("en", words.ENGLISH, words.ENGLISH_PATTERNS, words.ENGLISH_SHORT),
    ):
        # English words and numbers end with a space, or they would run together into one token.
        space = " " if language == "en" else ""
        for name, listed in {**classes, "number": words.NUMBERS}.items():
            # Between Chinese characters Latin words stand with spaces around them.
            around = " " if name == "latin" else ""
            units = [made.add(f"{around}{word}{around}{space}") for word in listed_in(listed)]
            made.classes[language, name] = np.array(units, np.int64)
        for mark in sorted({symbol for pattern in patterns for symbol in pattern.split()} - set(classes) - {"number"}):
            made.classes[language, mark] = np.array([made.add(f"{mark}{space}")], np.int64)
        made.patterns[language] = [[made.classes[language, name] for name in p.split()] for p in patterns]
        made.shorts[language] = [made.add(f"{text}{space}") for text in listed_in(shorts)]
    return made
