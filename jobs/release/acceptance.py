"""The acceptance targets of a specification, measured on the very rows that are about to be released."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from jobs.lake.report import StageReport
from jobs.release.statistics import Statistics
from jobs.spec import Acceptance


class AcceptanceResult(BaseModel):
    """One target and what was measured. ``value`` is None where it could not be measured, which never passes."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    measure: str
    value: float | None
    at_least: float | None = None
    at_most: float | None = None
    passed: bool
    otherwise: Literal["refuse", "warn"] = "refuse"

    @property
    def wanted(self) -> str:
        """The bounds in words: ``at least 0.8, at most 0.95``."""
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return ", ".join(f"{word} {number_text(bound)}" for word, bound in bounds if bound is not None)


class AcceptanceError(RuntimeError):
    """The rows miss a target of the specification whose ``otherwise`` is ``refuse``; nothing was released.

    Attributes:
        failed: the results that refuse the release.
    """

    def __init__(self, failed: Sequence[AcceptanceResult]) -> None:
        self.failed = tuple(failed)
        lines = [f"  {r.measure}: expected {r.wanted}, measured {_measured(r)}. {_ADVICE[r.measure]}" for r in failed]
        super().__init__(
            f"not released: {len(self.failed)} acceptance target(s) of the specification missed\n"
            + "\n".join(lines)
            + "\nChange the data or the stage, change the target under `acceptance`, or give that target "
            "`otherwise: warn` to release all the same with the miss written in the passport."
        )


# What moves each number, so that the error says more than that it is wrong.
_ADVICE: Mapping[str, str] = {
    "rows": "Rows released: add sources, or see in the report which stage removed most.",
    "train_rows": "Rows in the split `train`: add sources, or give `split` a larger share for train.",
    "kept_share": "Rows released of rows collected: see in the report which stage removed most, and why.",
    "chinese_share": "Rows in Chinese (rows that mix languages do not count): check the sources' languages.",
    "english_share": "Rows in English (rows that mix languages do not count): check the sources' languages.",
    "synthetic_share": "Rows that no person wrote: change `count` of the template sources, or add real ones.",
    "intents": "Different values of `meta.intent`: map the field that holds it under the source's `fields`.",
    "rows_of_smallest_intent": "Rows of the rarest intent: add examples of it, or merge intents.",
    "multi_turn_share": "Rows with more than one user message: add dialogues, or check how turns were joined.",
    "mean_answer_characters": "Characters of an assistant message: check length bounds of the quality rules.",
}


def measure(statistics: Statistics, stages: Iterable[StageReport]) -> dict[str, float]:
    """Every ``Measure`` of a specification, by name.

    ``kept_share`` is rows released over rows that ``collect`` met, and is missing where no stage report tells that.
    A share of no rows is 0.
    """
    whole = max(statistics.rows, 1)
    values: dict[str, float] = {
        "rows": statistics.rows,
        "train_rows": statistics.splits.get("train", 0),
        "chinese_share": statistics.languages.get("zh", 0) / whole,
        "english_share": statistics.languages.get("en", 0) / whole,
        "synthetic_share": statistics.synthetic_rows / whole,
        "intents": statistics.distinct_intents,
        "rows_of_smallest_intent": statistics.rows_of_smallest_intent,
        "multi_turn_share": statistics.multi_turn_rows / whole,
        "mean_answer_characters": statistics.answer_characters / max(statistics.answers, 1),
    }
    collected = next((report.summary.rows_in for report in stages if report.stage == "collect"), None)
    if collected is not None:
        values["kept_share"] = statistics.rows / max(collected, 1)
    return values


def check(targets: Iterable[Acceptance], measures: Mapping[str, float]) -> list[AcceptanceResult]:
    """Each target against what was measured; both bounds are inclusive."""
    return [_judge(target, measures.get(target.measure)) for target in targets]


def require(results: Iterable[AcceptanceResult]) -> None:
    """Passes when no target that refuses was missed.

    Raises:
        AcceptanceError: names each missed one with its value and bounds.
    """
    failed = [result for result in results if not result.passed and result.otherwise == "refuse"]
    if failed:
        raise AcceptanceError(failed)


def number_text(value: float) -> str:
    """A count with thousands separators, or a share to six places: ``9,120``, ``0.831204``."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.6f}".rstrip("0").rstrip(".")


def _judge(target: Acceptance, value: float | None) -> AcceptanceResult:
    above = value is not None and (target.at_least is None or value >= target.at_least)
    below = value is not None and (target.at_most is None or value <= target.at_most)
    return AcceptanceResult(
        measure=target.measure,
        value=value,
        at_least=target.at_least,
        at_most=target.at_most,
        passed=above and below,
        otherwise=target.otherwise,
    )


def _measured(result: AcceptanceResult) -> str:
    return "nothing (no report of `collect`)" if result.value is None else number_text(result.value)
