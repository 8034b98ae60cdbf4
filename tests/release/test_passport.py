from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from jobs.lake.job import SourceFile
from jobs.lake.report import StageReport
from jobs.lake.summary import SourceCount, StageSummary
from jobs.lake.versions import TableVersion
from jobs.release.acceptance import check, measure
from jobs.release.limitations import limitations
from jobs.release.markdown import escape, passport_markdown
from jobs.release.model import DataFile, Release
from jobs.release.passport import make_passport
from jobs.release.statistics import Statistics
from jobs.spec import Acceptance, Specification

HOSTILE = "a|b\n# c <script>alert(1)</script> ![x](http://evil.example/p.png) `code` **bold** \u202egnp"
FILES = [SourceFile(source="logs", path="/home/someone/logs.json", uri="raw/logs.json", sha256="ab" * 32)]


def report(stage: str, rows_in: int, **counts) -> StageReport:
    own = {key: counts.pop(key) for key in ("gate", "gate_message") if key in counts}
    table = TableVersion(path=f"/lake/clean/shop/{stage}", version=3)
    summary = StageSummary(**{"stage": stage, "rows_in": rows_in, "kept": rows_in, **counts})
    return StageReport(**{"stage": stage, "table": table, "summary": summary, "gate": "ok", "seconds": 2.25, **own})


def release(**changes) -> Release:
    sources = [
        {"name": "logs", "kind": "internal", "path": "logs.json", "licence": "proprietary", "expected_volume": 6000},
        {"name": "made", "kind": "templates", "path": "templates.yaml", "count": 3000},
    ]
    specification = Specification.model_validate(
        {
            "name": "shop",
            "version": "1.0.0",
            "description": "客服对话",
            "language": ["zh", "en"],
            "goal": {"capabilities": ["回答订单问题"], "targets": [{"name": "intent_accuracy", "at_least": 0.92}]},
            "sources": sources,
            "stages": {"collect": {}, "remove_pii": {"languages": ["zh"]}, "deduplicate_semantic": {}},
            "exports": [{"format": "alpaca"}],
        }
    )
    counted = Statistics(rows=90, splits={"train": 90}, sources={"logs": 80, "made": 10}, synthetic_rows=10)
    stages = (
        report("collect", 100, kept=97, quarantined={"bad_json": 3}, sources={"logs": SourceCount(rows_in=90)}),
        report("remove_pii", 97, changes={"CN_MOBILE": 12}, changed_rows=9),
        report("deduplicate_semantic", 97, kept=90, removed={"alike": 7}, flagged={"alike_in_chinese": 4}),
    )
    fields = {
        "name": "shop",
        "version": "1.0.0",
        "released_at": datetime(2026, 11, 22, 8, tzinfo=UTC),
        "run_id": "run-1",
        "code_commit": "c0ffee+changes",
        "configuration_hash": "1" * 32,
        "content_digest": "2" * 32,
        "specification": specification.model_dump(mode="json"),
        "tables": {"publish": TableVersion(path="/lake/clean/shop/publish", version=0)},
        "stages": stages,
        "files": [
            DataFile(
                path="data/alpaca/train.jsonl",
                format="alpaca",
                split="train",
                rows=90,
                bytes=1234,
                sha256="cd" * 32,
                lost={"tools": 5},
            )
        ],
        "statistics": counted,
        "measures": measure(counted, stages),
        "acceptance": check([Acceptance(measure="rows", at_least=100, otherwise="warn")], measure(counted, stages)),
    }
    return Release.model_validate({**fields, **changes})


def kinds(of: Release) -> set[str]:
    return {limitation.kind for limitation in limitations(of)}


def test_says_where_rows_came_from_and_what_became_of_them():
    passport = make_passport(release(), FILES)
    logs, made = passport["origin"]
    assert logs["files"] == [{"uri": "raw/logs.json", "sha256": "ab" * 32}]
    assert (logs["rows_collected"], logs["rows_released"], logs["expected_volume"]) == (90, 80, 6000)
    assert (logs["synthetic"], made["synthetic"]) == (False, True)
    assert [step["stage"] for step in passport["processing"]] == ["collect", "remove_pii", "deduplicate_semantic"]
    last = passport["processing"][-1]
    assert (last["rows_in"], last["kept"], last["removed"]) == (97, 90, {"alike": 7})
    assert last["table"] == "deduplicate_semantic@v3"
    assert passport["processing"][1]["params"] == {"languages": ["zh"]}
    assert passport["identity"]["released_at"].startswith("2026-11-22T08:00:00")


def test_is_plain_json_and_names_no_folder_of_the_machine():
    text = json.dumps(make_passport(release(), FILES), ensure_ascii=False)
    assert "/home/someone" not in text
    assert "/lake/" not in text
    assert "客服对话" in text


def test_limitations_follow_from_the_facts():
    assert kinds(release()) == {
        "acceptance_missed",
        "targets_not_measured",
        "flagged_rows_kept",
        "rows_quarantined",
        "synthetic_rows",
        "no_licence",
        "personal_data_by_pattern",
        "chinese_judged_lexically",
        "not_audited",
        "lost_in_format",
        "uncommitted_code",
    }


def test_what_may_be_left_of_personal_data_is_said_plainly():
    looked = report("remove_pii", 97, kept=97, residual={"mobile": 2, "email": 0}, residual_rows=2)
    passport = make_passport(release(stages=[report("collect", 97), looked]), FILES)
    (said,) = [line["detail"] for line in passport["limitations"] if line["kind"] == "residual_personal_data"]
    assert "2 of 97 rows (2.06%; mobile 2). This is an estimate" in said
    step = passport["processing"][1]
    assert (step["residual"], step["residual_rows"]) == ({"mobile": 2, "email": 0}, 2)
    assert passport["processing"][0]["residual"] is None


def test_a_closed_question_leaves_no_limitation():
    plain = release(
        stages=[report("collect", 90), report("audit", 90, gate="warning", gate_message="volume 0.5 of expected")],
        statistics=Statistics(rows=90, sources={"logs": 90}),
        acceptance=[],
        files=[],
        code_commit="c0ffee",
    )
    assert kinds(plain) == {
        "gate_warning",
        "targets_not_measured",
        "no_licence",
        "source_absent",
        "personal_data_not_removed",
        "no_semantic_deduplication",
    }
    assert "volume 0.5 of expected" in passport_markdown(make_passport(plain, FILES))


def test_markdown_is_one_document_with_whole_tables():
    text = passport_markdown(make_passport(release(), FILES))
    assert text.startswith("# Data passport (数据护照): shop 1.0.0\n\n客服对话\n")
    assert "| logs | internal | no | proprietary | - | 6,000 | 90 | 80 |" in text
    assert "| remove_pii | 97 | 97 | - | - | - | CN_MOBILE 12 in 9 rows | ok | 2.2 | remove_pii@v3 |" in text
    columns = [{line.count("|") for line in block.splitlines()} for block in text.split("\n\n") if block[0] == "|"]
    assert len(columns) == 8
    assert all(len(counts) == 1 for counts in columns)


def test_says_what_stands_in_the_place_of_personal_data():
    passport = make_passport(release(), FILES)
    passport["processing"][1]["params"]["policy"] = {"default": "mask", "PERSON": "surrogate"}
    assert "remove_pii by entity: PERSON surrogate, all others mask." in passport_markdown(passport).replace("\\", "")
    told = release()
    told.specification["stages"]["remove_pii"]["policy"] = {"default": "keep", "PERSON": "surrogate"}
    said = {line.kind: line.detail for line in limitations(told)}
    assert said["personal_data_kept"].endswith("as it was: all other entities")
    assert said["personal_data_invented"].endswith("nobody's: PERSON") and "personal_data_masked" not in said


def test_values_from_users_cannot_act_in_the_document():
    honest = release()
    specification = {**honest.specification, "description": HOSTILE, "goal": {"capabilities": [HOSTILE]}}
    specification["sources"] = [{**source, "licence": HOSTILE} for source in specification["sources"]]
    counted = Statistics(rows=1, intents={HOSTILE: 1}, licences={HOSTILE: 1})
    hostile = release(specification=specification, statistics=counted)
    files = [SourceFile(source="logs", path="x", uri=HOSTILE, sha256="0")]
    text = passport_markdown(make_passport(hostile, files))
    html = MarkdownIt("gfm-like").disable("linkify").render(text)
    for acting in ("<script", "<img", "<a ", "<code", "<strong>bold", "\u202e"):
        assert acting not in html
    assert html.count("<h1>") == 1
    assert "alert(1)" in html


@given(st.text())
def test_escaped_text_stays_in_its_cell(text):
    escaped = escape(text)
    html = MarkdownIt("commonmark").enable("table").render(f"| a | b |\n| --- | --- |\n| {escaped} | z |\n")
    assert html.count("<tr>") == 2
    assert html.count("<td>") == 2
    assert html.count("<") == 18
    assert "\n" not in escaped


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("remove_pii", "remove_pii"),
        ("_a_", "\\_a\\_"),
        ("a|b", "a\\|b"),
        ("<b>", "&lt;b&gt;"),
        ("https://x.cn", "https:/&#47;x.cn"),
        ("WWW.x.cn", "WWW&#46;x.cn"),
        ("两行\r\n字", "两行 字"),
        ("- a", "\\- a"),
        ("1. a", "1\\. a"),
        ("1,5", "1,5"),
        (None, "-"),
        ("\n", "-"),
    ],
)
def test_escapes(value, escaped):
    assert escape(value) == escaped


def test_long_values_are_cut():
    assert len(escape("长" * 1000)) == 400
