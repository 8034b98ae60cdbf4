"""Which of two alike rows stays: the parameters that every deduplication takes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from jobs.similarity.survivors import KeepPolicy


class KeepParams(BaseModel):
    """Keep order.

    Attributes:
        keep: criteria in order, ties by record id: ``longest``, ``newest`` (by ``collected_at``), ``source``.
        sources: source names for ``source``, first kept first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    keep: tuple[Literal["longest", "newest", "source"], ...] = ("longest",)
    sources: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_which_stays(self) -> KeepParams:
        self.policy()
        return self

    def policy(self) -> KeepPolicy:
        """The order in which rows are kept."""
        return KeepPolicy(self.keep, self.sources)
