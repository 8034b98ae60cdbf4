"""The format converter: any input, one output format, nothing lost unseen.

``python format_converter.py --input raw_data.csv --format alpaca`` writes ``raw_data.alpaca.jsonl`` beside the
input and, where rows
could not be converted, ``raw_data.quarantine.jsonl`` with their place, the reason and what they were.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from jobs.formats.export import Export, Exporter
from jobs.formats.registry import AUTO, FORMATS, parse_row
from jobs.record import RecordError
from jobs.sources.collect_rows import join_path
from jobs.sources.files import read_rows, suffix_of
from jobs.sources.rows import RawRow
from jobs.tools.command import UsageError, find_input, progress, read_fields, run

_EXAMPLES = """examples:
  python format_converter.py --input raw_data.csv --format alpaca
  python format_converter.py --input chats.json --format chatml --output chats.jsonl --force
  python format_converter.py --input faq.csv --format sharegpt --fields instruction=question output=answer
"""


@dataclass(slots=True)
class Conversion:
    """What a conversion did; ``reasons`` counts the quarantined rows."""

    export: Export
    quarantine: Path | None
    rows_in: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def quarantined(self) -> int:
        return sum(self.reasons.values())


def convert(
    inputs: Sequence[Path],
    output: Path,
    quarantine: Path,
    to: str,
    *,
    source_format: str = AUTO,
    fields: Mapping[str, str] | None = None,
) -> Conversion:
    """Convert files, streaming, into one file of the format ``to``; rows that cannot be go to ``quarantine``.

    The quarantine file is written only when there is something in it. Nothing is left behind when the conversion fails.
    """
    reasons: Counter[str] = Counter()
    rows_in = 0
    part = quarantine.with_name(quarantine.name + ".part")
    try:
        with Exporter(output, to) as exporter, part.open("wb") as refused, progress("converting") as step:
            for file in inputs:
                for raw in read_rows(file):
                    rows_in += 1
                    step()
                    error = _convert_row(raw, exporter, source_format, fields)
                    if error is not None:
                        reasons[error.reason] += 1
                        refused.write(orjson.dumps(_place(file, raw, error), option=orjson.OPT_APPEND_NEWLINE))
        if reasons:
            part.replace(quarantine)
    finally:
        part.unlink(missing_ok=True)
    return Conversion(exporter.result, quarantine if reasons else None, rows_in, reasons)


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit code 0 when something was written, 1 when no row could be, 2 for a user's mistake."""
    arguments = _parser().parse_args(argv)
    return run(lambda: _main(arguments), "format_converter")


def _main(arguments: argparse.Namespace) -> int:
    if arguments.format not in FORMATS:
        raise UsageError(f"unknown format {arguments.format!r}; expected one of {', '.join(FORMATS)}")
    if arguments.input_format != AUTO and arguments.input_format not in FORMATS:
        raise UsageError(f"unknown input format {arguments.input_format!r}; expected auto, {', '.join(FORMATS)}")
    fields = read_fields(arguments.fields)
    inputs = find_input(arguments.input)
    output, quarantine = _outputs(arguments, inputs)
    done = convert(inputs, output, quarantine, arguments.format, source_format=arguments.input_format, fields=fields)
    sys.stdout.write(_summary(done) if not arguments.json else _summary_json(done))
    return 0 if done.export.rows else 1


def _convert_row(
    raw: RawRow, exporter: Exporter, source_format: str, fields: Mapping[str, str] | None
) -> RecordError | None:
    if raw.error is not None:
        return raw.error
    try:
        exporter.write(parse_row(raw.value, source_format, fields))
    except RecordError as error:
        return error
    return None


def _place(file: Path, raw: RawRow, error: RecordError) -> dict[str, Any]:
    content = raw.raw or orjson.dumps(raw.value, default=repr)
    return {
        "file": str(file),
        "row": raw.row,
        "line": raw.line,
        "path": join_path(raw.path, error.path),
        "reason": error.reason,
        "detail": error.detail,
        "raw": content.decode("utf-8", "backslashreplace"),
    }


def _outputs(arguments: argparse.Namespace, inputs: list[Path]) -> tuple[Path, Path]:
    if arguments.output:
        output = Path(arguments.output)
        stem = output.name.removesuffix(".jsonl").removesuffix(".json")
        if output.is_dir() or not output.parent.is_dir():
            raise UsageError(f"--output: expected a file in a folder that exists, came {output}")
    elif len(inputs) > 1:
        raise UsageError(f"{arguments.input} names {len(inputs)} files; say with --output where the rows of all go")
    else:
        stem = _stem(inputs[0])
        output = inputs[0].with_name(f"{stem}.{arguments.format}.jsonl")
    quarantine = output.with_name(f"{stem}.quarantine.jsonl")
    for file in (output, quarantine):
        if any(file.exists() and file.samefile(source) for source in inputs):
            raise UsageError(f"{file} is the input itself; name another file with --output")
        if file.exists() and not arguments.force:
            raise UsageError(f"{file} exists; overwrite it with --force, or name another file with --output")
    if arguments.force:
        quarantine.unlink(missing_ok=True)
    return output, quarantine


def _stem(path: Path) -> str:
    """The file's name without what ``suffix_of`` reads: ``a.b.jsonl.gz`` -> ``a.b``."""
    suffix = suffix_of(path)
    at = path.name.lower().rfind(suffix) if suffix else -1
    return path.name[:at] if at > 0 else path.stem or path.name


def _summary(done: Conversion) -> str:
    export = done.export
    lines = [f"{done.rows_in:,} rows in, {export.rows:,} written, {done.quarantined:,} quarantined"]
    lines.append(f"written to {export.path} ({export.format}, {export.bytes:,} bytes)")
    if done.quarantine:
        lines.append(f"quarantined rows, with place and reason: {done.quarantine}")
        lines += [f"  {count:>9,}  {reason}" for reason, count in done.reasons.most_common()]
    if export.lost:
        lines.append(f"what the format {export.format} cannot hold:")
        lines += [f"  {count:>9,}  {name}" for name, count in Counter(export.lost).most_common()]
    if export.out_of_order:
        lines.append(
            f"{export.out_of_order:,} dialogues do not alternate between user and assistant, or do not end with an "
            "answer: LLaMA-Factory would drop them"
        )
    return "\n".join(lines) + "\n"


def _summary_json(done: Conversion) -> str:
    export = done.export
    return (
        orjson.dumps(
            {
                "rows_in": done.rows_in,
                "written": export.rows,
                "quarantined": done.quarantined,
                "reasons": dict(done.reasons),
                "output": str(export.path),
                "quarantine": str(done.quarantine) if done.quarantine else None,
                "sha256": export.sha256,
                "lost": export.lost,
                "out_of_order": export.out_of_order,
            },
            option=orjson.OPT_INDENT_2,
        ).decode()
        + "\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="format_converter",
        description="Convert a data set into another format; bad rows are kept apart.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--input", required=True, help="JSON, JSON Lines, CSV, TSV, Parquet or text; also packed by gzip or zstd"
    )
    parser.add_argument("--format", required=True, help=f"what to write: {', '.join(FORMATS)}")
    parser.add_argument("--output", help="default: beside the input, such as raw_data.alpaca.jsonl")
    parser.add_argument("--force", action="store_true", help="overwrite files that exist")
    parser.add_argument("--input-format", default=AUTO, help="default: told by each row")
    parser.add_argument(
        "--fields",
        nargs="+",
        default=[],
        metavar="OURS=THEIRS",
        help="which columns mean what: instruction=question output=answer",
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    return parser
