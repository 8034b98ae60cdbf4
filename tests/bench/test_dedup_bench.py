"""The deduplication bench: its truth is true, its judge is right, and it counts what a whole process tree used."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.dedup import generate
from bench.dedup.judge import Index, frequencies, judge
from bench.dedup.processes import run
from bench.dedup.rows import Ragged, jaccard
from bench.dedup.table import print_tables
from bench.dedup.vocabulary import build, jaccard_of, tokens_of

ROWS = 1500


@pytest.fixture(scope="module")
def made() -> tuple[Ragged, Ragged, list[str], dict[str, np.ndarray]]:
    words = build()
    rows, tokens, truth = generate.generate(words, ROWS, 7)
    return (
        rows,
        tokens,
        list(generate.texts_of(rows, words)),
        {name: truth.column(name).to_numpy() for name in truth.schema.names},
    )


def test_truth_is_the_plain_definition_on_the_finished_texts(made) -> None:
    _, _, texts, truth = made
    some = np.random.default_rng(0).choice(len(truth["left"]), 300, replace=False)
    plain = [jaccard_of(texts[truth["left"][i]], texts[truth["right"][i]]) for i in some]
    assert plain == pytest.approx(truth["jaccard"][some].tolist())


def test_tokens_are_those_of_the_texts(made) -> None:
    _, tokens, texts, _ = made
    names = dict(enumerate(build().tokens))
    for row in range(0, ROWS, 50):
        assert [names[token] for token in tokens.row(row).tolist()] == tokens_of(texts[row])


def test_every_level_and_kind_is_there(made) -> None:
    _, _, texts, truth = made
    near = truth["kind"] == "near"
    for level in generate.LEVELS:
        assert np.median(truth["jaccard"][near & (truth["level"] == level)]) == pytest.approx(level, abs=0.06)
    assert (truth["jaccard"][truth["kind"] == "copy"] == 1).all()
    assert truth["jaccard"][truth["kind"] == "template"].max() < 0.8
    assert np.median(truth["jaccard"][truth["kind"] == "hot"]) > 0.8
    assert 350 < np.mean([len(text) for text in texts]) < 650
    chinese = np.mean([any("\u4e00" <= char <= "\u9fff" for char in text) for text in texts])
    assert chinese == pytest.approx(0.6, abs=0.06)


def test_the_same_seed_gives_the_same_rows_and_another_does_not(made) -> None:
    words = build()
    again, other = (generate.generate(words, ROWS, seed)[0] for seed in (7, 8))
    assert np.array_equal(again.values, made[0].values)
    assert not np.array_equal(other.values, made[0].values)


def test_without_the_hot_cluster_there_are_as_many_rows() -> None:
    rows, _, truth = generate.generate(build(), ROWS, 7, hot=False)
    assert len(rows) == ROWS
    assert "hot" not in set(truth.column("kind").to_pylist())


@pytest.mark.parametrize("threshold", [0.7, 0.8])
def test_the_judge_finds_what_comparing_all_finds(made, threshold: float) -> None:
    tokens = made[1]
    index, probes = np.arange(0, ROWS, 3), np.arange(200)
    found = Index(tokens, frequencies(tokens), index, threshold).has_alike(probes)
    best = [max(jaccard(tokens, np.full(len(index) - (p in index), p), index[index != p])) for p in probes]
    assert found.tolist() == [similarity >= threshold for similarity in best]


def test_a_perfect_and_a_reckless_answer_are_told_apart(tmp_path: Path) -> None:
    generate.write(tmp_path, ROWS, 7)
    tokens = Ragged(np.load(tmp_path / "tokens.npy"), np.load(tmp_path / "token_offsets.npy"))
    kept: list[int] = []
    for row in range(ROWS):
        if not kept or jaccard(tokens, np.full(len(kept), row), np.array(kept)).max() < 0.8:
            kept.append(row)
    greedy = np.isin(np.arange(ROWS), kept)
    assert {key: judge(tmp_path, greedy)[key] for key in ("recall", "precision", "left", "wrong_short")} == {
        "recall": 1.0,
        "precision": 1.0,
        "left": 0.0,
        "wrong_short": 0,
    }
    reckless = judge(tmp_path, np.arange(ROWS) == 0)
    assert reckless["recall"] == 1.0
    assert reckless["precision"] < 0.2
    nothing = judge(tmp_path, np.ones(ROWS, bool))
    assert (nothing["recall"], nothing["precision"]) == (0.0, 1.0)
    assert nothing["left"] > 0.1


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_an_orphan_that_outlives_its_parent_is_counted(tmp_path: Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.4: pass"
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burn!r}])"
    used = run([sys.executable, "-c", parent], output=tmp_path / "log", limit_mib=1000, limit_seconds=60)
    assert (used.code, used.ended) == (0, None)
    assert used.cpu >= 0.4


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_process_over_its_limit_is_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "x = bytearray(300 << 20); input()"]
    used = run(command, output=tmp_path / "log", limit_mib=100, limit_seconds=60, stdin=-1)
    assert used.code != 0
    assert used.ended is not None and "memory" in used.ended


def test_the_table_shows_measured_skipped_and_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = {"rows": 1000, "hot": True, "measured": "2026-11-22T17:00+00:00", "load": 1.5}
    cost = {"cpu": 20.0, "wall": 11.0, "peak_mib": 900.0}
    good = {"removed": 5, "recall": 1.0, "precision": 1.0, "precision_near": 1.0, "left": 0.0}
    results = (
        {"name": "ours", **base, **cost, **good},
        {"name": "a", **base, **cost, **good, "cpu": 50.0},
        {"name": "b", **base, **cost, "failed": "over 8 GiB of memory"},
        {"name": "c", **base, "skipped": "not installed"},
    )
    (tmp_path / "1000").mkdir()
    for result in results:
        (tmp_path / "1000" / f"{result['name']}.json").write_text(json.dumps(result))
    print_tables(tmp_path)
    printed = capsys.readouterr().out
    assert "| a | 50 | 2.5 |" in printed
    assert "over 8 GiB of memory" in printed
    assert "not installed" in printed
