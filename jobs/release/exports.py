"""A published table into a release's data files: every format and split in one streaming pass."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import orjson

from jobs.formats.export import LLAMAFACTORY_FORMATS, Export, Exporter, dataset_info
from jobs.formats.targets import TARGETS, beside
from jobs.lake.versions import TableVersion
from jobs.record import Record, RecordError
from jobs.release.model import DataFile
from jobs.release.rows import records_of
from jobs.sources.captioned_images import FOLDER as MEDIA
from jobs.sources.captioned_images import hash_of

_SPLITS = ("train", "validation", "test")


def write_data(
    table: TableVersion, formats: Sequence[str], dataset: str, folder: Path, media: Path | None = None
) -> list[DataFile]:
    """Writes ``data/<format>/<split>.jsonl`` and LLaMA-Factory's ``dataset_info.json`` into ``folder``, and into
    ``trainers/`` a YAML snippet or loading code for each trainer that reads one of the formats.

    A row that a format cannot hold is left out of that format's files and counted in their ``refused``. Images that
    collecting stored come along under ``media/``, where the rows' paths lead from ``folder`` on: LLaMA-Factory looks
    for them beside ``dataset_info.json``.

    Args:
        dataset: the name that the entries of ``dataset_info.json`` begin with.
        media: the folder in which collecting stored images.

    Returns:
        The data files by format, in the order given, then by split.

    Raises:
        ValueError: a row of the table stands in no split that we know.
        OSError: an image that a row names is no longer in the store.
    """
    copied: set[str] = set()
    open_files: dict[tuple[str, str], Exporter] = {}
    with ExitStack() as stack:
        for split, record in records_of(table):
            if split not in _SPLITS:
                raise ValueError(
                    f"row {record.record_id} of {table}: expected a split of {', '.join(_SPLITS)}, came {split!r}"
                )
            if record.media and media is not None:
                _copy_media(record, media, folder, copied)
            for name in formats:
                if (name, split) not in open_files:
                    path = folder / _path(name, split)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    open_files[name, split] = stack.enter_context(Exporter(path, name))
                with contextlib.suppress(RecordError):  # which the exporter counted
                    open_files[name, split].write(record)
    written = {
        (name, split): open_files[name, split].result
        for name in formats
        for split in _SPLITS
        if (name, split) in open_files
    }
    _write_dataset_info(written, dataset, folder)
    _write_beside(written, dataset, folder)
    return [_data_file(export, split) for (_, split), export in written.items()]


def _copy_media(record: Record, store: Path, folder: Path, copied: set[str]) -> None:
    """The record's stored files, each once; those that lie elsewhere stay where they are."""
    for item in record.media:
        if item.path in copied or hash_of(item.path) is None:
            continue
        copied.add(item.path)
        target = folder / item.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(store / item.path.removeprefix(f"{MEDIA}/"), target)


def _write_dataset_info(written: dict[tuple[str, str], Export], dataset: str, folder: Path) -> None:
    # LLaMA-Factory stops at a file without rows.
    filled = {key: export for key, export in written.items() if export.rows and key[0] in LLAMAFACTORY_FORMATS}
    info = dataset_info(filled.values(), [f"{dataset}_{name}_{split}" for name, split in filled])
    for (name, split), entry in zip(filled, info.values(), strict=True):
        # Read as relative to the folder that dataset_info.json lies in.
        entry["file_name"] = _path(name, split)
    (folder / "dataset_info.json").write_bytes(orjson.dumps(info, option=orjson.OPT_INDENT_2) + b"\n")


def _write_beside(written: dict[tuple[str, str], Export], dataset: str, folder: Path) -> None:
    """What each trainer wants beside the split to train on, in the format that it reads best; paths from ``folder``."""
    for target in TARGETS.values():
        best = next((f for f in target.formats if (f, "train") in written and written[f, "train"].rows), None)
        if best is None:
            continue
        names = {"file": _path(best, "train"), "name": f"{dataset}_{best}_train"}
        for name, text in beside(written[best, "train"], target.name, **names).items():
            (folder / "trainers").mkdir(exist_ok=True)
            (folder / "trainers" / name).write_text(text, encoding="utf-8")


def _data_file(export: Export, split: str) -> DataFile:
    return DataFile(
        path=_path(export.format, split),
        format=export.format,
        split=split,
        rows=export.rows,
        bytes=export.bytes,
        sha256=export.sha256,
        lost=dict(sorted(export.lost.items())),
        refused=dict(sorted(export.refused.items())),
        out_of_order=export.out_of_order,
    )


def _path(format: str, split: str) -> str:
    return f"data/{format}/{split}.jsonl"
