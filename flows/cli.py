"""The ``gristmill`` command. Every import that costs time stands inside the command that needs it."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from flows.clean import clean
from flows.row_commands import Lake, add_row_commands, lake_root
from flows.terminal import ERR, OUT, plain_errors, print_json
from flows.tool_commands import add_tools

if TYPE_CHECKING:
    from flows.report import BuildReport
    from jobs.lake.layout import Layout

app = typer.Typer(
    name="gristmill",
    help="Turns raw dialogues and tables into cleaned, deduplicated, versioned fine-tuning data sets.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Profile(StrEnum):
    """Which layer lies over conf/base.yaml."""

    local = "local"
    cluster = "cluster"


class LauncherName(StrEnum):
    """Where stages run."""

    local = "local"
    spark_submit = "spark-submit"


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Bring back Spark's, Prefect's and GX's own logs.")]
Reference = Annotated[str, typer.Argument(metavar="NAME[@VERSION]", help="A release; the newest without a version.")]


@app.command()
def build(
    specification: Annotated[Path, typer.Argument(help="The data set's YAML specification.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="STAGE.KEY=VALUE", help="Over the specification; repeatable.")
    ] = None,
    profile: Annotated[Profile, typer.Option(help="conf/local.yaml or conf/cluster.yaml.")] = Profile.local,
    launcher: Annotated[LauncherName, typer.Option(help="Run stages here or by spark-submit.")] = LauncherName.local,
    master: Annotated[str | None, typer.Option(help="Spark master for --launcher spark-submit.")] = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Build a data set and publish it.

    Example: gristmill build conf/datasets/ecommerce.yaml --set deduplicate_near.threshold=0.85
    """
    with plain_errors():
        report = _build(specification, set_ or [], profile.value, launcher.value, master, verbose, quiet=as_json)
        if as_json:
            print(report.model_dump_json(indent=2))  # noqa: T201 - the command's own output
        else:
            from flows.report import show_build

            show_build(report, OUT)
            name = f"{report.dataset}@{report.version}"
            OUT.print(f"Next: gristmill show {name}   gristmill read {name} --limit 5", soft_wrap=True)


@app.command()
def demo(
    verbose: Verbose = False,
) -> None:
    """Build the example of an e-commerce customer service, and score it against what was spoilt in it.

    Example: gristmill demo
    """
    from flows.demo import ECOMMERCE, next_steps, prepare, score

    with plain_errors():
        prepare(OUT)
        report = _build(ECOMMERCE, [], "local", "local", None, verbose, quiet=False)
        from flows.report import show_build

        show_build(report, OUT)
        score(report, OUT)
        OUT.print(next_steps(report), soft_wrap=True)


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="The data set's name: lower-case letters, digits, underscores.")],
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Look at this file and fill in what it shows.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Write over an existing NAME.yaml.")] = False,
) -> None:
    """Write a commented specification to start from, NAME.yaml.

    Example: gristmill init support_chats --from exported_chats.json
    """
    from jobs.tools.starter import write_starter

    with plain_errors():
        file, seen = write_starter(name, from_, Path.cwd(), force=force)
        for line in seen:
            OUT.print(line, soft_wrap=True)
        OUT.print(f"Wrote {file}. Read it through, then: gristmill build {file}", soft_wrap=True)


@app.command()
def releases(
    name: Annotated[str | None, typer.Argument(help="One data set's only.")] = None,
    lake: Lake = None,
    as_json: AsJson = False,
) -> None:
    """List what was released, oldest first.

    Example: gristmill releases ecommerce_customer_service
    """
    from flows.release_report import release_rows, release_table
    from jobs.lake.layout import released_datasets
    from jobs.release.ledger import releases as released

    with plain_errors():
        root = lake_root(lake)
        found = [r for d in ([name] if name else released_datasets(root)) for r in released(_layout(root, d))]
        if as_json:
            print_json(release_rows(found))
        elif found:
            OUT.print(release_table(found))
        else:
            OUT.print(f"Nothing has been released{f' of {name}' if name else ''} in {root}.", soft_wrap=True)


@app.command()
def show(reference: Reference, lake: Lake = None, as_json: AsJson = False) -> None:
    """Show how a release came about: its stages, counts, gates and files.

    Example: gristmill show ecommerce_customer_service@1.0.0 --json
    """
    from flows.release_report import release_details, show_release
    from jobs.release.ledger import find, parse_reference

    with plain_errors():
        name, version = parse_reference(reference)
        layout = _layout(lake_root(lake), name)
        release = find(layout, version)
        if as_json:
            print_json(release_details(release, layout))
        else:
            show_release(release, layout, OUT)


@app.command()
def read(
    reference: Reference,
    limit: Annotated[int | None, typer.Option(min=1, help="So many rows only.")] = None,
    split: Annotated[str | None, typer.Option(help="train, validation or test only.")] = None,
    format_: Annotated[str | None, typer.Option("--format", help="chatml (the default), alpaca, sharegpt ...")] = None,
    lake: Lake = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines, which is what it prints anyway.")] = False,
) -> None:
    """Print a release's rows as JSON Lines, from the table version that it pins.

    Example: gristmill read ecommerce_customer_service@1.0.0 --limit 5
    """
    from jobs.release.ledger import find, parse_reference
    from jobs.release.reading import read_rows

    with plain_errors():
        name, version = parse_reference(reference)
        release = find(_layout(lake_root(lake), name), version)
        for row in read_rows(release, limit=limit, split=split, format=format_):
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


@app.command()
def stage(
    job: Annotated[Path, typer.Argument(help="A job file, as the spark-submit launcher writes them.")],
    gate: Annotated[bool, typer.Option(help="The file is a gate's job, not a stage's.")] = False,
) -> None:
    """Run one stage, or open one gate, from a job file: what spark-submit runs.

    Example: gristmill stage job.json
    """
    from jobs import run_stage

    with plain_errors():
        raise typer.Exit(run_stage.main(["gate" if gate else "stage", str(job)]))


add_row_commands(app)
app.command()(clean)
add_tools(app)


def main() -> None:
    """The console script."""
    app()


def _build(
    specification: Path,
    assignments: list[str],
    profile: str,
    launcher: str,
    master: str | None,
    verbose: bool,
    *,
    quiet: bool,
) -> BuildReport:
    # A wrong specification is told at once, before a server and a JVM are started for it.
    from jobs.plan import load_plan

    load_plan(specification, profile, assignments)
    _set_logging(verbose)
    if verbose:
        assignments = [*assignments, "spark.verbose=true"]
    from flows.build import build_dataset
    from flows.progress import listening

    with listening(lambda line: None if quiet else ERR.print(line, soft_wrap=True)):
        report: BuildReport = build_dataset(
            specification=str(specification),
            profile=cast(Any, profile),  # Prefect checks both against the flow's own literals
            settings=assignments,
            launcher=cast(Any, launcher),
            master=master,
        )
    return report


def _set_logging(verbose: bool) -> None:
    """Before Prefect is imported: it reads its settings once."""
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    if verbose:
        os.environ["GRISTMILL_VERBOSE"] = "1"
    else:
        # Only the terminal is quietened: a server that is there still gets every line.
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")


def _layout(root: Path, dataset: str) -> Layout:
    from jobs.lake.layout import Layout

    return Layout(root, dataset)
