"""What a build has learnt of its sources, for who cleans single rows of them afterwards: read without Spark."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import orjson

from jobs.lake.layout import Layout, boilerplate_file
from jobs.lake.versions import history

_STAGE = "normalize_text"


class NotLearnt(ValueError):
    """The lake holds nothing that was learnt; the message says what to do."""


class Learnt(NamedTuple):
    """Agents' lines.

    Attributes:
        lines: source -> keys of its lines (``jobs.text.boilerplate``); no entry for a source that has none.
        run_id: the build that learnt them.
    """

    lines: dict[str, frozenset[str]]
    run_id: str


def learnt_boilerplate(lake: Path, dataset: str) -> Learnt:
    """The lines that the newest build of a data set took for boilerplate.

    Raises:
        NotLearnt: no build has looked for any, or its list is gone.
    """
    table = Layout(lake.resolve(), dataset).table(_STAGE, "clean")
    looked = (commit for commit in history(table) if commit.provenance.params.get("boilerplate", "keep") != "keep")
    newest = next(looked, None)
    if newest is None:
        raise NotLearnt(
            f"no build of {dataset} in {lake} has learnt boilerplate; build it once (`gristmill build`), name its lake "
            "with --lake, or leave `boilerplate` out"
        )
    file = boilerplate_file(table, newest.provenance.run_id)
    try:
        lines = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        raise NotLearnt(f"{file}: expected the lines that the newest build learnt; build {dataset} again") from None
    return Learnt({source: frozenset(found) for source, found in lines.items()}, newest.provenance.run_id)
