"""One pass over a data set's rows, gathering what the health report says; memory grows by some bytes a row."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jobs.formats.checks import alternates
from jobs.formats.content_parts import TAG
from jobs.formats.detect import detect
from jobs.formats.registry import AUTO, parse_row
from jobs.record import Record, RecordError, content_hash
from jobs.sources.files import read_rows
from jobs.tools.command import progress
from jobs.tools.copies import CopyCounter
from jobs.tools.findings import SEVERITIES, Finding, finding
from jobs.tools.text_signs import answer_signs, personal_data, text_signs

_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_ROWS_SHOWN = 10
_LONG_TOKENS = 2048
# A file of several formats is one where a second format has more than a stray row.
_SMALL_SHARE = 0.05


@dataclass(slots=True)
class Health:
    """What was found. Lengths are of whole dialogues; tokens are estimated by ``estimate_tokens``."""

    files: list[str]
    rows: int = 0
    usable: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    intents: Counter[str] = field(default_factory=Counter)
    personal: Counter[str] = field(default_factory=Counter)
    lengths: dict[str, list[int]] = field(default_factory=dict)
    compared_all: bool = True
    findings: list[Finding] = field(default_factory=list)


def examine(files: Sequence[Path], source_format: str = AUTO, fields: Mapping[str, str] | None = None) -> Health:
    """Read every row of the files and judge them; rows of several files are numbered on."""
    pass_ = _Pass(source_format, fields)
    with progress("examining") as step:
        for file in files:
            for raw in read_rows(file):
                step()
                pass_.row += 1
                if raw.error is not None:
                    pass_.note("unreadable_rows", raw.error.reason)
                else:
                    pass_.examine_row(raw.value)
    return pass_.health([str(file) for file in files])


def estimate_tokens(text: str) -> int:
    """Tokens of a text, estimated: one for a Han character, 1.3 for a word, one for three other characters.

    Within about a quarter of what Qwen's and Llama 3's tokenizers count on Chinese and English prose.
    """
    han = len(_HAN.findall(text))
    words = _WORD.findall(text)
    rest = len(text) - han - sum(map(len, words)) - text.count(" ")
    return han + round(1.3 * len(words)) + rest // 3


def language_of(text: str) -> str:
    """``zh``, ``en`` (Latin letters), ``ja/ko``, ``other`` by the script that has the most."""
    sample = text[:2000]
    han = len(_HAN.findall(sample))
    latin = sum(len(word) for word in _WORD.findall(sample) if word.isascii())
    kana = len(_KANA_HANGUL.findall(sample))
    if kana * 20 > han + kana + latin:
        return "ja/ko"
    if not han and not latin:
        return "other"
    # A Han character says about as much as three letters.
    return "zh" if han * 3 >= latin else "en"


class _Pass:
    def __init__(self, source_format: str, fields: Mapping[str, str] | None) -> None:
        self.row = 0
        self._format, self._fields = source_format, fields
        self._found: dict[str, list[int]] = {}
        self._counts: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        self._details: dict[str, Counter[str]] = {}
        self._copies = CopyCounter()
        self._tokens, self._turns, self._answers = array("L"), array("L"), array("L")
        self._labels: Counter[bool] = Counter()
        self._health = Health([])

    def note(self, code: str, kind: str | None = None, count: int = 1) -> None:
        """Note that the row at hand has ``code``; a row counts once, its kinds as often as they come."""
        rows = self._found.setdefault(code, [])
        if self._last.get(code) != self.row:
            self._last[code] = self.row
            self._counts[code] += 1
            if len(rows) < _ROWS_SHOWN:
                rows.append(self.row)
        if kind is not None:
            self._details.setdefault(code, Counter())[kind] += count

    def examine_row(self, value: object) -> None:
        try:
            record = parse_row(value, self._format, self._fields)
        except RecordError as error:
            self.note("unreadable_rows", error.reason)
            return
        health = self._health
        health.usable += 1
        health.kinds[record.kind] += 1
        health.formats["table" if self._fields else self._format if self._format != AUTO else str(detect(value))] += 1
        if record.meta.intent or record.meta.domain:
            health.intents[record.meta.intent or record.meta.domain or ""] += 1
        self._structure(record)
        self._texts(record)

    def _structure(self, record: Record) -> None:
        said = [*record.messages, *record.chosen]
        if record.kind != "text" and said:
            if said[-1].role != "assistant":
                self.note("ends_on_user")
            elif not alternates(said):
                self.note("turns_do_not_alternate")
            if any(m.role == "system" for m in said[1:]):
                self.note("late_system")
        if record.kind == "preference" and record.chosen == record.rejected:
            self.note("chosen_equals_rejected")
        if record.label is not None:
            self._labels[record.label] += 1
        tags = sum(len(TAG.findall(m.content or "")) for m in said)
        if record.media and tags != len(record.media):
            self.note("media_count")

    def _texts(self, record: Record) -> None:
        messages = [*record.messages, *record.chosen, *record.rejected]
        texts = [m.content for m in messages if m.content] or [record.text or ""]
        signs: set[str] = set()
        for text in texts:
            signs.update(text_signs(text))
            for kind, count in personal_data(text).items():
                self.note("personal_data", kind, count)
        for message in messages:
            if message.role == "assistant" and message.content:
                signs.update(answer_signs(message.content))
        for sign in sorted(signs):
            self.note(sign)
        whole = "\n".join(texts)
        self._health.languages[language_of(whole)] += 1
        tokens = estimate_tokens(whole)
        if tokens > _LONG_TOKENS:
            self.note("long_rows")
        self._tokens.append(tokens)
        self._turns.append(max(1, len(record.messages) + bool(record.chosen)))
        self._answers.append(len(texts[-1]))
        self._copies.add(self.row, content_hash(record.to_dict()), whole)

    def health(self, files: list[str]) -> Health:
        health = self._health
        health.files, health.rows = files, self.row
        health.personal = self._details.get("personal_data", Counter())
        health.compared_all = self._copies.compared_all
        health.lengths = {
            "tokens (estimated)": _quantiles(self._tokens),
            "turns": _quantiles(self._turns),
            "characters of the last turn": _quantiles(self._answers),
        }
        found = [
            finding(code, count, self._found[code], dict(self._details.get(code, Counter()).most_common()))
            for code, count in self._counts.items()
        ]
        found += self._of_the_whole()
        health.findings = sorted(found, key=lambda f: (SEVERITIES.index(f.severity), -f.count, f.code))
        return health

    def _of_the_whole(self) -> list[Finding]:
        health, found = self._health, []
        for code, copies in (("exact_copies", self._copies.exact), ("near_copies", self._copies.near)):
            if copies:
                found.append(finding(code, len(copies), list(copies)[:_ROWS_SHOWN]))
        if not health.usable:
            found.append(finding("no_rows", 0, []))
        elif health.usable < 100:
            found.append(finding("too_few_rows", health.usable, []))
        elif health.usable < 1000:
            found.append(finding("few_rows", health.usable, []))
        if len(health.formats) > 1:
            found.append(finding("mixed_formats", len(health.formats), [], dict(health.formats)))
        if len(self._labels) == 1:
            found.append(finding("one_label_only", sum(self._labels.values()), []))
        minor = {k: n for k, n in health.languages.items() if k != "other" and n < _SMALL_SHARE * health.usable}
        if minor:
            found.append(finding("mixed_languages", sum(minor.values()), [], minor))
        top = health.intents.most_common(1)
        if top and len(health.intents) > 1 and top[0][1] > 0.5 * sum(health.intents.values()):
            found.append(finding("one_intent_dominates", top[0][1], []))
        return found


def _quantiles(values: array[int]) -> list[int]:
    """Smallest, 5th, 50th, 95th percentile and largest."""
    ordered = sorted(values)
    return [ordered[min(len(ordered) - 1, int(q * len(ordered)))] for q in (0, 0.05, 0.5, 0.95, 1)] if ordered else []
