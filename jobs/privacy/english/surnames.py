"""Surnames in lower case: which words behind a given name go with it."""

from __future__ import annotations

from jobs.privacy.english.words import ALWAYS_COMMON, COMMON, PLACE, SURNAME, classes_of

# Frequent surnames (US census of 1990) that are words too, but hardly ones that go on a sentence behind a given name:
# "it was john smith". "long", "hope", "may" and "will" are missing here because they do.
_WORD_SURNAMES_TEXT = """
    adams allen anderson baker barber barnes bell bishop black boyd brooks brown burns butler carpenter carter
    chambers chandler clark clay coleman collier cook cooper cox crane curry davis davies day dean duke dyer evans
    farmer field fields fisher fleming flowers ford forester foster fowler fox franks freeman french frost fuller
    gallagher gardner gibson glover gordon graves gray green greer grey griffin hall hammond harper harris hart
    harvey hawkins hayes heath hicks hill hines holland holmes hood hooper hopper howard hughes hunter hyde jackson
    jacobs james jenkins johnson jones jordan kelley kelly kemp king knight lamb lane larson lawson leach lee lewis
    little lloyd lowe marsh marshall martin mason mathews mccoy mercer meyers miles mills mitchell monk moody moon
    moore morris moss myers nash newman nichols noble norman owen owens page palmer parker parks parrish parsons
    patrick payne peacock pearl peters phillips pike pitts pollard poole pope porter potter powers pratt price quick
    ramsey randall ray reed reeves reynolds rice richards robbins roberts robin rogers roper rowe russell ryan
    sanders sawyer sellers sexton shepherd shields simmons singer skinner smith snow snyder sparks spears spencer
    stanley starr steele stephens stone strong summers sutton swan sweeney taylor teller thomas thorn thornton
    tucker turner tyler underwood wade waters watson watts weaver webb webster wells west wheeler white wiley
    williams wilson wise wolf wolfe wood woodard woods wright yates york young
"""
WORD_SURNAMES = frozenset(_WORD_SURNAMES_TEXT.split())


def goes_with_given_name(text: str, end: int, word: str) -> bool:
    """Whether a word behind a given name goes with it: no common word, or one that ends the clause."""
    classes = classes_of(word)
    if word in WORD_SURNAMES or (COMMON not in classes and PLACE not in classes):
        return True
    closes = text[end : end + 1] in ("", ".", ",", "!", "?", "\n")
    return closes and word not in ALWAYS_COMMON and len(word) > 3


def is_clear_surname(word: str) -> bool:
    """Whether a word in lower case is a surname and no other word, or a frequent one that is also a word."""
    classes = classes_of(word)
    return word in WORD_SURNAMES or (SURNAME in classes and COMMON not in classes)
