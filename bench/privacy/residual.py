"""What the second look sees before cleaning, and what after: ``python -m bench.privacy.residual``.

Before cleaning it should see most values (it is no use otherwise), afterwards none; of numbers that are nobody's, few.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable

from bench.privacy.cases import HELD_OUT, TUNING, Case, negatives, truth
from bench.privacy.numbers import OPTIONAL, SHARED
from bench.privacy.values import load_areas
from jobs.privacy.desensitise import Desensitiser
from jobs.privacy.params import PrivacyParams
from jobs.privacy.residual import residual


def shares(texts: Iterable[tuple[str, str]]) -> dict[str, float]:
    """By kind of case, the share of its texts that show anything."""
    total, seen = Counter[str](), Counter[str]()
    for kind, text in texts:
        total[kind] += 1
        seen[kind] += bool(residual(text))
    return {kind: seen[kind] / n for kind, n in total.items()}


def cleaned(cases: Iterable[Case]) -> list[tuple[str, str]]:
    """The cases' texts as remove_pii leaves them."""
    desensitiser = Desensitiser.from_params(PrivacyParams())
    return [(case.kind, desensitiser.desensitise_text(case.text)[0]) for case in cases]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=[TUNING, HELD_OUT], default=HELD_OUT)
    parser.add_argument("--each", type=int, default=150)
    parser.add_argument("--seed", type=int, default=6)
    options = parser.parse_args()
    areas = load_areas(SHARED)
    drawn = truth(options.seed, options.side, options.each, areas)
    cases = [case for case in drawn if not set(case.entities) & set(OPTIONAL)]
    nobodys = negatives(options.seed, options.side, options.each, areas)
    before = shares((case.kind, case.text) for case in cases)
    after = shares(cleaned(cases))
    for kind, share in before.items():
        print(f"{kind:14} seen before {share:.3f} after {after[kind]:.3f}")
    for kind, share in shares((case.kind, case.text) for case in nobodys).items():
        if share:
            print(f"{kind:14} seen {share:.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
