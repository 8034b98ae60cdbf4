"""TRL's own ``_prepare_dataset`` of SFTTrainer or DPOTrainer on each row, with a byte tokenizer."""

from __future__ import annotations

import types
from typing import Any

from protocol import serve


def prepare(options: dict[str, Any]) -> Any:
    import byte_tokenizer
    import datasets
    from datasets import Dataset

    datasets.disable_progress_bars()
    tokenizer = byte_tokenizer.make(options["chat_template"])
    kind = options["trainer"]
    if kind == "sft":
        from trl import SFTConfig, SFTTrainer

        config, trainer = SFTConfig, SFTTrainer
    else:
        from trl import DPOConfig, DPOTrainer

        config, trainer = DPOConfig, DPOTrainer
    columns = options["columns"]
    settings = {"assistant_only_loss": "messages" in columns or "conversations" in columns} if kind == "sft" else {}
    arguments = config(output_dir="/tmp/none", max_length=options["cutoff"], bf16=False, use_cpu=True, **settings)

    def judge(row: dict[str, Any]) -> bool:
        dataset = Dataset.from_list([{**dict.fromkeys(columns), **row}])
        stub = types.SimpleNamespace(
            _tokenizer=tokenizer,
            chat_template=None,
            completion_only_loss="prompt" in columns and "completion" in columns,
            _is_vlm=False,
        )
        given = (
            (dataset, tokenizer, arguments, False, None, "train")
            if kind == "sft"
            else (dataset, tokenizer, arguments, "train")
        )
        return len(trainer._prepare_dataset(stub, *given)) == 1

    return judge


serve(prepare)
