"""What normalisation did to a text, step by step, so that a person can see it."""

from __future__ import annotations

from typing import NamedTuple

from jobs.text.normalize import settle
from jobs.text.params import NormalizeParams
from jobs.text.protect import show


class Change(NamedTuple):
    """One step's change of a text: the step's name as in ``STEPS``, the whole text before it and after it."""

    step: str
    before: str
    after: str


def trace(text: str, params: NormalizeParams | None = None) -> list[Change]:
    """Every change that ``normalize`` makes to a text, in order; empty where it makes none.

    The first change's ``before`` is the text, the last one's ``after`` what ``normalize`` gives. A step stands there
    again where a later step made work for it.
    """
    changes: list[Change] = []

    def note(step: str, before: str, after: str, pieces: list[str]) -> None:
        changes.append(Change(step, show(before, pieces), show(after, pieces)))

    after = settle(text, params or NormalizeParams(), note)
    return changes if after != text else []
