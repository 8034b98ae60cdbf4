"""The options --template and --tokenizer, shared by the tools that render or measure rows."""

from __future__ import annotations

import argparse
from pathlib import Path

from jobs.formats.chat_templates.render import (
    NAMES,
    ChatTemplate,
    ChatTemplateError,
    from_source,
    load_template,
    template_of_folder,
)
from jobs.formats.tokens import Counter, HubTokenizer, TokenizerError, load_counter
from jobs.tools.command import UsageError

# Takes every order of roles and tool calls, so that a length is seldom missing for the template's sake.
DEFAULT_TEMPLATE = "qwen-2.5"


def add_template_arguments(parser: argparse.ArgumentParser, default: str | None) -> None:
    """Adds both options; without a ``default`` one of the two is asked for."""
    fallback = f"; default: the tokenizer's own, else {default}" if default else ""
    parser.add_argument("--template", help=f"chat template: {', '.join(NAMES)}{fallback}")
    parser.add_argument(
        "--tokenizer", metavar="DIR_OR_ID", help="a folder with tokenizer.json, or a name on the hub; default: estimate"
    )


def counter_and_template(arguments: argparse.Namespace, default: str | None) -> tuple[Counter, ChatTemplate]:
    """What the two options mean; a tokenizer brings its own template unless another is named.

    Raises:
        UsageError: there is no such template or tokenizer, or neither was named and there is no default.
    """
    try:
        if arguments.template:
            return load_counter(arguments.tokenizer), load_template(arguments.template)
        if arguments.tokenizer:
            counter = load_counter(arguments.tokenizer)
            return counter, _template_of(arguments.tokenizer, counter, default)
        if default is None:
            raise UsageError(f"say how to render with --template NAME ({', '.join(NAMES)}) or --tokenizer DIR_OR_ID")
        return load_counter(), load_template(default)
    except (TokenizerError, ChatTemplateError) as error:
        raise UsageError(str(error)) from None


def template_for(arguments: argparse.Namespace) -> ChatTemplate:
    """The template alone, for rendering: a folder need not hold ``tokenizer.json`` then.

    Raises:
        UsageError: as ``counter_and_template``.
    """
    if not arguments.template and arguments.tokenizer and Path(arguments.tokenizer).is_dir():
        try:
            return template_of_folder(Path(arguments.tokenizer))
        except ChatTemplateError as error:
            raise UsageError(str(error)) from None
    return counter_and_template(arguments, None)[1]


def _template_of(tokenizer: str, counter: Counter, default: str | None) -> ChatTemplate:
    path = Path(tokenizer)
    try:
        if isinstance(counter, HubTokenizer):
            own = counter.tokenizer
            if not isinstance(own.chat_template, str):
                raise ChatTemplateError(f"the tokenizer {tokenizer} has no chat template; name one with --template")
            return from_source(tokenizer, own.chat_template, {k: str(v) for k, v in own.special_tokens_map.items()})
        return template_of_folder(path if path.is_dir() else path.parent)
    except ChatTemplateError:
        if default is None:
            raise
        return load_template(default)
