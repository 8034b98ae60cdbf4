"""What became of one row, stage by stage: read from the lake without Spark.

The raw zone is read for places only (source, file, line); what a row said before its personal data was replaced is told
only where a caller asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from jobs.lake.layout import Layout
from jobs.lake.lineage import datasets, has_column, newest_chain, rows_where
from jobs.lake.versions import Commit
from jobs.record import texts_of
from jobs.release.ledger import releases
from jobs.text.params import NormalizeParams
from jobs.text.quality import QualityRules
from jobs.text.quality_params import QualityParams
from jobs.text.trace import trace
from jobs.tools.commit_params import M, params_of

_PREFIX = re.compile(r"[0-9a-f]{4,64}")
_SHOWN_IDS = 5
_PLACE = ("name", "kind", "uri", "row", "line", "format", "licence", "collected_at", "synthetic", "parent")


class ExplainError(ValueError):
    """The row cannot be told; the message says what to do."""


@dataclass(slots=True)
class Step:
    """What one stage did with the row: ``told`` are plain values by name, in the order in which to read them."""

    stage: str
    table: str
    told: dict[str, Any]


@dataclass(slots=True)
class RuleValue:
    """One quality rule's word on the row; ``value`` is None where the rule says nothing of such a row."""

    rule: str
    value: float | int | str | None
    bound: str
    action: str
    broken: bool


@dataclass(slots=True)
class Explanation:
    """A row's way through the mill.

    Attributes:
        texts: what it says after the last stage that wrote rows, or with ``raw`` as it was collected.
        notes: what a person must know to read the rest, a sentence each.
        standing_for: how many removed rows name it as their witness, by stage.
    """

    dataset: str
    record_id: str
    outcome: str
    steps: list[Step] = field(default_factory=list)
    rules: list[RuleValue] = field(default_factory=list)
    standing_for: dict[str, int] = field(default_factory=dict)
    releases: list[str] = field(default_factory=list)
    texts: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The explanation as JSON values."""
        return asdict(self)


def explain(root: Path, row_id: str, dataset: str | None = None, *, raw: bool = False) -> Explanation:
    """Everything that the lake knows of a row, along the newest build of its data set.

    Args:
        row_id: a record id, or the beginning of one (4 digits and more) where it is unique.
        raw: tell the texts as they were collected, personal data and all.

    Raises:
        ExplainError: no such row or data set, or several rows.
    """
    prefix = row_id.strip().lower()
    if not _PREFIX.fullmatch(prefix):
        raise ExplainError(f"expected a row's id, 4 to 64 hexadecimal digits, came {row_id[:80]!r}")
    chains = _chains(root, dataset)
    found = {name: _ids(chain[0], prefix) for name, chain in chains.items()}
    ids = sorted({record_id for matches in found.values() for record_id in matches})
    if not ids:
        raise ExplainError(
            f"no row's id begins with {prefix} in the newest build of {', '.join(chains)} ({root}). Ids stand in the "
            "column record_id of each table, on the pages of quality-report and dedup-report"
        )
    if len(ids) > 1:
        more = f" and {len(ids) - _SHOWN_IDS} more" if len(ids) > _SHOWN_IDS else ""
        raise ExplainError(
            f"{len(ids)} rows begin with {prefix}: {', '.join(ids[:_SHOWN_IDS])}{more}. Give more digits"
        )
    name = next(name for name, matches in found.items() if matches)
    return _follow(root, name, chains[name], ids[0], raw)


def _chains(root: Path, dataset: str | None) -> dict[str, list[Commit]]:
    known = datasets(root)
    if dataset is not None and dataset not in known:
        raise ExplainError(f"no data set {dataset} in {root}; there are {', '.join(known) or 'none'}")
    chains = {name: newest_chain(root, name) for name in ([dataset] if dataset else known)}
    chains = {name: chain for name, chain in chains.items() if chain}
    if not chains:
        raise ExplainError(
            f"nothing has been built in {root}. `gristmill build` builds a data set; --lake names another"
        )
    return chains


def _ids(collected: Commit, prefix: str) -> list[str]:
    condition = pc.starts_with(pc.field("record_id"), prefix)
    return [row["record_id"] for row in rows_where(collected.table, condition, ["record_id"])]


def _follow(root: Path, dataset: str, chain: list[Commit], record_id: str, raw: bool) -> Explanation:
    told = Explanation(dataset, record_id, "")
    row: dict[str, Any] | None = None
    shown = raw
    mine = pc.field("record_id") == record_id
    for commit in chain:
        stage, table = commit.provenance.stage, commit.table
        (here, *_) = [*rows_where(table, mine), None]
        if here is None:
            continue
        if "kept" in here:
            step = _decided(here)
            if stage == "filter_by_quality_rules" and row and not told.rules:
                told.rules = _rules(commit, row, told.notes)
            told.standing_for |= _standing_for(commit, record_id)
        elif "split" in here and "messages" not in here:
            step = {"side": here["split"], "cluster": here.get("cluster")}
        else:
            step = _written(here, row)
            if stage == "normalize_text" and row is not None and here.get("changes") and shown:
                step["steps"] = _normalised(row, commit, told.notes)
            # What the raw zone says, and what a step made of it, is told only to who asks for it.
            shown = raw or not Path(table.path).is_relative_to(root / "raw")
            if shown:
                told.texts = told.texts if raw and told.texts else _turns(here)
            row = here
        told.steps.append(Step(stage, str(table), step))
        told.outcome = _outcome(stage, here)
        if told.outcome.startswith(("removed", "quarantined")):
            break
    told.releases = _releases(root, dataset, mine)
    return told


def _outcome(stage: str, here: Mapping[str, Any]) -> str:
    if here.get("quarantine") is not None:
        return f"quarantined by {stage}: {here['quarantine']['reason']}"
    if here.get("kept") is False:
        return f"removed by {stage}: {here['reason']}"
    return "released" if stage == "publish" else f"kept up to {stage}"


def _written(here: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """A rows stage's word: where the row came from, and what was counted."""
    told: dict[str, Any] = {}
    if before is None:
        told |= {name: here["source"].get(name) for name in _PLACE if here["source"].get(name) not in (None, False)}
    if here.get("quarantine") is not None:
        told |= {name: here["quarantine"][name] for name in ("reason", "detail", "path")}
    if here.get("changes"):
        told["changes"] = dict(here["changes"])
    if here.get("split") is not None:
        told["side"] = here["split"]
    return told


def _normalised(before: dict[str, Any], commit: Commit, notes: list[str]) -> list[dict[str, str]]:
    """Each step that changed a text of the row, with the text before and after it."""
    params = _params_of(commit, NormalizeParams, notes)
    changes = [change for text in texts_of(before) for change in trace(text, params)]
    return [{"step": change.step, "before": change.before, "after": change.after} for change in changes]


def _decided(here: dict[str, Any]) -> dict[str, Any]:
    evidence = here.get("evidence") or {}
    told = {"kept": here["kept"], "reason": here["reason"], **evidence}
    return {name: value for name, value in told.items() if value is not None}


def _params_of(commit: Commit, model: type[M], notes: list[str]) -> M:
    """The parameters of a commit; those of today, and a note that says so, where today's model refuses them."""
    params, unfit = params_of(commit, model)
    if unfit:
        notes.append(
            f"{commit.table} was committed with parameters that do not fit here ({', '.join(unfit)}): its values below "
            "are worked out with the defaults, and may differ from those that it decided by"
        )
    return params


def _rules(commit: Commit, row: dict[str, Any], notes: list[str]) -> list[RuleValue]:
    """Every rule that is on, its value measured anew by the parameters of the commit."""
    params = _params_of(commit, QualityParams, notes)
    rules = QualityRules(params)
    values, broken = rules.values(row), {verdict.rule for verdict in rules.judge(row)}
    return [
        RuleValue(
            rule.name,
            round(value, 4) if isinstance(value := values.get(rule.name), float) else value,
            f"{rule.limit} {', '.join(rule.bound) if rule.limit == 'allow' else rule.bound}",
            rule.line.action,
            rule.name in broken,
        )
        for rule in rules.rules
    ]


def _standing_for(commit: Commit, record_id: str) -> dict[str, int]:
    condition = pc.field("evidence", "witness") == record_id
    rows = rows_where(commit.table, condition & ~pc.field("kept"), ["record_id"])
    return {commit.provenance.stage: len(rows)} if rows else {}


def _releases(root: Path, dataset: str, mine: pc.Expression) -> list[str]:
    return [
        release.reference
        for release in releases(Layout(root, dataset))
        if has_column(release.table, "record_id") and rows_where(release.table, mine, ["record_id"])
    ]


def _turns(row: dict[str, Any]) -> list[dict[str, str]]:
    said = [{"role": "text", "text": row["text"]}] if row.get("text") else []
    for name in ("messages", "chosen", "rejected"):
        label = "" if name == "messages" else f"{name}, "
        said += [{"role": f"{label}{m['role']}", "text": m["content"] or ""} for m in row.get(name) or []]
    return said
