"""The tools among the ``gristmill`` commands: each hands its arguments to a module of ``jobs/tools`` unread.

They need neither Spark nor Prefect and start in under a second, so nothing is imported before a command is called.
"""

from __future__ import annotations

from importlib import import_module

import typer

_SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True}


def add_tools(app: typer.Typer) -> None:
    """Adds the commands, in this order."""
    for command in (convert, health, check, render, preview, dedup, similarity, decontaminate, pii):
        app.command(context_settings=_SETTINGS, add_help_option=False)(command)


def convert(context: typer.Context) -> None:
    """Convert a file from any format into another: the same as format_converter.py.

    Example: gristmill convert --input raw_data.csv --format alpaca
    """
    _run("convert", context)


def health(context: typer.Context) -> None:
    """Look a data set's risks over: the same as data_health_check.py.

    Example: gristmill health --dataset your_dataset.json
    """
    _run("health", context)


def check(context: typer.Context) -> None:
    """Say which rows a trainer would drop, and why, by its own rules.

    Example: gristmill check train.jsonl --target llamafactory
    """
    _run("check", context)


def render(context: typer.Context) -> None:
    """Write dialogues as the text that a model is trained on, by a chat template.

    Example: gristmill render chats.jsonl text.jsonl --template chatml
    """
    _run("render", context)


def preview(context: typer.Context) -> None:
    """Show which parts of a row are trained, masked or beyond the cut-off.

    Example: gristmill preview train.jsonl --row 7 --template qwen --cutoff 2048
    """
    _run("preview", context)


def dedup(context: typer.Context) -> None:
    """Find the duplicates in a file: exact, near or by meaning, each with the row that stands for it.

    Example: gristmill dedup near faq.jsonl faq.near.jsonl --column text --threshold 0.8
    """
    _run("dedup", context)


def similarity(context: typer.Context) -> None:
    """Say how alike the two texts of each pair are, and what forbids to merge them.

    Example: gristmill similarity pairs.jsonl scored.jsonl --by near
    """
    _run("similarity_pairs", context)


def decontaminate(context: typer.Context) -> None:
    """Find the rows that hold a question of an evaluation set, and say which question.

    Example: gristmill decontaminate train.jsonl clean.jsonl --protected gsm8k.jsonl
    """
    _run("decontaminate", context)


def pii(context: typer.Context) -> None:
    """Find the personal data of a file, or measure how well it is found.

    Example: gristmill pii scan chats.jsonl spans.jsonl --column text
    """
    _run("pii", context)


def _run(tool: str, context: typer.Context) -> None:
    raise typer.Exit(import_module(f"jobs.tools.{tool}").main(context.args))
