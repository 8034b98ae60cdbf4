"""Rules for English text that Presidio has none for without a language model: names by their announcement, streets."""

from __future__ import annotations

import re

from jobs.privacy import english_addresses, english_names, english_numbers, english_places
from jobs.privacy.rules import Rule, pattern_rule, value_of

_WORD = r"(?:[A-Z]\.|[A-Z\u00c0-\u00de][A-Za-z\u00c0-\u024f'’\-]*)"
_NAME = rf"{_WORD}(?:[ ]{_WORD}){{0,3}}"
_NOT_NAMES_TEXT = """
    i i'm the a an this that it my your our his her their we you he she they is are was be not no yes please thanks
    thank hello hi dear sir madam sirs customer support team service all everyone friend friends so just very
    really here there new old happy sorry glad sure from in on at monday tuesday wednesday thursday friday saturday
    sunday january february march april may june july august september october november december english chinese
    american what how why when where who order refund shipping number email phone address ok okay boss ai team
    editor president mr mrs ms mx miss dr prof professor doctor
"""
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())


def _name(_text: str, match: re.Match[str]) -> float | None:
    words = value_of(match).lower().rstrip(".").split()
    return None if len(value_of(match)) < 2 or words[0] in _NOT_NAMES or words[0].rstrip(".,") in _NOT_NAMES else 0.7


RULES: tuple[Rule, ...] = (
    pattern_rule(
        "PERSON",
        "announced_name_en",
        r"name|call me|this is|I['’]m|I am|Dear|Regards|Sincerely|Yours|Thanks|Cheers|contact|recipient|attn|signed",
        rf"(?:(?i:(?:first|last|full|given|family|sur|middle)?[ ]?name(?:'s|’s| is| was|[ ]?[:=])[ ]*"
        rf"|name\?[ ]+|\b(?:please )?call me[ ]+"
        rf"|\b(?:recipient|attn|signed|contact(?: person)?|customer|passenger|guest)[ ]?:[ ]*)(?P<v>{_NAME})"
        rf"|(?:\b[Tt]his is|\bI['’]m|\bI am|\bDear|\bHi|\bHello)[ ]+(?P<w>{_NAME}))",
        0.7,
        accept=_name,
        languages=("en",),
    ),
    pattern_rule(
        "PERSON",
        "signature_en",
        r"regards|sincerely|yours|cheers|thanks",
        rf"(?i:regards|sincerely|yours(?: truly| faithfully)?|cheers|best wishes|thanks|thank you)[ ]?,[ ]?\n+[ ]*("
        rf"?P<v>{_NAME})",
        0.65,
        accept=_name,
        languages=("en",),
    ),
    pattern_rule(
        "PERSON",
        "titled_name_en",
        r"m(?:r|rs|s|iss|x|ister|adam)|dr|doctor|prof",
        rf"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Miss|Professor|Doctor|Mister|Madam)\b\.?[ ]+(?P<v>{_NAME})",
        0.75,
        accept=_name,
        languages=("en",),
    ),
)
RULES += english_names.RULES + english_addresses.RULES + english_numbers.RULES + english_places.RULES
