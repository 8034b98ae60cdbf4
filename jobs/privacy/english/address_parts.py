"""What an address in English text is made of, and where one that has been begun ends."""

from __future__ import annotations

import re

from jobs.privacy.english.words import COMMON, classes_of, is_place

CAP = r"[A-Z\u00c0-\u00de\u0100-\u024f]"
LOW = r"[A-Za-z\u00c0-\u024f]"
WORD = rf"(?:{CAP}[\w'’.\-]{{1,24}})"
UNIT = (
    r"(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|Rm|Bldg|Building)\.?[ ]?#?[A-Za-z]?\d{1,6}[A-Za-z]?"
    r"|#[ ]?\d{1,5}[A-Za-z]?"
)
NUMBER = r"\d{1,6}[A-Za-z]?(?:[ ]?[-/][ ]?\d{1,5}[A-Za-z]?)?"
US_STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
)
# No first half of a postcode: BA2.
_PLAIN = rf"(?:{CAP}(?:[^\W\d_]|['’.\-]){{1,24}}(?!\d))"
_NEXT = re.compile(
    rf"(?P<gap>[ ]*(?:,[ ]*\n?|\n)[ >?]*|[ ]+)(?P<part>{UNIT}|(?:{_PLAIN}(?:[ ](?:de|del|di|do|da|upon|on|la|le|na))?"
    rf"(?:[ ]{_PLAIN}){{0,3}})|{CAP}{{2,3}}\b|\d{{4,6}}(?:-\d{{3,4}})?\b|\d{{3}}[ ]\d{{2}}\b)"
)
# The second half of a British postcode, behind the first.
_INWARD_CODE = re.compile(r"(?<=[A-Z]\d)[A-Z\d]?[ ]\d[A-Z]{2}\b")
_POSTCODE = re.compile(
    r"[ ,\n>?]{1,6}(?:(?:[A-Z]{2}[ ])?\d{4,6}(?:-\d{3,4})?\b|[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}\b"
    r"|[A-Z]\d[A-Z][ ]\d[A-Z]\d\b)"
)
_PLACE_LINE = re.compile(rf"[ ]*\n[ >?,]*(?:{CAP}{{2}}\b|{WORD}(?:[ ]{WORD}){{0,2}}[ ]?\d{{4,6}}\b|\d{{4,6}}\b)")


def whole_address(text: str, end: int) -> int:
    """Where the address ends that has been read up to ``end``: suite, places, postcodes and states go on with it."""
    if inward := _INWARD_CODE.match(text, end):
        return inward.end()
    for _ in range(6):
        match = _NEXT.match(text, end)
        if match is None:
            return end
        part, stop = match["part"], match.end()
        postcode = _POSTCODE.match(text, stop)
        same_line = "\n" not in match["gap"] and "," not in match["gap"]
        if re.match(UNIT, part) or part[0].isdigit():
            end = stop
        elif is_place(part) or postcode is not None:
            end = postcode.end() if postcode else stop
        elif part.isupper() and len(part) <= 3:
            if same_line and not re.fullmatch(US_STATES, part):
                return end
            end = stop
        elif ("," in match["gap"] and not any(COMMON in classes_of(word) for word in part.split())) or (
            "\n" in match["gap"] and _PLACE_LINE.match(text, stop)
        ):
            end = stop
        else:
            return end
    return end
