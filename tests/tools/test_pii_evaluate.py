"""The command that measures how well personal data is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from dedup_files import get, put
from hypothesis import given
from hypothesis import strategies as st

from jobs.tools.pii import main
from jobs.tools.pii_entities import EntityMap, read_map
from jobs.tools.pii_score import BLIND, Counts, Score, matches, overlaps
from jobs.tools.pii_truth import Labelled, read_spans

OURS = ("PERSON", "PHONE_NUMBER", "ADDRESS", "LOCATION", "CREDIT_CARD", "US_SSN")
MAP = EntityMap({}, OURS)
PHONE = "13912345678"


def span(start: int, end: int, entity: str = "PERSON") -> Labelled:
    return Labelled(start, end, entity)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("phone", "PHONE_NUMBER"),
        ("MOBILE", "PHONE_NUMBER"),
        ("GPE", "LOCATION"),
        ("B-PER", "PERSON"),
        ("first_name", "PERSON"),
        ("STREET_ADDRESS", "ADDRESS"),
        ("bank-card", "CREDIT_CARD"),
        ("Ssn", "US_SSN"),
        ("weather", "WEATHER"),
    ],
)
def test_names_of_others_are_understood(theirs: str, ours: str) -> None:
    assert MAP.entity(theirs) == ours


def test_a_map_of_ones_own_comes_first() -> None:
    own = EntityMap(read_map(["GPE=ADDRESS", "PERSON=-"]), OURS)
    assert [own.entity(name) for name in ("gpe", "PERSON", "PER")] == ["ADDRESS", "-", "PERSON"]


@pytest.mark.parametrize(
    "row",
    [
        {"spans": [{"start": 0, "end": 2, "entity": "PERSON"}]},
        {"spans": [{"start_position": 0, "end_position": 2, "entity_type": "PER"}]},
        {"labels": [{"slot": "first_name", "valueSpan": {"endIndex": 2}}]},
        {"label": [[0, 2, "name"]]},
        {"entities": [{"startIndex": 0, "end_offset": 2, "label": "person"}]},
    ],
)
def test_the_shapes_of_truth(row: dict[str, Any]) -> None:
    ((start, end, entity),) = [(s.start, s.end, s.entity) for s in read_spans(row, MAP, "王伟")]
    assert (start, end, entity) == (0, 2, "PERSON")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "a"}, "no_spans"),
        ({"text": "a", "spans": [{"start": 0, "entity": "PERSON"}]}, "bad_span"),
        ({"text": "a", "spans": [{"start": 0, "end": 9, "entity": "PERSON"}]}, "span_beyond_text"),
        ({"text": "a", "spans": ["PERSON"]}, "bad_span"),
        ({"text": "a", "spans": [{"path": "messages[0].content", "start": 0, "end": 1, "entity": "X"}]}, "bad_span"),
        ({"words": "a", "spans": []}, "no_text"),
    ],
)
def test_a_truth_row_that_is_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: dict[str, Any], reason: str
) -> None:
    truth = put(tmp_path / "truth.jsonl", [row])
    assert main(["evaluate", str(truth)]) == 1
    assert f"row 1, {reason}" in capsys.readouterr().err


def test_matching_is_one_to_one() -> None:
    known, found = [span(0, 10), span(12, 14)], [span(0, 4), span(5, 13)]
    assert matches(known, found) == [(known[0], found[0]), (known[1], found[1])]
    assert matches([span(0, 10)], [span(0, 4), span(0, 10)]) == [(span(0, 10), span(0, 10))]


spans = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 6), st.sampled_from(["PERSON", "ADDRESS"])).map(
        lambda t: span(t[0], t[0] + t[1], t[2])
    ),
    max_size=8,
)


@given(spans, spans)
def test_the_laws_of_scores(known: list[Labelled], found: list[Labelled]) -> None:
    score, other = Score(), Score()
    score.add(known, found, OURS)
    other.add(found, known, OURS)
    assert all(overlaps(a, b) for a, b in matches(known, found))
    for entity in score.exact:
        exact, overlap = score.exact[entity], score.overlap[entity]
        assert exact.right <= overlap.right <= min(overlap.known, overlap.found)
        assert exact.right == other.exact[entity].right, "precision one way is recall the other"
    total = score.overall(score.overlap)
    assert (total.known, total.found) == (len(known), len(found))
    if known:
        assert score.overlap[BLIND].right >= total.right or len(known) > 1
    perfect = Score()
    perfect.add(known, known, OURS)
    assert not perfect.found_as
    assert perfect.overall(perfect.exact).right == len(known)


def test_the_figures() -> None:
    counts = Counts(known=4, found=2, right=1)
    assert (counts.precision, counts.recall) == (0.5, 0.25)
    assert counts.f(1) == pytest.approx(2 * 0.5 * 0.25 / 0.75)
    assert counts.f(2) == pytest.approx(5 * 0.5 * 0.25 / (4 * 0.5 + 0.25))
    assert Counts().f(1) is None
    assert Counts(known=1).f(2) == 0


def test_what_we_find_is_compared_with_the_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"电话{PHONE}，邮编很多"
    rows = [
        {"text": text, "spans": [{"start": 2, "end": 13, "entity": "mobile"}]},
        {"text": "今天下雨", "spans": [{"start": 0, "end": 2, "entity": "DATE"}]},
        {"text": f"手机{PHONE}", "spans": []},
    ]
    truth, errors = put(tmp_path / "truth.jsonl", rows), tmp_path / "errors.jsonl"
    assert main(["evaluate", str(truth), "--json", "--errors", str(errors)]) == 0
    told = orjson.loads(capsys.readouterr().out)
    phone = told["entities"]["PHONE_NUMBER"]
    assert (phone["known"], phone["found"], phone["exact"]["right"], phone["cover"]) == (1, 2, 1, 1)
    assert (phone["exact"]["precision"], phone["exact"]["recall"]) == (0.5, 1)
    assert told["left_out"] == {"DATE": 1}, "what we do not look for is told apart"
    assert told["overall"]["known"] == 1
    (error,) = get(errors)
    assert (error["id"], error["error"], error["value"]) == (3, "false_alarm", PHONE)

    assert main(["evaluate", str(truth), "--by", "recognizer"]) == 0
    table = capsys.readouterr().out
    assert PHONE not in table
    assert "DATE" in table
    assert "mobile" in table


def test_spans_of_somebody_else_are_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": name, "text": "王伟来了", "spans": [{"start": 0, "end": 2, "entity": "PER"}]} for name in "ab"]
    truth = put(tmp_path / "truth.jsonl", rows)
    theirs = [{"id": "b", "spans": [{"start": 0, "end": 2, "entity": "name"}]}, {"id": "a", "spans": []}]
    assert main(["evaluate", str(truth), "--predictions", str(put(tmp_path / "p.jsonl", theirs)), "--json"]) == 0
    told = orjson.loads(capsys.readouterr().out)["entities"]["PERSON"]["exact"]
    assert (told["precision"], told["recall"]) == (1, 0.5)
    assert main(["evaluate", str(truth), "--predictions", str(put(tmp_path / "q.jsonl", theirs * 2))]) == 2
    assert "came 4 rows for 2" in capsys.readouterr().err


def test_a_scan_of_the_truth_scores_as_our_own_analysis(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"text": f"打{PHONE}", "spans": [{"start": 1, "end": 12, "entity": "PHONE"}]}] * 3
    truth, out = put(tmp_path / "truth.jsonl", rows), tmp_path / "out.jsonl"
    assert main(["scan", str(truth), str(out), "--column", "text", "--no-text"]) == 0
    figures = []
    for options in ([], ["--predictions", str(out)]):
        capsys.readouterr()
        assert main(["evaluate", str(truth), "--json", *options]) == 0
        figures.append(orjson.loads(capsys.readouterr().out)["overall"])
    assert figures[0] == figures[1]


def test_parts_of_a_name_or_an_address_are_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "Ann Lee, 12 High St"
    labels = [("first_name", 0, 3), ("last_name", 4, 7), ("BUILDING_NUMBER", 9, 11), ("street", 12, 19)]
    rows = [{"text": text, "spans": [[start, end, name] for name, start, end in labels]}]
    assert main(["evaluate", str(put(tmp_path / "t.jsonl", rows)), "--json"]) == 0
    told = orjson.loads(capsys.readouterr().out)["entities"]
    assert {name: told[name]["known"] for name in ("PERSON", "ADDRESS")} == {"PERSON": 1, "ADDRESS": 1}
