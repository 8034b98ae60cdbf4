"""Lexical likeness: cosine of TF-IDF vectors of characters and pairs of characters.

The offline default for Chinese, where no model is configured. It counts what characters two texts share and knows no
meaning: reports call it lexical, and stages flag with it by default instead of removing (measured AUC: .83 on LCQMC,
.58 on PAWS-X, where two sentences share nearly all characters whether or not they mean the same).

Features are hashed, so that vectors made in different tasks agree without a shared vocabulary; document frequencies
are plain counts, so that those of parts add up to those of the whole.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from jobs.similarity.folding import fold

# 2^18 features: a Chinese corpus of 100k short rows holds some 300k different pairs, most of them once. Two pairs of
# one text share a feature with probability 250^2 / 2 / 2^18 = 12%, and then the cosine moves by about 1 / 250.
FEATURES = 1 << 18
# Version of the features: stored vectors and frequencies of another version must be made anew.
ALGORITHM = "tfidf-char-1-2/1"
# Pairs from here up are shown to a person; none is removed by default, because no threshold is precise enough: of
# PAWS-X pairs (made to deceive) that no guard blocks and that do not fold to equal texts, 64% of 88 mean the same from
# 0.9 up, 68% of 31 from 0.95 up. `python -m bench.semantic_quality` measures it again, or on pairs of your own.
FLAG_AT = 0.9
REMOVE_AT: float | None = None

_I64 = npt.NDArray[np.int64]
_F32 = npt.NDArray[np.float32]
_CHUNK_TEXTS = 2048
# Cosines are rounded to this many decimals: float32 weights make a text's cosine with itself 1 +- 1e-7.
_DECIMALS = 6
_SLACK = 1e-4  # candidates are taken this much below the threshold, above float32's error, and verified in float64


def document_frequencies(texts: Sequence[str]) -> _I64:
    """(FEATURES,) in how many of ``texts`` each feature occurs. Add the arrays of parts for the whole."""
    total = np.zeros(FEATURES, dtype=np.int64)
    for chunk in _chunks(texts):
        total += np.bincount(_counts(chunk).indices, minlength=FEATURES)
    return total


def inverse_frequencies(frequencies: _I64, documents: int) -> _F32:
    """(FEATURES,) ln((1 + n) / (1 + df)) + 1, the smoothed weight of scikit-learn's TfidfTransformer."""
    return (np.log((1 + documents) / (1 + frequencies)) + 1).astype(np.float32)


def vectors(texts: Sequence[str], idf: _F32) -> csr_matrix:
    """(n, FEATURES) float32 CSR, rows of length 1; a text that folds to nothing has an empty row, similar to nothing.

    Args:
        idf: ``inverse_frequencies`` of the whole corpus, the same for all vectors that are to be compared.
    """
    parts = [_counts(chunk) for chunk in _chunks(texts)] or [csr_matrix((0, FEATURES), dtype=np.float32)]
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.concatenate([np.diff(p.indptr) for p in parts]))])
    indices = np.concatenate([p.indices for p in parts])
    weights = np.concatenate([p.data for p in parts]).astype(np.float32) * idf[indices]
    sums = np.add.reduceat(np.append(weights.astype(np.float64) ** 2, 0.0), indptr[:-1]) if len(texts) else weights
    length = np.where(np.diff(indptr) > 0, np.sqrt(np.maximum(sums, 1e-30)), 1.0)
    weights /= np.repeat(length, np.diff(indptr)).astype(np.float32)
    return csr_matrix((weights, indices, indptr), shape=(len(texts), FEATURES))


def similar_pairs(
    a: csr_matrix, b: csr_matrix | None, threshold: float, *, block: int = 512, most: int | None = None
) -> tuple[_I64, _I64, npt.NDArray[np.float64]]:
    """Every pair of rows whose cosine reaches ``threshold``: exact, none is missed.

    With frequent features as the head h and the rest as the tail t, cos(x, y) = h_x.h_y + t_x.t_y and, by
    Cauchy-Schwarz, h_x.h_y <= |h_x||h_y|. So a pair needs t_x.t_y >= threshold - |h_x||h_y|. Tails are rare features:
    their products are sparse and cheap. Only pairs with |h_x||h_y| >= threshold need no shared rare feature; both then
    have |h| >= threshold, and those few rows are compared in full. Candidates are verified in float64.

    Args:
        a: (n, f) rows of length 1 (``vectors``).
        b: (m, f), or None to compare the rows of ``a`` with one another.
        threshold: cosine in (0, 1].
        block: rows at a time, which bounds memory.
        most: for a row ``j`` the first so many ``i`` are enough, so that a crowd is not measured pair by pair; there
            may be more. None means all.

    Returns:
        i, j, cosine (rounded to 6 decimals), sorted by i and j; i < j where ``b`` is None.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold: expected a cosine above 0 and at most 1; got {threshold}")
    other = a if b is None else b
    head = _head_features(a, other)
    tail_a, norm_a = _split(a, head)
    tail_b, norm_b = (tail_a, norm_a) if b is None else _split(other, head)
    heavy_a, heavy_b = np.flatnonzero(norm_a >= threshold - _SLACK), np.flatnonzero(norm_b >= threshold - _SLACK)
    found = []
    for start in range(0, a.shape[0], block):
        rows = np.arange(start, min(start + block, a.shape[0]))
        first = start if b is None else 0
        shared = (tail_a[rows] @ tail_b[first:].T).tocoo()
        i, j = rows[shared.row], shared.col.astype(np.int64) + first
        keep = (shared.data >= threshold - _SLACK - norm_a[i] * norm_b[j]) & ((i < j) if b is None else True)
        found.append(_verified(a, other, i[keep], j[keep], threshold))
    wanted = np.full(other.shape[0], np.iinfo(np.int64).max if most is None else most)
    for start in range(0, len(heavy_a), block):
        rows = heavy_a[start : start + block]
        columns = heavy_b[(heavy_b > rows[0]) & (wanted[heavy_b] > 0)] if b is None else heavy_b[wanted[heavy_b] > 0]
        full = (a[rows] @ other[columns].T).tocoo()
        keep = full.data >= threshold - _SLACK
        i, j, cosine = rows[full.row[keep]], columns[full.col[keep]], full.data[keep]
        if b is None:
            i, j, cosine = i[i < j], j[i < j], cosine[i < j]
        if most is not None:
            i, j = _first_of_each(i, j, cosine >= threshold + _SLACK, wanted)
        found.append(_verified(a, other, i, j, threshold))
        if most is not None:
            wanted -= np.bincount(found[-1][1], minlength=len(wanted))
    return _sorted_once(found)


def _counts(texts: Sequence[str]) -> csr_matrix:
    """(n, FEATURES) how often each feature occurs, float32 CSR."""
    folded = [unicodedata.normalize("NFC", fold(text)) for text in texts]
    lengths = np.array([len(text) for text in folded], dtype=np.int64)
    codes = np.frombuffer("".join(folded).encode("utf-32-le", errors="surrogatepass"), dtype="<u4").astype(np.uint64)
    row = np.repeat(np.arange(len(texts)), lengths)
    single = codes * np.uint64(0x9E3779B97F4A7C15)
    pair = (single[:-1] ^ (codes[1:] + np.uint64(0x632BE5AB))) * np.uint64(0xBF58476D1CE4E5B9)
    same = row[1:] == row[:-1]
    feature = np.concatenate([single, pair[same]]) >> np.uint64(64 - 18)
    place = np.concatenate([row, row[1:][same]]).astype(np.uint64) * np.uint64(FEATURES) + feature
    keyed, count = np.unique(place, return_counts=True)
    indptr = np.searchsorted(keyed, np.arange(len(texts) + 1, dtype=np.uint64) * np.uint64(FEATURES))
    indices = (keyed % np.uint64(FEATURES)).astype(np.int32)
    return csr_matrix((count.astype(np.float32), indices, indptr), shape=(len(texts), FEATURES))


def _head_features(a: csr_matrix, b: csr_matrix) -> npt.NDArray[np.bool_]:
    """(f,) True for the frequent features: in more than 1 row in 100, and in more than 32."""
    frequency = np.bincount(b.indices, minlength=a.shape[1])
    return frequency > max(32, b.shape[0] // 100)


def _split(rows: csr_matrix, head: npt.NDArray[np.bool_]) -> tuple[csr_matrix, npt.NDArray[np.float64]]:
    """The tail of each row (n, f), and the length of its head (n,)."""
    in_head = head[rows.indices]
    squares = np.append(np.where(in_head, rows.data.astype(np.float64) ** 2, 0.0), 0.0)
    sums = np.where(np.diff(rows.indptr) > 0, np.add.reduceat(squares, rows.indptr[:-1]), 0.0)
    kept = np.concatenate([np.zeros(1, np.int64), np.cumsum(~in_head)])
    tail = csr_matrix((rows.data[~in_head], rows.indices[~in_head], kept[rows.indptr]), shape=rows.shape)
    return tail, np.sqrt(sums)


def _first_of_each(i: _I64, j: _I64, sure: npt.NDArray[np.bool_], wanted: _I64) -> tuple[_I64, _I64]:
    """The pairs of each ``j`` up to where ``wanted[j]`` of them are ``sure`` to be alike, in order of ``i``."""
    order = np.lexsort((i, j))
    i, j, sure = i[order], j[order], sure[order]
    before: _I64 = np.cumsum(sure) - sure
    enough = before - before[np.searchsorted(j, j)] < wanted[j]
    return i[enough], j[enough]


def _verified(
    a: csr_matrix, b: csr_matrix, i: _I64, j: _I64, threshold: float
) -> tuple[_I64, _I64, npt.NDArray[np.float64]]:
    cosine = np.empty(len(i), dtype=np.float64)
    for start in range(0, len(i), 8192):
        part = slice(start, start + 8192)
        left, right = a[i[part]].astype(np.float64), b[j[part]].astype(np.float64)
        cosine[part] = np.asarray(left.multiply(right).sum(axis=1)).ravel()
    cosine = np.clip(cosine, 0.0, 1.0).round(_DECIMALS).astype(np.float64)
    alike = cosine >= threshold
    return i[alike], j[alike], cosine[alike]


def _sorted_once(
    found: list[tuple[_I64, _I64, npt.NDArray[np.float64]]],
) -> tuple[_I64, _I64, npt.NDArray[np.float64]]:
    i = np.concatenate([np.empty(0, np.int64), *[part[0] for part in found]])
    j = np.concatenate([np.empty(0, np.int64), *[part[1] for part in found]])
    cosine = np.concatenate([np.empty(0, np.float64), *[part[2] for part in found]])
    order = np.lexsort((j, i))
    i, j, cosine = i[order], j[order], cosine[order]
    new = np.concatenate([np.ones(min(1, len(i)), dtype=bool), (i[1:] != i[:-1]) | (j[1:] != j[:-1])])
    return i[new], j[new], cosine[new]


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[start : start + _CHUNK_TEXTS] for start in range(0, len(texts), _CHUNK_TEXTS))
