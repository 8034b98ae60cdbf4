"""Names of people in running English text, without a model: capitals, a lexicon, and the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jobs.privacy.english_name_context import THINGS, acts, follows_title, is_person_told, is_place_told, speaks
from jobs.privacy.english_words import ALWAYS_COMMON, COMMON, FIRMS, GIVEN, PLACE, SURNAME, classes_of, is_place, plain
from jobs.privacy.rules import Found, Rule

# Scores. A whole name (given name, surname) is surer than a single word; all lie above the usual least score of 0.4.
_WHOLE, _INITIALS, _TOLD, _SINGLE, _ALONE = 0.7, 0.65, 0.6, 0.5, 0.45

_UPPER = "A-Z" + "".join(chr(c) for c in range(0xC0, 0x250) if chr(c).isupper())
_LETTER = r"[A-Za-z\u00c0-\u024f]"
_WORD = rf"(?:{_LETTER}(?:{_LETTER}|['’\-](?={_LETTER}))+)"
# The particles that stand between a given name and a surname.
_PARTICLE = r"(?:de|da|do|dos|das|del|della|di|du|van|von|vom|zu|der|den|ten|ter|la|le|bin|ibn|al|el|af|av)"
_PIECE = re.compile(
    rf"(?P<word>(?<![\w@./\\])(?=[{_UPPER}]){_WORD}(?![\w@/\\]|\.\w))"
    rf"|(?P<initial>(?<![\w.])[{_UPPER}](?:\.(?=[ {_UPPER}])|(?=[ ])))"
    rf"|(?P<particle>(?<=[ ]){_PARTICLE}(?=[ ](?:{_PARTICLE}[ ])?[{_UPPER}]))"
)
# Before a capitalised word of its own sentence these say nothing: "Hi Maria", "Does Maria ...".
_OPENING = re.compile(r"(?:^|[.!?:;>\n\"“”(*\-])[\s\"“(>*?\-]*$")
_HAN = re.compile("[\u4e00-\u9fa5]")
_MODALS = frozenset({"Will", "May", "Can", "Might"})
_CAPITAL_AFTER = re.compile(rf"[ ]&?[ ]?([{_UPPER}][\w'’]{{1,30}})")
_CAPITAL_BEFORE = re.compile(rf"(?:^|[^\w])([{_UPPER}][\w'’]+)[ ]$")
_LIST = re.compile(rf"{_WORD}(?:, {_WORD})*, {_WORD},? and {_WORD}")
_WHOLE_MESSAGE = re.compile(rf"\W*{_WORD}(?: (?:and )?(?:{_WORD}|[A-Z]\.?)){{0,2}}[ .!]*\Z")


@dataclass(frozen=True, slots=True)
class _Piece:
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
    def clear(self) -> bool:
        """A name and nothing else."""
        return self.named and COMMON not in self.classes and PLACE not in self.classes

    @property
    def unknown(self) -> bool:
        return self.kind == "word" and not self.classes


def running_names(text: str) -> Iterator[Found]:
    """Names of people in a folded text: (start, end, score), in characters."""
    for run in _runs(text):
        found = _judge(text, run)
        if found is not None:
            yield found


def _runs(text: str) -> Iterator[list[_Piece]]:
    """Stretches of capitalised words, one space apart, without the common ones."""
    run: list[_Piece] = []
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


def _closes(text: str, piece: _Piece) -> bool:
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


def _is_abbreviation(piece: _Piece) -> bool:
    return piece.text.isupper() and (len(piece.text) < 6 or not piece.clear)


def _piece(match: re.Match[str]) -> _Piece:
    kind, told = str(match.lastgroup), match.group()
    # "Maria's" is Maria; what follows is hers.
    if kind == "word" and told[-2:] in ("'s", "’s"):
        told = told[:-2]
    start = match.start()
    return _Piece(start, start + len(told), told, classes_of(told) if kind == "word" else "", kind)


def _judge(text: str, run: list[_Piece]) -> Found | None:
    while run and run[-1].kind == "particle":
        run = run[:-1]
    run = _trimmed(text, run)
    words = [piece for piece in run if piece.kind == "word"]
    if not words or len(run) > 6:
        return None
    start, end = run[0].start, run[-1].end
    if len(words) == 1 and len(run) == 1 and _HAN.search(_line(text, start, end)):
        # In Chinese a single Latin word is a product or a brand; names have their rules there.
        return None
    if plain(text[start:end]) in FIRMS:
        return None
    if len(words) == 1 and len(run) == 1:
        score = _single(text, words[0])
    else:
        score = _several(text, run, words)
    if score is None or _belongs_to_a_thing(text, start, end):
        return None
    return start, end, score


def _line(text: str, start: int, end: int) -> str:
    """The line around, at most 80 characters to either side."""
    before = text[max(0, start - 80) : start].rpartition("\n")[2]
    return before + text[end : end + 80].partition("\n")[0]


def _trimmed(text: str, run: list[_Piece]) -> list[_Piece]:
    """Without ambiguous words at the front that open a sentence before a clear name: "May John come?"."""
    while (
        len(run) > 1
        and COMMON in run[0].classes
        and ("G" in run[1].classes or not run[0].given)
        and (run[1].clear or run[1].unknown or len(run) > 2)
    ):
        run = run[1:]
    return run


def _several(text: str, run: list[_Piece], words: list[_Piece]) -> float | None:
    first, last, ends = words[0], words[-1], (run[0].start, run[-1].end)
    if is_place(" ".join(piece.text for piece in run)):
        return _TOLD if first.given and is_person_told(text, *ends) else None
    if len(words) == 1:
        # "J. Smith", "Sarah K."
        whole = words[0].clear or (words[0].unknown and is_person_told(text, *ends))
        return _INITIALS if whole and len(words[0].text) > 2 else None
    if any(piece.kind == "initial" for piece in run[1:-1]):
        return _INITIALS
    if first.given and COMMON not in first.classes:
        return _WHOLE if last.named or last.unknown else _SINGLE
    if first.given and last.unknown and first.text in _MODALS and _OPENING.search(text[max(0, ends[0] - 3) : ends[0]]):
        # "Will Klarna refund me?"
        return None
    if first.given and (last.clear or last.unknown):
        return _TOLD
    if first.unknown and last.clear:
        return _SINGLE
    if "G" in first.classes and SURNAME in last.classes:
        # "Will Smith": both are common words too.
        return _ALONE
    told = is_person_told(text, *ends)
    if any(piece.clear for piece in words):
        return _TOLD if told else _ALONE
    return _SINGLE if told and all(piece.unknown or piece.clear for piece in words) else None


def _single(text: str, word: _Piece) -> float | None:
    if len(word.text) < 3:
        return None
    if follows_title(text, word.start):
        return _TOLD
    if (word.text.isupper() and not text.isupper()) or is_place_told(text, word.start, word.end):
        return None
    listed = _listed(text, word)
    if word.clear and word.given:
        return None if _is_firm(listed) else _SINGLE
    if _is_one_of_people(word, listed):
        return _ALONE
    if not (word.clear or word.unknown):
        return None
    if is_person_told(text, word.start, word.end):
        return _SINGLE
    if word.clear and (acts(text, word.start, word.end) or speaks(text, word.start, word.end)):
        return _ALONE
    return _ALONE if _is_whole_message(text) else None


def _listed(text: str, word: _Piece) -> list[str]:
    """The names of the list that the word stands in: "A, B and C"; empty where there is none."""
    begin = max(0, word.start - 80)
    near = text[begin : word.end + 80]
    if " and " not in near:
        return []
    around = next((m for m in _LIST.finditer(near) if m.start() <= word.start - begin < m.end()), None)
    return [name for name in re.findall(_WORD, around[0]) if name[0].isupper()] if around else []


def _is_firm(names: list[str]) -> bool:
    """Whether three names are a firm, as "Hawkins, Richardson and Santana": at least one is no given name."""
    return len(names) == 3 and any(not any(c in classes_of(name) for c in GIVEN) for name in names)


def _is_one_of_people(word: _Piece, names: list[str]) -> bool:
    """Whether a name of more than three is among given names, and is no common word itself."""
    given = sum(any(c in classes_of(name) for c in GIVEN) and COMMON not in classes_of(name) for name in names)
    return (word.named or word.unknown) and len(names) > 3 and given >= 2


def _is_whole_message(text: str) -> bool:
    return len(text) < 60 and _WHOLE_MESSAGE.match(text) is not None


def _belongs_to_a_thing(text: str, start: int, end: int) -> bool:
    """Whether a capitalised common word stands beside the name: "Victoria Falls", "Lake Victoria", "Maria Airport"."""
    after = _CAPITAL_AFTER.match(text, end)
    if after and after[1].casefold() in THINGS:
        return True
    begin = max(0, start - 30)
    before = _CAPITAL_BEFORE.search(text[begin:start])
    if before is None or before[1].casefold() not in THINGS:
        return False
    place = begin + before.start(1)
    return _OPENING.search(text[max(0, place - 3) : place]) is None


@cache
def _said_name() -> re.Pattern[str]:
    """Names that are told in lower case: "my name is jane smith"."""
    word = rf"{_LETTER}{{3,20}}"
    return re.compile(
        r"\b(?:my (?:full |first |last )?name(?: is|['’]s)?|under(?: the)? name(?: of)?|name is|call me|this is"
        r"|i am|i['’]?m"
        rf"|(?:reservation|booking|table|appointment) (?:for|under)(?! (?:the|a|an|my)\b)) (?P<v>{word}(?: {word})?)",
        re.IGNORECASE,
    )


def said_names(text: str) -> Iterator[Found]:
    """Names in lower case behind the words that announce one; the first word is a given name and no other word."""
    for match in _said_name().finditer(text):
        value = match["v"]
        words = value.split()
        classes = [classes_of(word) for word in words]
        if (
            not value.islower()
            or not any(c in classes[0] for c in GIVEN)
            or COMMON in classes[0]
            or PLACE in classes[0]
        ):
            continue
        ends = text[match.end("v") : match.end("v") + 1] in ("", ".", ",", "!", "?", "\n")
        clear = len(words) == 2 and COMMON not in classes[1] and PLACE not in classes[1]
        whole = clear or (len(words) == 2 and ends and words[1] not in ALWAYS_COMMON and len(words[1]) > 3)
        end = match.end("v") if whole else match.start("v") + len(words[0])
        yield match.start("v"), end, _WHOLE if whole else _SINGLE


def uncapitalised_names(text: str) -> Iterator[Found]:
    """Given name and surname in a text without any capital letter; the given name is frequent and no other word."""
    if len(text) > 2000 or not text.islower():
        return
    for match in _TWO_WORDS.finditer(text):
        first, last = classes_of(match[1]), classes_of(match[2])
        if "G" in first and not any(c in first for c in COMMON + PLACE) and (not last or last == SURNAME):
            yield match.start(1), match.end(2), _SINGLE


# Looked for at each word, so that "with" does not take the given name away from its surname.
_TWO_WORDS = re.compile(rf"(?<![\w@.])(?=({_LETTER}{{3,20}})(?: {_LETTER}\.?)? ({_LETTER}{{3,20}})(?![\w@'’]))")

RULES: tuple[Rule, ...] = (
    Rule("PERSON", "running_name_en", r"(?-i:[A-Z\u00c0-\u024f])[A-Za-z\u00c0-\u024f]", running_names, ("en",)),
    Rule("PERSON", "uncapitalised_name_en", r"[a-z]{3} [a-z]", uncapitalised_names, ("en",)),
    Rule("PERSON", "said_name_en", r"name|call me|this is|i am|i['’]?m |(?:for|under) [a-z]", said_names, ("en",)),
)
