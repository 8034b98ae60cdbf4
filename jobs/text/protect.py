"""Takes out of a text what normalisation must not touch and puts it back: code, JSON, URLs, maths, placeholders.

Each protected piece becomes one private-use character, so that the steps see ordinary text of the same order.
"""

from __future__ import annotations

import json
import re

_FIRST, _LAST = 0xF0000, 0xFFFFD
SENTINEL = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")

# Each alternative reads a character a bounded number of times, so that no text takes more than linear time.
_CODE = (
    r"(?P<fence>^[ \t]*+(?P<mark>`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^[ \t]*+(?P=mark)[`~]*+[ \t]*+$|\Z)|```.*?(?:```|\Z))"
    r"|(?P<inline>(?<!`)(?P<tick>`{1,2})(?!`)[^`\n]+(?P=tick)(?!`))"
    r"|(?P<call><(?P<block>tool_call|tool_response)>.*?(?:</(?P=block)>|\Z))"
)
# A single dollar sign is a price more often than a formula; a formula holds a command, a power or an index.
_MATHS = (
    r"|(?P<maths>\$\$[^$]+\$\$|\\\[(?:(?!\\\[).){1,2000}?\\\]|\\\((?:(?!\\\().){1,500}?\\\)"
    r"|\$(?=[^$\s])[^$\n]{0,80}?[\\^_][^$\n]{0,160}(?<!\s)\$)"
)
URL_PATTERN = r"(?:https?|ftp)://[^\s<>\"'\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+"
_OTHERS = (
    r"|(?P<placeholder><[A-Z][A-Z_]*_[0-9]{1,6}>)"
    r"|(?P<token><\|[^|<>\n]{1,40}\|>|</?(?:image|video|audio|think|answer|tool_call|tool_response)>"
    r"|\[/?INST\]|</?s>|<</?SYS>>)"
    rf"|(?P<private>[{chr(_FIRST)}-{chr(_LAST)}])"
)
_PROTECTED = re.compile(f"{_CODE}{_MATHS}|(?P<url>{URL_PATTERN}){_OTHERS}", re.DOTALL | re.MULTILINE)
_PROTECTED_BUT_URLS = re.compile(f"{_CODE}{_MATHS}{_OTHERS}", re.DOTALL | re.MULTILINE)

# One of these stands in each piece.
BEGINNINGS = ("`", "~~~", "$", "\\", "://", "<", "INST]")

_JSON = re.compile(r"""\{\s{0,20}"[^"\n]{0,200}"\s{0,20}:|\[\s{0,20}\{\s{0,20}"[^"\n]{0,200}"\s{0,20}:""")
_DECODER = json.JSONDecoder()
# So many broken objects in one text are no tool calls; each try may read on to the end of the text.
_MAX_BROKEN = 50


def hide(text: str, urls: bool = True) -> tuple[str, list[str]] | None:
    """The text with each protected piece as one private-use character, and the pieces in order.

    Args:
        urls: False leaves URLs in sight, for a policy that replaces them; not those in code or JSON.

    Returns None where there are more pieces than private-use characters (65,534): leave such a text alone.
    """
    pieces: list[str] = []
    if not may_hold(text) and '"' not in text:
        return text, pieces

    def take(piece: str) -> str:
        pieces.append(piece)
        return chr(_FIRST + len(pieces) - 1) if len(pieces) <= _LAST - _FIRST else ""

    if may_hold(text):
        text = (_PROTECTED if urls else _PROTECTED_BUT_URLS).sub(lambda match: take(match.group()), text)
    out, end = [], 0
    for start, stop in _json_spans(text):
        out += [text[end:start], take(show(text[start:stop], pieces))]
        end = stop
    text = "".join([*out, text[end:]]) if out else text
    return None if len(pieces) > _LAST - _FIRST else (text, pieces)


def show(text: str, pieces: list[str]) -> str:
    """The inverse of ``hide``."""
    return SENTINEL.sub(lambda match: pieces[ord(match.group()) - _FIRST], text) if pieces else text


def _json_spans(text: str) -> list[tuple[int, int]]:
    """Where JSON objects stand in a text, tool arguments above all; of one that is cut off, what there is of it."""
    found: list[tuple[int, int]] = []
    at, broken = 0, 0
    while '"' in text and broken < _MAX_BROKEN and (match := _JSON.search(text, at)):
        start = match.start()
        try:
            stop = _DECODER.raw_decode(text, start)[1]
        except json.JSONDecodeError as error:
            broken += 1
            stop = max(error.pos, match.end())
        except (RecursionError, ValueError):
            # Nested a thousand deep, or a number of thousands of digits: nothing that a tool was called with.
            return found
        found.append((start, stop))
        at = stop
    return found


def without_protected(text: str) -> str:
    """The text without code, URLs, maths, placeholders and tokens: what a person would call its prose."""
    return _PROTECTED.sub(" ", text) if may_hold(text) else text


def without_code(text: str) -> str:
    """The text without code fences, inline code, formulas and URLs; placeholders and tokens stay."""
    kinds = ("fence", "inline", "maths", "url")
    if not may_hold(text):
        return text
    return _PROTECTED.sub(lambda match: " " if any(match.group(kind) for kind in kinds) else match.group(), text)


def may_hold(text: str) -> bool:
    """False where nothing that begins a protected piece is there: most texts, told ten times as fast."""
    return any(map(text.__contains__, BEGINNINGS)) or (not text.isascii() and SENTINEL.search(text) is not None)
