"""Numbers that English words announce."""

from __future__ import annotations

import pytest

from jobs.privacy.analyzer import Analyzer

ANALYZER = Analyzer(languages=("en",))


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("Phone:\n60-56-85-91", "PHONE_NUMBER", "60-56-85-91"),
        ("call me on 0487 98 11 92 tonight", "PHONE_NUMBER", "0487 98 11 92"),
        ("467 3395 office", "PHONE_NUMBER", "467 3395"),
        ("my cell is (02) 9374 4000", "PHONE_NUMBER", "(02) 9374 4000"),
        ("My SSN is 545-55-5147", "US_SSN", "545-55-5147"),
        ("my social security number is 545-55-5147", "US_SSN", "545-55-5147"),
        ("please block card no 503867297114", "CREDIT_CARD", "503867297114"),
        ("driver's license number is G9650417", "US_DRIVER_LICENSE", "G9650417"),
        ("your date of birth? It's June 26, 1944", "DATE_OF_BIRTH", "June 26, 1944"),
        ("my social was 529481736", "US_SSN", "529481736"),
        ("d.o.b. 23.08.1969", "DATE_OF_BIRTH", "23.08.1969"),
        ("licence number WATKI801146E99FG", "US_DRIVER_LICENSE", "WATKI801146E99FG"),
        ("it's john dot smith at example dot com", "EMAIL_ADDRESS", "john dot smith at example dot com"),
        ("write to o'brien@example.ie", "EMAIL_ADDRESS", "o'brien@example.ie"),
        ("my iban is gb82west12345698765432", "IBAN_CODE", "gb82west12345698765432"),
    ],
)
def test_announced_numbers(text: str, entity: str, value: str) -> None:
    found = [(s.entity, text[s.start : s.end]) for s in ANALYZER.analyze(text)]
    assert found == [(entity, value)]


@pytest.mark.parametrize(
    "text",
    [
        "call at 10 30 on 2019-12-24",
        "the text 1999 2001 of the contract",
        "a phone for 299.99 dollars",
        "order number 12345678901 has not arrived",
        "23786 - 17509 = 6277",
        "the meeting is on June 26, 1944",
        "serial WATKI809946E99FG",
        "meet at example and dot the i",
        "the card game has 52 cards and 4 suits",
    ],
)
def test_what_is_no_number_of_a_person(text: str) -> None:
    assert ANALYZER.analyze(text) == []
