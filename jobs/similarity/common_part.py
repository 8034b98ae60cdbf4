"""What rows that were removed for one row have in common with it: in which turn it stands, how much it is, the text.

The answer to "why did so much go": a template shows as a turn of the kept row that stands in every row it replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.similarity.shared_text import sentences_of
from jobs.similarity.shingles import shingle
from jobs.similarity.turns import Rows, large, turns_of, whole

# Shorter than the engine's own: a phrase of two words in every row is worth telling.
_WIDTH = 2


@dataclass(frozen=True, slots=True)
class CommonPart:
    """What ``rows`` rows all share with one.

    Attributes:
        share: of that row's tokens, 0 to 1.
        places: (place, share of the tokens there), such as ``("user turn 1", 0.96)``, in reading order.
        sentences: those that the others hold for the most part: text of the row, for private files only.
    """

    rows: int
    share: float
    places: tuple[tuple[str, float], ...]
    sentences: tuple[str, ...]


def common_part(witness: Rows, others: Rows) -> CommonPart:
    """What the row ``witness`` (a table of one) has in common with every one of ``others``.

    Args:
        witness, others: the text columns of rows, in the shape of ``jobs.record_schema.ROW_SCHEMA``.
    """
    names, texts = _said(witness)
    held = shingle(_joined(others), _WIDTH)
    common = reduce(np.intersect1d, [held[i] for i in range(len(held))]) if len(held) else np.empty(0, np.uint32)
    pieces = sentences_of(texts)
    own = shingle(pieces.texts, _WIDTH)
    sums = np.concatenate([[0], np.cumsum(np.isin(own.values, common))])
    share = np.diff(sums[own.offsets]) / np.maximum(own.counts, 1)
    tokens = np.bincount(pieces.owner, weights=pieces.tokens, minlength=len(names))
    shared = np.bincount(pieces.owner, weights=pieces.tokens * share, minlength=len(names))
    places = tuple(
        (name, float(part / count)) for name, part, count in zip(names, shared, tokens, strict=True) if count
    )
    kept = pieces.texts.filter(pa.array((share >= 0.5) & (own.counts > 0))).to_pylist()
    return CommonPart(
        len(held), float(shared.sum() / max(tokens.sum(), 1)), places, tuple(text.strip() for text in kept)
    )


def _said(row: Rows) -> tuple[list[str], pa.Array]:
    """The places of one row and what stands there."""
    names: list[str] = []
    texts: list[pa.Array] = []
    for column in ("messages", "chosen", "rejected"):
        turns = turns_of(row, column)
        prefix = "" if column == "messages" else f"{column} "
        names += [f"{prefix}{role or 'unnamed'} turn {i}" for i, role in enumerate(turns.role.to_pylist(), start=1)]
        texts.append(turns.said())
    names.append("text")
    texts.append(pc.fill_null(whole(row, "text"), ""))
    return names, pa.concat_arrays(texts)


def _joined(rows: Rows) -> pa.Array:
    """(n,) all that each row says, system prompts included."""
    parts = []
    for column in ("messages", "chosen", "rejected"):
        turns = turns_of(rows, column)
        parts.append(turns.join(turns.said()))
    return pc.binary_join_element_wise(*parts, pc.fill_null(whole(rows, "text"), ""), large("\n"))
