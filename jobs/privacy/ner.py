"""Optional models that name people and places: a spaCy pipeline or a transformers token classifier, as a recognizer.

Off unless a model is named. Nothing heavy is imported before the first text is read, once in each worker; nothing is
ever downloaded: a hub model has to lie in the local cache.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jobs.privacy.presidio import load_presidio
from jobs.privacy.rules import Found
from jobs.privacy.token_classifier import Named, class_of, load_token_classifier, windows

# What models call their classes, without B- and I-, to our entities. Classes that are no personal data are left out.
LABELS = {
    **dict.fromkeys(("PERSON", "PER", "PERS", "NR", "NAME", "PATIENT", "STAFF"), "PERSON"),
    **dict.fromkeys(("ADDRESS", "STREET", "STREET_ADDRESS", "ADDR"), "ADDRESS"),
    **dict.fromkeys(("LOCATION", "LOC", "GPE", "FAC", "NS", "CITY", "COUNTRY"), "LOCATION"),
    **dict.fromkeys(("ORGANIZATION", "ORGANISATION", "ORG", "COMPANY", "NT"), "ORGANIZATION"),
}
# spaCy gives no score; one that lies between an announced name and a checksummed number.
_SPACY_SCORE = 0.6
# Characters at once: a spaCy pipeline's memory grows with the text.
_SPACY_CHARACTERS = 50_000


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


_SURROGATE = re.compile("[\ud800-\udfff]")
_Tagger = Callable[[str], Iterator[tuple[str, Found]]]


@lru_cache(maxsize=4)
def _loaded(model: str) -> _Tagger:
    spacy = kind_of_model(model) == "spacy"
    read = _load_spacy(model) if spacy else load_token_classifier(_folder_of(model))

    def tag(text: str) -> Iterator[tuple[str, Found]]:
        # A lone surrogate has no UTF-8, which is what tokenizers and pipelines read.
        for label, start, end, score in read(_SURROGATE.sub("\ufffd", text)):
            entity = LABELS.get(class_of(label))
            if entity is not None and start < end:
                yield entity, (start, end, score)

    return tag


def _load_spacy(model: str) -> Callable[[str], Iterator[Named]]:
    import spacy

    folder = Path(model).expanduser()
    pipeline = spacy.load(folder if folder.is_dir() else model)

    def read(text: str) -> Iterator[Named]:
        for start, part in windows(text, _SPACY_CHARACTERS, len):
            for entity in pipeline(part).ents:
                yield entity.label_, start + entity.start_char, start + entity.end_char, _SPACY_SCORE

    return read


def _folder_of(model: str) -> Path:
    """Where a transformers model lies: the folder that was named, or the one of a hub model in the local cache."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    cached = _in_hub_cache(model)
    if cached is None:
        raise ValueError(f"models: the hub model {model!r} is no longer in the local cache")
    return cached.parent


def _token_classifier(model: str, config: Path) -> str:
    try:
        told = json.loads(config.read_text("utf-8"))
    except (OSError, ValueError):
        told = {}
    kinds = told.get("architectures") or []
    if any("TokenClassification" in str(kind) for kind in kinds):
        classes = dict.fromkeys(class_of(str(label)) for label in (told.get("id2label") or {}).values())
        if classes and not LABELS.keys() & classes:
            raise ValueError(
                f"models: {model} knows none of the classes that are personal data; it has "
                f"{', '.join(list(classes)[:8])}, expected some of {', '.join(LABELS)}"
            )
        return "transformers"
    came = ", ".join(map(str, kinds)) or "no architecture"
    raise ValueError(f"models: expected a token classifier (...ForTokenClassification) at {model}, came {came}")


def _is_package(model: str) -> bool:
    """Whether an installed package of this name is a spaCy pipeline."""
    try:
        spec = importlib.util.find_spec(model) if model.isidentifier() else None
    except (ImportError, ValueError):
        return False
    places = (spec.submodule_search_locations or ()) if spec else ()
    return any((Path(place) / "meta.json").is_file() for place in places)


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
