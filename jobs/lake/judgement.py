"""What was counted and judged on one table version, kept beside the lake so that no version is judged twice."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from pydantic import BaseModel, ConfigDict, ValidationError

from jobs.lake.suites import GateResult
from jobs.lake.summary import StageSummary
from jobs.lake.versions import TableVersion


class Judgement(BaseModel):
    """One version's counts and its gate's result.

    Attributes:
        suite_hash: of the suite that judged it; an edited suite judges again.
        expected_volumes: what was expected when it was judged; other expectations judge again.
        seconds: what counting and judging took.
    """

    model_config = ConfigDict(frozen=True)
    table: TableVersion
    summary: StageSummary
    gate: GateResult
    suite_hash: str
    expected_volumes: dict[str, int | None]
    seconds: float


class JudgementJob(BaseModel):
    """A gate's work as plain data, so that it can be handed to another process or machine.

    Attributes:
        rows_in: rows that the stages before this one left; None for the first stage.
        keep_in: the file that the judgement is kept in.
        docs: folder of the Data Docs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    dataset: str
    stage: str
    table: TableVersion
    rows_in: int | None
    expected_volumes: dict[str, int | None]
    suite: Path
    docs: Path
    keep_in: Path


def read_judgement(file: Path) -> Judgement | None:
    """The judgement kept in ``file``; None where there is none, or one of an older make."""
    try:
        return Judgement.model_validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def usual_removed(file: Path, versions: int = 5) -> dict[str, float]:
    """The share of each source's rows that the stage usually removes: the median over its last judged versions.

    Args:
        file: where the version that is being judged keeps its judgement; those of earlier versions lie beside it.
        versions: how many of the latest are looked at. Those whose gate stopped the flow are no example.
    """
    earlier = sorted(
        (other for other in file.parent.glob("v*.json") if _version(other) < _version(file)), key=_version, reverse=True
    )
    passed = [found for found in map(read_judgement, earlier) if found is not None and found.gate.passed]
    shares: dict[str, list[float]] = {}
    for judgement in passed[:versions]:
        for name, count in judgement.summary.sources.items():
            if count.rows_in:
                shares.setdefault(name, []).append(count.removed / count.rows_in)
    return {name: median(found) for name, found in shares.items()}


def _version(file: Path) -> int:
    number = file.stem.removeprefix("v")
    return int(number) if number.isdigit() else -1


def keep_judgement(judgement: Judgement, file: Path) -> None:
    """Writes in one step, so that a killed run leaves no half of one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_text(judgement.model_dump_json(indent=2), "utf-8")
    partial.replace(file)
