"""The formats on real files: every row that one of our formats fits comes back as it was."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from jobs.formats.detect import detect
from jobs.formats.registry import parse_row, render_row
from jobs.record import RecordError
from jobs.sources.files import read_rows

FILES = {
    "llamafactory/c4_demo.jsonl": "text",
    "llamafactory/identity.json": "alpaca",
    "llamafactory/dpo_zh_demo.json": "preference",
    "llamafactory/kto_en_demo.json": "preference",
    "llamafactory/v1_dpo_demo.jsonl": "preference",
    "llamafactory/glaive_toolcall_en_demo.json": "sharegpt",
    "llamafactory/glaive_toolcall_zh_demo.json": "sharegpt",
    "llamafactory/mllm_demo.json": "chatml",
    "llamafactory/mllm_audio_demo.json": "chatml",
    "llamafactory/mllm_video_demo.json": "chatml",
    "llamafactory/mllm_video_audio_demo.json": "chatml",
    "llamafactory/v1_multimodal_demo.jsonl": "chatml",
    "datajuicer-demo/demo-dataset-chatml.jsonl": "chatml",
    "datajuicer-demo/demo-dataset.jsonl": "text",
    "datajuicer-demo/demo-dataset-deduplication.jsonl": "text",
    "datajuicer-demo/alpaca-cot.jsonl": "alpaca",
    "crosswoz/val_sharegpt.jsonl": "sharegpt",
    "emollm/aiwei.json": "turns",
    "emollm/data.json": "turns",
    "belle-eval/dev1K_07c6a15.json": "alpaca",
    "dolly/dolly_3k.json": "alpaca",
    "gpteacher/toolformer_kept_at_first900.jsonl": "alpaca",
}


def test_every_file_of_llamafactory_is_here(shared_data: Path) -> None:
    files = {p.relative_to(shared_data).as_posix() for p in (shared_data / "llamafactory").glob("*.json*")}
    assert files - set(FILES) == {"llamafactory/dataset_info.json"}


@pytest.mark.parametrize("name", FILES)
def test_round_trip_loses_nothing(shared_data: Path, name: str) -> None:
    lost, refused, seen = [], Counter(), 0
    for raw in read_rows(shared_data / name):
        seen += 1
        assert raw.error is None, f"row {raw.row}: {raw.error}"
        assert detect(raw.value) == FILES[name]
        try:
            record = parse_row(raw.value)
        except RecordError as error:
            refused[error.reason] += 1
            continue
        if render_row(record, FILES[name]) != raw.value:
            lost.append(raw.row)
    assert seen > 0
    assert lost == []
    assert set(refused) <= {"empty_output"}


@pytest.mark.parametrize(
    ("name", "fields", "kind"),
    [
        ("egret-wenda/raw_clean_pairs.jsonl", {"text": "raw"}, "text"),
        ("belle-eval/versions/eval_set_d6c768f.json", {"instruction": "question", "output": "std_answer"}, "chat"),
        (
            "datajuicer-demo/demo-dataset-annotation-human-preference.jsonl",
            {"prompt": "prompt", "chosen": "answer1", "rejected": "answer2"},
            "preference",
        ),
        ("gsm8k/test_first200.jsonl", {"instruction": "question", "output": "answer"}, "chat"),
        ("restaurant8k/test.json", {"text": "userInput.text"}, "text"),
    ],
)
def test_other_columns_are_read_by_a_mapping(shared_data: Path, name: str, fields: dict[str, str], kind: str) -> None:
    refused: Counter[str] = Counter()
    for raw in read_rows(shared_data / name):
        try:
            record = parse_row(raw.value, fields=fields)
        except RecordError as error:
            refused[error.reason] += 1
            continue
        assert record.kind == kind
        if kind != "preference":
            assert render_row(record, "table") == raw.value
    assert set(refused) <= {"empty_output", "empty_text"}
