"""Optional models beside the rules, and no network."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from jobs.privacy.analyzer import Analyzer
from jobs.privacy.ner import LABELS, kind_of_model
from jobs.privacy.params import PrivacyParams


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A spaCy pipeline that knows one person and one place."""
    from jobs.privacy.presidio import load_presidio

    load_presidio()  # spaCy without torch
    import spacy

    made = spacy.blank("en")
    made.add_pipe("entity_ruler").add_patterns(
        [{"label": "PERSON", "pattern": "zorblax"}, {"label": "GPE", "pattern": "Xandar"}]
    )
    folder = tmp_path_factory.mktemp("model") / "tiny"
    made.to_disk(folder)
    return str(folder)


def test_a_model_is_asked_besides_the_rules(pipeline: str) -> None:
    text = "we saw zorblax in Xandar, his mail is z@example.com"
    with_model = Analyzer(("PERSON", "EMAIL_ADDRESS", "LOCATION"), models={"en": pipeline})
    found = {(text[s.start : s.end], s.entity, s.recognizer) for s in with_model.analyze(text)}
    assert ("zorblax", "PERSON", "model_en") in found
    assert ("Xandar", "LOCATION") in {entry[:2] for entry in found}
    assert ("z@example.com", "EMAIL_ADDRESS") in {entry[:2] for entry in found}
    assert Analyzer(("PERSON",)).analyze("zorblax") == []
    assert with_model.may_hold("zorblax"), "no cue tells what a model may find"


def test_only_what_is_looked_for_is_taken_from_a_model(pipeline: str) -> None:
    found = Analyzer(("EMAIL_ADDRESS",), models={"en": pipeline}).analyze("zorblax in Xandar")
    assert found == []


def test_a_model_that_fails_surfaces(pipeline: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_text: str) -> Any:
        raise MemoryError

    from jobs.privacy import ner

    monkeypatch.setattr(ner, "_loaded", lambda _model: broken)
    with pytest.raises(MemoryError):
        Analyzer(models={"en": pipeline}).analyze("zorblax")


@pytest.mark.parametrize("model", ["/no/such/folder", "no_such_package", "json", "nobody/no-such-model"])
def test_a_missing_model_is_told_before_any_row(model: str) -> None:
    with pytest.raises(ValueError, match="models: no model"):
        Analyzer(models={"en": model})
    with pytest.raises(ValidationError, match="models: no model"):
        PrivacyParams(models={"en": model})


def test_a_folder_of_another_kind_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"neither meta\.json"):
        kind_of_model(str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["BertModel"]}), "utf-8")
    with pytest.raises(ValueError, match=r"token classifier .* came BertModel"):
        kind_of_model(str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["BertForTokenClassification"]}), "utf-8")
    assert kind_of_model(str(tmp_path)) == "transformers"


def test_labels_lead_to_entities_of_ours() -> None:
    from jobs.privacy.recognizers import ENTITIES

    assert set(LABELS.values()) <= set(ENTITIES)


def test_nothing_calls_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise AssertionError("the network was called")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    from jobs.privacy.recognizers import ENTITIES

    text = "mail a.b@example.co.uk or 王伟, see https://shop.example.com/?phone=13912345678, +44 20 7946 0958, 10.0.0.1"
    entities = {span.entity for span in Analyzer(ENTITIES).analyze(text, prefilter=False)}
    assert {"EMAIL_ADDRESS", "PHONE_NUMBER"} <= entities
