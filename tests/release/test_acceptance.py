from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.lake.report import StageReport
from jobs.lake.summary import StageSummary
from jobs.lake.versions import TableVersion
from jobs.release.acceptance import AcceptanceError, check, measure, number_text, require
from jobs.release.statistics import Statistics
from jobs.spec import Acceptance, Measure

COUNTED = Statistics(
    rows=8,
    splits={"train": 6, "test": 2},
    languages={"zh": 6, "en": 1, "mixed": 1},
    distinct_intents=3,
    rows_of_smallest_intent=2,
    synthetic_rows=2,
    multi_turn_rows=4,
    answers=10,
    answer_characters=250,
)
COLLECT = StageReport(
    stage="collect",
    table=TableVersion(path="/lake/raw/shop/collect", version=0),
    summary=StageSummary(stage="collect", rows_in=10, kept=9),
    gate="ok",
    seconds=1,
)


def test_every_measure_of_the_specification_is_measured():
    measures = measure(COUNTED, [COLLECT])
    assert set(measures) == set(get_args(Measure))
    assert measures["kept_share"] == 0.8
    assert measures["train_rows"] == 6
    assert (measures["chinese_share"], measures["english_share"]) == (0.75, 0.125)
    assert measures["mean_answer_characters"] == 25


def test_bounds_are_inclusive():
    exact = [Acceptance(measure="rows", at_least=8, at_most=8), Acceptance(measure="chinese_share", at_least=0.75)]
    assert all(result.passed for result in check(exact, measure(COUNTED, [COLLECT])))


def test_what_could_not_be_measured_does_not_pass():
    (result,) = check([Acceptance(measure="kept_share", at_least=0)], measure(COUNTED, []))
    assert result.value is None
    assert not result.passed


def test_refuses_with_each_value_bound_and_advice():
    targets = [
        Acceptance(measure="rows", at_least=10000),
        Acceptance(measure="chinese_share", at_most=0.5),
        Acceptance(measure="intents", at_least=15, otherwise="warn"),
    ]
    with pytest.raises(AcceptanceError) as caught:
        require(check(targets, measure(COUNTED, [COLLECT])))
    message = str(caught.value)
    assert "rows: expected at least 10,000, measured 8." in message
    assert "chinese_share: expected at most 0.5, measured 0.75." in message
    assert "intents" not in message
    assert "otherwise: warn" in message
    assert len(caught.value.failed) == 2


def test_a_missed_target_that_warns_lets_pass():
    require(check([Acceptance(measure="rows", at_least=10000, otherwise="warn")], measure(COUNTED, [COLLECT])))


def test_no_rows_are_measured_without_dividing_by_them():
    assert measure(Statistics(), [COLLECT])["chinese_share"] == 0


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_passes_exactly_within_the_bounds(value, low, high):
    (result,) = check([Acceptance(measure="rows", at_least=low, at_most=high)], {"rows": value})
    assert result.passed == (low <= value <= high)


@pytest.mark.parametrize(
    ("value", "text"), [(9120, "9,120"), (1.0, "1"), (0.8312, "0.8312"), (0.79999, "0.79999"), (0.00000001, "0")]
)
def test_numbers_read_well(value, text):
    assert number_text(value) == text
