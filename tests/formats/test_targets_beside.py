from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

from jobs.formats.export import export_records
from jobs.formats.registry import parse_row
from jobs.formats.targets import TARGETS, beside
from jobs.record import Record

U, A = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}
CHAT = parse_row({"messages": [U, A]})
PAIR = parse_row({"prompt": [U], "chosen": [A], "rejected": [{"role": "assistant", "content": "Go"}]})
EXPORTS = {"chatml": CHAT, "sharegpt": CHAT, "alpaca": CHAT, "text": Record("text", text="a"), "preference": PAIR}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("format", EXPORTS)
def test_what_lies_beside_names_the_file_and_can_be_read(tmp_path: Path, target: str, format: str) -> None:
    export = export_records([EXPORTS[format]], tmp_path / "train.jsonl", format)
    files = beside(export, target, file="data/train.jsonl", name="shop_train")
    assert bool(files) == (format in TARGETS[target].formats)
    for name, text in files.items():
        assert "data/train.jsonl" in text or "shop_train" in text
        ast.parse(text) if name.endswith(".py") else yaml.safe_load(text)


def test_axolotl_is_told_the_keys_of_a_turn_and_which_turns_to_train(tmp_path: Path) -> None:
    export = export_records([CHAT], tmp_path / "train.jsonl", "sharegpt")
    (text,) = beside(export, "axolotl").values()
    (entry,) = yaml.safe_load(text)["datasets"]
    assert entry["type"] == "chat_template" and entry["field_messages"] == "conversations"
    assert entry["message_property_mappings"] == {"role": "from", "content": "value"}
    assert entry["message_field_training"] == "train"


def test_trl_trains_answers_alone_and_pairs_by_dpo(tmp_path: Path) -> None:
    chats = export_records([CHAT], tmp_path / "chats.jsonl", "chatml")
    pairs = export_records([PAIR], tmp_path / "pairs.jsonl", "preference")
    assert "assistant_only_loss=True" in beside(chats, "trl")["trl.py"]
    assert "DPOTrainer" in beside(pairs, "trl")["trl.py"]


def test_an_empty_export_has_nothing_beside_it(tmp_path: Path) -> None:
    assert beside(export_records([], tmp_path / "none.jsonl", "chatml"), "trl") == {}
