"""What the tools share: user mistakes as one line, files that are asked for and written, common options."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from jobs.formats.registry import AUTO, FORMATS
from jobs.formats.table import check_fields
from jobs.sources.files import list_files
from jobs.sources.merged_rows import Merging
from jobs.sources.source_rows import SourceFields, SourceLike


class UsageError(Exception):
    """A mistake of the person at the keyboard; the message says what was expected, and the exit code is 2."""


def run(command: Callable[[], int], name: str) -> int:
    """Run a command; a mistake of its user is one line on standard error and exit code 2."""
    try:
        return command()
    except UsageError as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 2
    except BrokenPipeError:
        # The reader of our output has gone (`... | head`): nobody is left to tell, and Python must not try at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        sys.stderr.write(f"{name}: {error.strerror or 'cannot be read or written'}: {error.filename}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write(f"\n{name}: stopped; nothing half written is left\n")
        return 130


def parser_of(program: str, description: str, examples: str) -> argparse.ArgumentParser:
    """A command's parser; its help ends with ``examples``, laid out as they are."""
    return argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def find_input(given: str) -> list[Path]:
    """The files that were asked for, at least one.

    Raises:
        UsageError: there is none, or what is there is no file of rows.
    """
    try:
        files = list_files(given)
        path = Path(given)
        if files:
            return files
        if path.is_dir():
            raise UsageError(f"no data file in the folder {given}; expected JSON, JSON Lines, CSV, Parquet or text")
        if path.exists():
            raise UsageError(f"{given} is a device, a socket or a pipe; expected a file: write it to one first")
    except ValueError:  # a NUL in the name
        raise UsageError("no such file: the name holds a NUL character") from None
    folder = path.parent
    near = sorted(p.name for p in folder.glob("*") if p.is_file())[:5] if folder.is_dir() else []
    hint = f"; in that folder are {', '.join(near)}" if near else ""
    raise UsageError(f"no such file: {given}; expected a file, a folder or a pattern{hint}")


def refuse_overwriting(outputs: Iterable[Path], inputs: Sequence[Path], *, force: bool, option: str) -> None:
    """Refuses to write over a file that is there, unless forced, and over an input in any case.

    Raises:
        UsageError: naming the file and, with ``option``, what to do.
    """
    for file in outputs:
        if file.is_dir() or not file.parent.is_dir():
            raise UsageError(f"{option}: expected a file in a folder that exists, came {file}")
        if any(file.exists() and file.samefile(source) for source in inputs):
            raise UsageError(f"{file} is the input itself; name another file with {option}")
        if file.exists() and not force:
            raise UsageError(f"{file} exists; overwrite it with --force, or name another file with {option}")


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """The options of a command that writes a file and tells of it."""
    parser.add_argument("--force", action="store_true", help="overwrite files that exist")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def add_format_options(parser: argparse.ArgumentParser) -> None:
    """The options that say what each row is."""
    parser.add_argument("--input-format", default=AUTO, help=f"auto, {', '.join(FORMATS)}; default: told by each row")
    parser.add_argument(
        "--fields",
        nargs="+",
        default=[],
        metavar="OURS=THEIRS",
        help="which columns mean what: instruction=question output=answer; image=photo caption=text",
    )


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Those, and the options by which columns are made into dialogues."""
    add_format_options(parser)
    parser.add_argument("--instruction", help="what is asked about each image; with --fields image=... caption=...")
    parser.add_argument("--merged-prompt", help="a table's columns as one question: 'Age: {age}.[[ Fare: {fare}.]]'")
    parser.add_argument("--output-column", help="the column of the answer to --merged-prompt")
    parser.add_argument(
        "--conversation-extension", type=int, default=1, metavar="N", help="join N rows of a merged prompt into one"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the draw that joins rows; default %(default)s")


def read_source(arguments: argparse.Namespace) -> SourceLike:
    """How to read the input, by the options of ``add_reading_options``.

    Raises:
        UsageError: an unknown format or field, a merged prompt that cannot be read, options that miss each other.
    """
    check_input_format(arguments.input_format)
    shaping = {
        "instruction": arguments.instruction,
        "merged_prompt": arguments.merged_prompt,
        "output_column_name": arguments.output_column,
        "conversation_extension": arguments.conversation_extension,
    }
    pairs = _read_pairs(arguments.fields)
    if set(shaping.values()) == {None, 1} and "image" not in pairs:
        return SourceFields(format=arguments.input_format, fields=_checked(pairs))
    from pydantic import ValidationError

    from jobs.spec import SourceSpec

    given = {"name": "input", "kind": "external", "path": "", "fields": pairs, "seed": arguments.seed, **shaping}
    try:
        source = SourceSpec.model_validate(given)
        Merging.of(source)
    except ValidationError as error:
        told = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UsageError(f"{told} (on the command line --merged-prompt, --output-column, ...)") from None
    except ValueError as error:
        raise UsageError(str(error)) from None
    return source


def check_input_format(name: str) -> None:
    """Raises:
    UsageError: there is no such format.
    """
    if name != AUTO and name not in FORMATS:
        raise UsageError(f"unknown input format {name!r}; expected auto, {', '.join(FORMATS)}")


def read_fields(pairs: Iterable[str]) -> dict[str, str]:
    """``ours=theirs`` pairs of the command line.

    Raises:
        UsageError: a pair is no pair, or names a field that we do not have.
    """
    return _checked(_read_pairs(pairs))


def _read_pairs(pairs: Iterable[str]) -> dict[str, str]:
    fields = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not equals or not ours or not theirs:
            raise UsageError("--fields: expected pairs like instruction=question (our name = the file's column)")
        fields[ours] = theirs
    return fields


def _checked(fields: dict[str, str]) -> dict[str, str]:
    try:
        check_fields(fields)
    except ValueError as error:
        raise UsageError(f"--fields: {error}") from None
    return fields
