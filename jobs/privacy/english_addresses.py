"""Addresses in English text: American and British ones, and those of other countries in Latin letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.english_words import COMMON, SURNAME, classes_of, is_place
from jobs.privacy.rules import Found, Rule, pattern_rule

_CAP = r"[A-Z\u00c0-\u00de\u0100-\u024f]"
_LOW = r"[A-Za-z\u00c0-\u024f]"
_WORD = rf"(?:{_CAP}[\w'’.\-]{{1,24}})"
# What stands after the name of a street, in English.
_STREET = (
    "Street|St|Str|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|Terrace"
    "|Ter|Parkway"
    "|Pkwy|Circle|Cir|Highway|Hwy|Close|Crescent|Cres|Trail|Trl|Grove|Gardens|Mews|Row|Alley|Plaza|Quay|Walk"
    "|Loop|Path|Pike"
    "|Bypass|Turnpike|Expressway|Freeway|Esplanade|Parade|Rise|Vale|Heights|Junction|Crossing"
)
# Of the Postal Service's suffixes (Publication 28, appendix C1) those that are other words too: behind a number only.
_SUFFIX = (
    "Annex|Bend|Bluff|Branch|Brook|Burgs?|Camp|Canyon|Cape|Causeway|Cliffs?|Corners?|Course|Coves?|Creek|Crest|Dale|Dam"
    "|Estates?|Extension|Falls?|Ferry|Fields?|Flats?|Fords?|Forest|Forges?|Forks?|Fort|Gateway|Glens?|Greens?|Groves"
    "|Harbors?|Haven|Hills?|Hollow|Inlet|Islands?|Isle|Keys?|Knolls?|Lakes?|Land|Landing|Lights?|Locks?|Lodge|Manors?"
    "|Meadows?|Mills?|Mission|Motorway|Mountains?|Neck|Orchard|Oval|Overpass|Parks?|Parkways|Pass|Passage|Pines?"
    "|Plains?"
    "|Points?|Ports?|Prairie|Radial|Ramp|Ranch|Rapids?|Rest|Ridges?|River|Route|Run|Shoals?|Shores?|Skyway"
    "|Springs?|Spurs?"
    "|Squares|Stations?|Stravenue|Streams?|Streets|Summit|Throughway|Trace|Track|Trafficway|Tunnel|Underpass|Unions?"
    "|Valleys?|Via|Viaduct|Views?|Villages?|Ville|Vista|Walks|Wall|Ways|Wells?"
)
# What stands before it, in other languages.
_LEAD = (
    r"Rue|Ruelle|Avenue|Boulevard|Allée|Chemin|Impasse|Quai|Via|Viale|Corso|Piazza|Piazzale|Largo|Vicolo|Strada"
    r"|Calle|C/"
    r"|Avenida|Av\.?|Paseo|Plaza|Pasaje|Camino|Carrera|Carretera|Rua|Rúa|Travessa|Praça|Estrada|Alameda|Rodovia"
    r"|Ulica|Ul\."
    r"|Aleja|Al\.|Trg|Place|Jalan|Jl\.|Jln|Str\.|Strasse|Calea|Bulevardul|Nám\.|Náměstí|Tř\.|Via|Carrer|Passeig|Avda\.?"
)
# What it ends in, in other languages.
_TAIL = (
    r"stra(?:ß|ss)e|str\.|gasse|weg|platz|allee|damm|ufer|ring|gata|gatan|vägen|vagen|vegen|veien|vei|vej|gade"
    r"|stræde|væn[gc]et"
    r"|allé|bakken|plads|katu|tie|kuja|polku|straat|laan|plein|gracht|kade|dreef|brautin?|braut|stígur|vegur"
    r"|ulice|ulica|ova|ská"
    r"|ská|cesta|třída|nábřeží|uulits|tänav|iela|gatvė|sokağı|caddesi|bulvarı"
)
_UNIT = (
    r"(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|Rm|Bldg|Building)\.?[ ]?#?[A-Za-z]?\d{1,6}[A-Za-z]?"
    r"|#[ ]?\d{1,5}[A-Za-z]?"
)
_NUMBER = r"\d{1,6}[A-Za-z]?(?:[ ]?[-/][ ]?\d{1,5}[A-Za-z]?)?"
_US_STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
)
_ABBREVIATION = re.compile(rf"(?<![\w.])(?:{_STREET})$", re.IGNORECASE)

_STREET_FIRST = re.compile(
    # 12 High Street; 5638 106 Rue Ettatawer Apt. 409
    rf"(?<![\w#$€£.,:/\-])(?:(?:{_UNIT}),?[ ])?(?:{_NUMBER}[ ]+){{1,2}}"
    rf"(?:(?:(?:[NSEW]\.?|North|South|East|West|\d{{1,3}}(?:st|nd|rd|th)|{_WORD}|of|the)[ ]+){{1,4}}(?:{_STREET})\b\.?"
    rf"|{_WORD}(?:[ ]{_WORD})?[ ](?:{_SUFFIX})\b"
    rf"|(?i:{_LEAD})(?:[ ]+(?:{_WORD}|d[aeio]s?|d[eu]l|de[il]l[ae]|de[gl]li|dei|de la|des|du|of|[ei]|la|les|und"
    rf"|der)){{1,5}}(?:[ ]\d{{1,5}}\b)?"
    rf"|(?:{_WORD}[ ]+){{0,3}}{_LOW}{{2,20}}(?:{_TAIL})(?![\w])(?:[ ]\d{{1,4}}[A-Za-z]?\b)?)"
)
_STREET_LAST = re.compile(
    # Via Tasso 129; Hauptstraße 5; ul. Cicha 86
    rf"(?<![\w])(?:(?i:{_LEAD})(?:[ ]+(?:{_WORD}|d[aeio]s?|d[eu]l|de[il]l[ae]|de[gl]li|dei|de la|des|du|[ei]|la"
    rf"|les|und|der)){{1,5}},?[ ]+\d{{1,5}}[A-Za-z]?\b"
    rf"|(?:{_WORD}[ ]+){{0,3}}{_LOW}{{2,20}}(?:{_TAIL})[ ]+\d{{1,4}}[A-Za-z]?\b"
    rf"|{_WORD}(?:[ ]{_WORD}){{0,2}}[ ](?:utca|út|útja|u\.|tér|tere|körút|krt\.|köz|rkp\.|sétány|sor|ul\.|ulica"
    rf"|trg|cesta)[ ]\d{{1,4}}\.?"
    rf"|(?:{_WORD}[ ]){{1,3}}(?:Street|Road|Avenue|Lane|Drive|Boulevard|Square|Str\.?)[ ]\d{{1,4}}[A-Za-z]?\b)"
)
_LOWER_STREET = re.compile(
    r"(?<![\w#$€£.,:/\-])\d{1,6}[a-z]? (?:[a-z][a-z'’.\-]{1,20} ){1,3}"
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|court|crescent|terrace|parkway|highway)\b\.?"
    r"(?: (?:apt|suite|unit|flat)\.? ?\d{1,5})?"
)
_NOT_A_STREET = re.compile(
    r"(?:days?|hours?|minutes?|years?|weeks?|months?|times|miles?|km|people|percent|dollars|more|of the|per|in"
    r"|on|to|for|and|is|are)\b"
)
_PLAIN = rf"(?:{_CAP}(?:[^\W\d_]|['’.\-]){{1,24}})"
_NEXT = re.compile(
    rf"(?P<gap>[ ]*(?:,[ ]*\n?|\n)[ >?]*|[ ]+)(?P<part>{_UNIT}|(?:{_PLAIN}(?:[ ](?:de|del|di|do|da|upon|on|la|le|na))?"
    rf"(?:[ ]{_PLAIN}){{0,3}})|{_CAP}{{2,3}}\b|\d{{4,6}}(?:-\d{{3,4}})?\b|\d{{3}}[ ]\d{{2}}\b)"
)
# The second half of a British postcode, behind the first.
_INWARD_CODE = re.compile(r"(?<=[A-Z]\d)[A-Z\d]?[ ]\d[A-Z]{2}\b")
_POSTCODE = re.compile(
    r"[ ,\n>?]{1,6}(?:(?:[A-Z]{2}[ ])?\d{4,6}(?:-\d{3,4})?\b|[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}\b"
    r"|[A-Z]\d[A-Z][ ]\d[A-Z]\d\b)"
)

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
_VALUE = re.compile(
    rf"(?:(?:{_NUMBER}|{_WORD}|{_UNIT}|d[aeio]s?|d[eu]l|la|el|les|des|du|von|van|der|upon|utca|út|útja|u\.|ul\."
    rf"|trg|cesta|fejedelem)"
    r"(?:,?[ ]|\.[ ]?(?=\d|$|\n)|(?=$|\W))){1,14}"
)


_UNIT_ALONE = re.compile(r"\b(?:(?:Apt|APT|apt|Ste)\.?|(?i:Apartment|Suite|Unit|Flat))[ ]?#?\d{1,5}[A-Za-z]?\b")
_NAMED_STREET = re.compile(
    r"\b(?:lives? on|corner of|stop (?:at|on)|station is on|side of|turn (?:left|right) (?:at|on|onto|into)"
    r"|enter on|off at"
    rf"|house on|shop on|office on"
    rf"|located on|(?<=St\. )and)[ ](?:the )?(?P<v>(?:\d{{1,5}} )?{_WORD}(?:[ ]{_WORD}){{0,2}}[ ]"
    rf"(?:{_STREET}|{_SUFFIX})\b\.?)"
)
# The last line of an address: country or city, and postcode.
_COUNTRY_LINE = re.compile(
    rf"(?:^|[\n,])[ >?\t]*(?P<place>{_WORD}(?:[ ]{_WORD}){{0,2}})[ ]"
    r"(?P<code>\d{4,6}|\d{3}[ ]\d{2}|\d{4}[ ]?[A-Z]{2})[ .]*(?=\n|$)"
)
_PLACE_LINE = re.compile(rf"[ ]*\n[ >?,]*(?:{_CAP}{{2}}\b|{_WORD}(?:[ ]{_WORD}){{0,2}}[ ]?\d{{4,6}}\b|\d{{4,6}}\b)")
_OWN_LINE = re.compile(
    rf"^[>? \t]*(?P<v>(?:{_NUMBER}[ ]){{1,2}}{_WORD}(?:[ ]{_WORD}){{0,3}}(?:[ ]\d{{1,4}}[A-Za-z]?)?"
    rf"|{_WORD}(?:[ ]{_WORD}){{0,3}}[ ]\d{{1,4}}[A-Za-z]?)(?:[ ](?:{_UNIT}))?[ .]*$",
    re.MULTILINE,
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_TIME_OR_DATE = re.compile(rf"\d{{1,2}}(?::\d\d)?\s?(?:am|pm)?|{_MONTH} \d{{1,4}}|\d{{1,2}} {_MONTH}(?: \d{{4}})?")


def street_addresses(text: str) -> Iterator[Found]:
    """Streets with their numbers, and what follows of the address: suite, city, state, postcode, country."""
    for pattern, score in ((_STREET_FIRST, 0.65), (_STREET_LAST, 0.6)):
        for match in pattern.finditer(text):
            if not _is_common(match[0]):
                yield match.start(), _whole(text, match.end()), score
    for match in _LOWER_STREET.finditer(text):
        words = match[0].split()[1:-1]
        if not _NOT_A_STREET.match(words[0]) and any(_may_name_a_street(word) for word in words):
            yield match.start(), match.end(), 0.5


def _may_name_a_street(word: str) -> bool:
    classes = classes_of(word)
    return COMMON not in classes or SURNAME in classes or word in ("main", "high", "church", "station", "queen")


def _is_common(told: str) -> bool:
    """Whether what looks like one word and a number is a common word: "During 1971" ends as a Dutch street would."""
    words = [word for word in told.split() if not word[0].isdigit()]
    return len(words) == 1 and COMMON in classes_of(words[0])


def announced_addresses(text: str) -> Iterator[Found]:
    """What stands behind "my address is", "lives at": capitalised words with a house number among them."""
    for match in _ANNOUNCED.finditer(text):
        value = _VALUE.match(text, match.end())
        if value is None:
            continue
        told = value[0].rstrip(" ,.\n")
        if re.search(r"\d", told) and re.search(rf"{_LOW}{{3}}", told) and not _TIME_OR_DATE.fullmatch(told):
            yield value.start(), _whole(text, value.start() + len(told)), 0.6


def units(text: str) -> Iterator[Found]:
    """A flat or a suite, and the places that follow."""
    for match in _UNIT_ALONE.finditer(text):
        yield match.start(), _whole(text, match.end()), 0.45


def named_streets(text: str) -> Iterator[Found]:
    """Streets without a number, where the words before say that a street or a stop follows."""
    for match in _NAMED_STREET.finditer(text):
        yield *match.span("v"), 0.45


def address_lines(text: str) -> Iterator[Found]:
    """A line of its own that is a street with a number, in a text of several such lines (letterheads, signatures)."""
    if text.count("\n") < 2 or not re.search(r"\d{3}", text):
        return
    for match in _OWN_LINE.finditer(text):
        words = re.findall(rf"{_LOW}{{3,}}", match["v"])
        if words and not any(COMMON in classes_of(word) for word in words):
            yield match.start("v"), _whole(text, match.end("v")), 0.45


def country_lines(text: str) -> Iterator[Found]:
    """The last line of an address: a country or a large city, and a postcode."""
    for match in _COUNTRY_LINE.finditer(text):
        if is_place(match["place"]):
            yield match.start("place"), match.end("code"), 0.5


def _whole(text: str, end: int) -> int:
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
        if re.match(_UNIT, part) or part[0].isdigit():
            end = stop
        elif is_place(part) or postcode is not None:
            end = postcode.end() if postcode else stop
        elif part.isupper() and len(part) <= 3:
            if same_line and not re.fullmatch(_US_STATES, part):
                return end
            end = stop
        elif ("," in match["gap"] and not any(COMMON in classes_of(word) for word in part.split())) or (
            "\n" in match["gap"] and _PLACE_LINE.match(text, stop)
        ):
            end = stop
        else:
            return end
    return end


_ADDRESS = "ADDRESS"
RULES: tuple[Rule, ...] = (
    Rule(
        _ADDRESS,
        "street_address_en",
        r"[0-9][a-z]?[ ,]+[A-Za-z\u00c0-\u024f]|[a-z\u00c0-\u024f.],?[ ]+[0-9]",
        street_addresses,
        ("en",),
    ),
    Rule(
        _ADDRESS,
        "announced_address_en",
        r"address|located|liv(?:e|ing)|resid|it['’]?s? (?:is )?(?:in|at)|moved|taxi|(?:at|to)[ \n]|corner of",
        announced_addresses,
        ("en",),
    ),
    Rule(_ADDRESS, "country_line_en", r"[a-z][ ][0-9]{3}", country_lines, ("en",)),
    Rule(
        _ADDRESS,
        "named_street_en",
        r"lives? on|corner of|stop|station is|side of|turn |enter on|off at|st\. and|(?:house|shop|office|located) on",
        named_streets,
        ("en",),
    ),
    Rule(_ADDRESS, "address_line_en", r"[0-9]{3}", address_lines, ("en",)),
    pattern_rule(
        _ADDRESS,
        "post_office_box_en",
        r"box",
        r"(?i:\b(?:P\.?[ ]?O\.?|Post Office|Postal|GPO)[ ]?Box[ ]#?\d{1,7}\b|\b(?:PSC|CMR"
        r"|Unit)[ ]\d{1,6},?[ ]Box[ ]\d{1,6}\b)"
        rf"(?:[,\s]{{1,6}}(?:(?:APO|FPO|DPO)[ ]A[AEP]"
        rf"|[A-Z][A-Za-z .'\-]{{2,30}},?[ ](?:{_US_STATES}))[ ]\d{{5}}(?:-\d{{4}})?)?",
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
        rf"(?<![\w'])(?:{_WORD}[ ]){{0,2}}{_WORD},?[ ](?:{_US_STATES})[ ]{{1,2}}\d{{5}}(?:-\d{{4}})?\b",
        0.65,
        languages=("en",),
    ),
    pattern_rule(
        _ADDRESS,
        "postcode_en",
        r"[a-z][0-9][0-9a-z]?[ ][0-9][a-z]{2}|[a-z][0-9][a-z] ?[0-9][a-z][0-9]",
        # Britain: outward and inward code, letters as they are assigned; Canada: no D, F, I, O, Q, U.
        r"\b(?:(?:[A-PR-UWYZ][A-HK-Y]?\d[\dA-HJKPSTUW]?)[ ]\d[ABD-HJLNP-UW-Z]{2}"
        r"|[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ ]\d[ABCEGHJ-NPRSTV-Z]\d)\b",
        0.55,
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
