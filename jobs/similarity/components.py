"""Connected components of the graph of similar pairs: clusters for the split and for statistics, never for removal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


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
    """(n,) for each of the rows 0..n-1 the smallest row in its component.

    Trees are hooked onto smaller roots and cut short, all at once, until no pair has two roots (Shiloach and Vishkin,
    "An O(log n) parallel connectivity algorithm", 1982). In NumPy: importing SciPy's costs more than all of this.
    """
    root = np.arange(n, dtype=np.int64)
    left, right = np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64)
    while True:
        one, other = root[left], root[right]
        apart = one != other
        if not apart.any():
            return root
        left, right, one, other = left[apart], right[apart], one[apart], other[apart]
        np.minimum.at(root, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(shorter := root[root], root):
            root = shorter
