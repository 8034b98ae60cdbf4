"""Values that were recognized once in a row, wherever else they stand in it: announced or not, and however written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from jobs.privacy.marks import taken_in
from jobs.privacy.spans import Span, Taken
from jobs.privacy.surrogates.people import surname_of
from jobs.privacy.surrogates.word_lists import COMMON_SURNAMES
from jobs.privacy.view import fold

# Entities whose values are looked for, and the length from which on they are no chance meeting.
_SPREADING = {"PERSON": 2, "WECHAT_ID": 6, "QQ_ID": 6, "EMAIL_ADDRESS": 6, "ADDRESS": 6}
_NICKNAME = "小老阿"
# A short form has two characters, as words have: it counts where a name can begin and end. 小王 is none in 小王子 and
# 李小王; a given name is a word more often (建国, 文明), so only where a person is addressed or spoken of.
_BEFORE_NICKNAME = re.compile(f"(?<![{''.join(COMMON_SURNAMES)}])")
_BEFORE_GIVEN = re.compile("(?:(?<![\u4e00-\u9fa5])|(?<=[叫是找给跟和请问让与对]))")
_AFTER_SHORT = re.compile("[^\u4e00-\u9fa5]|[的您你我他她它呢吗呀吧啊说在来去就和跟给帮把也都是已有要会能]|$")


@dataclass(frozen=True)
class KnownValues:
    """Folded values with their entities, and patterns that find them: whole values, the longest first, and short forms,
    of which ``_stands_alone`` tells what counts. A row compiles its own, so no class of characters stands in them: the
    classes of the short forms alone took a third of the time of removing personal data."""

    entities: dict[str, str] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = None
    short: re.Pattern[str] | None = None


def known_values(read: Iterable[tuple[str, list[Span]]]) -> KnownValues:
    """What is to be looked for, from each text with what was found in it."""
    entities: dict[str, str] = {}
    short: set[str] = set()
    for text, spans in read:
        for span in spans:
            value = fold(text[span.start : span.end]).text
            if len(value) >= _SPREADING.get(span.entity, len(value) + 1):
                entities.setdefault(value, span.entity)
            if span.entity == "PERSON":
                short.update(_short_forms(value))
    ordered = sorted(entities, key=lambda value: (-len(value), value))
    shorter = "|".join(map(re.escape, sorted(short - set(entities))))
    return KnownValues(
        {**dict.fromkeys(short, "PERSON"), **entities},
        re.compile("|".join(map(_as_word, ordered))) if ordered else None,
        re.compile(f"(?=({shorter}))") if shorter else None,
    )


def unseen(text: str, spans: list[Span], known: KnownValues) -> list[Span]:
    """Where a known value stands in a text and nothing was found."""
    if known.pattern is None and known.short is None:
        return []
    view = fold(text)
    taken = Taken([*((span.start, span.end) for span in spans), *taken_in(text)])
    found = [match.span() for match in known.pattern.finditer(view.text)] if known.pattern else []
    if known.short:
        shorter = (match.span(1) for match in known.short.finditer(view.text))
        found += [span for span in shorter if _stands_alone(view.text, *span)]
    free = [(*view.span(*span), view.text[slice(*span)]) for span in found if taken.take(*view.span(*span))]
    return [Span(start, end, known.entities[value], 0.6, "known_in_row") for start, end, value in free]


def _short_forms(name: str) -> list[str]:
    """小王, 老王, 阿峰, 小峰 and 晓峰 of one who is called 王晓峰 in the same row."""
    surname = surname_of(name)
    if not 2 <= len(name) <= 4 or surname in ("", name):
        return []
    given = name[len(surname) :]
    return [prefix + char for prefix in _NICKNAME for char in (surname, name[-1])] + [given] * (len(given) == 2)


def _as_word(value: str) -> str:
    """A pattern for the value that does not find it inside a longer Latin word or number."""
    before = r"(?<![0-9A-Za-z])" if re.match(r"[0-9A-Za-z]", value) else ""
    after = r"(?![0-9A-Za-z])" if re.search(r"[0-9A-Za-z]$", value) else ""
    return before + re.escape(value) + after


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a short form stands where a name can begin and end."""
    before = _BEFORE_NICKNAME if text[start] in _NICKNAME else _BEFORE_GIVEN
    return before.match(text, start) is not None and _AFTER_SHORT.match(text, end) is not None
