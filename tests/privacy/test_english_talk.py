"""Customer-service talk in English, by two tables: what is to be found, marked [[ENTITY value]], and what is nobody's.

Both were written before the rules they test were read. The rules were mended by the odd lines only; the even ones
are held out, and here to say how the rules meet sentences that nobody wrote them for.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from jobs.privacy import find_pii
from jobs.privacy.numbers.library_phones import phone_numbers

_MARK = re.compile(r"\[\[([A-Z_]+) (.*?)\]\]", re.DOTALL)
_HALVES = {"tuned": slice(0, None, 2), "held out": slice(1, None, 2)}


def lines(name: str, half: str) -> list[str]:
    told = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in told[_HALVES[half]]]


def marked(line: str) -> tuple[str, list[tuple[str, int, int]]]:
    """The text without its marks, and what they say: entity, start, end."""
    text, spans, at = "", [], 0
    for mark in _MARK.finditer(line):
        text += line[at : mark.start()]
        spans.append((mark[1], len(text), len(text) + len(mark[2])))
        text += mark[2]
        at = mark.end()
    return text + line[at:], spans


# Floors just below what was measured: tuned 0.98 and 4 false alarms, held out 0.95 and 8.
@pytest.mark.parametrize(("half", "least", "most_false"), [("tuned", 0.97, 5), ("held out", 0.93, 9)])
def test_personal_data_is_found_and_nothing_else(half: str, least: float, most_false: int) -> None:
    known: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for text, spans in map(marked, lines("english_talk_found.txt", half)):
        found = find_pii(text)
        for entity, start, end in spans:
            known[entity] += 1
            missed[entity] += not any(s.entity == entity and s.start < end and start < s.end for s in found)
    assert 1 - missed.total() / known.total() >= least, dict(+missed)
    false = [text for text in lines("english_talk_left_alone.txt", half) if find_pii(text)]
    assert len(false) <= most_false, false


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("call 212-555-0123 or (415) 555-0132", ["212-555-0123", "(415) 555-0132"]),
        ("see 212-555-0123, 020 7946 0123", ["212-555-0123", "020 7946 0123"]),
        ("order 2125550123", []),
        ("mask 255.255.255.0", []),
        ("0059590677107#3", ["0059590677107#3"]),
        ("1699999999999", []),
        ("(2125550123 is mine", ["2125550123"]),
    ],
)
def test_numbers_that_only_the_library_tells(text: str, numbers: list[str]) -> None:
    assert [text[start:end] for start, end in phone_numbers(text, ("US", "GB", "DE", "IN"))] == numbers


def test_a_number_is_read_alike_whichever_region_is_asked_first() -> None:
    text = "212-555-0123 / 98765 43210, +44 20 7946 0321 and 020 7946 0123; 01.23.45.67.89, 3456789012"
    regions = ("US", "GB", "DE", "FR", "IN")
    assert len({tuple(phone_numbers(text, regions[at:] + regions[:at])) for at in range(len(regions))}) == 1
