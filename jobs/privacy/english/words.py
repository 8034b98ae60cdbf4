"""Words by which English text tells names, places and common words apart: a table in ``data/english_words.txt.gz``.

Where it comes from and its licences: ``data/README.md``; how it was made: ``scripts/make_english_words.py``.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

# Classes of a word: G a frequent given name, g another one, s a surname, p a place, c a word that is common in lower
# case.
GIVEN, SURNAME, PLACE, COMMON = "Gg", "s", "p", "c"
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "’": "'"})
_NOT_GIVEN = str.maketrans("", "", GIVEN)
# Patronymics and endings of surnames: Nordic, Slavic, Greek, Romanian, Finnish, Georgian, Italian, Armenian.
_SURNAME_ENDING = re.compile(
    r"^[a-z'-]{2,}(?:sson|[lnr]sen|ssen|dottir|[oe]vsk[iy]|[oe]wsk[ia]|ynsk[iy]|insk[ia]|wicz|czyk|enko|[oe]vic"
    r"|kova|[rnlt]ova"
    r"|opoulos|[aeio]dis|escu|[aei]inen|linen|shvili|adze|ellini|olini|ucci|acci|izzi|azzi|yan|quist|strom|berg|stein)$"
)
# Capitalised by grammar, and nobody's name alone.
_ALWAYS_COMMON_TEXT = """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu
    thur thurs fri sat sun mr mrs ms mx dr prof sir madam miss mister jr st i'm i'll i've i'd it's that's what's
    let's don't can't hi hello hey dear ok okay thanks thank please sorry yes no god christmas easter halloween
    internet web wifi iphone ipad android google facebook twitter youtube instagram whatsapp paypal amazon apple
    microsoft netflix english french german spanish italian chinese japanese korean russian american british
    european african asian indian mercury venus mars jupiter saturn uranus neptune pluto bot kata my can an so
    do to in as are his her you he she we our your any many see say am be or if at on by it the this that why
    who how what when where is was did does has have had not and but for with from
"""
ALWAYS_COMMON = frozenset(_ALWAYS_COMMON_TEXT.split())
# Firms and brands that have a person's name, and are met far more often than whoever has it.
_FIRMS_TEXT = """
    calvin klein, tommy hilfiger, ralph lauren, giorgio armani, hugo boss, michael kors, marc jacobs, jimmy choo,
    kate spade, tory burch, jo malone, bobbi brown, estee lauder, helena rubinstein, tom ford, paul smith, pierre
    cardin, louis vuitton, christian dior, saint laurent, yves saint laurent, karl lagerfeld, issey miyake, daniel
    wellington, harry winston, van cleef, charles keith, mercedes benz, harley davidson, jack daniel, jack daniels,
    johnnie walker, elizabeth arden, max mara, vera wang, wells fargo, charles schwab, morgan stanley, berkshire
    hathaway, eli lilly, fred perry, ben sherman, air max, jack wolfskin, jack jones, alexander mcqueen, alexander
    wang, stella mccartney, vivienne westwood, victoria beckham, giuseppe zanotti, salvatore ferragamo, roger
    vivier, rene caovilla, stuart weitzman, sam edelman, steve madden, tiffany co, laura mercier, charlotte tilbury,
    nina ricci, guy laroche, paco rabanne, carolina herrera, oscar de la renta, ted baker, dolce gabbana,
    ermenegildo zegna, alfred dunhill, patek philippe, vacheron constantin, audemars piguet, frederique constant,
    raymond weil, maurice lacroix, anne klein, nine west, juicy couture, betty crocker, aunt jemima, papa john,
    jenny craig, dow jones, goldman sachs, merrill lynch, ernst young, arthur andersen, john deere, rolls royce,
    aston martin, alfa romeo, lucas film, hewlett packard, warner bros, walt disney, best buy, trader joe, jim beam,
    johnson johnson, procter gamble, honda, toyota, suzuki, mazda, yamaha, ferrari, lamborghini, maserati, bugatti,
    porsche, bosch, siemens, philips, dell, boeing, kellogg, heinz, nestle, cadbury, hershey, gucci, prada, versace,
    armani, chanel, dior, hermes, cartier, tiffany, rolex, casio, seiko, lego, mattel, hasbro, pfizer, bayer, merck,
    novartis, roche, disney, pixar, adidas, puma, nike, reebok, levi, gillette, colgate, ikea, aldi, lidl, tesco,
    walmart, costco, hilton, marriott, hyatt, alexa, siri, tesla, ford, renault, peugeot, citroen, daimler, krupp,
    hitachi, toshiba, kawasaki, mitsubishi, dyson, kraft, amex, visa, mastercard, stripe, klarna, venmo, zelle,
    anker, garmin, fitbit, kenwood, braun, krups, miele, electrolux, whirlpool, makita, dewalt, black decker,
    stanley black, harman kardon, bang olufsen, dr martens, doc martens, birkenstock, lacoste, burberry, balenciaga,
    paul frank, lee cooper, karen millen, laura ashley, mary kay, jp morgan, j p morgan, lloyds, barclays,
    santander, allianz, prudential, john lewis, marks spencer, fortnum mason, crate barrel, bed bath, williams
    sonoma, abercrombie fitch, dunkin, dunkin donuts, ben jerry, haagen dazs, jack daniels, captain morgan, johnny
    walker, jose cuervo, don julio, dom perignon, moet chandon, veuve clicquot, sierra nevada, samuel adams, sara
    lee, uncle ben, duncan hines, oscar mayer, philip morris, lockheed martin, northrop grumman, booz allen,
    deloitte, mckinsey, baker mckenzie, smith wesson, harley, tommy bahama, eddie bauer, land rover, chevrolet,
    cortana, docker, fred meyer, ruth chris, johnny rockets
"""
FIRMS = frozenset(" ".join(_FIRMS_TEXT.split()).split(", "))
# Shops and brands in the genitive: with "'s" behind them they are met more often than the person.
_OWNED_FIRMS_TEXT = """
    mcdonald domino sainsbury macy kohl hershey kellogg arby hardee denny applebee morrison sotheby christie smucker
    culver zaxby bojangle popeye nando harrod selfridge debenham waterstone dillard bloomingdale cabela peet menard
"""
OWNED_FIRMS = frozenset(_OWNED_FIRMS_TEXT.split())


def plain(word: str) -> str:
    """Without case and accents: what the table is keyed by."""
    folded = word.casefold().translate(_LETTERS)
    if folded.isascii():
        return folded
    letters = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in letters if not unicodedata.combining(c))


@lru_cache(maxsize=1 << 14)
def classes_of(word: str) -> str:
    """The classes of a word, however it is written; empty for a word that is not in the table.

    A word in parts that is not in it is a given name where both parts are (Jean-Luc), else what its last part is. A
    word that nobody knows but that ends as surnames do in some language is a surname.
    """
    key = plain(word)
    if key in ALWAYS_COMMON:
        return COMMON
    found = _table().get(key)
    if found is None and key.endswith("'s"):
        found = _table().get(key[:-2])
    if found is None and "-" in key:
        parts = [_table().get(part, "") for part in key.split("-")]
        found = "g" if all(any(c in part for c in GIVEN) for part in parts) else parts[-1].translate(_NOT_GIVEN)
    if not found and _SURNAME_ENDING.search(key):
        return SURNAME
    return found or ""


def is_place(words: str) -> bool:
    """Whether the words are the name of a country, a state of the US or a city of more than 50,000 people."""
    return PLACE in _table().get(plain(words), "")


@cache
def _table() -> dict[str, str]:
    packed = resources.files("jobs.privacy").joinpath("data/english_words.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    return dict(line.split("\t") for line in lines)
