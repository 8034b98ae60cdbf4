from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jobs.config import ConfigError
from jobs.lake.suites import CheckResult, GateResult, Suite, known_types, load_suite
from jobs.lake.summary import SourceCount, StageSummary
from jobs.lake.versions import TableVersion
from jobs.pipeline import STAGES

ROOT = Path(__file__).resolve().parents[2]
SUITES = sorted((ROOT / "expectations").glob("*.yaml"))
ROW_COUNT = "rows:\n- type: expect_table_row_count_to_be_between\n  kwargs: {min_value: 1}\n"


def suite_of(folder: Path, text: str) -> Suite:
    path = folder / "collect.yaml"
    path.write_text(text, "utf-8")
    return load_suite(path)


def test_each_stage_has_a_suite() -> None:
    assert {path.stem for path in SUITES} == set(STAGES)


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_a_suite_checks_the_sum_names_columns_that_exist_and_says_why(path: Path) -> None:
    suite = load_suite(path)
    summary = StageSummary(stage=path.stem, rows_in=1, kept=1, sources={"a": SourceCount()})
    columns = {"summary": set(summary.sheet()), "sources": set(summary.source_sheets({"a": 1})[0])}
    assert any("unaccounted" in check.columns and check.severity == "critical" for check in suite.of("summary"))
    for check in suite.checks:
        assert check.notes, check
        if check.section != "rows":
            assert set(check.columns) <= columns[check.section]


def test_an_unknown_type_names_line_and_nearest(tmp_path: Path) -> None:
    text = f"{ROW_COUNT}- type: expect_column_values_to_not_be_nul\n  kwargs: {{column: kind}}\n"
    with pytest.raises(
        ConfigError,
        match=r"collect\.yaml, line 4: .*`expect_column_values_to_not_be_nul`.*`expect_column_values_to_not_be_null`",
    ):
        suite_of(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("row:\n- type: expect_column_to_exist\n", r"line 1: .*unknown key; did you mean `rows`"),
        (ROW_COUNT + "  severety: info\n", r"line 4: .*unknown key; did you mean `severity`"),
        (ROW_COUNT + "  severity: fatal\n", r"line 4: .*'critical', 'warning' or 'info'"),
        (
            ROW_COUNT.replace("min_value: 1", "min_value: 1, result_format: COMPLETE"),
            r"line 3: `result_format` is not an",
        ),
        (ROW_COUNT.replace("min_value: 1", "min_value: 0"), r"an empty table passes every other expectation"),
        (ROW_COUNT + "  severity: warning\n", r"an empty table passes every other expectation"),
        ("rows: [", r"line 1: expected YAML"),
    ],
)
def test_a_wrong_suite_is_one_clear_error(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        suite_of(tmp_path, text)


def test_the_hash_is_of_what_is_judged(tmp_path: Path) -> None:
    plain = suite_of(tmp_path, ROW_COUNT).suite_hash
    assert suite_of(tmp_path, "# a comment\n\n" + ROW_COUNT).suite_hash == plain
    assert suite_of(tmp_path, ROW_COUNT.replace("1}", "2}")).suite_hash != plain
    assert suite_of(tmp_path, ROW_COUNT + "  notes: why\n").suite_hash != plain


def test_types_are_read_without_the_import() -> None:
    code = (
        "import sys; from jobs.lake import suites, data_docs, gate; assert len(suites.known_types()) > 40;"
        "assert 'great_expectations' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    assert "expect_column_values_to_be_unique" in known_types()


def outcome(severity: str, *, success: bool) -> CheckResult:
    return CheckResult(
        type="expect_column_values_to_not_be_null",
        column="kind",
        section="rows",
        severity=severity,
        kwargs={"column": "kind"},
        success=success,
        observed={},
        bound="",
        unexpected_count=None if success else 12,
        rows_total=None if success else 3400,
        row_ids=() if success else ("ab12",),
        line=7,
    )


def gate(*checks: CheckResult) -> GateResult:
    table = TableVersion(path="/lake/clean/shop/split", version=3)
    return GateResult(
        stage="split", table=table, suite_file="expectations/split.yaml", suite_hash="0", checks=checks,
        docs="/lake/docs/shop/split/v3.html", judged_at="2026-01-01T00:00:00+00:00", seconds=1.0,
    )  # fmt: skip


def test_only_critical_stops() -> None:
    assert gate(outcome("critical", success=True)).worst == "ok"
    warned = gate(outcome("info", success=False), outcome("warning", success=False), outcome("critical", success=True))
    assert (warned.worst, warned.passed) == ("warning", True)
    stopped = gate(outcome("warning", success=False), outcome("critical", success=False))
    assert (stopped.worst, stopped.passed) == ("critical", False)


def test_the_message_says_which_how_many_which_rows_where_and_what_next() -> None:
    message = gate(outcome("warning", success=True), outcome("critical", success=False)).message()
    for part in (
        "split@v3 stopped the flow: 1 of 2",
        "critical: expect_column_values_to_not_be_null on rows.kind; 12 of 3,400 rows fail; rows ab12",
        "Data Docs: /lake/docs/shop/split/v3.html",
        "change it in expectations/split.yaml, line 7",
    ):
        assert part in message
    assert "What to do" not in gate(outcome("warning", success=False)).message()


def test_a_result_survives_json() -> None:
    result = gate(outcome("critical", success=False))
    assert GateResult.model_validate_json(result.model_dump_json()) == result
    assert '"worst":"critical","passed":false' in result.model_dump_json()
