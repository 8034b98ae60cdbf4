"""What a trainer's loader accepts, as data: rules that look at one raw row, or at the whole set.

A rule judges the row as the loader meets it, not the record that Gristmill reads it into: what a loader drops, a more
lenient reader may well take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

# stops: the trainer raises, nothing is trained until it is mended. drops: the row is gone, at best with a line in a
# log. harms: the row is trained on, but not as its author meant.
Effect = Literal["stops", "drops", "harms"]
EFFECTS: tuple[Effect, ...] = ("stops", "drops", "harms")
# Stands before the name of a column that the loader does not read: no column of a file begins with it.
ABSENT = "\0"
# How the rows are shaped, as far as loaders tell shapes apart.
Shape = Literal["turns", "alpaca", "text", "completion", "prompt", "pair", "verdict", "openai_pair", "unknown"]


@dataclass(frozen=True, slots=True)
class Layout:
    """What a loader settles once for a whole file.

    Attributes:
        columns: of the set: those that some row among the first ones has. ``datasets`` gives every row all of them.
        names: the loader's name of a column -> the file's own.
        role_key, content_key: of a turn.
        words: role word of the file -> what the loader makes of it (system, user, assistant, tool, call).
        style: how the loader calls the format, where it has several readers for one shape.
    """

    shape: Shape
    columns: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    role_key: str = "role"
    content_key: str = "content"
    words: Mapping[str, str] = field(default_factory=dict)
    style: str = ""

    def name(self, column: str) -> str:
        """The file's own name of a loader's column."""
        return self.names.get(column, column)


class Measure(Protocol):
    """Token counts of a row under a template and a cut-off; see ``jobs.formats.preview.RowMeasure``."""

    def over(self, row: Mapping[str, Any]) -> bool:
        """Whether the row is longer than the cut-off."""

    def untrained(self, row: Mapping[str, Any]) -> bool:
        """Whether no trained token lies before the cut-off, though some would without it."""


@dataclass(slots=True)
class View:
    """A row as a loader sees it. ``turns`` are those under ``at``, whatever stands there; ``measure`` is None without
    a cut-off."""

    row: dict[str, Any]
    layout: Layout
    turns: list[Any]
    at: str
    measure: Measure | None = None

    @classmethod
    def of(cls, row: dict[str, Any], layout: Layout, measure: Measure | None = None) -> View:
        """The view of ``row``; a list of turns that is none gives no turns."""
        column = layout.name("messages")
        turns = row.get(column)
        return cls(row, layout, turns if isinstance(turns, list) else [], f"$.{column}", measure)

    def get(self, column: str) -> Any:
        """A column by the loader's name; None where the row lacks it, as ``datasets`` has it."""
        return self.row.get(self.layout.name(column))

    def path(self, column: str) -> str:
        """JSON path of a column by the loader's name."""
        return f"$.{self.layout.name(column).lstrip(ABSENT)}"

    def role(self, turn: Any) -> str | None:
        """What the loader makes of a turn's role word; None for a word, or a turn, that it does not know."""
        word = turn.get(self.layout.role_key) if isinstance(turn, dict) else None
        return self.layout.words.get(word) if isinstance(word, str) else None

    def content(self, turn: Any) -> Any:
        """A turn's content as it stands."""
        return turn.get(self.layout.content_key) if isinstance(turn, dict) else None

    def spoken(self) -> list[tuple[int, Any]]:
        """The turns after a system prompt at the front, with their places."""
        start = 1 if self.turns and self.role(self.turns[0]) == "system" else 0
        return list(enumerate(self.turns))[start:]


# JSON path of what breaks the rule, or None.
Check = Callable[[View], "str | None"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a report tells of a rule.

    Attributes:
        id: a stable snake_case word that reports count by.
        says: what is wrong, in a few words, as a reason.
        why: what the trainer does there.
        mend: what to do about it.
        source: repository and file that the rule was read in.
    """

    id: str
    effect: Effect
    says: str
    why: str
    mend: str
    source: str


@dataclass(frozen=True, slots=True)
class Rule(Told):
    """One thing that a loader asks of a row.

    Attributes:
        shapes: the shapes that it applies to; empty for all.
    """

    check: Check
    shapes: tuple[Shape, ...] = ()


def rule(id: str, effect: Effect, says: str, why: str, mend: str, source: str, check: Check, *shapes: Shape) -> Rule:
    """A rule on one line of a table: ``shapes`` come last."""
    return Rule(id, effect, says, why, mend, source, check, shapes)


class Tally(Protocol):
    """A rule on the whole set at work: it sees every row once."""

    def add(self, number: int, row: Mapping[str, Any]) -> None:
        """See a row; ``number`` counts from 1."""

    def failing(self) -> Sequence[int] | None:
        """None when all is well, else the rows to blame: empty where no row is to blame but the set."""


@dataclass(frozen=True, slots=True)
class SetRule(Told):
    """One thing that a loader asks of the whole set.

    Attributes:
        shapes: the shapes that it applies to; empty for all.
    """

    tally: Callable[[Layout], Tally]
    shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A trainer: how its loader reads a file's layout, and its rules in the order in which they strike.

    Attributes:
        layout: from the columns of the set, its first rows and, for LLaMA-Factory, the file's entry in
            ``dataset_info.json``.
        formats: the names of our formats that it reads, the best first.
        beside: file name -> text of what the trainer wants beside the data; see ``jobs.formats.targets.beside``.
    """

    name: str
    title: str
    rules: tuple[Rule, ...]
    set_rules: tuple[SetRule, ...]
    layout: Callable[[frozenset[str], Sequence[Mapping[str, Any]], Mapping[str, Any] | None], Layout]
    formats: tuple[str, ...]
    beside: Callable[[str, str, Layout], dict[str, str]]
