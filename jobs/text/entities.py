"""HTML entities as characters, in time that is linear in the text however deep they were escaped."""

from __future__ import annotations

import re
from html.entities import html5

# Only entities that end in a semicolon: "&copy=2" in a query string is not a copyright sign.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LONGEST = 34
# An ampersand that was escaped again and again: "&amp;amp;lt;".
_AMPERSAND = re.compile(r"&(?:(?:amp|AMP|#0{0,4}38|#[xX]0{0,3}26);)+")
_INVALID_REFERENCES = {0x80: "\u20ac", 0x85: "\u2026", 0x91: "‘", 0x92: "’", 0x93: "“", 0x94: "”", 0x96: "–", 0x97: "—"}
_PASSES = 4


def unescape_entities(text: str) -> str:
    """Named and numbered entities as characters, as often as they were escaped; control characters are dropped."""
    for _ in range(_PASSES):
        out = _ENTITY.sub(_character, _AMPERSAND.sub("&", text))
        if out == text:
            return out
        text = out
    return _from_within(text)


def _from_within(text: str) -> str:
    """The same in one pass, for text in which entities spell entities (``&#4&#57;;``): each semicolon closes what may
    be open before it, as far back as an entity is long."""
    out: list[str] = []
    waiting = list(reversed(text))
    while waiting:
        out.append(waiting.pop())
        if out[-1] != ";":
            continue
        tail = "".join(out[-_LONGEST:])
        at = tail.rfind("&")
        match = _ENTITY.fullmatch(tail[at:]) if at >= 0 else None
        if match and (character := _character(match)) != match.group():
            del out[len(out) - len(match.group()) :]
            waiting.extend(reversed(character))
    return "".join(out)


def _character(match: re.Match[str]) -> str:
    body = match.group()[1:-1]
    if not body.startswith("#"):
        return html5.get(body + ";", match.group())
    code = int(body[2:], 16) if body[1] in "xX" else int(body[1:])
    if code in _INVALID_REFERENCES:
        return _INVALID_REFERENCES[code]
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return "\ufffd"
    # Private-use characters stand for protected pieces while a text is being normalised.
    if (code < 32 and code not in (9, 10, 13)) or 0x7F <= code < 0xA0 or 0xF0000 <= code <= 0xFFFFD:
        return ""
    return chr(code)
