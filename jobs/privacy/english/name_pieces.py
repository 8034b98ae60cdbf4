"""Stretches of capitalised English words, taken apart: words with their classes, initials, particles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.privacy.english.name_context import THINGS
from jobs.privacy.english.words import ALWAYS_COMMON, COMMON, GIVEN, PLACE, SURNAME, classes_of

UPPER = "A-Z" + "".join(chr(c) for c in range(0xC0, 0x250) if chr(c).isupper())
LETTER = r"[A-Za-z\u00c0-\u024f]"
WORD = rf"(?:{LETTER}(?:{LETTER}|['’\-](?={LETTER}))+)"
# The particles that stand between a given name and a surname.
_PARTICLE = r"(?:de|da|do|dos|das|del|della|di|du|van|von|vom|zu|der|den|ten|ter|la|le|bin|ibn|al|el|af|av)"
_PIECE = re.compile(
    # Latin letters and digits only are a border: Chinese characters may touch a name.
    rf"(?P<word>(?<![0-9_./\\])(?<!\w@)(?<!{LETTER})(?=[{UPPER}]){WORD}(?![0-9_@/\\]|{LETTER}|\.\w))"
    rf"|(?P<initial>(?<![0-9_.])(?<!{LETTER})[{UPPER}](?:\.(?=[ {UPPER}])|(?=[ ])))"
    rf"|(?P<particle>(?<=[ ]){_PARTICLE}(?=[ ](?:{_PARTICLE}[ ])?[{UPPER}]))"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, an initial or a particle at ``start`` to ``end`` (exclusive), with the classes of a word."""

    start: int
    end: int
    text: str
    classes: str
    kind: str

    @property
    def common(self) -> bool:
        return self.kind == "word" and COMMON in self.classes and not self.named

    @property
    def named(self) -> bool:
        return any(c in self.classes for c in GIVEN + SURNAME)

    @property
    def given(self) -> bool:
        return any(c in self.classes for c in GIVEN)

    @property
    def place(self) -> bool:
        """A place's name too."""
        return PLACE in self.classes

    @property
    def clear(self) -> bool:
        """A name and nothing else."""
        return self.named and COMMON not in self.classes and not self.place

    @property
    def unknown(self) -> bool:
        return self.kind == "word" and not self.classes


def runs(text: str) -> Iterator[list[Piece]]:
    """Stretches of capitalised words, one space apart, without the common ones."""
    run: list[Piece] = []
    for match in _PIECE.finditer(text):
        piece = _piece(match)
        if run and text[run[-1].end : piece.start] != " ":
            yield run
            run = []
        if len(run) == 1 and run[0].clear and run[0].given and _closes(text, piece):
            run.append(piece)
        elif piece.common or piece.text.casefold() in THINGS or (piece.kind == "word" and _is_abbreviation(piece)):
            if run:
                yield run
            run = []
            continue
        elif piece.kind != "particle" or run:
            run.append(piece)
        if piece.end < match.end():
            yield run
            run = []
    if run:
        yield run


def _closes(text: str, piece: Piece) -> bool:
    """Whether a common word that ends a sentence may be the surname behind a given name: "Fermina Bellow."."""
    known = piece.text.casefold()
    return (
        piece.kind == "word"
        and len(known) > 3
        and known not in ALWAYS_COMMON
        and known not in THINGS
        and not piece.text.isupper()
        and text[piece.end : piece.end + 1] in ("", ".", ",", "!", "?", "\n")
    )


def _is_abbreviation(piece: Piece) -> bool:
    return piece.text.isupper() and (len(piece.text) < 6 or not piece.clear)


def _piece(match: re.Match[str]) -> Piece:
    kind, told = str(match.lastgroup), match.group()
    # "Maria's" is Maria; what follows is hers.
    if kind == "word" and told[-2:] in ("'s", "’s"):
        told = told[:-2]
    start = match.start()
    return Piece(start, start + len(told), told, classes_of(told) if kind == "word" else "", kind)
