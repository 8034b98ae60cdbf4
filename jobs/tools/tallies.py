"""Counts in bounded memory: labels of which there are few, and numbers of which quantiles are asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

OTHER = "(other)"
_QUANTILES = (0, 0.05, 0.5, 0.95, 1)


@dataclass(slots=True)
class Labels:
    """How often each label comes; a column with more than ``most`` different texts holds no labels."""

    most: int = 1000
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, label: str) -> None:
        """Count a label; one longer than 40 characters is cut."""
        label = label if len(label) <= 40 else label[:39] + "…"
        if label in self.counts or len(self.counts) < self.most:
            self.counts[label] += 1
        else:
            self.counts[OTHER] += 1

    @property
    def shares(self) -> dict[str, int]:
        """Labels by how often they come; empty where they are no labels."""
        return {} if OTHER in self.counts else dict(self.counts.most_common())


@dataclass(slots=True)
class Distribution:
    """Whole numbers, kept as a count for each value: a million rows have some thousand lengths."""

    counts: Counter[int] = field(default_factory=Counter)

    def add(self, value: int) -> None:
        """Count a value."""
        self.counts[value] += 1

    def quantiles(self) -> list[int]:
        """Smallest, 5th, 50th, 95th percentile and largest; empty where there are none."""
        total, ordered = self.counts.total(), sorted(self.counts.items())
        found: list[int] = []
        for q in _QUANTILES:
            rank, passed = min(total - 1, int(q * total)), 0
            for value, count in ordered:
                passed += count
                if passed > rank:
                    found.append(value)
                    break
        return found

    def bins(self, most: int = 24) -> list[tuple[int, int, int]]:
        """(first value, last value, count) of at most ``most`` bins; of equal width, or doubling where values differ
        by more than a hundredfold.
        """
        if not self.counts:
            return []
        low, high = min(self.counts), max(self.counts)
        edges = [low]
        if high > 100 * max(1, low) and high > 200:
            step = 1
            while edges[-1] + step <= high:
                edges.append(edges[-1] + step)
                step = max(1, edges[-1] - low)
        else:
            step = -(-(high - low + 1) // most)
            edges = list(range(low, high + 1, step))
        last = [*(edge - 1 for edge in edges[1:]), max(high, edges[-1])]
        bins = [0] * len(edges)
        at = 0
        for value, count in sorted(self.counts.items()):
            while value > last[at]:
                at += 1
            bins[at] += count
        return list(zip(edges, last, bins, strict=True))

    def share_of_longest(self, share: float) -> float:
        """What part of the sum the largest ``share`` of the values hold."""
        room = max(1, int(self.counts.total() * share))
        total = sum(value * count for value, count in self.counts.items())
        held = 0
        for value, count in sorted(self.counts.items(), reverse=True):
            taken = min(room, count)
            held += value * taken
            room -= taken
            if not room:
                break
        return held / total if total else 0.0
