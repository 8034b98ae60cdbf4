"""Structured personal data in Chinese sentences, in every way of writing that was met; and what is nobody's."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bench.privacy.cases import HELD_OUT, TUNING, negatives, truth
from bench.privacy.numbers import ENTITIES, OPTIONAL, measure
from bench.privacy.values import load_areas
from jobs.privacy.analyzer import Analyzer
from jobs.privacy.numbers.checksums import credit_code_ok, id_card_plausible, permanent_residence_ok
from jobs.privacy.recognizers import RULES
from jobs.privacy.rules import names_another_number
from jobs.privacy.view import fold

NUMBERS = Analyzer(ENTITIES)
# Kind of value -> texts with the value between [[ and ]].
FOUND: dict[str, list[str]] = {}
for _line in (Path(__file__).parent / "numbers_found.tsv").read_text("utf-8").splitlines():
    _entity, _text = _line.split("\t")
    FOUND.setdefault(_entity, []).append(_text.replace("\\n", "\n"))
LEFT_ALONE = (Path(__file__).parent / "numbers_left_alone.txt").read_text("utf-8").splitlines()


def _parted(marked: str) -> tuple[str, list[tuple[int, int]]]:
    wanted = []
    while "[[" in marked:
        start, end = marked.index("[["), marked.index("]]") - 2
        wanted.append((start, end))
        marked = marked.replace("[[", "", 1).replace("]]", "", 1)
    return marked, wanted


@pytest.mark.parametrize("entity", FOUND)
def test_every_way_of_writing_is_found(entity: str) -> None:
    missed = []
    for marked in FOUND[entity]:
        text, wanted = _parted(marked)
        if [(s.start, s.end) for s in NUMBERS.analyze(text) if s.entity == entity] != wanted:
            missed.append(marked)
    assert missed == []


def test_numbers_that_are_nobodys_are_left_alone() -> None:
    assert [text for text in LEFT_ALONE if NUMBERS.analyze(text)] == []


@pytest.mark.parametrize("side", [TUNING, HELD_OUT])
def test_recall_and_precision_reach_the_targets(side: str, shared_data: Path) -> None:
    areas = load_areas(shared_data)
    cases = [*truth(1, side, 40, areas), *negatives(1, side, 40, areas)]
    usual = [case for case in cases if not set(case.entities) & set(OPTIONAL)]
    scores, false, right = measure(usual, NUMBERS)
    assert {kind: s.covered for kind, s in scores.items() if s.covered < 0.99 * s.total} == {}
    assert {entity for entity in right if len(false[entity]) > 0.02 * (right[entity] + len(false[entity]))} == set()
    optional = [case for case in cases if set(case.entities) & set(OPTIONAL)]
    more, _, _ = measure(optional, Analyzer([*ENTITIES, *OPTIONAL]))
    assert {kind: s.covered for kind, s in more.items() if s.covered < 0.97 * s.total} == {}


def test_nothing_is_found_without_its_rules_cue(shared_data: Path) -> None:
    areas = load_areas(shared_data)
    texts = [_parted(marked)[0] for marks in FOUND.values() for marked in marks]
    texts += [case.text for side in (TUNING, HELD_OUT) for case in truth(2, side, 30, areas)]
    for text in {fold(text).text for text in texts}:
        for rule in RULES:
            assert rule.cued(text) or not list(rule.find(text)), (rule.name, text)


def test_checksums_of_companies_and_foreign_residents() -> None:
    for code in ("914403001922038216", "91330100799655058B", "9144030071526726XG", "91110000802100433B"):
        assert credit_code_ok(code)
        assert not credit_code_ok(code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert not credit_code_ok("91330100799655058I")
    assert not credit_code_ok("")
    assert not permanent_residence_ok("9" * 18)


def test_an_area_code_out_of_range_is_no_resident_id() -> None:
    assert id_card_plausible("110105199003071234")
    for number in (
        "990105199003071234",
        "115905199003071234",
        "110165199003071234",
        "11010519900307",
        "1101051990X3071234",
    ):
        assert not id_card_plausible(number)


def test_listed_numbers_are_one_span_each() -> None:
    text = "电话：62345678、62345679，总机010-62345670/62345671"
    found = [text[s.start : s.end] for s in NUMBERS.analyze(text)]
    assert found == ["62345678", "62345679", "010-62345670", "62345671"]


def test_a_soft_hyphen_hides_nothing_and_stays_outside() -> None:
    text = "电\u00ad话\u00ad138\u00ad0013\u00ad8000\u00ad，谢谢"
    (span,) = NUMBERS.analyze(text)
    assert text[span.start : span.end] == "138\u00ad0013\u00ad8000"


def test_what_an_order_is_called_by() -> None:
    for words in ("订单号:", "运单号 ", "商品编号", "order number is ", "SKU:", "ISBN ", "退款单号是"):
        assert names_another_number(words, len(words))
    for words in ("订单手机号", "快递员电话", "服务号码", "充值号码"):
        assert not names_another_number(words, len(words))


@pytest.mark.parametrize(
    "piece", ["1 ", "微信", "支付宝是", "?phone=", "a.", "生日", "1三", "京A", "护照：", "00:", "a@", "6222 "]
)
def test_no_rule_backtracks_without_end(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    for rule in RULES:
        started = time.process_time()
        for _ in rule.find(text):
            pass
        assert time.process_time() - started < 5, rule.name
