from __future__ import annotations

import math

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from jobs.lake.versions import scan
from jobs.record_schema import RECORD_SCHEMA
from jobs.release.statistics import COLUMNS, Histogram, collect_statistics


def test_counts_what_a_table_holds(shop, record):
    rows = [
        record(1, turns=2, split="train"),
        record(2, split="validation", intent="refund"),
        record(3, source="made", source_kind="templates", synthetic=True, licence=None),
        record(4, intent=None),
    ]
    counted = collect_statistics(scan(shop.table(rows), list(COLUMNS)))
    assert counted.rows == 4
    assert counted.splits == {"train": 3, "validation": 1}
    assert counted.sources == {"logs": 3, "made": 1}
    assert counted.source_kinds == {"internal": 3, "templates": 1}
    assert counted.licences == {"proprietary": 3, "(unknown)": 1}
    assert counted.languages == {"zh": 4}
    assert counted.kinds == {"chat": 4}
    assert counted.intents == {"order_status": 2, "refund": 1}
    assert (counted.distinct_intents, counted.rows_of_smallest_intent, counted.rows_without_intent) == (2, 1, 1)
    assert (counted.synthetic_rows, counted.multi_turn_rows, counted.media_rows) == (1, 1, 0)
    assert (counted.turns.minimum, counted.turns.median, counted.turns.maximum) == (2, 2, 4)


def test_answers_are_what_is_trained_on(record):
    def said(*messages):
        return [{"role": role, "content": content, "train": train} for role, content, train in messages]

    chat = {
        "kind": "chat",
        "messages": said(("user", "??", None), ("assistant", "four", None), ("assistant", "no", False)),
    }
    pair = {
        "kind": "preference",
        "messages": said(("user", "?", None)),
        "chosen": said(("assistant", "better", None)),
        "rejected": said(("assistant", "a much worse one", None)),
    }
    counted = collect_statistics(_batches([chat, pair]))
    assert (counted.answers, counted.answer_characters) == (2, len("four") + len("better"))


def test_no_rows_give_nought(record):
    counted = collect_statistics([])
    assert counted.rows == 0
    assert counted.characters.maximum == 0


def test_intents_that_are_free_text_neither_grow_without_bound_nor_copy_the_text():
    long = "客户" * 100
    rows = [{"kind": "text", "meta": {"intent": intent}} for intent in [long, *map(str, range(10_500))]]
    counted = collect_statistics(_batches(rows))
    assert counted.rows == 10_501
    assert counted.distinct_intents == 10_000
    assert len(counted.intents) == 50
    assert max(map(len, counted.intents)) <= 40


@given(st.lists(st.integers(min_value=0, max_value=2**40), min_size=1), st.sampled_from([0.5, 0.95, 1.0]))
def test_quantiles_are_near_the_nearest_rank(values, share):
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    exact = sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
    found = histogram.quantile(share)
    assert abs(found - exact) <= (0 if exact < 1024 else exact / 512)
    distribution = histogram.distribution()
    assert (distribution.minimum, distribution.maximum) == (min(values), max(values))
    assert distribution.minimum <= distribution.median <= distribution.p95 <= distribution.maximum


def _batches(rows):
    return pa.Table.from_pylist(rows, schema=RECORD_SCHEMA).to_batches()
