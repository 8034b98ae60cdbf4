"""How many rows each quality rule removed alone, removed with others, and flagged, by the decisions' evidence."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.lake.summary import RuleCount

# The evidence's detail is "rule: value (bound b); ...", with ", flagged" after the bound of a rule that only flags
# (jobs.text.quality.describe).
_BROKEN = "split(evidence.detail, '; ')"
_REMOVING = f"filter({_BROKEN}, told -> not told like '%, flagged)')"
_FLAGGING = f"filter({_BROKEN}, told -> told like '%, flagged)')"


def count_rules(decisions: DataFrame) -> dict[str, RuleCount]:
    """The counts by rule, the rule that removed most first."""
    told = decisions.where("evidence.detail is not null").selectExpr(f"{_REMOVING} as r", f"{_FLAGGING} as f")
    lines = told.selectExpr(
        "explode(concat(transform(r, x -> struct(substring_index(x, ': ', 1) as rule, true as removed, size(r) as n)),"
        " transform(f, x -> struct(substring_index(x, ': ', 1) as rule, false as removed, size(r) as n)))) as x"
    )
    counts = (
        lines.groupBy("x.rule")
        .agg(
            F.expr("count_if(x.removed and x.n = 1)").alias("alone"),
            F.expr("count_if(x.removed)").alias("together"),
            F.expr("count_if(not x.removed)").alias("flagged"),
        )
        .collect()
    )
    found = {
        row["rule"]: RuleCount(alone=row["alone"], together=row["together"], flagged=row["flagged"]) for row in counts
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1].together, -item[1].flagged, item[0])))
