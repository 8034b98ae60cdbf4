"""What each quality rule did to a data set that was built: counts, examples and the spread of its values.

Read without Spark, from the rows after remove_pii, so that personal data is masked. Values are measured anew on a
sample by the parameters of the decisions' commit.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jobs.lake.layout import Layout
from jobs.lake.versions import Commit, TableVersion, history, scan
from jobs.text.parts import Parts
from jobs.text.quality import QualityRules, Rule
from jobs.text.quality_params import QualityParams
from jobs.tools.build_pages import NoPageError, refuse_page, rows_to_show
from jobs.tools.commit_params import params_of

STAGE = "filter_by_quality_rules"
EXAMPLES = 5
SAMPLE = 5_000
_COLUMNS = ["record_id", "messages", "chosen", "rejected", "text", "label", "tools"]
# "rule: value (bound b)", as jobs.text.quality.describe writes it.
_BROKEN = re.compile(r"(?:^|; )([a-z][a-z0-9_]*): (.*?) \(bound (.*?)(, flagged)?\)(?=; |$)")


@dataclass(slots=True)
class Example:
    """A row that broke the rule: its id, the measured value and bound as written, its turns."""

    record_id: str
    value: str
    others: tuple[str, ...]
    turns: list[tuple[str, str]]


@dataclass(slots=True)
class RuleReport:
    """One rule's work.

    Attributes:
        alone: rows that no other rule would have removed.
        together: rows that it removed, alone or not.
        values: the sampled rows' values, numbers only.
        examples: up to five; rows that it removed alone come first.
    """

    rule: Rule
    alone: int = 0
    together: int = 0
    flagged: int = 0
    values: list[float] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class QualityReport:
    """The whole page's content. ``sampled`` rows gave the values."""

    title: str
    counts: dict[str, int]
    rules: list[RuleReport]
    off: list[str]
    sampled: int
    older_code: bool


def broken_rules(detail: str) -> Iterator[tuple[str, str, str, bool]]:
    """The verdicts of a decision's detail: rule, value, bound, and whether it only flags."""
    for match in _BROKEN.finditer(detail):
        yield match[1], match[2], match[3], match[4] is not None


def write_quality_page(root: Path, dataset: str, page: Path, *, force: bool = False) -> dict[str, int]:
    """Writes the page of the newest decisions; returns its counts.

    Raises:
        NoPageError: the stage has decided nothing, or on rows of the raw zone, which no page may show; or
            the page exists.
    """
    from jobs.tools.quality_page import report_html

    refuse_page(page, force=force)
    told = gather(root, dataset)
    page.write_text(report_html(told), encoding="utf-8")
    return told.counts


def gather(root: Path, dataset: str) -> QualityReport:
    """The newest decisions of a data set with the rows that they speak of; errors as for ``write_quality_page``."""
    commit = _newest(root, dataset)
    rows = rows_to_show(commit, root, dataset)
    params, unfit = params_of(commit, QualityParams)
    # Older code committed nothing, or parameters that were no table.
    older = bool(unfit) or not commit.provenance.params
    rules = QualityRules(params)
    told = {rule.name: RuleReport(rule) for rule in rules.rules}
    counts, chosen, sample = _count(commit.table, told)
    _read(rows, told, chosen, set(sample))
    off = [name for name, line in params.rules.items() if line.action == "off"]
    title = f"{dataset}, {commit.table}, run {commit.provenance.run_id}"
    return QualityReport(title, counts, list(told.values()), off, len(sample), older)


def _newest(root: Path, dataset: str) -> Commit:
    commits = history(Layout(root, dataset).table(STAGE, "clean"))
    if commits and commits[0].provenance.inputs:
        return commits[0]
    clean = root / "clean"
    known = sorted(p.parent.name for p in clean.glob(f"*/{STAGE}")) if clean.is_dir() else []
    raise NoPageError(
        f"no decisions of {STAGE} for {dataset} in {root}; there are those of {', '.join(known) or 'no data set'}"
    )


_Chosen = dict[str, list[tuple[str, str, tuple[str, ...]]]]


def _count(table: TableVersion, told: dict[str, RuleReport]) -> tuple[dict[str, int], _Chosen, list[str]]:
    """Counts rows; picks by record id each rule's examples (alone first, then with the fewest others) and a sample.

    Record ids are hashes: the smallest of them are a fair sample, and the same one each time.
    """
    counts: Counter[str] = Counter({"rows": 0, "kept": 0, "removed": 0, "flagged": 0})
    picked: dict[str, list[tuple[int, str, str, tuple[str, ...]]]] = {name: [] for name in told}
    sample: list[str] = []
    for batch in scan(table, ["record_id", "kept", "reason", "evidence"]):
        kept = batch.column("kept")
        counts.update({"rows": len(batch), "kept": kept.true_count, "removed": len(batch) - kept.true_count})
        sample = heapq.nsmallest(SAMPLE, [*sample, *batch.column("record_id").to_pylist()])
        for row in batch.filter(batch.column("reason").is_valid()).to_pylist():
            counts["flagged"] += row["kept"]
            _note(row, told, picked)
    chosen: _Chosen = {}
    for rule, found in picked.items():
        for _, record_id, value, others in heapq.nsmallest(EXAMPLES, found):
            chosen.setdefault(record_id, []).append((rule, value, others))
    return dict(counts), chosen, sample


def _note(row: dict[str, Any], told: dict[str, RuleReport], picked: dict[str, list[Any]]) -> None:
    broken = list(broken_rules((row["evidence"] or {}).get("detail") or ""))
    removing = [rule for rule, _, _, flags in broken if not flags]
    for rule, value, _, flags in broken:
        if rule not in told:
            continue
        report = told[rule]
        report.flagged += flags
        report.together += not flags
        report.alone += removing == [rule]
        others = tuple(name for name, *_ in broken if name != rule)
        picked[rule].append((len(others), row["record_id"], value, others))
        if len(picked[rule]) > 50 * EXAMPLES:
            picked[rule] = heapq.nsmallest(EXAMPLES, picked[rule])


def _read(rows: TableVersion, told: dict[str, RuleReport], chosen: _Chosen, sample: set[str]) -> None:
    """One pass over the rows: the examples' turns, and every rule's value for the sample."""
    wanted = pa.array(sorted(sample | set(chosen)), pa.string())
    for batch in scan(rows, _COLUMNS):
        for row in batch.filter(pc.is_in(batch.column("record_id"), wanted)).to_pylist():
            for rule, value, others in chosen.get(row["record_id"], ()):
                told[rule].examples.append(Example(row["record_id"], value, others, _turns(row)))
            if row["record_id"] in sample:
                _measure(row, told)


def _measure(row: dict[str, Any], told: dict[str, RuleReport]) -> None:
    parts = Parts.of_row(row)
    for report in told.values():
        value = report.rule.value(parts) if report.rule.speaks_of(parts.language) else None
        if isinstance(value, str):
            report.words[value] += 1
        elif value is not None:
            report.values.append(float(value))


def _turns(row: dict[str, Any]) -> list[tuple[str, str]]:
    said = [("text", row["text"])] if row.get("text") else []
    for name in ("messages", "chosen"):
        said += [(m["role"], m["content"] or "") for m in row.get(name) or []]
    return said
