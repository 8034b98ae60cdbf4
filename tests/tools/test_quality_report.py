"""`gristmill quality-report`: what each rule removed alone and together, with examples and values."""

from __future__ import annotations

from pathlib import Path

import pytest
from built_lake import DATASET, PHONE, id_of, write_lake
from typer.testing import CliRunner

from jobs.text.quality import Verdict, describe
from jobs.tools.build_pages import NoPageError
from jobs.tools.quality_report import broken_rules, gather, write_quality_page


def test_rules_are_counted_alone_and_together(tmp_path: Path) -> None:
    told = gather(write_lake(tmp_path / "lake", {"digit_share": "off"}), DATASET)
    assert told.counts == {"rows": 5, "kept": 3, "removed": 2, "flagged": 1}
    rules = {one.rule.name: one for one in told.rules}
    assert {name: (one.alone, one.together, one.flagged) for name, one in rules.items() if one.examples} == {
        "unfilled_slots": (0, 1, 0),
        "cut_off_answers": (0, 1, 0),
        "empty_answers": (0, 1, 0),
        "min_response_chars": (0, 1, 0),
        "injected_orders": (0, 0, 1),
    }
    (example,) = rules["unfilled_slots"].examples
    assert (example.record_id, example.value, example.others) == (id_of("bbbb1"), "1", ("cut_off_answers",))
    assert sorted(rules["min_response_chars"].values) == [0, 12, 12, 18, 46]
    assert rules["language"].words == {"zh": 5}
    assert "digit_share" in told.off and "digit_share" not in rules


def test_the_page_shows_masked_and_escaped_rows_with_the_bound_marked(tmp_path: Path) -> None:
    page = tmp_path / "quality.html"
    write_quality_page(write_lake(tmp_path / "lake"), DATASET, page)
    text = page.read_text("utf-8")
    assert PHONE not in text and "&lt;PHONE_1&gt;" in text
    assert "<script>" not in text and "&lt;script&gt;" in text
    assert 'class="mark"' in text and "bound 0" in text
    assert "Rows of the sample beyond a bound of 0: 1, 1: 0" in text
    assert "Says nothing where a prompt matches" in text
    with pytest.raises(NoPageError, match="--force"):
        write_quality_page(tmp_path / "lake", DATASET, page)


def test_rows_of_the_raw_zone_are_never_shown(tmp_path: Path) -> None:
    with pytest.raises(NoPageError, match="raw zone"):
        gather(write_lake(tmp_path / "lake", judged="collect"), DATASET)


def test_the_command(tmp_path: Path) -> None:
    from flows.cli import app

    root = str(write_lake(tmp_path / "lake"))
    done = CliRunner().invoke(app, ["quality-report", DATASET, str(tmp_path / "q.html"), "--lake", root])
    assert done.exit_code == 0 and "5 rows, 3 kept, 2 removed, 1 flagged" in done.stdout
    missing = CliRunner().invoke(app, ["quality-report", "books", str(tmp_path / "b.html"), "--lake", root])
    assert missing.exit_code == 2


def test_a_detail_reads_back() -> None:
    broken = [
        Verdict("symbol_share", "too_many_symbols", 0.75, 0.6),
        Verdict("language", "unwanted_language", "other", "zh, en, mixed", "flag"),
    ]
    assert list(broken_rules(describe(broken))) == [
        ("symbol_share", "0.75", "0.6", False),
        ("language", "other", "zh, en, mixed", True),
    ]
