"""Truth from those templates of Presidio's generator that its sample file does not use: ``texts`` that nobody tuned by.

The values (names, streets, cities) are the sample's, drawn anew, so that only the sentences are new; numbers are
invented here.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

_SLOT = re.compile(r"\{\{?(\w+)\}?\}")
# Slot -> our entity, and where in the sample its values are; what is missing is left out of the truth.
_PEOPLE = {"person", "name", "name_male", "name_female"}
_FIRST = {"first_name", "first_name_male", "first_name_female", "first_name_nonbinary"}
_LAST = {"last_name", "last_name_male", "last_name_female"}
_PLACES = {"city", "country", "state"}
_OTHERS = {
    "day_of_week": "Tuesday",
    "job": "technical writer",
    "age": "34",
    "year": "2011",
    "prefix_male": "Mr.",
    "prefix_female": "Mrs.",
    "prefix": "Dr.",
    "date_time": "yesterday",
    "state_abbr": "TX",
    "nationality": "Danish",
    "nation_woman": "Danish",
    "nation_plural": "Danes",
    "url": "https://www.example.com/",
}


def _digits(draw: Random, form: str) -> str:
    return "".join(str(draw.randint(1, 9)) if sign == "#" else sign for sign in form)


def _card(draw: Random) -> str:
    """Sixteen digits that begin with 4 and pass Luhn."""
    body = "4" + _digits(draw, "#" * 14)
    total = sum(sum(divmod(int(d) * (2 - at % 2), 10)) for at, d in enumerate(body))
    return body + str(-total % 10)


def _iban(draw: Random) -> str:
    bban = "WEST" + _digits(draw, "#" * 14)
    told = "".join(str(int(char, 36)) for char in bban + "GB00")
    return f"GB{98 - int(told) % 97:02}{bban}"


_NUMBERS: dict[str, tuple[str, Callable[[Random], str]]] = {
    "credit_card_number": ("CREDIT_CARD", _card),
    "iban": ("IBAN_CODE", _iban),
    "phone_number": (
        "PHONE_NUMBER",
        lambda draw: _digits(draw, draw.choice(["212-555-01##", "(415) 555-01##", "0207 946 0#63", "+4420794603##"])),
    ),
    "email": ("EMAIL_ADDRESS", lambda draw: _digits(draw, "mail##@example.com")),
    "ssn": ("US_SSN", lambda draw: _digits(draw, "5##-##-####")),
    "ip_address": ("IP_ADDRESS", lambda draw: _digits(draw, "198.51.100.##")),
    "us_driver_license": ("US_DRIVER_LICENSE", lambda draw: _digits(draw, "D#######")),
    "date_of_birth": ("DATE_OF_BIRTH", lambda draw: _digits(draw, "19##-0#-1#")),
    "postcode": ("ADDRESS", lambda draw: _digits(draw, "#####")),
    "zipcode": ("ADDRESS", lambda draw: _digits(draw, "#####")),
    "building_number": ("ADDRESS", lambda draw: _digits(draw, "###")),
    "secondary_address": ("ADDRESS", lambda draw: _digits(draw, "Apt. ###")),
}


def write_truth(sample: Path, templates: Path, target: Path, *, each: int, seed: int) -> int:
    """Writes texts with their spans as JSON lines, ``each`` of every template that the sample does not use.

    Returns:
        The number of texts.
    """
    rows = json.loads(sample.read_text("utf-8"))
    values: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for span in row["spans"]:
            values[span["entity_type"]].append(span["entity_value"])
    texts = [row["full_text"] for row in rows]
    told = [line.replace("\\n", "\n") for line in templates.read_text("utf-8", "replace").splitlines() if line]
    unused = [line for line in told if not any(_form(line).fullmatch(text) for text in texts)]
    draw = Random(seed)
    made = [_fill(line, values, draw) for line in unused for _ in range(each)]
    target.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made), "utf-8")
    return len(made)


def _form(template: str) -> re.Pattern[str]:
    return re.compile(".{1,80}?".join(map(re.escape, _SLOT.split(template)[::2])), re.DOTALL)


def _fill(template: str, values: dict[str, list[str]], draw: Random) -> dict[str, object]:
    text, spans, at = "", [], 0
    for slot in _SLOT.finditer(template):
        text += template[at : slot.start()]
        entity, value = _value(slot[1], values, draw)
        if entity is not None:
            spans.append({"start": len(text), "end": len(text) + len(value), "entity": entity})
        text += value
        at = slot.end()
    return {"text": text + template[at:], "spans": list(_joined(text, spans))}


def _value(slot: str, values: dict[str, list[str]], draw: Random) -> tuple[str | None, str]:
    if slot in _NUMBERS:
        entity, make = _NUMBERS[slot]
        return entity, make(draw)
    if slot in _PEOPLE | _FIRST | _LAST:
        whole = draw.choice([name for name in values["PERSON"] if " " in name])
        return "PERSON", whole if slot in _PEOPLE else whole.split()[0 if slot in _FIRST else -1]
    if slot in ("address", "street_name"):
        # The sample has some addresses in parts: a house number alone is none.
        needed = r"[^\W\d_]{3}.*\d|\d.*[^\W\d_]{3}" if slot == "address" else r"[^\W\d_]{3}"
        return "ADDRESS", draw.choice([told for told in values["STREET_ADDRESS"] if re.search(needed, told, re.DOTALL)])
    if slot in _PLACES:
        return "LOCATION", draw.choice(values["GPE"])
    if slot == "organization":
        return "ORGANIZATION", draw.choice(values["ORGANIZATION"])
    return None, _OTHERS.get(slot, slot)


def _joined(text: str, spans: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    """Neighbouring parts of one address, or of one name, as one."""
    last: dict[str, object] | None = None
    for span in spans:
        gap = text[int(str(last["end"])) : int(str(span["start"]))] if last else "x"
        if (
            last
            and last["entity"] == span["entity"]
            and span["entity"] in ("ADDRESS", "PERSON")
            and not gap.strip(" ,")
        ):
            last["end"] = span["end"]
            continue
        if last:
            yield last
        last = span
    if last:
        yield last
