"""`gristmill explain`: a row's way through a small lake, told without its personal data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from built_lake import DATASET, PHONE, commit_stage, id_of, write_lake
from deltalake import DeltaTable
from typer.testing import CliRunner

from jobs.lake.lineage import newest_chain
from jobs.record_schema import ROW_SCHEMA
from jobs.tools.explain import ExplainError, explain
from jobs.tools.explain_text import explanation_lines, visible


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lake(tmp_path_factory.mktemp("lake"))


def test_a_row_is_followed_to_where_it_ended(root: Path) -> None:
    told = explain(root, "bbbb1")
    assert (told.dataset, told.record_id) == (DATASET, id_of("bbbb1"))
    assert told.outcome == "removed by filter_by_quality_rules: unfilled_slots"
    steps = {step.stage: step.told for step in told.steps}
    assert list(steps) == ["collect", "remove_pii", "normalize_text", "filter_by_quality_rules"]
    assert (steps["collect"]["name"], steps["collect"]["uri"], steps["collect"]["line"]) == (
        "logs",
        "raw/chats.jsonl",
        9,
    )
    assert steps["remove_pii"]["changes"] == {"PHONE_NUMBER": 1}
    (change,) = [c for c in steps["normalize_text"]["steps"] if c["step"] == "punctuation_runs"]
    assert change["before"].endswith("？？？？") and change["after"].endswith("了？")
    assert steps["filter_by_quality_rules"]["rule"] == "unfilled_slots"
    broken = {rule.rule: (rule.value, rule.bound, rule.action) for rule in told.rules if rule.broken}
    assert broken == {"unfilled_slots": (1, "max 0", "remove"), "cut_off_answers": (1, "max 0", "remove")}
    assert next(rule for rule in told.rules if rule.rule == "max_text_chars").value is None


def test_duplicates_name_their_witness_and_it_counts_them(root: Path) -> None:
    removed, kept = explain(root, "aaaa2"), explain(root, "aaaa1")
    assert removed.outcome == "removed by deduplicate_near: near_copy"
    assert removed.steps[-1].told["witness"] == id_of("aaaa1")
    assert kept.standing_for == {"deduplicate_near": 1}
    assert kept.outcome == "kept up to split"
    assert kept.steps[-1].told["side"] == "train"
    assert kept.releases == []


def test_a_flag_is_no_removal(root: Path) -> None:
    told = explain(root, "cccc1")
    assert [rule.rule for rule in told.rules if rule.broken] == ["injected_orders"]
    assert told.steps[3].told == {
        "kept": True,
        "reason": "injected_order",
        "rule": "injected_orders",
        "detail": "injected_orders: 1 (bound 0, flagged)",
    }


def test_personal_data_is_told_only_when_asked_for(root: Path) -> None:
    told = explain(root, "aaaa1")
    assert PHONE not in json.dumps(told.as_json(), ensure_ascii=False)
    assert "<PHONE_1>" in told.texts[0]["text"]
    assert PHONE in explain(root, "aaaa1", raw=True).texts[0]["text"]
    assert PHONE not in "\n".join(explanation_lines(told))


@pytest.mark.parametrize(
    ("row_id", "dataset", "expected"),
    [
        ("aaaa", None, "2 rows begin with aaaa"),
        ("ffff", None, "no row's id begins with ffff"),
        ("zz", None, "4 to 64 hexadecimal digits"),
        ("aaaa1", "books", "there are shop"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(root: Path, row_id: str, dataset: str | None, expected: str) -> None:
    with pytest.raises(ExplainError, match=expected) as caught:
        explain(root, row_id, dataset)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("stage", "params"),
    [("normalize_text", {"folding": PHONE}), ("filter_by_quality_rules", {"rules": {"folding": {"max": PHONE}}})],
)
def test_parameters_that_do_not_fit_any_more_are_told(tmp_path: Path, stage: str, params: dict[str, Any]) -> None:
    root = write_lake(tmp_path)
    (commit,) = [one for one in newest_chain(root, DATASET) if one.provenance.stage == stage]
    table = pa.table(DeltaTable(commit.table.path).to_pyarrow_table())
    commit_stage(root, stage, table.to_pylist(), table.schema, commit.provenance.inputs, params)
    told = explain(root, "bbbb1")
    (note,) = told.notes
    assert note.startswith(f"{stage}@v1 was committed") and "folding" in note and "defaults" in note
    lines = list(explanation_lines(told))
    assert f"note: {note}" in lines
    assert PHONE not in "\n".join(lines)


def test_steps_on_rows_of_the_raw_zone_are_told_only_when_asked_for(tmp_path: Path) -> None:
    (whole, *_) = newest_chain(write_lake(tmp_path / "whole"), DATASET)
    rows = DeltaTable(whole.table.path).to_pyarrow_table().to_pylist()
    root = tmp_path / "lake"
    collected = commit_stage(root, "collect", rows, ROW_SCHEMA, (), {})
    normal = [{**row, "changes": [("punctuation_runs", 1)]} for row in rows]
    commit_stage(root, "normalize_text", normal, ROW_SCHEMA, (collected,), {})
    told, raw = explain(root, "aaaa1"), explain(root, "aaaa1", raw=True)
    assert [step.stage for step in told.steps] == ["collect", "normalize_text"]
    assert "steps" not in told.steps[1].told and raw.steps[1].told["steps"]


def test_an_empty_lake_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExplainError, match="nothing has been built"):
        explain(tmp_path, "aaaa1")


def test_the_command_prints_text_and_json(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.cli import app

    said = CliRunner().invoke(app, ["explain", "bbbb1", "--lake", str(root)])
    assert said.exit_code == 0
    assert "unfilled_slots" in said.stdout and "removes" in said.stdout
    told = json.loads(CliRunner().invoke(app, ["explain", "bbbb1", "--lake", str(root), "--json"]).stdout)
    assert told["outcome"].startswith("removed")
    assert CliRunner().invoke(app, ["explain", "ffff", "--lake", str(root)]).exit_code == 2


def test_nothing_in_a_text_acts_in_a_terminal() -> None:
    assert visible("a\x1b[2Jb\u202ec\nd") == "a\\u001b[2Jb\\u202ec\\nd"
    assert visible("x" * 10, 4) == "xxxx … 6 more characters"


def test_it_needs_neither_spark_nor_prefect() -> None:
    code = "import sys, jobs.tools.explain_text, jobs.tools.quality_report, jobs.tools.quality_page;"
    code += "print(sorted({'pyspark', 'prefect', 'great_expectations', 'torch'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
