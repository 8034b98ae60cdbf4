"""Which of the texts of a file are duplicates, by one of three ways, and what lies around the threshold.

The decisions are those of ``jobs.similarity``; here they are brought to one shape, and the pairs that a person needs to
see to judge a threshold are added: those just below it, and those that a guard forbids to merge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.similarity.candidates import bucket_pairs, chain_keys
from jobs.similarity.minhash import NO_BUCKET, MinHashConfig, band_keys_of, jaccard_pairs
from jobs.similarity.near import near_duplicates
from jobs.similarity.semantic import (
    DEFAULT_MODELS,
    LEXICAL,
    SemanticDuplicates,
    Thresholds,
    find_pairs,
    semantic_duplicates,
    thresholds_of,
)
from jobs.similarity.shingles import shingle, token_counts
from jobs.text.language import Language
from jobs.tools.dedup_pairs import Found, Pairs, blocked_by, in_order, joined, no_pairs

_I64 = npt.NDArray[np.int64]
_F64 = npt.NDArray[np.float64]


def exact(classes: int) -> Found:
    """Every class stays: rows that say the same are one class already."""
    none = np.full(classes, -1, dtype=np.int64)
    told = ["equal up to white space"]
    return Found(none, none, np.full(classes, np.nan), ["exact"] * classes, no_pairs(), no_pairs(), {}, 0.0, told)


def near(
    texts: pa.LargeStringArray,
    rank: _I64,
    threshold: float,
    config: MinHashConfig,
    *,
    guards: Sequence[str] = (),
    strict: _I64 | None = None,
    margin: float | None = None,
) -> Found:
    """Classes whose Jaccard similarity of shingles with a kept class reaches ``threshold``.

    Args:
        margin: also look for pairs this far below the threshold and for blocked ones; None does not. The bands are
            those of the threshold, so fewer of the pairs below it are found, as the S-curve says.
    """
    buckets = band_keys_of(texts, config)
    rows = _sharing(buckets)
    # Most rows of most files share no bucket with another: nothing of theirs is held any longer.
    some, buckets = texts.take(pa.array(rows)), buckets[rows]
    listed, place = some.to_pylist(), np.argsort(np.argsort(rank[rows])).astype(np.int64)
    marks = None if strict is None else strict[rows]
    result = near_duplicates(listed, place, threshold, config=config, guards=guards, strict=marks)
    alike = in_order(place, result.left, result.right, result.similarity)
    pairs = Pairs(*alike, [None] * len(alike[0]), ["near"] * len(alike[0]))
    below = no_pairs()
    if margin is not None:
        left, right, value = _around(some, buckets, place, max(threshold - margin, 0.01), config)
        same = np.ones(len(left), dtype=bool) if marks is None else _equal(marks, left, right)
        reached = value >= threshold
        pairs = _with_blocked(pairs, listed, (left, right, value), same, reached, guards)
        under = np.flatnonzero(~reached & same)
        below = Pairs(left[under], right[under], value[under], [None] * len(under), ["near"] * len(under))
    witness, similarity = np.full(len(rank), -1, dtype=np.int64), np.full(len(rank), np.nan)
    witness[rows] = np.where(result.survivors.kept, -1, rows[result.survivors.witness])
    similarity[rows] = result.survivors.similarity
    pairs, below = pairs.of_rows(rows), below.of_rows(rows)
    way = ["near" if tokens >= config.width else "" for tokens in token_counts(texts).tolist()]
    none = np.full(len(rank), -1, dtype=np.int64)
    told = [f"exact Jaccard of shingles of {config.width} tokens, at least {threshold:g}"]
    told += config.describe().split("\n")
    limits = {"near": threshold}
    return Found(witness, none, similarity, way, pairs, below, limits, margin or 0.0, told)


def semantic(
    texts: pa.LargeStringArray,
    rank: _I64,
    threshold: float | None,
    *,
    models: Mapping[str, str | None],
    guards: Sequence[str],
    strict: _I64 | None = None,
    flag: float | None = None,
    margin: float | None = None,
) -> Found:
    """Classes that mean the same as a kept one, by cosine.

    Args:
        threshold: for every way of comparing; None takes the measured ones, by which shared characters alone flag and
            do not remove.
        flag: the cosine from which on a pair is flagged; default the threshold, or the measured one.

    Raises:
        jobs.similarity.embeddings.ModelCannotRead, ModelMissing: as ``semantic_duplicates``.
        ValueError: ``flag`` above ``threshold``.
    """
    listed = texts.to_pylist()
    ways = {model for model in models.values() if model} | {LEXICAL}
    limits = {way: _limits(way, threshold, flag) for way in ways}
    seen: dict[str, tuple[_I64, _I64, _F64]] = {}

    def find(some: Sequence[str], way: str, lowest: float) -> tuple[_I64, _I64, _F64]:
        left, right, value = find_pairs(some, way, max(0.01, lowest - (margin or 0.0)))
        seen[way] = left, right, value
        reached = value >= lowest
        return left[reached], right[reached], value[reached]

    result = semantic_duplicates(
        listed, rank, models=models, thresholds=limits, guards=guards, strict=strict, find=find
    )
    pairs, below = _survey(listed, rank, result, seen, limits, guards, strict)
    flagged = ~result.flagged.kept
    like = np.where(flagged, result.flagged.witness, -1).astype(np.int64)
    similarity = np.where(flagged, result.flagged.similarity, result.removed.similarity).astype(np.float64)
    told = [_told(way, limits[way]) for way in sorted(set(filter(None, result.ways)))]
    way = [way or "" for way in result.ways]
    thresholds = {way: limits[way].lowest for way in set(filter(None, result.ways))}
    return Found(result.removed.witness, like, similarity, way, pairs, below, thresholds, margin or 0.0, told)


def models_of(model: str | None) -> Mapping[str, str | None]:
    """Which model reads which language: the default ones for None, none for ``lexical``, else one for all texts."""
    if model is None:
        return DEFAULT_MODELS
    return {} if model == LEXICAL else dict.fromkeys(get_args(Language), model)


def _limits(way: str, threshold: float | None, flag: float | None) -> Thresholds:
    measured = thresholds_of(way)
    if threshold is None:
        return measured if flag is None else Thresholds(measured.remove, flag)
    return Thresholds(threshold, threshold if flag is None else flag)


def _told(way: str, limits: Thresholds) -> str:
    removes = "removes nothing" if limits.remove is None else f"removes from {limits.remove:g}"
    how = "lexical, shared characters and not meaning (cosine of TF-IDF)" if way == LEXICAL else f"cosine by {way}"
    return f"{how}: {removes}" + ("" if limits.remove == limits.flag else f", flags from {limits.flag:g}")


def _sharing(buckets: _I64) -> _I64:
    """The rows that share a bucket with another, in order."""
    shared = np.zeros(len(buckets), dtype=bool)
    for band in buckets.T:
        order = np.argsort(band, kind="stable")
        twice = np.flatnonzero((band[order][1:] == band[order][:-1]) & (band[order][1:] != NO_BUCKET))
        shared[order[twice]] = shared[order[twice + 1]] = True
    return np.flatnonzero(shared)


def _around(
    texts: pa.LargeStringArray, buckets: _I64, rank: _I64, lowest: float, config: MinHashConfig
) -> tuple[_I64, _I64, _F64]:
    """Candidate pairs of one round whose Jaccard reaches ``lowest``; only their own shingles are held."""
    keys, used = buckets.ravel(), buckets.ravel() != NO_BUCKET
    chain = chain_keys(buckets).ravel()[used]
    found = bucket_pairs(keys[used], np.repeat(rank, buckets.shape[1])[used], neighbours=chain)
    by_rank = np.argsort(rank)
    left, right = by_rank[found.left], by_rank[found.right]
    rows, place = np.unique(np.concatenate([left, right]), return_inverse=True)
    value = jaccard_pairs(shingle(texts.take(pa.array(rows)), config.width), place[: len(left)], place[len(left) :])
    near_enough = value >= lowest
    return left[near_enough], right[near_enough], value[near_enough]


def _with_blocked(
    pairs: Pairs,
    listed: Sequence[str],
    found: tuple[_I64, _I64, _F64],
    same: npt.NDArray[np.bool_],
    reached: npt.NDArray[np.bool_],
    guards: Sequence[str],
) -> Pairs:
    """``pairs`` and those that reached the threshold but that a guard, or media and labels, keep apart."""
    left, right, value = found
    blocked: dict[int, str] = {int(k): "different_media_or_label" for k in np.flatnonzero(reached & ~same)}
    if guards:
        blocked |= blocked_by(listed, left, right, np.flatnonzero(reached & same), guards)
    places = np.array(sorted(blocked), dtype=np.int64)
    return Pairs(
        np.concatenate([pairs.left, left[places]]),
        np.concatenate([pairs.right, right[places]]),
        np.concatenate([pairs.similarity, value[places]]),
        [*pairs.blocked, *(blocked[int(k)] for k in places)],
        [*pairs.way, *["near"] * len(places)],
    )


def _survey(
    texts: Sequence[str],
    rank: _I64,
    result: SemanticDuplicates,
    seen: Mapping[str, tuple[_I64, _I64, _F64]],
    limits: Mapping[str, Thresholds],
    guards: Sequence[str],
    strict: _I64 | None,
) -> tuple[Pairs, Pairs]:
    """All pairs that were seen, those that reached a threshold and those that did not."""
    free = set(zip(result.left.tolist(), result.right.tolist(), strict=True))
    reached, under = [], []
    for way, (left, right, value) in sorted(seen.items()):
        rows = np.array([i for i, other in enumerate(result.ways) if other == way], dtype=np.int64)
        left, right = rows[left], rows[right]
        same = np.ones(len(left), dtype=bool) if strict is None else _equal(strict, left, right)
        high = value >= limits[way].lowest
        why: list[str | None] = [None] * len(left)
        apart = [k for k in np.flatnonzero(high).tolist() if (int(left[k]), int(right[k])) not in free]
        for k in apart:
            why[k] = "different_media_or_label"
        for k, guard in blocked_by(
            texts, left, right, np.array([k for k in apart if same[k]], np.int64), guards
        ).items():
            why[k] = guard
        left, right, value = in_order(rank, left, right, value)
        every = Pairs(left, right, value, why, [way] * len(left))
        reached.append(every.take(np.flatnonzero(high)))
        under.append(every.take(np.flatnonzero(~high & same)))
    return joined(reached), joined(under)


def _equal(strict: _I64, left: _I64, right: _I64) -> npt.NDArray[np.bool_]:
    return np.asarray(strict[left] == strict[right])
