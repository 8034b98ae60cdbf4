"""Known spans against found ones: how many are the same, how many overlap, by entity and whatever the entity.

Matching is one to one, so that no span counts twice. An *exact* match has the same start, end and entity. An *overlap*
match has the same entity and at least one character in common; exact matches are paired first, then the others from
left to right, which pairs as many as can be where the spans of either side do not overlap one another. *Entity-blind*
figures are the same with every entity taken as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from jobs.tools.pii_truth import Labelled

BLIND = "any entity"
# Found entity -> a wider one that others label: where that is not looked for, such a span is neither right nor wrong.
REFINES = {"DATE_OF_BIRTH": "DATE_TIME"}


@dataclass(slots=True)
class Counts:
    """Spans known, found, and found rightly.

    ``precision`` = right / found, ``recall`` = right / known, ``f(beta)`` van Rijsbergen's F: (1 + b^2) P R / (b^2 P +
    R); F1 weighs both alike, F2 takes recall for twice as important. None where nothing was found, or known.
    ``characters`` of the known spans, of which ``covered`` lie in some found span, whatever its entity and length.
    """

    known: int = 0
    found: int = 0
    right: int = 0
    characters: int = 0
    covered: int = 0

    @property
    def precision(self) -> float | None:
        """Share of the found spans that are right."""
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """Share of the known spans that were found."""
        return self.right / self.known if self.known else None

    @property
    def cover(self) -> float | None:
        """Share of the known spans' characters that some found span covers: what removing would have hidden."""
        return self.covered / self.characters if self.characters else None

    def f(self, beta: float) -> float | None:
        """F of ``beta``, in counts so that an empty side needs no case of its own; None where both sides are empty."""
        weight = beta * beta
        below = weight * self.known + self.found
        return (1 + weight) * self.right / below if below else None

    def add(self, other: Counts) -> None:
        """Sum, for micro averages."""
        self.known += other.known
        self.found += other.found
        self.right += other.right
        self.characters += other.characters
        self.covered += other.covered


@dataclass(slots=True)
class Score:
    """Sums over rows.

    Attributes:
        exact, overlap: by entity, for entities that are looked for; ``BLIND`` among them.
        left_out: known spans of entities that are not looked for.
        found_as: (known entity, found entity) -> known spans without a match of their entity that another one overlaps.
        on_left_out: (left-out entity, found entity) -> false alarms that lie on a known span that is not looked for.
        recognizers: by name, found spans and those with an overlap match.
    """

    exact: dict[str, Counts] = field(default_factory=dict)
    overlap: dict[str, Counts] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    found_as: Counter[tuple[str, str]] = field(default_factory=Counter)
    on_left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    recognizers: dict[str, Counts] = field(default_factory=dict)
    rows: int = 0

    def add(self, known: Sequence[Labelled], found: Sequence[Labelled], looked_for: Iterable[str]) -> Errors:
        """Count one row; gives its misses and false alarms by overlap."""
        self.rows += 1
        wanted = set(looked_for)
        left_out = [span for span in known if span.entity not in wanted]
        self.left_out.update(span.entity for span in left_out)
        known = [span for span in known if span.entity in wanted]
        found = [s for s in found if not any(REFINES.get(s.entity) == o.entity and overlaps(s, o) for o in left_out)]
        for entity in sorted({span.entity for span in (*known, *found)}):
            of_it = [s for s in known if s.entity == entity]
            self._count(entity, of_it, [s for s in found if s.entity == entity])
            self.overlap[entity].add(_cover(of_it, found))
        self._count(BLIND, known, found)
        self.overlap[BLIND].add(_cover(known, found))
        pairs = [
            pair
            for entity in {span.entity for span in known}
            for pair in matches([s for s in known if s.entity == entity], [s for s in found if s.entity == entity])
        ]
        missed = [span for span in known if all(span is not a for a, _ in pairs)]
        false = [span for span in found if all(span is not b for _, b in pairs)]
        for span in found:
            by = self.recognizers.setdefault(span.recognizer, Counts())
            by.add(Counts(found=1, right=int(all(span is not other for other in false))))
        for span in missed:
            self.found_as.update((span.entity, other.entity) for other in found if overlaps(span, other))
        for span in left_out:
            self.on_left_out.update((span.entity, other.entity) for other in false if overlaps(span, other))
        return Errors(missed, false)

    def overall(self, of: dict[str, Counts]) -> Counts:
        """The sum over entities."""
        total = Counts()
        for entity, counts in of.items():
            if entity != BLIND:
                total.add(counts)
        return total

    def _count(self, entity: str, known: list[Labelled], found: list[Labelled]) -> None:
        size = {"known": len(known), "found": len(found)}
        places = Counter((s.start, s.end) for s in known) & Counter((s.start, s.end) for s in found)
        self.exact.setdefault(entity, Counts()).add(Counts(**size, right=places.total()))
        self.overlap.setdefault(entity, Counts()).add(Counts(**size, right=len(matches(known, found))))


@dataclass(frozen=True, slots=True)
class Errors:
    """What one row got wrong, by overlap: ``missed`` known spans, ``false`` found ones."""

    missed: list[Labelled]
    false: list[Labelled]


def _cover(known: Sequence[Labelled], found: Sequence[Labelled]) -> Counts:
    places = {i for span in known for i in range(span.start, span.end)}
    hidden = {i for span in found for i in range(span.start, span.end)}
    return Counts(characters=len(places), covered=len(places & hidden))


def overlaps(a: Labelled, b: Labelled) -> bool:
    """At least one character in common."""
    return a.start < b.end and b.start < a.end


def matches(known: Sequence[Labelled], found: Sequence[Labelled]) -> list[tuple[Labelled, Labelled]]:
    """Pairs of overlapping spans, one to one, whatever their entities: equal places first, then from left to right."""
    waiting = sorted(found, key=lambda s: (s.end, s.start))
    pairs: list[tuple[Labelled, Labelled]] = []
    rest: list[Labelled] = []
    for span in sorted(known, key=lambda s: (s.end, s.start)):
        same = next((other for other in waiting if (other.start, other.end) == (span.start, span.end)), None)
        if same is None:
            rest.append(span)
        else:
            pairs.append((span, same))
            waiting = [other for other in waiting if other is not same]
    for span in rest:
        near = next((other for other in waiting if overlaps(span, other)), None)
        if near is not None:
            pairs.append((span, near))
            waiting = [other for other in waiting if other is not near]
    return pairs
