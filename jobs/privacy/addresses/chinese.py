"""Rule for Chinese postal addresses, from the province or from the street down to the room.

An address is read component by component (region, street, building, number), never by one expression with nested
repeats, so that its time is linear in the text. Then it is judged: a street or building with a number, a chain of
regions that ends in a village or road, a place told by its surroundings (路口, 对面), or what a word like 地址
announces. Names of places alone (北京, 朝阳区) are no address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jobs.privacy.addresses.parts import (
    AFTER_ROOM,
    ANNOUNCING,
    BETWEEN,
    BROKEN_LINE,
    CLAUSE,
    COMPONENT,
    COURIER,
    CUE,
    CUED,
    DATE_AFTER,
    LEAD,
    PLACE,
    QUESTION,
    ROOM_ALONE,
    SHOP_AFTER,
    SPOT,
    STATED,
    STREET,
    TAIL,
)
from jobs.privacy.rules import Found, Rule

_STARTS_WITH_PLACE = re.compile(PLACE)
# No address has more; a chain without end would be read anew from each of its parts.
_MOST_PARTS = 20
_NAMED = frozenset({"region", "street", "building", "landmark"})


@dataclass(slots=True)
class _Reading:
    """One chain of components: where it lies, the kinds in order, its house numbers, and what follows."""

    start: int
    end: int
    kinds: list[str]
    first: str
    numbers: list[str] = field(default_factory=list)
    towns: int = 0
    tail: str = ""


def find_addresses(text: str) -> Iterator[Found]:
    """Spans of the addresses in a folded text, left to right; clauses without a cue are not read."""
    text = BROKEN_LINE.sub(" ", text)
    for clause in CLAUSE.finditer(text):
        if CUED.search(text, *clause.span()):
            yield from _find_in(text, *clause.span())


def _find_in(text: str, position: int, stop: int) -> Iterator[Found]:
    while (match := _component(text, position, stop)) is not None:
        reading = _read(text, match, stop)
        score = _judge(text, reading)
        if score is None:
            # The rest may hold an address whose beginning was taken for a component of something else.
            position = match.end() if len(reading.kinds) > 1 else max(match.start() + 1, match.end())
            continue
        yield reading.start, reading.end, score
        position = reading.end


def _component(text: str, position: int, stop: int, *, here: bool = False) -> re.Match[str] | None:
    """The next component, with ``here`` at ``position`` only. 李天路科技园 is a street and a region, not a region."""
    found = COMPONENT.match(text, position, stop) if here else COMPONENT.search(text, position, stop)
    if found is not None and found.lastgroup == "region":
        street = STREET.match(text, found.start(), found.end())
        if street is not None and street.end() < found.end():
            return COMPONENT.match(text, found.start(), street.end()) or found
    return found


def _read(text: str, first: re.Match[str], stop: int) -> _Reading:
    """The chain of components from ``first`` on, as far as one follows another."""
    start, kind = first.start(), str(first.lastgroup)
    if kind in _NAMED:
        start = _trim(text, start, first.end())
    head = text[start : first.end()]
    place = _STARTS_WITH_PLACE.match(head)
    if place and place.end() == len(head):
        kind = "place"
    # "送北京朝阳区" is read as one region: its city counts too.
    kinds = ["place", kind] if kind != "place" and place else [kind]
    reading = _Reading(start, first.end(), kinds, head)
    reading.numbers += [first.group()] if kind in ("number", "triple") else []
    reading.towns += kind == "region" and head.endswith(("镇", "乡", "街道"))
    while len(reading.kinds) < _MOST_PARTS and _read_next(text, reading, stop):
        pass
    tail = TAIL.match(text, reading.end, stop)
    if tail:
        reading.tail, reading.end = tail.group(), tail.end()
    return reading


def _read_next(text: str, reading: _Reading, stop: int) -> bool:
    """Adds the component that follows the reading; False where none does."""
    gap = BETWEEN.match(text, reading.end, stop)
    after = gap.end() if gap else reading.end
    match = _component(text, after, stop, here=True)
    if match is None and after > reading.end:
        after = reading.end
        match = _component(text, after, stop, here=True)
    if match is not None and match.lastgroup in _NAMED and LEAD.search(match.group()):
        match = None
    if match is None or match.lastgroup == "landmark":
        spot = _spot(text, reading, stop)
        if spot:
            reading.kinds.append("spot")
            reading.end = spot
            return True
    if match is None or (after > reading.end and match.lastgroup == "room" and text[after - 1] != "-"):
        return False
    kind = str(match.lastgroup)
    if kind in ("place", "region") and "、" in text[reading.end : after]:
        return False
    if kind == "number" and DATE_AFTER.match(text, match.end()) and match.group().endswith("号"):
        return False
    reading.kinds.append(kind)
    reading.numbers += [match.group()] if kind in ("number", "triple") else []
    reading.towns += kind == "region" and match.group().endswith(("镇", "乡", "街道"))
    reading.end = match.end()
    return True


def _spot(text: str, reading: _Reading, stop: int) -> int | None:
    """Where a place without a suffix ends that stands between the components read and a number, a space before it or
    none."""
    if reading.kinds[-1] == "spot" or not {"place", "region", "street"} & set(reading.kinds):
        return None
    blank = reading.end + text.startswith(" ", reading.end)
    match = SPOT.match(text, reading.end, stop) or SPOT.match(text, blank, stop)
    if match is None or LEAD.search(match.group()):
        return None
    plain = re.match("[0-9零一二三四五六七八九十]{1,5}号(?![楼院])", text[match.end() : match.end() + 8])
    if plain and (reading.numbers or len(reading.kinds) < 2):
        return None
    return match.end()


def _trim(text: str, start: int, end: int) -> int:
    """The start moved behind the last word that belongs to the sentence; a known place inside begins the address."""
    head = text[start:end]
    if place := _STARTS_WITH_PLACE.search(head):
        return start + place.start()
    return max((start + match.end() for match in LEAD.finditer(head) if match.end() < len(head) - 1), default=start)


def _judge(text: str, reading: _Reading) -> float | None:
    """The score of a reading, or None where it is no address."""
    kinds = set(reading.kinds)
    announced = ANNOUNCING.search(text, max(0, reading.start - 24), reading.start) is not None
    if reading.kinds[0] in ("number", "room", "triple", "landmark"):
        return None
    if len(reading.first) < 3 and len(reading.kinds) < 3 and not announced and "number" not in kinds:
        return None
    # 小区门口, 超市旁: everybody's.
    if QUESTION.match(reading.first) or (
        len(reading.kinds) == 1 and len(reading.first) < 4 and not COURIER.search(reading.tail)
    ):
        return None
    house = _judge_house(reading, kinds)
    if house is None and (SHOP_AFTER.match(text, reading.end) or _JOINED.search(text, reading.start, reading.end)):
        return None
    return house or _judge_place(reading, kinds, announced)


# 圣克鲁兹县、蒙特利半岛和...: places that are listed.
_JOINED = re.compile("、|(?<=[省市区县镇乡岛国])[和与及](?![平田静顺县龙政林硕布])")


def _judge_house(reading: _Reading, kinds: set[str]) -> float | None:
    """By its numbers: a street with a house, a building with a staircase or room."""
    house = [number for number in reading.numbers if not number.endswith(("期", "馆"))]
    if not house:
        return None
    plain = all(number.endswith("号") for number in house)
    storeys = "room" not in reading.kinds and all(
        number.endswith(("层", "楼", "区", "门")) and "号" not in number for number in house
    )
    if "street" in kinds and not storeys:
        return 0.75
    if "triple" in kinds and kinds & {"building", "spot"}:
        return 0.65
    if "spot" in kinds and not storeys:
        return 0.6
    if "building" in kinds and (not plain or "room" in kinds) and not (storeys and len(reading.kinds) < 3):
        return 0.65
    if len(house) >= 2 and kinds & {"region", "place", "building"}:
        return 0.65
    return None


def _judge_place(reading: _Reading, kinds: set[str], announced: bool) -> float | None:
    """By its chain of places, by where in them, or by the word that announces it."""
    regions = reading.kinds.count("region") + reading.kinds.count("place")
    named = kinds & {"street", "building", "landmark"}
    if (regions >= 2 and "street" in kinds) or (regions >= 3 and reading.numbers):
        return 0.6
    if (
        regions
        and kinds & {"street", "building"}
        and (announced or (reading.kinds[0] == "place" and "region" in kinds))
    ):
        return 0.55
    if reading.tail and len(reading.kinds) >= 2 and named and ("street" in kinds or regions):
        return 0.5
    if named - {"landmark"} and COURIER.search(reading.tail):
        return 0.5
    if "street" in kinds and kinds & {"building", "landmark"} and reading.numbers:
        return 0.5
    if reading.towns and kinds & {"street", "building"} and len(reading.kinds) >= 2:
        return 0.45
    if regions >= 2 and {"spot", "landmark"} <= kinds:
        return 0.5
    if announced and (regions >= 2 or named) and (len(reading.kinds) >= 2 or reading.tail):
        return 0.5
    return None


def find_stated_addresses(text: str) -> Iterator[Found]:
    """What follows a word such as 地址, up to the end of its clause, where it has a part of an address in it."""
    for match in STATED.finditer(text):
        value = match.group("v").rstrip()
        if QUESTION.match(value) or re.search("[吗呢么了]$|什么|哪[里儿个]|错|没有|是否", value):
            continue
        kinds = [str(component.lastgroup) for component in COMPONENT.finditer(value)]
        if (len(kinds) >= 2 or TAIL.search(value)) and set(kinds) - {"number", "room", "triple"}:
            yield match.start("v"), match.start("v") + len(value), 0.5


def find_rooms(text: str) -> Iterator[Found]:
    """A building with a room, or a staircase with one, and the estate's name before it if there is one."""
    for match in ROOM_ALONE.finditer(text):
        start, end = match.span("room")
        # What belongs to the sentence goes; of an estate's name two characters are left.
        spoken = max((found.end() for found in LEAD.finditer(match["estate"])), default=0)
        start -= len(match["estate"]) - spoken if len(match["estate"]) - spoken > 1 else 0
        sure = match["room"].endswith(("室", "房")) or "单元" in match["room"]
        if sure or AFTER_ROOM.match(text, end):
            yield start, end, 0.5


RULES: tuple[Rule, ...] = (
    Rule("ADDRESS", "address", CUE, find_addresses, ("zh",)),
    Rule("ADDRESS", "room", "(?:号楼|[幢栋座元门#])[ ]?[A-Z]?[0-9]{3}", find_rooms, ("zh",)),
    Rule("ADDRESS", "stated_address", "地址|住址|家住|住在", find_stated_addresses, ("zh",)),
)
