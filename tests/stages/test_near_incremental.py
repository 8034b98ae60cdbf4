"""Incremental near deduplication: the same answer as a full run in which older rows come first; what leaves is gone."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from jobs.lake.increment import OtherIndexError
from jobs.lake.job import Inputs, StageJob
from jobs.lake.row_files import read_decisions
from jobs.lake.versions import TableVersion, commit_of
from jobs.similarity.keep import KeepPolicy, priority
from jobs.similarity.keys import key_text
from jobs.similarity.minhash import jaccard_pairs
from jobs.similarity.near import near_duplicates
from jobs.similarity.shingles import shingle
from jobs.similarity.survivors import keep_order
from jobs.stages import deduplicate_near as stage

Row = dict[str, Any]
Decisions = dict[str, Row]
PARAMS = {"incremental": True, "shared_text": None}
LETTERS = "春夏秋冬山水花鸟鱼虫风云雨雪梅兰竹菊松柏江河湖海金银铜铁琴棋书画东西南北红黄蓝绿衣裤鞋帽茶酒米面"


def edited(make: random.Random, text: str, edits: int) -> str:
    letters = list(text)
    for place in make.sample(range(len(letters)), edits):
        letters[place] = make.choice(LETTERS)
    return "".join(letters)


@pytest.fixture(scope="module")
def rows(row: Callable[..., Row]) -> list[Row]:
    """120 rows in random order: strangers and chains of edited copies, in no bucket of more than 16."""
    make = random.Random(4)
    texts = ["".join(make.choices(LETTERS, k=make.randint(30, 90))) for _ in range(40)]
    for base in texts[:25]:
        copy = base
        for _ in range(3):
            copy = edited(make, copy, make.randint(1, 3))
            texts.append(copy)
    make.shuffle(texts)
    return [*(row(n, text, "好的") for n, text in enumerate(texts)), row(900, "好", "好"), row(901, "好", "好")]


@pytest.fixture
def run(
    spark: SparkSession, job: Callable[..., StageJob], inputs: Callable[..., Inputs]
) -> Callable[..., tuple[TableVersion, Decisions]]:
    """``run(rows, **params)``: commits the rows as the next version of their table and compares them."""
    count = iter(range(100))

    def decide(rows: list[Row], **params: Any) -> tuple[TableVersion, Decisions]:
        asked = job("deduplicate_near", inputs(rows), **{**PARAMS, **params})
        asked = asked.model_copy(update={"fingerprint": f"near-{next(count)}"})
        table = stage.run(spark, asked)
        return table, {d["record_id"]: d for d in read_decisions(table).to_pylist()}

    return decide


def verdicts(decisions: Decisions) -> dict[str, tuple[str, float] | None]:
    return {
        name: None if d["kept"] else (d["evidence"]["witness"], d["evidence"]["similarity"])
        for name, d in decisions.items()
    }


def full_run(generations: list[list[Row]]) -> dict[str, tuple[str, float] | None]:
    """The oracle: all rows at once, older ones first in keep order."""
    params = stage.Params(**PARAMS)
    rows = [r for generation in generations for r in generation]
    age = [float(n) for n, generation in enumerate(generations) for _ in generation]
    order = [(a, *priority(r, KeepPolicy(params.keep))) for a, r in zip(age, rows, strict=True)]
    rank = keep_order(order, [r["record_id"] for r in rows])
    texts = [key_text(r) for r in rows]
    found = near_duplicates(texts, rank, params.threshold, config=params.minhash, guards=params.guards).survivors
    ids = [r["record_id"] for r in rows]
    return {
        name: None if kept else (ids[witness], float(similarity))
        for name, kept, witness, similarity in zip(ids, found.kept, found.witness, found.similarity, strict=True)
    }


def assert_laws(rows: list[Row], decisions: Decisions) -> None:
    """Every removed row names a kept one that is truly like it, and no two kept rows are alike."""
    texts = {r["record_id"]: key_text(r) for r in rows}
    assert decisions.keys() == texts.keys()
    for name, verdict in verdicts(decisions).items():
        if verdict is not None:
            pair = shingle([texts[name], texts[verdict[0]]])
            assert decisions[verdict[0]]["kept"]
            assert jaccard_pairs(pair, np.array([0]), np.array([1]))[0] == verdict[1] >= 0.8
    kept = [text for name, text in texts.items() if decisions[name]["kept"]]
    assert near_duplicates(kept, np.arange(len(kept)), 0.8, guards=()).survivors.kept.all()


def assert_clusters_hold_together(decisions: Decisions) -> None:
    for d in decisions.values():
        if not d["kept"]:
            witness = decisions[d["evidence"]["witness"]]
            assert d["evidence"]["cluster"] == witness["evidence"]["cluster"]


def test_batches_give_the_full_runs_answer(rows: list[Row], run: Callable[..., tuple[TableVersion, Decisions]]) -> None:
    first, second, third = rows[:60], rows[60:100], rows[100:]
    _, decisions = run(first)
    assert verdicts(decisions) == full_run([first])
    earlier, decisions = run(first + second)
    assert verdicts(decisions) == full_run([first, second])
    table, decisions = run(rows)
    assert verdicts(decisions) == full_run([first, second, third])
    assert_clusters_hold_together(decisions)
    commit = commit_of(table)
    assert commit is not None
    assert commit.provenance.inputs[-1] == earlier


def test_over_all_tasks_the_same_lines_are_written(
    rows: list[Row], run: Callable[..., tuple[TableVersion, Decisions]], job: Callable[..., StageJob]
) -> None:
    """The index too, so that what was made one way is added to the other way."""
    run(rows[:90])
    table = Path(job("deduplicate_near").table)
    shutil.copytree(table, table.with_name("as it was"))
    _, here = run(rows)
    shutil.rmtree(table)
    table.with_name("as it was").rename(table)
    assert run(rows, rows_in_process=0)[1] == here


def test_a_batch_that_changes_no_earlier_line_is_only_added(
    rows: list[Row], row: Callable[..., Row], run: Callable[..., tuple[TableVersion, Decisions]]
) -> None:
    table, before = run(rows)
    stranger = row(700, "另一个世界里没有出现过的完全陌生的故事和它的主人公们", "好的")
    added, after = run([*rows, stranger])
    assert after == before | {stranger["record_id"]: after[stranger["record_id"]]}
    files = [set(DeltaTable(table.path, version=t.version).file_uris()) for t in (table, added)]
    assert files[0] < files[1]


def test_what_leaves_or_changes_leaves_the_index_too(
    rows: list[Row], row: Callable[..., Row], run: Callable[..., tuple[TableVersion, Decisions]]
) -> None:
    _, before = run(rows)
    witnesses = {verdict[0] for verdict in verdicts(before).values() if verdict}
    gone = sorted(witnesses)[:8]
    changed = sorted(witnesses)[8]
    now = [
        row(int(changed, 16), "从来没有出现过的另外一句很长的话而且和谁都不像", "好的")
        if r["record_id"] == changed
        else r
        for r in rows
        if r["record_id"] not in gone
    ]
    _, after = run(now)
    assert_laws(now, after)
    assert_clusters_hold_together(after)
    assert after[changed]["kept"]
    stays = [name for name, d in before.items() if d["kept"] and name not in (*gone, changed)]
    assert all(after[name]["kept"] for name in stays), "what was kept before stays kept"


def test_an_index_made_otherwise_is_not_added_to(
    rows: list[Row], run: Callable[..., tuple[TableVersion, Decisions]]
) -> None:
    run(rows[:40])
    with pytest.raises(OtherIndexError, match=r"threshold was 0\.8, is 0\.9"):
        run(rows[:40], threshold=0.9, other_index="refuse")
    table, decisions = run(rows[:40], threshold=0.9)
    commit = commit_of(table)
    assert commit is not None
    assert "threshold was 0.8, is 0.9" in commit.provenance.note
    assert commit.provenance.index is not None
    assert all(verdict is None or verdict[1] >= 0.9 for verdict in verdicts(decisions).values())
