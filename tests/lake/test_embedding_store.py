"""A text is embedded once, whoever asks; what has to go is gone from the files too."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from pyspark.sql import DataFrame, SparkSession

from jobs.lake import embedding_store
from jobs.lake.embedding_store import EmbeddingStore, pack_vectors, text_hash, unpack_vectors

TEXTS = ["how do I return it", "怎么退货", "where is my parcel", "half \ud83d", ""]


def vector_of(text: str) -> np.ndarray:
    return np.frombuffer(text_hash(text), dtype=np.uint8).astype(np.float32)


@pytest.fixture
def embedded(tmp_path: Path) -> tuple[Callable[[], Callable[[Sequence[str]], np.ndarray]], Callable[[], int]]:
    """A model that keeps a tally of what it embeds, in files because Spark's workers are other processes."""
    tally = tmp_path / "tally"
    tally.mkdir()

    def make() -> Callable[[Sequence[str]], np.ndarray]:
        def embed(texts: Sequence[str]) -> np.ndarray:
            (tally / uuid.uuid4().hex).write_text(str(len(texts)))
            return np.stack([np.frombuffer(text_hash(text), dtype=np.uint8).astype(np.float32) for text in texts])

        return embed

    return make, lambda: sum(int(file.read_text()) for file in tally.iterdir())


def frame(spark: SparkSession, texts: Sequence[str]) -> DataFrame:
    return spark.createDataFrame([(bytearray(text_hash(t)), t) for t in texts], "text_hash binary, text string")


def as_dict(vectors: DataFrame) -> dict[bytes, np.ndarray]:
    found = vectors.toArrow()
    return dict(zip(found.column("text_hash").to_pylist(), unpack_vectors(found.column("vector")), strict=True))


def test_a_text_is_embedded_once(
    spark: SparkSession, lake: Path, embedded: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, count = embedded
    store, texts = EmbeddingStore(str(lake / "embeddings")), TEXTS[:3]
    monkeypatch.setattr(embedding_store, "TEXTS_A_COMMIT", 2)

    first = as_dict(store.vectors(frame(spark, texts[:2]), "m@1", make, lambda rows: 1))
    assert count() == 2
    again = as_dict(store.vectors(frame(spark, texts[1::-1]), "m@1", make, lambda rows: 2))
    assert count() == 2, "what is there is not embedded again"
    more = as_dict(store.vectors(frame(spark, texts), "m@1", make, lambda rows: 1))
    assert count() == 3
    for found in (first, again, more):
        assert all(
            np.array_equal(vector, vector_of(t)) for t in texts if (vector := found.get(text_hash(t))) is not None
        )
    assert (len(first), len(again), len(more)) == (2, 2, 3)

    store.vectors(frame(spark, texts), "m@2", make, lambda rows: 1)
    assert count() == 6, "another revision is another model"

    # Two runs at once may both add a text; it is read once.
    store._append(embedding_store.embed_texts(frame(spark, texts), make), "m@1")
    assert len(as_dict(store.vectors(frame(spark, texts), "m@1", make, lambda rows: 1))) == 3

    files = set(Path(store.path).rglob("*.parquet"))
    assert store.forget([text_hash(texts[0]), text_hash("never seen")]) == 3
    left = DeltaTable(store.path).to_pyarrow_table()
    assert sorted(set(left.column("text_hash").to_pylist())) == sorted(text_hash(t) for t in texts[1:])
    on_disk = [pq.read_table(file).column("text_hash").to_pylist() for file in Path(store.path).rglob("*.parquet")]
    assert all(text_hash(texts[0]) not in hashes for hashes in on_disk), "old versions' files are gone too"
    assert files - set(Path(store.path).rglob("*.parquet"))


def test_forgetting_needs_no_table(tmp_path: Path) -> None:
    assert EmbeddingStore(str(tmp_path / "none")).forget([text_hash("a")]) == 0


def test_vectors_as_bytes_and_back() -> None:
    rows = np.arange(12, dtype=np.float32).reshape(4, 3)
    packed = pack_vectors(rows)
    assert packed.type == pa.binary()
    assert np.array_equal(unpack_vectors(packed), rows)
    assert np.array_equal(unpack_vectors(packed.slice(1, 2)), rows[1:3])
    assert np.array_equal(unpack_vectors(pa.chunked_array([packed, packed])), np.vstack([rows, rows]))
    assert unpack_vectors(packed.slice(0, 0)).shape == (0, 0)
    assert len({text_hash(text) for text in TEXTS}) == len(TEXTS)
