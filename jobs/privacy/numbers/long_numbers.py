"""Rules for numbers with check digits in unusual writing: in words, parted anywhere, or several without a gap between.

Their usual writing is read in ``identity``. Here a run of digits in any script is taken with what parts it, and the
check digits say what it is; that is why any marks may stand between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from jobs.privacy.numbers.checksums import id_card_ok, id_card_plausible, luhn_ok
from jobs.privacy.numbers.digits import ANY_DIGIT, DIGIT_OF, DIGIT_RUN_CUE, PARTING
from jobs.privacy.numbers.identity import announces_bank_card, announces_id_card
from jobs.privacy.rules import NOT_AFTER_WORD, SEVEN_DIGITS, Found, Rule, is_quantity, names_another_number

_RUN = re.compile(
    rf"(?<!{ANY_DIGIT})(?<!{ANY_DIGIT}{PARTING})(?<![A-Za-z]){ANY_DIGIT}(?:{PARTING}{{0,3}}{ANY_DIGIT}){{14,18}}"
    # The last character of an ID card may be an X, however it is said.
    r"(?P<x>[ ,]{0,2}(?:末位|尾号|尾数|最后一?位?|最后是)?[是为]?[ ]?(?:[xX×叉]|[(][xX][)]))?"
    rf"(?![A-Za-z]|{PARTING}{{0,2}}{ANY_DIGIT})"
)
_UNION_PAY = re.compile(r"62\d{14}(?:\d{2,3})?")
_ANY_CARD = re.compile(r"(?:62|4|5[1-8]|3[4-7]|60|9558)\d*")
_FOURS = re.compile(r"(?:4,){3,4}[1-4]|(?:4,){3}4|4,6,[45]|6,1[0-3]")


@lru_cache(maxsize=1)
def _runs(text: str) -> tuple[tuple[int, int, str, str], ...]:
    """(start, end, digits, lengths of the groups joined by commas) of the runs; two rules ask one after the other."""
    found = []
    for match in _RUN.finditer(text):
        body = text[match.start() : match.start("x") if match.group("x") else match.end()]
        digits = "".join(DIGIT_OF.get(char, "") for char in body)
        groups = ",".join(str(len(group)) for group in re.findall(f"{ANY_DIGIT}+", body))
        found.append((*match.span(), digits + "X" * bool(match.group("x")), groups))
    return tuple(found)


def _spelt_id_cards(text: str) -> Iterator[Found]:
    """ID cards whose check character is right, or that words announce."""
    for start, end, number, _groups in _runs(text):
        if len(number) == 18 and id_card_plausible(number):
            announced = announces_id_card(text, start)
            if id_card_ok(number) and (announced or not names_another_number(text, start)):
                yield start, end, 0.95
            elif announced:
                yield start, end, 0.5


def _spelt_bank_cards(text: str) -> Iterator[Found]:
    """Cards that pass Luhn: announced ones, UnionPay's, and other issuers' in groups of four."""
    for start, end, number, groups in _runs(text):
        if number.endswith("X") or not luhn_ok(number) or not _ANY_CARD.fullmatch(number) or is_quantity(text, end):
            continue
        likely = _UNION_PAY.fullmatch(number) or _FOURS.fullmatch(groups)
        other = id_card_plausible(number) or names_another_number(text, start)
        if announces_bank_card(text, start) or (likely and not other):
            yield start, end, 0.85


# Two or three numbers that somebody typed or pasted without a gap.
_GLUED = re.compile(rf"{NOT_AFTER_WORD}(?:\d{{17}}[xX]\d{{11,30}}|\d{{11,37}}[xX]?)(?![0-9A-Za-z]|\.\d)")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_MOST_PARTS = 3


@lru_cache(maxsize=1)
def _glued(text: str) -> tuple[tuple[str, int, int], ...]:
    """(entity, start, end) of what such runs are made of, where every digit of one belongs to a number."""
    found: list[tuple[str, int, int]] = []
    for match in _GLUED.finditer(text):
        if match.end() - match.start() < 26 or names_another_number(text, match.start()):
            continue
        parts = _taken_apart(match.group().upper(), _MOST_PARTS)
        # Mobile numbers alone have no check digit to tell them from a serial number.
        if parts and any(entity == "CN_ID_CARD" for entity, _ in parts):
            at = match.start()
            for entity, length in parts:
                found.append((entity, at, at + length))
                at += length
    return tuple(found)


def _taken_apart(run: str, parts: int) -> list[tuple[str, int]] | None:
    """The run as entities with their lengths, or None: ID cards by their check character, cards, mobile numbers."""
    if not run:
        return []
    if not parts:
        return None
    for entity, length in (("CN_ID_CARD", 18), ("PHONE_NUMBER", 11), ("CREDIT_CARD", 19), ("CREDIT_CARD", 16)):
        if len(run) >= length and _IS[entity](run[:length]):
            rest = _taken_apart(run[length:], parts - 1)
            if rest is not None:
                return [(entity, length), *rest]
    return None


def _is_card(number: str) -> bool:
    return number.isdigit() and _UNION_PAY.fullmatch(number) is not None and luhn_ok(number)


_IS: dict[str, Callable[[str], bool]] = {
    "CN_ID_CARD": id_card_ok,
    "PHONE_NUMBER": lambda number: _MOBILE.fullmatch(number) is not None,
    "CREDIT_CARD": _is_card,
}


def _glued_of(entity: str) -> Callable[[str], Iterator[Found]]:
    def find(text: str) -> Iterator[Found]:
        return ((start, end, 0.85) for found, start, end in _glued(text) if found == entity)

    return find


RULES: tuple[Rule, ...] = (
    Rule("CN_ID_CARD", "id_card_spelt", DIGIT_RUN_CUE, _spelt_id_cards),
    Rule("CREDIT_CARD", "bank_card_spelt", DIGIT_RUN_CUE, _spelt_bank_cards),
    *(Rule(entity, f"glued_{entity.lower()}", SEVEN_DIGITS, _glued_of(entity)) for entity in _IS),
)
