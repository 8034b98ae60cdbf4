"""Words of which a text must hold one for a pattern to match: looking for them is far cheaper than searching."""

from __future__ import annotations

import re

# The parser behind `re`: public as sre_parse until Python 3.11, and without another name since.
from re import _constants, _parser  # type: ignore[attr-defined]  # typeshed does not list them
from typing import Any

_MOST = 40
Words = frozenset[str]


def needed_words(pattern: str) -> Words | None:
    """Casefolded strings of which every match of ``pattern`` (case ignored) holds at least one; None when the pattern
    tells no such few.
    """
    return _needed(_parser.parse(pattern, re.IGNORECASE))


def _needed(parsed: Any) -> Words | None:
    """The best of what the parts of a sequence need: runs of literals, and what groups need within."""
    found: list[Words] = []
    run: Words = frozenset({""})
    for op, argument in parsed:
        said = _said(op, argument)
        if said is not None and len(run) * len(said) <= _MOST:
            run = frozenset(a + b for a in run for b in said)
            continue
        found.append(run)
        run = said if said is not None else frozenset({""})
        if said is None and (inside := _inside(op, argument)) is not None:
            found.append(inside)
    found.append(run)
    useful = [words for words in found if "" not in words]
    return max(useful, key=lambda words: (min(map(len, words)), -len(words)), default=None)


def _said(op: Any, argument: Any) -> Words | None:
    """Every string that one part can match, where they are few."""
    if op is _constants.LITERAL:
        return frozenset({chr(argument).casefold()})
    if op is _constants.IN:
        said: set[str] = set()
        for kind, value in argument:
            if kind is _constants.LITERAL:
                said.add(chr(value).casefold())
            elif kind is _constants.RANGE and value[1] - value[0] < _MOST:
                said |= {chr(c).casefold() for c in range(value[0], value[1] + 1)}
            else:
                return None
        return frozenset(said) if len(said) <= _MOST else None
    if op is _constants.AT:
        return frozenset({""})
    if op is _constants.SUBPATTERN:
        return _whole(argument[3])
    if op is _constants.BRANCH:
        branches = [_whole(branch) for branch in argument[1]]
        known = [words for words in branches if words is not None]
        return frozenset().union(*known) if len(known) == len(branches) else None
    if op is _constants.MAX_REPEAT and argument[1] == 1:
        once = _whole(argument[2])
        return once if once is None or argument[0] else once | {""}
    return None


def _whole(parsed: Any) -> Words | None:
    """Every string that a sequence can match, where they are few."""
    run: Words = frozenset({""})
    for op, argument in parsed:
        said = _said(op, argument)
        if said is None or len(run) * len(said) > _MOST:
            return None
        run = frozenset(a + b for a in run for b in said)
    return run


def _inside(op: Any, argument: Any) -> Words | None:
    if op is _constants.SUBPATTERN:
        return _needed(argument[3])
    if op is _constants.BRANCH:
        branches = [_needed(branch) for branch in argument[1]]
        known = [words for words in branches if words is not None]
        return frozenset().union(*known) if len(known) == len(branches) else None
    if op is _constants.MAX_REPEAT and argument[0] > 0:
        return _needed(argument[2])
    return None
