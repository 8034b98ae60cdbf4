"""Texts embedded on Spark, those that a store has left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame

from jobs.lake.embedding_store import EmbeddingStore, Matrix, embed_texts
from jobs.similarity.embeddings import Embedder

# Texts that are looked at before anything is embedded, to see whether the model can read them.
_SAMPLE = 1_000
# Texts of one task: with torch, loading a model costs as much as embedding 2,000.
_TEXTS_A_TASK = 5_000


@dataclass(frozen=True)
class Embedding:
    """How the ``texts`` (``text_hash``, ``text``, each once; about ``count``) are embedded by ``model``."""

    model: str
    batch_size: int
    max_unknown: float
    texts: DataFrame
    count: int

    def vectors(self, store: EmbeddingStore | None) -> DataFrame:
        """``text_hash`` and ``vector`` of every text.

        Raises:
            ModelCannotRead, ModelMissing: as ``Embedder``.
        """
        texts = self.texts.persist(StorageLevel.MEMORY_AND_DISK)
        embedder = self._readable(texts.orderBy("text_hash").limit(_SAMPLE).toArrow())
        if store is None:
            return embed_texts(texts.coalesce(self._tasks(self.count)), self._maker(self.count))
        return store.vectors(texts, embedder.revision, self._maker(self.count), self._tasks)

    def of_few(self, store: EmbeddingStore | None) -> dict[bytes, bytes]:
        """The vectors as bytes, by ``text_hash``. The texts pass through this process.

        Raises:
            ModelCannotRead, ModelMissing: as ``Embedder``.
        """
        spark = self.texts.sparkSession
        texts = self.texts.toArrow().sort_by("text_hash").combine_chunks()
        embedder = self._readable(texts)
        hashes = texts.column("text_hash").to_pylist()
        known = store.read_few(hashes, embedder.revision) if store else {}
        missing = texts.filter(pa.array([key not in known for key in hashes], pa.bool_()))
        if len(missing):
            tasks = self._tasks(len(missing))
            made = embed_texts(spark.createDataFrame(missing).repartition(tasks), self._maker(len(missing))).toArrow()
            if store:
                store.add_few(made, embedder.revision)
            known |= dict(zip(*(made.column(name).to_pylist() for name in ("text_hash", "vector")), strict=True))
        return known

    def _readable(self, sample: pa.Table) -> Embedder:
        embedder = Embedder(self.model, self.batch_size, max_unknown=self.max_unknown)
        embedder.require_readable(sample.column("text").slice(0, _SAMPLE).to_pylist())
        return embedder

    def _tasks(self, texts: int) -> int:
        return max(1, min(self._cores, math.ceil(texts / _TEXTS_A_TASK)))

    def _maker(self, texts: int) -> Callable[[], Callable[[Sequence[str]], Matrix]]:
        model, batch_size, max_unknown = self.model, self.batch_size, self.max_unknown
        local = str(self.texts.sparkSession.sparkContext.master).startswith("local")
        # Spark counts a task as one core; with fewer tasks than cores the model may use those that are left.
        threads = max(1, self._cores // self._tasks(texts)) if local else 1

        def make() -> Callable[[Sequence[str]], Matrix]:
            worker = Embedder(model, batch_size, threads, max_unknown=max_unknown)
            return lambda spoken: worker.embed(spoken, check=False)

        return make

    @property
    def _cores(self) -> int:
        return self.texts.sparkSession.sparkContext.defaultParallelism
