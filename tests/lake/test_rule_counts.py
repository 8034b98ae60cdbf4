"""Quality rules counted from the decisions' evidence: alone, together, flagged."""

from __future__ import annotations

from pyspark.sql import SparkSession

from jobs.lake.measure import summarise_decisions
from jobs.lake.summary import RuleCount
from jobs.text.quality import Verdict, decision

DECISIONS = (
    "record_id string, source string, kept boolean, reason string, evidence struct<witness: string, detail: string>"
)


def test_rules_are_counted_alone_together_and_flagged(spark: SparkSession) -> None:
    symbols = Verdict("symbol_share", "too_many_symbols", 0.75, 0.6)
    language = Verdict("language", "unwanted_language", "other", "zh, en, mixed")
    rare = Verdict("common_han_share", "rare_characters", 0.5, 0.7, "flag")
    broken = [[symbols], [symbols, language], [language, rare], [rare], []]
    rows = []
    for i, verdicts in enumerate(broken):
        told = decision(verdicts)
        evidence = (None, told["evidence"]["detail"]) if told["evidence"] else None
        rows.append((str(i), "logs", told["kept"], told["reason"], evidence))
    frame = spark.createDataFrame(rows, DECISIONS)
    summary = summarise_decisions("filter_by_quality_rules", frame, 5)
    assert summary.rules == {
        "language": RuleCount(alone=1, together=2),
        "symbol_share": RuleCount(alone=1, together=2),
        "common_han_share": RuleCount(flagged=2),
    }
    assert list(summary.rules)[-1] == "common_han_share", "the rule that removed most first"
    assert summary.removed == {"too_many_symbols": 2, "unwanted_language": 1}
    assert summary.flagged == {"rare_characters": 1}
