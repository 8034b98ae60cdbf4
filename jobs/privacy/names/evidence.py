"""What tells a name in running text: candidates, and the evidence for and against each, as short strings.

A candidate is a surname with one or two characters, 小/老/阿 with a surname, a run of the characters that
transliterate foreign names, or a run of Latin letters (``latin_evidence``). Its evidence is the characters of the
name, those around it, and the pairs that cross its borders. ``running`` adds up the weights of the evidence;
``scripts/fit_names.py`` fits them. Both read it here, so that they cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.addresses.place_words import CITIES, PROVINCES
from jobs.privacy.names.characters import MARKED_SOUNDS, NEVER_GIVEN, RUNNING_SURNAMES
from jobs.privacy.names.foreign_words import TRANSLITERATION, is_foreign_place
from jobs.privacy.names.latin_evidence import CUE as LATIN_CUE
from jobs.privacy.names.latin_evidence import LATIN, latin_inside, latin_runs
from jobs.privacy.names.words import (
    AMBIGUOUS_SURNAMES,
    COMPOUND_SURNAMES,
    GIVEN_CHARACTERS,
    NOT_NAMES,
)

_FAMILIAR = "老小阿"
_PLACES = frozenset(PROVINCES + CITIES)
# A word that follows a surname as often as a given name does; the title itself is no part of a name.
_TITLES_TEXT = """
    先生 女士 小姐 太太 夫人 老师 师傅 经理 主任 医生 大夫 护士 同学 同志 教授 律师 老板 总裁 局长 处长 科长
    部长 书记 市长 县长 校长 院长 队长 会长 董事 记者 警官 法官 导演 编辑 博士 老弟 大爷 大妈 大叔 阿姨 奶奶
    爷爷 叔叔 姐姐 哥哥 妈妈 爸爸 某某 家人
"""
_TITLES = frozenset(_TITLES_TEXT.split())
_HAN = "[\u4e00-\u9fa5]"
_NO_HAN = "\u0001-\u4dff\u9fa6-\U0010ffff"
_GIVEN = f"[^{_NO_HAN}{NEVER_GIVEN}]"
_FAMILIAR_SURNAME = "".join(sorted(set(RUNNING_SURNAMES) - AMBIGUOUS_SURNAMES))
_NATIVE = re.compile(f"[{RUNNING_SURNAMES}](?=({_GIVEN}{{1,2}}))")
_COMPOUND = re.compile(f"(?:{'|'.join(COMPOUND_SURNAMES)})(?=({_GIVEN}{{1,2}}))")
_FAMILIAR_NAME = re.compile(f"[{_FAMILIAR}](?=[{_FAMILIAR_SURNAME}])")
_DOTS = "·•・"
_PART = f"(?:(?![的了是和与及或在说为饰等我你您他她它去于括对把被]){_HAN})"
_DOTTED = re.compile(f"[{_DOTS}]{_PART}{{1,8}}(?:[{_DOTS}]{_PART}{{1,8}}){{0,4}}")
# What may stand before the first dot of a name: 阿卜杜拉·买买提, J·K·罗琳.
_BEFORE_DOT = re.compile(f"(?:{_PART}{{1,7}}|[A-Za-z])$")
_FOREIGN = re.compile(f"[{TRANSLITERATION}]{{2,9}}")
_SOUNDS = frozenset(TRANSLITERATION)
# 斯坦利-库布里克: a hyphen joins sounds as a dot does, and other words too.
_HYPHENED = re.compile(f"[{TRANSLITERATION}]{{2,7}}(?:-[{TRANSLITERATION}]{{2,8}}){{1,3}}")
_MARKED = re.compile(f"[{MARKED_SOUNDS}]")
# A text without it has no candidate. No look-around: Spark's engine reads it too.
CUE = (
    f"{LATIN_CUE}|"
    f"[{RUNNING_SURNAMES}]{_GIVEN}|(?:{'|'.join(COMPOUND_SURNAMES)}){_GIVEN}|[{_FAMILIAR}][{_FAMILIAR_SURNAME}]"
    f"|[{MARKED_SOUNDS}][{TRANSLITERATION}]|[{TRANSLITERATION}][{MARKED_SOUNDS}]"
    f"|[\u4e00-\u9fa5A-Za-z][{_DOTS}]{_HAN}"
)

# (start, end, length of the surname; 0: foreign)
Candidate = tuple[int, int, int]


def candidates(text: str) -> list[Candidate]:
    """Where a name might stand in a folded text; many overlap, most are none. Time and length are linear."""
    found: list[Candidate] = []
    for match in _NATIVE.finditer(text):
        start = match.start()
        found += [(start, end, 1) for end in range(start + 2, match.end(1) + 1)]
    for match in _COMPOUND.finditer(text):
        found += [(match.start(), end, 2) for end in range(match.start() + 3, match.end(1) + 1)]
    found += [(match.start(), match.start() + 2, 1) for match in _FAMILIAR_NAME.finditer(text)]
    for match in _FOREIGN.finditer(text):
        found += _foreign(match)
    found += [(*match.span(), 0) for match in _HYPHENED.finditer(text) if _MARKED.search(match.group())]
    for match in _DOTTED.finditer(text):
        found += _dotted(text, match)
    found += latin_runs(text)
    return [c for c in found if not _is_part_of_a_word(text, c[0], c[1])]


def _is_part_of_a_word(text: str, start: int, end: int) -> bool:
    """True for 王老师, 高兴, and what begins with the last character of a town (石家庄|仓库)."""
    return (
        text[end - 2 : end] in _TITLES
        or text[start:end] in NOT_NAMES
        or (start > 0 and (text[start - 1 : start + 1] in _PLACES or text[max(0, start - 2) : start + 1] in _PLACES))
    )


def _foreign(match: re.Match[str]) -> Iterator[Candidate]:
    """The whole run of sounds, and a character less at either end."""
    start, end = match.span()
    if _MARKED.search(match.group()):
        yield start, end, 0
        if end - start > 2:
            yield start + 1, end, 0
            yield start, end - 1, 0


def _dotted(text: str, match: re.Match[str]) -> Iterator[Candidate]:
    """Names of parts with dots between them: from each character before the first dot, to the end or to the sounds'."""
    dot, end = match.span()
    before = _BEFORE_DOT.search(text, max(0, dot - 7), dot)
    if before is None:
        return
    last = max(text.rfind(each, dot, end) for each in _DOTS) + 1
    sounds = next((i for i in range(last, end) if text[i] not in _SOUNDS), end)
    for start in range(before.start(), max(before.start(), dot - 2) + 1):
        yield start, end, 0
        if last < sounds < end:
            yield start, sounds, 0


def inside(name: str, surname: int) -> list[str]:
    """Evidence of the name's own characters. ``surname``: its length in characters; 0: a foreign name; or ``LATIN``."""
    if surname == LATIN:
        return list(latin_inside(name))
    if surname == 0:
        found = [f"F{name[0]}", f"E{name[-1]}", f"z{min(len(name), 9)}"]
        found += [f"f{char}" for char in set(name)]
        found += [f"d{name[i : i + 2]}" for i in range(len(name) - 1)]
        if is_foreign_place(name):
            found.append("P")
        elif is_foreign_place(name[:-1]) or is_foreign_place(name[1:]):
            found.append("V")
        elif any(is_foreign_place(part) for part in re.split(f"[-{_DOTS}]", name)):
            found.append("O")
        return found
    given = name[surname:]
    found = [
        f"{'s' if surname == 1 else 'c'}{name[:surname]}",
        f"p{name[surname - 1]}{given[0]}",
    ]
    found.append(f"n{surname}{len(given)}")
    listed = sum(char in GIVEN_CHARACTERS for char in given)
    found.append(f"t{len(given)}{listed}{int(name[0] in AMBIGUOUS_SURNAMES)}")
    if len(given) == 1:
        found.append(f"o{given}")
    else:
        found += [f"a{given[0]}", f"b{given[1]}", f"q{given}"]
    if name[:2] in NOT_NAMES:
        found.append("N")
    if given in _PLACES or name[:2] in _PLACES:
        found.append("G")
    return found


def around(before: str, first: str, last: str, after: str, surname: int) -> list[str]:
    """Evidence of what stands before and after a name, and of the pairs that cross its borders.

    Args:
        before: up to three characters; ``after`` likewise.
        first: the first character of the name, ``last`` its last; both empty for one in Latin letters.
        surname: 1 for a name with a surname; 0: a foreign name; or ``LATIN``.
    """
    before, after = before.translate(_CLASSES), after.translate(_CLASSES)
    left, right = before[-1:] or "^", after[:1] or "^"
    cross = ("U", "u") if surname == LATIN else ("x", "y") if surname else ("X", "Y")
    return [
        f"l{left}",
        f"r{right}",
        f"L{before[-2:] if len(before) > 1 else '^' + left}",
        f"R{after[:2] if len(after) > 1 else right + '^'}",
        f"K{before}",
        f"J{after}",
        f"{cross[0]}{last}{right}",
        f"{cross[1]}{left}{first}",
    ]


def surroundings(text: str, start: int, end: int, surname: int) -> tuple[str, str, str, str, int]:
    """What ``around`` asks for, of a candidate."""
    before, after = text[max(0, start - 3) : start], text[end : end + 3]
    if surname == LATIN:
        return before, "", "", after, surname
    return before, text[start], text[end - 1], after, min(surname, 1)


# Digits, Latin letters, quotes and line breaks: each kind as one character.
_CLASSES = str.maketrans(
    dict.fromkeys("\t\r\n", "^")
    | dict.fromkeys("0123456789", "0")
    | dict.fromkeys("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "A")
    | dict.fromkeys("“”\"'‘’", '"')
)
