"""Small published tables, written as Delta without Spark, and what a run would tell about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from jobs.lake.job import SourceFile
from jobs.lake.layout import Layout
from jobs.lake.report import StageReport
from jobs.lake.summary import SourceCount, StageSummary
from jobs.lake.versions import TableVersion
from jobs.record import Message, Meta, Record, Source
from jobs.record_schema import RECORD_SCHEMA
from jobs.release.publishing import Published, publish
from jobs.spec import Specification

PUBLISHED_SCHEMA = RECORD_SCHEMA.append(pa.field("split", pa.string())).append(pa.field("cluster", pa.string()))

QUESTION = "请问我的订单现在到哪里了?"
ANSWER = "您好,您的订单已经发出,预计明天送达。"


def make_record(number: int, **changes: Any) -> dict[str, Any]:
    """One row of a published table; ``turns`` repeats question and answer."""
    turns = changes.pop("turns", 1)
    messages = [Message("user", f"{QUESTION}{number}"), Message("assistant", ANSWER)] * turns
    source = Source(
        name=changes.pop("source", "logs"),
        kind=changes.pop("source_kind", "internal"),
        uri="logs.json",
        row=number,
        licence=changes.pop("licence", "proprietary"),
        synthetic=changes.pop("synthetic", False),
    )
    extra = {"split": changes.pop("split", "train"), "cluster": f"{number:032x}"}
    meta = Meta(intent=changes.pop("intent", "order_status"))
    record = Record(kind="chat", messages=messages, meta=meta, source=source, record_id=f"{number:032x}")
    return {**record.to_dict(), **extra, **changes}


def write_table(path: Path, rows: list[dict[str, Any]]) -> TableVersion:
    """Commits the rows as the table's next version."""
    table = pa.Table.from_pylist(rows, schema=PUBLISHED_SCHEMA)
    write_deltalake(str(path), table, mode="overwrite")
    return TableVersion(path=str(path), version=DeltaTable(str(path)).version())


def make_specification(**changes: Any) -> Specification:
    """A small specification; ``changes`` replace whole fields."""
    fields: dict[str, Any] = {
        "name": "shop",
        "version": "1.0.0",
        "description": "客服对话",
        "language": ["zh"],
        "goal": {
            "capabilities": ["回答订单问题"],
            "targets": [{"name": "intent_accuracy", "at_least": 0.92, "measured_by": "held-out questions"}],
        },
        "sources": [{"name": "logs", "kind": "internal", "path": "logs.json", "licence": "proprietary"}],
        "stages": {"collect": {}, "remove_pii": {}, "split": {}, "publish": {}},
        "exports": [{"format": "chatml"}],
    }
    return Specification.model_validate({**fields, **changes})


def make_report(stage: str, table: TableVersion, rows_in: int, **changes: Any) -> StageReport:
    """A stage's report; keys of the summary may be given beside those of the report."""
    own = {key: changes.pop(key) for key in ("gate", "gate_message", "reused") if key in changes}
    summary = StageSummary(**{"stage": stage, "rows_in": rows_in, "kept": rows_in, **changes})
    return StageReport(**{"stage": stage, "table": table, "summary": summary, "gate": "ok", "seconds": 1.5, **own})


class Shop:
    """A lake with one data set, to publish from."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root / "lake", "shop")
        self.files = [SourceFile(source="logs", path="/elsewhere/logs.json", uri="logs.json", sha256="ab" * 32)]

    def table(self, rows: list[dict[str, Any]]) -> TableVersion:
        return write_table(Path(self.layout.table("publish", "clean")), rows)

    def reports(self, table: TableVersion, collected: int) -> list[StageReport]:
        raw = TableVersion(path=self.layout.table("collect", "raw"), version=0)
        collect = make_report("collect", raw, collected, sources={"logs": SourceCount(rows_in=collected)})
        return [collect, make_report("publish", table, collected)]

    def publish(self, rows: list[dict[str, Any]], **changes: Any) -> Published:
        table = changes.pop("table", None) or self.table(rows)
        options: dict[str, Any] = {
            "specification": make_specification(),
            "layout": self.layout,
            "table": table,
            "stages": self.reports(table, 10),
            "files": self.files,
            "run_id": "run-1",
            "code_commit": "c0ffee",
            "configuration_hash": "0" * 32,
        }
        return publish(**{**options, **changes})


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
def other_shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "elsewhere")


@pytest.fixture
def specification() -> Callable[..., Specification]:
    return make_specification


@pytest.fixture
def record() -> Callable[..., dict[str, Any]]:
    return make_record
