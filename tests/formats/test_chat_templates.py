"""Our templates against the formats that the models' cards publish, written out by hand, and against transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.formats.chat_templates.generation import CLOSE, OPEN, take_apart
from jobs.formats.chat_templates.render import (
    NAMES,
    ChatTemplateError,
    from_source,
    load_template,
    template_messages,
    template_of_folder,
)
from jobs.formats.registry import parse_row
from jobs.record import RecordError

S = {"role": "system", "content": "Be brief."}
U, A = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}
U2, A2 = {"role": "user", "content": "Bye"}, {"role": "assistant", "content": "See you"}
CALL = {
    "role": "assistant",
    "content": "",
    "tool_calls": [{"type": "function", "function": {"name": "price", "arguments": {"of": "茶"}}}],
}
TOOL = {"role": "tool", "content": "10"}
# The formats as documented: OpenAI's ChatML, Qwen's, Meta's, Google's, Mistral's, Microsoft's and the others' cards.
EXPECTED = {
    "chatml": (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\nHello<|im_end|>\n"
        "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\nSee you<|im_end|>\n"
    ),
    "qwen-3": (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\nHello<|im_end|>\n"
        "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nSee you<|im_end|>\n"
    ),
    "llama-3": (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
        "Hello<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nSee you<|eot_id|>"
    ),
    "llama-3.1": (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\n"
        "Today Date: 26 Jul 2024\n\nBe brief.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
        "Hello<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nSee you<|eot_id|>"
    ),
    "gemma-3": (
        "<bos><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\nHello<end_of_turn>\n"
        "<start_of_turn>user\nBye<end_of_turn>\n<start_of_turn>model\nSee you<end_of_turn>\n"
    ),
    "mistral": "<s>[INST] Hi[/INST] Hello</s>[INST] Be brief.\n\nBye[/INST] See you</s>",
    "mistral-v7": "<s>[SYSTEM_PROMPT]Be brief.[/SYSTEM_PROMPT][INST]Hi[/INST]Hello</s>[INST]Bye[/INST]See you</s>",
    "phi-3": (
        "<|system|>\nBe brief.<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\nHello<|end|>\n<|user|>\nBye<|end|>\n"
        "<|assistant|>\nSee you<|end|>\n<|endoftext|>"
    ),
    "phi-4": (
        "<|im_start|>system<|im_sep|>Be brief.<|im_end|><|im_start|>user<|im_sep|>Hi<|im_end|>"
        "<|im_start|>assistant<|im_sep|>Hello<|im_end|><|im_start|>user<|im_sep|>Bye<|im_end|>"
        "<|im_start|>assistant<|im_sep|>See you<|im_end|>"
    ),
    "zephyr": (
        "<|system|>\nBe brief.</s>\n<|user|>\nHi</s>\n<|assistant|>\nHello</s>\n<|user|>\nBye</s>\n"
        "<|assistant|>\nSee you</s>\n"
    ),
    "vicuna": "<s>Be brief. USER: Hi ASSISTANT: Hello</s>USER: Bye ASSISTANT: See you</s>",
    "alpaca": (
        "Be brief.\n\n### Instruction:\nHi\n\n### Response:\nHello</s>\n\n### Instruction:\nBye\n\n### Response:\n"
        "See you</s>\n\n"
    ),
}
EXPECTED["qwen-2.5"] = EXPECTED["qwen"] = EXPECTED["chatml"]
ASKED = {
    **dict.fromkeys(("chatml", "qwen-2.5", "qwen-3", "qwen"), "<|im_start|>assistant\n"),
    **dict.fromkeys(("llama-3", "llama-3.1"), "<|start_header_id|>assistant<|end_header_id|>\n\n"),
    **dict.fromkeys(("phi-3", "zephyr"), "<|assistant|>\n"),
    "gemma-3": "<start_of_turn>model\n",
    "phi-4": "<|im_start|>assistant<|im_sep|>",
    "alpaca": "### Response:\n",
    "vicuna": "ASSISTANT:",
    "mistral": "[/INST]",
    "mistral-v7": "[/INST]",
}
# These ask for user and assistant in turn.
STRICT = ("gemma-3", "mistral", "mistral-v7", "vicuna", "alpaca")
WITH_TOOLS = ("qwen", "qwen-2.5", "qwen-3", "llama-3.1")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_writes_the_published_format(name: str) -> None:
    assert load_template(name).render([S, U, A, U2, A2]).text == EXPECTED[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_words_that_ask_for_an_answer_come_last_and_only_when_asked_for(name: str) -> None:
    template = load_template(name)
    assert template.render([U], add_generation_prompt=True).text.endswith(ASKED[name])
    if "mistral" not in name:
        assert not template.render([U]).text.endswith(ASKED[name])


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_marked_with_what_ends_them(name: str) -> None:
    rendered = load_template(name).render([S, U, A, U2, A2])
    first, second = (rendered.text[start:end] for start, end in rendered.answers)
    assert first.startswith("Hello") and len(first) > len("Hello")
    assert "See you" in second and second[-1] in ">]"
    assert OPEN not in rendered.text and CLOSE not in rendered.text


def test_qwen_speaks_for_itself_without_a_system_prompt() -> None:
    text = load_template("qwen-2.5").render([U]).text
    assert text.startswith("<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.")
    assert load_template("qwen-3").render([U]).text.startswith("<|im_start|>user\n")


@pytest.mark.parametrize("name", ["qwen-2.5", "qwen-3"])
def test_qwen_writes_tools_calls_and_replies_in_tags(name: str) -> None:
    tools = [{"type": "function", "function": {"name": "price"}}]
    text = load_template(name).render([U, CALL, TOOL, TOOL, A], tools=tools).text
    assert '<tools>\n{"type": "function", "function": {"name": "price"}}\n</tools>' in text
    assert (
        '<|im_start|>assistant\n<tool_call>\n{"name": "price", "arguments": {"of": "茶"}}\n</tool_call><|im_end|>'
        in text
    )
    reply = "<tool_response>\n10\n</tool_response>"
    assert f"<|im_start|>user\n{reply}\n{reply}<|im_end|>\n" in text


def test_llama_writes_one_call_a_turn() -> None:
    template = load_template("llama-3.1")
    text = template.render([U, CALL, TOOL, A]).text
    assert (
        '{"name": "price", "parameters": {"of": "茶"}}<|eot_id|><|start_header_id|>ipython<|end_header_id|>\n\n"10"'
        in text
    )
    with pytest.raises(RecordError, match="one tool call"):
        template.render([U, {**CALL, "tool_calls": CALL["tool_calls"] * 2}])


@pytest.mark.parametrize("name", STRICT)
@pytest.mark.parametrize("messages", [[U, U2, A], [A, U], [U, A, S, U2, A2], [S, S, U, A]])
def test_roles_out_of_order_are_refused_in_our_own_words(name: str, messages: list[Any]) -> None:
    with pytest.raises(RecordError, match="expected user and assistant in turn") as refused:
        load_template(name).render(messages)
    assert refused.value.reason == "template_refuses"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WITH_TOOLS])
def test_tool_calls_are_refused_where_there_is_no_place_for_them(name: str) -> None:
    with pytest.raises(RecordError) as refused:
        load_template(name).render([U, CALL])
    assert refused.value.reason == "template_refuses"


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(ChatTemplateError, match=r"chatml, qwen-2\.5"):
        load_template("x")


def test_a_template_cannot_leave_its_sandbox() -> None:
    with pytest.raises(ChatTemplateError, match="sandbox"):
        from_source("evil", "{{ messages.__class__.__mro__ }}{{ ''.__class__.__base__.__subclasses__() }}").render([U])
    with pytest.raises(ChatTemplateError, match="cannot be read"):
        from_source("broken", "{% for %}")


def test_a_foreign_templates_error_shows_no_text_of_the_row() -> None:
    loud = from_source("loud", "{{ raise_exception('no place for ' + messages[0].content) }}")
    plain = from_source("plain", "{{ raise_exception('roles must alternate') }}")
    with pytest.raises(RecordError) as refused:
        loud.render([{"role": "user", "content": "my secret"}])
    assert "secret" not in str(refused.value)
    with pytest.raises(RecordError, match="roles must alternate"):
        plain.render([U])


def test_a_tokenizers_folder_brings_its_template_and_tokens(tmp_path: Path) -> None:
    config = {
        "chat_template": "{{ bos_token }}{{ messages[0].content }}",
        "bos_token": {"content": "<B>"},
        "eos_token": None,
    }
    (tmp_path / "tokenizer_config.json").write_bytes(orjson.dumps(config))
    assert template_of_folder(tmp_path).render([U]).text == "<B>Hi"
    config["chat_template"] = [{"name": "default", "template": "x{{ messages[0].content }}"}]
    (tmp_path / "tokenizer_config.json").write_bytes(orjson.dumps(config))
    assert template_of_folder(tmp_path).render([U]).text == "xHi"
    (tmp_path / "chat_template.jinja").write_text("file:{{ messages[0].content }}")
    assert template_of_folder(tmp_path).render([U]).text == "file:Hi"


def test_a_folder_without_template_names_ours(tmp_path: Path) -> None:
    with pytest.raises(ChatTemplateError, match="--template"):
        template_of_folder(tmp_path)


def test_a_record_becomes_messages_that_templates_read() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "price", "arguments": '{"of": "tea"}'}}
    row = {
        "messages": [U, {"role": "assistant", "content": None, "tool_calls": [call]}, {**TOOL, "tool_call_id": "c"}, A]
    }
    messages = template_messages(parse_row(row).messages)
    assert messages[1]["tool_calls"][0]["function"]["arguments"] == {"of": "tea"}
    assert messages[2] == {"role": "tool", "content": "10", "tool_call_id": "c"}
    assert messages[0] == U


@given(st.lists(st.text(alphabet=st.characters(exclude_characters=[OPEN, CLOSE], exclude_categories=["Cs"]))))
def test_fences_come_off_and_tell_the_places(parts: list[str]) -> None:
    fenced = "".join(f"{OPEN}{part}{CLOSE}" if i % 2 else part for i, part in enumerate(parts))
    text, places = take_apart(fenced)
    assert text == "".join(parts)
    assert [text[a:b] for a, b in places] == parts[1::2]


def test_a_text_with_a_fence_is_refused() -> None:
    with pytest.raises(RecordError, match="FDD0"):
        load_template("chatml").render([{"role": "user", "content": f"a{OPEN}b"}, A])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_transformers_renders_and_masks_as_we_do(name: str) -> None:
    pytest.importorskip("transformers", reason="transformers comes with the extra `semantic`")
    from peers.byte_tokenizer import make

    template = load_template(name)
    tokenizer = make(template.source)
    tokenizer.bos_token, tokenizer.eos_token = template.bos_token or "<s>", template.eos_token
    for messages in ([U, A], [S, U, A, U2, {"role": "assistant", "content": "你好 <b>&"}]):
        text = tokenizer.apply_chat_template(messages, tokenize=False)
        own = from_source("own", template.source, {"bos_token": tokenizer.bos_token, "eos_token": tokenizer.eos_token})
        rendered = own.render(messages)
        assert text == rendered.text
        encoded = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
        spans = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        trained = [int(any(start <= a < end for start, end in rendered.answers)) for a, _ in spans]
        assert trained == encoded["assistant_masks"]
