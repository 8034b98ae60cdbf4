"""Seconds of CPU a row of one of our steps, by itself in one process without Spark, or of a part of it.

python -m bench.cleaning.ours ROWS.jsonl CONTENDER
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from jobs.cleaning.cleaner import default_params
from jobs.cleaning.steps import change_all, judge, normalizer, remover
from jobs.privacy.analyzer import Analyzer
from jobs.record_schema import ROW_SCHEMA
from jobs.sources.collect_rows import collect_file
from jobs.sources.source_rows import SourceFields

Rows = list[dict[str, Any]]
Params = Any  # by step (jobs.cleaning.cleaner.STEPS)
Work = Callable[[Rows], int]
_BATCH = 4096  # as Spark hands rows over (jobs.lake.session)


def main() -> None:
    """Prints seconds a row of one contender, as JSON; tables and memos are warmed on rows that are not measured."""
    rows = [row for row in collect_file(Path(sys.argv[1]), SourceFields()) if row["quarantine"] is None]
    for number, row in enumerate(rows):
        row["record_id"] = str(number)
    step = CONTENDERS[sys.argv[2]](default_params())
    warm = len(rows) // 5
    step(rows[:warm])
    used, out = _seconds(step, rows[warm:])
    sys.stdout.write(json.dumps({"seconds_a_row": used, "rows": len(rows) - warm, "changed_or_removed": out}) + "\n")


def _remove(params: Params) -> Work:
    step = remover(params["remove_pii"])
    return lambda rows: sum(bool(row["changes"]) for row in change_all(step, rows))


def _remove_one_by_one(params: Params) -> Work:
    step = remover(params["remove_pii"]).change
    return lambda rows: sum(bool(step(row)["changes"]) for row in rows)


def _normalise(params: Params) -> Work:
    step = normalizer(params["normalize_text"])
    return lambda rows: sum(bool(row["changes"]) for row in change_all(step, rows))


def _judge(params: Params) -> Work:
    step = judge(params["filter_by_quality_rules"])
    return lambda rows: sum(not decision["kept"] for decision in change_all(step, rows))


def _analyze(params: Params, *, prefilter: bool) -> Work:
    analyzer = Analyzer.from_params(params["remove_pii"])
    return lambda rows: sum(
        sum(len(analyzer.analyze(turn["content"], prefilter=prefilter)) for turn in row["messages"]) > 0 for row in rows
    )


def _there_and_back(_params: Params) -> Work:
    def convert(rows: Rows) -> int:
        pa.Table.from_pylist(pa.Table.from_pylist(rows, schema=ROW_SCHEMA).to_pylist(), schema=ROW_SCHEMA)
        return 0

    return convert


CONTENDERS: dict[str, Callable[[Params], Work]] = {
    "remove_pii": _remove,
    "remove_pii, text by text": _remove_one_by_one,
    "analyzer": partial(_analyze, prefilter=True),
    "analyzer, no prefilter": partial(_analyze, prefilter=False),
    "normalize_text": _normalise,
    "filter_by_quality_rules": _judge,
    "Arrow to rows and back, twice": _there_and_back,
}


def _seconds(step: Work, rows: Rows) -> tuple[float, int]:
    started = time.process_time()
    out = sum(step(rows[at : at + _BATCH]) for at in range(0, len(rows), _BATCH))
    return (time.process_time() - started) / len(rows), out


if __name__ == "__main__":
    main()
