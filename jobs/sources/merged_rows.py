"""Rows of a table with many columns, each a question by a merged prompt and an answer from one column; several rows
may be joined into one dialogue.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jobs.formats.merged_prompt import MergedPrompt, cell_text, compile_prompt
from jobs.record import RecordError
from jobs.sources.rows import RawRow

# Rows are shuffled among so many neighbours: bounds memory, and joins rows from far enough apart.
WINDOW = 10_000


@dataclass(frozen=True, slots=True)
class Merging:
    """How rows become dialogues; the meaning of each value is in docs/specification.md."""

    prompt: MergedPrompt
    output: str
    extension: int = 1
    seed: int = 0
    meta: Mapping[str, str] | None = None

    @classmethod
    def of(cls, source: Any) -> Merging | None:
        """What a source says of merging; None when it has no ``merged_prompt``.

        Raises:
            ValueError: the prompt cannot be read, or ``fields`` maps more than ``meta.*``.
        """
        template = getattr(source, "merged_prompt", None)
        if not template:
            return None
        meta = {name.removeprefix("meta."): column for name, column in source.fields.items()}
        if not all(name.startswith("meta.") for name in source.fields):
            raise ValueError("with merged_prompt, `fields` can only name `meta.*`: the prompt says what is asked")
        return cls(
            compile_prompt(template), source.output_column_name, source.conversation_extension, source.seed, meta
        )


def merge_rows(rows: Iterable[RawRow], merging: Merging) -> Iterator[RawRow]:
    """Each row as one dialogue in ChatML, or ``extension`` rows joined into one, each row used once.

    Rows to be joined are shuffled by the seed among ``WINDOW`` neighbours; the last dialogue holds what is left. A
    joined row has the place of its first, ``joined_rows`` names all. Columns that neither prompt nor answer uses come
    along under ``columns``. Bad rows go through as they are.
    """
    waiting: list[RawRow] = []
    windows = 0
    for raw in rows:
        merged = _merge(raw, merging)
        if merged.error is not None or merging.extension == 1:
            yield merged
            continue
        waiting.append(merged)
        if len(waiting) >= max(WINDOW, merging.extension):
            yield from _join(waiting, merging, windows)
            del waiting[: len(waiting) // merging.extension * merging.extension]
            windows += 1
    if waiting:
        yield from _join(waiting, merging, windows)
        rest = waiting[len(waiting) // merging.extension * merging.extension :]
        if rest:
            yield _joined(rest)


def _merge(raw: RawRow, merging: Merging) -> RawRow:
    if raw.error is not None:
        return raw
    row = raw.value or {}
    try:
        question = merging.prompt.fill(row)
        answer = cell_text(row, merging.output)
        if answer is None:
            raise RecordError("empty_output", "expected the answer, came none", f"$.{merging.output}")
    except RecordError as error:
        return RawRow(raw.row, raw.line, raw.path, raw.value, error, raw.raw)
    value: dict[str, Any] = {
        "messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    }
    if merging.meta:
        value["metadata"] = {slot: cell_text(row, column) for slot, column in merging.meta.items()}
    used = {*merging.prompt.columns, merging.output}
    if others := {name: cell for name, cell in row.items() if name not in used}:
        value["columns"] = others
    return RawRow(raw.row, raw.line, raw.path, value, None, raw.raw)


def _join(waiting: list[RawRow], merging: Merging, window: int) -> Iterator[RawRow]:
    """Whole dialogues of the rows in hand, which are left shuffled: those not used stand at the end."""
    random.Random(f"{merging.seed}/{window}").shuffle(waiting)
    whole = len(waiting) // merging.extension * merging.extension
    for start in range(0, whole, merging.extension):
        yield _joined(waiting[start : start + merging.extension])


def _joined(rows: list[RawRow]) -> RawRow:
    first = rows[0]
    values = [row.value or {} for row in rows]
    joined: dict[str, Any] = {
        "messages": [turn for value in values for turn in value["messages"]],
        "joined_rows": [row.row for row in rows],
    }
    told = [value.get("metadata") or {} for value in values]
    shared = {slot: text for slot, text in told[0].items() if all(other.get(slot) == text for other in told)}
    if shared:
        joined["metadata"] = shared
    if any("columns" in value for value in values):
        joined["columns"] = [value.get("columns", {}) for value in values]
    return RawRow(first.row, first.line, first.path, joined, None, b"\n".join(row.raw for row in rows))
