"""Where two texts differ, as runs of equal and of different words: what a reader needs to judge a pair.

A word is one, and so is each Chinese character, punctuation mark and run of spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "only", "cut"]
# ASCII words and words of accented Latin, Greek and Cyrillic; every other character stands alone.
_TOKEN = re.compile(r"[0-9A-Za-z_\u00c0-\u024f\u0370-\u052f]+|\s+|.", re.DOTALL)
# SequenceMatcher is quadratic at worst: 600 tokens against 600 take about 20 ms.
_MOST_TOKENS = 600
# Characters shown of a run that both have: at its ends, next to the differences.
_AROUND = 40
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Run:
    """Some characters in a row; ``only`` this text has them, ``cut`` says how many of both were left out."""

    kind: Kind
    text: str


def differences(a: str, b: str) -> tuple[list[Run], list[Run]]:
    """The runs of both texts.

    Long equal runs, and what is beyond the first ``_MOST_TOKENS`` words after the first difference, are cut.
    """
    first, second = _TOKEN.findall(a), _TOKEN.findall(b)
    begin = next(
        (k for k, (x, y) in enumerate(zip(first, second, strict=False)) if x != y), min(len(first), len(second))
    )
    room = min(len(first), len(second)) - begin
    end = next((k for k in range(room) if first[-1 - k] != second[-1 - k]), room)
    head, tail = "".join(first[:begin]), "".join(first[len(first) - end :])
    middles = first[begin : len(first) - end], second[begin : len(second) - end]
    beyond = ["".join(middle[_MOST_TOKENS:]) for middle in middles]
    left, right = middles[0][:_MOST_TOKENS], middles[1][:_MOST_TOKENS]
    sides: tuple[list[Run], list[Run]] = ([Run("same", head)], [Run("same", head)])
    for tag, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        kind: Kind = "same" if tag == "equal" else "only"
        sides[0].append(Run(kind, "".join(left[i:j])))
        sides[1].append(Run(kind, "".join(right[k:m])))
    out = []
    for side, rest in zip(sides, beyond, strict=True):
        side += [Run("only", rest), Run("same", tail)]
        out.append(shorten([run for run in side if run.text]))
    return out[0], out[1]


def shorten(runs: list[Run]) -> list[Run]:
    """The same runs, long ones cut: an equal run keeps what stands next to a difference, any other its beginning."""
    if len(runs) == 1 and runs[0].kind == "same":
        return beginning(runs[0].text)
    out: list[Run] = []
    for at, run in enumerate(runs):
        if run.kind == "only":
            out += _cut(run, _LONGEST, 0)
        else:
            out += _cut(run, _AROUND if at else 0, _AROUND if at < len(runs) - 1 else 0)
    return out


def beginning(text: str, most: int = 400) -> list[Run]:
    """A text alone, cut after ``most`` characters."""
    return _cut(Run("same", text), most, 0)


def both_ends(text: str, before: int = 280, after: int = 120) -> list[Run]:
    """A text alone, cut in the middle: what is wrong with it may stand at its end."""
    return _cut(Run("same", text), before, after)


def _cut(run: Run, before: int, after: int) -> list[Run]:
    """The first ``before`` and the last ``after`` characters of a run; all of it where that leaves out little."""
    if len(run.text) <= before + after + _AROUND:
        return [run]
    kept = [Run(run.kind, run.text[:before]), Run("cut", str(len(run.text) - before - after))]
    kept.append(Run(run.kind, run.text[len(run.text) - after :]))
    return [part for part in kept if part.text]
