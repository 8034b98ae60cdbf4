"""A source's files row by row, in whatever way the source asks for: columns named by a mapping, images with captions,
merged prompts, templates. What collecting and every command read rows by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from jobs.formats.registry import AUTO
from jobs.record import Record
from jobs.sources.captioned_images import Captions, MediaStore, read_captions
from jobs.sources.files import read_rows
from jobs.sources.merged_rows import Merging, merge_rows
from jobs.sources.row_parser import RowParser
from jobs.sources.rows import RawRow

TEMPLATES = "templates"


class SourceLike(Protocol):
    """What reading needs to know of a source; the specification's ``SourceSpec`` is one."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def format(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, str]: ...
    @property
    def licence(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class SourceFields:
    """A source outside a specification. ``count`` and ``seed`` are for ``kind`` templates."""

    name: str = "input"
    kind: str = "external"
    format: str = AUTO
    fields: Mapping[str, str] = field(default_factory=dict)
    licence: str | None = None
    collected_at: str | None = None
    count: int | None = None
    seed: int = 0
    instruction: str | None = None
    merged_prompt: str | None = None
    output_column_name: str | None = None
    conversation_extension: int = 1


class SourceRows:
    """Some files of one source: the raw rows of each, and each row as a record.

    Attributes:
        shaped: whether the rows are made into ChatML rows on the way (images with captions, merged prompts).

    Args:
        media: the folder to store images in, where the source's ``fields`` name one; None stores none.

    Raises:
        ValueError: a ``merged_prompt`` that cannot be read.
    """

    def __init__(self, files: Sequence[Path], source: SourceLike, media: Path | None = None) -> None:
        self._source = source
        self._captions, self._merging = Captions.of(source), Merging.of(source)
        self._store = MediaStore(media)
        self.shaped = bool(self._captions or self._merging)
        parser = (
            RowParser(files, "chatml") if self.shaped else RowParser(files, source.format, source.fields, self._store)
        )
        self.parse: Callable[[Any], Record] = parser.parse

    def read(self, file: Path, seen: Callable[[int], None] | None = None) -> Iterator[RawRow]:
        """The raw rows of one file, good and bad; ``seen`` as for ``read_rows``."""
        if self._source.kind == TEMPLATES:
            from jobs.sources.templates import read_templates

            count, seed = getattr(self._source, "count", None) or 0, getattr(self._source, "seed", 0)
            return read_templates(file, count=count, seed=seed)
        rows = read_rows(file, seen)
        if self._captions:
            return read_captions(rows, self._captions, file.parent, self._store)
        return merge_rows(rows, self._merging) if self._merging else rows
