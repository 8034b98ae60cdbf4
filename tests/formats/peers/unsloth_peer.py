"""Unsloth's own standardize_data_formats, then the chat template, on each row.

``unsloth_zoo``'s package itself wants a GPU; its module for data does not.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

from protocol import serve


def prepare(options: dict[str, Any]) -> Any:
    import byte_tokenizer
    import datasets
    from datasets import Dataset

    found = importlib.util.find_spec("unsloth_zoo_downloads") or importlib.util.find_spec("datasets")
    assert found and found.origin
    package = types.ModuleType("unsloth_zoo")
    package.__path__ = [str(Path(found.origin).parents[1] / "unsloth_zoo")]
    sys.modules["unsloth_zoo"] = package
    from unsloth_zoo.dataset_utils import standardize_data_formats

    datasets.disable_progress_bars()
    tokenizer = byte_tokenizer.make(options["chat_template"])

    def judge(row: dict[str, Any]) -> bool:
        standard = standardize_data_formats(Dataset.from_list([row]))
        text = tokenizer.apply_chat_template(standard[0]["conversations"], tokenize=False)
        # What train_on_responses_only looks for, and without which it removes the row.
        return "<|im_start|>assistant" in text

    return judge


serve(prepare)
