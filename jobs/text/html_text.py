"""HTML in chat logs and scraped text to plain text: tags, lists; tables and code become Markdown."""

from __future__ import annotations

import re

from jobs.text.about_markup import PROGRAM_OF_PAGE, is_about_markup
from jobs.text.entities import unescape_entities

# Programs, and formats of other kinds.
_SOURCE = re.compile(r"<\?(?:php|xml)|<template[\s>]|<%", re.I)
# A document or a fragment with a program is as often an answer that shows one as a mail or a page that was exported. It
# is an export where it begins with its markup and says this much in Chinese.
_DOCUMENT = re.compile(r"<!doctype|<(?:html|head|body)[\s>]", re.I)
_PROGRAM = re.compile(r"<(?:script|style)[\s>]", re.I)
_LEAST_HAN, _LEAST_HAN_OF_DOCUMENT = 8, 40
_HEAD = re.compile(r"<!doctype[^<>]*>|<head(?:\s[^<>]*)?>(?:(?!<head[\s>]).)*?</head>", re.I | re.DOTALL)
_HAN = re.compile("[\u4e00-\u9fff]")
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->|<!\[[^\]<>]{0,40}\]>", re.DOTALL)

_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|del|dfn|em|font|i|ins|kbd|picture|q|rp|rt|ruby|samp|small|span|strike|strong|sub"
    "|sup|tt|u|var|wbr|nobr|o:p"
)
# Names that people also give to the parts of a prompt ("<article>...</article>").
_INLINE_WORDS = "button|center|cite|label|mark|time"
_BLOCK = (
    "blockquote|body|colgroup|dd|div|dl|dt|fieldset|figcaption|h[1-6]|hgroup|html|iframe|legend|li|marquee|noscript|ol|optgroup|p"
    "|select|table|tbody|textarea|tfoot|thead|tr|ul"
)
_BLOCK_WORDS = "address|article|aside|caption|details|figure|footer|form|header|main|nav|option|section|summary"
_BREAK = "br|hr"
_VOID = "img|input|col|area|base|link|meta|source|track|embed"
_NAMES = f"{_INLINE}|{_INLINE_WORDS}|{_BLOCK}|{_BLOCK_WORDS}|{_BREAK}|{_VOID}|td|th|code|pre"
# Attributes, the first of which with a value or one of those that need none: "a<b and c>d" has neither.
_REST = (
    r"(?:\s+(?:[A-Za-z_:@][\w:.@-]{0,40}\s{0,9}=(?!=)"
    r"|(?:nowrap|noshade|disabled|checked|selected|readonly|required|hidden|multiple)(?![\w-]))[^<>]*|\s{0,9}/?)"
)
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>{_NAMES})(?P<rest>{_REST})>", re.IGNORECASE)
_TAG_AND_BLANKS = re.compile(rf"(?P<lead>(?<!\s)\s++)?{_TAG.pattern}(?P<trail>\s++)?", re.IGNORECASE)
_PRE = re.compile(
    r"<pre(?:\s[^<>]*)?>\s*+(?:<code(?:\s[^<>]*)?>)?\n?(?P<body>(?:(?!<pre).)*?)(?:</code>)?\s{0,9}</pre>",
    re.I | re.DOTALL,
)
_CODE = re.compile(r"<code(?:\s[^<>]*)?>(?P<body>[^<>`\n]*)</code>", re.IGNORECASE)
_TABLE = re.compile(r"<table(?:\s[^<>]*)?>(?P<body>(?:(?!</?table[\s>]).)*)</table>", re.IGNORECASE | re.DOTALL)
_BLANK = re.compile("&(?:nbsp|ensp|emsp|#160);")
# A paragraph that is a whole item of a list, as editors write it.
_ITEM = re.compile(r"(?<=<li>)\s*+<p(?:\s[^<>]*)?>|</p>\s*+(?=</li>)", re.IGNORECASE)
_ROW = re.compile(r"<tr(?:\s[^<>]*)?>", re.IGNORECASE)
_CELL = re.compile(r"<t[dh](?:\s[^<>]*)?>", re.IGNORECASE)
_CELL_END = re.compile(r"</t[dhr]>|</t(?:body|head|foot)>", re.IGNORECASE)
_BLOCK_NAME = re.compile(f"{_BLOCK}|{_BLOCK_WORDS}|{_BREAK}")
_INLINE_NAME = re.compile(f"{_INLINE}|{_INLINE_WORDS}|code", re.IGNORECASE)
_WORD = re.compile(f"{_INLINE_WORDS}|{_BLOCK_WORDS}")
# "Use <br> or <p> to part lines" is about markup where no other tag is there.
_MENTIONED = re.compile(rf"(?<= )<(?:{_NAMES})/?>(?=[ ?.,;:？。，；：、)）])", re.IGNORECASE)
_MOST_MENTIONED, _MANY = 4, 3
_REACH = 1_000
# Names that nobody gives to anything else; one without its partner is cut off where many tags are.
_TIED = re.compile(r"div|span|ul|ol|dl|dt|dd|h[1-6]|table|tbody|thead|font|strong|blockquote|html|body", re.IGNORECASE)
_DRAWING = re.compile(r"<svg(?:\s[^<>]*)?>(?:(?!<svg[\s>]).)*?</svg>", re.IGNORECASE | re.DOTALL)
_ALWAYS = re.compile(rf"{_BREAK}|wbr|p|li|td|th|tr")
_OPENED = re.compile(r"<(?P<name>[A-Za-z][\w-]{0,40})(?:\s[^<>]*)?>")
_CLOSED = re.compile(r"</([A-Za-z][\w-]{0,40})>")
_HTML = re.compile(rf"(?:{_NAMES}|script|style|canvas|svg|g|path|data|dialog|menu|object|output|title|map|samp)", re.I)


def html_to_text(text: str) -> str:
    """The text without HTML markup; ``a < b``, XML, unknown tags, pages of source code and texts about markup stay.

    A tag goes where it is certainly markup: a line break, a paragraph or table part, one that has attributes, or one
    whose partner is there too. Blocks become lines, tables rows of Markdown, list items lines with a dash or a number,
    links keep their words.
    """
    if _SOURCE.search(text) or is_about_markup(text):
        return text
    if "<" in text:
        # Before entities: markup that was escaped is what the page shows, and is judged by itself in the next round.
        if _DOCUMENT.search(text) or _PROGRAM.search(text):
            exported = _exported(text)
            if exported is None:
                return text
            text = exported
        if _is_xml(text):
            return text
        text = _TABLE.sub(lambda match: _table(match["body"]), _COMMENT.sub("", text))
        text = _without_tags(_ITEM.sub("", _CODE.sub(_inline_code, _PRE.sub(_fence, text))))
    return unescape_entities(text) if "&" in text else text


def _fence(match: re.Match[str]) -> str:
    body = match["body"].strip()
    return match.group() if "```" in body else f"\n```\n{body}\n```\n"


def _inline_code(match: re.Match[str]) -> str:
    return f"`{match['body']}`" if match["body"].strip() else match["body"]


def _exported(text: str) -> str | None:
    """A page or a part of one without its programs and its head; None where it may be shown for its own sake."""
    rest = _HEAD.sub("", PROGRAM_OF_PAGE.sub("", text))
    least = _LEAST_HAN_OF_DOCUMENT if _DOCUMENT.search(text) else _LEAST_HAN
    is_export = text.lstrip()[:1] == "<" and len(_HAN.findall(rest)) >= least and not _PROGRAM.search(rest)
    return rest if is_export else None


def _is_xml(text: str) -> bool:
    """Whether an element is there, with both its tags, that HTML does not know: a message or data in XML."""
    unknown = {m["name"] for m in _OPENED.finditer(text) if not _HTML.fullmatch(m["name"])}
    return not unknown.isdisjoint(_CLOSED.findall(text))


def _without_tags(text: str) -> str:
    tags = list(_TAG.finditer(text))
    if 0 < len(tags) <= _MOST_MENTIONED and len({m.lower() for m in _MENTIONED.findall(text)}) == len(tags):
        return text
    opened = {m["name"].lower() for m in tags if not m["close"]}
    paired = opened & {m["name"].lower() for m in tags if m["close"]}

    def is_certain(match: re.Match[str]) -> bool:
        name = match["name"].lower()
        if name in paired or match["rest"].strip() or _ALWAYS.fullmatch(name):
            return True
        return is_cut and (bool(match["close"]) or _TIED.fullmatch(name) is not None)

    is_cut = False
    certain = [m for m in tags if is_certain(m)]
    if not any(m["rest"].strip(" /") or not _WORD.fullmatch(m["name"].lower()) for m in certain):
        return text
    # Among so many tags that are, one without a partner lost it where the page was cut.
    is_cut = len(certain) >= _MANY
    text = _DRAWING.sub("", text)
    lists = _Lists()

    def replace(match: re.Match[str]) -> str:
        if not is_certain(match) or _is_in_row(match):
            return match.group()
        name, lead, trail = match["name"].lower(), match["lead"] or "", match["trail"] or ""
        instead = lists.instead(name, bool(match["close"]))
        if not _BLOCK_NAME.fullmatch(name):
            return lead + instead + trail
        # White space about a block is how the page was typed, but for an empty line.
        empty_line = "\n" if max(lead.count("\n"), trail.count("\n")) > 1 and instead else ""
        return empty_line + (instead or " " * bool(trail))

    return _TAG_AND_BLANKS.sub(replace, text)


def _is_in_row(match: re.Match[str]) -> bool:
    """Whether a line break stands in a row of a Markdown table, which has no other way to break a line."""
    if match["name"].lower() != "br":
        return False
    line = match.string[max(0, match.start() - _REACH) : match.start()].rpartition("\n")[2]
    return line.lstrip()[:1] == "|" and "|" in line.lstrip()[1:]


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
        return "\n" if _BLOCK_NAME.fullmatch(name) else ""

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
    return " ".join(_BLANK.sub(" ", plain).split()).replace("|", "\\|")
