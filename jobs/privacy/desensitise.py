"""Finds personal data in rows and puts in its place what the policy says.

Two steps. First each finding becomes a mark, until nothing is found any more; marks hide what they stand for, so that
a value that comes together when its neighbour goes is found too. Then each mark becomes what its operator gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from jobs.privacy.analyzer import Analyzer, Span
from jobs.privacy.known_values import known_values, unseen
from jobs.privacy.marks import Marks, cut_around, taken_in
from jobs.privacy.operators import Operators
from jobs.privacy.params import PrivacyParams
from jobs.privacy.secrets import Secrets
from jobs.privacy.surrogates.people import belongs_to_invented
from jobs.record import map_texts

# Removing a value can bring its neighbours together; each pass shortens the text, so a few are enough.
_MAX_PASSES = 5
Row = dict[str, Any]


class PersonalDataDropped(Exception):
    """The row holds personal data of which the policy says ``drop_row``; ``entities`` names their kinds."""

    def __init__(self, entities: tuple[str, ...]) -> None:
        super().__init__(f"the policy drops a row that holds {', '.join(entities)}")
        self.entities = entities


@dataclass(frozen=True)
class Replacement:
    """What stands in a row now, and what stood there: personal data, for the sealed mapping only."""

    entity: str
    replacement: str
    original: str


@dataclass(frozen=True)
class Outcome:
    """A row without its personal data, how many values were replaced by entity, and which."""

    row: Row
    counts: dict[str, int]
    replaced: tuple[Replacement, ...]


@dataclass(frozen=True)
class _Read:
    """A text as it was read (encoding damage undone where that shows more) and what is to be replaced in it."""

    text: str
    spans: list[Span]


class Desensitiser:
    """Replaces personal data in rows.

    Args:
        analyzer: finds it.
        repair: undoes encoding damage and HTML (``jobs.text.reveal.reveal``). A text whose repaired form shows more
            personal data than itself goes on repaired, so that nothing hides behind what a later stage undoes.
        operators: what stands in its place; by default numbered placeholders.
    """

    def __init__(
        self,
        analyzer: Analyzer,
        repair: Callable[[str], str] | None = None,
        operators: Operators | None = None,
    ) -> None:
        self.analyzer, self.repair = analyzer, repair
        self.operators = operators or Operators()
        # Texts of which it is known that the analyzer finds nothing in them, as they stand and repaired.
        self.quiet: Container[str] = ()

    @classmethod
    def from_params(
        cls, params: PrivacyParams, repair: Callable[[str], str] | None = None, secrets: Secrets | None = None
    ) -> Desensitiser:
        """The one that the parameters describe.

        Args:
            secrets: the salt; by default read where the parameters say.
        """
        salt = (secrets or params.secrets()).salt
        return cls(Analyzer.from_params(params), repair, Operators(params.policy, salt, params.scope))

    def desensitise_row(self, row: Row) -> tuple[Row, dict[str, int]]:
        """A copy of the row without its personal data, and how many values were replaced by entity.

        Messages, text, tool calls, tools, extras and meta are read. Two spellings of a value (separators, case,
        full-width forms, +86) are one value. What operators have put there already is left alone, and numbering goes
        on after it, so a second call changes nothing; docs/privacy.md names the exceptions among surrogates.

        Raises:
            PersonalDataDropped: the row holds an entity whose operator is ``drop_row``.
        """
        outcome = self.replace(row)
        return outcome.row, outcome.counts

    def desensitise_text(self, text: str) -> tuple[str, dict[str, int]]:
        """The same for one text by itself."""
        row, counts = self.desensitise_row({"text": text})
        return row["text"], counts

    def replace(self, row: Row) -> Outcome:
        """As ``desensitise_row``, with what was replaced by what."""
        marks: Marks | None = None
        marked = row
        # A text that a pass leaves as it is reads the same in the next one.
        looked_at: dict[str, _Read] = {}
        for _ in range(_MAX_PASSES):
            found = self._read_row(marked, looked_at)
            if not any(read.spans for read in found.values()):
                break
            marks = marks or Marks.for_row(row)
            marked = map_texts(marked, _marker(found, marks), structured=True)
        if marks is None:
            return Outcome(row, {}, ())
        return self._carry_out(row, marked, marks)

    def _carry_out(self, row: Row, marked: Row, marks: Marks) -> Outcome:
        entities = {entity for entity, _value in marks.found}
        dropped = tuple(sorted(entity for entity in entities if self.operators.of(entity) == "drop_row"))
        if dropped:
            raise PersonalDataDropped(dropped)
        operators = self.operators.for_row(row, marks.found)
        replaced: dict[Replacement, None] = {}

        def put(entity: str, value: str) -> str:
            new = operators.replacement(entity, value)
            replaced[Replacement(entity, new, value)] = None
            return new

        cleaned = map_texts(marked, lambda text: marks.resolve(text, put), structured=True)
        return Outcome(cleaned, dict(Counter(entity for entity, _value in marks.found)), tuple(replaced))

    def _read_row(self, row: Row, looked_at: dict[str, _Read]) -> dict[str, _Read]:
        """Every text of the row with what is to be replaced in it."""
        found: dict[str, _Read] = {}
        invented: set[str] = set()

        def look(text: str) -> str:
            if text not in found:
                if text not in looked_at:
                    looked_at[text] = self._look(text, invented)
                found[text] = looked_at[text]
            return text

        map_texts(row, look, structured=True)
        if not invented:
            return found
        return {text: _without_invented(read, invented) for text, read in found.items()}

    def _look(self, text: str, invented: set[str]) -> _Read:
        if text in self.quiet:
            return _Read(text, [])
        read, spans = text, self.analyzer.analyze(text)
        if self.repair is not None:
            repaired = self.repair(text)
            if repaired != text and Marks.in_order(repaired) == Marks.in_order(text):
                in_repaired = self.analyzer.analyze(repaired)
                if len(in_repaired) > len(spans):
                    read, spans = repaired, in_repaired
        if not spans:
            return _Read(text, [])
        taken = taken_in(read)
        pieces = [piece for span in spans for piece in cut_around(span, read, taken)]
        return _Read(read, [span for span in pieces if self._is_replaced(span, read, invented)])

    def _is_replaced(self, span: Span, text: str, invented: set[str]) -> bool:
        if self.operators.of(span.entity) == "keep":
            return False
        if not self.operators.is_done(span.entity, text, span.start, span.end):
            return True
        if span.entity == "PERSON":
            invented.add(text[span.start : span.end])
        return False


def _without_invented(read: _Read, invented: set[str]) -> _Read:
    """Without the surnames of invented names that stand in the same row: 李先生 beside 李砚禾."""
    left = [
        span
        for span in read.spans
        if span.entity != "PERSON" or not belongs_to_invented(read.text[span.start : span.end], invented)
    ]
    return _Read(read.text, left)


def _marker(found: dict[str, _Read], marks: Marks) -> Callable[[str], str]:
    """Puts marks into a text: on what was found in it, and on what was found elsewhere in the row and stands here."""
    known = known_values((read.text, read.spans) for read in found.values())

    def mark(text: str) -> str:
        read = found.get(text, _Read(text, []))
        spans = [*read.spans, *unseen(read.text, read.spans, known)]
        if not spans:
            return text
        pieces, position = [], 0
        for span in sorted(spans, key=lambda s: s.start):
            pieces += [read.text[position : span.start], marks.mark(span.entity, read.text[span.start : span.end])]
            position = span.end
        return "".join([*pieces, read.text[position:]])

    return mark
