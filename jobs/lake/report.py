"""One stage's line in the report, the passport and ``gristmill show``: what it did and how it was judged."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from jobs.lake.summary import StageSummary
from jobs.lake.versions import TableVersion

GateVerdict = Literal["ok", "info", "warning", "critical"]


class StageReport(BaseModel):
    """One stage of one run.

    Attributes:
        gate: the worst severity that failed, ``ok`` when none did.
        seconds: wall time of the stage from its start to its commit; of the run that made it, when it was reused.
        reused: an earlier commit with the same fingerprint stood there already.
    """

    model_config = ConfigDict(frozen=True)
    stage: str
    table: TableVersion
    summary: StageSummary
    gate: GateVerdict
    gate_message: str = ""
    seconds: float
    gate_seconds: float = 0.0
    reused: bool = False
