"""Alike in meaning: which way each text is compared, and the whole chain from texts to survivors in one process.

A text is compared the way its language asks for: by the embedding model configured for it, or, where none is, by its
characters (``jobs.similarity.lexical``). Texts are compared only with texts that are compared the same way. The Spark
stage runs the same functions piece by piece; this is its oracle in tests, and what the commands use on a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.similarity import embeddings, lexical, neighbours
from jobs.similarity.guards import SEMANTIC_GUARDS, blocks_merge, may_merge
from jobs.similarity.model_files import DEFAULT_MODEL, canonical
from jobs.similarity.survivors import Survivors, solve
from jobs.text.language import language_of

LEXICAL = "lexical"
# What the commands compare with unless told otherwise: no Chinese model is part of a default installation.
DEFAULT_MODELS: Mapping[str, str | None] = {"en": DEFAULT_MODEL, "zh": None}

_I64 = npt.NDArray[np.int64]
_F64 = npt.NDArray[np.float64]
Pairs = tuple[_I64, _I64, _F64]
# texts of one way, the way's name, the lowest cosine wanted -> left, right (left < right), cosine
FindPairs = Callable[[Sequence[str], str, float], Pairs]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Cosines from which on a row is removed and flagged; ``remove`` None removes nothing."""

    remove: float | None
    flag: float

    def __post_init__(self) -> None:
        if self.remove is not None and self.flag > self.remove:
            raise ValueError(f"expected flag at or below remove ({self.remove:g}); got {self.flag:g}")

    @property
    def lowest(self) -> float:
        """The smallest cosine that matters."""
        return self.flag if self.remove is None else min(self.flag, self.remove)


@dataclass(frozen=True, slots=True)
class SemanticDuplicates:
    """What ``semantic_duplicates`` found among n texts.

    Attributes:
        ways: (n,) ``way_of`` each text.
        removed: who stays and who goes, each with its kept witness.
        flagged: the same at the flag's threshold among the rows that removal leaves: "not kept" means flagged.
        left, right, similarity: every pair that reached its flag's threshold and that no guard tells apart.
    """

    ways: list[str | None]
    removed: Survivors
    flagged: Survivors
    left: _I64
    right: _I64
    similarity: _F64


@dataclass(frozen=True, slots=True)
class Likeness:
    """One pair's cosine, how it was measured (a model's name, "lexical", None: nothing to compare), and the guard
    that forbids a merge, if one does ("different_numbers")."""

    similarity: float
    way: str | None
    blocked: str | None


def way_of(text: str, models: Mapping[str, str | None] = DEFAULT_MODELS) -> str | None:
    """The model that reads ``text``, ``LEXICAL`` where its language has none, None for an empty text.

    Args:
        models: model by language, "en" and "zh"; a text of both languages counts as Chinese, and one in any other
            language is compared lexically.
    """
    if not text.strip():
        return None
    language = language_of(text)
    return models.get("zh" if language == "mixed" else language) or LEXICAL


def thresholds_of(way: str) -> Thresholds:
    """The measured thresholds of a way of comparing (``embeddings.MEASURED``, ``lexical``).

    For a model that nobody measured there is no cosine known to be precise enough, so it removes nothing.
    """
    if way == LEXICAL:
        return Thresholds(lexical.REMOVE_AT, lexical.FLAG_AT)
    return Thresholds(*embeddings.MEASURED.get(canonical(way), (None, embeddings.FLAG_AT)))


def semantic_duplicates(
    texts: Sequence[str],
    rank: _I64,
    *,
    models: Mapping[str, str | None] = DEFAULT_MODELS,
    thresholds: Mapping[str, Thresholds] | None = None,
    guards: Sequence[str] = SEMANTIC_GUARDS,
    strict: Sequence[str] | _I64 | None = None,
    find: FindPairs | None = None,
) -> SemanticDuplicates:
    """Rows that mean the same as a kept row, by exact cosine, and that no guard tells apart.

    Args:
        texts: (n,) comparison texts (``key_text``).
        rank: (n,) keep order (``keep_order``).
        models: see ``way_of``.
        thresholds: by way; a way that is not named has ``thresholds_of`` it.
        guards: names in ``jobs.similarity.guards.GUARDS``, and "order".
        strict: (n,) ``strict_key`` of each row; rows with different ones are never duplicates.
        find: finds the pairs of one way (``find_pairs``); give another to use stored embeddings.

    Raises:
        embeddings.ModelCannotRead, embeddings.ModelMissing: as ``Embedder.embed``.
    """
    ways = [way_of(text, models) for text in texts]
    given = dict(thresholds or {})
    limits = {way: given.get(way) or thresholds_of(way) for way in set(ways) - {None} if way is not None}
    parts = [_pairs_of(way, limits[way].lowest, ways, texts, find or find_pairs) for way in sorted(limits)]
    left, right, similarity = _joined(parts)
    if strict is not None:
        codes = np.unique(np.asarray(strict), return_inverse=True)[1]
        left, right, similarity = _only(codes[left] == codes[right], left, right, similarity)
    left, right, similarity = _only(may_merge(texts, left, right, guards), left, right, similarity)

    removes = np.array([_remove_at(limits[way]) if way is not None else np.inf for way in ways], dtype=np.float64)
    removed = solve(rank, *_only(similarity >= removes[left], left, right, similarity))
    stay = removed.kept[left] & removed.kept[right]
    flagged = solve(rank, *_only(stay, left, right, similarity))
    return SemanticDuplicates(ways, removed, flagged, left, right, similarity)


def find_pairs(texts: Sequence[str], way: str, threshold: float) -> Pairs:
    """The pairs of ``texts`` whose cosine by ``way`` reaches ``threshold``: left, right, cosine; left < right.

    Every pair, but for a model and more than ``neighbours.EXACT_ROWS`` texts: then at least .99 of them, measured.
    """
    if way == LEXICAL:
        rows = _lexical_vectors(texts)
        return lexical.similar_pairs(rows, None, threshold)
    found = neighbours.similar_pairs(embeddings.Embedder(way).embed(texts), threshold).pairs
    return found.left, found.right, found.cosine


def semantic_similarity(
    a: Sequence[str],
    b: Sequence[str],
    *,
    models: Mapping[str, str | None] = DEFAULT_MODELS,
    guards: Sequence[str] = SEMANTIC_GUARDS,
) -> list[Likeness]:
    """How alike ``a[k]`` and ``b[k]`` are, for every k.

    Both sides of a pair are read the same way: where their languages ask for two, the pair is compared lexically.
    Weights of the lexical way come from all texts given, so they need not match those of another set of pairs.

    Raises:
        ValueError: ``a`` and ``b`` have different lengths.
    """
    ways = [_common(way_of(x, models), way_of(y, models)) for x, y in zip(a, b, strict=True)]
    similarity = np.zeros(len(ways), dtype=np.float64)
    for way in sorted({way for way in ways if way is not None}):
        rows = [k for k, other in enumerate(ways) if other == way]
        similarity[rows] = _cosines([a[k] for k in rows], [b[k] for k in rows], way)
    return [
        Likeness(round(float(value), 6), way, blocks_merge(x, y, guards) if way else None)
        for value, way, x, y in zip(similarity, ways, a, b, strict=True)
    ]


def _cosines(a: Sequence[str], b: Sequence[str], way: str) -> _F64:
    if way == LEXICAL:
        rows = _lexical_vectors([*a, *b]).astype(np.float64)
        cosine = np.asarray(rows[: len(a)].multiply(rows[len(a) :]).sum(axis=1)).ravel()
    else:
        vectors = embeddings.Embedder(way).embed([*a, *b]).astype(np.float64)
        cosine = np.einsum("kd,kd->k", vectors[: len(a)], vectors[len(a) :])
    return np.clip(cosine, -1.0, 1.0).astype(np.float64)


def _lexical_vectors(texts: Sequence[str]) -> lexical.csr_matrix:
    idf = lexical.inverse_frequencies(lexical.document_frequencies(texts), len(texts))
    return lexical.vectors(texts, idf)


def _common(a: str | None, b: str | None) -> str | None:
    if a is None or b is None:
        return None
    return a if a == b else LEXICAL


def _pairs_of(way: str, lowest: float, ways: Sequence[str | None], texts: Sequence[str], find: FindPairs) -> Pairs:
    rows = np.array([i for i, other in enumerate(ways) if other == way], dtype=np.int64)
    left, right, similarity = find([texts[i] for i in rows], way, lowest)
    return rows[left], rows[right], similarity


def _joined(parts: Sequence[Pairs]) -> Pairs:
    none = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))
    left, right, similarity = (np.concatenate(columns) for columns in zip(none, *parts, strict=True))
    return left, right, similarity


def _only(mask: npt.NDArray[np.bool_], left: _I64, right: _I64, similarity: _F64) -> Pairs:
    return left[mask], right[mask], similarity[mask]


def _remove_at(limits: Thresholds) -> float:
    return np.inf if limits.remove is None else limits.remove
