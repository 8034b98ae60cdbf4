"""Deduplicate near copies: the laws of the answer, the same from the plain functions, in this process and on Spark."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from deltalake import write_deltalake
from pyspark.sql import DataFrame

from jobs.lake.band_index import read_texts, sign_rows
from jobs.lake.job import Inputs
from jobs.lake.near_pairs import Index, similar_pairs
from jobs.lake.near_rounds import Bounds
from jobs.lake.pairs import with_rank
from jobs.lake.row_files import RowFiles
from jobs.lake.versions import TableVersion
from jobs.record_schema import ROW_SCHEMA
from jobs.similarity.guards import guard_keys
from jobs.similarity.keep import KeepPolicy, priority
from jobs.similarity.keys import key_text, strict_key
from jobs.similarity.minhash import jaccard_pairs
from jobs.similarity.near import NearDuplicates, near_duplicates
from jobs.similarity.shingles import shingle
from jobs.similarity.survivors import keep_order
from jobs.stages import deduplicate_near as stage

Row = dict[str, Any]
MakeRow = Callable[..., Row]
Frame = Callable[..., DataFrame]
Decisions = dict[str, Row]
# The plain functions know nothing of shared text; tests of it stand on their own.
PARAMS = stage.Params(shared_text=None)
# No numerals and no negations: those are for the guards.
LETTERS = "春夏秋冬山水花鸟鱼虫风云雨雪梅兰竹菊松柏江河湖海金银铜铁琴棋书画东西南北红黄蓝绿衣裤鞋帽茶酒米面"
TEMPLATE = (
    "尊敬的顾客您好感谢您选择我们的店铺您购买的商品已经由仓库打包完成并且交给"
    "快递公司请您保持电话畅通注意查收如有任何问题请随时联系在线客服祝您生活愉快"
)


def text_of(rng: random.Random, length: int) -> str:
    return "".join(rng.choices(LETTERS, k=length))


def edited(rng: random.Random, text: str, edits: int) -> str:
    letters = list(text)
    for place in rng.sample(range(len(letters)), edits):
        letters[place] = rng.choice(LETTERS)
    return "".join(letters)


@pytest.fixture(scope="module")
def rows(row: MakeRow) -> list[Row]:
    """Some 300 rows: strangers, chains of edited copies, and one bucket far too hot to be paired in full."""
    rng = random.Random(20261122)
    texts = [text_of(rng, rng.randint(30, 120)) for _ in range(60)]
    for base in texts[:30]:
        copy = base
        for _ in range(4):
            copy = edited(rng, copy, rng.randint(1, 3))
            texts.append(copy)
    texts += [TEMPLATE + text_of(rng, 4) for _ in range(60)]
    texts += [edited(rng, TEMPLATE, 8) for _ in range(60)]
    rng.shuffle(texts)
    made = [row(n, text, "好的") for n, text in enumerate(texts)]
    # Alike to the letter, but no text shows what makes them differ.
    return [*made, row(900, *["同一句话" * 9] * 2, label=True), row(901, *["同一句话" * 9] * 2, label=False), row(902)]


def decide(rows: list[Row], params: stage.Params = PARAMS, parts: int = 1, indexed: bool = False) -> Decisions:
    """What the stage says of ``rows`` in this process, the rows in so many files."""
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "rows")
        for part in range(parts):
            write_deltalake(path, pa.Table.from_pylist(rows[part::parts], schema=ROW_SCHEMA), mode="append")
        files = RowFiles.of(Inputs(rows=TableVersion(path=path, version=parts - 1)))
        return {d["record_id"]: d for d in stage.decide_here(files, params, indexed=indexed).to_pylist()}


@pytest.fixture(scope="module")
def decisions(rows: list[Row]) -> Decisions:
    return decide(rows)


@pytest.fixture(scope="module")
def oracle(rows: list[Row]) -> NearDuplicates:
    rank = keep_order([priority(r, KeepPolicy(PARAMS.keep)) for r in rows], [r["record_id"] for r in rows])
    return near_duplicates(
        [key_text(r) for r in rows],
        rank,
        PARAMS.threshold,
        config=PARAMS.minhash,
        guards=PARAMS.guards,
        strict=np.array([strict_key(r) for r in rows]),
    )


def test_a_removed_row_names_a_kept_row_that_is_truly_like_it(rows: list[Row], decisions: Decisions) -> None:
    assert decisions.keys() == {r["record_id"] for r in rows}
    text = {r["record_id"]: key_text(r) for r in rows}
    removed = [d for d in decisions.values() if not d["kept"]]
    assert len(removed) > 100
    for d in removed:
        evidence = d["evidence"]
        assert decisions[evidence["witness"]]["kept"]
        pair = [text[d["record_id"]], text[evidence["witness"]]]
        (exact,) = jaccard_pairs(shingle(pair, PARAMS.width), np.array([0]), np.array([1]))
        assert evidence["similarity"] == exact >= PARAMS.threshold
        assert guard_keys(pair[0], PARAMS.guards) == guard_keys(pair[1], PARAMS.guards)
        assert (d["reason"], evidence["cluster"] in text) == ("near_copy", True)
    kept = [d for d in decisions.values() if d["kept"]]
    assert all(d["reason"] is None and (d["evidence"] or {}).get("witness") is None for d in kept)
    assert all(decisions[f"{n:032x}"]["kept"] for n in (900, 901, 902))


def test_kept_rows_that_removed_rows_tie_together_are_of_one_cluster(rows: list[Row], decisions: Decisions) -> None:
    """For the split: each removed row stands in the cluster of its witness, and ends of a chain in the same one."""
    cluster = {name: (d["evidence"] or {}).get("cluster") for name, d in decisions.items()}
    witnesses = {d["evidence"]["witness"]: d["evidence"]["cluster"] for d in decisions.values() if not d["kept"]}
    assert all(cluster[witness] == of_removed for witness, of_removed in witnesses.items())
    tied = Counter(cluster[name] for name, d in decisions.items() if d["kept"] and cluster[name])
    assert max(tied.values()) > 1, "the rows were to hold a chain with two ends kept"


def test_it_is_the_answer_of_the_plain_functions(rows: list[Row], decisions: Decisions, oracle: NearDuplicates) -> None:
    assert oracle.rounds > 1, "the hot bucket must have been cut short at least once"
    ids = [r["record_id"] for r in rows]
    survivors = oracle.survivors
    expected = {
        name: None if kept else (ids[witness], float(similarity))
        for name, kept, witness, similarity in zip(
            ids, survivors.kept, survivors.witness, survivors.similarity, strict=True
        )
    }
    found = {
        name: None if d["kept"] else (d["evidence"]["witness"], d["evidence"]["similarity"])
        for name, d in decisions.items()
    }
    assert found == expected


@pytest.mark.parametrize("parts", [2, 7, 64])
def test_order_and_files_do_not_matter(rows: list[Row], decisions: Decisions, parts: int) -> None:
    shuffled = random.Random(parts).sample(rows, len(rows))
    assert decide(shuffled, parts=parts) == decisions


def of_a_template(row: MakeRow) -> list[Row]:
    rng = random.Random(3)
    template = TEMPLATE + text_of(rng, 150) + "。"
    return [row(1000 + n, template + text_of(rng, 12) + "。", "好的") for n in range(40)]


def test_it_is_the_same_over_all_tasks_in_any_order(rows: list[Row], row: MakeRow, frame: Frame) -> None:
    """The index too, and with the question about shared text."""
    every = [*rows, *of_a_template(row)]
    shuffled = random.Random(7).sample(every, len(every))
    here = decide(every, stage.Params(), indexed=True)
    found = stage.transform(frame(shuffled, 7), stage.Params(), indexed=True).toArrow().to_pylist()
    assert {d["record_id"]: d for d in found} == here
    frame([]).sparkSession.catalog.clearCache()


def test_running_on_what_was_kept_removes_nothing(rows: list[Row], decisions: Decisions) -> None:
    kept = [r for r in rows if decisions[r["record_id"]]["kept"]]
    assert all(d["kept"] for d in decide(kept).values())


def test_rounds_over_all_tasks_find_what_one_task_finds(rows: list[Row], frame: Frame) -> None:
    crowd = frame([r for r in rows if TEMPLATE[:9] in key_text(r)])
    signed = sign_rows(crowd, PARAMS.by, PARAMS.minhash, PARAMS.policy())
    ranked = with_rank(signed)
    index = Index(ranked.persist(), rows=120, characters=20_000)

    def pairs(bounds: Bounds) -> set[tuple[int, int, float]]:
        comparison = PARAMS.comparison
        found = similar_pairs(index, lambda named: read_texts(crowd, named, PARAMS.by), comparison, bounds=bounds)
        return {tuple(pair) for pair in found.collect()}

    in_one_task = pairs(Bounds())
    assert len(in_one_task) > 50
    assert pairs(Bounds(text=0)) == in_one_task
    crowd.sparkSession.catalog.clearCache()


def test_a_template_alone_makes_no_copies(row: MakeRow) -> None:
    rows = of_a_template(row)
    assert all(d["kept"] for d in decide(rows, stage.Params()).values())
    assert not all(d["kept"] for d in decide(rows).values()), "the whole texts were to be alike"


def test_guards_keep_apart_what_letters_cannot(row: MakeRow) -> None:
    asked = "您好,我上周在你们店里买的那件蓝色外套,请问这个商品支持{}无理由退货吗?麻烦您帮我确认一下,谢谢您的帮助。"
    answer = "您好,这款商品{}无理由退货,请您放心购买,如有问题请随时联系我们的在线客服。"
    pairs = [(asked.format("3天"), ""), (asked.format("7天"), ""), (asked.format("三天"), "")]
    pairs += [("能退吗", answer.format("支持")), ("能退吗", answer.format("不支持"))]
    pairs += [("打哪个号码", answer.format("<PHONE_1>")), ("打哪个号码", answer.format("<PHONE_2>"))]
    rows = [row(n, *filter(None, texts)) for n, texts in enumerate(pairs)]

    found = decide(rows)
    removed = {int(name, 16): int(d["evidence"]["witness"], 16) for name, d in found.items() if not d["kept"]}
    assert removed == {2: 0}, "the same number in another script is no difference"

    unguarded = decide(rows, stage.Params(guards=(), threshold=0.7, shared_text=None))
    gone = {int(name, 16) for name, d in unguarded.items() if not d["kept"]}
    assert all(gone & pair for pair in ({0, 1}, {3, 4}, {5, 6})), "letters alone would have merged each pair"


def test_no_rows_and_one_row_are_no_trouble(row: MakeRow) -> None:
    only = row(1, "在吗?", "在的。")
    assert decide([]) == {}
    assert [(d["kept"], d["reason"], d["evidence"]) for d in decide([only]).values()] == [(True, None, None)]
