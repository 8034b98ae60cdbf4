"""The log files: which there are, how a row looks in each, and how they are written."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from examples.ecommerce.dialogues import Dialogue, Turn
from examples.ecommerce.grammar import load_yaml
from examples.ecommerce.personal import Value


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file: its path under the raw folder, its shape, and how many rows it holds at full size, per language."""

    path: str
    shape: str
    rows: dict[str, int]
    single_turn: bool = False


LOG_FILES = (
    LogFile("internal/app_chats.json", "sharegpt_array", {"zh": 2000}),
    LogFile("internal/web_chats.json", "chatml_lines", {"zh": 2000}),
    LogFile("internal/archive_2025.jsonl.gz", "alpaca_history_gz", {"zh": 1400}),
    LogFile("internal/hotline_tickets.csv", "question_answer_gb18030", {"zh": 600}, single_turn=True),
    LogFile("external/marketplace_qa.parquet", "alpaca_parquet", {"en": 400, "zh": 200}, single_turn=True),
    LogFile("external/partner_shop.csv", "alpaca_csv", {"en": 100, "zh": 300}, single_turn=True),
)
_INSTRUCTIONS: list[str] = load_yaml("damage.yaml")["instructions"]


@dataclass(slots=True)
class Row:
    """A row on its way into a file, with what the truth will say of it."""

    language: str
    meta: dict[str, str]
    turns: list[Turn]
    kind: str = "clean"
    of: Row | None = None
    values: list[Value] = field(default_factory=list)
    id: str = ""
    instruction: str | None = None
    dialogue: Dialogue | None = None


def instruction_for(rng: random.Random, row: Row) -> str | None:
    """The task in words that partner shops put before some Chinese questions; None for the others."""
    if row.language == "en" or rng.random() < 0.5:
        return None
    return rng.choice(_INSTRUCTIONS).format(label=row.meta["label"])


def write_log(rng: random.Random, path: Path, shape: str, rows: Sequence[Row]) -> None:
    """Write ``rows`` to ``path``; broken rows are broken in the way that the shape allows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if shape == "sharegpt_array":
        items = [_broken_item(rng, row) if row.kind == "broken_line" else _sharegpt(row) for row in rows]
        path.write_text(json.dumps(items, ensure_ascii=False, indent=1), encoding="utf-8")
    elif shape in ("chatml_lines", "alpaca_history_gz"):
        render = _chatml if shape == "chatml_lines" else _alpaca_history
        lines = [json.dumps(render(row), ensure_ascii=False) for row in rows]
        lines = [
            _broken_text(rng, line, row) if row.kind == "broken_line" else line
            for line, row in zip(lines, rows, strict=True)
        ]
        _write_bytes(path, ("\n".join(lines) + "\n").encode("utf-8"))
    elif shape == "alpaca_parquet":
        _write_parquet(path, [_alpaca(row) for row in rows])
    elif shape == "alpaca_csv":
        _write_csv(rng, path, [_alpaca(row) for row in rows], rows, "utf-8-sig")
    else:
        _write_csv(rng, path, [_question_answer(row) for row in rows], rows, "gb18030")


def _meta(row: Row) -> dict[str, str]:
    return {name: row.meta[name] for name in ("intent", "domain", "complexity")}


def _sharegpt(row: Row) -> dict[str, Any]:
    names = {"user": "human", "assistant": "gpt"}
    turns = [{"from": names.get(role, role), "value": text} for role, text in row.turns]
    return {"id": row.id, "conversations": turns, **_meta(row), "channel": "app"}


def _chatml(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "messages": [{"role": role, "content": text} for role, text in row.turns],
        "metadata": _meta(row),
    }


def _alpaca_history(row: Row) -> dict[str, Any]:
    said = [text for _, text in row.turns]
    history = [list(pair) for pair in zip(said[:-2:2], said[1:-2:2], strict=True)]
    return {
        "id": row.id,
        "instruction": said[-2],
        "input": "",
        "output": said[-1],
        "history": history,
        "metadata": _meta(row),
    }


def _alpaca(row: Row) -> dict[str, Any]:
    question, answer = row.turns[0][1], row.turns[1][1]
    first, second = (row.instruction, question) if row.instruction else (question, "")
    cells: dict[str, Any] = {"id": row.id, "instruction": first, "input": second, "output": answer, **_meta(row)}
    if row.kind == "broken_line":  # a table's row breaks by losing its columns
        cells["instruction"] = cells["input"] = cells["output"] = None
    return cells


def _question_answer(row: Row) -> dict[str, Any]:
    return {"id": row.id, "question": row.turns[0][1], "answer": row.turns[1][1], **_meta(row)}


def _broken_text(rng: random.Random, line: str, row: Row) -> str:
    cut = rng.randint(len(line) // 4, len(line) * 3 // 4)
    return rng.choice(
        (
            line[:cut],
            line[:cut],
            "2026-03-11 08:14:59 WARN collector - offset out of range, retrying",
            json.dumps({"id": row.id, **_meta(row)}),
            "}{",
        )
    )


def _broken_item(rng: random.Random, row: Row) -> Any:
    return rng.choice(
        (
            {"id": row.id, **_meta(row)},
            "[deleted]",
            404,
            None,
            {"id": row.id, "conversations": None},
            {"id": row.id, "conversations": []},
        )
    )


def _write_bytes(path: Path, data: bytes) -> None:
    if path.suffix != ".gz":
        path.write_bytes(data)
        return
    # No name and no time in the header: equal rows give equal bytes.
    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        packed.write(data)


def _write_parquet(path: Path, cells: list[dict[str, Any]]) -> None:
    schema = pa.schema([(name, pa.string()) for name in cells[0]])
    pq.write_table(pa.Table.from_pylist(cells, schema=schema), path)


def _write_csv(rng: random.Random, path: Path, cells: list[dict[str, Any]], rows: Sequence[Row], encoding: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(cells[0])
    for cell, row in zip(cells, rows, strict=True):
        values = list(cell.values())
        writer.writerow(values[: rng.randint(1, 2)] if row.kind == "broken_line" else values)
    path.write_bytes(out.getvalue().encode(encoding))
