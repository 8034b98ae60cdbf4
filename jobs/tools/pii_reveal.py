"""Reading back what remove_pii replaced, for who holds the key (``gristmill pii reveal``)."""

from __future__ import annotations

import argparse
import sys
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from jobs.privacy.mapping import MappingError, open_sealed
from jobs.privacy.secrets import KEY_VARIABLE, SecretError, read_key
from jobs.tools.command import UsageError
from jobs.tools.json_output import json_line


def add_options(add: Any) -> None:
    """The command's arguments, by a parser's ``add_argument``."""
    add(
        "table",
        metavar="TABLE",
        help="the mapping: raw/DATASET/pii_mapping in the lake, the table that `mapping` names, or OUT.mapping.jsonl",
    )
    add("record", nargs="*", metavar="RECORD", help="ids of records; default: all of the table")


def run(arguments: argparse.Namespace) -> int:
    """Prints one JSON object a record: its id, and entity, replacement and original of each value.

    The output is personal data: it goes to standard output alone, and nothing is kept.

    Returns:
        0, or 1 where a record that was asked for is not in the table.

    Raises:
        UsageError: no key, no such table, or a mapping that the key does not open.
    """
    try:
        key = read_key()
    except SecretError as error:
        raise UsageError(str(error)) from None
    if key is None:
        raise UsageError(f"set {KEY_VARIABLE} to the key that the mapping was sealed with")
    missing = set(arguments.record)
    rows = _sealed_lines if Path(arguments.table).is_file() else _sealed_rows
    for record, sealed, place in rows(arguments.table, arguments.record):
        missing.discard(record)
        try:
            replaced = [asdict(item) for item in open_sealed(record, sealed, key)]
        except MappingError as error:
            raise UsageError(str(error)) from None
        sys.stdout.write(json_line({"record_id": record, **place, "replaced": replaced}).decode("utf-8", "replace"))
    for record in sorted(missing):
        sys.stderr.write(f"gristmill pii reveal: {record}: no such record, or nothing was replaced in it\n")
    return 1 if missing else 0


def _sealed_lines(file: str, records: Sequence[str]) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Record, sealed mapping, and where ``gristmill clean`` wrote the row (``file``, ``line``)."""
    chosen = set(records)
    with Path(file).open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                told = orjson.loads(line)
                record, sealed = told["record_id"], b64decode(told["sealed"], validate=True)
                place = {name: told[name] for name in ("file", "line")}
            except (ValueError, TypeError, KeyError):
                raise UsageError(
                    f"{file}, line {number}: expected record_id, file, line and sealed, as `gristmill clean` writes it"
                ) from None
            if not chosen or record in chosen:
                yield record, sealed, place


def _sealed_rows(table: str, records: Sequence[str]) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    import pyarrow.compute as pc
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    try:
        rows = DeltaTable(table).to_pyarrow_dataset()
    except (DeltaError, OSError):
        raise UsageError(f"{table}: expected the Delta table of a mapping; `mapping: true` keeps one") from None
    if not {"record_id", "sealed"} <= set(rows.schema.names):
        raise UsageError(f"{table}: expected the columns record_id and sealed, came {', '.join(rows.schema.names)}")
    chosen = pc.field("record_id").isin(list(records)) if records else None
    for batch in rows.to_batches(columns=["record_id", "sealed"], filter=chosen):
        yield from ((row["record_id"], row["sealed"], {}) for row in batch.to_pylist())
