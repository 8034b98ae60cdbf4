from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobs.config import ConfigError
from jobs.lake.data_docs import DocsStore
from jobs.lake.gate import judge, registered_types
from jobs.lake.suites import GateResult, known_types, load_suite
from jobs.lake.summary import SourceCount, StageSummary
from jobs.lake.versions import TableVersion

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROOT = Path(__file__).resolve().parents[2]
PHONE = "13812345678"
ROW_COUNT = """
rows:
- type: expect_table_row_count_to_be_between
  kwargs: {min_value: 1}
"""
DECISIONS = """record_id string, source string, kept boolean, reason string,
    evidence struct<witness: string, similarity: double, rule: string, detail: string,
                    neighbours: array<struct<record_id: string, similarity: double>>>"""
ROWS = """record_id string, kind string, messages array<struct<role: string, content: string>>,
    chosen array<struct<role: string, content: string>>, rejected array<struct<role: string, content: string>>,
    text string, source struct<name: string, row: bigint>, quarantine struct<reason: string, raw: binary>"""


class Door:
    """A gate with a suite of the test's own, on any frame."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.docs = DocsStore(folder / "docs" / "shop")

    def judge(
        self, frame: DataFrame, text: str, summary: StageSummary | None = None, volumes: dict[str, Any] | None = None
    ) -> GateResult:
        path = self.folder / "collect.yaml"
        path.write_text(text, "utf-8")
        counts = summary or StageSummary(stage="collect", rows_in=2, kept=2, sources={"logs": SourceCount(rows_in=2)})
        table = TableVersion(path=str(self.folder / "collect"), version=4)
        return judge(load_suite(path), counts, volumes or {}, frame, table, self.docs)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def decisions(spark: SparkSession, *rows: tuple[Any, ...]) -> DataFrame:
    return spark.createDataFrame(list(rows), DECISIONS)


def texts(spark: SparkSession, *said: str | None) -> DataFrame:
    rows = [(f"id{i}", "text", [], [], [], text, ("logs", i), None) for i, text in enumerate(said)]
    return spark.createDataFrame(rows, ROWS)


def test_every_type_in_the_suites_is_registered() -> None:
    used = {check.type for path in (ROOT / "expectations").glob("*.yaml") for check in load_suite(path).checks}
    assert used <= registered_types()
    # What is known without the import and what is registered differ by names that nobody can use by both.
    assert known_types() - registered_types() <= {"expect_multicolumn_values_to_be_unique"}


def test_a_good_stage_passes_its_own_suite(spark: SparkSession, tmp_path: Path) -> None:
    evidence = ("a", 0.9, "minhash", "", [])
    frame = decisions(spark, ("a", "logs", True, None, None), ("b", "logs", False, "near_duplicate", evidence))
    counts = StageSummary(stage="deduplicate_near", rows_in=2, kept=1, removed={"near_duplicate": 1}, largest_cluster=2)
    suite = load_suite(ROOT / "expectations" / "deduplicate_near.yaml")
    docs = DocsStore(tmp_path)
    table = TableVersion(path="/lake/deduplicate_near", version=0)
    result = judge(suite, counts, {}, frame, table, docs)
    assert result.worst == "ok", result.message()
    assert len(result.checks) == len(suite.checks)
    assert Path(result.docs).is_file()


def test_failing_rows_are_named_and_critical_stops(spark: SparkSession, door: Door) -> None:
    bad = ("c", 7.0, "minhash", "", [])
    frame = decisions(
        spark,
        ("a", "logs", True, None, None),
        ("b", "logs", False, "near_duplicate", None),
        ("c", "logs", None, None, bad),
        ("c", "other", True, None, None),
    )
    result = door.judge(
        frame,
        ROW_COUNT
        + """
- {type: expect_column_values_to_not_be_null, kwargs: {column: kept}}
- {type: expect_column_values_to_be_unique, kwargs: {column: record_id}}
- {type: expect_column_values_to_not_be_null, kwargs: {column: evidence_witness, row_condition: NOT kept}}
- {type: expect_column_values_to_be_between, kwargs: {column: evidence_similarity, max_value: 1}}
- {type: expect_column_values_to_be_in_set, kwargs: {column: source_name, value_set: [logs]}, severity: warning}
""",
    )
    ids = [(check.unexpected_count, check.row_ids) for check in result.checks[1:]]
    assert ids == [(1, ("c",)), (2, ("c",)), (1, ("b",)), (1, ("c",)), (1, ("c",))]
    assert (result.worst, result.passed) == ("critical", False)
    assert "1 of 4 rows fail" in result.message()


def test_a_warning_lets_the_flow_go_on(spark: SparkSession, door: Door) -> None:
    text = ROW_COUNT + "- {type: expect_column_values_to_be_null, kwargs: {column: text}, severity: warning}\n"
    result = door.judge(texts(spark, "hello", None), text)
    assert (result.worst, result.passed, result.failed[0].row_ids) == ("warning", True, ("id0",))


def test_at_most_ten_ids_are_named(spark: SparkSession, door: Door) -> None:
    text = ROW_COUNT + "- {type: expect_column_values_to_be_null, kwargs: {column: text}}\n"
    failed = door.judge(texts(spark, *["x"] * 15), text).failed[0]
    assert (failed.unexpected_count, len(failed.row_ids)) == (15, 10)


def test_an_empty_table_fails(spark: SparkSession, door: Door) -> None:
    text = ROW_COUNT + "- {type: expect_column_values_to_not_be_null, kwargs: {column: text}}\n"
    result = door.judge(texts(spark, "x").where("false"), text)
    assert not result.passed
    assert [check.success for check in result.checks] == [False, True]
    assert result.checks[0].observed == {"value": 0}


def test_counts_are_judged_by_stage_and_by_source(spark: SparkSession, door: Door) -> None:
    sources = {"logs": SourceCount(rows_in=100, kept=40, removed=60), "web": SourceCount(rows_in=10, kept=10)}
    counts = StageSummary(stage="collect", rows_in=111, kept=50, removed={"copy": 60}, sources=sources)
    result = door.judge(
        texts(spark, "x"),
        """
summary:
- {type: expect_column_values_to_be_in_set, kwargs: {column: unaccounted, value_set: [0]}}
sources:
- {type: expect_column_values_to_be_between, kwargs: {column: removed_share, max_value: 0.5}, severity: warning}
- type: expect_column_values_to_be_between
  kwargs: {column: removed_share, max_value: 0.5, row_condition: rows_in < 50}
- {type: expect_column_values_to_be_between, kwargs: {column: volume_ratio, min_value: 0.9}, severity: warning}
"""
        + ROW_COUNT,
        counts,
        {"logs": 100, "web": 40, "forum": None},
    )
    unaccounted, removed, small, volume, _ = result.checks
    assert (unaccounted.success, unaccounted.observed) == (False, {"unaccounted": 1})
    assert (removed.success, removed.observed) == (False, {"logs": 0.6})
    assert small.success
    assert (volume.success, volume.observed) == (False, {"web": 0.25})
    assert "found web 0.25; expected at least 0.9" in result.message()


def test_no_value_of_a_row_gets_out(
    spark: SparkSession, door: Door, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    frame = texts(spark, f"call {PHONE}", PHONE, "fine")
    text = ROW_COUNT + "".join(
        f"- {{type: {kind}, kwargs: {{column: texts, {arguments}}}}}\n"
        for kind, arguments in (
            ("expect_column_values_to_not_match_regex", "regex: '[0-9]{11}'"),
            ("expect_column_values_to_be_in_set", "value_set: [fine]"),
            ("expect_column_distinct_values_to_be_in_set", "value_set: [fine]"),
            ("expect_column_most_common_value_to_be_in_set", "value_set: [nothing]"),
            ("expect_column_value_lengths_to_equal", "value: 3"),
            ("expect_column_max_to_be_between", "max_value: 5"),
            ("expect_column_values_to_be_between", "max_value: 5"),
            ("expect_column_unique_value_count_to_be_between", "max_value: 1"),
        )
    )
    result = door.judge(frame, text)
    assert len(result.failed) == 8
    # By pattern, by set, by length; not by distinct values, which are no rows.
    assert result.failed[0].row_ids == ("id0", "id1")
    assert "id1" in Path(result.docs).read_text("utf-8")
    shown = [result.model_dump_json(), result.message(), *capfd.readouterr()]
    shown += [record.getMessage() for record in caplog.records if not record.name.startswith("py4j")]
    shown += [path.read_text("utf-8") for path in door.docs.root.rglob("*") if path.is_file()]
    assert not [text for text in shown if PHONE in text or "fine " in text]


def test_what_cannot_be_judged_is_a_failure_without_its_words(
    spark: SparkSession, door: Door, capfd: pytest.CaptureFixture[str]
) -> None:
    text = (
        ROW_COUNT
        + """
- {type: expect_column_values_to_not_be_null, kwargs: {column: txt}, severity: warning}
- type: expect_column_values_to_not_be_null
  kwargs: {column: text, row_condition: "CAST(text AS INT) > 1"}
"""
    )
    result = door.judge(texts(spark, PHONE + "x"), text)
    missing, cast = result.checks[1:]
    assert missing.problem == "there is no column txt; did you mean `text`?"
    assert not cast.success
    assert cast.problem
    shown = [result.model_dump_json(), Path(result.docs).read_text("utf-8"), *capfd.readouterr()]
    assert not [text for text in shown if PHONE in text]


def test_great_expectations_refusals_name_the_line(spark: SparkSession, door: Door) -> None:
    text = ROW_COUNT + "- {type: expect_column_values_to_be_between, kwargs: {column: kind, maxvalue: 3}}\n"
    with pytest.raises(
        ConfigError, match=r"collect\.yaml, line 5: .*unknown argument `maxvalue`; did you mean `max_value`"
    ):
        door.judge(texts(spark, "x"), text)
    twin = ROW_COUNT + "- {type: expect_multicolumn_values_to_be_unique, kwargs: {column_list: [kind, text]}}\n"
    with pytest.raises(ConfigError, match=r"line 5: unknown expectation type .*did you mean"):
        door.judge(texts(spark, "x"), twin)


def test_pages_need_no_network_and_the_index_lists_every_version(spark: SparkSession, door: Door) -> None:
    text = ROW_COUNT + "  notes: <script>alert(1)</script>\n"
    door.judge(texts(spark, "x"), text)
    page = Path(door.judge(texts(spark, "x").where("false"), text).docs).read_text("utf-8")
    assert "//" not in page.replace("</", "<")
    assert "<script" not in page
    entries = json.loads((door.docs.root / "index.json").read_text("utf-8"))
    assert [(e["stage"], e["version"], e["verdict"], e["failed"]) for e in entries] == [("collect", 4, "critical", 1)]
    assert 'href="collect/v4.html"' in door.docs.index.read_text("utf-8")
