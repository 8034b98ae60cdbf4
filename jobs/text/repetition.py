"""Measures of repetition: lines, paragraphs, n-grams, one piece over and over. Shares are 0 to 1.

After Gopher (Rae et al. 2021, arXiv:2112.11446, section A1.1 and Table A1). A unit is a Chinese character, a Latin word
or a number, where Gopher, which knows English only, counts words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from jobs.text.measures import of_prose, of_uncoded

_UNIT = re.compile("[\u3400-\u9fff]|[A-Za-z\u00c0-\u024f]+|[0-9]+")
_LINE_RULE = re.compile(r"[\W_]*")
_PARAGRAPHS = re.compile(r"\n\s*\n")
# What repeats shows in the first characters; tuples of every run of 5 million would fill a gigabyte.
_LONGEST = 200_000
_MIN_UNITS = 30
_MIN_UNITS_OF_TEXT = 50
_MIN_LINES = 4
_MIN_PARAGRAPHS = 3
_BULLET = re.compile(r"[•●○▪■◦‣⁃·*\-–—]\s|[•●○▪■◦‣⁃]")
_ELLIPSIS = re.compile(r"(?:…|\.\.\.|。。。)\s*$")
# One piece over and over; one character ten times.
_REPEATED = re.compile(r"([^\s]{2,30}?)\1{3,}|([^\s\-=_*#.~—…])\2{9,}")
# Two to eight Latin words four times; one word seven times.
_LETTERS = "A-Za-z\u00c0-\u024f'’"
_WORD = re.compile(f"[{_LETTERS}]+")
_WITH_END = f"(?:[{_LETTERS}]{{1,20}}[ ,.;!?]{{1,3}})"
_MOST_WORDS = 8
_REPEATED_WORDS = re.compile(rf"({_WITH_END}{{2,8}}?)\1{{3,}}|({_WITH_END})\2{{6,}}")


@of_uncoded
def duplicate_line_share(text: str) -> float:
    """Share of the lines that stand earlier in the text (Gopher, Table A1: at most 0.30).

    Lines without a letter or digit (rules, brackets) do not count; texts of fewer than four lines give 0.
    """
    lines = _lines(text)
    return 1 - len(set(lines)) / len(lines) if lines else 0.0


@of_uncoded
def duplicate_line_character_share(text: str) -> float:
    """Share of the lines' characters that stand in lines that stood earlier (Gopher, Table A1: at most 0.20)."""
    return _repeated_characters(_lines(text))


@of_uncoded
def duplicate_paragraph_share(text: str) -> float:
    """Share of the paragraphs that stand earlier in the text (Gopher, Table A1: at most 0.30); from 3 on, else 0."""
    found = _paragraphs(text)
    return 1 - len(set(found)) / len(found) if found else 0.0


@of_uncoded
def duplicate_paragraph_character_share(text: str) -> float:
    """Share of characters in paragraphs that stood earlier (Gopher, Table A1: at most 0.20); from 3 on, else 0."""
    return _repeated_characters(_paragraphs(text))


@of_uncoded
def bullet_line_share(text: str) -> float | None:
    """Share of the lines that begin with a bullet (Gopher, A1.1: at most 0.90); texts of four lines on."""
    return _line_share(text, _BULLET.match)


@of_uncoded
def ellipsis_line_share(text: str) -> float | None:
    """Share of the lines that end in an ellipsis (Gopher, A1.1: at most 0.30); texts of four lines on."""
    return _line_share(text, _ELLIPSIS.search)


@of_uncoded
def top_ngram_share(text: str, n: int) -> float | None:
    """Share of characters that the most frequent run of ``n`` units fills (Gopher, Table A1: n = 2, 3, 4).

    A run that stands once gives 0; texts of fewer than 50 words or 100 Chinese characters give None.
    """
    units = _UNIT.findall(text[:_LONGEST])
    han = sum(unit > "\u33ff" for unit in units)
    if len(units) < _MIN_UNITS_OF_TEXT * (2 if han > len(units) / 2 else 1):
        return None
    counts = Counter(zip(*(units[i:] for i in range(n)), strict=False))
    most = counts.most_common(1)[0][1]
    if most < 2:
        return 0.0
    longest = max(sum(map(len, gram)) for gram, count in counts.items() if count == most)
    return min(1.0, most * longest / sum(map(len, units)))


@of_uncoded
def duplicate_ngram_share(text: str, n: int) -> float:
    """Share of characters inside runs of ``n`` units that stand earlier in the text (Gopher, Table A1: n = 5 to 10).

    Ten Chinese characters are a phrase where ten words are a sentence, hence wider bounds; fewer than 30 units give 0.
    """
    if len(text) < _MIN_UNITS or len(text) - len(set(text)) < n:
        return 0.0
    units = _UNIT.findall(text[:_LONGEST])
    # Each of the n units of a repeated run stands earlier: most texts are told here.
    if len(units) < _MIN_UNITS or len(units) - len(set(units)) < n:
        return 0.0
    if len(units) - 1 - len(set(pairwise(units))) < n - 1:
        return 0.0
    seen: set[tuple[str, ...]] = set()
    covered, reached = 0, 0
    for start in range(len(units) - n + 1):
        gram = tuple(units[start : start + n])
        if gram in seen:
            covered += sum(map(len, units[max(start, reached) : start + n]))
            reached = start + n
        seen.add(gram)
    return covered / sum(map(len, units)) if covered else 0.0


@of_prose
def repeated_run_share(text: str) -> float:
    """Share of the text that one piece, of 2 to 30 characters or 1 to 8 words, fills by following itself many times.

    For "您好您好您好您好您好您好". Laughter and dashes (one character over and over) count from ten on.
    """
    prose = text[:_LONGEST].strip()
    # A piece of p characters four times over has 3p characters, and 3p - 1 pairs of neighbours, that stood before; its
    # first pair stands four times.
    if len(prose) < 12 or len(prose) - len(set(prose)) < 6:
        return 0.0
    if len(prose) - 1 - len(set(pairwise(prose))) < 5 or max(Counter(pairwise(prose)).values()) < 4:
        return 0.0
    found = [len(match.group()) for match in _REPEATED.finditer(prose)]
    if _words_may_repeat(prose):
        found += [len(match.group()) for match in _REPEATED_WORDS.finditer(prose)]
    return max(found, default=0) / len(prose)


def _words_may_repeat(prose: str) -> bool:
    """Whether some three words in a row come again within eight words, twice: they do wherever words are repeated four
    times, even if the first of them is the end of a longer one."""
    words = _WORD.findall(prose)
    threes = list(zip(words, words[1:], words[2:], strict=False))
    if len(threes) - len(set(threes)) < 2:
        return False
    last: dict[tuple[str, str, str], int] = {}
    again = 0
    for at, three in enumerate(threes):
        again += at - last.get(three, -_MOST_WORDS - 1) <= _MOST_WORDS
        last[three] = at
    return again >= 2


def _line_share(text: str, found: Callable[[str], re.Match[str] | None]) -> float | None:
    lines = _plain_lines(text)
    return sum(found(line) is not None for line in lines) / len(lines) if len(lines) >= _MIN_LINES else None


def _plain_lines(text: str) -> list[str]:
    if text.count("\n") < _MIN_LINES - 1:
        return []
    lines = [line.strip() for line in text.split("\n")]
    return [line for line in lines if line]


def _lines(text: str) -> list[str]:
    if text.count("\n") < _MIN_LINES - 1:
        return []
    lines = [line for line in _plain_lines(text) if len(line) > 3 and not _LINE_RULE.fullmatch(line)]
    return lines if len(lines) >= _MIN_LINES else []


def _paragraphs(text: str) -> list[str]:
    if text.count("\n") < 2 * (_MIN_PARAGRAPHS - 1):
        return []
    found = [part.strip() for part in _PARAGRAPHS.split(text)]
    found = [part for part in found if len(part) > 3 and not _LINE_RULE.fullmatch(part)]
    return found if len(found) >= _MIN_PARAGRAPHS else []


def _repeated_characters(pieces: list[str]) -> float:
    whole = sum(map(len, pieces))
    return 1 - sum(map(len, set(pieces))) / whole if whole else 0.0
