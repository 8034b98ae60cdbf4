"""The commands that show rows of a data set that was built: without Spark, without Prefect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from flows.terminal import OUT, plain_errors, print_json


def add_row_commands(app: typer.Typer) -> None:
    """Adds the commands, in this order."""
    app.command("dedup-report")(dedup_report)
    app.command("quality-report")(quality_report)
    app.command()(explain)


Lake = Annotated[Path | None, typer.Option("--lake", help="The lake's folder; by default the configuration's.")]


def dedup_report(
    dataset: Annotated[str, typer.Argument(help="A data set that was built.")],
    html: Annotated[Path, typer.Argument(help="The page to write; it shows rows.")],
    stage: Annotated[str, typer.Option(help="Whose decisions.")] = "deduplicate_near",
    by: Annotated[str, typer.Option(help="The part of a row that is shown.")] = "dialogue",
    lake: Lake = None,
    force: Annotated[bool, typer.Option(help="Write over an existing page.")] = False,
) -> None:
    """Write a page of what a build took for duplicates: clusters, pairs with their differences, similarities.

    Example: gristmill dedup-report ecommerce_customer_service duplicates.html
    """
    from jobs.tools.build_duplicates import checked_page, write_build_page

    with plain_errors():
        page = checked_page(html, stage, by, force=force)
        shown = write_build_page(lake_root(lake), dataset, stage, cast(Any, by), page)
        counts = ", ".join(f"{count:,} {name}" for name, count in shown.counts.items())
        OUT.print(f"{counts}\nWrote {page}", soft_wrap=True)


def explain(
    row_id: Annotated[str, typer.Argument(help="The row's record id, or its beginning.")],
    dataset: Annotated[str | None, typer.Option(help="Its data set; by default all are searched.")] = None,
    lake: Lake = None,
    raw: Annotated[bool, typer.Option("--raw", help="Show the row as collected, personal data and all.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Tell what each stage did with a row, each quality rule's value for it, and the releases that it is in.

    Example: gristmill explain 3fa9c1 --dataset ecommerce_customer_service
    """
    from jobs.tools.explain import explain as explained
    from jobs.tools.explain_text import explanation_lines

    with plain_errors():
        told = explained(lake_root(lake), row_id, dataset, raw=raw)
        if as_json:
            print_json(told.as_json())
        else:
            for line in explanation_lines(told):
                OUT.print(line, soft_wrap=True)


def quality_report(
    dataset: Annotated[str, typer.Argument(help="A data set that was built.")],
    html: Annotated[Path, typer.Argument(help="The page to write; it shows rows.")],
    lake: Lake = None,
    force: Annotated[bool, typer.Option(help="Write over an existing page.")] = False,
) -> None:
    """Write a page of what each quality rule removed, alone and with others: examples, values, and the bound.

    Example: gristmill quality-report ecommerce_customer_service quality.html
    """
    from jobs.tools.quality_report import write_quality_page

    with plain_errors():
        counts = write_quality_page(lake_root(lake), dataset, html, force=force)
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        OUT.print(f"{told}\nWrote {html}", soft_wrap=True)


def lake_root(given: Path | None) -> Path:
    """The lake that a command was given, or the configuration's."""
    from jobs.plan import load_settings

    return (given or Path(load_settings().lake.root)).resolve()
