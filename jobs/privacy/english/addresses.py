"""Addresses in English text but for streets: what is announced, lines of letterheads, boxes, flats, postcodes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.english.address_parts import CAP, LOW, NUMBER, UNIT, US_STATES, WORD, whole_address
from jobs.privacy.english.streets import STREET
from jobs.privacy.english.words import COMMON, GIVEN, classes_of, is_place
from jobs.privacy.rules import Found, Rule, pattern_rule

_ANNOUNCED = re.compile(
    r"\b(?:address(?:es)?(?: (?:is|are|was|to(?: the same)?|of [\w .]{2,30} is"
    r"|linked to my [a-z ]{2,20} to))?[ ]?[:=]?|it['’]?s? (?:is )?(?:in|at)"
    r"|address\?(?: it is| it['’]s)?|live[sd]? (?:in|at|on)|living (?:in|at|on)|located (?:at|in|on)"
    r"|reside[sd]? (?:at|in)"
    r"|moved to|taxi to|(?:arrived|delivered?|drops? (?:you|me|us) off|stop|meet|meeting|ship(?:ped)?|sent"
    r"|send(?: it)?) (?:at|to)"
    r"|corner of)[ \n>]*",
    re.IGNORECASE,
)
_TELEPHONE = r"\+?\(?\d{3}\)?[ .\-]\d{3}[ .\-]\d{4}\b"
_VALUE = re.compile(
    # Ordinals of Indian crossings and of American streets; no telephone number.
    rf"(?:(?!{_TELEPHONE})(?:\d{{1,3}}(?:st|nd|rd|th)|{NUMBER}|{WORD}|{UNIT}"
    r"|d[aeio]s?|d[eu]l|la|el|les|des|du|von|van|der|upon|utca|út|útja|u\.|ul\."
    r"|trg|cesta|fejedelem)"
    r"(?:,?[ ]|\.[ ]?(?=\d|$|\n)|(?=$|\W))){1,14}"
)

_PERSON = re.compile(rf"(?P<first>{CAP}[\w'’\-]+)(?: {WORD}){{1,2}}, (?=\d)")
_UNIT_ALONE = re.compile(r"\b(?:(?:Apt|APT|apt|Ste)\.?|(?i:Apartment|Suite|Unit|Flat))[ ]?#?\d{1,5}[A-Za-z]?\b")
# The last line of an address: country or city, and postcode.
_COUNTRY_LINE = re.compile(
    rf"(?:^|[\n,])[ >?\t]*(?P<place>{WORD}(?:[ ]{WORD}){{0,2}})[ ]"
    r"(?P<code>\d{4,6}|\d{3}[ ]\d{2}|\d{4}[ ]?[A-Z]{2})[ .]*(?=\n|$)"
)
_OWN_LINE = re.compile(
    rf"^[>? \t]*(?P<v>(?:{NUMBER}[ ]){{1,2}}{WORD}(?:[ ]{WORD}){{0,3}}(?:[ ]\d{{1,4}}[A-Za-z]?)?"
    rf"|{WORD}(?:[ ]{WORD}){{0,3}}[ ]\d{{1,4}}[A-Za-z]?)(?:[ ](?:{UNIT}))?[ .]*$",
    re.MULTILINE,
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_TIME_OR_DATE = re.compile(rf"\d{{1,2}}(?::\d\d)?\s?(?:am|pm)?|{_MONTH} \d{{1,4}}|\d{{1,2}} {_MONTH}(?: \d{{4}})?")


def announced_addresses(text: str) -> Iterator[Found]:
    """What stands behind "my address is", "lives at": capitalised words with a house number among them."""
    for match in _ANNOUNCED.finditer(text):
        value = _VALUE.match(text, match.end())
        if value is None:
            continue
        told = value[0].rstrip(" ,.\n")
        # "send to Henry Castillo, 12 Oak Road": whose address it is stands before it.
        if person := _PERSON.match(told):
            told = told[person.end() :] if any(c in classes_of(person["first"]) for c in GIVEN) else told
        if re.search(r"\d", told) and re.search(rf"{LOW}{{3}}", told) and not _TIME_OR_DATE.fullmatch(told):
            end = value.start() + len(value[0].rstrip(" ,.\n"))
            yield end - len(told), whole_address(text, end), 0.6


def units(text: str) -> Iterator[Found]:
    """A flat or a suite, and the places that follow."""
    for match in _UNIT_ALONE.finditer(text):
        yield match.start(), whole_address(text, match.end()), 0.45


def address_lines(text: str) -> Iterator[Found]:
    """A line of its own that is a street with a number, in a text of several such lines (letterheads, signatures)."""
    if text.count("\n") < 2 or not re.search(r"\d{3}", text):
        return
    for match in _OWN_LINE.finditer(text):
        words = re.findall(rf"{LOW}{{3,}}", match["v"])
        if words and not any(COMMON in classes_of(word) for word in words):
            yield match.start("v"), whole_address(text, match.end("v")), 0.45


def country_lines(text: str) -> Iterator[Found]:
    """The last line of an address: a country or a large city, and a postcode."""
    for match in _COUNTRY_LINE.finditer(text):
        if is_place(match["place"]):
            yield match.start("place"), match.end("code"), 0.5


_ADDRESS = "ADDRESS"
_POSTCODE_CUE = r"[a-z][0-9][0-9a-z]?[ ][0-9][a-z]{2}|[a-z][0-9][a-z] ?[0-9][a-z][0-9]"
RULES: tuple[Rule, ...] = (
    Rule(
        _ADDRESS,
        "announced_address_en",
        r"address|located|liv(?:e|ing)|resid|it['’]?s? (?:is )?(?:in|at)|moved|taxi|(?:at|to)[ \n]|corner of",
        announced_addresses,
        ("en",),
    ),
    Rule(_ADDRESS, "country_line_en", r"[a-z][ ][0-9]{3}", country_lines, ("en",)),
    Rule(_ADDRESS, "address_line_en", r"[0-9]{3}", address_lines, ("en",)),
    pattern_rule(
        _ADDRESS,
        "post_office_box_en",
        r"box",
        r"(?i:\b(?:P\.?[ ]?O\.?|Post Office|Postal|GPO)[ ]?Box[ ]#?\d{1,7}\b|\b(?:PSC|CMR"
        r"|Unit)[ ]\d{1,6},?[ ]Box[ ]\d{1,6}\b)"
        rf"(?:[,\s]{{1,6}}(?:(?:APO|FPO|DPO)[ ]A[AEP]"
        rf"|[A-Z][A-Za-z .'\-]{{2,30}},?[ ](?:{US_STATES}))[ ]\d{{5}}(?:-\d{{4}})?)?",
        0.7,
        languages=("en",),
    ),
    pattern_rule(
        _ADDRESS,
        "military_address_en",
        r"[AFD]PO",
        r"\b(?:(?:USNS|USNV|USS|USCGC|USAV)[ ][A-Z][A-Za-z .'\-]{2,30}[,\s]{1,6})?(?:APO|FPO"
        r"|DPO),?[ ]A[AEP][ ]\d{5}(?:-\d{4})?\b",
        0.7,
        languages=("en",),
    ),
    Rule(_ADDRESS, "unit_en", r"(?:apt|apartment|suite|ste|unit|flat)\.?[ ]?#?[0-9]", units, ("en",)),
    pattern_rule(
        _ADDRESS,
        "city_state_zip_en",
        r"[a-z][ ,]+[a-z]{2}[ ]+[0-9]{5}",
        rf"(?<![\w'])(?:{WORD}[ ]){{0,2}}{WORD},?[ ](?:{US_STATES})[ ]{{1,2}}\d{{5}}(?:-\d{{4}})?\b",
        0.65,
        languages=("en",),
    ),
    pattern_rule(
        _ADDRESS,
        "postcode_en",
        _POSTCODE_CUE,
        # Britain: outward and inward code, letters as they are assigned; Canada: no D, F, I, O, Q, U.
        r"\b(?:(?:[A-PR-UWYZ][A-HK-Y]?\d[\dA-HJKPSTUW]?)[ ]\d[ABD-HJLNP-UW-Z]{2}"
        r"|[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ ]\d[ABCEGHJ-NPRSTV-Z]\d)\b",
        0.55,
        languages=("en",),
    ),
    pattern_rule(
        _ADDRESS,
        "british_house_en",
        _POSTCODE_CUE,
        # A house by its name: The Old Rectory, Church Lane, Ludlow SY8 1AA
        rf"(?<![\w'])(?:{WORD}[ ]){{0,3}}{WORD}, (?:{WORD}[ ]){{1,3}}(?:{STREET}),? (?:{WORD},? ){{1,3}}"
        r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b",
        0.65,
        languages=("en",),
    ),
    pattern_rule(
        _ADDRESS,
        "announced_postcode_en",
        r"zip|post(?:al)?[ ]?code",
        r"(?i:\b(?:zip(?:[ ]?code)?|post(?:al)?[ ]?code)(?:[ ]is|[ ]?[:=#])?[ ]*)(?P<v>\d{5}(?:-\d{4})?"
        r"|\d{4,6}(?:-\d{3})?|\d{3}[ ]\d{2}"
        r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\b",
        0.6,
        languages=("en",),
    ),
)
