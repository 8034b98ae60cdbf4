"""What a published table holds, in counts and lengths: one streaming pass, memory bounded, never a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from jobs.record import texts_of
from jobs.release.rows import rows_of
from jobs.text.language import language_of

COLUMNS = ("kind", "messages", "chosen", "rejected", "media", "text", "meta", "source", "split")

UNKNOWN = "(unknown)"
TOP_INTENTS = 50
# An intent is a label. Where a mapping made it free text, the count of its values must not grow with the rows, and
# the report must not become a copy of the data.
_MOST_INTENTS, _LONGEST_LABEL = 10_000, 40


class Distribution(BaseModel):
    """Five numbers of one length; the quantiles are exact below 1,024 and within 0.2 per cent above."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    minimum: int = 0
    median: int = 0
    p95: int = 0
    maximum: int = 0
    mean: float = 0.0


class Statistics(BaseModel):
    """Counts of one published table. Every mapping runs from the most frequent value to the least.

    Attributes:
        intents: the 50 most frequent ones; ``distinct_intents`` and ``rows_of_smallest_intent`` look at all.
        turns: user and assistant messages a row (a preference pair counts the chosen side).
        characters: Unicode code points a row, over every text in it.
        multi_turn_rows: rows with more than one user message.
        answers, answer_characters: assistant messages that are trained on, and their length in all.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    rows: int = 0
    splits: dict[str, int] = Field(default_factory=dict)
    sources: dict[str, int] = Field(default_factory=dict)
    source_kinds: dict[str, int] = Field(default_factory=dict)
    licences: dict[str, int] = Field(default_factory=dict)
    languages: dict[str, int] = Field(default_factory=dict)
    kinds: dict[str, int] = Field(default_factory=dict)
    intents: dict[str, int] = Field(default_factory=dict)
    distinct_intents: int = 0
    rows_of_smallest_intent: int = 0
    rows_without_intent: int = 0
    turns: Distribution = Distribution()
    characters: Distribution = Distribution()
    synthetic_rows: int = 0
    multi_turn_rows: int = 0
    media_rows: int = 0
    answers: int = 0
    answer_characters: int = 0


class Histogram:
    """Counts of non-negative whole numbers in at most some 28,000 cells, whatever comes.

    A number keeps its ten leading bits, so a cell is one number wide below 1,024 and at most 1/512 of its value above.
    """

    def __init__(self) -> None:
        self._cells: Counter[int] = Counter()
        self._sum = self._n = self._maximum = 0
        self._minimum: int | None = None

    def add(self, value: int) -> None:
        """Counts one number."""
        shift = max(0, value.bit_length() - 10)
        self._cells[(value >> shift) << shift] += 1
        self._n += 1
        self._sum += value
        self._maximum = max(self._maximum, value)
        self._minimum = value if self._minimum is None else min(self._minimum, value)

    def quantile(self, share: float) -> int:
        """The smallest number that at least ``share`` of all do not exceed (nearest rank), as its cell's middle."""
        wanted, seen = max(1.0, share * self._n), 0
        for cell in sorted(self._cells):
            seen += self._cells[cell]
            if seen >= wanted:
                middle = cell + (1 << max(0, cell.bit_length() - 10)) // 2
                return min(max(middle, self._minimum or 0), self._maximum)
        return 0

    def distribution(self) -> Distribution:
        """The five numbers; all nought when nothing was counted."""
        return Distribution(
            minimum=self._minimum or 0,
            median=self.quantile(0.5),
            p95=self.quantile(0.95),
            maximum=self._maximum,
            mean=round(self._sum / self._n, 2) if self._n else 0.0,
        )


def collect_statistics(batches: Iterable[pa.RecordBatch]) -> Statistics:
    """Counts every row of a published table.

    Args:
        batches: as from ``jobs.lake.versions.scan`` with ``COLUMNS``; other columns are not looked at.
    """
    tally = _Tally()
    for row in rows_of(batches):
        tally.add(row)
    return tally.statistics()


class _Tally:
    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {
            name: Counter() for name in ("splits", "sources", "source_kinds", "licences", "languages", "kinds")
        }
        self.numbers: Counter[str] = Counter()
        self.intents: Counter[str] = Counter()
        self.turns, self.characters = Histogram(), Histogram()

    def add(self, row: Mapping[str, Any]) -> None:
        source, texts = row.get("source") or {}, texts_of(row)
        values = {
            "splits": row.get("split"),
            "sources": source.get("name"),
            "source_kinds": source.get("kind"),
            "licences": source.get("licence"),
            "languages": language_of("\n".join(texts)),
            "kinds": row.get("kind"),
        }
        for name, value in values.items():
            self.counts[name][value or UNKNOWN] += 1
        self.characters.add(sum(map(len, texts)))
        self._add_intent((row.get("meta") or {}).get("intent"))
        self._add_messages([*(row.get("messages") or []), *(row.get("chosen") or [])])
        self.numbers["rows"] += 1
        self.numbers["synthetic_rows"] += bool(source.get("synthetic"))
        self.numbers["media_rows"] += bool(row.get("media"))

    def _add_intent(self, intent: str | None) -> None:
        if not intent:
            self.numbers["rows_without_intent"] += 1
            return
        label = intent if len(intent) <= _LONGEST_LABEL else intent[: _LONGEST_LABEL - 1] + "…"
        if label in self.intents or len(self.intents) < _MOST_INTENTS:
            self.intents[label] += 1

    def _add_messages(self, messages: list[dict[str, Any]]) -> None:
        roles = Counter(message["role"] for message in messages)
        self.turns.add(roles["user"] + roles["assistant"])
        self.numbers["multi_turn_rows"] += roles["user"] > 1
        for message in messages:
            if message["role"] == "assistant" and message.get("content") and message.get("train") is not False:
                self.numbers["answers"] += 1
                self.numbers["answer_characters"] += len(message["content"])

    def statistics(self) -> Statistics:
        return Statistics(
            **{name: _by_count(counts) for name, counts in self.counts.items()},
            **self.numbers,
            intents=dict(list(_by_count(self.intents).items())[:TOP_INTENTS]),
            distinct_intents=len(self.intents),
            rows_of_smallest_intent=min(self.intents.values(), default=0),
            turns=self.turns.distribution(),
            characters=self.characters.distribution(),
        )


def _by_count(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
