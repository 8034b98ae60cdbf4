"""Names in English texts whose writers use no capitals but at the start of a sentence, as in chats."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.english.name_context import THINGS, is_place_told
from jobs.privacy.english.name_pieces import LETTER
from jobs.privacy.english.surnames import WORD_SURNAMES, is_clear_surname
from jobs.privacy.english.words import COMMON, FIRMS, GIVEN, PLACE, SURNAME, classes_of, is_place, plain
from jobs.privacy.rules import Found, Rule

_TITLED, _WHOLE, _SINGLE = 0.6, 0.5, 0.45
# Longer texts without capitals are no chat.
_LONGEST = 2000
_WORD = rf"{LETTER}(?:['’\-]?{LETTER}){{2,20}}"
# Capitals that say nothing about the words in the middle of a sentence.
_USUAL_CAPITALS = re.compile(r"(?:^|[.!?:>\n] {0,2})[A-Z](?=[a-z' ]|$)|(?<![A-Za-z])I(?![A-Za-z])")
# Looked for at each word, so that "with" does not take the given name away from its surname.
_TWO_WORDS = re.compile(rf"(?<![\w@.'’\-])(?=(?P<first>{_WORD})(?: {LETTER}\.?)? (?P<last>{_WORD})(?![\w@'’]))")
_LETTERS = re.compile(rf"{LETTER}{{3,}}")
_ONE_WORD = re.compile(rf"(?<![\w@.'’\-/\\=:#_])(?P<first>{LETTER}{{3,20}})(?!\w|[@/\\=_#]|\.\w|['’\-](?!s\b))")
_NAME_BEFORE = re.compile(
    r"\b(?:for|under|by|from|with|to|name\??|is|am|i['’]?m|and|as|be|called|named|named me|contact|ask|heard|add|the|a)"
    r"[ :]{1,5}$"
)
_TITLE = re.compile(
    r"\b(?:(?:mrs?|ms|mx|dr|prof|mister|professor|doctor)\.? |(?:Mrs?|Ms|Mx|Dr|Prof|Professor|Doctor)\.? (?=[a-z]))"
    rf"(?P<first>{_WORD})(?: (?P<last>{_WORD}))?(?![\w@])"
)
_KIN = re.compile(
    r"\bmy (?:(?:late|ex|older|younger|big|little) )?(?:wife|husband|gf|bf|girlfriend|boyfriend|mom|mum|dad|mother"
    r"|father|son|daughter|brother|sister|friend|flatmate|roommate|partner|boss|cousin|aunt|uncle|colleague|neighbou?r|fianc[eé]e?)"
    rf",? (?P<first>{_WORD})(?!\w)"
)
_GREETED = re.compile(rf"(?:^|[.!?\n:]\s?)(?:hi|hello|hey|dear)[, ]{{1,2}}(?P<first>{_WORD})(?=[,.!?\n]|$| i\b| can\b)")
_PLACE_BEFORE = re.compile(r"(?:\b(?:st\.?|san|santa|rue|via|al|calle)|\d) $")
_WORD_BEFORE = re.compile(rf"({LETTER}{{2,20}}) $")
_WORD_AFTER = re.compile(rf" ({LETTER}{{2,20}})")
_STREET_BEFORE = re.compile(r"\d[\w ]{2,30}$")
_TOLD_AFTER = re.compile(r" (?:is (?:my|the) name|lives|said|says|called|here)\b")
_MESSAGE = re.compile(rf"\W*(?P<first>{_WORD})(?: {LETTER}\.?)?(?: (?P<last>{_WORD}))?\W*\Z")
# Frequent given names that are words, brands or titles when they stand in lower case.
_WORDS_TEXT = """
    alba alfredo alta alva amber ambrose aria asta aura aurora basil bastian blanca blanche brain brandy buddy
    carter casper charo chuck clement cruz curt dante darwin dixie dolly domingo dulce eden edda edison edit else
    emery ernest fidel flor flora florin franco gale garland geneva german goodbye goodnight gloria hardy harley
    hazel heather homer imam indra isis jack jess jesus jewell jude jules kala kata kelvin kent laurel lance lean
    leone levin line linus lolita loris lucky luna lupe magnus mamie manda mare margarita marin marina marine marino
    mario marvin mato mats maude maxim maxima maxime merlin mika milo mina mindy minerva modesto monte morgan myrtle
    nada nana nestor noel oceane odessa opal oscar perla perry petra pierce pierre pilar pius polly regina romaine
    roman romana romeo rosetta rowan rufus rune said salome samson santos sasa shelly sienna signe silva sonny
    spencer sten teddy theres thor till timon tine titus tito troy urban vance vera vida violeta virgil vito ward
    warren willa winston zita
"""
_WORDS = frozenset(_WORDS_TEXT.split())
# Shorter given names are parts of other languages' words as well.
_SHORT = frozenset("amy ann ben bob dan eva ian jim joe jon leo liz mia pam ron roy sam ted tim tom zoe".split())  # noqa: SIM905  # one list of words


def uncapitalised_names(text: str) -> Iterator[Found]:
    """Given names with and without a surname, titles with a name, and messages that are nothing but a name."""
    if len(text) > _LONGEST:
        return
    bare = _USUAL_CAPITALS.sub("", text).islower()
    yield from _titled(text, bare=bare)
    if not bare:
        return
    if not _may_name_somebody(text):
        return
    yield from _whole_message(text)
    for match in (*_GREETED.finditer(text), *_KIN.finditer(text)):
        classes = classes_of(match["first"])
        given = any(c in classes for c in GIVEN) and COMMON not in classes and PLACE not in classes
        if given and plain(match["first"]) not in FIRMS:
            yield *match.span("first"), _SINGLE
    for match in _TWO_WORDS.finditer(text):
        if _is_whole_name(text, match):
            yield match.start("first"), match.end("last"), _WHOLE
    for match in _ONE_WORD.finditer(text):
        word = match["first"]
        classes = classes_of(word)
        clear = "G" in classes and COMMON not in classes and PLACE not in classes
        usual = (len(word) > 3 or word in _SHORT) and not _is_word(text, *match.span("first"))
        if clear and usual and not _is_elsewhere(text, *match.span("first")):
            yield *match.span("first"), _SINGLE


def _may_name_somebody(text: str) -> bool:
    """Whether any word is a name and no common word, or one of the surnames that are words too."""
    for word in set(_LETTERS.findall(text)):
        classes = classes_of(word)
        if (COMMON not in classes and any(c in classes for c in GIVEN + SURNAME)) or word in WORD_SURNAMES:
            return True
    return False


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether the word is another one in lower case, or stands in the name of a firm: "ruth chris"."""
    word = text[start:end]
    if word in _WORDS or plain(word) in FIRMS:
        return True
    before, after = _WORD_BEFORE.search(text, max(0, start - 24), start), _WORD_AFTER.match(text, end)
    return (before is not None and f"{before[1]} {word}" in FIRMS) or (
        after is not None and f"{word} {after[1]}" in FIRMS
    )


def _is_elsewhere(text: str, start: int, end: int) -> bool:
    """Whether a street, a town or a restaurant has the name: "st james", "philip road", "in orlando", "at gail's"."""
    after = _WORD_AFTER.match(text, end)
    thing = after is not None and after[1] in THINGS
    return thing or _PLACE_BEFORE.search(text, max(0, start - 8), start) is not None or is_place_told(text, start, end)


def _titled(text: str, *, bare: bool) -> Iterator[Found]:
    """Names in lower case behind a title; in a text with capitals no common words: "Dr. will see you"."""
    for match in _TITLE.finditer(text):
        first, last = match["first"], match["last"] or ""
        classes = classes_of(first)
        common = COMMON in classes and not (bare and SURNAME in classes)
        if common or not (bare or classes) or _STREET_BEFORE.search(text, max(0, match.start() - 32), match.start()):
            continue
        whole = last != "" and is_clear_surname(last)
        yield match.start("first"), match.end("last" if whole else "first"), _TITLED


def _whole_message(text: str) -> Iterator[Found]:
    match = _MESSAGE.match(text) if len(text) < 60 else None
    if match is None:
        return
    first, last = classes_of(match["first"]), match["last"]
    if COMMON in first or (PLACE in first and last is None) or _is_word(text, *match.span("first")):
        return
    if last is None and (SURNAME in first or any(c in first for c in GIVEN)):
        yield *match.span("first"), _SINGLE
    elif last is not None and COMMON not in classes_of(last) and PLACE not in classes_of(last) and first:
        yield match.start("first"), match.end("last"), _WHOLE


def _is_whole_name(text: str, match: re.Match[str]) -> bool:
    """A given name and a surname; one of them may be a common word or unknown where the other words tell a name."""
    first, last = classes_of(match["first"]), classes_of(match["last"])
    given = any(c in first for c in GIVEN)
    words = match["first"], match["last"]
    if (
        not THINGS.isdisjoint(words)
        or words[1] in _WORDS
        or " ".join(words) in FIRMS
        or is_place(" ".join(words))
        or words[0].endswith(("'s", "’s"))
    ):
        return False
    if len(words[0]) < 4 and words[0] not in _SHORT:
        first = COMMON
    if _PLACE_BEFORE.search(text, max(0, match.start("first") - 8), match.start("first")):
        return False
    before = _NAME_BEFORE.search(text, max(0, match.start("first") - 14), match.start("first")) is not None
    told = before or _TOLD_AFTER.match(text, match.end("last")) is not None
    if COMMON in first or match["first"] in _WORDS:
        # "for mark davies"
        return "G" in first and told and is_clear_surname(match["last"])
    if COMMON in last or PLACE in last:
        return "G" in first and PLACE not in first and match["last"] in WORD_SURNAMES
    if PLACE in first:
        return told and given and last == SURNAME
    if "G" in first or (given and last):
        return True
    return told and (given or SURNAME in last)


RULES: tuple[Rule, ...] = (
    Rule("PERSON", "uncapitalised_name_en", r"[a-z\u00c0-\u024f]{3}", uncapitalised_names, ("en",)),
)
