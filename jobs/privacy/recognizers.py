"""The rules as Presidio recognizers, together with those of Presidio's own that work without a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from jobs.privacy.addresses import chinese, pinyin
from jobs.privacy.english import rules as english
from jobs.privacy.english.places import OPTIONAL_ENTITIES as ENGLISH_PLACES
from jobs.privacy.names import announced
from jobs.privacy.numbers import (
    accounts,
    birthdays,
    identity,
    long_numbers,
    online,
    phones,
    plates,
    references,
    spoken,
)
from jobs.privacy.prefilter import Prefilter
from jobs.privacy.presidio import load_presidio
from jobs.privacy.rules import Rule

_NUMBERS: tuple[Rule, ...] = (
    *phones.RULES,
    *spoken.RULES,
    *identity.RULES,
    *long_numbers.RULES,
    *plates.RULES,
    *birthdays.RULES,
    *online.RULES,
    *accounts.RULES,
    *references.RULES,
)
RULES: tuple[Rule, ...] = _NUMBERS + announced.RULES + chinese.RULES + pinyin.RULES + english.RULES
OPTIONAL_ENTITIES: frozenset[str] = ENGLISH_PLACES | {rule.entity for rule in references.RULES}

# Presidio's own, by entity: the cue without which they find nothing.
_PRESIDIO_CUES = {
    "PHONE_NUMBER": r"[0-9](?:[-/ ().\[\]~]{0,4}[0-9]){8}",
    "US_SSN": r"[0-9](?:[-. ]?[0-9]){8}",
    "IBAN_CODE": r"[A-Z]{2}[0-9]{2}",
}
ENTITIES: tuple[str, ...] = tuple(dict.fromkeys([rule.entity for rule in RULES] + list(_PRESIDIO_CUES)))
DEFAULT_ENTITIES: tuple[str, ...] = tuple(entity for entity in ENTITIES if entity not in OPTIONAL_ENTITIES)


def rules_of(entities: Iterable[str], language: str) -> tuple[Rule, ...]:
    """The rules for these entities that are of use in a language."""
    wanted = set(entities)
    return tuple(rule for rule in RULES if rule.entity in wanted and language in rule.languages)


def cues(entities: Iterable[str], language: str) -> list[str]:
    """Regular expressions (case ignored) of which one is found in every text that the language's rules can read."""
    wanted = tuple(entities)
    return list(dict.fromkeys([rule.cue for rule in rules_of(wanted, language)] + presidio_cues(wanted, language)))


def presidio_cues(entities: Iterable[str], language: str) -> list[str]:
    """The cues of those recognizers that are Presidio's own."""
    wanted = set(entities)
    return [cue for entity, cue in _PRESIDIO_CUES.items() if entity in wanted] if language == "en" else []


def build_recognizers(
    entities: Iterable[str], prefilters: Mapping[str, Prefilter], models: Mapping[str, str] | None = None
) -> list[Any]:
    """Presidio recognizers for the entities: for each language one of our rules, those of Presidio's own, and one for
    the language's model (``jobs.privacy.ner``).

    Args:
        prefilters: by language, over its rules.
    """
    wanted = list(entities)
    built: list[Any] = []
    for language, prefilter in prefilters.items():
        ours = list(dict.fromkeys(rule.entity for rule in rules_of(wanted, language)))
        if ours:
            built.append(_recognizer_type()(ours, language, prefilter))
        if language == "en":
            built += [recognizer for recognizer in _presidio_own() if recognizer.supported_entities[0] in wanted]
        if models and language in models:
            from jobs.privacy.ner import model_recognizer

            built.append(model_recognizer(language, models[language], wanted))
    return built


@lru_cache(maxsize=1)
def _recognizer_type() -> Any:
    presidio = load_presidio()

    class RuleRecognizer(presidio.LocalRecognizer):  # type: ignore[name-defined]  # a module's attribute
        """Yields what the rules of one language find; each result's metadata names its rule.

        One recognizer for all of them: Presidio's work for each costs more than a rule that is not cued.
        """

        def __init__(self, entities: list[str], language: str, prefilter: Prefilter) -> None:
            self.prefilter = prefilter
            super().__init__(supported_entities=entities, supported_language=language, name=f"rules_{language}")

        def load(self) -> None:
            """Nothing to load: expressions are compiled when their modules are imported."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
            """What the rules find in a folded text."""
            return [
                presidio.RecognizerResult(
                    entity_type=rule.entity,
                    start=start,
                    end=end,
                    score=score,
                    recognition_metadata={"recognizer_name": rule.name, "recognizer_identifier": self.id},
                )
                for rule in self.prefilter.rules_for(text)
                for start, end, score in rule.find(text)
            ]

    return RuleRecognizer


def _presidio_own() -> list[Any]:
    """Presidio's recognizers for US social security numbers and IBANs, and telephone numbers outside China."""
    load_presidio()
    from presidio_analyzer.predefined_recognizers import IbanRecognizer, UsSsnRecognizer

    from jobs.privacy.numbers.library_phones import phone_recognizer

    return [
        phone_recognizer(),
        UsSsnRecognizer(name="us_ssn_presidio"),
        # Its check digits tell an account in lower case too.
        IbanRecognizer(name="iban_presidio", regex_flags=re.IGNORECASE | re.MULTILINE | re.DOTALL),
    ]
