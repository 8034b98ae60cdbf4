"""Capitalised names behind English words that announce one: "my name is", a form's field, a title, a signature."""

from __future__ import annotations

import re

from jobs.privacy.english.name_context import names_a_thing
from jobs.privacy.english.words import COMMON, GIVEN, PLACE, SURNAME, classes_of
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
# Given names as well: "My name's May Lin".
_MONTHS = frozenset({"april", "may", "june", "august"})
# Fields of forms whose value is a person; in a line of its own, From: and To: may have a place as well.
_FIELD = (
    r"recipient|attn|attention|signed(?: by)?|contact(?: person| name)?|next of kin|customer|passenger|guest|patient"
    r"|travell?er|employee|applicant|account holder|card ?holder|beneficiary|payee|tenant|insured|buyer|seller|driver"
    r"|owner|agent|advisor|representative|reservation for|(?:ship|deliver|bill|sold) to"
)
_FIELD_BEFORE = re.compile(rf"(?:(?<!\w)(?P<field>{_FIELD})|(?:^|\n)[>\s]*(?:from|to|cc|bcc|by))[ ]?$", re.IGNORECASE)


def _name(text: str, match: re.Match[str]) -> float | None:
    words = [word.rstrip(".,") for word in value_of(match).split()]
    classes = [classes_of(word) for word in words]
    named = [any(c in found for c in GIVEN + SURNAME) for found in classes]
    first, told = words[0].lower(), match.groupdict()
    if len(value_of(match)) < 2 or names_a_thing(text, match.start()):
        return None
    if first in _NOT_NAMES and not (first in _MONTHS and told["v"] and len(words) > 1 and named[1]):
        return None
    if all(COMMON in found for found in classes) and not any(named):
        return None  # "This is Urgent"
    return 0.7


def _field(text: str, match: re.Match[str]) -> float | None:
    field = _FIELD_BEFORE.search(text, max(0, match.start() - 24), match.start())
    score = _name(text, match) if field else None
    if field is None or score is None or field["field"]:
        return score
    words = value_of(match).split()
    first, last = classes_of(words[0]), classes_of(words[-1])
    named = any(c in first for c in GIVEN + SURNAME) or (len(words) > 1 and any(c in last for c in GIVEN + SURNAME))
    return score if named and PLACE not in first else None


RULES: tuple[Rule, ...] = (
    pattern_rule(
        "PERSON",
        "announced_name_en",
        r"name|call me|this is|i['’]m|i am|dear|hi[ ]|hello",
        rf"(?:(?i:(?:first|last|full|given|family|sur|middle)?[ ]?name(?:'s|’s| is| was|[ ]?[:=])[ ]*"
        rf"|\bname on (?:it|(?:the|my) (?:card|account|order|booking|ticket))(?: is|[ ]?:)[ ]*"
        r"|(?:['’]s|\b(?:my|his|her|their|under the|under)) name[ ]+"
        rf"|name\?[ ]+|\b(?:please )?call me[ ]+)(?P<v>{_NAME})"
        rf"|(?:\b[Tt]his is|\bI['’]m|\bI am|\bDear|\bHi|\bHello)[ ]+(?P<w>{_NAME}))",
        0.7,
        accept=_name,
        languages=("en",),
    ),
    pattern_rule(
        "PERSON",
        "form_name_en",
        r"[a-z][ ]?:[ ]*[A-Z]",
        rf":[ ]*(?P<v>{_NAME})",
        0.7,
        accept=_field,
        languages=("en",),
    ),
    pattern_rule(
        "PERSON",
        "signature_en",
        r"regards|sincerely|yours|cheers|thanks|thank you|wishes",
        r"(?i:regards|sincerely|yours(?: truly| faithfully)?|cheers|best wishes|thanks|thank you)[ ]?,[ ]?\n+[ ]*"
        rf"(?P<v>{_NAME})",
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
