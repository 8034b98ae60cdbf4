"""Our rules against the loaders themselves, row by row: what they keep, drop and stop at.

The peers are no dependencies: ``tests/formats/peers/install.sh`` makes throwaway environments for them, and these tests
skip unless ``GRISTMILL_PEERS`` names their folder: importing all of them takes some minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from target_cases import CASES, A, Row, U

from jobs.formats.chat_templates.render import load_template
from jobs.formats.export import dataset_info, export_records
from jobs.formats.registry import parse_row
from jobs.formats.targets import TARGETS
from jobs.formats.targets.check import broken_rules, check_rows
from jobs.formats.targets.llamafactory import guess_entry

pytestmark = pytest.mark.slow
SCRIPTS = Path(__file__).parent / "peers"
FOLDER = os.environ.get("GRISTMILL_PEERS")
STAGES = {"pair": "rm", "verdict": "kto", "text": "pt"}
# OpenAI's validation runs at OpenAI alone, and TRL reads a prompt only once a model samples from it.
COMPARED = [name for name, (target, _) in CASES.items() if target != "openai" and name != "trl prompt"]


# Whether such a row raises is the chat template's affair.
TEMPLATE_DECIDES = {"unknown_role"}


def ask(peer: str, script: str, requests: list[dict[str, Any]]) -> list[list[str]]:
    """The peer's verdict on each row of each request; skips where the peer is absent."""
    if not FOLDER:
        pytest.skip(
            "GRISTMILL_PEERS names no folder with the trainers' loaders: tests/formats/peers/install.sh makes one"
        )
    python = Path(FOLDER) / peer / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no {peer} in {FOLDER}: tests/formats/peers/install.sh puts it there")
    command = [str(python), str(SCRIPTS / script)]
    done = subprocess.run(command, input=json.dumps(requests), capture_output=True, text=True, timeout=900, check=False)
    answer = [line for line in done.stdout.splitlines() if line.startswith("verdicts:")]
    assert answer, done.stderr[-3000:]
    verdicts: list[list[str]] = json.loads(answer[0].removeprefix("verdicts:"))
    return verdicts


def rows_of(name: str) -> list[Row]:
    _, (_, good, bad) = CASES[name]
    return [*good, *(row for rule, row in bad if rule not in TEMPLATE_DECIDES)]


def options_of(name: str) -> dict[str, Any]:
    target, (columns, good, _) = CASES[name]
    known = frozenset(columns)
    shape = TARGETS[target].layout(known, good, None).shape
    return {
        "columns": columns,
        "entry": guess_entry(known, good),
        "stage": STAGES.get(shape, "sft"),
        "trainer": "dpo" if shape == "pair" else "sft",
        "cutoff": 4096,
        # The default for checks: it takes tool calls.
        "chat_template": load_template("qwen-2.5").source,
    }


@cache
def verdicts_of(target: str) -> dict[str, list[str]]:
    names = [name for name in COMPARED if CASES[name][0] == target]
    requests = [{"options": options_of(name), "rows": rows_of(name)} for name in names]
    return dict(zip(names, ask(target, f"{target}_peer.py", requests), strict=True))


def ours(name: str, row: Row) -> str:
    target, (columns, good, _) = CASES[name]
    layout = TARGETS[target].layout(frozenset(columns), good, None)
    effects = {r.effect for r, _ in broken_rules(TARGETS[target], {**dict.fromkeys(columns), **row}, layout)}
    return "stops" if "stops" in effects else "dropped" if "drops" in effects else "kept"


@pytest.mark.parametrize("name", COMPARED)
def test_the_loader_itself_says_the_same_of_every_row(name: str) -> None:
    theirs = [verdict.split(":")[0] for verdict in verdicts_of(CASES[name][0])[name]]
    compared = [(ours(name, row), their, row) for row, their in zip(rows_of(name), theirs, strict=True)]
    assert not [(us, their, row) for us, their, row in compared if us != their]


def test_llamafactory_keeps_every_row_of_our_exports(tmp_path: Path) -> None:
    tool = {"role": "tool", "content": "10"}
    call = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"type": "function", "function": {"name": "p", "arguments": "{}"}}],
    }
    chats = [parse_row({"messages": [U, A]}), parse_row({"messages": [U, call, tool, A], "tools": '[{"name": "p"}]'})]
    pair = {"prompt": [U], "chosen": [A], "rejected": [{"role": "assistant", "content": "go away"}]}
    exports = [export_records(chats, tmp_path / f"{name}.jsonl", name) for name in ("chatml", "sharegpt")]
    exports.append(export_records(chats[:1], tmp_path / "alpaca.jsonl", "alpaca"))
    exports.append(export_records([parse_row(pair)], tmp_path / "ranking.jsonl", "ranking"))
    requests = []
    for export, entry in zip(exports, dataset_info(exports).values(), strict=True):
        rows = [orjson.loads(line) for line in export.path.read_bytes().splitlines()]
        assert not check_rows(TARGETS["llamafactory"], enumerate(rows, 1), entry=entry).fails
        stage = "rm" if entry.get("ranking") else "sft"
        columns = sorted(export.columns)
        requests.append({"options": {"columns": columns, "entry": entry, "stage": stage}, "rows": rows})
    assert {v for answer in ask("llamafactory", "llamafactory_peer.py", requests) for v in answer} == {"kept"}


def test_datasets_reads_our_exports_and_turns_dates_into_times(tmp_path: Path) -> None:
    export = export_records([parse_row({"messages": [U, A]})] * 3, tmp_path / "chats.jsonl", "chatml")
    dates = tmp_path / "dates.jsonl"
    rows = [{"instruction": "when?", "input": "", "output": f"2024-01-0{i}"} for i in (1, 2)]
    dates.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    asked = [{"file": str(export.path), "rows": 3}, {"file": str(dates), "rows": 2, "texts": ["output"]}]
    assert ask("trl", "datasets_peer.py", [{"options": {}, "rows": asked}]) == [["kept", "dropped"]]
    found = check_rows(TARGETS["llamafactory"], enumerate(rows, 1)).findings
    assert [finding.rule.id for finding in found] == ["dates_become_times"]
