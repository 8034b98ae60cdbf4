"""The cleaning steps in a row: what becomes of one row after all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

from pydantic import BaseModel

from jobs.cleaning.steps import Change, Row, Step, guarded, judge, normalizer, remover
from jobs.privacy.params import PrivacyParams
from jobs.privacy.secrets import Secrets
from jobs.text.params import NormalizeParams
from jobs.text.quality_params import QualityParams

# The stages that clean one row at a time, each with the model of its parameters.
STEPS: dict[str, type[BaseModel]] = {
    "remove_pii": PrivacyParams,
    "normalize_text": NormalizeParams,
    "filter_by_quality_rules": QualityParams,
}


class Outcome(NamedTuple):
    """A row after the steps.

    Attributes:
        row: in the shape of ``ROW_SCHEMA``; ``changes`` counts what all steps did. Quarantined where a step failed.
            ``sealed`` besides where a mapping is asked for (``jobs.privacy.mapping``).
        decision: of the rules (``jobs.lake.schemas.DECISION_SCHEMA``); None where no rule was asked.
    """

    row: Row
    decision: Row | None = None

    @property
    def fate(self) -> str:
        """``kept``, ``rejected`` or ``quarantined``."""
        if self.row.get("quarantine"):
            return "quarantined"
        return "kept" if self.decision is None or self.decision["kept"] else "rejected"


class Cleaner:
    """Runs the steps over rows, in the order in which ``params`` names them.

    Args:
        params: the steps to take (of ``STEPS``), each with its parameters; by default all with the stages' own.
        secrets: salt and key of ``remove_pii``; by default read where its parameters say.
        boilerplate: source -> keys of the lines that a build learnt of it, for ``normalize_text``; one row alone tells
            none.

    Raises:
        KeyError: there is no such step.
    """

    def __init__(
        self,
        params: Mapping[str, BaseModel] | None = None,
        secrets: Secrets | None = None,
        boilerplate: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        params = default_params() if params is None else params
        makers: dict[str, Callable[[Any], Change]] = {
            "remove_pii": partial(remover, secrets=secrets),
            "normalize_text": partial(normalizer, boilerplate=boilerplate),
            "filter_by_quality_rules": _guarded_judge,
        }
        self._steps: list[tuple[str, Change]] = [(name, makers[name](given)) for name, given in params.items()]

    def look_ahead(self, rows: Sequence[Row]) -> None:
        """Shows the steps many rows that are cleaned next (``jobs.cleaning.steps.Step``)."""
        for _, step in self._steps:
            if isinstance(step, Step) and step.look_ahead is not None:
                step.look_ahead(rows)

    def clean(self, row: Row) -> Outcome:
        """What becomes of a row; one that is quarantined already goes through untouched. Never raises."""
        changes: Counter[str] = Counter()
        decision = None
        for name, step in self._steps:
            if row.get("quarantine"):
                return Outcome(row)
            if name == "filter_by_quality_rules":
                decision = step(row)
                if decision.get("quarantine"):
                    return Outcome(decision)
                if not decision["kept"]:
                    break
            else:
                row = step(row)
                changes.update(row.get("changes") or {})
        if not row.get("quarantine"):
            row = {**row, "changes": dict(changes)}
        return Outcome(row, decision)


def default_params() -> dict[str, BaseModel]:
    """Every step with the parameters that its stage has where a specification says nothing."""
    return {name: model() for name, model in STEPS.items()}


def _guarded_judge(params: BaseModel) -> Change:
    return guarded("filter_by_quality_rules", judge(cast(QualityParams, params)))
