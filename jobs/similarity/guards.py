"""Guards: differences that make two texts different however alike they look.

"Refund within 3 days" and "refund within 7 days", 能退 and 不能退, order A and order B score near 1 by every measure of
likeness, and merging them destroys what the rows were written to teach. Each guard reads one kind of fact from a text
as a sorted tuple; two texts are blocked from merging when the tuples differ. Typing errors elsewhere do not matter.

A guard needs only equality, so ``guard_keys`` gives each as a 64-bit integer: computed once a row, compared as columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from jobs.similarity.contrasts import content_words, opposes, swaps_words
from jobs.similarity.folding import PART
from jobs.similarity.guard_facts import Facts, names_of, negation_of, numbers_of, pair_of, slots_of

GUARDS: dict[str, Callable[[str], Facts]] = {
    "numbers": numbers_of,
    "negation": negation_of,
    "slots": slots_of,
    "names": names_of,
}
# What each stage compares unless its specification says otherwise. Near copies of one text may differ in a name's
# spelling; sentences that only mean alike may not speak of different names.
Fact = Literal["numbers", "negation", "slots", "names"]
Guard = Literal[Fact, "order", "opposites"]
NEAR_GUARDS: tuple[Fact, ...] = ("numbers", "negation", "slots")
SEMANTIC_GUARDS: tuple[Guard, ...] = ("numbers", "negation", "slots", "names", "order", "opposites")
_TOGETHER: dict[str, Callable[[Sequence[str], Sequence[str]], bool]] = {"order": swaps_words, "opposites": opposes}


def blocks_merge(a: str, b: str, guards: Iterable[str] = SEMANTIC_GUARDS) -> str | None:
    """Why ``a`` and ``b`` (texts of ``key_text``) must not be merged, ``different_numbers`` for one; None if they may.

    Two preference rows whose chosen answer is the other's rejected one give ``flipped_preference`` whatever the guards.
    The guards ``order`` and ``opposites`` look at the two together, so they have no column in ``guard_keys``.

    Raises:
        ValueError: an unknown guard.
    """
    if PART in a and PART in b and _is_flipped(pair_of(a), pair_of(b)):
        return "flipped_preference"
    for name in guards:
        if name in _TOGETHER:
            if _TOGETHER[name](content_words(a), content_words(b)):
                return "different_order" if name == "order" else "opposite_words"
        elif _guard(name)(a) != _guard(name)(b):
            return f"different_{name}"
    return None


def may_merge(
    texts: Sequence[str],
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    guards: Sequence[str] = SEMANTIC_GUARDS,
) -> npt.NDArray[np.bool_]:
    """(pairs,) True where no guard tells ``texts[left]`` and ``texts[right]`` apart (``blocks_merge`` is None).

    Guards are read once for each row that occurs in a pair, and for no other.
    """
    rows, place = np.unique(np.concatenate([left, right]), return_inverse=True)
    facts = [name for name in guards if name not in _TOGETHER]
    keys = np.array([guard_keys(texts[row], facts) for row in rows], dtype=np.int64).reshape(len(rows), len(facts))
    a, b = place[: len(left)], place[len(left) :]
    free = (keys[a] == keys[b]).all(axis=1)
    together = [name for name in guards if name in _TOGETHER]
    words = {row: content_words(texts[row]) for row in np.unique(rows[[*a[free], *b[free]]]).tolist() if together}
    for k in np.flatnonzero(free).tolist():
        one, other = int(left[k]), int(right[k])
        # Without guards, preference rows are still told apart.
        free[k] = blocks_merge(texts[one], texts[other], ()) is None and not any(
            _TOGETHER[name](words[one], words[other]) for name in together
        )
    return np.asarray(free, dtype=bool)


def guard_keys(text: str, guards: Iterable[str] = SEMANTIC_GUARDS) -> list[int]:
    """One signed 64-bit integer a guard that reads one text, equal for texts that it lets merge."""
    return [_hash64(_guard(name)(text)) for name in guards if name not in _TOGETHER]


def _is_flipped(a: Facts, b: Facts) -> bool:
    return a != b and len(a) == len(b) == 2 and (a[0] == b[1] or a[1] == b[0])


def _guard(name: str) -> Callable[[str], Facts]:
    if name not in GUARDS:
        raise ValueError(f"guards: expected some of {', '.join([*GUARDS, *_TOGETHER])}; got {name!r}")
    return GUARDS[name]


@lru_cache(maxsize=4096)
def _hash64(facts: Facts) -> int:
    digest = hashlib.blake2b("\x1f".join(facts).encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
