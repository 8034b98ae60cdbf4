"""Brings Presidio in: without torch, without a model, without the network."""

from __future__ import annotations

import importlib
import logging
import sys
from functools import cache
from types import ModuleType
from typing import Any

# spaCy, which Presidio imports, looks for these and takes 13 more CPU seconds where it finds them; nothing here uses
# them. They are hidden during the import only: a later "import torch" in the same process works.
_HEAVY = ("torch", "transformers", "tensorflow")


def load_presidio() -> ModuleType:
    """The module ``presidio_analyzer``, imported without its optional heavy companions.

    Raises:
        ModuleNotFoundError: it is not installed; says which command installs it.
    """
    if "presidio_analyzer" in sys.modules:
        return sys.modules["presidio_analyzer"]
    hidden = [name for name in _HEAVY if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # how an import is refused
    try:
        module = importlib.import_module("presidio_analyzer")
        importlib.import_module("presidio_analyzer.nlp_engine")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"remove_pii needs the package presidio-analyzer, which could not be imported ({error.name} is missing). "
            "Run `make setup`, or `pip install -e .`."
        ) from error
    finally:
        for name in hidden:
            if sys.modules.get(name, ...) is None:
                del sys.modules[name]
    # "Entity X doesn't have the corresponding recognizer" for each language that has no rule for it: known and wanted.
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    return module


def no_op_enhancer() -> Any:
    """Context words are part of the rules here; Presidio's default enhancer would copy every result for nothing."""
    load_presidio()
    from presidio_analyzer import ContextAwareEnhancer

    class NoOpEnhancer(ContextAwareEnhancer):
        """Returns the results as they are."""

        def __init__(self) -> None:
            super().__init__(0.0, 0.0, 0, 0)

        def enhance_using_context(self, text: str, raw_results: list[Any], *_args: Any, **_kwargs: Any) -> list[Any]:
            """The results, unchanged."""
            return raw_results

    return NoOpEnhancer()


def no_op_engine(languages: tuple[str, ...]) -> Any:
    """An NLP engine that tags nothing: the rules read characters, and no model is downloaded."""
    load_presidio()
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    return NoOpNlpEngine([{"lang_code": language, "model_name": ""} for language in languages])


def fixed_engine(recognizers: list[Any], languages: tuple[str, ...]) -> Any:
    """An engine for recognizers that stay as they are: Presidio's asks each of them for each text what it can find."""
    presidio = load_presidio()

    class FixedEngine(presidio.AnalyzerEngine):  # type: ignore[name-defined]  # a module's attribute
        """Remembers by language; ``analyze`` is Presidio's."""

        @cache  # noqa: B019  # the engine lives as long as the process
        def get_supported_entities(self, language: str | None = None) -> list[str]:
            """What the language's recognizers find."""
            entities: list[str] = super().get_supported_entities(language)
            return entities

    return FixedEngine(
        registry=presidio.RecognizerRegistry(recognizers=recognizers, supported_languages=list(languages)),
        nlp_engine=no_op_engine(languages),
        context_aware_enhancer=no_op_enhancer(),
        supported_languages=list(languages),
    )
