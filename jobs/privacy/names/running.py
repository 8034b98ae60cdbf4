"""Rule for names in running text: candidates weighed by the evidence of their characters and their borders.

The score is the probability that a log-linear model gives: the logistic function of the sum of the weights of a
candidate's evidence (``evidence``). The weights are fitted offline by ``scripts/fit_names.py`` and stand in
``data/name_weights.txt``: a line for each kind of evidence and weight, then all evidence of that weight. They say how
much one, two or three characters speak for a name; no text of a corpus is in them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from jobs.privacy.names.evidence import CUE, around, candidates, inside, surroundings
from jobs.privacy.names.foreign_words import TRANSLITERATION
from jobs.privacy.names.latin_evidence import LATIN
from jobs.privacy.rules import Found, Rule, pattern_rule

# Weights are stored as whole numbers of this size.
STEP = 0.125
# Least log odds: a probability of 0.4, the lowest score that counts by default.
_LEAST = math.log(0.4 / 0.6)
# A word in Latin letters is more often a product or an identifier: a probability of 0.6.
_LEAST_LATIN = math.log(0.6 / 0.4)
# What an occurrence gains by another of the same name in the text that is certain by itself.
_SURE, _REPEATED = 1.5, 2.0

# What follows the name of a firm and not of a person: 雅戈尔集团.
# And of one whose trade stands between: 马应龙药业集团, 施贵宝制药有限公司, 海信(南京)电器有限公司.
_TRADE = (
    r"(?:[\u4e00-\u9fa5]?\([\u4e00-\u9fa5]{2,4}\))?(?:(?![任在说表是的为到从现曾兼与和及出创加、])[\u4e00-\u9fa5]){0,4}"
)
_FIRM = re.compile(rf"[(]?(?:控股|实业|律师事务所|会计师事务所)|{_TRADE}[(]?(?:集团|股份|有限)")
# 任 is also "to hold an office": 至今任永辉超市董事, 现任清华大学教授.
_SINCE = "今月年日曾现兼历"
_INSTITUTION = re.compile(
    "(?:(?![在说表是的为])[\u4e00-\u9fa5]){0,6}?"
    "(?:集团|股份|有限|公司|大学|学院|科技|企业|企管|投资|银行|证券|地产|超市|机器厂|经济特区)"
)


@lru_cache(maxsize=1)
def weights() -> dict[str, int]:
    """Weight of each piece of evidence, in steps; "" is the constant."""
    table: dict[str, int] = {}
    for line in files("jobs.privacy").joinpath("data", "name_weights.txt").read_text("utf-8").split("\n"):
        if not line or line.startswith("#"):
            continue
        kind, length, steps, values = line.split("\t")
        size = int(length)
        pieces = [values[i : i + size] for i in range(0, len(values), size)] if size else [""]
        table.update({kind + piece: int(steps) for piece in pieces})
    return table


@lru_cache(maxsize=1)
def _best_around() -> int:
    """More than what stands around a name can add, in steps."""
    best: dict[str, int] = {}
    for evidence, steps in weights().items():
        kind = evidence[:1]
        if kind in "lrLRKJxyXYuU" and kind:
            best[kind] = max(best.get(kind, 0), steps)
    return (
        sum(best.get(kind, 0) for kind in "lrLRKJ")
        + max(best.get(kind, 0) for kind in "xXU")
        + max(best.get(kind, 0) for kind in "yYu")
    )


@lru_cache(maxsize=100_000)
def _inside_steps(name: str, surname: int) -> int:
    table = weights()
    return table.get("", 0) + sum(table.get(evidence, 0) for evidence in inside(name, surname))


@lru_cache(maxsize=20_000)
def _around_steps(before: str, first: str, last: str, after: str, surname: int) -> int:
    table = weights()
    return sum(table.get(evidence, 0) for evidence in around(before, first, last, after, surname))


def log_odds(text: str, start: int, end: int, surname: int) -> float:
    """Log odds that ``text[start:end]``, whose surname has that many characters (0: foreign), is a name."""
    steps = _inside_steps(text[start:end], surname)
    return STEP * (steps + _around_steps(*surroundings(text, start, end, surname)))


def find_running_names(text: str) -> Iterator[Found]:
    """Spans of names in a folded text, the likeliest first; none overlaps another."""
    found: list[tuple[float, int, int]] = []
    least = (_LEAST - _REPEATED) / STEP - _best_around()
    for start, end, surname in candidates(text):
        if _inside_steps(text[start:end], surname) >= least:
            odds = log_odds(text, start, end, surname)
            if surname == LATIN and odds < _LEAST_LATIN:
                continue
            if odds >= _LEAST - _REPEATED and not _names_an_institution(text, start, end):
                found.append((odds, start, end))
    sure = {text[start:end]: start for odds, start, end in found if odds >= _SURE}
    taken = bytearray(len(text))
    for odds, start, end in sorted(found, key=lambda f: (-f[0], f[1], f[2])):
        if sure.get(text[start:end], start) != start:
            odds = max(odds, min(odds + _REPEATED, _SURE))
        if odds >= _LEAST and not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            yield start, end, round(1 / (1 + math.exp(-odds)), 3)


def _names_an_institution(text: str, start: int, end: int) -> bool:
    if _FIRM.match(text, end):
        return True
    serves = text[start] == "任" and (start == 0 or text[start - 1] in _SINCE)
    return serves and _INSTITUTION.match(text, end) is not None


RULE = Rule("PERSON", "running_text_name", CUE, find_running_names, ("zh",))

# Uighur, Kazakh and Tibetan names have some characters more than European ones.
_SOUND = f"[{TRANSLITERATION}卜买合依力孜则祖农江甫旦扎次顿珠央吉措仓]"
# Parts of nothing but sounds with dots between them need no further evidence: brands and titles have other characters.
DOTTED_RULE = pattern_rule(
    "PERSON",
    "dotted_name",
    f"{_SOUND}[·•・]{_SOUND}",
    f"(?P<v>{_SOUND}{{1,7}}(?:[·•・]{_SOUND}{{1,8}}){{1,4}})",
    0.6,
    languages=("zh",),
)
