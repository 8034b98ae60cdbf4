"""A dialogue as the text that a model is trained on, by a Jinja chat template in a sandbox.

The environment is that of ``transformers`` (``utils/chat_template_utils.py``): immutable sandbox, ``trim_blocks`` and
``lstrip_blocks``, loop controls, ``tojson`` that leaves characters as they are, ``raise_exception``. There is no clock
in it (``strftime_now``): the same row renders the same tomorrow, and templates that ask fall back to their own date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import orjson
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from jobs.formats.chat_templates.generation import CLOSE, OPEN, Generation, take_apart
from jobs.record import Message, Record, RecordError

FOLDER = Path(__file__).parent
# name -> (file, begin token, end token): what a template writes by itself. Names as Unsloth and the guide have them.
_OWN = {
    "chatml": ("chatml", "", "<|im_end|>"),
    "qwen-2.5": ("qwen-2.5", "", "<|im_end|>"),
    "qwen-3": ("qwen-3", "", "<|im_end|>"),
    "llama-3": ("llama-3", "<|begin_of_text|>", "<|eot_id|>"),
    "llama-3.1": ("llama-3.1", "<|begin_of_text|>", "<|eot_id|>"),
    "gemma-3": ("gemma-3", "<bos>", "<end_of_turn>"),
    "mistral": ("mistral", "<s>", "</s>"),
    "mistral-v7": ("mistral-v7", "<s>", "</s>"),
    "phi-3": ("phi-3", "", "<|endoftext|>"),
    "phi-4": ("phi-4", "", "<|im_end|>"),
    "zephyr": ("zephyr", "", "</s>"),
    "vicuna": ("vicuna", "<s>", "</s>"),
    "alpaca": ("alpaca", "", "</s>"),
}
ALIASES = {"qwen": "qwen-2.5", "qwen2.5": "qwen-2.5", "qwen3": "qwen-3", "llama3": "llama-3", "gemma3": "gemma-3"}
NAMES = (*_OWN, "qwen")


class ChatTemplateError(ValueError):
    """A template that cannot be had or read; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A dialogue as text.

    Attributes:
        text: what the template wrote.
        answers: start and end in ``text`` of what the template marks as the assistant's, in order; empty where it
            marks nothing.
    """

    text: str
    answers: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class ChatTemplate:
    """A template, its source and the special tokens that it writes.

    Attributes:
        own: one of ours; its messages hold nothing of a row.
    """

    name: str
    source: str
    bos_token: str = ""
    eos_token: str = ""
    own: bool = True
    special: Mapping[str, str] = field(default_factory=dict)

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        tools: Sequence[Any] | None = None,
        add_generation_prompt: bool = False,
    ) -> Rendered:
        """The dialogue as text.

        Args:
            messages: role, content and what else a template reads, as ``template_messages`` gives them.
            add_generation_prompt: end with the words that make the model answer; off for training.

        Raises:
            RecordError: ``template_refuses`` for an order of roles, or anything else, that the template does not take;
                ``noncharacter`` for a text with one of the two that mark answers.
        """
        _refuse_fences(messages)
        try:
            written = _compiled(self.source).render(
                messages=[dict(m) for m in messages],
                tools=list(tools) if tools else None,
                documents=None,
                add_generation_prompt=add_generation_prompt,
                **{**self.special, "bos_token": self.bos_token, "eos_token": self.eos_token},
            )
        except SecurityError:
            raise ChatTemplateError(f"the template {self.name} asks for what its sandbox does not allow") from None
        except TemplateError as error:
            raise RecordError("template_refuses", f"{self.name}: {self._words_of(error)}", "$.messages") from None
        except (TypeError, KeyError, IndexError, AttributeError, ValueError) as error:
            detail = f"{self.name}: the template cannot be filled with this row ({type(error).__name__})"
            raise RecordError("template_refuses", detail, "$.messages") from None
        return Rendered(*_apart(written))

    def _words_of(self, error: TemplateError) -> str:
        """The template's own words; those of a template that is not ours only where they are part of its source,
        since some put a piece of the row into them."""
        message = error.message or type(error).__name__
        return message if self.own or message in self.source else f"it refuses this row ({type(error).__name__})"


def load_template(name: str) -> ChatTemplate:
    """One of our own templates.

    Raises:
        ChatTemplateError: there is none of that name.
    """
    found = _OWN.get(ALIASES.get(name, name))
    if found is None:
        raise ChatTemplateError(f"unknown template {name!r}; expected one of {', '.join(NAMES)}")
    file, bos, eos = found
    return ChatTemplate(name, (FOLDER / f"{file}.jinja").read_text("utf-8"), bos, eos)


def template_of_folder(folder: Path) -> ChatTemplate:
    """The chat template of a tokenizer's folder: ``chat_template.jinja``, else that in ``tokenizer_config.json``.

    Raises:
        ChatTemplateError: the folder has none.
    """
    config: dict[str, Any] = {}
    if (folder / "tokenizer_config.json").is_file():
        try:
            config = orjson.loads((folder / "tokenizer_config.json").read_bytes())
        except orjson.JSONDecodeError:
            raise ChatTemplateError(f"{folder}/tokenizer_config.json: expected JSON") from None
    source = config.get("chat_template")
    if isinstance(source, list):  # several by name, of which `default` is for chats
        source = next((t.get("template") for t in source if t.get("name") == "default"), None)
    if (folder / "chat_template.jinja").is_file():
        source = (folder / "chat_template.jinja").read_text("utf-8")
    if not isinstance(source, str) or not source:
        raise ChatTemplateError(
            f"{folder}: expected a chat template in chat_template.jinja or tokenizer_config.json; "
            f"name one of ours with --template: {', '.join(NAMES)}"
        )
    named = ((key, _token(value)) for key, value in config.items() if key.endswith("_token"))
    special = {key: token for key, token in named if token is not None}
    return from_source(folder.name, source, special)


def from_source(name: str, source: str, special: Mapping[str, str] | None = None) -> ChatTemplate:
    """A template that is not ours, with the special tokens of its tokenizer by name (``bos_token``, ...).

    Raises:
        ChatTemplateError: it is no Jinja.
    """
    try:
        _compiled(source)
    except TemplateError as error:
        raise ChatTemplateError(f"the chat template of {name} cannot be read: {error.message}") from None
    tokens = dict(special or {})
    return ChatTemplate(name, source, tokens.pop("bos_token", ""), tokens.pop("eos_token", ""), False, tokens)


def template_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """A record's messages as templates read them: keys that say nothing left out, tool calls as objects."""
    return [_plain(message) for message in messages]


def tools_of(record: Record) -> list[Any] | None:
    """A record's declared tools as values."""
    return orjson.loads(record.tools) if record.tools else None


def _plain(message: Message) -> dict[str, Any]:
    plain: dict[str, Any] = {"role": message.role, "content": message.content or ""}
    if message.tool_calls is not None:
        plain["tool_calls"] = orjson.loads(message.tool_calls)
    for key in ("name", "tool_call_id"):
        if getattr(message, key) is not None:
            plain[key] = getattr(message, key)
    return plain


def _token(value: Any) -> str | None:
    text = value.get("content") if isinstance(value, dict) else value
    return text if isinstance(text, str) else None


def _refuse_fences(messages: Sequence[Mapping[str, Any]]) -> None:
    for i, message in enumerate(messages):
        text = repr(message) if message.get("tool_calls") else message.get("content")
        if isinstance(text, str) and (OPEN in text or CLOSE in text):
            raise RecordError(
                "noncharacter", "expected no U+FDD0 or U+FDD1, which no text may hold", f"$.messages[{i}]"
            )


def _apart(written: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    text, places = take_apart(written)
    return text, tuple(places)


def _raise(message: str) -> NoReturn:
    raise TemplateError(message)


def _tojson(value: Any, ensure_ascii: bool = False, indent: int | None = None, **options: Any) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, **options)


@lru_cache(maxsize=32)
def _compiled(source: str) -> Any:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise
    return environment.from_string(source)
