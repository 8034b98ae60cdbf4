"""Streets in English text: American and British ones, and those of other countries in Latin letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.english.address_parts import LOW, NUMBER, UNIT, WORD, whole_address
from jobs.privacy.english.words import COMMON, SURNAME, classes_of
from jobs.privacy.rules import Found, Rule

# What stands after the name of a street, in English.
STREET = (
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
_STREET_FIRST = re.compile(
    # 12 High Street; 5638 106 Rue Ettatawer Apt. 409
    rf"(?<![\w#$€£.,:/\-])(?:(?:{UNIT}),?[ ])?(?:{NUMBER}[ ]+){{1,2}}"
    rf"(?:(?:(?:[NSEW]\.?|North|South|East|West|\d{{1,3}}(?:st|nd|rd|th)|{WORD}|of|the)[ ]+){{1,4}}(?:{STREET})\b\.?"
    rf"|{WORD}(?:[ ]{WORD})?[ ](?:{_SUFFIX})\b"
    rf"|(?i:{_LEAD})(?:[ ]+(?:{WORD}|d[aeio]s?|d[eu]l|de[il]l[ae]|de[gl]li|dei|de la|des|du|of|[ei]|la|les|und"
    rf"|der)){{1,5}}(?:[ ]\d{{1,5}}\b)?"
    rf"|(?:{WORD}[ ]+){{0,3}}{LOW}{{2,20}}(?:{_TAIL})(?![\w])(?:[ ]\d{{1,4}}[A-Za-z]?\b)?)"
)
_STREET_LAST = re.compile(
    # Via Tasso 129; Hauptstraße 5; ul. Cicha 86
    rf"(?<![\w])(?:(?i:{_LEAD})(?:[ ]+(?:{WORD}|d[aeio]s?|d[eu]l|de[il]l[ae]|de[gl]li|dei|de la|des|du|[ei]|la"
    rf"|les|und|der)){{1,5}},?[ ]+\d{{1,5}}[A-Za-z]?\b"
    rf"|(?:{WORD}[ ]+){{0,3}}{LOW}{{2,20}}(?:{_TAIL})[ ]+\d{{1,4}}[A-Za-z]?\b"
    rf"|{WORD}(?:[ ]{WORD}){{0,2}}[ ](?:utca|út|útja|u\.|tér|tere|körút|krt\.|köz|rkp\.|sétány|sor|ul\.|ulica"
    rf"|trg|cesta)[ ]\d{{1,4}}\.?"
    rf"|(?:{WORD}[ ]){{1,3}}(?:Street|Road|Avenue|Lane|Drive|Boulevard|Square|Str\.?)[ ]\d{{1,4}}[A-Za-z]?\b)"
)
_LOWER_WORD = r"(?:[nsew]|north|south|east|west|\d{1,3}(?:st|nd|rd|th)|[a-z][a-z'’.\-]{1,20})"
_LOWER_STREET = re.compile(
    rf"(?<![\w#$€£.,:/\-])\d{{1,6}}[a-z]? (?:{_LOWER_WORD} ){{1,3}}"
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|court|crescent|terrace|parkway|highway|grove|gardens"
    r"|mews)\b\.?(?:,? (?:apt|apartment|suite|unit|flat)\.? ?#?\d{1,5}[a-z]?)?"
    # A town and a postcode: bristol bs6 5ad; springfield, il 62704
    r"(?:,? (?:[a-z]{3,20},? ){0,3}(?:[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}|[a-z]{2} \d{5})\b)?"
)
_NOT_A_STREET = re.compile(
    r"(?:days?|hours?|minutes?|years?|weeks?|months?|times|miles?|km|people|percent|dollars|more|of the|per|in"
    r"|on|to|for|and|is|are)\b"
)
_NAMED_STREET = re.compile(
    r"\b(?:lives? on|corner of|stop (?:at|on)|station is on|side of|turn (?:left|right) (?:at|on|onto|into)"
    r"|enter on|off at"
    rf"|house on|shop on|office on"
    rf"|located on|(?<=St\. )and)[ ](?:the )?(?P<v>(?:\d{{1,5}} )?{WORD}(?:[ ]{WORD}){{0,2}}[ ]"
    rf"(?:{STREET}|{_SUFFIX})\b\.?)"
)


def street_addresses(text: str) -> Iterator[Found]:
    """Streets with their numbers, and what follows of the address: suite, city, state, postcode, country."""
    for pattern, score in ((_STREET_FIRST, 0.65), (_STREET_LAST, 0.6)):
        for match in pattern.finditer(text):
            if not _is_common(match[0]):
                yield match.start(), whole_address(text, match.end()), score
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
    return len(words) == 1 and len(told.split()) == 2 and COMMON in classes_of(words[0])


def named_streets(text: str) -> Iterator[Found]:
    """Streets without a number, where the words before say that a street or a stop follows."""
    for match in _NAMED_STREET.finditer(text):
        yield *match.span("v"), 0.45


RULES: tuple[Rule, ...] = (
    Rule(
        "ADDRESS",
        "street_address_en",
        r"[0-9][a-z]?[ ,]+[A-Za-z\u00c0-\u024f]|[a-z\u00c0-\u024f.],?[ ]+[0-9]",
        street_addresses,
        ("en",),
    ),
    Rule(
        "ADDRESS",
        "named_street_en",
        r"lives? on|corner of|stop|station is|side of|turn |enter on|off at|st\. and|(?:house|shop|office|located) on",
        named_streets,
        ("en",),
    ),
)
