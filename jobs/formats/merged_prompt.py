"""Many columns as one question: ``乘客信息:[[年龄:{age}。]][[票价:{fare}。]]``.

``{column}`` is a cell's text; a segment in ``[[ ]]`` disappears when any column in it is empty, and an empty column
outside of one is an error, so that no question ever says "None". ``{{`` and ``}}`` are braces.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.formats.shape import dump_json
from jobs.record import RecordError

_SEGMENT = re.compile(r"\[\[(.*?)\]\]", re.S)
_COLUMN = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")
# What Python, pandas and SQL leave in a text column for a missing value. Lower-case "none" may be an answer.
_MISSING = frozenset({"None", "nan", "NaN", "NULL", "null", "<NA>", "NaT"})


@dataclass(frozen=True, slots=True)
class MergedPrompt:
    """A prompt taken apart: its pieces in order, each with its columns and whether it may disappear."""

    pieces: tuple[tuple[str, tuple[str, ...], bool], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the prompt uses, once, in order."""
        return tuple(dict.fromkeys(column for _, columns, _ in self.pieces for column in columns))

    def fill(self, row: Mapping[str, Any]) -> str:
        """The question that a row asks.

        Raises:
            RecordError: ``missing_field`` (no such column), ``empty_column`` (outside of a segment), ``empty_turn``
                (nothing is left).
        """
        said = []
        for text, columns, optional in self.pieces:
            cells = {column: cell_text(row, column) for column in columns}
            empty = next((column for column, cell in cells.items() if cell is None), None)
            if empty is None:
                said.append(_put_cells(text, cells))
            elif not optional:
                raise RecordError(
                    "empty_column", "expected a value in a column that stands outside of [[ ]], came none", f"$.{empty}"
                )
        question = "".join(said)
        if not question.strip():
            raise RecordError("empty_turn", "expected at least one column of the merged prompt to be filled", "$")
        return question


def compile_prompt(template: str) -> MergedPrompt:
    """A merged prompt made ready.

    Raises:
        ValueError: brackets that do not pair, nested segments, or no column at all.
    """
    pieces = []
    for i, text in enumerate(_SEGMENT.split(template)):
        optional = i % 2 == 1
        if "[[" in text or "]]" in text:
            raise ValueError("merged_prompt: expected each [[ to be closed by ]] before the next")
        columns = tuple(name for name in _COLUMN.findall(text) if name)
        if "{" in _COLUMN.sub("", text) or "}" in _COLUMN.sub("", text):
            raise ValueError("merged_prompt: expected {column}; write {{ and }} for braces themselves")
        if optional and not columns:
            raise ValueError("merged_prompt: expected a {column} in each [[ ]]: without one it could never disappear")
        if text:
            pieces.append((text, columns, optional))
    prompt = MergedPrompt(tuple(pieces))
    if not prompt.columns:
        raise ValueError("merged_prompt: expected at least one {column}")
    return prompt


def cell_text(row: Mapping[str, Any], column: str) -> str | None:
    """A cell as a person would write it; None when it is empty.

    Raises:
        RecordError: ``missing_field`` when the row has no such column, which is most often a misspelt name.
    """
    if column not in row:
        raise RecordError("missing_field", "expected the column that the merged prompt names", f"$.{column}")
    value = row[column]
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return None if not value.strip() or value.strip() in _MISSING else value
    # pandas turns whole numbers of a column with gaps into floats: 22.0 was 22.
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return dump_json(value, f"$.{column}")


def _put_cells(text: str, cells: Mapping[str, str | None]) -> str:
    return _COLUMN.sub(lambda found: (cells[found[1]] or "") if found[1] else found[0][0], text)
