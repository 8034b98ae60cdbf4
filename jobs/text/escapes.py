"""Escapes of JSON and programs that an export left in a text: \\u4f60\\u597d for 你好, \\n for a line break."""

from __future__ import annotations

import re

# Two and more together, of which Chinese is made; "[\\u4e00-\\u9fa5]" is an expression that people talk about, and so
# is what stands in quotes.
_UNICODE = re.compile(r"(?<![\\\"'`\[])(?<!\\u[0-9a-fA-F]{4})(?:\\u[0-9a-fA-F]{4}){2,}(?![-\"'`\]])")
_CODE_UNIT = re.compile(r"\\u([0-9a-fA-F]{4})")
_CHINESE = re.compile("[\u2014-\u2026\u3000-\u9fff\uff00-\uffef]")
_WORDS = "\u3001-\u9fff\uff01-\uffef"
_BREAK = re.compile(r"(?:\\r)?\\n")
# A break stands between words or at the end of them. In a path or a program another letter or a quote follows.
_BREAKS = re.compile(
    rf"(?<=[{_WORDS}.!?)>])(?:(?:\\r)?\\n)+(?=[{_WORDS}0-9(<]|\Z)|(?<!\S)(?:(?:\\r)?\\n)+(?=[{_WORDS}])"
    r"|(?<=[.!?,:])(?:(?:\\r)?\\n)+(?=[A-Z0-9])"
)
# So far back a quotation mark that opens is looked for.
_LINE = 200
_PROGRAM = re.compile(r"[\"`{}=;]|(?<![A-Za-z])'|'(?![A-Za-z])|\\(?![rn])|转义|换行|正则")


def undo_escapes(text: str) -> str:
    """The text with escaped Chinese as Chinese and escaped line breaks as line breaks, where no program wrote them.

    Breaks stay in a text that has other signs of a program, or one break that stands elsewhere.
    """
    if "\\" not in text:
        return text
    if "\\u" in text:
        text = _UNICODE.sub(_characters, text)
    if "\\n" in text and _PROGRAM.search(text) is None:
        joined = _BREAKS.sub(lambda match: "\n" * len(_BREAK.findall(match.group())), text)
        return text if "\\" in joined else joined
    return text


def _characters(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - _LINE) : match.start()].rpartition("\n")[2]
    if before.count('"') % 2 or before.count("'") % 2:
        return match.group()
    units = b"".join(int(unit, 16).to_bytes(2, "big") for unit in _CODE_UNIT.findall(match.group()))
    try:
        text = units.decode("utf-16-be")
    except UnicodeDecodeError:
        return match.group()
    return text if 2 * len(_CHINESE.findall(text)) >= len(text) else match.group()
