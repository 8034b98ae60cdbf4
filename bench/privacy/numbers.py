"""Recall and precision of the structured kinds: ``python -m bench.privacy.numbers [--side held_out] [--show 5]``."""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bench.privacy.cases import HELD_OUT, TUNING, Case, negatives, truth
from bench.privacy.values import load_areas
from jobs.privacy.analyzer import Analyzer
from jobs.privacy.recognizers import DEFAULT_ENTITIES
from jobs.privacy.spans import Span

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
# Names and addresses are measured elsewhere: sentences here hold some by the way.
ENTITIES = tuple(
    name
    for name in DEFAULT_ENTITIES
    if name not in ("PERSON", "ADDRESS", "US_SSN", "IBAN_CODE", "LOCATION", "ORGANIZATION", "DATE_TIME")
)
OPTIONAL = ("ORDER_NUMBER", "PARCEL_NUMBER", "MEMBER_NUMBER")


@dataclass
class Score:
    """What was found of one kind of value, and what was taken for its entity and is not."""

    total: int = 0
    covered: int = 0
    exact: int = 0
    missed: list[str] = field(default_factory=list)


def measure(
    cases: Iterable[Case], analyzer: Analyzer
) -> tuple[dict[str, Score], dict[str, list[tuple[str, str]]], Counter[str]]:
    """By kind what was found; by entity the (kind, text) of false findings; by entity how many were right.

    A value is found where spans of its entities cover all of it: what is left of a number still tells whose it is.
    """
    scores: dict[str, Score] = defaultdict(Score)
    false: dict[str, list[tuple[str, str]]] = defaultdict(list)
    right: Counter[str] = Counter()
    for case in cases:
        spans = analyzer.analyze(case.text)
        mine = [span for span in spans if span.entity in case.entities and _overlap(span, case)]
        if case.entities:
            score = scores[case.kind]
            score.total += 1
            found = any(span.start <= case.start and case.end <= span.end for span in mine)
            score.covered += found
            score.exact += any((span.start, span.end) == (case.start, case.end) for span in mine)
            if not found:
                score.missed.append(case.text)
        for span in spans:
            if span in mine:
                right[span.entity] += 1
            else:
                false[span.entity].append(
                    (case.kind, f"{case.text}  -> {case.text[span.start : span.end]} ({span.recognizer})")
                )
    return scores, false, right


def _overlap(span: Span, case: Case) -> bool:
    return span.start < case.end and span.end > case.start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=[TUNING, HELD_OUT], default=HELD_OUT)
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--show", type=int, default=0, help="examples of each kind of fault; all are invented")
    options = parser.parse_args()
    areas = load_areas(SHARED)
    cases = [
        *truth(options.seed, options.side, options.each, areas),
        *negatives(options.seed, options.side, options.each, areas),
    ]
    usual = [case for case in cases if not set(case.entities) & set(OPTIONAL) and case.kind != "no_order"]
    scores, false, right = measure(usual, Analyzer(ENTITIES))
    optional = [case for case in cases if set(case.entities) & set(OPTIONAL)]
    more, _, _ = measure(optional, Analyzer([*ENTITIES, *OPTIONAL]))
    orders = [case for case in cases if case.kind == "no_order"]
    _, taken, _ = measure(orders, Analyzer(ENTITIES))
    for entity, found in taken.items():
        false[entity] += found
    for name, score in {**scores, **more}.items():
        recall, exact = score.covered / score.total, score.exact / score.total
        print(f"{name:12} n {score.total:5} recall {recall:.4f} exact {exact:.4f}")
        for text in score.missed[: options.show]:
            print("     missed:", text.replace("\n", "|"))
    for entity in ENTITIES:
        wrong = len(false[entity])
        if found := right[entity] + wrong:
            print(f"{entity:18} right {right[entity]:6} false {wrong:5} precision {right[entity] / found:.4f}")
        for kind, text in false[entity][: options.show * 2]:
            print(f"     false ({kind}):", text.replace("\n", "|"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
