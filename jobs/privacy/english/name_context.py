"""What stands around a capitalised English word and tells whether a person, a place or a thing is named."""

from __future__ import annotations

import re

# Who is spoken of: after these, a capitalised word that nobody knows is a name.
_KIN = (
    "wife|husband|son|daughter|brother|sister|mother|father|uncle|aunt|cousin|nephew|niece|grandfather|grandmother|kid"
    "|child|baby|friend|colleague|boss|boyfriend|girlfriend|fianc[eé]e?|partner|neighbou?r|roommate"
)
_CALLING = (
    "actor|actress|singer|songwriter|author|writer|novelist|poet|composer|musician|drummer|guitarist|producer|director"
    "|commenter|professor|coach|captain|lawyer|agent|manager|patient|student|teacher|senator|governor|king|queen|prince"
    "|princess|sir|lord|lady|client|player|founder|judge|detective|officer|nurse|chef|painter|artist|scientist|physicist"
    "|philosopher|historian|economist|journalist|politician|mayor|minister"
)
_BEFORE = re.compile(
    r"(?:\b(?:named(?: him| her)?|called|calls? (?:me|him|her|us)|name is|name's|known as|aka|alias|married|attn"
    rf"|regards|sincerely|cheers|love|yours|{_KIN}|{_CALLING}|says|said|asked|replied|wrote|features|featuring|starring"
    r"|(?:written|directed|produced|sung|arranged|performed|played|composed) by|under(?: the name)?|in the name of"
    r"|behalf of|talk to|speak(?:ing)? (?:to|with)|spoke (?:to|with)|meet|met|follow up with|ask(?:ed)? for"
    r"|escalated to|assigned to|helped by|signed by|served by|chatting with|reservation for|booking for|table for"
    r"|(?:send|sent|deliver(?:ed)?|ship(?:ped)?|addressed|belongs) to)"
    r"[ ,:]{1,3}(?:of |the |is |was )?[\"“]?|\b(?:by|take on|tribute to) [\"“]?)$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Miss|Professor|Doctor|Mister|Madam|Sir)\b\.?[ ]$")
_AFTER = re.compile(
    r"(?:['’]s)?[\"”]?,?[ ](?:said|says|told|asks?|asked|replied|replies|wrote|writes|shouted|whispered|answered"
    r"|smiled|laughed"
    r"|died|married|lives|lived|was born|is from|comes from|grew up|had given|gave|thinks?|thought|wants?|wanted"
    r"|went|has to"
    r"|sang|sings|speaks?|spoke|began|decided|bought|sold|ate|ran|walked|drove|works? (?:at|for|in|as)|worked"
    r"|is (?:my|very|\d)|will be talking|points out"
    r"|and (?:her|his|my|i)\b|who\b|novel\b|version\b|concert\b|album\b|here\b)"
    r"|['’]s (?:mother|father|wife|husband|son|daughter|brother|sister|friend|address|phone|email|house|kid"
    r"|killers?|maiden"
    r"|birthday|account|name)|, (?:the|a|an|who|aged?|\d{1,2},)[ ]",
    re.IGNORECASE,
)
# What follows a name that belongs to something else: a street, an institution, a product.
_THINGS_TEXT = """
    street road avenue lane drive boulevard court square island islands river lake mount mountain bay beach
    bridge park airport station university college school hospital hotel church cathedral museum theatre theater
    stadium award prize inc llc ltd corp co company corporation group partners technologies systems solutions
    bank insurance institute foundation society association orchestra club fc united city county state province
    district region ocean sea desert valley creek falls canyon peninsula cup league act law theorem disease
    syndrome effect scale index test method equation constant algorithm press records studios pictures
    entertainment magazine times post journal news radio tv airlines motors foods stores mall center centre hall
    tower building house castle palace temple empire dynasty war investments ltd. inc. st str cafe café
    restaurant bar grill pizza kitchen diner bistro pub inn resort investment apt apartment bypass union point
    battle treaty constitution republic kingdom party movement language series trilogy championship tournament
    open country saint san santa los las fort port new north south east west rua via rue avenida av calle rúa
    plaza piazza strada corso viale ul ulica annex arcade bayou bend bluff bottom branch brook burg camp cape
    causeway cliff cliffs corner corners course cove coves crest crossing crossroad curve dam divide estate
    estates expressway extension fall ferry field fields flat flats forge fork freeway garden gardens gateway
    glens green harbor harbors haven heights highway hills hollow inlet isle junction junctions knoll knolls
    lakes landing light lights loaf locks lodge loop manor manors meadow meadows mews mills mission motorway
    mountains neck orchard oval overpass parks parkway parkways pass passage path pike pines plain plains plazas
    ports prairie radial ramp ranch rapid rapids rest ridge ridges roads route row run shoal shoals shore shores
    skyway spring springs spur spurs squares stravenue stream streams streets summit terrace throughway trace
    track trafficway trail tunnel turnpike underpass unions valleys viaduct view views village villages ville
    vista walk walks ways wells force bot bots pro plus ultra mini prime premium deluxe edition
"""
THINGS = frozenset(_THINGS_TEXT.split())
_PLACE_BEFORE = re.compile(
    r"\b(?:in|(?<!shouted )(?<!looked )(?<!yelled )(?<!smiled )(?<!laughed )at|near|into|across|through|towards?"
    r"|visit(?:ed|ing)?|(?:originally|moved here|travel+ed|flew|trip) (?:from|to)|live[sd]? (?:in|on)|located (?:at|in)"
    r"|(?:returned|moved|flight|go|going|travel+ing|welcome|train|bus|drive|drove|fly) to|\d(?:st|nd|rd|th)?(?: of)?"
    r"|(?:corner|city|town|state|county) of)[ ,]+$",
    re.IGNORECASE,
)
# "my accountant, X": what nobody knows may be a name there if it has two parts.
_EXPLAINED = re.compile(r"\b(?:my|our|his|her|their|your) [a-z]{3,20}(?: [a-z]{3,20})?, $")
# Who says that it is them: "Hi, it's X", "X here".
_PRESENTS_BEFORE = re.compile(r"(?:\b(?:hi|hello|hey|it is|yes)[,!.]? (?:it['’]?s|this is) |(?:^|\s)@)$", re.IGNORECASE)
_PRESENTS_AFTER = re.compile(r" here\b(?: again)?[,.!]?(?= |\n|$)")
_GREETING = re.compile(r"(?:^|[\n:] ?)(?:(?:hi|hello|hey|good \w{7,9})[,!.]? )?$", re.IGNORECASE)
# "X, can I please speak to your boss?"
_ASKED = re.compile(r", (?:can|could|would|will|please|do|did|are|how|what|when|why|thank|thanks|my|we|I)\b")
# "the Billy shelf": an article before a name and a thing behind it.
_ARTICLE_BEFORE = re.compile(r"\b(?:the|an?|this|that|new|another) $", re.IGNORECASE)
_NOUN_AFTER = re.compile(
    r" (?!(?:who|whom|we|you|they|from|that|at|in|on|is|was|has|had|and|or|family|brothers|sisters|guy|woman|man|girl"
    r"|boy|account|order|party)\b)[a-z]{3}"
)
# What has a name and is nobody: "the product name is ...".
_THING_BEFORE_NAME = re.compile(
    r"(?:product|brand|company|business|shop|store|hotel|file|folder|user|item|model|network|wi-?fi|host|domain|app"
    r"|game|team|event|course|book|song|film|movie|street|city|town|country|place|plan|pet|dog|cat|ship|drug|code|class"
    r"|function|variable|column|table|field|project|repo|server)['’]?s?[ ]?$",
    re.IGNORECASE,
)
_NUMBER_AFTER = re.compile(r",? \d")
_VERB_BEFORE = re.compile(
    r"(?:^|[.?!\"“\n] ?|\b(?:why|how|when|where|what) )(?:[Ii]s|[Ww]as|[Dd]oes|[Dd]id|[Hh]as|[Cc]an|[Ww]ill) $"
)
_SPEAKER = re.compile(r" ?: ?[\"“A-Z]")
_VERB_AFTER = re.compile(
    r" (?:was|has|had|will|would|could|can|did|does|should|never|just|also|spent|made|took|left|came|knows?|likes?"
    r"|loves?|needs?)\b"
)


def is_person_told(text: str, start: int, end: int) -> bool:
    """Whether the words before or after say that a person is spoken of: "my brother X", "X said", "X's wife"."""
    before = text[max(0, start - 40) : start]
    return bool(_BEFORE.search(before) or _TITLE.search(before) or _AFTER.match(text, end))


def follows_title(text: str, start: int) -> bool:
    """Whether Mr, Dr, Professor or the like stands before."""
    return _TITLE.search(text, max(0, start - 12), start) is not None


def is_place_told(text: str, start: int, end: int) -> bool:
    """Whether a place or a number would stand here: "in X", "moved to X", "X 12"."""
    return bool(_PLACE_BEFORE.search(text[max(0, start - 30) : start]) or _NUMBER_AFTER.match(text, end))


def acts(text: str, start: int, end: int) -> bool:
    """Whether an auxiliary verb stands beside, as beside a subject."""
    return bool(_VERB_AFTER.match(text, end) or _VERB_BEFORE.search(text[max(0, start - 12) : start]))


def speaks(text: str, start: int, end: int) -> bool:
    """Whether the word opens a line and a colon follows: who speaks in a script."""
    return text[max(0, start - 1) : start] in ("", "\n") and _SPEAKER.match(text, end) is not None


def is_addressed(text: str, start: int, end: int) -> bool:
    """Whether the word opens a message and a request to them follows."""
    return _GREETING.search(text, max(0, start - 20), start) is not None and _ASKED.match(text, end) is not None


def names_a_product(text: str, start: int, end: int) -> bool:
    """Whether an article stands before and a noun behind, as in "the Billy shelf"."""
    return _ARTICLE_BEFORE.search(text, max(0, start - 9), start) is not None and bool(_NOUN_AFTER.match(text, end))


def names_a_thing(text: str, start: int) -> bool:
    """Whether the words before "name" say that a thing's is told: "the product name is ..."."""
    return _THING_BEFORE_NAME.search(text, max(0, start - 16), start) is not None


def is_explained(text: str, start: int) -> bool:
    """Whether the words before say who it is: "my accountant, X"."""
    return _EXPLAINED.search(text, max(0, start - 50), start) is not None


def presents(text: str, start: int, end: int) -> bool:
    """Whether somebody says who they are, or calls somebody: "Hi, it's X", "X here again", "@X"."""
    if _PRESENTS_BEFORE.search(text, max(0, start - 16), start):
        return True
    opening = _GREETING.search(text, max(0, start - 20), start) is not None
    return opening and _PRESENTS_AFTER.match(text, end) is not None
