"""Dense vectors dealt to cells on Spark, with the recall of the cells measured before anything is compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.lake.cells import ENTRY_SCHEMA, Compare
from jobs.lake.embedding_store import unpack_vectors
from jobs.lake.schemas import to_spark
from jobs.similarity import neighbours
from jobs.similarity.cosine_blocks import CosinePairs, Matrix, compare, compare_two, main_directions
from jobs.similarity.neighbours import EXACT, EXACT_ROWS, SAMPLE_ROWS, Cells, Recall

_I64 = npt.NDArray[np.int64]
_TALLY = pa.schema([("tally", pa.binary())])


@dataclass(frozen=True)
class Dealing:
    """How rows are dealt: ``cells`` (None: all rows in one cell), sketch ``basis``, and the ``recall`` measured."""

    cells: Cells | None
    basis: Matrix | None
    recall: Recall

    def entries(self, vectors: DataFrame) -> DataFrame:
        """``ENTRY_SCHEMA`` for ``rank``, ``strict``, ``vector``: a line for each cell that a row belongs to."""
        cells = self.cells
        if cells is None:
            return vectors.select(
                "rank", "strict", F.col("vector").alias("payload"), F.lit(0).cast("long").alias("cell")
            )

        def deal(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                if batch.num_rows:
                    row, cell = cells.assign(unpack_vectors(batch.column("vector")))
                    taken = batch.take(pa.array(row))
                    columns = [taken.column("rank"), taken.column("strict"), taken.column("vector"), pa.array(cell)]
                    yield pa.RecordBatch.from_arrays(columns, schema=ENTRY_SCHEMA)

        return vectors.select("rank", "strict", "vector").mapInArrow(deal, to_spark(ENTRY_SCHEMA))

    def comparison(self, threshold: float, most: int | None) -> Compare:
        """Compares packed vectors at ``threshold``."""
        basis = self.basis

        def meet(a: pa.Array, a_rank: _I64, b: pa.Array | None, b_rank: _I64 | None) -> CosinePairs:
            if b is not None and b_rank is not None:
                ends = unpack_vectors(a), unpack_vectors(b)
                return compare_two(ends[0], a_rank, ends[1], b_rank, threshold, basis=basis, most=most)
            found = compare(unpack_vectors(a), threshold, basis=basis, most=most)
            return CosinePairs(a_rank[found.left], a_rank[found.right], found.cosine, found.truncated)

        return meet


def plan_dealing(vectors: DataFrame, rows: int, threshold: float, exact_rows: int = EXACT_ROWS) -> Dealing:
    """Cells at a measured recall of at least ``neighbours.RECALL``; all rows in one where they are few, or none such.

    Samples go by the hash of the text, so that the cells do not depend on how rows are parted or ordered.

    Args:
        vectors: ``rank``, ``text_hash``, ``vector``; ``rows`` of them, persisted.
    """
    cells = neighbours.cells_for(rows)
    wanted = max(SAMPLE_ROWS, neighbours.rows_to_fit(cells)) if rows > exact_rows else SAMPLE_ROWS
    drawn = vectors.orderBy("text_hash", "rank").limit(wanted).select("rank", "vector").toArrow()
    ranks, sample = drawn.column("rank").to_numpy(), unpack_vectors(drawn.column("vector"))
    basis = main_directions(sample[:SAMPLE_ROWS])
    while rows > exact_rows and cells >= neighbours.FEWEST_CELLS:
        centroids = neighbours.fit_centroids(sample[: neighbours.rows_to_fit(cells)], cells)
        probe = sample[:SAMPLE_ROWS]
        tally = _tally(vectors, probe, ranks[:SAMPLE_ROWS], centroids, threshold, basis)
        made = neighbours.made_gaps(probe, centroids, threshold)
        chosen, recall = neighbours.choose_cells(centroids, tally, made)
        if recall.enough:
            return Dealing(chosen, basis, recall)
        cells //= 2
    return Dealing(None, basis, EXACT)


def _tally(
    vectors: DataFrame,
    sample: Matrix,
    ranks: _I64,
    centroids: npt.NDArray[np.float64],
    threshold: float,
    basis: Matrix | None,
) -> _I64:
    def count(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        total: _I64 | None = None
        for batch in batches:
            if batch.num_rows:
                rows, ids = unpack_vectors(batch.column("vector")), batch.column("rank").to_numpy()
                tally = neighbours.tally_gaps(sample, ranks, rows, ids, centroids, threshold, basis)
                total = tally if total is None else total + tally
        if total is not None:
            yield pa.RecordBatch.from_arrays([pa.array([total.tobytes()], pa.binary())], schema=_TALLY)

    parts = vectors.select("rank", "vector").mapInArrow(count, to_spark(_TALLY)).toLocalIterator()
    shape = (len(sample), len(neighbours.MARGINS) + 1)
    whole = np.zeros(shape, dtype=np.int64)
    for part in parts:
        whole += np.frombuffer(part["tally"], dtype=np.int64).reshape(shape)
    return whole
