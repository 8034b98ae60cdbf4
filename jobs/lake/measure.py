"""Counts a stage's work on the version that it committed, never on what it meant to write."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from jobs.lake.rule_counts import count_rules
from jobs.lake.summary import SourceCount, StageSummary
from jobs.privacy.residual import (
    KEPT_MARK,
    RESIDUAL_FROM,
    RESIDUAL_KEPT,
    RESIDUAL_NEEDS,
    RESIDUAL_PATTERNS,
    RESIDUAL_TO,
)

_TURNS = ("messages", "chosen", "rejected")


def summarise_rows(
    stage: str, rows: DataFrame, rows_in: int | None, residual_kinds: Sequence[str] | None = None
) -> StageSummary:
    """Counts of a rows table (record, changes, quarantine).

    Args:
        rows_in: None means all that stands in it.
        residual_kinds: kinds of ``RESIDUAL_PATTERNS`` to look for in the rows' texts, in the same pass; None: no look.
    """
    kinds = residual_kinds or ()
    counted = [F.count_if(F.col(f"residual.{kind}")).alias(kind) for kind in kinds]
    counted += [F.count_if(_any_of(kinds)).alias("residual_rows")] if kinds else []
    counts = (
        (_with_residual(rows, kinds) if kinds else rows)
        .groupBy(F.col("source.name").alias("source"), F.col("quarantine.reason").alias("reason"))
        .agg(F.count("*").alias("n"), F.count_if(F.size("changes") > 0).alias("changed"), *counted)
        .collect()
    )
    changes = rows.select(F.explode("changes").alias("kind", "n")).groupBy("kind").agg(F.sum("n").alias("n")).collect()
    quarantined: Counter[str] = Counter()
    sources: dict[str, SourceCount] = {}
    for row in counts:
        if row["reason"] is not None:
            quarantined[row["reason"]] += row["n"]
        sources[row["source"]] = _add(
            sources.get(row["source"]), row["n"], kept=row["reason"] is None, quarantined=row["reason"] is not None
        )
    total = sum(row["n"] for row in counts)
    return StageSummary(
        stage=stage,
        rows_in=total if rows_in is None else rows_in,
        kept=total - sum(quarantined.values()),
        quarantined=_by_count(quarantined),
        changes=_by_count(Counter({row["kind"]: row["n"] for row in changes})),
        changed_rows=sum(row["changed"] for row in counts),
        residual=None if residual_kinds is None else {kind: _summed(counts, kind) for kind in kinds},
        residual_rows=None if residual_kinds is None else _summed(counts, "residual_rows") if kinds else 0,
        sources=sources,
    )


def _with_residual(rows: DataFrame, kinds: Sequence[str]) -> DataFrame:
    """``rows`` with a struct of booleans: whether a row's texts show each kind. A quarantined row shows none."""
    turns = [F.col(f"{column}.{part}") for column in _TURNS for part in ("content", "tool_calls")]
    texts = F.concat_ws("\n", *turns, "text", "tools", "extras")
    folded = rows.withColumn("plain", F.translate(texts, RESIDUAL_FROM, RESIDUAL_TO))
    needs = dict.fromkeys(RESIDUAL_NEEDS[kind] for kind in kinds if kind in RESIDUAL_NEEDS)
    has = {need: F.col(f"has.need_{i}") for i, need in enumerate(needs)}
    met = [F.col("plain").rlike(need).alias(f"need_{i}") for i, need in enumerate(needs)]
    needed = {kind: has.get(RESIDUAL_NEEDS.get(kind, ""), F.lit(True)) for kind in kinds}
    marked = folded.withColumn("has", F.struct(F.lit(True).alias("text"), *met))
    shown = marked.withColumn("residual", F.struct(*[(needed[kind] & _shows(kind)).alias(kind) for kind in kinds]))
    # Few rows show anything; in those, what policy keeps is taken out and the kinds shown are looked for again.
    kept = F.regexp_replace("plain", RESIDUAL_KEPT, KEPT_MARK)
    without = shown.withColumn("plain", F.when(_any_of(kinds), kept))
    still = [(F.col(f"residual.{kind}") & _shows(kind)).alias(kind) for kind in kinds]
    return without.withColumn("residual", F.struct(*still))


def _shows(kind: str) -> Column:
    return F.col("plain").rlike(RESIDUAL_PATTERNS[kind])


def _any_of(kinds: Sequence[str]) -> Column:
    return reduce(operator.or_, (F.col(f"residual.{kind}") for kind in kinds))


def _summed(counts: Sequence[Row], name: str) -> int:
    return sum(row[name] for row in counts)


def summarise_decisions(stage: str, decisions: DataFrame, rows_in: int) -> StageSummary:
    """Counts of a decisions table; a cluster is a kept row with all that were removed because of it."""
    counts = decisions.groupBy("source", "kept", "reason").count().collect()
    removed: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    sources: dict[str, SourceCount] = {}
    kept = 0
    for row in counts:
        n = row["count"]
        if not row["kept"]:
            removed[row["reason"] or "unstated"] += n
        else:
            kept += n
            if row["reason"] is not None:
                flagged[row["reason"]] += n
        sources[row["source"]] = _add(
            sources.get(row["source"]), n, kept=row["kept"], flagged=row["kept"] and row["reason"] is not None
        )
    return StageSummary(
        stage=stage,
        rows_in=rows_in,
        kept=kept,
        removed=_by_count(removed),
        contaminated=_by_set(decisions) if "contaminated" in removed else {},
        flagged=_by_count(flagged),
        rules=count_rules(decisions) if stage == "filter_by_quality_rules" else {},
        largest_cluster=_largest_cluster(decisions) if removed else 1,
        sources=sources,
    )


def summarise_split(stage: str, rows: DataFrame, rows_in: int, source: Column) -> StageSummary:
    """Counts of a table with ``split`` and ``cluster``; ``source`` is the column that names a row's source."""
    counts = rows.groupBy(source.alias("source"), "split").count().collect()
    splits: Counter[str] = Counter()
    sources: dict[str, SourceCount] = {}
    for row in counts:
        splits[row["split"]] += row["count"]
        sources[row["source"]] = _add(sources.get(row["source"]), row["count"], kept=True)
    clusters = rows.groupBy("cluster").count().agg(F.max("count").alias("n")).collect()
    return StageSummary(
        stage=stage,
        rows_in=rows_in,
        kept=sum(splits.values()),
        splits=_by_count(splits),
        largest_cluster=clusters[0]["n"] or 1,
        sources=sources,
    )


def _by_set(decisions: DataFrame) -> dict[str, int]:
    """Rows lost to each evaluation set: what stands before # in ``gsm8k#17``, and before / where a set has files."""
    name = F.substring_index(F.substring_index("evidence.witness", "#", 1), "/", 1).alias("name")
    counts = decisions.where("reason = 'contaminated'").groupBy(name).count().collect()
    return _by_count(Counter({row["name"]: row["count"] for row in counts}))


def _largest_cluster(decisions: DataFrame) -> int:
    witness = F.col("evidence.witness")
    sizes = decisions.where(~F.col("kept") & witness.isNotNull()).groupBy(witness.alias("witness")).count()
    # An aggregate without groups has one row, also of no rows.
    (largest,) = sizes.agg(F.coalesce(F.max("count"), F.lit(0)).alias("n")).collect()
    return 1 + int(largest["n"])


def _add(
    count: SourceCount | None, n: int, *, kept: bool, flagged: bool = False, quarantined: bool = False
) -> SourceCount:
    old = count or SourceCount()
    return SourceCount(
        rows_in=old.rows_in + n,
        kept=old.kept + (n if kept else 0),
        removed=old.removed + (0 if kept or quarantined else n),
        quarantined=old.quarantined + (n if quarantined else 0),
        flagged=old.flagged + (n if flagged else 0),
    )


def _by_count(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
