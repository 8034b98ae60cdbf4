"""``gristmill init``: a commented specification to start from, filled in with what a file shows."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined

from jobs.config import ConfigError
from jobs.formats.detect import detect
from jobs.formats.registry import parse_row
from jobs.record import RecordError, texts_of
from jobs.sources.files import list_files, read_rows
from jobs.spec import is_name
from jobs.text.language import language_of

# Rows whose shape and language are looked at; all rows are counted.
_LOOKED_AT = 500
# Columns of tables that say question and answer in other words, best first.
_QUESTIONS = ("question", "query", "prompt", "user", "title", "问题", "用户问题", "提问", "q")
_ANSWERS = ("answer", "response", "reply", "assistant", "completion", "回答", "答案", "客服回复", "回复", "a")


@dataclass
class Seen:
    """What a look at files showed.

    Attributes:
        fields: a mapping that makes unknown columns readable, empty where none is needed or none was found.
        refused: reasons for which rows could not be read, with their numbers.
    """

    files: int = 0
    rows: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    fields: dict[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()

    def describe(self) -> list[str]:
        """Lines for the person who asked."""
        shapes = ", ".join(f"{name} {n}" for name, n in self.formats.most_common()) or "none that is known"
        lines = [f"Looked at {self.files} file(s), {self.rows:,} rows. Formats of the first {_LOOKED_AT}: {shapes}."]
        if self.refused:
            listed = ", ".join(f"{reason} {n}" for reason, n in self.refused.most_common(5))
            lines.append(f"Rows that would be quarantined among them: {listed}.")
        if self.fields:
            lines.append(f"Columns were mapped: {self.fields}. Check that they mean what they are taken for.")
        elif not self.formats and self.columns:
            lines.append(
                f"Columns: {', '.join(self.columns)}. Say under `fields` which is the question, which the answer."
            )
        return lines


def write_starter(name: str, source: Path | None, folder: Path, *, force: bool = False) -> tuple[Path, list[str]]:
    """Writes ``<name>.yaml`` into ``folder``; gives the file and lines that say what was seen.

    Raises:
        ConfigError: the name is no name, the file is there already, or ``source`` names no file.
    """
    if not is_name(name):
        raise ConfigError(f"{name}: expected lower-case letters, digits and underscores, starting with a letter")
    target = folder / f"{name}.yaml"
    if target.exists() and not force:
        raise ConfigError(f"{target}: there already; --force writes over it")
    seen = look_at(source) if source else Seen()
    path = os.path.relpath(source, folder).replace(os.sep, "/") if source else "data/*.jsonl"
    target.write_text(_render(name, path, seen), "utf-8")
    return target, seen.describe() if source else []


def look_at(source: Path) -> Seen:
    """Counts the rows of a file, folder or glob, and looks at the first of them."""
    files = list_files(source)
    if not files:
        raise ConfigError(f"{source}: no such file; expected a file, a folder or a pattern")
    seen = Seen(files=len(files))
    for file in files:
        for raw in read_rows(file):
            seen.rows += 1
            if seen.rows <= _LOOKED_AT:
                _look_at_row(raw.value, raw.error, seen)
    return seen


def _look_at_row(value: Any, error: RecordError | None, seen: Seen) -> None:
    if error is not None:
        seen.refused[error.reason] += 1
        return
    if detect(value) is None and isinstance(value, dict):
        seen.columns = seen.columns or tuple(str(key) for key in value)
        seen.fields = seen.fields or _mapping(value)
    try:
        record = parse_row(value, fields=seen.fields if detect(value) is None else None)
    except RecordError as refused:
        seen.refused[refused.reason] += 1
        return
    seen.formats["table" if detect(value) is None else str(detect(value))] += 1
    seen.languages[language_of("\n".join(texts_of(record.to_dict())))] += 1


def _mapping(row: dict[str, Any]) -> dict[str, str]:
    """Which columns look like question and answer by their names; empty when either is missing."""
    names = {str(key).strip().lower(): str(key) for key in row}
    question = next((names[name] for name in _QUESTIONS if name in names), None)
    answer = next((names[name] for name in _ANSWERS if name in names), None)
    return {"instruction": question, "output": answer} if question and answer else {}


def _render(name: str, path: str, seen: Seen) -> str:
    chinese = seen.languages["zh"] + seen.languages["mixed"]
    languages = [code for code, n in (("zh", chinese), ("en", seen.languages["en"])) if n] or ["zh"]
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True)
    environment.filters["yaml"] = _as_yaml
    template = environment.from_string((Path(__file__).parent / "starter.yaml.j2").read_text("utf-8"))
    return template.render(name=name, path=path, languages=languages, fields=seen.fields, rows=seen.rows)


def _as_yaml(value: Any) -> str:
    """One value on one line in YAML's own quoting, so that a file's name cannot become a key."""
    return yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10_000).split("\n")[0]
