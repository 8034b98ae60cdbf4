"""Names in lower case in English text, behind words that announce one and in signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.english.name_context import names_a_thing
from jobs.privacy.english.name_pieces import LETTER
from jobs.privacy.english.surnames import goes_with_given_name, is_clear_surname
from jobs.privacy.english.words import ALWAYS_COMMON, COMMON, GIVEN, PLACE, SURNAME, classes_of
from jobs.privacy.rules import Found, Rule

_WHOLE, _SINGLE, _SIGNED = 0.7, 0.5, 0.6

_WORD = rf"{LETTER}(?:['’\-]?{LETTER}){{1,20}}"
_NAME = rf"(?P<first>{_WORD})(?: (?P<last>{_WORD}))?(?![\w@])"
# Who goes on speaking behind a name: the clause ends there.
_CLAUSE_ENDS = re.compile(r"\s*(?:[.,!?;\n]|\Z)|\s+(?:and|from|i|with|for|here|at|on|please|but|my|so|who)\b")
_IS_CALLING = re.compile(r" (?:from|here|calling|speaking)\b")


# Whatever has "name" in it; what stands before decides where nothing behind it does.
_NAMED = re.compile(
    r"name(?P<is>d|(?:['’]?s| on (?:it|the (?:card|account|order|booking)))?(?: is| was|[ ]?:)|['’]?s)?(?: of)?"
    rf"[ ]{{1,8}}{_NAME}"
)
_USED = re.compile(r"\b(?:under|for|in|by|with|use|using)(?: the| my)? (?:sur|last )?$")
_WEAK = re.compile(
    r"(?:call me|called|(?P<this>this is)|(?<!\w)i am|(?<!\w)i['’]?m|(?:hi|hello|hey),? it['’]?s"
    r"|(?:reservation|booking|table|appointment|order|parcel|package|delivery) (?:for|under)(?! (?:the|a|an|my)\b))"
    rf"[ ]{{1,8}}{_NAME}"
)


def said_names(text: str) -> Iterator[Found]:
    """Names in lower case behind the words that announce one: "my name is jane smith"."""
    # Without case an expression is looked for much sooner; some characters have no lower case of the same length.
    lowered = text.lower() if len(text.lower()) == len(text) else text
    for match in _NAMED.finditer(lowered):
        used = match["is"] or _USED.search(lowered, max(0, match.start() - 20), match.start())
        if used and not names_a_thing(lowered, match.start()):
            yield from _said(text, match, strong=True)
    for match in _WEAK.finditer(lowered):
        yield from _said(text, match, strong=False)


def _said(text: str, match: re.Match[str], *, strong: bool) -> Iterator[Found]:
    first, last = match["first"], match["last"] or ""
    if not text[slice(*match.span("first"))].islower() or not _opens_a_name(text, match, first, last, strong=strong):
        return
    in_lower_case = last != "" and text[slice(*match.span("last"))].islower()
    whole = in_lower_case and goes_with_given_name(text, match.end("last"), last)
    yield match.start("first"), match.end("last" if whole else "first"), _WHOLE if whole else _SINGLE


def _opens_a_name(text: str, match: re.Match[str], first: str, last: str, *, strong: bool) -> bool:
    classes = classes_of(first)
    given = any(c in classes for c in GIVEN)
    if COMMON in classes:
        # "my name is mark davies", "my name is rose"; behind weaker words it is rather the common word.
        if match.groupdict().get("this"):
            return "G" in classes and _IS_CALLING.match(text, match.end("first")) is not None
        return strong and given and (not last or is_clear_surname(last) or _clause_ends(text, match.end("first")))
    if given:
        return PLACE not in classes or strong
    # A surname, or what nobody knows, where only a name can stand: not "my name is mispelled on it".
    ends = len(first) > 2 and _clause_ends(text, match.end("first"))
    return strong and (ends if PLACE in classes else ends or (SURNAME in classes and not last))


def _clause_ends(text: str, end: int) -> bool:
    return _CLAUSE_ENDS.match(text, end) is not None


_SIGNATURE = re.compile(
    r"(?i:regards|sincerely|cheers|best wishes|thanks|thank you|thx|love|yours(?: truly)?)[ ]?[,.!]?[ ]?\n{1,3}[ ]{0,4}"
    rf"(?P<first>{_WORD})(?: (?P<last>{_WORD}))?[ .]{{0,3}}(?=\n|\Z)"
)


def signed_names(text: str) -> Iterator[Found]:
    """A line of one or two words in lower case behind "cheers" or the like, of which the first is a given name."""
    for match in _SIGNATURE.finditer(text):
        first, last = match["first"], match["last"] or ""
        given = any(c in classes_of(first) for c in GIVEN)
        if first.islower() and given and first not in ALWAYS_COMMON and (not last or last not in ALWAYS_COMMON):
            yield match.start("first"), match.end("last" if last else "first"), _SIGNED


RULES: tuple[Rule, ...] = (
    Rule(
        "PERSON",
        "said_name_en",
        r"name|call|this is|i am|i['’]?m |it['’]?s |(?:for|under) [a-z]",
        said_names,
        ("en",),
    ),
    Rule("PERSON", "signed_name_en", r"regards|sincerely|cheers|wishes|thank|thx|love|yours", signed_names, ("en",)),
)
