"""Runs of punctuation, and quotation marks."""

from __future__ import annotations

import re
from functools import lru_cache

from jobs.text.params import Quotes
from jobs.text.unicode_forms import HAN

_TWO_MARKS = re.compile("[。…，、；：！？～!?,;.—·・~]{2}")
_HAN = re.compile(f"[{HAN}]")

_CURLY = re.compile("[“”„‟‘’‚‛]")
_STRAIGHT_OF = str.maketrans(dict.fromkeys("“”„‟「」", '"') | dict.fromkeys("‘’‚‛", "'"))
_APOSTROPHE = re.compile("(?<=[A-Za-z])'(?=[A-Za-z])")
# A quote after a digit is an inch.
_DOUBLE = re.compile('(?<![0-9])"')
_CORNER_OF = str.maketrans("“”‘’", "「」『』")
_CURLY_APOSTROPHE = re.compile("(?<=[A-Za-z])’")


def shorten_punctuation_runs(text: str, longest: int = 3) -> str:
    """One mark for a run of more than ``longest`` of the same mark: "！！！！" is "！"; "。。。。" is "……".

    Marks that draw Markdown (dashes, equals signs, three tildes) stay at any length, and an ellipsis is a mark.
    """
    if _TWO_MARKS.search(text) is None:
        return text
    for pattern, instead in _runs(longest):
        text = pattern.sub(instead, text)
    return text


@lru_cache(maxsize=8)
def _runs(longest: int) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of runs that are too long and what stands instead. A run of full stops is a Chinese ellipsis."""
    more, more_than_ellipsis, more_than_dots = longest + 1, max(longest, 2) + 1, max(longest, 3) + 1
    return tuple(
        (re.compile(pattern), instead)
        for pattern, instead in (
            (f"。{{{max(more, 3)},}}", "……"),
            (f"…{{{more_than_ellipsis},}}", "……"),
            # Not Python's "from ....package".
            (rf"(?<!\.)(?<!from )\.{{{more_than_dots},}}", "..."),
            (f"([，、；：！？～])\\1{{{longest},}}", r"\1"),
            # Two are often an operator ("!!", "??").
            (rf"([!?,;])\1{{{max(longest, 2)},}}", r"\1"),
            (f"(?=！*？)(?=？*！)[！？]{{{max(more, 3)},}}", "？！"),
            (rf"(?=!{{0,9}}\?)(?=\?{{0,9}}!)[!?]{{{max(more, 3)},}}", "?!"),
            (f"—{{{more_than_ellipsis},}}", "——"),
            (f"[·・]{{{max(more, 3)},}}", "……"),
            ("~{4,}", "~"),
        )
    )


def set_quotes(text: str, quotes: Quotes) -> str:
    """Quotation marks of one kind; a line whose marks do not come in pairs keeps them.

    Args:
        quotes: ``straight`` (" and '), ``curly`` (“ ” and ’ in words), ``corner`` (「 」 and 『 』, in lines
            with Chinese characters; other lines as they are), ``keep``.
    """
    if quotes == "keep":
        return text
    if quotes == "straight":
        return text.translate(_STRAIGHT_OF) if not text.isascii() else text
    lines = text.split("\n")
    return "\n".join(_curly(line) if quotes == "curly" else _corner(line) for line in lines)


def _curly(line: str) -> str:
    line = _APOSTROPHE.sub("’", line)
    if '"' not in line:
        return line
    marks = len(_DOUBLE.findall(line))
    if marks % 2 or marks != line.count('"'):
        return line
    parts = line.split('"')
    return "".join(part + ("" if i == len(parts) - 1 else "“”"[i % 2]) for i, part in enumerate(parts))


def _corner(line: str) -> str:
    if not _HAN.search(line):
        return line
    line = _curly(line)
    if _CURLY.search(line) is None:
        return line
    kept = {match.start() for match in _CURLY_APOSTROPHE.finditer(line)}
    return (
        "".join(c if i in kept else c.translate(_CORNER_OF) for i, c in enumerate(line))
        if kept
        else (line.translate(_CORNER_OF))
    )
