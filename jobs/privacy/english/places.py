"""Places, organisations and web addresses in English text: no personal data by themselves, looked for on request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.english.words import COMMON, GIVEN, SURNAME, classes_of, is_place
from jobs.privacy.rules import Found, Rule, pattern_rule

OPTIONAL_ENTITIES: frozenset[str] = frozenset({"LOCATION", "ORGANIZATION", "DOMAIN_NAME"})

_CAP = r"[A-Z\u00c0-\u00de\u0100-\u024f]"
_WORD = rf"(?:{_CAP}[\w'’&\-]{{1,24}})"
_WORDS = re.compile(rf"(?<![\w@./]){_WORD}(?:[ ](?:of|and|the|de|la|del|upon|am|an der)?[ ]?{_WORD}){{0,3}}(?![\w@])")
_IN_PLACE = re.compile(
    rf"\b(?:in|near|from|to visit|visit|(?:moved|returned|flew|travel+ed|flight|trip|went|going) (?:back )?to|lives in"
    rf"|grew up in|based in|born in|serving(?: \w+)?)[ ](?P<v>{_WORD}(?:[ ]{_WORD}){{0,2}})"
)
_LEGAL = (
    r"Inc|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|Co|Company|Companies|GmbH|AG|SA|S\.A|SAS|BV|NV|Oy|AB|ASA|A/S"
    r"|plc|PLC|LLP|LP"
    r"|Pty|Group|Holdings|Partners|Associates|Bank|University|College|Institute|Foundation|Association|Society"
    r"|Technologies"
    r"|Systems|Solutions|Services|Industries|Enterprises|Laboratories|Labs|Ventures|Capital|Investments"
    r"|Insurance|Airlines"
    r"|Airways|Motors|Pharmaceuticals|Consulting|Analytics|Networks|Software|Electronics|Energy|Hospital|Agency|Council"
    r"|Ministry|Department|Committee|Federation|Union|Movers|Lines"
)
_WORK = re.compile(
    rf"\b(?:works? (?:for|at)|worked (?:for|at)|working (?:for|at)|employed (?:by|at)|CEO of|founder of"
    rf"|employee of|support"
    rf"|job at|offer from|invested in|shares of|speaker from"
    rf"|recorded for)[ ](?P<v>{_WORD}(?:[ ](?:and[ ])?{_WORD}){{0,3}})"
    rf"|(?P<w>{_WORD}(?:[ ](?:and[ ])?{_WORD}){{0,3}})(?=(?:,)? (?:invested|announced|acquired|launched"
    rf"|is an? (?:\w+ ){{0,3}}"
    rf"(?:agency|company|firm|bank|provider|startup|manufacturer|retailer|organi[sz]ation)))"
)


def places(text: str) -> Iterator[Found]:
    """Countries, states and large cities by name, and capitalised words behind "lives in" and the like."""
    for match in _WORDS.finditer(text):
        words = list(re.finditer(_WORD, match[0]))
        at = 0
        while at < len(words):
            step = 1
            for size in range(min(4, len(words) - at), 0, -1):
                start, end = words[at].start(), words[at + size - 1].end()
                told = match[0][start:end]
                if is_place(told.removesuffix("'s")) and (size > 1 or _alone(told.removesuffix("'s"))):
                    yield match.start() + start, match.start() + start + len(told.removesuffix("'s")), 0.55
                    step = size
                    break
            at += step
    for match in _IN_PLACE.finditer(text):
        words_in = match["v"].split()
        if (
            not match["v"].isupper()
            and not any(COMMON in classes_of(word) for word in words_in)
            and not any(c in classes_of(words_in[0]) for c in GIVEN)
        ):
            yield *match.span("v"), 0.45


def _alone(word: str) -> bool:
    """Whether one word is rather a place than a person or a common word."""
    classes = classes_of(word)
    return COMMON not in classes and "G" not in classes and "s" not in classes


def organisations(text: str) -> Iterator[Found]:
    """Capitalised words with a legal form or a kind of institution at the end, firms of partners, and employers."""
    for match in _WITH_FORM.finditer(text):
        yield *match.span(), 0.6
    for match in _FIRM.finditer(text):
        if any(SURNAME in classes_of(name) or not classes_of(name) for name in (match[1], match[2])):
            yield *match.span(), 0.5
    for match in _WORK.finditer(text):
        group = "v" if match["v"] else "w"
        words = match[group].split()
        if not all(COMMON in classes_of(word) for word in words) and not is_place(match[group]):
            yield *match.span(group), 0.5


_WITH_FORM = re.compile(rf"(?<![\w@./])(?:{_WORD}[ ]|and[ ]|of[ ]|&[ ]){{0,3}}{_WORD},?[ ](?:{_LEGAL})\b\.?")
_FIRM = re.compile(rf"(?<![\w@./])({_WORD}), {_WORD},? (?:and|&) ({_WORD})(?=[ ](?:{_CAP}|is|was|has|and|of)|\n|[.]?$)")

RULES: tuple[Rule, ...] = (
    Rule("LOCATION", "place_en", r"(?-i:[A-Z\u00c0-\u024f])[a-z\u00c0-\u024f]", places, ("en",)),
    Rule("ORGANIZATION", "organisation_en", r"(?-i:[A-Z\u00c0-\u024f])[a-z\u00c0-\u024f]", organisations, ("en",)),
    pattern_rule(
        "DOMAIN_NAME",
        "web_address",
        r"https?://|www\.|[a-z0-9]\.[a-z]{2}",
        r"(?i:\bhttps?://[\w.\-]{3,253}(?::\d{1,5})?(?:/[^\s<>\"'，。）)]{0,2000})?"
        r"|(?<![\w@.])www\.[\w.\-]{3,250}(?:/[^\s<>\"']{0,2000})?"
        r"|(?<![\w@./\\-])[a-z0-9][a-z0-9\-]{1,62}(?:\.[a-z0-9\-]{2,62}){0,3}\.(?:com|net|org|info|biz|io|co|edu"
        r"|gov|dev|app|eu|uk|us"
        r"|de|fr|es|it|nl|be|ch|at|pl|cz|dk|se|no|fi|pt|br|cn|jp|in|au|ca|ru)(?![\w@.\-]))",
        0.6,
    ),
)
