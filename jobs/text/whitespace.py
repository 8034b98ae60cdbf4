"""Line breaks, spaces and empty lines."""

from __future__ import annotations

import re

_ODD = re.compile("[\r\x0b\x0c\x85\u2028\u2029\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LINE_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_TRAILING = re.compile(r"(?<![ \t])[ \t]++(?=\n|\Z)")
_EMPTY_LINES = re.compile(r"\n{3,}")
_INNER_SPACES = re.compile(r"(?<=[^ \t\n]) {2,}(?=[^ \t\n|])")
_INDENTED_HAN = re.compile(r"^[ \t]+(?=[\u3000-\u9fff\uff00-\uffef])", re.MULTILINE)


def tidy_whitespace(text: str) -> str:
    """Line breaks as \\n, at most one empty line, plain spaces, none at an end; indentation of code and lists stays."""
    if _ODD.search(text):
        text = _SPACES.sub(" ", _LINE_BREAK.sub("\n", text))
    text = text.strip()
    if "\n" in text:
        text = _INDENTED_HAN.sub("", _EMPTY_LINES.sub("\n\n", _TRAILING.sub("", text)))
    return text


def collapse_spaces(text: str) -> str:
    """One space for several inside a line; indentation and the columns of a table stay."""
    if "  " not in text:
        return text
    lines = text.split("\n")
    return "\n".join(line if line[:1] in (" ", "\t", "|") else _INNER_SPACES.sub(" ", line) for line in lines)
