"""A way's rows compared in one task where they are few: the same pairs as ``jobs.lake.semantic_pairs`` decides by,
without its rounds of Spark jobs, each of which costs more than comparing some thousand rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame

from jobs.lake.embedding_store import text_hash
from jobs.lake.schemas import to_spark
from jobs.lake.survivors_on_spark import PAIR_SCHEMA
from jobs.similarity import lexical
from jobs.similarity.cosine_blocks import CosinePairs, compare, main_directions
from jobs.similarity.crowds import CompareRows, Crowd, Pairs, alike_pairs
from jobs.similarity.prefix_cells import earliest
from jobs.similarity.semantic import Thresholds

_I64 = npt.NDArray[np.int64]
# Up to here one task compares a way's rows in some seconds; their texts and what they are compared by take 100 MB.
ROWS_IN_ONE_TASK = 20_000
CHARACTERS_IN_ONE_TASK = 32_000_000

# All texts of a way, and the different ones that are compared, in keep order -> how those are compared.
MakeCompare = Callable[[Sequence[str], Sequence[str]], CompareRows]


def pairs_in_one_task(
    rows: DataFrame, make: MakeCompare, limits: Thresholds, guards: Sequence[str], most: int | None = None
) -> DataFrame:
    """``PAIR_SCHEMA`` of ``rows`` (``rank``, ``strict``, ``text``): what decides who stays. Not persisted.

    Args:
        make: ``compare_lexically`` or ``compare_vectors``; it goes to the task.
        most: see ``crowds.alike_pairs``.
    """

    def find(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        present = [batch for batch in batches if batch.num_rows]
        if present:
            table = pa.Table.from_batches(present).sort_by("rank")
            texts, ranks = table.column("text").to_pylist(), table.column("rank").to_numpy()
            first, unit = _units(texts, table.column("strict").to_numpy())
            spoken = [texts[k] for k in first.tolist()]
            strict = table.column("strict").to_numpy()[first]
            crowd = Crowd(spoken, make(texts, spoken), guards, limits.remove, limits.flag)
            left, right, cosine = _with_copies(alike_pairs(crowd, strict, most), first, unit)
            columns = [pa.array(ranks[left]), pa.array(ranks[right]), pa.array(cosine)]
            yield pa.RecordBatch.from_arrays(columns, schema=PAIR_SCHEMA)

    return rows.select("rank", "strict", "text").coalesce(1).mapInArrow(find, to_spark(PAIR_SCHEMA))


def compare_lexically(texts: Sequence[str], spoken: Sequence[str]) -> CompareRows:
    """Compares by TF-IDF of characters, weighted by all ``texts``."""
    frequencies = lexical.document_frequencies(texts)
    vectors = lexical.vectors(spoken, lexical.inverse_frequencies(frequencies, len(texts)))

    def meet(rows: _I64, threshold: float, most: int) -> CosinePairs:
        left, right, cosine = lexical.similar_pairs(vectors[rows], None, threshold, most=most + 1)
        return earliest(rows[left], rows[right], cosine, most)

    return meet


def compare_vectors(stored: Mapping[bytes, bytes]) -> MakeCompare:
    """Compares by ``stored`` vectors: a text's ``text_hash`` -> its float32 numbers."""

    def make(_: Sequence[str], spoken: Sequence[str]) -> CompareRows:
        vectors = np.stack([np.frombuffer(stored[text_hash(text)], dtype=np.float32) for text in spoken])
        basis = main_directions(vectors)

        def meet(rows: _I64, threshold: float, most: int) -> CosinePairs:
            found = compare(vectors[rows], threshold, basis=basis, most=most)
            return CosinePairs(rows[found.left], rows[found.right], found.cosine, found.truncated)

        return meet

    return make


def _units(texts: Sequence[str], strict: _I64) -> tuple[_I64, _I64]:
    """(u,) the first row of each unit of equal text and strict key, ascending, and (n,) the unit of each row."""
    place: dict[tuple[str, int], int] = {}
    unit = np.array([place.setdefault(key, len(place)) for key in zip(texts, strict.tolist(), strict=True)], np.int64)
    return np.unique(unit, return_index=True)[1].astype(np.int64), unit


def _with_copies(pairs: Pairs, first: _I64, unit: _I64) -> Pairs:
    """Pairs of units as pairs of rows. A copy is like its unit's first row, and like what that is like before it."""
    copies = np.setdiff1d(np.arange(len(unit)), first)
    left, right, cosine = first[pairs[0]], first[pairs[1]], pairs[2]
    order = np.argsort(pairs[1], kind="stable")
    begin, end = (np.searchsorted(pairs[1][order], unit[copies], side=side) for side in ("left", "right"))
    which = order[np.concatenate([np.empty(0, np.int64), *map(np.arange, begin, end)]).astype(np.int64)]
    again = np.repeat(copies, end - begin)
    return (
        np.concatenate([left, first[unit[copies]], first[pairs[0][which]]]),
        np.concatenate([right, copies, again]),
        np.concatenate([cosine, np.ones(len(copies)), cosine[which]]),
    )
