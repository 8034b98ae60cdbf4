"""Rule for Chinese postal addresses, from the province or from the street down to the room.

An address is read component by component (region, street, building, number), never by one expression with nested
repeats, so that its time is linear in the text. Then it is judged: a street or building with a number, a chain of
regions that ends in a village or road, or what a word like 地址 announces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.privacy.place_words import CITIES, PROVINCES
from jobs.privacy.rules import GAP, JOIN, Found, Rule

_HAN = "[\u4e00-\u9fa5]"
_WORD = "[\u4e00-\u9fa5A-Za-z0-9]"
_NUM = (
    r"(?:[甲乙丙丁东西南北附新临]?(?:[0-9]{1,5}|[零〇一二三四五六七八九十百]{1,5})(?:[-~—/、][0-9]{1,4}){0,3}"
    r"|[A-Za-z][0-9]{0,4})"
)
_HOUSE = r"(?:号院|号楼|号|弄|幢|栋|座|单元|层|楼|室|户型?|房|门|区|组|队|期|排|馆)"

_PLACE = "|".join(PROVINCES + CITIES)
_COMPONENT = re.compile(
    rf"(?P<place>(?:{_PLACE})(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市|州)?)"
    rf"|(?P<number>{_NUM}{_HOUSE}(?:[内外楼院东西南北]{{0,2}}))"
    rf"|(?P<region>{_HAN}{{1,7}}?(?:自治州|自治县|街道办?|开发区|新区|工业园区?|产业园区?|科技园区?|高新区|林区"
    rf"|(?<![超门上城夜菜股都])市|(?<![小地社专时灾误库禁片景园山市])区|县|(?<!锦)旗(?!路|街)|镇|(?<!老)乡|地区))"
    rf"|(?P<street>{_WORD}{{1,9}}?(?:大街|大道|胡同|(?<![线思网电套出一])路|(?<![逛])街|巷"
    rf"|(?<![知通频报味渠公轨水跑赛难几街])道"
    rf"|(?<![农试试])(?:村|庄|屯)(?![东西南北中]?[路街镇道])|(?<=[一二三四五六七八九十])条"
    rf"|(?<=[一二三四五六七八九十东西南北])里(?=[0-9甲乙丙东西南北]|[^\u4e00-\u9fa5]|$)|(?<=[环四三二五六])环"
    rf"|国道|省道|(?<=路)段)(?:[东西南北中][段路街]?|[一二三四五六七八九十]段)?(?:与{_HAN}{{1,6}}路?交[叉汇]?[口处]?)?)"
    rf"|(?P<building>{_WORD}{{1,12}}?(?:小区|花园|公寓|大厦|大楼|广场|家园|新村|新城|花城|庄园"
    rf"|山庄|别墅|大院|嘉园|名苑|华庭|豪庭"
    rf"|国际|中心|宿舍|大学|学院|中学|小学|医院|写字楼|商城|市场|工业区|园区|社区|家属院|苑"
    rf"|府|庭|湾|郡|阁|邸|城|园|居))"
    rf"|(?P<room>(?<=[号楼幢栋座元室层弄街路巷-])[A-Za-z]?[0-9]{{1,5}}(?:-[0-9]{{1,4}}){{0,3}}(?![0-9元件个天年"
    rf"月点:%.]))"
)
# Between a region and a house number: a place whose name has none of the suffixes above.
_SPOT = re.compile(rf"{_HAN}{{1,8}}?(?={_NUM}{_HOUSE})")
_BETWEEN = re.compile(r"[ ,、]?[ ]?")
# A village, road or house number anywhere, or a word that announces an address.
_CUE = (
    "(?:[0-9零一二三四五六七八九十]|[A-Za-z])(?:号|弄|幢|栋|座|单元|室)|[镇乡县区市省][\u4e00-\u9fa5]{1,10}[村路街道庄]"
    "|地址|住址|住在|家住|位于|寄到|送到|寄往|发到|[号栋幢座][0-9]"
)
_CUED = re.compile(_CUE)
_CLAUSE = re.compile("[^。!?;\n]+")
_ANNOUNCING = re.compile(
    rf"(?:地址|住址|住在|家住|位于|寄到|寄往|送到|送往|发到|发往|搬到|所在地){GAP}(?:改|换"
    rf"|更新|变更|更正|修改)?(?:成|为|到|至)?{JOIN}$"
)
_QUESTION = re.compile("^(?:什么|哪|多少|吗|呢|怎么|是否|可以|能|有没有)")
# A number followed by this is a date, a deadline or a choice rather than a house.
_DATE_AFTER = re.compile(
    "[ ]?(?:之?前|之?后|以前|以后|发货|到货|送达|左右|上午|下午|早上|晚上|中午|凌晨|线|店|码|色|选手|套餐|链接|客服)"
)
# The last of these in the first component ends the sentence before the address.
_LEAD = re.compile(
    "寄[到往给]|送[到往至货]|发[到往]|住在|住址|地址|位于|搬[到去]|改[成为到]|换[成为到]"
    "|填[成的]?|变更为|更正为|修改为|更新为|我家|你家|他家|她家|在|到|是|为|从|往|离|给|把"
    "|请|去|住|我|你|您|他|她"
    "|的|了|这|那|叫|有|就|也|还|帮|说|里有|先生|女士|收|:"
)


@dataclass(slots=True)
class _Reading:
    """One chain of components: where it lies, and the kinds in order."""

    start: int
    end: int
    kinds: list[str]
    numbers: list[str]
    first: str


def find_addresses(text: str) -> Iterator[Found]:
    """Spans of the addresses in a folded text, left to right; clauses without a cue are not read."""
    for clause in _CLAUSE.finditer(text):
        if _CUED.search(text, *clause.span()):
            yield from _find_in(text, *clause.span())


def _find_in(text: str, position: int, stop: int) -> Iterator[Found]:
    while (match := _COMPONENT.search(text, position, stop)) is not None:
        reading = _read(text, match)
        score = _judge(text, reading)
        if score is None:
            # The rest may hold an address whose beginning was taken for a component of something else.
            position = match.end() if len(reading.kinds) > 1 else max(match.start() + 1, match.end())
            continue
        yield reading.start, reading.end, score
        position = reading.end


def _read(text: str, first: re.Match[str]) -> _Reading:
    start, kind = first.start(), str(first.lastgroup)
    if kind not in ("place", "number", "room"):
        start = _trim(text, start, first.end())
    elif kind == "place":
        start = first.start()
    if re.fullmatch(_PLACE, text[start : first.end()]):
        kind = "place"
    # "送北京朝阳区" is read as one region: its city counts too.
    kinds = ["place", kind] if kind != "place" and re.match(_PLACE, text[start : first.end()]) else [kind]
    numbers = [first.group()] if kind == "number" else []
    reading = _Reading(start, first.end(), kinds, numbers, text[start : first.end()])
    while True:
        gap = _BETWEEN.match(text, reading.end)
        after = gap.end() if gap else reading.end
        match = _COMPONENT.match(text, after)
        if match is None and after > reading.end:
            after = reading.end
            match = _COMPONENT.match(text, after)
        if match is None and (spot := _spot(text, reading)):
            reading.kinds.append("spot")
            reading.end = spot
            continue
        if match is None or (after > reading.end and match.lastgroup == "room"):
            return reading
        kind = str(match.lastgroup)
        if kind in ("region", "street", "building") and _LEAD.search(match.group()):
            return reading
        reading.kinds.append(kind)
        if kind == "number":
            if _DATE_AFTER.match(text, match.end()) and match.group().endswith("号"):
                reading.kinds.pop()
                return reading
            reading.numbers.append(match.group())
        reading.end = match.end()


def _spot(text: str, reading: _Reading) -> int | None:
    """Where a place without a suffix ends that stands between two components, a region among them, and a number."""
    if reading.numbers or len(reading.kinds) < 2 or not {"place", "region"} & set(reading.kinds):
        return None
    match = _SPOT.match(text, reading.end)
    return match.end() if match and not _LEAD.search(match.group()) else None


def _trim(text: str, start: int, end: int) -> int:
    """The start moved behind the last word that belongs to the sentence; a known place inside begins the address."""
    head = text[start:end]
    if place := re.search(_PLACE, head):
        return start + place.start()
    return max((start + match.end() for match in _LEAD.finditer(head) if match.end() < len(head) - 1), default=start)


def _judge(text: str, reading: _Reading) -> float | None:
    """The score of a reading, or None where it is no address."""
    kinds = set(reading.kinds)
    announced = _ANNOUNCING.search(text, max(0, reading.start - 24), reading.start) is not None
    if reading.kinds[0] in ("number", "room") or (len(reading.first) < 3 and len(reading.kinds) < 3 and not announced):
        return None
    if _QUESTION.match(reading.first):
        return None
    house = [number for number in reading.numbers if not number.endswith(("期", "馆"))]
    plain_house_only = bool(house) and all(number.endswith("号") for number in house)
    if "street" in kinds and house:
        return 0.75
    if "spot" in kinds and house:
        return 0.6
    if "building" in kinds and house and not plain_house_only:
        return 0.65
    if len(house) >= 2 and kinds & {"region", "place", "building"}:
        return 0.65
    regions = reading.kinds.count("region") + reading.kinds.count("place")
    if (regions >= 2 and "street" in kinds) or (regions >= 3 and house):
        return 0.6
    if (
        regions
        and kinds & {"street", "building"}
        and (announced or (reading.kinds[0] == "place" and "region" in kinds))
    ):
        return 0.55
    if announced and (regions >= 2 or kinds & {"street", "building"}) and len(reading.kinds) >= 2:
        return 0.5
    return None


_STATED = re.compile(
    rf"(?:地址|住址|家住|住在){GAP}(?:改|换|更新|变更|更正|修改)?(?:成|为|到|至)?{JOIN}在?"
    rf"(?P<v>(?:(?!请|谢谢|麻烦|电话|手机|联系|收件|收货|姓名|邮编|尽快|可以|我叫|帮我|然后"
    rf"|[0-9]{{7}})[\u4e00-\u9fa5A-Za-z0-9#()/\- ]){{4,40}})"
)


def find_stated_addresses(text: str) -> Iterator[Found]:
    """What follows a word such as 地址, up to the end of its clause, where it has a part of an address in it."""
    for match in _STATED.finditer(text):
        value = match.group("v").rstrip()
        if _QUESTION.match(value) or re.search("[吗呢么了]$|什么|哪[里儿个]|错|没有|是否", value):
            continue
        kinds = [str(component.lastgroup) for component in _COMPONENT.finditer(value)]
        if len(kinds) >= 2 and set(kinds) - {"number", "room"}:
            yield match.start("v"), match.start("v") + len(value), 0.5


RULES: tuple[Rule, ...] = (
    Rule("ADDRESS", "address", _CUE, find_addresses, ("zh",)),
    Rule("ADDRESS", "stated_address", "地址|住址|家住|住在", find_stated_addresses, ("zh",)),
)
