"""HTML in chat logs and scraped text to plain text: tags, lists; tables and code become Markdown."""

from __future__ import annotations

import re

from jobs.text.entities import unescape_entities

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
    r"<pre(?:\s[^<>]*)?>\s*+(?:<code(?:\s[^<>]*)?>)?\n?(?P<body>(?:(?!<pre).)*?)(?:</code>)?\s{0,9}</pre>",
    re.I | re.DOTALL,
)
_CODE = re.compile(r"<code(?:\s[^<>]*)?>(?P<body>[^<>`\n]*)</code>", re.IGNORECASE)
_TABLE = re.compile(r"<table(?:\s[^<>]*)?>(?P<body>(?:(?!</?table[\s>]).)*)</table>", re.IGNORECASE | re.DOTALL)
_ROW = re.compile(r"<tr(?:\s[^<>]*)?>", re.IGNORECASE)
_CELL = re.compile(r"<t[dh](?:\s[^<>]*)?>", re.IGNORECASE)
_CELL_END = re.compile(r"</t[dhr]>|</t(?:body|head|foot)>", re.IGNORECASE)
_BLOCK_NAME = re.compile(_BLOCK)
_INLINE_NAME = re.compile(f"{_INLINE}|code", re.IGNORECASE)
# "Use <br> to part lines" is about markup where no other tag is there.
_MENTIONED = re.compile(rf" <(?:{_VOID}|p|li|td|th|tr)/?> ", re.IGNORECASE)
_ALWAYS = re.compile(rf"(?:{_VOID}|p|li|td|th|tr)", re.IGNORECASE)


def html_to_text(text: str) -> str:
    """The text without HTML markup; ``a < b``, unknown tags and pages of source code stay as they are.

    A tag goes where it is certainly markup: a void tag, a paragraph or table part, one that has attributes, or one
    whose partner is there too. Blocks become lines, tables rows of Markdown, list items lines with a dash or a number,
    links keep their words.
    """
    if _SOURCE.search(text):
        return text
    if "&" in text:
        text = unescape_entities(text)
    if "<" not in text or _SOURCE.search(text):
        return text
    text = _COMMENT.sub("", text)
    text = _TABLE.sub(lambda match: _table(match.group("body")), text)
    text = _PRE.sub(
        lambda m: f"\n```\n{m.group('body').strip()}\n```\n" if "```" not in m.group("body") else m.group(), text
    )
    text = _CODE.sub(lambda m: f"`{m.group('body')}`" if m.group("body").strip() else m.group("body"), text)
    if len(_TAG.findall(text)) == 1 and _MENTIONED.search(text):
        return text
    opened = {m.group("name").lower() for m in _TAG.finditer(text) if not m.group("close")}
    closed = {m.group("name").lower() for m in _TAG.finditer(text) if m.group("close")}
    lists = _Lists()

    def replace(match: re.Match[str]) -> str:
        name = match.group("name").lower()
        certain = name in opened & closed or match.group("rest").strip(" /") or _ALWAYS.fullmatch(name)
        return lists.instead(name, bool(match.group("close"))) if certain else match.group()

    return _TAG.sub(replace, text)


class _Lists:
    """What stands for a tag, given the lists that are open where it stands: an ordered one by its last number."""

    def __init__(self) -> None:
        self.open: list[int | None] = []

    def instead(self, name: str, closing: bool) -> str:
        """The text for one tag."""
        if name in ("ul", "ol"):
            if not closing:
                self.open.append(0 if name == "ol" else None)
            elif self.open:
                self.open.pop()
            return "" if self.open else "\n"
        if name == "li":
            return "" if closing else f"\n{self._item()} "
        if name in ("td", "th"):
            return "\t" if closing else ""
        return "\n" if name in ("br", "hr") or _BLOCK_NAME.fullmatch(name) else ""

    def _item(self) -> str:
        if not self.open:
            return "-"
        indent = "  " * min(len(self.open) - 1, 8)
        if self.open[-1] is None:
            return f"{indent}-"
        self.open[-1] += 1
        return f"{indent}{self.open[-1]}."


def _table(body: str) -> str:
    """The rows of a table as Markdown, the first as its head; a table of one column, which is layout, as lines."""
    rows = [[_cell(cell) for cell in _CELL.split(row)[1:]] for row in _ROW.split(body)[1:]]
    rows = [row for row in rows if any(row)]
    columns = max(map(len, rows), default=0)
    if columns < 2:
        return "\n" + "\n".join(row[0] for row in rows) + "\n"
    lines = [f"| {' | '.join(row + [''] * (columns - len(row)))} |" for row in rows]
    return "\n".join(["", lines[0], f"| {' | '.join(['---'] * columns)} |", *lines[1:], ""])


def _cell(html: str) -> str:
    inside = _CELL_END.split(html, maxsplit=1)[0]
    plain = _TAG.sub(lambda match: "" if _INLINE_NAME.fullmatch(match.group("name")) else " ", inside)
    return " ".join(plain.split()).replace("|", "\\|")
