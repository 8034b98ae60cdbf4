"""How long tables keep what they no longer show."""

from __future__ import annotations

# A year of removed files and two of history, so that time travel reaches every version that a release may pin; Delta
# wants the log to live at least as long as the files. Its defaults are 7 and 30 days.
TABLE_PROPERTIES = {
    "delta.deletedFileRetentionDuration": "interval 365 days",
    "delta.logRetentionDuration": "interval 730 days",
}
# The same for the tables that Spark makes. Tables that are there keep what they were made with.
SPARK_DEFAULTS = {
    name.replace("delta.", "spark.databricks.delta.properties.defaults.", 1): value
    for name, value in TABLE_PROPERTIES.items()
}
