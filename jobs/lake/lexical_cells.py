"""TF-IDF vectors of characters on Spark: weights of the whole corpus, and cells in which nothing alike is parted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame

from jobs.lake.cells import ENTRY_SCHEMA, Compare
from jobs.lake.schemas import to_spark
from jobs.similarity import lexical
from jobs.similarity.cosine_blocks import CosinePairs
from jobs.similarity.prefix_cells import earliest, groups_for, pack_rows, prefix_groups, unpack_rows

_I64 = npt.NDArray[np.int64]
_FREQUENCIES = pa.schema([("frequencies", pa.binary())])
# The pairs of a block in which all rows are alike are held at once before they are cut: two million, some 100 MB.
ROWS_A_BLOCK = 2048


def count_features(texts: DataFrame) -> _I64:
    """(FEATURES,) in how many lines of ``text`` each feature occurs. Two megabytes a task reach the driver."""

    def count(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        total = sum(lexical.document_frequencies(batch.column("text").to_pylist()) for batch in batches)
        if not isinstance(total, int):
            yield pa.RecordBatch.from_arrays([pa.array([total.tobytes()], pa.binary())], schema=_FREQUENCIES)

    frequencies = np.zeros(lexical.FEATURES, dtype=np.int64)
    for part in texts.select("text").mapInArrow(count, to_spark(_FREQUENCIES)).toLocalIterator():
        frequencies += np.frombuffer(part["frequencies"], dtype=np.int64)
    return frequencies


def lexical_entries(texts: DataFrame, rows: int, frequencies: _I64, documents: int, threshold: float) -> DataFrame:
    """``ENTRY_SCHEMA`` for ``rank``, ``strict``, ``text``: two rows whose cosine reaches ``threshold`` share a cell.

    Args:
        rows: how many there are.
        frequencies: ``count_features`` of the whole corpus of ``documents`` texts.
    """
    weights = lexical.inverse_frequencies(frequencies, documents)
    groups = groups_for(rows)

    def deal(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                vectors = lexical.vectors(batch.column("text").to_pylist(), weights)
                row, group = prefix_groups(vectors, frequencies, threshold, groups)
                taken = pa.array(row)
                columns = [batch.column("rank").take(taken), batch.column("strict").take(taken)]
                columns += [pack_rows(vectors).take(taken), pa.array(group)]
                yield pa.RecordBatch.from_arrays(columns, schema=ENTRY_SCHEMA)

    return texts.select("rank", "strict", "text").mapInArrow(deal, to_spark(ENTRY_SCHEMA))


def lexical_comparison(threshold: float, most: int | None) -> Compare:
    """Compares packed rows at ``threshold``, exactly."""

    def meet(a: pa.Array, a_rank: _I64, b: pa.Array | None, b_rank: _I64 | None) -> CosinePairs:
        if b is not None and b_rank is not None:
            one, two = unpack_rows(a, b)
            i, j, cosine = lexical.similar_pairs(one, two, threshold)
            return earliest(a_rank[i], b_rank[j], cosine, most)
        (rows,) = unpack_rows(a)
        i, j, cosine = lexical.similar_pairs(rows, None, threshold)
        return earliest(a_rank[i], a_rank[j], cosine, most)

    return meet
