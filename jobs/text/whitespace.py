"""Line breaks, spaces, indentation and empty lines."""

from __future__ import annotations

import re

_ODD = re.compile("[\r\x0b\x0c\x85\u2028\u2029\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LINE_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_TRAILING = re.compile(r"(?<![ \t])[ \t]++(?=\n|\Z)")
_EMPTY_LINES = re.compile(r"\n{3,}")
_INNER_SPACES = re.compile(r"(?<=[^ \t\n]) {2,}(?=[^ \t\n|])")
_HAN_MARKS = "\u3001-\u9fff\uff00-\uffef"
# Two ideographic spaces, or what pages write for them, begin a Chinese paragraph.
_PARAGRAPH = re.compile(rf"^[ \t]*+[\u00a0\u2000-\u200a\u3000][ \t\u00a0\u2000-\u200a\u3000]*+(?=[{_HAN_MARKS}])", re.M)
_INDENTATION = re.compile(r"^[ \t]+(?=[^ \t\n])", re.MULTILINE)
_BEFORE_HAN = re.compile(rf"^[ \t]+(?=[{_HAN_MARKS}])", re.MULTILINE)
_FIRST_TWO = re.compile(r"(?P<first>[ \t]++)[^\n]*+\n*+(?P<second>[ \t]*+)")
# Lines that others are indented under: an item of a list, a heading, a key.
_HOLDS_MORE = re.compile(r"^[ \t]*+(?:[-*+>#•·●○]|[0-9A-Za-z]{1,3}[.)、）])|[:：{(\[][ \t]*$", re.MULTILINE)


def tidy_whitespace(text: str) -> str:
    """Line breaks as \\n, at most one empty line, plain spaces, none at an end.

    Indentation stays where it may mean something (code, lists, keys and values); that of Chinese paragraphs goes.
    """
    if _ODD.search(text):
        text = _SPACES.sub(" ", _PARAGRAPH.sub("", _LINE_BREAK.sub("\n", text)))
    if "\n" in text:
        text = _EMPTY_LINES.sub("\n\n", _TRAILING.sub("", text)).strip("\n")
    if "\n" not in text:
        return text.strip()
    two = _FIRST_TWO.match(text)
    if two is not None and not two["second"].startswith(two["first"]):
        # Of a block of code the second line stands where the first does, or deeper.
        text = text[len(two["first"]) :]
    return _BEFORE_HAN.sub("", text) if _BEFORE_HAN.search(text) and _are_paragraphs(text) else text


def _are_paragraphs(text: str) -> bool:
    """Whether all that is indented is Chinese and indented alike, under nothing that would hold it."""
    widths = {match.group() for match in _INDENTATION.finditer(text)}
    same = len(widths) == 1 and len(_INDENTATION.findall(text)) == len(_BEFORE_HAN.findall(text))
    return same and _HOLDS_MORE.search(text) is None


def collapse_spaces(text: str) -> str:
    """One space for several inside a line; indentation and the columns of a table stay."""
    if "  " not in text:
        return text
    lines = text.split("\n")
    return "\n".join(line if line[:1] in (" ", "\t", "|") else _INNER_SPACES.sub(" ", line) for line in lines)
