"""Evaluation files as protected questions: read as any other source's rows, and refused when a row cannot be read.

A benchmark of which a part was passed over would look clean, so nothing is quarantined here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jobs.similarity.contamination import ProtectedItem
from jobs.sources.files import read_rows

# Where benchmarks keep a question, most telling first; used for a set that names no columns.
QUESTION_COLUMNS = ("question", "prompt", "query", "problem", "instruction", "text", "messages", "conversations")
# What belongs to the question of an instruction row.
_WITH = {"instruction": "input"}
_ANSWERING = ("assistant", "gpt", "system", "tool", "function", "observation")


def read_protected(
    path: str | Path, name: str, columns: Sequence[str] = (), answers: Sequence[str] = ()
) -> Iterator[ProtectedItem]:
    """The questions of one file, in order; rows count from 1.

    Args:
        name: the evaluation set's.
        columns: together they are the question, on lines of their own; by default the first of ``QUESTION_COLUMNS``
            that a row has. A column of turns counts with what the user says.
        answers: columns whose texts are protected too, each by itself.

    Raises:
        ValueError: a row that cannot be read or has no question; it names file and row, and never the text.
        OSError: the file cannot be opened.
    """
    for raw in read_rows(path):
        where = f"protected set `{name}`: {Path(path).name}, row {raw.row}"
        if raw.value is None:
            detail = raw.error.detail if raw.error else "unreadable"
            raise ValueError(f"{where}: {detail}. Mend the file: questions that are not read are not protected.")
        yield ProtectedItem(name, raw.row, _question(raw.value, columns, where))
        for column in answers:
            if column not in raw.value:
                raise ValueError(f"{where}: expected a column `{column}`; it has {', '.join(raw.value)}")
            yield ProtectedItem(name, raw.row, _text(raw.value[column], f"{where}, `{column}`"), column)


def _question(row: Mapping[str, Any], columns: Sequence[str], where: str) -> str:
    if not columns:
        first = next((column for column in QUESTION_COLUMNS if row.get(column)), None)
        columns = [column for column in (first, _WITH.get(first or "")) if column]
    texts = [_text(row[column], f"{where}, `{column}`") for column in columns if row.get(column) is not None]
    question = "\n".join(text for text in texts if text)
    if not question.strip():
        expected = ", ".join(columns or QUESTION_COLUMNS)
        raise ValueError(
            f"{where}: expected a question in {expected}; the row has {', '.join(row)}. Name its columns in `columns`."
        )
    return question


def _text(value: Any, where: str) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
        asked = [item for item in value if (item.get("role") or item.get("from")) not in _ANSWERING]
        return "\n".join(_text(item.get("content", item.get("value")), where) for item in asked)
    raise ValueError(f"{where}: expected text or a list of turns, came {type(value).__name__}")
