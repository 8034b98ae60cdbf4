"""Axolotl's own chat_template strategy on each row, with a byte tokenizer."""

from __future__ import annotations

import copy
from typing import Any

from protocol import serve


def prepare(options: dict[str, Any]) -> Any:
    import byte_tokenizer
    from axolotl.prompt_strategies.chat_template import ChatTemplatePrompter, ChatTemplateStrategy

    template = options["chat_template"]
    tokenizer = byte_tokenizer.make(template)
    strategy = ChatTemplateStrategy(
        ChatTemplatePrompter(tokenizer, template, message_field_training="train"),
        tokenizer,
        train_on_inputs=False,
        sequence_len=options["cutoff"],
        roles_to_train=["assistant"],
        train_on_eos="turn",
    )

    def judge(row: dict[str, Any]) -> bool:
        example = copy.deepcopy({**dict.fromkeys(options["columns"]), **row})
        tokens = strategy.tokenize_prompt(example)
        return 2 <= len(tokens["input_ids"]) <= options["cutoff"]

    return judge


serve(prepare)
