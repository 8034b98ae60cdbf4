"""HTML in chat logs and scraped text to plain text: entities, tags, tables; code becomes Markdown code."""

from __future__ import annotations

import re
from html.entities import html5

# Only entities that end in a semicolon: "&copy=2" in a query string is not a copyright sign.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_INVALID_REFERENCES = {0x80: "\u20ac", 0x85: "\u2026", 0x91: "‘", 0x92: "’", 0x93: "“", 0x94: "”", 0x96: "–", 0x97: "—"}

# A whole page or a program is an answer about code, not text with markup left in it.
_SOURCE = re.compile(
    r"<!doctype|<html[\s>]|<head[\s>]|<body[\s>]|<script[\s>]|<style[\s>]|<\?(?:php|xml)|<template[\s>]", re.I
)
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)

_INLINE = (
    "a|abbr|b|big|cite|del|dfn|em|font|i|ins|kbd|label|mark|q|small|span|strike|strong|sub"
    "|sup|time|tt|u|var|wbr|button|center|nobr"
)
_BLOCK = (
    "address|article|aside|blockquote|caption|dd|div|dl|dt|fieldset|figcaption|figure|footer"
    "|form|h[1-6]|header|li|main|nav|ol|p|section"
    "|table|tbody|tfoot|thead|tr|ul"
)
_VOID = "br|hr|img|input|col|area|base|link|meta"
_NAMES = f"{_INLINE}|{_BLOCK}|{_VOID}|td|th|code|pre"
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>{_NAMES})(?P<rest>(?:\s[^<>]*)?/?)>", re.IGNORECASE)
_PRE = re.compile(
    r"<pre(?:\s[^<>]*)?>\s*(?:<code(?:\s[^<>]*)?>)?\n?(?P<body>(?:(?!<pre).)*?)(?:</code>)?\s{0,9}</pre>",
    re.I | re.DOTALL,
)
_CODE = re.compile(r"<code(?:\s[^<>]*)?>(?P<body>[^<>`\n]*)</code>", re.IGNORECASE)
_ALWAYS = re.compile(rf"(?:{_VOID}|p|li|td|th|tr)", re.IGNORECASE)


def unescape_entities(text: str) -> str:
    """Named and numbered entities as characters, as often as they were escaped; control characters are dropped."""
    while True:
        out = _ENTITY.sub(_character, text)
        if out == text:
            return out
        text = out


def html_to_text(text: str) -> str:
    """The text without HTML markup; ``a < b``, unknown tags and pages of source code stay as they are.

    A tag goes where it is certainly markup: a void tag, a paragraph or table part, one that has attributes, or one
    whose partner is there too. Blocks become lines, cells are parted by a tab, links keep their words.
    """
    if _SOURCE.search(text):
        return text
    if "&" in text:
        text = unescape_entities(text)
    if "<" not in text or _SOURCE.search(text):
        return text
    text = _COMMENT.sub("", text)
    text = _PRE.sub(
        lambda m: f"\n```\n{m.group('body').strip()}\n```\n" if "```" not in m.group("body") else m.group(), text
    )
    text = _CODE.sub(lambda m: f"`{m.group('body')}`" if m.group("body").strip() else m.group("body"), text)
    opened = {m.group("name").lower() for m in _TAG.finditer(text) if not m.group("close")}
    closed = {m.group("name").lower() for m in _TAG.finditer(text) if m.group("close")}

    def replace(match: re.Match[str]) -> str:
        name = match.group("name").lower()
        certain = name in opened & closed or match.group("rest").strip(" /") or _ALWAYS.fullmatch(name)
        return _instead(name, bool(match.group("close"))) if certain else match.group()

    return _TAG.sub(replace, text)


def _instead(name: str, closing: bool) -> str:
    if name in ("td", "th"):
        return "\t" if closing else ""
    if name == "li":
        return "" if closing else "\n- "
    if name in ("br", "hr") or re.fullmatch(_BLOCK, name):
        return "\n"
    return ""


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
