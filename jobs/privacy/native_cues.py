"""The prefilter for engines that read texts as they stand, by the column: Arrow's RE2, or Java's in Spark.

Detection reads a folded view (``jobs.privacy.view``). Here the cues are unfolded instead: wherever one has a character,
every character that folds into it may stand too. A text in which none of them is found holds nothing for any rule; one
in which one is found may or may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from re import _constants as opcode  # type: ignore[attr-defined]  # the parsed form has no public door
from re import _parser as parser  # type: ignore[attr-defined]  # the same
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jobs.privacy.recognizers import cues
from jobs.privacy.spans import LANGUAGES
from jobs.privacy.view import folded_characters
from jobs.text.mojibake_gbk import FIRST

# Rows that the expression cannot vouch for. The view drops what is invisible, so a value may be torn apart by it; a
# text that is damaged may hide a name from every cue until it is repaired (``jobs.text.mojibake``), and no damage is
# without one of these characters: those that UTF-8 read as GBK begins with, any outside ASCII, Chinese and its marks.
# And markup, escapes or control characters may stand between the parts of a value (``jobs.text.reveal``).
_INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\ufe0e\ufe0f\u20e3"
_MARKUP = "&<\\\\\\x{0}-\\x{8}\\x{b}-\\x{1f}\\x{7f}"
_DAMAGED = "\ufffd\u0080-\u00b6\u00b8-\u200a\u2030-\u2fff\ua000-\ufefe\U00010000-\U0010ffff"
# Python's own, which are wider than those of other engines.
_CATEGORIES = {
    "CATEGORY_SPACE": r"\s\x{b}\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}"
    r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}",
    "CATEGORY_DIGIT": r"\p{Nd}",
}
UNSURE = f"[{_MARKUP}{_INVISIBLE}{_DAMAGED}{FIRST}]"


# Letters that full-width forms fold into; nothing else that folds has a case.
_CASED = frozenset(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
# Small expressions run together in one automaton; one of many large ones would outgrow the engine's memory and be
# looked up step by step. Of 55 cues, 9 groups of this size take 2 microseconds for a text of 30 characters, one by one
# they take 8, all in one 93, and the same cues in Python 20.
_GROUP_CHARACTERS = 8_000


@lru_cache(maxsize=8)
def native_cues(entities: tuple[str, ...], languages: tuple[str, ...] = LANGUAGES) -> tuple[str, ...]:
    """Expressions of which one is found in every text that a rule for the entities finds something in.

    They run in RE2, which Arrow has, and in Java. The stage asks Arrow, and no column of Spark's: of a row of nine
    turns, ``rlike`` took 440 microseconds (RE2: 25), and a row passes as soon as one of its turns does (99%).

    Raises:
        ValueError: a cue uses syntax beyond what cues may use (``jobs.privacy.rules.Rule``).
    """
    asked: dict[str, None] = {}
    for language in languages:
        asked |= dict.fromkeys(cues(entities, language))
    single = sorted([UNSURE, *(_portable(parser.parse(cue, re.IGNORECASE)) for cue in asked)], key=len)
    groups: list[list[str]] = [[]]
    for expression in single:
        if groups[-1] and sum(map(len, groups[-1])) + len(expression) > _GROUP_CHARACTERS:
            groups.append([])
        groups[-1].append(expression)
    return tuple("(?im)" + "|".join(group) for group in groups)


def quiet_texts(texts: Sequence[str], entities: tuple[str, ...], languages: tuple[str, ...]) -> set[str]:
    """Those of the texts in which no rule for the entities can find anything, repaired or not.

    Cheap for many texts at once, dear for one: the expressions are compiled at each call.
    """
    try:
        left = pa.array(texts, pa.string())
    except UnicodeEncodeError:  # a lone surrogate: whoever asks looks at each text himself
        return set()
    for expression in native_cues(entities, languages):
        left = left.filter(pc.invert(pc.match_substring_regex(left, expression)))
    return set(left.to_pylist())


def _portable(tree: Any) -> str:
    return "".join(_piece(op, value) for op, value in tree)


def _piece(op: Any, value: Any) -> str:
    if op is opcode.LITERAL:
        return _class({value})
    if op is opcode.NOT_LITERAL:
        return f"[^{_escaped({value})}]"
    if op is opcode.ANY:
        return "."
    if op is opcode.IN:
        return _set(value)
    if op is opcode.AT:
        # At the start and end of any line: more than the cue asks for, since texts are joined.
        return "^" if value is opcode.AT_BEGINNING else "$"
    if op in (opcode.MAX_REPEAT, opcode.MIN_REPEAT):
        low, high, body = value
        return f"(?:{_portable(body)}){{{low},{'' if high is opcode.MAXREPEAT else high}}}"
    if op is opcode.BRANCH:
        return "(?:" + "|".join(map(_portable, value[1])) + ")"
    if op is opcode.SUBPATTERN:
        # Flags that a group takes away (?-i:...) are left on: it matches more.
        return f"(?:{_portable(value[3])})"
    raise ValueError(f"a cue may hold no {op}; it has to run in engines without look-around")


def _set(members: Any) -> str:
    """A class of characters; of a negated one only those are kept out that no other character folds into."""
    chosen: set[int] = set()
    words = ""
    for op, value in members:
        if op is opcode.LITERAL:
            chosen.add(value)
        elif op is opcode.RANGE:
            chosen |= set(range(value[0], value[1] + 1))
        elif op is opcode.CATEGORY:
            words += _CATEGORIES[str(value)]
    if members[0][0] is opcode.NEGATE:
        return f"[^{_escaped(chosen - folded_characters().keys())}{words}]"
    return _class(chosen, words)


def _class(chosen: Iterable[int], words: str = "") -> str:
    return f"[{_escaped(_with_sources(set(chosen)))}{words}]"


def _with_sources(chosen: set[int]) -> set[int]:
    """The characters, and all that fold into one of them; in both cases, since what folds may have none."""
    sources = _sources()
    cased = chosen | {ord(form) for code in chosen & _CASED for form in (chr(code).lower(), chr(code).upper())}
    return chosen.union(*(sources[code] for code in cased & sources.keys()))


@lru_cache(maxsize=1)
def _sources() -> dict[int, list[int]]:
    """Code point -> those that fold into it."""
    sources: dict[int, list[int]] = {}
    for source, target in folded_characters().items():
        sources.setdefault(target, []).append(source)
    return sources


def _escaped(chosen: Iterable[int]) -> str:
    """Members of a class as ranges of code points, which need no other escaping."""
    codes, out = sorted(chosen), []
    start = 0
    for i in range(1, len(codes) + 1):
        if i == len(codes) or codes[i] != codes[i - 1] + 1:
            first, last = codes[start], codes[i - 1]
            out.append(_code(first) if first == last else f"{_code(first)}-{_code(last)}")
            start = i
    return "".join(out)


def _code(code: int) -> str:
    return f"\\x{{{code:x}}}"
