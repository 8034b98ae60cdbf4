"""What one stage is asked to do: plain data, so that it can be handed to another process or another machine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from jobs.lake.versions import Provenance, TableVersion
from jobs.spec import SourceSpec


class Inputs(BaseModel):
    """The pinned versions that a stage reads: the rows table, and each decision that has been taken on it since.

    The rows that go on are the rows table less the ids that a decision removed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    rows: TableVersion | None = None
    decisions: tuple[TableVersion, ...] = ()
    split: TableVersion | None = None

    def rows_to_read(self) -> TableVersion:
        """The rows table.

        Raises:
            ValueError: no earlier stage wrote one.
        """
        if self.rows is None:
            raise ValueError("this stage reads rows, and no earlier stage wrote any: put `collect` before it")
        return self.rows

    def pinned(self) -> tuple[TableVersion, ...]:
        """Every version that is read, rows first."""
        named = (self.rows, *self.decisions, self.split)
        return tuple(version for version in named if version is not None)


class SourceFile(BaseModel):
    """One raw file of one source.

    Attributes:
        path: where it is read from, absolute.
        uri: how it is called in every row's provenance: relative to the specification, the same on any machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    source: str
    path: str
    uri: str
    sha256: str


class StageJob(BaseModel):
    """One stage of one run.

    Attributes:
        params: the stage's validated parameters as JSON values.
        table: path of the Delta table that the stage commits to.
        sources, files: what ``collect`` reads; ``files`` are also what ``decontaminate`` protects, their ``source`` the
            set's name. Empty for every other stage.
        embeddings: where the lake keeps embeddings (``Layout.embeddings``); None keeps none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    dataset: str
    stage: str
    params: dict[str, Any]
    inputs: Inputs
    table: str
    run_id: str
    code_commit: str
    configuration_hash: str
    fingerprint: str
    sources: tuple[SourceSpec, ...] = ()
    files: tuple[SourceFile, ...] = ()
    embeddings: str | None = None

    def provenance(self, started_at: datetime) -> Provenance:
        """The commit metadata of this job's result."""
        return Provenance(
            run_id=self.run_id,
            dataset=self.dataset,
            stage=self.stage,
            code_commit=self.code_commit,
            configuration_hash=self.configuration_hash,
            fingerprint=self.fingerprint,
            inputs=self.inputs.pinned(),
            started_at=started_at.astimezone(UTC).isoformat(),
            params=self.params,
        )
