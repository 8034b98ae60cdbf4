"""Undoes encoding damage: UTF-8 read as Latin-1, Windows-125x and the like (ftfy) or as GBK, GBK read as Latin-1."""

from __future__ import annotations

import re

import ftfy
from ftfy.badness import is_bad

from jobs.text.garbled import BEYOND_CHINESE, GBK_MARKS
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

# GB 2312 has both bytes of a character from A1 on.
_LATIN_TEXT = re.compile("[\x00-\xff]++")
_LATIN_RUN = re.compile("[\xa1-\xfe]{4,}")
# A byte of 80 to 9F behind the first byte of a UTF-8 character, read as Latin-1 or Windows-1252: the text was UTF-8,
# and the runs of it that GB 2312 could be are left to ftfy.
_LOW_BYTE = "\x80-\x9f€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_WAS_UTF8 = re.compile(f"[\xc3-\xef](?:[{_LOW_BYTE}][\x80-\xbf{_LOW_BYTE}]|[\x80-\xbf{_LOW_BYTE}][{_LOW_BYTE}])")
# A list of accented letters decodes too, but not into characters that make up half of what people write: by chance one
# in twenty would be among them.
_FREQUENT = frozenset(
    "的一是了我不人在他有这上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好"
    "看起发当没成只如事把还用第样道想作种开见明问力理点几定本公做外相西果走将月十实向声车全信重三机工物气每并别真打太新比才"
    "便再书部水像等体却加电主利受听表少代员许先口由写性或住难教花结色您请谢货款退单订换服客店快递付价买卖量品件号码给让什"
)


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
    if GBK_MARKS.search(text) and len(GBK_MARKS.findall(text)) >= 2:
        text = _GBK_RUN.sub(_repair_gbk, text)
    return text


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
    han = [c for c in repaired if "\u4e00" <= c <= "\u9fff"]
    frequent = sum(c in _FREQUENT for c in han)
    return repaired if len(set(han)) > 1 and frequent >= (0.25 if len(han) >= 8 else 0.4) * len(han) else None


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
