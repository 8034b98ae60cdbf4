"""A transformers model beside the rules: a tiny one with random weights, made here; nothing is downloaded."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.privacy.ner import _loaded, kind_of_model
from jobs.privacy.token_classifier import Token, class_of, named_spans, windows

pytest.importorskip("transformers")
pytest.importorskip("torch")

LABELS = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC"}
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "zor", "##blax", "xandar", "the", "said", ".", ",", "in", "a", "##n", "ok"]

# The label of each word; every other is outside.
CLASSES = {"zor": 1, "##blax": 2, "xandar": 3}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A BERT of one layer whose classes follow from the words alone: "zorblax" is a person, "xandar" a place."""
    import torch
    from transformers import BertConfig, BertForTokenClassification, BertTokenizer

    folder = tmp_path_factory.mktemp("model") / "tiny"
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    torch.manual_seed(0)
    # As many dimensions as words: the first layer is the word itself, and attention adds nothing.
    size = len(WORDS) + 1
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=size,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=64,
        id2label=LABELS,
        label2id={name: number for number, name in LABELS.items()},
    )
    net = BertForTokenClassification(config)
    with torch.no_grad():
        for name, weights in net.named_parameters():
            if "LayerNorm.weight" not in name:
                weights.zero_()
        net.bert.embeddings.word_embeddings.weight[:, : len(WORDS)] = torch.eye(len(WORDS))
        for place, word in enumerate(WORDS):
            net.classifier.weight[CLASSES.get(word, 0)][place] = 9.0
    net.save_pretrained(folder)
    BertTokenizer(str(folder / "vocab.txt"), do_lower_case=True, model_max_length=64).save_pretrained(folder)
    return str(folder)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise AssertionError("the network was called")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_its_spans_and_entities_are_ours(model: str) -> None:
    from jobs.privacy.analyzer import Analyzer

    text = "the Zorblax said ok in\u3000Ｘandar."
    found = Analyzer(("PERSON", "LOCATION"), models={"en": model}).analyze(text)
    assert {(text[s.start : s.end], s.entity, s.recognizer) for s in found} >= {
        ("Zorblax", "PERSON", "model_en"),
        ("Ｘandar", "LOCATION", "model_en"),
    }
    assert all(0.4 < span.score <= 1 for span in found)
    persons = Analyzer(("PERSON",), models={"en": model}).analyze(text)
    assert {span.entity for span in persons} == {"PERSON"}


def test_a_text_longer_than_the_model_reads_is_read_to_its_end(model: str) -> None:
    text = "the ok said, " * 200 + "in zorblax. " + "ok " * 300 + "a Xandar"
    found = [(entity, text[start:end]) for entity, (start, end, _) in _loaded(model)(text)]
    assert found == [("PERSON", "zorblax"), ("LOCATION", "Xandar")]


def test_what_has_no_utf8_is_read_all_the_same(model: str) -> None:
    text = "\ud83d zorblax \0"
    assert [text[start:end] for _, (start, end, _) in _loaded(model)(text)] == ["zorblax"]
    assert list(_loaded(model)("")) == []


def test_a_model_of_the_hub_is_read_from_the_cache(model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    cache = tmp_path / "models--nobody--tiny-ner"
    shutil.copytree(model, cache / "snapshots" / ("0" * 40))
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text("0" * 40, "utf-8")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert kind_of_model("nobody/tiny-ner") == "transformers"
    assert [entity for entity, _ in _loaded("nobody/tiny-ner")("zorblax")] == ["PERSON"]


def test_a_model_without_a_class_of_ours_is_told(tmp_path: Path) -> None:
    config = {"architectures": ["BertForTokenClassification"], "id2label": {"0": "O", "1": "LABEL_1"}}
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(ValueError, match=r"none of the classes .* it has O, LABEL_1, expected some of PERSON"):
        kind_of_model(str(tmp_path))


@pytest.mark.parametrize(
    ("label", "name"), [("B-PER", "PER"), ("S-LOC", "LOC"), ("u_org", "ORG"), ("PERSON", "PERSON"), ("", "")]
)
def test_the_class_of_a_label(label: str, name: str) -> None:
    assert class_of(label.upper()) == name


@pytest.mark.parametrize(
    ("text", "told", "spans"),
    [
        ("张三说", [("B-PER", 0, 1), ("E-PER", 1, 2), ("O", 2, 3)], ["张三"]),
        ("张三李四", [("B-PER", 0, 1), ("I-PER", 1, 2), ("B-PER", 2, 3), ("I-PER", 3, 4)], ["张三", "李四"]),
        ("张三李四", [("S-PER", 0, 2), ("S-PER", 2, 4)], ["张三", "李四"]),
        ("John Smith", [("PER", 0, 4), ("PER", 4, 10)], ["John Smith"]),
        ("Zorblax said", [("B-PER", 0, 3), ("O", 3, 7), ("O", 8, 12)], ["Zorblax"]),
        ("Zorblax said", [("B-PER", 0, 3), ("B-PER", 3, 7), ("O", 7, 12)], ["Zorblax"]),
        ("a Bob", [("O", 0, 1), ("B-PER", 1, 5)], ["Bob"]),
    ],
)
def test_tokens_become_whole_words(text: str, told: list[tuple[str, int, int]], spans: list[str]) -> None:
    assert [
        text[start:end] for _, start, end, _ in named_spans(text, (Token.labelled(*one, 0.5) for one in told))
    ] == spans


@given(st.text(alphabet="ab 。.,\n中", max_size=300), st.integers(3, 40))
def test_windows_are_the_text_and_none_is_too_long(text: str, limit: int) -> None:
    # Each Chinese character is three tokens here, as it may be to a tokenizer of bytes.
    def count(part: str) -> int:
        return len(part.encode())

    parts = list(windows(text, limit, count))
    assert "".join(part for _, part in parts) == text
    assert all(text[start : start + len(part)] == part and 0 < count(part) <= limit for start, part in parts)


def test_windows_end_with_a_sentence() -> None:
    parts = [part for _, part in windows("一句话，很短。" * 100 + "x" * 1000, 100, len)]
    assert parts[0].endswith("。")
    assert all(len(part) <= 100 for part in parts)
