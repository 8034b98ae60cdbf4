"""Connected components of the graph of similar pairs: clusters for the split and for statistics, never for removal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


def cluster_ids(
    ids: Sequence[str] | npt.NDArray[np.str_], left: Sequence[str], right: Sequence[str]
) -> npt.NDArray[np.str_]:
    """(n,) for each of ``ids`` the smallest id in its component; its own for a row without a pair.

    Args:
        ids: the rows, each once.
        left, right: (m,) the ids of each pair.

    Raises:
        ValueError: a pair names an id that is not among ``ids``.
    """
    names = np.asarray(ids, dtype=np.str_)
    order = np.argsort(names, kind="stable")
    ordered = names[order]
    pairs = np.asarray([*left, *right], dtype=np.str_)
    place = np.searchsorted(ordered, pairs)
    known = np.isin(pairs, ordered)
    if not known.all():
        raise ValueError(f"pairs: expected ids among the {len(names)} rows; {int((~known).sum())} are not")
    root = component_roots(len(names), place[: len(left)], place[len(left) :])
    out = np.empty_like(names)
    out[order] = ordered[root]
    return out


def component_roots(n: int, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(n,) for each of the rows 0..n-1 the smallest row in its component."""
    if n == 0:
        return np.empty(0, dtype=np.int64)
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
    count, label = connected_components(graph, directed=False)
    smallest = np.full(count, n, dtype=np.int64)
    np.minimum.at(smallest, label, np.arange(n))
    return smallest[label]
