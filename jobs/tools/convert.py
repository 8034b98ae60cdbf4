"""The format converter: any input, one output format, nothing lost unseen.

``python format_converter.py --input raw_data.csv --format alpaca`` writes ``raw_data.alpaca.jsonl`` beside the input
and, where rows could not be converted, ``raw_data.quarantine.jsonl`` with their place, the reason and what they were.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jobs.formats.export import Exporter
from jobs.formats.registry import FORMATS
from jobs.record import Record, RecordError
from jobs.sources.captioned_images import FOLDER as MEDIA
from jobs.sources.files import suffix_of
from jobs.sources.rows import RawRow
from jobs.sources.source_rows import SourceFields, SourceLike, SourceRows
from jobs.tools import command, csv_output
from jobs.tools.command import UsageError
from jobs.tools.conversion_report import Conversion, summary_json, summary_text
from jobs.tools.csv_output import CsvWriter
from jobs.tools.json_output import written_together
from jobs.tools.places import Place, Places
from jobs.tools.progress import progress
from jobs.tools.quarantine import not_json, quarantined, settled

_EXAMPLES = """examples:
  python format_converter.py --input raw_data.csv --format alpaca
  python format_converter.py --input chats.json --format chatml --output chats.jsonl --force
  python format_converter.py --input faq.csv --format sharegpt --fields instruction=question output=answer
  python format_converter.py --input titanic.csv --format alpaca \\
      --merged-prompt '乘客信息:[[年龄:{age}。]][[票价:{fare}。]]' --output-column survived
  python format_converter.py --input photos.csv --format chatml \\
      --fields image=file caption=text --instruction 'What does the picture show?'
  python format_converter.py --input chats.json --format csv
  python format_converter.py --input chats.table.csv --format alpaca --unescape-formulas
"""


def convert(
    inputs: Sequence[Path],
    output: Path,
    quarantine: Path,
    to: str,
    *,
    source: SourceLike | None = None,
    unescape: bool = False,
) -> Conversion:
    """Convert files, streaming, into one file of the format ``to``; rows that cannot be go to ``quarantine``.

    The quarantine file is written only when there is something in it. Nothing is left behind when the conversion fails.

    Args:
        to: a name of ``FORMATS``, or ``csv``.
        source: how to read the files; by default each row tells. Its images are stored in a folder beside ``output``.
        unescape: take back what ``csv_output.neutralise`` did to the cells of the input.
    """
    rows = SourceRows(inputs, source or SourceFields(), output.parent / MEDIA)
    reasons: Counter[str] = Counter()
    lost: dict[str, Places] = {}
    rows_in = 0
    writer = CsvWriter(output) if to == csv_output.NAME else Exporter(output, to)
    with written_together(quarantine) as (refused,), writer, progress("converting", inputs) as shown:
        step, parse = shown.step, rows.parse
        for file in inputs:
            for raw in rows.read(file, shown.seen):
                rows_in += 1
                step()
                try:
                    for name in _convert_row(raw, writer, parse, unescape):
                        lost.setdefault(name, Places()).add(Place(str(file), raw.row, raw.line))
                except RecordError as error:
                    reasons[error.reason] += 1
                    refused.write(quarantined(file, raw, error))
    return Conversion(writer.result, settled(quarantine, reasons), rows_in, reasons, lost)


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit code 0 when something was written, 1 when no row could be, 2 for a user's mistake."""
    arguments = _parser().parse_args(argv)
    return command.run(lambda: _main(arguments), "format_converter")


def _main(arguments: argparse.Namespace) -> int:
    if arguments.format not in FORMATS and arguments.format != csv_output.NAME:
        expected = ", ".join([*FORMATS, csv_output.NAME])
        raise UsageError(f"unknown format {arguments.format!r}; expected one of {expected}")
    source = command.read_source(arguments)
    inputs = command.find_input(arguments.input)
    output, quarantine = _outputs(arguments, inputs)
    done = convert(
        inputs,
        output,
        quarantine,
        arguments.format,
        source=source,
        unescape=arguments.unescape_formulas,
    )
    sys.stdout.write(summary_json(done) if arguments.json else summary_text(done))
    sys.stdout.flush()
    return 0 if done.export.rows else 1


def _convert_row(
    raw: RawRow,
    writer: Exporter | CsvWriter,
    parse: Callable[[Any], Record],
    unescape: bool,
) -> list[str]:
    """Parses and writes a row; gives what the target could not hold of it.

    Raises:
        RecordError: the row could not be read, has no place in a record, or the record none in the target.
    """
    if raw.error is not None:
        raise raw.error
    try:
        return writer.write(parse(csv_output.restore_row(raw.value or {}) if unescape else raw.value))
    except (RecursionError, TypeError) as error:
        raise not_json(error) from None


def _outputs(arguments: argparse.Namespace, inputs: list[Path]) -> tuple[Path, Path]:
    if arguments.output:
        output = Path(arguments.output)
        stem = output.name.removesuffix(".jsonl").removesuffix(".json").removesuffix(".csv")
    elif len(inputs) > 1:
        raise UsageError(f"{arguments.input} names {len(inputs)} files; say with --output where the rows of all go")
    else:
        stem = _stem(inputs[0])
        ending = "table.csv" if arguments.format == csv_output.NAME else f"{arguments.format}.jsonl"
        output = inputs[0].with_name(f"{stem}.{ending}")
    quarantine = output.with_name(f"{stem}.quarantine.jsonl")
    command.refuse_overwriting((output, quarantine), inputs, force=arguments.force, option="--output")
    return output, quarantine


def _stem(path: Path) -> str:
    """The file's name without what ``suffix_of`` reads: ``a.b.jsonl.gz`` -> ``a.b``."""
    suffix = suffix_of(path)
    at = path.name.lower().rfind(suffix) if suffix else -1
    return path.name[:at] if at > 0 else path.stem or path.name


def _parser() -> argparse.ArgumentParser:
    parser = command.parser_of(
        "format_converter", "Convert a data set into another format; bad rows are kept apart.", _EXAMPLES
    )
    parser.add_argument(
        "--input", required=True, help="JSON, JSON Lines, CSV, TSV, Parquet or text; also packed by gzip or zstd"
    )
    parser.add_argument("--format", required=True, help=f"what to write: {', '.join(FORMATS)}, csv")
    parser.add_argument("--output", help="default: beside the input, such as raw_data.alpaca.jsonl")
    parser.add_argument(
        "--unescape-formulas",
        action="store_true",
        help="the input is CSV that this tool wrote: take the ' before = + - @ off again",
    )
    command.add_output_options(parser)
    command.add_reading_options(parser)
    return parser
