"""Marks and placeholders in a text: what stands there stays, and a span over one loses what lies around it only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.privacy.analyzer import Analyzer
from jobs.privacy.desensitise import Desensitiser
from jobs.privacy.known_values import known_values, unseen
from jobs.privacy.marks import Marks, cut_around, taken_in
from jobs.privacy.spans import Span

DESENSITISER = Desensitiser(Analyzer(["PHONE_NUMBER", "PERSON", "EMAIL_ADDRESS"]))


@given(
    st.lists(st.tuples(st.sampled_from(["PERSON", "PHONE_NUMBER"]), st.text(max_size=5)), max_size=12),
    st.text(max_size=9),
)
def test_a_mark_stands_for_its_value(found: list[tuple[str, str]], between: str) -> None:
    marks = Marks.for_row({"text": between})
    text = between.join(marks.mark(entity, value) for entity, value in found)
    assert marks.resolve(text, lambda entity, value: f"[{entity}]") == between.join(
        f"[{entity}]" for entity, _ in found
    )


def test_marks_of_the_text_itself_stay() -> None:
    own = Marks(7).mark("PERSON", "王晓峰")
    text = f"{own}的电话13800138000，{own}"
    assert DESENSITISER.desensitise_text(text)[0] == f"{own}的电话<PHONE_1>，{own}"


@pytest.mark.parametrize(
    ("text", "whole", "pieces"),
    [
        ("北京<NAME_1>路88号", "北京<NAME_1>路88号", ["北京", "路88号"]),
        ("<NAME_1>, Smith", "<NAME_1>, Smith", ["Smith"]),
        ("A，<NAME_1>，<NAME_2>。", "A，<NAME_1>，<NAME_2>", ["A"]),
        ("<PHONE_1>,<PHONE_2>", "<PHONE_1>,<PHONE_2>", []),
        ("138-0013", "138-0013", ["138-0013"]),
        ("电话<PHONE_3f9a0c2b71d4> 转 801", "<PHONE_3f9a0c2b71d4> 转 801", ["转 801"]),
        ("x <NAME_1> (y)", "x <NAME_1>", ["x"]),
    ],
)
def test_a_span_is_cut_around_placeholders(text: str, whole: str, pieces: list[str]) -> None:
    start = text.index(whole)
    span = Span(start, start + len(whole), "PERSON", 0.9, "rule")
    assert [text[p.start : p.end] for p in cut_around(span, text, taken_in(text))] == pieces


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("好的小王", ["小王"]),
        ("小王您好，老王在吗", ["小王", "老王"]),
        ("小峰说", ["小峰"]),
        ("小王子的故事", []),
        ("李小峰说", []),
        ("晓峰你好，找晓峰", ["晓峰", "晓峰"]),
        ("春晓峰会", []),
        ("王\u00ad晓峰", ["王\u00ad晓峰"]),
        ("王曉峰", ["王曉峰"]),
    ],
)
def test_a_name_is_known_in_its_other_forms(text: str, seen: list[str]) -> None:
    known = known_values([("我叫王晓峰", [Span(2, 5, "PERSON", 0.9, "rule")])])
    assert [text[s.start : s.end] for s in unseen(text, [], known)] == seen


def test_a_known_address_is_no_part_of_a_longer_word() -> None:
    known = known_values([("ab12cd@x.cn", [Span(0, 11, "EMAIL_ADDRESS", 0.9, "rule")])])
    assert unseen("zab12cd@x.cn", [], known) == [] and len(unseen("写ab12cd@x.cn吧", [], known)) == 1
