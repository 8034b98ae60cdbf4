"""Invented names: part for part, so that 王小明, 王先生, 小王 and 小明 stay one person under another name.

A surname's partner and a given name's partner each follow from salt and scope alone. Rows of one dialogue that are
cleaned on different machines therefore agree without asking each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from jobs.privacy.names import words as name_words
from jobs.privacy.surrogates import word_lists as words
from jobs.privacy.surrogates.stream import Stream, cycle
from jobs.privacy.view import fold

_NICKNAME = "小老阿大"
_HAN_NAME = re.compile("[\u4e00-\u9fa5]+")
_DOT = re.compile(r"\s*[·•・.]\s*")
_GIVEN = re.compile(f"[{''.join(words.GIVEN_FIRST)}][{''.join(words.GIVEN_SECOND)}]")
_FOREIGN = re.compile(f"(?:{'|'.join(words.FOREIGN_FIRST)})(?:{'|'.join(words.FOREIGN_SECOND)})")
_LATIN = re.compile(f"(?:{'|'.join(words.LATIN_FIRST)})(?:{'|'.join(words.LATIN_SECOND)})", re.IGNORECASE)
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’\-]*")
_TRIES = 64


class People:
    """The invented names of one row.

    Args:
        salt, scope: what every choice follows from.
        names: all names that were found in the row. None of them, and of their surnames, is given to another.
    """

    def __init__(self, salt: bytes, scope: str, names: Iterable[str]) -> None:
        self._salt, self._scope = salt, scope
        self._names = {_plain(name) for name in names}
        self._full = {name for name in self._names if len(name) > len(surname_of(name)) > 0}
        self._taken: set[str] = {surname_of(name) for name in self._names} | self._names
        self._given: dict[tuple[str, str], str] = {}

    def surrogate(self, value: str) -> str:
        """Another name in the form of ``value``: full, surname only, nickname, with dots, or Latin."""
        name = _plain(value)
        if _HAN_NAME.fullmatch(name):
            return self._chinese(name)
        if _DOT.search(name) and re.search("[\u4e00-\u9fa5]", name):
            return "·".join(self._part("foreign", part) for part in _DOT.split(name) if part)
        return _LATIN_WORD.sub(lambda found: self._latin(found.group()), fold(value).text)

    def _chinese(self, name: str) -> str:
        full = next((known for known in sorted(self._full) if known != name and known.endswith(name)), None)
        if full is not None and len(name) == len(full) - len(surname_of(full)):
            return self._part("given", name)
        if name[0] in _NICKNAME and len(name) == 2:
            return name[0] + self._after_nickname(name[1])
        surname = surname_of(name)
        given = name[len(surname) :]
        return (self._part("surname", surname) if surname else "") + (self._part("given", given) if given else "")

    def _after_nickname(self, char: str) -> str:
        """小王 by the surname; 小明 by the given name of the one whom the row calls 王小明 or 王明."""
        if char in name_words.SURNAMES and not any(name.endswith(char) for name in self._full):
            return self._part("surname", char)
        for name in sorted(self._full):
            given = name[len(surname_of(name)) :]
            if given.endswith(char):
                return self._part("given", given)[-1]
        return self._part("given", char)[-1]

    def _latin(self, word: str) -> str:
        if word.lower().rstrip(".") in words.LATIN_TITLES:
            return word
        made = self._part("latin", word.lower())
        return made.upper() if word.isupper() and len(word) > 1 else made

    def _part(self, kind: str, part: str) -> str:
        key = kind, part
        if key not in self._given:
            candidates = (_PARTS[kind](self._salt, self._scope, part, turn) for turn in range(_TRIES))
            made = next((c for c in candidates if c not in self._taken), None)
            self._given[key] = made or _PARTS[kind](self._salt, self._scope, part, 0)
            self._taken.add(self._given[key])
        return self._given[key]


def surname_of(name: str) -> str:
    """The surname that a Chinese name begins with, by the lexicon; empty where it begins with none."""
    if not _HAN_NAME.fullmatch(name) or (len(name) == 2 and name[0] in "小老阿"):
        return ""
    compound = next((s for s in name_words.COMPOUND_SURNAMES if name.startswith(s)), "")
    return compound or (name[0] if name[0] in name_words.SURNAMES or len(name) == 1 else "")


def is_invented(value: str) -> bool:
    """Whether a name is put together from the closed lists: not so for a surname by itself."""
    name = _plain(value)
    if _HAN_NAME.fullmatch(name):
        given = name[len(surname_of(name)) :]
        nickname = len(name) == 2 and name[0] in _NICKNAME and name[1] in words.GIVEN_SECOND
        return _GIVEN.fullmatch(given) is not None or nickname
    if _DOT.search(name) and re.search("[\u4e00-\u9fa5]", name):
        return all(_FOREIGN.fullmatch(part) for part in _DOT.split(name) if part)
    own = [word for word in _LATIN_WORD.findall(name) if word.lower() not in words.LATIN_TITLES]
    return bool(own) and all(_LATIN.fullmatch(word) for word in own)


def belongs_to_invented(value: str, invented: Iterable[str]) -> bool:
    """Whether a bare surname or a nickname is that of one of these invented full names."""
    name = _plain(value)
    surname = name[1:] if len(name) == 2 and name[0] in _NICKNAME else name
    return any(surname_of(_plain(full)) == surname for full in invented)


def _plain(value: str) -> str:
    folded = fold(value).text.strip()
    return folded if re.search("[A-Za-z]", folded) else re.sub(r"\s", "", folded)


def _surname(salt: bytes, scope: str, part: str, turn: int) -> str:
    partners = _partners(salt, scope, turn, len(part) > 1)
    # A rare surname is not of the cycle: it takes a common one.
    listed = partners.get(part)
    return listed or Stream(salt, scope, "surname", part, str(turn)).choice(tuple(partners))


@lru_cache(maxsize=256)
def _partners(salt: bytes, scope: str, turn: int, compound: bool) -> dict[str, str]:
    """Who becomes whom: a cycle through all, so no two surnames of a dialogue become one and none stays."""
    surnames = words.COMPOUND_SURNAMES if compound else words.COMMON_SURNAMES
    return cycle(surnames, Stream(salt, scope, "surnames", str(compound), str(turn)))


def _given(salt: bytes, scope: str, part: str, turn: int) -> str:
    stream = Stream(salt, scope, "given", part, str(turn))
    return stream.choice(words.GIVEN_FIRST) + stream.choice(words.GIVEN_SECOND)


def _foreign(salt: bytes, scope: str, part: str, turn: int) -> str:
    stream = Stream(salt, scope, "foreign", part, str(turn))
    return stream.choice(words.FOREIGN_FIRST) + stream.choice(words.FOREIGN_SECOND)


def _latin(salt: bytes, scope: str, part: str, turn: int) -> str:
    stream = Stream(salt, scope, "latin", part, str(turn))
    return stream.choice(words.LATIN_FIRST) + stream.choice(words.LATIN_SECOND)


_PARTS = {"surname": _surname, "given": _given, "foreign": _foreign, "latin": _latin}
