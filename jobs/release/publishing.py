"""Publish a release: files, passport and manifest are made beside the releases and moved into place in one step."""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from jobs.lake.fingerprint import file_digest
from jobs.lake.job import SourceFile
from jobs.lake.layout import Layout
from jobs.lake.report import StageReport
from jobs.lake.versions import TableVersion, scan
from jobs.release import ledger
from jobs.release.acceptance import check, measure, require
from jobs.release.exports import write_data
from jobs.release.ledger import Policy
from jobs.release.markdown import passport_markdown
from jobs.release.model import PUBLISHED, DataFile, Release, ReleasedFile, content_digest, write_manifest
from jobs.release.passport import make_passport
from jobs.release.statistics import COLUMNS, collect_statistics
from jobs.sources.captioned_images import FOLDER as MEDIA
from jobs.spec import Specification

_IN_THE_MAKING = ".publishing-"
_LOCK = ".lock"


class ClosedGateError(RuntimeError):
    """A stage's gate failed at severity critical: nothing may be published past it."""


class EmptyReleaseError(RuntimeError):
    """No row is left to release, or none that a wanted format can hold."""


@dataclass(frozen=True)
class Published:
    """What publishing came to.

    Attributes:
        created: False where an existing release holds this very content already; nothing was written then.
    """

    release: Release
    folder: Path
    created: bool


def publish(
    *,
    specification: Specification,
    layout: Layout,
    table: TableVersion,
    stages: Sequence[StageReport],
    files: Sequence[SourceFile],
    run_id: str,
    code_commit: str,
    configuration_hash: str,
    policy: Policy = "next_patch",
) -> Published:
    """Releases the rows of a pinned table, or finds the release that holds them already.

    Two streaming passes, memory bounded by a batch: one counts, one writes. Acceptance is judged between them.

    Args:
        specification: the resolved one; its ``version`` is the wanted one, its ``exports`` say which files to write.
        table: records with ``split``, in the order of the files to write.
        stages: the report of every stage of the run in order, each judged by its gate.
        files: the raw files that were read, for the passport.
        policy: what to do when the wanted version is released already with other content.

    Raises:
        ClosedGateError: a gate failed at severity critical.
        EmptyReleaseError: the table has no row, or none that an export can hold.
        AcceptanceError: a target that refuses was missed.
        ReleaseExistsError: the wanted version has other content and the policy is ``refuse``.
    """
    _refuse_closed_gates(stages)
    pinned = _already_pinned(layout, table, configuration_hash)
    if pinned is not None:
        return Published(pinned, ledger.folder_of(layout, pinned.version), created=False)
    statistics = collect_statistics(scan(table, list(COLUMNS)))
    if not statistics.rows:
        raise EmptyReleaseError(f"{table} has no row to release: see in the report which stage removed them, and why")
    measures = measure(statistics, stages)
    acceptance = check(specification.acceptance, measures)
    require(acceptance)
    with _alone(layout.releases), _folder_in_the_making(layout.releases) as folder:
        formats = [export.format for export in specification.exports]
        media = Path(layout.table("collect", "raw")).parent / MEDIA
        data = write_data(table, formats, specification.name, folder, media)
        _refuse_empty_formats(data)
        digest = content_digest(data)
        known = ledger.releases(layout)
        same = ledger.already_released(known, specification.version, digest, policy)
        if same is not None:
            return Published(same, ledger.folder_of(layout, same.version), created=False)
        release = Release(
            name=specification.name,
            version=ledger.next_version(specification.version, [r.version for r in known], policy),
            released_at=datetime.now(UTC),
            run_id=run_id,
            code_commit=code_commit,
            configuration_hash=configuration_hash,
            content_digest=digest,
            specification=specification.model_dump(mode="json"),
            tables={**{report.stage: report.table for report in stages}, PUBLISHED: table},
            stages=tuple(stages),
            files=tuple(data),
            statistics=statistics,
            measures=measures,
            acceptance=tuple(acceptance),
        )
        release = _add_documents(release, files, folder)
        write_manifest(folder, release)
        _seal(folder)
        place = ledger.folder_of(layout, release.version)
        _move_into_place(folder, place)
        return Published(release, place, created=True)


def _already_pinned(layout: Layout, table: TableVersion, configuration_hash: str) -> Release | None:
    """The release that was written from this table version under this configuration: nothing to read again."""
    known = reversed(ledger.releases(layout))
    return next((r for r in known if r.table == table and r.configuration_hash == configuration_hash), None)


def _refuse_closed_gates(stages: Sequence[StageReport]) -> None:
    closed = [f"{report.stage} ({report.gate_message})" for report in stages if report.gate == "critical"]
    if closed:
        raise ClosedGateError(f"not released: the gate is closed after {'; '.join(closed)}")


def _refuse_empty_formats(data: Sequence[DataFile]) -> None:
    for name in dict.fromkeys(file.format for file in data):
        files = [file for file in data if file.format == name]
        if not any(file.rows for file in files):
            reasons = sorted({reason for file in files for reason in file.refused})
            raise EmptyReleaseError(
                f"not released: no row fits the format {name} ({'; '.join(reasons)}); "
                "change `exports` in the specification"
            )


@contextmanager
def _alone(releases: Path) -> Iterator[None]:
    """Holds the data set's lock, which the kernel gives back when a process dies; others wait their turn.

    So whatever lies in the making when it is held belongs to no living run, and no version is given out twice.
    """
    releases.mkdir(parents=True, exist_ok=True)
    with (releases / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _folder_in_the_making(releases: Path) -> Iterator[Path]:
    """A new folder beside the releases, on the same file system; gone afterwards unless it was moved into place."""
    for leftover in releases.glob(f"{_IN_THE_MAKING}*"):
        shutil.rmtree(leftover)
    folder = releases / f"{_IN_THE_MAKING}{uuid.uuid4().hex}"
    folder.mkdir()
    try:
        yield folder
    finally:
        if folder.exists():
            shutil.rmtree(folder)


def _add_documents(release: Release, files: Sequence[SourceFile], folder: Path) -> Release:
    passport = make_passport(release, files)
    (folder / "passport.json").write_bytes(orjson.dumps(passport, option=orjson.OPT_INDENT_2) + b"\n")
    (folder / "passport.md").write_text(passport_markdown(passport), encoding="utf-8")
    data = {file.path for file in release.files}
    documents = [
        ReleasedFile(path=path, bytes=file.stat().st_size, sha256=file_digest(file))
        for file in sorted(p for p in folder.rglob("*") if p.is_file())
        if (path := file.relative_to(folder).as_posix()) not in data
    ]
    return release.model_copy(update={"documents": tuple(documents)})


def _seal(folder: Path) -> None:
    """Every file read-only and on the disk, not only in its cache, before the release can be seen."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
        _sync(path)
    _sync(folder)


def _move_into_place(folder: Path, place: Path) -> None:
    """One rename: the release is there whole, or not at all."""
    try:
        folder.rename(place)
    except OSError as error:
        raise ledger.ReleaseExistsError(
            f"{place} is taken by something that is no release: expected that there is nothing. Move it away"
        ) from error
    _sync(place.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
