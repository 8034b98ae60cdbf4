"""The manifest of one release, ``release.json``: what it holds, what made it, and what it pins.

Old manifests must read for ever, so unknown fields are ignored and the specification is kept as plain JSON.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from jobs.lake.fingerprint import digest
from jobs.lake.report import StageReport
from jobs.lake.versions import TableVersion
from jobs.release.acceptance import AcceptanceResult
from jobs.release.statistics import Statistics

MANIFEST = "release.json"
# The name under which a release pins the table that its files were written from.
PUBLISHED = "publish"


class ReleasedFile(BaseModel):
    """A file of a release; one that is not data (the passport, ``dataset_info.json``) is no more than that.

    Attributes:
        path: relative to the release's folder, with forward slashes.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    path: str
    bytes: int
    sha256: str


class DataFile(ReleasedFile):
    """One exported file: one format, one split.

    Attributes:
        lost: what this format cannot hold -> rows of the file that had it.
        refused: why a row of the split is not in the file -> how many; without what the format cannot hold such a
            row would say something else.
        out_of_order: rows whose turns do not alternate, which LLaMA-Factory drops.
    """

    format: str
    split: str
    rows: int
    lost: dict[str, int] = Field(default_factory=dict)
    refused: dict[str, int] = Field(default_factory=dict)
    out_of_order: int = 0


class Release(BaseModel):
    """One immutable version of one data set.

    Attributes:
        specification: the resolved one, every stage's parameters filled in.
        tables: stage -> the version that it committed; ``publish`` is the table that the files were written from.
        documents: what is not data; ``release.json`` itself is the root of it all and stands in no list.
        content_digest: equal for equal data files, whoever wrote them and whenever; see ``content_digest``.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    name: str
    version: str
    released_at: AwareDatetime
    run_id: str
    code_commit: str
    configuration_hash: str
    content_digest: str
    specification: dict[str, Any]
    tables: dict[str, TableVersion]
    stages: tuple[StageReport, ...]
    files: tuple[DataFile, ...]
    documents: tuple[ReleasedFile, ...] = ()
    statistics: Statistics
    measures: dict[str, float] = Field(default_factory=dict)
    acceptance: tuple[AcceptanceResult, ...] = ()

    @property
    def reference(self) -> str:
        """How people call it: ``name@1.0.0``."""
        return f"{self.name}@{self.version}"

    @property
    def table(self) -> TableVersion:
        """The pinned table that the files were written from."""
        return self.tables[PUBLISHED]


class VersionNumber(NamedTuple):
    """MAJOR.MINOR.PATCH, ordered as numbers: 1.9.0 before 1.10.0."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> VersionNumber:
        """The three numbers of ``text``.

        Raises:
            ValueError: it is not MAJOR.MINOR.PATCH in plain digits.
        """
        parts = text.split(".")
        plain = all(p.isascii() and p.isdigit() and (p == "0" or p[0] != "0") for p in parts)
        if len(parts) != 3 or not plain:
            raise ValueError(f"expected a version MAJOR.MINOR.PATCH, such as 1.0.0, came {text[:40]!r}")
        return cls(*(int(p) for p in parts))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def is_version(text: str) -> bool:
    """Whether ``text`` is MAJOR.MINOR.PATCH."""
    try:
        VersionNumber.parse(text)
    except ValueError:
        return False
    return True


def content_digest(files: Iterable[DataFile]) -> str:
    """32 hexadecimal digits over the data files' paths and sha256, in any order: nothing of time, run or machine."""
    return digest(sorted([file.path, file.sha256] for file in files))


def write_manifest(folder: Path, release: Release) -> None:
    """Writes ``release.json``; it goes in last, so a folder that has one is complete."""
    (folder / MANIFEST).write_text(release.model_dump_json(indent=2) + "\n", encoding="utf-8")
