"""The stages, names only, in the order in which they run when a specification says nothing else."""

from __future__ import annotations

from typing import Literal

Writes = Literal["rows", "decisions", "split", "release"]

# What each stage writes says what it may do: a rows stage changes rows, a decisions stage only chooses among them.
STAGES: dict[str, Writes] = {
    "collect": "rows",
    "remove_pii": "rows",
    "normalize_text": "rows",
    "filter_by_quality_rules": "decisions",
    "deduplicate_exact": "decisions",
    "deduplicate_near": "decisions",
    "deduplicate_semantic": "decisions",
    "decontaminate": "decisions",
    "split": "split",
    "publish": "release",
}

# Runs only where a specification names it: nobody else knows which evaluation files are to be protected.
ON_REQUEST = ("decontaminate",)
BY_DEFAULT = tuple(name for name in STAGES if name not in ON_REQUEST)

# Collecting comes first; nothing is published that was not split, and nothing follows publishing.
FIRST, LAST = ("collect",), ("split", "publish")


class OrderError(ValueError):
    """The stages of a specification are in an order that cannot run."""


def check_order(names: list[str]) -> None:
    """Whether these stages can run in this order.

    Raises:
        OrderError: an essential stage is missing or stands in the wrong place.
    """
    if tuple(names[:1]) != FIRST or tuple(names[-2:]) != LAST:
        raise OrderError(
            f"expected {', '.join(FIRST)} first and {', '.join(LAST)} last, came: {', '.join(names) or 'no stage'}"
        )


def zone(stage: str) -> str:
    """The part of the lake that a stage writes to: ``raw`` holds personal data by nature and lies apart."""
    return "raw" if stage == "collect" else "clean"
