"""Chinese text that was UTF-8 and was read as GBK ("浣犲ソ" for 你好): found by its bytes, and read again.

Three bytes of UTF-8 are one and a half characters of GBK, so that a reader loses a byte wherever an odd one is left
over: a question mark, U+FFFD, the euro sign or a private-use character stands there ("浣犲ソ鍚�"). What was lost is
U+FFFD in the repaired text too, and the rest of it can be read.
"""

from __future__ import annotations

import re
from itertools import accumulate

from jobs.text.frequent import are_frequent

_LEADS = (*range(0xE2, 0xEA), 0xEF)
_CONTINUATION = range(0x80, 0xC0)
_CHINESE = re.compile("[\u4e00-\u9fff]")
# Pictures, letters of other scripts and rare marks stand in Chinese texts, but do not make them up.
_USUAL = re.compile("[\u2010-\u2027\u3000-\u9fff\uff00-\uffef]")


def _gbk(leads: tuple[int, ...] | range, trails: tuple[int, ...] | range) -> str:
    pairs = (bytes((lead, trail)).decode("gbk", "ignore") for lead in leads for trail in trails)
    return "".join(pair for pair in pairs if len(pair) == 1 and pair > "\x7f")


# The first two bytes of a Chinese character or mark, as GBK reads them: rare characters, one of which begins each piece
# of damage. Behind it stands one that begins with the third byte.
FIRST = _gbk(_LEADS, _CONTINUATION)
_FIRST = frozenset(FIRST)
_SECOND = _gbk(_CONTINUATION, (*range(0x40, 0x7F), *range(0xE2, 0xF1)))
_BEGINS = re.compile(f"[{FIRST}](?=[{_SECOND}\ufffd?€\ue000-\ue864])")
# Microsoft's code page 936 reads what GBK leaves open as private-use characters: first of them, its bytes, row length.
_PRIVATE = ((0xE4C6, 0xA1, 0x40, 96), (0xE234, 0xF8, 0xA1, 94), (0xE000, 0xAA, 0xA1, 94))

# Bytes are the characters 0 to 255 here, and this one a byte that was lost.
_LOST = "\u0100"
_CHARACTER = re.compile("[\x00-\x7f]|[\xe2-\xef][\x80-\xbf]{2}|[\xf0-\xf3][\x80-\xbf]{3}")
_PART = re.compile(
    f"[\xe2-\xef](?:[\x80-\xbf][{_LOST}?]|[{_LOST}?]{{1,2}}+)"
    f"|[\xf0-\xf3](?:[\x80-\xbf]{{2}}[{_LOST}?]|[\x80-\xbf][{_LOST}?]{{1,2}}+|[{_LOST}?]{{1,3}}+)|{_LOST}"
)
_SURELY = 4
# Where a reader dropped what it could not read, without a mark: only what is read behind it shows that it was damage.
_SHORT = re.compile("[\xe2-\xef][\x80-\xbf]?|[\xf0-\xf3][\x80-\xbf]{0,2}")
_REST = re.compile("[\x80-\xbf]{0,2}")


def repair_gbk(text: str) -> str:
    """The text with each piece that is certainly UTF-8 read as GBK put right; any other text as it is."""
    match = _BEGINS.search(text)
    if match is None:
        return text
    units = [_bytes_of(c) for c in text]
    stream = "".join(units)
    start_of = [0, *accumulate(map(len, units))]
    at_byte = {start: i for i, start in enumerate(start_of)}
    out, done = [], 0
    while match is not None:
        end, repaired = _read_again(stream, start_of[match.start()], at_byte)
        if _is_chinese(repaired, text[match.start() : end]):
            # What stands before a piece and begins one too lost its third byte without a mark.
            before = text[done : match.start()]
            cut = before[-1:] in _FIRST
            out += [before[:-1] + "\ufffd" if cut else before, repaired]
            done = end
        match = _BEGINS.search(text, max(end, match.end()))
    return "".join([*out, text[done:]])


def _read_again(stream: str, at: int, at_byte: dict[int, int]) -> tuple[int, str]:
    """What the bytes from ``at`` on say as UTF-8, up to the last place where a character of the text ends too, and
    which character that is."""
    out: list[str] = []
    end, good = at_byte[at], 0
    while True:
        if match := _CHARACTER.match(stream, at):
            out.append(match.group().encode("latin-1").decode("utf-8", "replace"))
            at = match.end()
        elif match := _PART.match(stream, at):
            out.append("\ufffd")
            at = match.end()
            if at in at_byte:
                end, good = at_byte[at], len(out)
            rest = _REST.match(stream, at)
            at = rest.end() if rest else at
        elif match := _SHORT.match(stream, at):
            out.append("\ufffd")
            at = match.end()
            if at == len(stream):
                end, good = at_byte[at], len(out)
            continue
        else:
            return end, "".join(out[:good])
        if at in at_byte:
            end, good = at_byte[at], len(out)


def _is_chinese(repaired: str, damaged: str) -> bool:
    """Whether the reading is Chinese, and no chance: of 349,000 words, alone and glued at random, none is taken.

    A few rare characters can be read so by chance (枸杞茶花); that frequent ones or many come of it is no chance.
    """
    beyond = [c for c in repaired if not c.isascii() and c != "\ufffd"]
    usual = len(_USUAL.findall(repaired))
    return (
        usual >= max(2, 0.7 * len(beyond))
        and (usual >= _SURELY or are_frequent(_CHINESE.findall(repaired)))
        and repaired.count("\ufffd") <= 1 + len(beyond)
        and not are_frequent(_CHINESE.findall(damaged))
    )


def _bytes_of(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        return character
    if character in "\ufffd€":
        return _LOST if character == "\ufffd" else "\x80"
    if 0xE000 <= code <= 0xE765:
        for first, lead, trail, row in _PRIVATE:
            if code >= first:
                row_number, column = divmod(code - first, row)
                trail += column + (1 if row == 96 and column >= 63 else 0)
                return chr(lead + row_number) + chr(trail)
    both = character.encode("gb18030", "replace")
    # Four bytes are of no damage, nor is FF of UTF-8: the piece ends here.
    return both.decode("latin-1") if len(both) == 2 else "\xff"
