"""Takes out of a text what normalisation must not touch, and puts it back: code, URLs, placeholders, special tokens.

Each protected piece becomes one private-use character, so that the steps see ordinary text of the same order.
"""

from __future__ import annotations

import re

_FIRST, _LAST = 0xF0000, 0xFFFFD
SENTINEL = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")

_PROTECTED = re.compile(
    r"(?P<fence>^[ \t]*(?P<mark>`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*(?P=mark)[`~]*[ \t]*$|\Z)|```.*?(?:```|\Z))"
    r"|(?P<inline>(?<!`)(?P<tick>`{1,2})(?!`)[^`\n]+(?P=tick)(?!`))"
    r"|(?P<maths>\$\$[^$]+\$\$|\\\[.{1,2000}?\\\]|\\\(.{1,500}?\\\))"
    r"|(?P<url>(?:https?|ftp)://[^\s<>\"'\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+)"
    r"|(?P<placeholder><[A-Z][A-Z_]*_[0-9]{1,6}>)"
    r"|(?P<token><\|[^|<>\n]{1,40}\|>|</?(?:image|video|audio|think|answer|tool_call|tool_response)>"
    r"|\[/?INST\]|</?s>|<</?SYS>>)"
    rf"|(?P<private>[{chr(_FIRST)}-{chr(_LAST)}])",
    re.DOTALL | re.MULTILINE,
)


# One of these stands in each piece.
_BEGINNINGS = ("`", "~~~", "$$", "\\", "://", "<", "INST]")


def hide(text: str) -> tuple[str, list[str]] | None:
    """The text with each protected piece as one private-use character, and the pieces in order.

    Returns None where there are more pieces than private-use characters (65,534): leave such a text alone.
    """
    pieces: list[str] = []

    def take(match: re.Match[str]) -> str:
        pieces.append(match.group())
        return chr(_FIRST + len(pieces) - 1) if len(pieces) <= _LAST - _FIRST else ""

    hidden = _PROTECTED.sub(take, text)
    return None if len(pieces) > _LAST - _FIRST else (hidden, pieces)


def show(text: str, pieces: list[str]) -> str:
    """The inverse of ``hide``."""
    return SENTINEL.sub(lambda match: pieces[ord(match.group()) - _FIRST], text) if pieces else text


def without_protected(text: str) -> str:
    """The text without code, URLs, maths, placeholders and tokens: what a person would call its prose."""
    return _PROTECTED.sub(" ", text) if _may_hold(text) else text


def without_code(text: str) -> str:
    """The text without code fences, inline code, formulas and URLs; placeholders and tokens stay."""
    kinds = ("fence", "inline", "maths", "url")
    if not _may_hold(text):
        return text
    return _PROTECTED.sub(lambda match: " " if any(match.group(kind) for kind in kinds) else match.group(), text)


def _may_hold(text: str) -> bool:
    """False where nothing that begins a protected piece is there: most texts, told ten times as fast."""
    return any(map(text.__contains__, _BEGINNINGS)) or (not text.isascii() and SENTINEL.search(text) is not None)
