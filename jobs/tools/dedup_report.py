"""What a person needs to see to judge a deduplication and set its threshold, chosen from all that was found.

Everything is capped, so that the page stays small however large the data is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jobs.similarity.guards import SEMANTIC_GUARDS
from jobs.tools.dedup_pairs import Found, Pairs, blocked_by

_I64 = npt.NDArray[np.int64]
_PAIRS_SHOWN = 10
_PAIRS_OF_ONE_ROW = 2
_CLUSTERS_SHOWN, _MEMBERS_SHOWN = 10, 5
_EXAMPLES_SHOWN = 3
# Merged pairs that are looked through for differences: 50 to 100 microseconds each.
_MERGED_LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A row on the page."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A pair on the page; ``note`` says what became of it."""

    first: Shown
    second: Shown
    similarity: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShownCluster:
    """A kept row and those that it stands for: ``size`` rows in all, ``copies`` of them equal to the kept one;
    ``members`` are the least alike, one row of each different text, of ``texts`` in all.
    """

    kept: Shown
    size: int
    copies: int
    texts: int
    members: list[ShownPair]


@dataclass(frozen=True, slots=True)
class Difference:
    """A kind of difference, how many pairs have it, and some of them."""

    name: str
    count: int
    examples: list[ShownPair]


@dataclass(slots=True)
class DedupReport:
    """What the page shows.

    Attributes:
        told: how rows were compared, a sentence each; ``curve`` the S-curve as a table.
        counts: rows by what became of them.
        histograms: way of comparing -> bins of similarity in hundredths; ``thresholds`` the line in each.
        sizes: rows in a cluster -> clusters.
        above, below: the pairs nearest to the threshold; None where those below it are not known.
        blocked: pairs that a guard kept apart; ``merged_though`` pairs that were merged although they differ so.
    """

    title: str
    told: list[str]
    counts: dict[str, int]
    curve: list[str] = field(default_factory=list)
    histograms: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    thresholds: dict[str, float] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    clusters: list[ShownCluster] = field(default_factory=list)
    above: list[ShownPair] = field(default_factory=list)
    below: list[ShownPair] | None = field(default_factory=list)
    blocked: list[Difference] = field(default_factory=list)
    merged_though: list[Difference] = field(default_factory=list)
    looked_at: int = 0


def report(
    title: str,
    counts: dict[str, int],
    found: Found,
    sizes: _I64,
    show: Callable[[int], Shown],
    guards: Sequence[str] = (),
) -> DedupReport:
    """Choose what is shown.

    Args:
        sizes: (m,) rows of each class.
        show: a class as it is shown.
        guards: those that were applied.
    """
    free = np.array([why is None for why in found.pairs.blocked], dtype=bool)
    out = DedupReport(title, found.told[:1] if found.thresholds.keys() == {"near"} else found.told, counts)
    out.curve = found.told[1:] if found.thresholds.keys() == {"near"} else []
    out.thresholds = dict(sorted(found.thresholds.items()))
    out.histograms = {way: _histogram(found, way, free) for way in out.thresholds}
    out.above = _nearest(found.pairs.take(np.flatnonzero(free)), 1.0, show, found)
    out.below = _nearest(found.below, -1.0, show, found)
    out.blocked = _blocked(found.pairs, np.flatnonzero(~free), show)
    members = _members(found.witness)
    out.sizes = _sizes(found.witness, sizes)
    out.clusters = _clusters(found, members, sizes, show)
    unguarded = [name for name in SEMANTIC_GUARDS if name not in guards]
    out.merged_though, out.looked_at = _merged_though(found, show, unguarded)
    return out


def cluster_sizes(witness: _I64, sizes: _I64) -> _I64:
    """(m,) rows that each kept class stands for, itself included; 0 for a removed one."""
    total = np.where(witness < 0, sizes, 0)
    np.add.at(total, witness[witness >= 0], sizes[witness >= 0])
    return np.asarray(total, dtype=np.int64)


def _histogram(found: Found, way: str, free: npt.NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    chosen = np.array([other == way for other in found.pairs.way], dtype=bool) & free
    under = np.array([other == way for other in found.below.way], dtype=bool)
    values = np.concatenate([found.pairs.similarity[chosen], found.below.similarity[under]])
    if not len(values):
        return []
    low = int(np.floor((found.thresholds[way] - found.margin) * 100 + 1e-6))
    hundredths = np.clip(np.floor(values * 100 + 1e-6).astype(np.int64), low, 100)
    counted = np.bincount(hundredths - low, minlength=101 - low)
    return [(low + k, low + k, int(count)) for k, count in enumerate(counted)]


def _nearest(pairs: Pairs, direction: float, show: Callable[[int], Shown], found: Found) -> list[ShownPair]:
    """The pairs nearest to the threshold, from there upwards (1) or downwards (-1); few of any one row."""
    shown: list[ShownPair] = []
    of_row: Counter[int] = Counter()
    for k in np.lexsort((pairs.right, pairs.left, direction * pairs.similarity)).tolist():
        left, right = int(pairs.left[k]), int(pairs.right[k])
        if max(of_row[left], of_row[right]) >= _PAIRS_OF_ONE_ROW:
            continue
        of_row.update((left, right))
        shown.append(_pair(pairs, k, show, _became(left, right, found)))
        if len(shown) == _PAIRS_SHOWN:
            break
    return shown


def _became(left: int, right: int, found: Found) -> str:
    if found.witness[right] == left:
        return "the second is removed, the first stands for it"
    if found.like[right] == left:
        return "both kept, the second is flagged"
    gone = [name for name, row in (("first", left), ("second", right)) if found.witness[row] >= 0]
    if not gone:
        return "both kept"
    return (
        f"{' and '.join(gone)} removed, for another row" if len(gone) == 2 else f"the {gone[0]} removed for another row"
    )


def _pair(pairs: Pairs, k: int, show: Callable[[int], Shown], note: str = "") -> ShownPair:
    return ShownPair(show(int(pairs.left[k])), show(int(pairs.right[k])), float(pairs.similarity[k]), note)


def _blocked(pairs: Pairs, places: _I64, show: Callable[[int], Shown]) -> list[Difference]:
    by_guard: dict[str, list[int]] = defaultdict(list)
    for k in places[np.argsort(-pairs.similarity[places], kind="stable")].tolist():
        by_guard[pairs.blocked[k] or ""].append(k)
    return [
        Difference(name, len(found), [_pair(pairs, k, show) for k in found[:_EXAMPLES_SHOWN]])
        for name, found in sorted(by_guard.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _members(witness: _I64) -> dict[int, list[int]]:
    members: dict[int, list[int]] = defaultdict(list)
    for row in np.flatnonzero(witness >= 0).tolist():
        members[int(witness[row])].append(row)
    return members


def _sizes(witness: _I64, sizes: _I64) -> dict[str, int]:
    """Clusters by rows in them, in doubling steps: 2, 3 to 4, 5 to 8, ..."""
    total = cluster_sizes(witness, sizes)
    steps = Counter(np.ceil(np.log2(total[total > 1])).astype(int).tolist())
    return {_step(step): count for step, count in sorted(steps.items())}


def _step(step: int) -> str:
    return "2 rows" if step == 1 else f"{2 ** (step - 1) + 1:,} to {2**step:,} rows"


def _clusters(
    found: Found, members: dict[int, list[int]], sizes: _I64, show: Callable[[int], Shown]
) -> list[ShownCluster]:
    total = cluster_sizes(found.witness, sizes)
    largest = np.argsort(-total, kind="stable")[:_CLUSTERS_SHOWN]
    shown = []
    for kept in largest[total[largest] > 1].tolist():
        own = sorted(members.get(kept, []), key=lambda row: (found.similarity[row], row))
        pairs = [ShownPair(show(kept), show(row), float(found.similarity[row])) for row in own[:_MEMBERS_SHOWN]]
        shown.append(ShownCluster(show(kept), int(total[kept]), int(sizes[kept]), len(own) + 1, pairs))
    return shown


def _merged_though(found: Found, show: Callable[[int], Shown], guards: Sequence[str]) -> tuple[list[Difference], int]:
    """Removed rows that differ from their witness in what a guard that was not applied would look at."""
    right = np.flatnonzero(found.witness >= 0)[:_MERGED_LOOKED_AT]
    if not len(right) or not guards:
        return [], 0
    left = found.witness[right]
    rows, place = np.unique(np.concatenate([left, right]), return_inverse=True)
    texts = [show(row).text for row in rows.tolist()]
    every = np.arange(len(right), dtype=np.int64)
    blocked = blocked_by(texts, place[: len(right)], place[len(right) :], every, guards)
    pairs = Pairs(left, right, found.similarity[right], [blocked.get(k) for k in every.tolist()], [""] * len(right))
    return _blocked(pairs, np.array(sorted(blocked), dtype=np.int64), show), len(right)
