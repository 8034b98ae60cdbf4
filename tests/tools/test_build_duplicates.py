"""The page of duplicates for a data set that was built: a small lake written here, and no Spark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from built_lake import commit_stage

from jobs.record import Message, Record
from jobs.record_schema import ROW_SCHEMA
from jobs.tools.build_duplicates import checked_page, write_build_page
from jobs.tools.build_pages import NoPageError

# jobs.lake.schemas spells it out, and imports Spark.
EVIDENCE = pa.struct(
    [(name, pa.float64() if name == "similarity" else pa.string()) for name in ("witness", "similarity", "rule")]
)
DECISIONS = pa.schema(
    [("record_id", pa.string()), ("kept", pa.bool_()), ("reason", pa.string()), ("evidence", EVIDENCE)]
)
RULE = "jaccard >= 0.8 of 3-token shingles"


def lake(root: Path, read: str = "normalize_text") -> Path:
    """Four rows of the stage ``read``, and what ``deduplicate_near`` decided on them."""
    texts = {"a": "订单在3天内发货到北京", "b": "订单在7天内发货到北京<script>", "c": "退款吗", "d": "能退款吗"}
    rows = []
    for record_id, text in texts.items():
        row: dict[str, Any] = Record("chat", [Message("user", text)], record_id=record_id).to_dict()
        rows.append({**row, "changes": [], "content_hash": None, "quarantine": None})
    pinned = commit_stage(root, read, rows, ROW_SCHEMA, (), {})
    decided = [
        {"record_id": "a", "kept": True},
        {"record_id": "b", "kept": False, "evidence": {"witness": "a", "similarity": 0.82, "rule": RULE}},
        {"record_id": "c", "kept": True},
        {"record_id": "d", "kept": True, "evidence": {"witness": "c", "similarity": 0.9, "rule": "lexical"}},
    ]
    commit_stage(root, "deduplicate_near", decided, DECISIONS, (pinned,), {})
    return root


def test_the_page_shows_the_decisions_of_the_newest_run(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    shown = write_build_page(lake(tmp_path / "lake"), "shop", "deduplicate_near", "dialogue", page)
    assert shown.counts == {"rows": 4, "kept": 3, "removed": 1, "flagged": 1}
    assert shown.thresholds == {RULE: 0.8, "lexical": 0.9}
    assert [(pair.first.name, pair.second.name, pair.similarity) for pair in shown.above] == [
        ("a", "b", 0.82),
        ("c", "d", 0.9),
    ]
    assert [one.name for one in shown.merged_though] == ["different_numbers"]
    text = page.read_text("utf-8")
    assert "<mark>3</mark>" in text and "<script>" not in text
    assert "Just below" not in text


def test_rows_of_the_raw_zone_are_never_shown(tmp_path: Path) -> None:
    root, page = lake(tmp_path / "lake", read="collect"), tmp_path / "page.html"
    with pytest.raises(NoPageError, match="raw zone"):
        write_build_page(root, "shop", "deduplicate_near", "dialogue", page)
    assert not page.exists()


def test_what_is_not_there_is_told_with_what_is(tmp_path: Path) -> None:
    root, page = lake(tmp_path / "lake"), tmp_path / "page.html"
    with pytest.raises(NoPageError, match="there are those of deduplicate_near"):
        write_build_page(root, "shop", "deduplicate_exact", "dialogue", page)
    with pytest.raises(NoPageError, match="there are shop"):
        write_build_page(root, "nothing", "deduplicate_near", "dialogue", page)
    page.touch()
    with pytest.raises(NoPageError, match="--force"):
        checked_page(page, "deduplicate_near", "dialogue", force=False)
    with pytest.raises(NoPageError, match="a folder that exists"):
        checked_page(tmp_path / "nowhere" / "page.html", "deduplicate_near", "dialogue", force=True)
    with pytest.raises(NoPageError, match="--stage: expected one of"):
        checked_page(page, "split", "dialogue", force=True)
