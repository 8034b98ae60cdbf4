"""Names of people in running English text, without a model: capitals, a lexicon, and the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.english.name_context import (
    THINGS,
    acts,
    follows_title,
    is_addressed,
    is_explained,
    is_person_told,
    is_place_told,
    names_a_product,
    presents,
    speaks,
)
from jobs.privacy.english.name_pieces import UPPER, WORD, Piece, runs
from jobs.privacy.english.words import COMMON, FIRMS, GIVEN, OWNED_FIRMS, PLACE, SURNAME, classes_of, is_place, plain
from jobs.privacy.rules import Found, Rule

# Scores. A whole name (given name, surname) is surer than a single word; all lie above the usual least score of 0.4.
_WHOLE, _INITIALS, _TOLD, _SINGLE, _ALONE = 0.7, 0.65, 0.6, 0.5, 0.45

# Before a capitalised word of its own sentence these say nothing: "Hi Maria", "Does Maria ...".
_OPENING = re.compile(r"(?:^|[.!?:;>\n\"“”(*\-])[\s\"“(>*?\-]*$")
_HAN = re.compile("[\u4e00-\u9fa5]")
_GENITIVE_THING = re.compile(rf"['’]s ([{UPPER}][a-z]+)")
_MODALS = frozenset({"Will", "May", "Can", "Might"})
_CAPITAL_AFTER = re.compile(rf"[ ]&?[ ]?([{UPPER}][\w'’]{{1,30}})")
_CAPITAL_BEFORE = re.compile(rf"(?:^|[^\w])([{UPPER}][\w'’]+)[ ]$")
_LIST = re.compile(rf"{WORD}(?:, {WORD})*, {WORD},? and {WORD}")
_TWO = re.compile(
    rf"(?<![\w'’&] )(?<!\w)({WORD}) and ({WORD}) (?:were|are|have|had|both|went|met|got|will|want|like|live)\b"
)
_WHOLE_MESSAGE = re.compile(rf"\W*{WORD}(?: (?:and )?(?:{WORD}|[A-Z]\.?)){{0,2}}[ .!]*\Z")


def running_names(text: str) -> Iterator[Found]:
    """Names of people in a folded text: (start, end, score), in characters."""
    for run in runs(text):
        found = _judge(text, run)
        if found is not None:
            yield found


def _judge(text: str, run: list[Piece]) -> Found | None:
    while run and run[-1].kind == "particle":
        run = run[:-1]
    run = _trimmed(text, run)
    words = [piece for piece in run if piece.kind == "word"]
    if not words or len(run) > 6:
        return None
    start, end = run[0].start, run[-1].end
    if plain(text[start:end]) in FIRMS or (len(words) == 1 and _owns_a_firm(text, words[0])):
        return None
    if len(words) == 1 and len(run) == 1 and _HAN.search(_line(text, start, end)):
        # In Chinese a single Latin word is rather a product or a brand; names have their rules there.
        return None
    if len(words) == 1 and len(run) == 1:
        score = _single(text, words[0])
    else:
        score = _several(text, run, words)
    if score is None or _belongs_to_a_thing(text, start, end):
        return None
    return start, end, score


def _owns_a_firm(text: str, word: Piece) -> bool:
    """Whether a shop's name in the genitive stands here: "McDonald's", "Amy's Kitchen"."""
    thing = _GENITIVE_THING.match(text, word.end)
    if thing is None:
        return text.startswith(("'s", "’s"), word.end) and plain(word.text) in OWNED_FIRMS
    return plain(word.text) in OWNED_FIRMS or classes_of(thing[1]) == COMMON


def _line(text: str, start: int, end: int) -> str:
    """The line around, at most 80 characters to either side."""
    before = text[max(0, start - 80) : start].rpartition("\n")[2]
    return before + text[end : end + 80].partition("\n")[0]


def _trimmed(text: str, run: list[Piece]) -> list[Piece]:
    """Without ambiguous words at the front that open a sentence before a clear name: "May John come?"."""
    while (
        len(run) > 1
        and COMMON in run[0].classes
        and ("G" in run[1].classes or not run[0].given)
        and (run[1].clear or run[1].unknown or len(run) > 2)
    ):
        run = run[1:]
    return run


def _several(text: str, run: list[Piece], words: list[Piece]) -> float | None:
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
    told = is_person_told(text, *ends) or is_explained(text, ends[0])
    if any(piece.clear for piece in words):
        return _TOLD if told else _ALONE
    return _SINGLE if told and all(piece.unknown or piece.named for piece in words) else None


def _single(text: str, word: Piece) -> float | None:
    if len(word.text) < 3:
        return None
    if follows_title(text, word.start) or (word.given and presents(text, word.start, word.end)):
        return _TOLD
    ends = word.start, word.end
    if (word.text.isupper() and not text.isupper()) or is_place_told(text, *ends):
        return None
    if word.text == "Jan" and not is_person_told(text, *ends):
        return None  # the month
    if names_a_product(text, *ends) and not is_person_told(text, *ends):
        return None
    listed = _listed(text, word)
    if word.clear and word.given:
        return None if _is_firm(listed) else _SINGLE
    if _is_one_of_people(word, listed):
        return _ALONE
    if not (word.clear or word.unknown):
        return None
    if is_person_told(text, *ends) or (word.clear and is_addressed(text, *ends)):
        return _SINGLE
    if _is_one_of_two(text, word):
        return _ALONE
    if word.clear and (acts(text, word.start, word.end) or speaks(text, word.start, word.end)):
        return _ALONE
    return _ALONE if _is_whole_message(text) else None


def _listed(text: str, word: Piece) -> list[str]:
    """The names of the list that the word stands in: "A, B and C"; empty where there is none."""
    begin = max(0, word.start - 80)
    near = text[begin : word.end + 80]
    if " and " not in near:
        return []
    around = next((m for m in _LIST.finditer(near) if m.start() <= word.start - begin < m.end()), None)
    return [name for name in re.findall(WORD, around[0]) if name[0].isupper()] if around else []


def _is_firm(names: list[str]) -> bool:
    """Whether three names are a firm, as "Hawkins, Richardson and Santana": at least one is no given name."""
    return len(names) == 3 and any(not any(c in classes_of(name) for c in GIVEN) for name in names)


def _is_one_of_people(word: Piece, names: list[str]) -> bool:
    """Whether a name of more than three is among given names, and is no common word itself."""
    given = sum(any(c in classes_of(name) for c in GIVEN) and COMMON not in classes_of(name) for name in names)
    return (word.named or word.unknown) and len(names) > 3 and given >= 2


def _is_one_of_two(text: str, word: Piece) -> bool:
    """Whether two people are told, of whom at least one has a name that is known: "Talbot and Grusova were"."""
    for match in _TWO.finditer(text, max(0, word.start - 32), word.end + 40):
        if word.start in (match.start(1), match.start(2)):
            classes = [classes_of(match[group]) for group in (1, 2)]
            clear = [any(c in found for c in GIVEN + SURNAME) and not {COMMON, PLACE} & set(found) for found in classes]
            return any(clear) and all(ok or not found for ok, found in zip(clear, classes, strict=True))
    return False


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


RULES: tuple[Rule, ...] = (
    Rule("PERSON", "running_name_en", r"(?-i:[A-Z\u00c0-\u024f])[A-Za-z\u00c0-\u024f]", running_names, ("en",)),
)
