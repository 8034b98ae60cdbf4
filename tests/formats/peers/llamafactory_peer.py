"""LLaMA-Factory's own converter, processor and formatters on each row."""

from __future__ import annotations

import importlib.machinery
import json
import sys
import types
from typing import Any

from protocol import serve

# Only reading sound needs it.
_absent = types.ModuleType("torchaudio")
_absent.__spec__ = importlib.machinery.ModuleSpec("torchaudio", None)
sys.modules.setdefault("torchaudio", _absent)


def prepare(options: dict[str, Any]) -> Any:
    import byte_tokenizer
    from llamafactory.data import processor as processors
    from llamafactory.data.converter import get_dataset_converter
    from llamafactory.data.mm_plugin import BasePlugin
    from llamafactory.data.parser import DatasetAttr
    from llamafactory.data.template import TEMPLATES

    attributes = DatasetAttr("hf_hub", dataset_name="rows")
    attributes.join(options["entry"])
    arguments = types.SimpleNamespace(
        media_dir=".", cutoff_len=100_000, train_on_prompt=False, mask_history=False, streaming=False, packing=False
    )
    converter = get_dataset_converter(attributes.formatting, attributes, arguments)
    kinds = {
        "sft": processors.SupervisedDatasetProcessor,
        "rm": processors.PairwiseDatasetProcessor,
        "kto": processors.FeedbackDatasetProcessor,
        "pt": processors.PretrainDatasetProcessor,
    }
    template = TEMPLATES["qwen"]
    tokenizer = byte_tokenizer.make("")
    arguments.template = "qwen"
    processor = kinds[options["stage"]](template=template, tokenizer=tokenizer, processor=None, data_args=arguments)
    columns = options["columns"]

    def judge(row: dict[str, Any]) -> bool:
        # datasets gives every row every column of the set.
        example = json.loads(json.dumps({**dict.fromkeys(columns), **row}))
        converted = converter(example)
        media = {name: converted[f"_{name}"] for name in ("images", "videos", "audios")}
        if any(options["entry"].get("columns", {}).get(name) for name in media):
            BasePlugin(None, None, None)._validate_messages(
                converted["_prompt"] + converted["_response"][:1], *[media[name] or [] for name in media]
            )
            converted |= {f"_{name}": None for name in media}
        batch = {key: [value] for key, value in converted.items()}
        return any(processor.preprocess_dataset(batch).values())

    return judge


serve(prepare)
