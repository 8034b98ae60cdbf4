"""The ledger of releases: which versions of a data set there are, what they pin, and whether they are still whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from jobs.lake.fingerprint import file_digest
from jobs.lake.layout import Layout
from jobs.lake.versions import TableVersion
from jobs.release.model import MANIFEST, Release, ReleasedFile, VersionNumber, is_version
from jobs.spec import Name

Policy = Literal["next_patch", "refuse"]
_NAME: TypeAdapter[str] = TypeAdapter(Name)


class ReleaseNotFoundError(LookupError):
    """There is no such release; the message lists those that there are."""


class ReleaseExistsError(RuntimeError):
    """The wanted version is released already, with other content, and the policy is to refuse."""


class ReferenceFormatError(ValueError):
    """What should name a release does not."""


class BrokenReleaseError(RuntimeError):
    """A release's manifest cannot be read or does not belong where it lies."""


def parse_reference(text: str) -> tuple[str, str | None]:
    """``NAME@1.0.0`` as name and version; ``NAME`` alone means the newest version: None.

    Raises:
        ReferenceFormatError: says what was expected. A name is checked, so it can be part of a path.
    """
    name, at, version = text.partition("@")
    try:
        _NAME.validate_python(name)
        if at:
            VersionNumber.parse(version)
    except ValueError:
        raise ReferenceFormatError(
            f"expected NAME@MAJOR.MINOR.PATCH, such as ecommerce@1.0.0, or NAME for the newest, came {text[:80]!r}"
        ) from None
    return name, version if at else None


def folder_of(layout: Layout, version: str) -> Path:
    """Where a released version lies."""
    return layout.releases / version


def releases(layout: Layout) -> list[Release]:
    """Every release of a data set, newest version last (as numbers: 1.10.0 after 1.9.0).

    A folder without a manifest, or not named as a version, is what a killed run or a user left, and no release.

    Raises:
        BrokenReleaseError: a manifest cannot be read; nothing may be concluded from the rest then, least of all
            which table versions are free to go.
    """
    found = [_read_manifest(layout, folder) for folder in _complete_folders(layout)]
    return sorted(found, key=lambda release: VersionNumber.parse(release.version))


def find(layout: Layout, version: str | None = None) -> Release:
    """One release; the newest version when none is named.

    Raises:
        ReleaseNotFoundError: there is none; lists those that there are.
    """
    known = releases(layout)
    if version is None and known:
        return known[-1]
    for release in known:
        if release.version == version:
            return release
    wanted = f"{layout.dataset}@{version}" if version else layout.dataset
    there = ", ".join(release.reference for release in known) or "none yet; `gristmill build` makes the first"
    raise ReleaseNotFoundError(f"no release {wanted} under {layout.releases}. Released: {there}")


def next_version(wanted: str, existing: Iterable[str], policy: Policy) -> str:
    """The version under which new content is released.

    ``wanted`` where it is free. Otherwise, under ``next_patch``, one PATCH above the highest release of the same
    MAJOR.MINOR, gaps skipped: the newest content is then also the newest version.

    Raises:
        ReleaseExistsError: ``wanted`` is taken and the policy is ``refuse``.
    """
    taken = {VersionNumber.parse(version) for version in existing}
    number = VersionNumber.parse(wanted)
    if number not in taken:
        return wanted
    if policy == "refuse":
        raise ReleaseExistsError(
            f"version {wanted} is released already and its content has changed since. A release never changes: "
            "raise `version` in the specification, or set `release.when_version_exists: next_patch`"
        )
    highest = max(version.patch for version in taken if version[:2] == number[:2])
    return str(number._replace(patch=highest + 1))


def already_released(known: Iterable[Release], wanted: str, digest: str, policy: Policy) -> Release | None:
    """The release that holds this very content and stands for ``wanted``, or None.

    Under ``next_patch`` that is also a later PATCH, so that building twice makes one release; under ``refuse`` only
    ``wanted`` itself.
    """
    number = VersionNumber.parse(wanted)
    for release in sorted(known, key=lambda r: VersionNumber.parse(r.version)):
        version = VersionNumber.parse(release.version)
        stands_for = version == number or (
            policy == "next_patch" and version[:2] == number[:2] and version.patch > number.patch
        )
        if stands_for and release.content_digest == digest:
            return release
    return None


def pins(layout: Layout) -> set[TableVersion]:
    """Every table version that some release of the data set pins: vacuum must leave these readable."""
    return {table for release in releases(layout) for table in release.tables.values()}


def verify(layout: Layout, release: Release) -> list[str]:
    """Hashes every file of a release again.

    Returns:
        One sentence a problem, empty when the release is whole: a file is missing, has another size or other
        content, or is not in the manifest.
    """
    folder = folder_of(layout, release.version)
    listed: dict[str, ReleasedFile] = {item.path: item for item in release.files}
    listed.update((item.path, item) for item in release.documents)
    problems = []
    for path, item in sorted(listed.items()):
        file = folder / path
        if not file.is_file():
            problems.append(f"{path}: missing")
        elif file.stat().st_size != item.bytes:
            problems.append(f"{path}: expected {item.bytes:,} bytes, found {file.stat().st_size:,}")
        elif file_digest(file) != item.sha256:
            problems.append(f"{path}: its content has changed, the sha256 is not the one in {MANIFEST}")
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        path = file.relative_to(folder).as_posix()
        if path not in listed and path != MANIFEST:
            problems.append(f"{path}: not part of the release")
    return problems


def _complete_folders(layout: Layout) -> Iterator[Path]:
    if layout.releases.is_dir():
        for folder in layout.releases.iterdir():
            if is_version(folder.name) and (folder / MANIFEST).is_file():
                yield folder


def _read_manifest(layout: Layout, folder: Path) -> Release:
    manifest = folder / MANIFEST
    try:
        release = Release.model_validate_json(manifest.read_bytes())
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole file"
        raise BrokenReleaseError(
            f"{manifest}: cannot be read as a release, {error.error_count()} problem(s), first at {where}: "
            f"{first['msg']}. Restore the file from a copy, or move its folder away"
        ) from None
    if (release.name, release.version) != (layout.dataset, folder.name):
        raise BrokenReleaseError(
            f"{manifest}: expected {layout.dataset}@{folder.name}, came {release.reference}. Move its folder back"
        )
    return release
