"""Undoes encoding damage: UTF-8 read as Latin-1, Windows-125x and the like (ftfy), and UTF-8 read as GBK."""

from __future__ import annotations

import re

import ftfy
from ftfy.badness import is_bad

from jobs.text.garbled import GBK_MARKS
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

_GBK_RUN = re.compile("[^\x00-\x7f\U000f0000-\U000ffffd]{2,}")


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
    # ftfy itself changes nothing outside what is_bad finds, but takes fifty times as long to say so.
    if is_bad(text) or _C1.search(text):
        text = ftfy.fix_text(text, _CONFIG)
    if len(GBK_MARKS.findall(text)) >= 2:
        text = _GBK_RUN.sub(_repair_gbk, text)
    return text


def _repair_gbk(match: re.Match[str]) -> str:
    """Chinese text that was UTF-8 and was read as GBK: right only if every byte turns back, and into Chinese."""
    run = match.group()
    if not GBK_MARKS.search(run):
        return run
    try:
        repaired = run.encode("gb18030").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return run
    return (
        repaired
        if all("\u3000" <= c <= "\u9fff" or "\uff00" <= c <= "\uffef" or c in "—…“”‘’·" for c in repaired)
        else run
    )
