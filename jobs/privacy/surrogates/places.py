"""Surrogates for addresses: a street that stands on no map, in the form and detail of the old address."""

from __future__ import annotations

import re

from jobs.privacy.surrogates import word_lists as words
from jobs.privacy.surrogates.shape import alike_in_words
from jobs.privacy.surrogates.stream import Stream

_STREET = re.compile(f"(?:{'|'.join(words.STREET_NAMES)})(?:{'|'.join(words.STREET_KINDS)})")
_LATIN_STREET = re.compile(
    f"(?:{'|'.join(words.LATIN_FIRST)})(?:{'|'.join(words.LATIN_SECOND)}) (?:{'|'.join(words.LATIN_STREETS)})"
)
_WORD = re.compile(r"[A-Z][A-Za-z'’\-]{2,}")
_HAN = re.compile("[\u4e00-\u9fa5]")


def address(value: str, stream: Stream) -> str:
    """An address: with province, city and district where there was one of them, to the room where there was a room."""
    if not _HAN.search(value):
        street = stream.choice(words.LATIN_FIRST) + stream.choice(words.LATIN_SECOND)
        return f"{10 + stream.below(890)} {street} {stream.choice(words.LATIN_STREETS)}"
    place = stream.choice(words.PLACES)
    if not re.search("[省市区县州旗盟]|自治", value):
        place = ""
    elif "省" not in value:
        place = place.split("省")[1]
    made = place + stream.choice(words.STREET_NAMES) + stream.choice(words.STREET_KINDS) + f"{1 + stream.below(980)}号"
    if re.search("[栋幢楼座单元室层房]", value):
        made += f"{1 + stream.below(19)}栋"
    if re.search("单元", value):
        made += f"{1 + stream.below(4)}单元"
    if re.search("[室房]|[0-9]{3,4}$", value):
        made += f"{1 + stream.below(18)}{stream.below(10):02d}室"
    return made


def name(value: str, stream: Stream) -> str:
    """Another name for a place or a firm: an invented word for each Latin word, other characters for Chinese ones."""
    if _WORD.search(value) is None:
        return alike_in_words(value, stream)
    return _WORD.sub(lambda _: stream.choice(words.LATIN_FIRST) + stream.choice(words.LATIN_SECOND), value)


def is_invented(value: str) -> bool:
    """Whether an address names a street of our own."""
    return _STREET.search(value) is not None or _LATIN_STREET.search(value) is not None
