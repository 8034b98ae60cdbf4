"""Rules for licence plates: civil ones, and those of embassies, police and the forces.

GA 36-2018 (civil, embassies, police), GJB 5600 and the practice of the armed police for the others.
"""

from __future__ import annotations

import re

from jobs.privacy.rules import JOIN, NOT_AFTER_WORD, Rule, pattern_rule

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER = "[A-HJ-NP-Z]"
_SIGN = "[A-HJ-NP-Z0-9]"
# What people put for the dot behind the first two characters.
_DOT = r"[ ]?(?:[·•・.\-_:—][ ]?)?[ ]?"
_END = "(?![0-9A-Za-z])"
# Behind a number that is too short for a plate, what the plate ends in: trailer, learner, police, the two regions, a
# consulate, on trial, oversize.
_ENDING = "[挂学警港澳领试超]"
_BRANDS = re.compile(r"(?:[最全崭更创翻刷]新|(?:阿里|腾讯|华为|百度|天翼)云|苏宁)$")


def _plate(text: str, match: re.Match[str]) -> float | None:
    if not any(char.isdigit() for char in match.group()):
        return None
    # "全新X20000" names a product: what stands before the province is read with it.
    return None if _BRANDS.search(text, max(0, match.start() - 2), match.start() + 1) else 0.8


# Without a word that announces them these look like product codes and seats.
_ANNOUNCED = (
    rf"使[ ]?\d{{3}}[ ·.-]?\d{{3}}|\d{{3}}[ ·.-]?\d{{3}}[ ]?使"
    rf"|WJ[ ·.-]?[{_PROVINCES}]?[ ·.-]?\d{{2}}[ -]?{_SIGN}{{2,5}}"
    rf"|[军空海北南兰沈济成广]{_LETTER}{_DOT}\d{{5}}|{_LETTER}{{2}}{_DOT}\d{{5}}|民航[ ]?{_LETTER}{_DOT}{_SIGN}{{4,5}}"
)

RULES: tuple[Rule, ...] = (
    pattern_rule(
        "CN_LICENSE_PLATE",
        "licence_plate",
        rf"[{_PROVINCES}][ -]?[A-Z]|[{_PROVINCES}]·X",
        rf"[{_PROVINCES}][ -]?{_LETTER}{_DOT}(?:{_SIGN}{{4}}{_ENDING}|{_SIGN}{{5}}|[A-HJK][·•]?{_SIGN}\d{{4}}"
        rf"|\d{{5}}[A-HJK]"
        rf"|{_SIGN}{{4}}应急|{_SIGN}{{2}} {_SIGN}{{3}}){_END}|[{_PROVINCES}][·•]?X{_SIGN}{{3}}应急",
        0.8,
        accept=_plate,
        languages=("zh",),
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "CN_LICENSE_PLATE",
        "announced_plate",
        "车牌|牌照|号牌|车号|军牌|停车|车是|车为|车主|车辆|开的是|行驶证",
        rf"(?:车牌|牌照|号牌|车号|军牌|停车缴?费|车[是为]|车主|车辆|开的是|行驶证)(?:号码|号|照)?(?:上|写)?{JOIN}(?P<v>{_ANNOUNCED}){_END}",
        0.8,
        languages=("zh",),
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "CN_LICENSE_PLATE",
        "official_plate",
        rf"使[ ]?[12][0-9]{{2}}|[0-9]使|WJ[ ·.-]?[{_PROVINCES}0-9]",
        rf"(?<![一-龥0-9A-Za-z])使[ ]?[12]\d{{2}}[ ·.-]?\d{{3}}{_END}(?![人个元万名家次分])"
        rf"|{NOT_AFTER_WORD}[12]\d{{2}}[ ·.-]?\d{{3}}使(?![一-龥])"
        rf"|{NOT_AFTER_WORD}WJ[ ·.-]?[{_PROVINCES}][ ·.-]?{_SIGN}{{4,5}}{_END}"
        rf"|{NOT_AFTER_WORD}WJ[ ·.-]?\d{{2}}-\d{{5}}{_END}",
        0.7,
        languages=("zh",),
        flags=re.IGNORECASE,
    ),
)
