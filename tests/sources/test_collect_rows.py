from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from jobs.record import Record
from jobs.record_schema import ROW_SCHEMA
from jobs.sources.collect_rows import collect_file
from jobs.sources.files import read_rows
from jobs.sources.source_rows import SourceFields

REAL = {
    "crosswoz/val_sharegpt.jsonl": {},
    "belle-eval/dev1K_07c6a15.json": {},
    "emollm/data.json": {},
    "egret-wenda/raw_clean_pairs.jsonl": {"text": "raw"},
    "dolly/dolly_3k.json": {},
    "datajuicer-demo/alpaca-cot.jsonl": {},
    "gpteacher/toolformer_kept_at_first900.jsonl": {},
    "llamafactory/glaive_toolcall_zh_demo.json": {},
    "clinc150/data_full_val.json": {},
    "humaneval/HumanEval.jsonl.gz": {"instruction": "prompt", "output": "canonical_solution"},
}


def test_rows_have_the_shape_of_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"instruction": "q", "output": "a"}, {"conversations": [{"from": "x", "value": "y"}]}, {bad}]')
    source = SourceFields("shop", "internal", licence="CC0-1.0")
    good, wrong, broken = rows = list(collect_file(path, source, uri="raw/a.json", collected_at="2025-01-01"))
    back = pa.Table.from_pylist(rows, schema=ROW_SCHEMA).to_pylist()
    assert [set(r) for r in rows] == [set(ROW_SCHEMA.names)] * 3
    assert Record.from_dict(back[0]).messages == Record.from_dict(good).messages
    assert good["source"] == {
        "name": "shop",
        "kind": "internal",
        "uri": "raw/a.json",
        "row": 1,
        "line": 1,
        "format": "alpaca",
        "licence": "CC0-1.0",
        "collected_at": "2025-01-01",
        "synthetic": False,
        "parent": None,
    }
    assert len(good["content_hash"]) == 32
    assert (good["record_id"], good["quarantine"]) == (None, None)
    assert wrong["quarantine"]["path"] == "$[1].conversations[0].from"
    assert wrong["quarantine"]["reason"] == "unknown_role"
    assert wrong["quarantine"]["raw"] == b'{"conversations": [{"from": "x", "value": "y"}]}'
    assert (wrong["messages"], wrong["source"]["row"]) == (None, 2)
    assert broken["quarantine"]["raw"] == b"{bad}"


@pytest.mark.parametrize("name", REAL)
def test_every_row_of_real_files_is_accounted_for(shared_data: Path, name: str) -> None:
    path = shared_data / name
    expected = sum(1 for _ in read_rows(path))
    rows = list(collect_file(path, SourceFields("real", fields=REAL[name])))
    kept = Counter(row["quarantine"] is None for row in rows)
    assert kept.total() == expected > 0
    assert [row["source"]["row"] for row in rows] == list(range(1, expected + 1))
    assert all((row["kind"] is None) == (row["quarantine"] is not None) for row in rows)
    assert {row["quarantine"]["reason"] for row in rows if row["quarantine"]} <= {
        "empty_output",
        "empty_text",
        "not_an_object",
    }
    assert pa.Table.from_pylist(rows, schema=ROW_SCHEMA).num_rows == expected


def test_templates_are_a_source(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(
        "shop_templates: {ask: {user_query_template: 'where is {n}?', system_response_components: {a: '{n} here'}}}\n"
        "slots: {n: {range: [1, 20]}}"
    )
    rows = list(collect_file(path, SourceFields("made", "templates", count=5)))
    assert [r["kind"] for r in rows] == ["chat"] * 5
    assert {r["meta"]["intent"] for r in rows} == {"ask"}
    assert all(r["source"]["synthetic"] for r in rows)
