"""One pass over a data set's rows, gathering what the health report says; memory grows by some bytes a row."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from jobs.formats.detect import detect
from jobs.formats.registry import AUTO
from jobs.formats.tokens import Counter as TokenCounter
from jobs.formats.tokens import load_counter
from jobs.privacy.counting import count_personal_data
from jobs.record import Record, RecordError
from jobs.sources.rows import RawRow
from jobs.sources.source_rows import SourceFields, SourceLike, SourceRows
from jobs.text.language import language_of
from jobs.tools.copies import CopyCounter
from jobs.tools.finding_rules import REASONS
from jobs.tools.findings import Finding, Notes, finding, in_order
from jobs.tools.places import Place
from jobs.tools.progress import progress
from jobs.tools.quarantine import not_json
from jobs.tools.row_checks import check_row
from jobs.tools.tallies import Distribution, Labels
from jobs.tools.text_signs import answer_signs, locate, text_signs

CUTOFF = 2048
# Enough to tell a row's language by; the share of languages is told by rows.
_LANGUAGE_SAMPLE = 1000
# A data set of several languages is one where a second has more than a stray row.
_SMALL_SHARE = 0.05
_SOURCE_COLUMNS = ("source", "data_source", "dataset", "origin")


@dataclass(slots=True)
class Health:
    """What was found. Lengths are of whole rows, without what a chat template adds.

    Attributes:
        tokenizer: what counted the tokens.
        histograms: (first value, last value, rows) of each bin.
    """

    files: list[str]
    cutoff: int
    tokenizer: str
    rows: int = 0
    usable: int = 0
    formats: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    intents: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    personal: dict[str, int] = field(default_factory=dict)
    lengths: dict[str, list[int]] = field(default_factory=dict)
    histograms: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    compared_all: bool = True
    findings: list[Finding] = field(default_factory=list)


def examine(
    files: Sequence[Path],
    source: SourceLike | None = None,
    cutoff: int = CUTOFF,
    counter: TokenCounter | None = None,
) -> Health:
    """Read every row of the files and judge them.

    Args:
        source: how to read the files; by default each row tells.
        cutoff: tokens after which a trainer cuts a row off.
        counter: counts them; by default an estimate.
    """
    source = source or SourceFields()
    rows = SourceRows(files, source)
    look = _Pass(source, rows, cutoff, counter or load_counter())
    with progress("examining", files) as shown:
        for file in files:
            look.begin(str(file))
            for raw in rows.read(file, shown.seen):
                shown.step()
                look.take(raw)
    return look.health()


class _Pass:
    def __init__(self, source: SourceLike, rows: SourceRows, cutoff: int, counter: TokenCounter) -> None:
        self._format = "table" if rows.shaped or source.fields else source.format
        self._parse, self._cutoff, self._counter = rows.parse, cutoff, counter
        self._files: list[str] = []
        self._starts = array("Q")
        self._number = self._usable = 0
        self._raw = RawRow(0, None, "$", None, None, b"")
        self._notes = Notes()
        self._copies = CopyCounter()
        self._formats, self._kinds, self._languages = Counter[str](), Counter[str](), Counter[str]()
        self._intents, self._sources = Labels(), Labels()
        self._labels: Counter[bool] = Counter()
        self._tokens, self._turns, self._answers = Distribution(), Distribution(), Distribution()

    def begin(self, file: str) -> None:
        self._files.append(file)
        self._starts.append(self._number)

    def take(self, raw: RawRow) -> None:
        """Judge the next row."""
        self._raw = raw
        self._number += 1
        if raw.error is not None:
            self._refuse(raw.error)
            return
        try:
            record = self._parse(raw.value)
        except RecordError as error:
            self._refuse(error)
            return
        except (RecursionError, TypeError) as error:
            self._refuse(not_json(error))
            return
        self._count(record)
        for code, kind, where in check_row(record, raw.value):
            self._note(code, where, kind)
        self._read_texts(record)

    def _refuse(self, error: RecordError) -> None:
        self._note(REASONS.get(error.reason, "unreadable_rows"), error.path, error.reason)

    def _note(self, code: str, where: Any = None, kind: str | None = None, count: int = 1) -> None:
        self._notes.add(code, self._number, self._place, where, kind, count)

    def _place(self, where: str | None, like: str | None = None) -> Place:
        return Place(self._files[-1], self._raw.row, self._raw.line, where, like)

    def _count(self, record: Record) -> None:
        self._usable += 1
        self._kinds[record.kind] += 1
        self._formats[self._format if self._format != AUTO else str(self._told())] += 1
        if topic := record.meta.intent or record.meta.domain:
            self._intents.add(topic)
        if source := _source_of(self._raw.value or {}):
            self._sources.add(source)
        if record.label is not None:
            self._labels[record.label] += 1

    def _told(self) -> str | None:
        return detect(self._raw.value)

    def _read_texts(self, record: Record) -> None:
        said = [*record.messages, *record.chosen]
        tokens = asked = 0
        answered = False
        texts: list[str] = []
        for message in said:
            answered = answered or message.role == "assistant"
            if text := message.content:
                texts.append(text)
                size = self._judge(text, is_answer=message.role == "assistant")
                tokens += size
                asked += 0 if answered else size
        for message in record.rejected:
            if message.content:
                # A rejected answer may well refuse; its length is not the row's.
                self._judge(message.content, is_answer=False)
        if record.text:
            texts.append(record.text)
            tokens = self._judge(record.text, is_answer=False)
        self._look_into(record)
        whole = texts[0] if len(texts) == 1 else "\n".join(texts)
        self._languages[language_of(whole[:_LANGUAGE_SAMPLE])] += 1
        if answered and asked >= self._cutoff:
            self._note("answer_beyond_cutoff")
        elif tokens > self._cutoff:
            self._note("over_cutoff")
        self._tokens.add(tokens)
        self._turns.add(max(1, len(said)))
        self._answers.add(len(texts[-1]) if texts else 0)
        self._compare(record, whole)

    def _judge(self, text: str, *, is_answer: bool) -> int:
        """Note the signs in a text; gives its tokens."""
        for sign in text_signs(text):
            self._note(sign, lambda s=sign: locate(self._raw.value, text, lambda t: s in text_signs(t)))
        if is_answer:
            for sign in answer_signs(text):
                self._note(sign, lambda s=sign: locate(self._raw.value, text, lambda t: s in answer_signs(t)))
        self._find_personal_data(text)
        return self._counter.count(text)

    def _look_into(self, record: Record) -> None:
        """Personal data also hides in a call's arguments and in columns that no format knows."""
        for call in record.messages:
            if call.tool_calls is not None:
                self._find_personal_data(call.tool_calls)
        if record.extras is not None and not record.extras.startswith('{"$shape"'):
            self._find_personal_data(record.extras)

    def _find_personal_data(self, text: str) -> None:
        for kind, count in count_personal_data(text).items():
            self._note(
                "personal_data",
                lambda k=kind: locate(self._raw.value, text, lambda t: k in count_personal_data(t)),
                kind,
                count,
            )

    def _compare(self, record: Record, whole: str) -> None:
        said = (record.kind, record.messages, record.chosen, record.rejected, record.label, record.tools, record.text)
        earlier, code = self._copies.exact(self._number, orjson.dumps(said)), "exact_copies"
        if earlier is None:
            earlier, code = self._copies.near(self._number, whole), "near_copies"
        if earlier is None:
            return
        file = bisect_right(self._starts, earlier - 1) - 1
        elsewhere = file != len(self._files) - 1
        like = str(earlier - self._starts[file])
        place = partial(self._place, like=f"{self._files[file]}:{like}" if elsewhere else like)
        self._notes.add(code, self._number, place)
        if elsewhere:
            self._notes.add("copies_across_files", self._number, place, kind=code)

    def health(self) -> Health:
        """The whole, once every row was taken."""
        health = Health(
            self._files,
            self._cutoff,
            self._counter.name,
            self._number,
            self._usable,
            formats=dict(self._formats.most_common()),
            kinds=dict(self._kinds.most_common()),
            languages=dict(self._languages.most_common()),
            intents=self._intents.shares,
            sources=self._sources.shares,
            personal=dict(self._notes.kinds.get("personal_data", Counter()).most_common()),
            compared_all=self._copies.compared_all,
        )
        for name, values in (
            ("tokens (estimated)" if self._counter.is_estimate else "tokens", self._tokens),
            ("turns", self._turns),
            ("characters of the last turn", self._answers),
        ):
            health.lengths[name], health.histograms[name] = values.quantiles(), values.bins()
        health.findings = in_order([*self._notes.findings(), *_of_the_whole(health, self._labels, self._tokens)])
        return health


def _of_the_whole(health: Health, labels: Counter[bool], tokens: Distribution) -> list[Finding]:
    """Findings that no single row has."""
    found = []
    if not health.usable:
        found.append(finding("no_rows", 0))
    elif health.usable < 100:
        found.append(finding("too_few_rows", health.usable))
    elif health.usable < 1000:
        found.append(finding("few_rows", health.usable))
    if len(health.formats) > 1:
        found.append(finding("mixed_formats", len(health.formats), detail=health.formats))
    if len(labels) == 1:
        found.append(finding("one_label_only", labels.total()))
    if health.usable >= 100 and tokens.share_of_longest(0.05) > 0.5:
        found.append(finding("few_long_rows", health.usable // 20))
    told = {k: n for k, n in health.languages.items() if k in ("zh", "en", "other")}
    minor = {k: n for k, n in told.items() if n < _SMALL_SHARE * health.usable}
    if minor and len(told) > 1:
        found.append(finding("mixed_languages", sum(minor.values()), detail=minor))
    return found + _of_labels(health)


def _of_labels(health: Health) -> list[Finding]:
    found = []
    topics, sources = list(health.intents.values()), list(health.sources.values())
    if len(topics) > 1 and topics[0] > 0.5 * sum(topics):
        found.append(finding("one_intent_dominates", topics[0]))
    # A column of as many values as rows is a name or a number, and no label.
    if len(topics) > 1 and sum(topics) >= 10 * len(topics) and (rare := sum(n < 10 for n in topics)):
        found.append(finding("rare_intents", rare))
    if len(sources) > 1 and sources[0] > 0.9 * sum(sources):
        found.append(finding("one_source_dominates", sources[0]))
    return found


def _source_of(row: Mapping[str, Any]) -> str | None:
    for place in (row, row.get("metadata"), row.get("meta")):
        if isinstance(place, Mapping):
            for name in _SOURCE_COLUMNS:
                value = place.get(name)
                if isinstance(value, str) and value:
                    return value
    return None
