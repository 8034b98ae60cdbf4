"""The shapes in which deduplication of a file is decided: verified pairs, and what became of each class of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jobs.similarity.guards import GUARDS, blocks_merge, guard_keys

_I64 = npt.NDArray[np.int64]
_F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Verified pairs of classes: ``left`` is kept before ``right``. ``blocked`` names what forbids a merge, else None;
    ``way`` is how the pair was compared.
    """

    left: _I64
    right: _I64
    similarity: _F64
    blocked: list[str | None]
    way: list[str]

    def __len__(self) -> int:
        return len(self.left)

    def of_rows(self, rows: _I64) -> Pairs:
        """The pairs of rows ``rows[left]`` and ``rows[right]``."""
        return Pairs(rows[self.left], rows[self.right], self.similarity, self.blocked, self.way)

    def take(self, places: npt.NDArray[np.int64]) -> Pairs:
        """The pairs at these places."""
        chosen = places.tolist()
        return Pairs(
            self.left[places],
            self.right[places],
            self.similarity[places],
            [self.blocked[k] for k in chosen],
            [self.way[k] for k in chosen],
        )


def no_pairs() -> Pairs:
    """None at all."""
    none = np.empty(0, dtype=np.int64)
    return Pairs(none, none, np.empty(0, dtype=np.float64), [], [])


@dataclass(slots=True)
class Found:
    """What became of m classes of texts.

    Attributes:
        witness: (m,) the class that stands for a removed one; -1 where it is kept.
        like: (m,) for a kept class that is only flagged, the kept class that it is like; else -1.
        similarity: (m,) with the witness, or with ``like``; NaN where there is neither.
        way: (m,) how the class was compared: ``exact``, ``near``, ``lexical``, a model's name; "" for a text too short
            to compare by more than equality.
        pairs: all verified pairs that reached a threshold, those that a guard blocked included.
        below: verified pairs that did not reach it, down to the margin.
        thresholds: by way, the similarity from which on a pair counts.
        told: how the comparison was made, in lines for a report.
    """

    witness: _I64
    like: _I64
    similarity: _F64
    way: list[str]
    pairs: Pairs
    below: Pairs
    thresholds: dict[str, float]
    margin: float
    told: list[str] = field(default_factory=list)

    @property
    def kept(self) -> npt.NDArray[np.bool_]:
        """(m,) which classes stay."""
        return self.witness < 0


def blocked_by(texts: Sequence[str], left: _I64, right: _I64, places: _I64, guards: Sequence[str]) -> dict[int, str]:
    """Which of the pairs at ``places`` a guard forbids to merge: place -> ``different_numbers`` and such."""
    columns = [name for name in guards if name in GUARDS]
    together = [name for name in guards if name not in GUARDS]
    facts = {row: guard_keys(texts[row], columns) for row in np.unique([*left[places], *right[places]]).tolist()}
    blocked = {}
    for place in places.tolist():
        a, b = int(left[place]), int(right[place])
        apart = next((name for name, x, y in zip(columns, facts[a], facts[b], strict=True) if x != y), None)
        why = f"different_{apart}" if apart else blocks_merge(texts[a], texts[b], together)
        if why:
            blocked[place] = why
    return blocked


def joined(parts: Sequence[Pairs]) -> Pairs:
    """All of them, one after another."""
    every = [no_pairs(), *parts]
    return Pairs(
        np.concatenate([p.left for p in every]),
        np.concatenate([p.right for p in every]),
        np.concatenate([p.similarity for p in every]),
        [why for p in every for why in p.blocked],
        [way for p in every for way in p.way],
    )


def in_order(rank: _I64, left: _I64, right: _I64, similarity: _F64) -> tuple[_I64, _I64, _F64]:
    """The same pairs, the row that is kept first on the left."""
    turned = rank[left] > rank[right]
    return np.where(turned, right, left), np.where(turned, left, right), similarity
