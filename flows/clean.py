"""The command ``gristmill clean``: a file at once, or a folder as files come into it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.terminal import ERR, plain_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from jobs.lake.session import SparkSettings
    from jobs.sources.source_rows import SourceLike


class Shape(StrEnum):
    """How rows are written."""

    own = "own"
    canonical = "canonical"


def clean(
    input_: Annotated[str | None, typer.Argument(metavar="[IN]", help="A file, folder or pattern of rows.")] = None,
    output: Annotated[Path | None, typer.Argument(metavar="[OUT]", help="A JSON Lines file.")] = None,
    spec: Annotated[Path | None, typer.Option("--spec", help="A specification whose cleaning stages to take.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Read the rows as this source of --spec says.")] = None,
    shape: Annotated[Shape, typer.Option(help="Rows as their format has them, or in the canonical shape.")] = Shape.own,
    processes: Annotated[int, typer.Option(min=1, help="So many processes clean a file.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    watch: Annotated[Path | None, typer.Option("--watch", metavar="DIR", help="Clean what comes in.")] = None,
    lake: Annotated[Path | None, typer.Option("--lake", help="With --watch: the lake that rows go to.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="With --watch: the data set; default: the spec's.")] = None,
    once: Annotated[bool, typer.Option("--once", help="With --watch: what is there now, then end.")] = False,
    every: Annotated[int, typer.Option(min=1, help="With --watch: look for files every so many seconds.")] = 5,
) -> None:
    """Clean rows: personal data out, text in normal form, bad rows set aside. By a file, or a folder as it fills.

    Example: gristmill clean chats.jsonl clean.jsonl
    """
    with plain_errors():
        params, read_as, dataset, spark = _specified(spec, source)
        if watch is None:
            if input_ is None or output is None:
                _mistake("expected IN and OUT, or --watch DIR --lake LAKE")
            from jobs.tools.clean import main

            code = main(
                str(input_),
                Path(output or ""),
                params,
                read_as,
                shape=shape.value,
                processes=processes,
                force=force,
                as_json=as_json,
            )
            raise typer.Exit(code)
        if input_ is not None or lake is None:
            _mistake("--watch DIR goes with --lake LAKE, and without IN and OUT")
        if not watch.is_dir():
            _mistake(f"--watch: expected a folder, came {watch}")
        raise typer.Exit(_watch(watch, lake, name or dataset, params, read_as, spark, every=None if once else every))


def _specified(
    spec: Path | None, source: str | None
) -> tuple[Mapping[str, BaseModel], SourceLike, str | None, SparkSettings | None]:
    """The steps with their parameters, how rows are read, the data set's name, and how it starts Spark."""
    from jobs.cleaning.cleaner import STEPS, default_params
    from jobs.sources.source_rows import SourceFields

    if spec is None:
        if source is not None:
            _mistake("--source goes with --spec, which says what its sources are")
        return default_params(), SourceFields(), None, None
    from jobs.config import nearest
    from jobs.plan import load_plan

    plan = load_plan(spec)
    sources = {item.name: item for item in plan.specification.sources}
    if source is not None and source not in sources:
        _mistake(f"--source: {spec} has no source {source!r}; {nearest(source, sources)}")
    params = {step: plan.params[step] for step in plan.stages if step in STEPS}
    if not params:
        _mistake(f"--spec: {spec} names no cleaning stage; expected one of {', '.join(STEPS)}")
    if getattr(params.get("remove_pii"), "mapping", False):
        _mistake(f"--spec: {spec} asks remove_pii for a mapping, which only a build keeps; leave `mapping` out")
    if getattr(params.get("normalize_text"), "boilerplate", "keep") != "keep":
        _mistake(f"--spec: {spec} asks normalize_text for boilerplate, which only a build learns; leave it out")
    return params, sources[source] if source else SourceFields(), plan.specification.name, plan.spark


def _watch(
    folder: Path,
    lake: Path | None,
    name: str | None,
    params: Mapping[str, BaseModel],
    source: SourceLike,
    spark: SparkSettings | None,
    *,
    every: int | None,
) -> int:
    from jobs.clean_stream import Watch, watch_folder
    from jobs.lake.session import SparkSettings

    told: Any = lambda line: ERR.print(line, soft_wrap=True)  # noqa: E731 - one line, said once
    watch_folder(
        Watch(folder, Path(lake or "lake"), name or "watched", dict(params), source, spark or SparkSettings(), every),
        told,
    )
    return 0


def _mistake(message: str) -> None:
    ERR.print(f"gristmill clean: {message}", soft_wrap=True)
    raise typer.Exit(2)
