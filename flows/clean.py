"""The command ``gristmill clean``: a file at once, or a folder as files come into it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn

import typer

from flows.terminal import ERR, plain_errors

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pydantic import BaseModel

    from jobs.lake.spark_settings import SparkSettings
    from jobs.sources.source_rows import SourceLike


class Shape(StrEnum):
    """How rows are written."""

    own = "own"
    canonical = "canonical"


def clean(
    context: typer.Context,
    input_: Annotated[str | None, typer.Argument(metavar="[IN]", help="A file, folder or pattern of rows.")] = None,
    output: Annotated[Path | None, typer.Argument(metavar="[OUT]", help="A JSON Lines file.")] = None,
    spec: Annotated[Path | None, typer.Option("--spec", help="A specification whose cleaning stages to take.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Read the rows as this source of --spec says.")] = None,
    shape: Annotated[Shape, typer.Option(help="Rows as their format has them, or in the canonical shape.")] = Shape.own,
    processes: Annotated[int, typer.Option(min=1, help="So many processes clean a file.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    watch: Annotated[Path | None, typer.Option("--watch", metavar="DIR", help="Clean what comes in.")] = None,
    lake: Annotated[
        Path | None, typer.Option("--lake", help="The lake that --watch writes to; of learnt boilerplate.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="With --watch: the data set; default: the spec's.")] = None,
    once: Annotated[bool, typer.Option("--once", help="With --watch: what is there now, then end.")] = False,
    every: Annotated[int, typer.Option(min=1, help="With --watch: look for files every so many seconds.")] = 5,
) -> None:
    """Clean rows: personal data out, text in normal form, bad rows set aside. By a file, or a folder as it fills.

    Example: gristmill clean chats.jsonl clean.jsonl
    """
    with plain_errors():
        if watch is None and (input_ is None or output is None):
            _mistake("expected IN and OUT, or --watch DIR --lake LAKE")
        if watch is not None and (input_ is not None or lake is None):
            _mistake("--watch DIR goes with --lake LAKE, and without IN and OUT")
        _refuse_idle(context, "watch" if watch is not None else "file")
        if watch is not None and not watch.is_dir():
            _mistake(f"--watch: expected a folder, came {watch}")
        if lake is not None and lake.exists() and not lake.is_dir():
            _mistake(f"--lake: expected a folder, came {lake}")
        asked = _specified(spec, source, lake)
        if watch is not None:
            raise typer.Exit(_watch(watch, Path(lake or ""), name, asked, every=None if once else every))
        from jobs.tools.clean import main

        code = main(
            str(input_),
            Path(output or ""),
            asked.params,
            asked.source,
            boilerplate=asked.boilerplate,
            shape=shape.value,
            processes=processes,
            force=force,
            as_json=as_json,
        )
        raise typer.Exit(code)


# Options that mean nothing to the other way of cleaning: who gives one expects what will not happen.
_ONLY_FOR = {"file": ("shape", "processes", "force", "as_json"), "watch": ("name", "once", "every")}


def _refuse_idle(context: typer.Context, way: str) -> None:
    other = "watch" if way == "file" else "file"
    origins = {name: context.get_parameter_source(name) for name in _ONLY_FOR[other]}
    given = [name for name, origin in origins.items() if origin is not None and origin.name == "COMMANDLINE"]
    if given:
        option = "--json" if given[0] == "as_json" else f"--{given[0]}"
        _mistake(f"{option} goes with {'--watch' if other == 'watch' else 'IN and OUT, not with --watch'}")


class _Asked(NamedTuple):
    """What a specification asks of cleaning: the steps with their parameters, how rows are read, the data set's name,
    how it starts Spark, and the lines that a build learnt, by source."""

    params: Mapping[str, BaseModel]
    source: SourceLike
    dataset: str | None = None
    spark: SparkSettings | None = None
    boilerplate: Mapping[str, Collection[str]] | None = None


def _specified(spec: Path | None, source: str | None, lake: Path | None) -> _Asked:
    from jobs.cleaning.cleaner import STEPS, default_params
    from jobs.sources.source_rows import SourceFields

    if spec is None:
        if source is not None:
            _mistake("--source goes with --spec, which says what its sources are")
        return _Asked(default_params(), SourceFields())
    from jobs.config import nearest
    from jobs.plan import load_plan

    plan = load_plan(spec)
    sources = {item.name: item for item in plan.specification.sources}
    if source is not None and source not in sources:
        _mistake(f"--source: {spec} has no source {source!r}; {nearest(source, sources)}")
    params = {step: plan.params[step] for step in plan.stages if step in STEPS}
    if not params:
        _mistake(f"--spec: {spec} names no cleaning stage; expected one of {', '.join(STEPS)}")
    if isinstance(getattr(params.get("remove_pii"), "mapping", False), str):
        _mistake(
            f"--spec: {spec} names a table for the mapping, which each build replaces; `mapping: true` keeps it beside "
            "what is cleaned"
        )
    lines = None
    if getattr(params.get("normalize_text"), "boilerplate", "keep") != "keep":
        from jobs.lake.learnt import learnt_boilerplate

        if source is None:
            _mistake(f"--spec: {spec} asks for boilerplate, which is learnt by source; say with --source which this is")
        learnt = learnt_boilerplate(lake or plan.layout.root, plan.specification.name)
        lines = learnt.lines
        _tell(f"boilerplate: {len(lines.get(source, ())):,} lines that run {learnt.run_id} learnt of {source}")
    return _Asked(params, sources[source] if source else SourceFields(), plan.specification.name, plan.spark, lines)


def _watch(folder: Path, lake: Path, name: str | None, asked: _Asked, *, every: int | None) -> int:
    from jobs.clean_batch import Watch
    from jobs.clean_stream import watch_folder
    from jobs.lake.spark_settings import SparkSettings

    watch = Watch(
        folder,
        lake,
        name or asked.dataset or "watched",
        dict(asked.params),
        asked.source,
        asked.spark or SparkSettings(),
        every,
        asked.boilerplate or {},
    )
    try:
        watch_folder(watch, _tell)
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        _mistake(f"--lake: {error.filename} cannot be read or written ({error.strerror})")
    return 0


def _tell(line: str) -> None:
    ERR.print(line, soft_wrap=True)


def _mistake(message: str) -> NoReturn:
    _tell(f"gristmill clean: {message}")
    raise typer.Exit(2)
