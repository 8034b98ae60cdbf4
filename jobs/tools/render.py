"""Dialogues as the text that a model is trained on: ``gristmill render chats.jsonl out.jsonl --template chatml``.

A dialogue becomes ``{"text"}``, a pair ``{"prompt", "chosen", "rejected"}`` and a judged dialogue ``{"prompt",
"completion", "label"}``, as TRL reads them. A row that the template refuses (roles out of order, tool calls where it
has no place for them) goes to the quarantine file beside the output, with its place and the reason.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.formats.chat_templates.render import ChatTemplate, template_messages, tools_of
from jobs.record import Message, Record, RecordError
from jobs.sources.rows import RawRow
from jobs.sources.source_rows import SourceFields, SourceLike, SourceRows
from jobs.tools import command
from jobs.tools.json_output import json_line, json_report
from jobs.tools.progress import progress
from jobs.tools.quarantine import FileOutcome, quarantine_of
from jobs.tools.templates import add_template_arguments, template_for

_EXAMPLES = """examples:
  gristmill render chats.jsonl text.jsonl --template chatml
  gristmill render chats.jsonl text.jsonl --template llama-3 --keep
  gristmill render questions.jsonl prompts.jsonl --tokenizer ./my-model --generation-prompt
"""


@dataclass(slots=True)
class Rendering(FileOutcome):
    """What rendering a file came to: rows that were read, and those of them that were rendered."""

    rows_in: int = 0
    rendered: int = 0


def render_record(record: Record, template: ChatTemplate, *, add_generation_prompt: bool = False) -> dict[str, Any]:
    """The columns of a rendered record.

    Args:
        add_generation_prompt: end the text with the words that ask for an answer: for prompts, not for training.

    Raises:
        RecordError: the template refuses the record.
    """
    tools = tools_of(record)

    def write(messages: Sequence[Message], ask: bool = False) -> str:
        return template.render(template_messages(messages), tools=tools, add_generation_prompt=ask).text

    if record.kind == "text":
        return {"text": record.text or ""}
    if record.kind == "preference":
        prompt = write(record.messages, ask=True)
        chosen, rejected = (write([*record.messages, *answer]) for answer in (record.chosen, record.rejected))
        # What the three share, where a template writes other words before an answer than it asks for one with.
        prompt = _shared(_shared(prompt, chosen), rejected)
        return {"prompt": prompt, "chosen": chosen[len(prompt) :], "rejected": rejected[len(prompt) :]}
    if record.kind == "prompt":
        return {"prompt": write(record.messages, ask=True)}
    if record.kind == "unpaired_preference":
        whole = write(record.messages)
        prompt = _shared(write(record.messages[:-1], ask=True), whole)
        return {"prompt": prompt, "completion": whole[len(prompt) :], "label": record.label}
    return {"text": write(record.messages, ask=add_generation_prompt)}


def render_files(
    inputs: Sequence[Path],
    output: Path,
    template: ChatTemplate,
    *,
    add_generation_prompt: bool = False,
    keep: bool = False,
    source: SourceLike | None = None,
) -> Rendering:
    """Render files, streaming, into one file of JSON Lines; nothing is left behind when it fails.

    Args:
        keep: keep the row's other columns beside the rendered ones.
        source: how to read the files; by default each row tells.
    """
    rows = SourceRows(inputs, source or SourceFields())
    done = Rendering(output)
    with done.written() as (good, bad), progress("rendering", inputs) as shown:
        for file in inputs:
            for raw in rows.read(file, shown.seen):
                shown.step()
                done.rows_in += 1
                try:
                    row = _render_row(raw, rows, template, add_generation_prompt)
                except RecordError as error:
                    done.refuse(bad, file, raw, error)
                    continue
                kept = raw.value if keep and raw.value else {}
                good.write(json_line({**kept, **row}))
                done.rendered += 1
    return done


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit code 0 when something was written, 1 when no row could be, 2 for a user's mistake."""
    arguments = _parser().parse_args(argv)
    return command.run(lambda: _main(arguments), "render")


def _main(arguments: argparse.Namespace) -> int:
    template = template_for(arguments)
    source = command.read_source(arguments)
    inputs, output = command.find_input(arguments.input), Path(arguments.output)
    written = (output, quarantine_of(output))
    command.refuse_overwriting(written, inputs, force=arguments.force, option="OUT")
    done = render_files(
        inputs,
        output,
        template,
        add_generation_prompt=arguments.generation_prompt,
        keep=arguments.keep,
        source=source,
    )
    sys.stdout.write(_summary_json(done) if arguments.json else _summary(done, template))
    return 0 if done.rendered else 1


def _shared(first: str, second: str) -> str:
    """The longest beginning of both."""
    end = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second)))
    return first[:end]


def _render_row(raw: RawRow, rows: SourceRows, template: ChatTemplate, ask: bool) -> dict[str, Any]:
    if raw.error is not None:
        raise raw.error
    return render_record(rows.parse(raw.value), template, add_generation_prompt=ask)


def _summary(done: Rendering, template: ChatTemplate) -> str:
    lines = [f"{done.rows_in:,} rows in, {done.rendered:,} written, {done.refused:,} quarantined"]
    lines.append(f"written to {done.output} by the template {template.name}")
    return "\n".join([*lines, *done.told_last()]) + "\n"


def _summary_json(done: Rendering) -> str:
    counts = {"rows_in": done.rows_in, "written": done.rendered, "quarantined": done.refused}
    return json_report({**counts, **done.json_last()})


def _parser() -> argparse.ArgumentParser:
    parser = command.parser_of("gristmill render", "Write dialogues as text by a chat template.", _EXAMPLES)
    parser.add_argument("input", metavar="IN", help="a file, folder or pattern of dialogues in any format")
    parser.add_argument("output", metavar="OUT", help="a JSON Lines file")
    add_template_arguments(parser, None)
    parser.add_argument(
        "--generation-prompt", action="store_true", help="end with the words that ask for an answer (not for training)"
    )
    parser.add_argument("--keep", action="store_true", help="keep the row's other columns beside the text")
    command.add_output_options(parser)
    command.add_reading_options(parser)
    return parser
