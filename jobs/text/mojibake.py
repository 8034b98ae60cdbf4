"""Undoes encoding damage: UTF-8 read as Latin-1, Windows-125x and the like (ftfy) or as GBK, GBK read as Latin-1."""

from __future__ import annotations

import re

import ftfy
from ftfy.badness import is_bad

from jobs.text.frequent import FREQUENT, are_frequent
from jobs.text.garbled import BEYOND_CHINESE
from jobs.text.mojibake_gbk import repair_gbk
from jobs.text.protect import SENTINEL

# Only ftfy's encoding repairs: quotes, widths, ligatures, entities and line breaks are steps of their own or stay.
_CONFIG = ftfy.TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=False,
    fix_encoding=True,
    restore_byte_a0=True,
    replace_lossy_sequences=True,
    decode_inconsistent_utf8=True,
    fix_c1_controls=True,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=True,
    remove_control_chars=False,
    normalization=None,
    explain=False,
)
_C1 = re.compile("[\x80-\x9f\ud800-\udfff]")

_CHINESE = re.compile("[\u4e00-\u9fff]")

# GB 2312 has both bytes of a character from A1 on.
_LATIN_TEXT = re.compile("[\x00-\xff]++")
_LATIN_RUN = re.compile("[\xa1-\xfe]{4,}")
# A byte of 80 to 9F behind the first byte of a UTF-8 character, read as Latin-1 or Windows-1252: the text was UTF-8,
# and the runs of it that GB 2312 could be are left to ftfy.
_LOW_BYTE = "\x80-\x9f€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_WAS_UTF8 = re.compile(f"[\xc3-\xef](?:[{_LOW_BYTE}][\x80-\xbf{_LOW_BYTE}]|[\x80-\xbf{_LOW_BYTE}][{_LOW_BYTE}])")
# One Chinese character between ASCII, read as Windows-1252, which ftfy leaves alone ("23 å…ƒ" for 23 元). In French a
# word may end so too («parlé…»), but reads as a rare character.
_ONE_CHARACTER = re.compile(f"(?<![^\x00-\x7f])[ä-é](?:[{_LOW_BYTE}][\xa0-\xbf{_LOW_BYTE}]|[\xa0-\xbf][{_LOW_BYTE}])")


def repair_mojibake(text: str) -> str:
    """The text with its encoding damage undone where that is certain; text that is fine comes back as it is.

    Works between protected pieces, because one character that no damaged text can hold stops ftfy from seeing the rest.
    """
    if text.isascii():
        return text
    if SENTINEL.search(text) is None:
        return _repair(text)
    position, pieces = 0, []
    for match in SENTINEL.finditer(text):
        pieces += [_repair(text[position : match.start()]), match.group()]
        position = match.end()
    return "".join([*pieces, _repair(text[position:])])


def _repair(text: str) -> str:
    if text.isascii():
        return text
    # ftfy itself changes nothing outside what is_bad finds, but takes fifty times as long to say so; and it knows no
    # damage among ASCII, Chinese characters and full-width forms, which is told ten times as fast again.
    if BEYOND_CHINESE.search(text) and (is_bad(text) or _C1.search(text)):
        if _WAS_UTF8.search(text) is None:
            text = _LATIN_TEXT.sub(_repair_latin, text)
        text = ftfy.fix_text(text, _CONFIG)
    text = _ONE_CHARACTER.sub(_repair_character, text)
    return repair_gbk(text)


def _repair_character(match: re.Match[str]) -> str:
    character = match.group().encode("sloppy-windows-1252", "replace").decode("utf-8", "replace")
    return character if character in FREQUENT else match.group()


def _repair_latin(match: re.Match[str]) -> str:
    """Chinese text that was GBK and was read as Latin-1: the whole of it, or else the runs that turn into Chinese."""
    text = match.group()
    if _LATIN_RUN.search(text) is None:
        return text
    return _as_gb2312(text) or _LATIN_RUN.sub(lambda run: _as_gb2312(run.group()) or run.group(), text)


def _as_gb2312(text: str) -> str | None:
    """The text read as GB 2312 if every byte fits and its Chinese characters are such as people write, else None."""
    try:
        repaired = text.encode("latin-1").decode("gb2312")
    except UnicodeDecodeError:
        return None
    # A list of accented letters decodes too, but not into characters that make up half of what people write; "»»»»"
    # does, into one of them.
    han = _CHINESE.findall(repaired)
    return repaired if len(set(text)) > 1 and are_frequent(han) else None
