"""Optional models that name people and places: a spaCy pipeline or a transformers token classifier, as a recognizer.

Off unless a model is named. Nothing heavy is imported before the first text is read, once in each worker; nothing is
ever downloaded: a hub model has to lie in the local cache.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jobs.privacy.presidio import load_presidio
from jobs.privacy.rules import Found

# What models call their classes, without B- and I-, to our entities. Classes that are no personal data are left out.
LABELS = {
    **dict.fromkeys(("PERSON", "PER", "PERS", "NR", "NAME", "PATIENT", "STAFF", "B_PER"), "PERSON"),
    **dict.fromkeys(("ADDRESS", "STREET", "STREET_ADDRESS", "ADDR"), "ADDRESS"),
    **dict.fromkeys(("LOCATION", "LOC", "GPE", "FAC", "NS", "CITY", "COUNTRY"), "LOCATION"),
    **dict.fromkeys(("ORGANIZATION", "ORGANISATION", "ORG", "COMPANY", "NT"), "ORGANIZATION"),
}
# spaCy gives no score; one that lies between an announced name and a checksummed number.
_SPACY_SCORE = 0.6
# Characters at once: transformers read some 500 tokens, and a spaCy pipeline's memory grows with the text.
_WINDOW = {"transformers": 400, "spacy": 50_000}


def kind_of_model(model: str) -> str:
    """``spacy`` or ``transformers``, by what lies in the folder, the installed package or the local hub cache.

    Raises:
        ValueError: there is no such model here; says what was looked for.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        if (folder / "meta.json").is_file():
            return "spacy"
        config = folder / "config.json"
        if config.is_file():
            return _token_classifier(model, config)
        raise ValueError(
            f"models: the folder {model} holds neither meta.json (a spaCy pipeline) nor config.json (a "
            f"transformers model)"
        )
    if _is_package(model):
        return "spacy"
    cached = _in_hub_cache(model)
    if cached is not None:
        return _token_classifier(model, cached)
    raise ValueError(
        f"models: no model {model!r} here; expected a folder, an installed spaCy package, or the id of a hub "
        f"model that lies "
        "in the local cache (nothing is downloaded while cleaning)"
    )


def check_models(models: Mapping[Any, str]) -> None:
    """Looks for every model, so that a missing one is told before any row is read.

    Raises:
        ValueError: one is not there, or is no token classifier.
    """
    for model in models.values():
        kind_of_model(model)


def model_recognizer(language: str, model: str, entities: Iterable[str]) -> Any:
    """A Presidio recognizer that loads ``model`` when it reads its first text."""
    presidio = load_presidio()
    wanted = [entity for entity in dict.fromkeys(LABELS.values()) if entity in set(entities)]

    class ModelRecognizer(presidio.LocalRecognizer):  # type: ignore[name-defined]  # a module's attribute
        """Yields what the model names, in our entities."""

        def load(self) -> None:
            """Loaded at the first text: Presidio calls this when the recognizer is made."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
            """What the model finds in a folded text; whatever it raises goes on to the caller."""
            return [
                presidio.RecognizerResult(
                    entity_type=entity,
                    start=start,
                    end=end,
                    score=score,
                    recognition_metadata={"recognizer_name": f"model_{language}", "recognizer_identifier": self.id},
                )
                for entity, (start, end, score) in _loaded(model)(text)
                if entity in self.supported_entities
            ]

    return ModelRecognizer(supported_entities=wanted, supported_language=language, name=f"model_{language}")


_Tagger = Callable[[str], Iterator[tuple[str, Found]]]


@lru_cache(maxsize=4)
def _loaded(model: str) -> _Tagger:
    kind = kind_of_model(model)
    read = _load_spacy(model) if kind == "spacy" else _load_transformers(model)

    def tag(text: str) -> Iterator[tuple[str, Found]]:
        for start, part in _windows(text, _WINDOW[kind]):
            for label, first, last, score in read(part):
                entity = LABELS.get(label.upper().removeprefix("B-").removeprefix("I-"))
                if entity is not None and first < last:
                    yield entity, (start + first, start + last, score)

    return tag


_Read = Callable[[str], Iterator[tuple[str, int, int, float]]]


def _load_spacy(model: str) -> _Read:
    import spacy

    pipeline = spacy.load(Path(model).expanduser() if Path(model).expanduser().is_dir() else model)

    def read(text: str) -> Iterator[tuple[str, int, int, float]]:
        for entity in pipeline(text).ents:
            yield entity.label_, entity.start_char, entity.end_char, _SPACY_SCORE

    return read


def _load_transformers(model: str) -> _Read:
    # Whatever the environment says, a model that is not here is not fetched.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline
    from transformers.utils import logging

    logging.disable_progress_bar()

    where = str(Path(model).expanduser()) if Path(model).expanduser().is_dir() else model
    tagger = pipeline(
        "token-classification",
        model=AutoModelForTokenClassification.from_pretrained(where, local_files_only=True),
        tokenizer=AutoTokenizer.from_pretrained(where, local_files_only=True),
        aggregation_strategy="simple",
        device=-1,
    )

    def read(text: str) -> Iterator[tuple[str, int, int, float]]:
        for found in tagger(text):
            yield str(found["entity_group"]), int(found["start"]), int(found["end"]), float(found["score"])

    return read


def _windows(text: str, size: int) -> Iterator[tuple[int, str]]:
    """(start, part) of a text in parts of at most ``size`` characters, cut at the last white space or sign, if any."""
    start = 0
    while start < len(text):
        end = min(len(text), start + size)
        if end < len(text):
            cut = max(text.rfind(sign, start + size // 2, end) for sign in (" ", "\n", "。", "，", ".", ","))
            end = cut + 1 if cut > start else end
        yield start, text[start:end]
        start = end


def _token_classifier(model: str, config: Path) -> str:
    try:
        told = json.loads(config.read_text("utf-8"))
    except (OSError, ValueError):
        told = {}
    kinds = told.get("architectures") or []
    if any("TokenClassification" in str(kind) for kind in kinds):
        return "transformers"
    came = ", ".join(map(str, kinds)) or "no architecture"
    raise ValueError(f"models: expected a token classifier (...ForTokenClassification) at {model}, came {came}")


def _is_package(model: str) -> bool:
    try:
        return model.isidentifier() and importlib.util.find_spec(model) is not None
    except (ImportError, ValueError):
        return False


def _in_hub_cache(model: str) -> Path | None:
    """The cached config.json of a hub model."""
    if model.count("/") > 1 or importlib.util.find_spec("huggingface_hub") is None:
        return None
    from huggingface_hub import try_to_load_from_cache

    try:
        found = try_to_load_from_cache(model, "config.json")
    except ValueError:  # no id
        return None
    return Path(found) if isinstance(found, str) else None
