"""The flow on real files of every shape: each row that an independent count finds is kept, removed or quarantined.

Numbers and texts of the files stand nowhere here: what is expected is counted from them by the standard library.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from jobs.formats.registry import parse_row
from jobs.lake.versions import TableVersion, scan
from jobs.pipeline import BY_DEFAULT, STAGES
from jobs.release.model import Release

Row = dict[str, Any]
pytestmark = pytest.mark.slow

# Each source as a user would write it; everything not said is told by the rows themselves.
SOURCES: dict[str, dict[str, Any]] = {
    "alpaca": {"path": "llamafactory/identity.json"},
    "tools_en": {"path": "llamafactory/glaive_toolcall_en_demo.json", "format": "sharegpt"},
    "tools_zh": {"path": "llamafactory/glaive_toolcall_zh_demo.json"},
    "preference_zh": {"path": "llamafactory/dpo_zh_demo.json"},
    "thumbs_en": {"path": "llamafactory/kto_en_demo.json"},
    "booking_talks": {"path": "crosswoz/val_sharegpt.jsonl"},
    "sums": {"path": "belle-eval/dev*.json"},
    "evaluation": {
        "path": "belle-eval/versions/eval_set_d6c768f.json",
        "fields": {"instruction": "question", "output": "std_answer", "meta.intent": "class"},
    },
    "forum": {"path": "egret-wenda/*.jsonl", "fields": {"text": "raw"}},
    "counselling": {"path": "emollm", "format": "turns"},
}
# What a file's rows must be read as.
KINDS = {"preference_zh": "preference", "thumbs_en": "unpaired_preference", "forum": "text"}


def count_rows(path: Path) -> int:
    """Rows of a JSON array or of JSON Lines, by the standard library alone."""
    text = path.read_text("utf-8-sig")
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return sum(bool(line.strip()) for line in text.splitlines())
    return len(value) if isinstance(value, list) else 1


def files_of(shared_data: Path, source: str) -> list[Path]:
    named = shared_data / SOURCES[source]["path"]
    if named.is_dir():
        return [p for p in named.rglob("*.json*") if not any(part.startswith("_") for part in p.parts)]
    return sorted(named.parent.glob(named.name))


class Built:
    """What one run of the flow left behind, read without Spark."""

    def __init__(self, report: Any) -> None:
        self.report = report
        self.stages = {stage.stage: stage for stage in report.stages}
        self.tables: dict[str, list[Row]] = {}

    def rows(self, stage: str) -> list[Row]:
        if stage not in self.tables:
            table: TableVersion = self.stages[stage].table
            self.tables[stage] = [row for batch in scan(table) for row in batch.to_pylist()]
        return self.tables[stage]

    def released(self) -> Release:
        return Release.model_validate_json((self.report.release / "release.json").read_bytes())


@pytest.fixture(scope="module")
def built(
    shared_data: Path, spark: Any, prefect_server: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    """One real run over all sources; ``spark`` so that the suite's session is the one it uses."""
    from flows.build import build_dataset

    folder = tmp_path_factory.mktemp("real_input")
    specification = {
        "name": "real_input",
        "version": "1.0.0",
        "description": "real files of every shape",
        "language": ["zh", "en"],
        "goal": {"capabilities": ["none: this is a test of the mill"]},
        "sources": [
            {"name": name, "kind": "external", **source, "path": str(shared_data / source["path"])}
            for name, source in SOURCES.items()
        ],
        "stages": {
            **dict.fromkeys(BY_DEFAULT),
            # One of the files is full of {{name}}, which its owner fills; without this its gate rightly stops the flow.
            "filter_by_quality_rules": {"rules": {"unfilled_slots": "off"}},
            # Lexical for all languages, so that no model is loaded.
            "deduplicate_semantic": {"models": {"en": None}},
        },
        "exports": [{"format": name} for name in ("chatml", "alpaca", "sharegpt")],
    }
    file = folder / "real_input.yaml"
    file.write_text(json.dumps(specification), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRISTMILL__LAKE__ROOT", str(folder / "lake"))
        yield Built(build_dataset(str(file)))


def test_every_row_of_every_file_is_collected_or_quarantined(built: Built, shared_data: Path) -> None:
    kept, quarantined = Counter[str](), Counter[str]()
    by_file: dict[str, Counter[str]] = defaultdict(Counter)
    for row in built.rows("collect"):
        name = row["source"]["name"]
        (quarantined if row["quarantine"] else kept)[name] += 1
        by_file[name][Path(row["source"]["uri"]).name] += 1
    for name in SOURCES:
        expected = {path.name: count_rows(path) for path in files_of(shared_data, name)}
        assert expected, f"no file of {name} was found to count"
        assert dict(by_file[name]) == expected
        assert kept[name] > 0
    counts = built.stages["collect"].summary.sources
    assert {name: (c.kept, c.quarantined) for name, c in counts.items()} == {
        name: (kept[name], quarantined[name]) for name in SOURCES
    }


def test_what_is_quarantined_is_quarantined_for_a_reason_in_the_file(built: Built, shared_data: Path) -> None:
    """Each such row is found again at its place, and one of its mapped cells is indeed empty."""
    files = {path.name: path for name in SOURCES for path in files_of(shared_data, name)}
    refused = [row for row in built.rows("collect") if row["quarantine"]]
    assert refused, "these files have rows without an answer"
    for row in refused:
        lines = files[Path(row["quarantine"]["uri"]).name].read_text("utf-8").splitlines()
        raw = row["quarantine"]["raw"].decode()
        assert lines[row["quarantine"]["line"] - 1].strip().startswith(raw.splitlines()[0].strip())
        assert row["quarantine"]["reason"] == "empty_output"
        column = row["quarantine"]["path"].rpartition(".")[2]
        assert not str(json.loads(raw)[column]).strip()


def test_every_stage_accounts_for_every_row_that_came_in(built: Built) -> None:
    assert list(built.stages) == list(BY_DEFAULT)
    rows_in: int | None = None
    for stage, report in built.stages.items():
        summary = report.summary
        removed, quarantined = sum(summary.removed.values()), sum(summary.quarantined.values())
        assert summary.rows_in == summary.kept + removed + quarantined, stage
        assert rows_in in (None, summary.rows_in), stage
        assert len(built.rows(stage)) == summary.rows_in, stage
        rows_in = summary.kept
        assert report.gate != "critical", stage
        for count in summary.sources.values():
            assert count.rows_in == count.kept + count.removed + count.quarantined, stage


def test_ids_are_distinct_and_what_is_released_was_collected(built: Built) -> None:
    collected = {row["record_id"]: row for row in built.rows("collect")}
    assert len(collected) == len(built.rows("collect"))
    gone = {name for name, row in collected.items() if row["quarantine"]}
    for stage, writes in ((name, STAGES[name]) for name in BY_DEFAULT):
        rows = built.rows(stage)
        ids = {row["record_id"] for row in rows}
        assert len(ids) == len(rows), stage
        if stage != "collect":
            assert ids == collected.keys() - gone, stage
        if writes == "decisions":
            gone |= {row["record_id"] for row in rows if not row["kept"]}
        elif writes == "rows":
            gone |= {row["record_id"] for row in rows if row["quarantine"]}
    assert all(row["source"] == collected[row["record_id"]]["source"] for row in built.rows("publish"))


def test_each_file_is_read_as_what_it_is(built: Built) -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in built.rows("publish"):
        kinds[row["source"]["name"]].add(row["kind"])
    assert kinds == {name: {KINDS.get(name, "chat")} for name in SOURCES}
    called = {
        row["source"]["name"]
        for row in built.rows("publish")
        if row["tools"] and any(m["tool_calls"] for m in row["messages"])
    }
    assert called == {"tools_en", "tools_zh"}


def test_a_removed_copy_names_a_row_that_was_kept(built: Built) -> None:
    for stage in ("deduplicate_exact", "deduplicate_near", "deduplicate_semantic"):
        decisions = {row["record_id"]: row for row in built.rows(stage)}
        for row in decisions.values():
            assert row["kept"] or row["reason"], stage
            if not row["kept"]:
                assert decisions[row["evidence"]["witness"]]["kept"], stage
    assert built.stages["deduplicate_exact"].summary.removed, "some of these files have copies in them"


def test_exports_read_back_as_the_rows_that_were_released(built: Built) -> None:
    published = built.rows("publish")
    release = built.released()
    assert {file.format for file in release.files} == {"chatml", "alpaca", "sharegpt"}
    for file in release.files:
        lines = (built.report.release / file.path).read_bytes().splitlines()
        side = [row for row in published if row["split"] == file.split]
        assert len(lines) == file.rows
        assert file.rows + sum(file.refused.values()) == len(side)
        records = [parse_row(orjson.loads(line), file.format) for line in lines]
        said = Counter(_said(record.to_dict()) for record in records)
        assert not said - Counter(_said(row) for row in side), "nothing is written that was not released"
    assert set(orjson.loads((built.report.release / "dataset_info.json").read_bytes()))


def _said(row: Row) -> str:
    """What a format for supervised tuning makes of a row: of a preference, its prompt and the chosen answer."""
    said = [*row["messages"], *row["chosen"]]
    turns = [(m["role"], m["content"], json.loads(m["tool_calls"] or "null")) for m in said]
    return json.dumps(turns, ensure_ascii=False, sort_keys=True)
