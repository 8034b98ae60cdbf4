"""What makes two runs of a stage the same run: code, parameters, inputs. Hashes only, no Spark."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jobs.record import canonical_json

ROOT = Path(__file__).resolve().parents[2]

# Libraries whose answer, not only whose speed, a stage's rows depend on.
_DECIDING_PACKAGES = (
    "presidio-analyzer",
    "phonenumbers",
    "ftfy",
    "opencc",
    "scikit-learn",
    "numpy",
    "sentence-transformers",
    "transformers",
    "spacy",
)


def digest(value: Any) -> str:
    """32 hexadecimal digits over any JSON value: BLAKE2b-128 of its canonical JSON."""
    return hashlib.blake2b(canonical_json(value), digest_size=16).hexdigest()


def file_digest(path: Path) -> str:
    """The sha256 of a file's bytes, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def code_hash(module: str) -> str:
    """A hash over the source of ``module``, of everything under ``jobs`` that it imports, however deep, and of the data
    files that these name.

    A commit id would do too much (a changed README would redo every stage) and too little (uncommitted work).
    """
    sources = {name: _source(name) for name in sorted(_closure(module))}
    return digest([sources, _data_files("\n".join(sources.values())), _package_versions()])


@cache
def code_commit() -> str:
    """The commit that the code stands at, ``+changes`` when the work tree differs; the version where git is not."""
    try:
        commit = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return f"gristmill {importlib.metadata.version('gristmill')}"
    return f"{commit}+changes" if changed else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _closure(module: str) -> set[str]:
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found and _file_of(name) is not None:
            found.add(name)
            waiting.extend(_imports(name))
    return found


def _imports(module: str) -> Iterable[str]:
    for node in ast.walk(ast.parse(_source(module))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            # `from jobs.privacy import analyzer` names a module too.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _source(module: str) -> str:
    file = _file_of(module)
    return (ROOT / file).read_text("utf-8") if file else ""


def _data_files(source: str) -> dict[str, str]:
    """The digests of the tables and word lists beside the code whose names stand in the source: rows follow from them
    as they do from code."""
    tables = (file for file in sorted((ROOT / "jobs").glob("**/data/*")) if file.suffix != ".md")
    return {file.relative_to(ROOT).as_posix(): file_digest(file) for file in tables if file.name in source}


def _file_of(module: str) -> Path | None:
    if not module.startswith("jobs"):
        return None
    path = Path(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if (ROOT / file).is_file():
            return file
    return None


def _package_versions() -> dict[str, str]:
    versions = {}
    for package in _DECIDING_PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "absent"
    return versions
