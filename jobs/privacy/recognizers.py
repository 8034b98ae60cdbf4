"""The rules as Presidio recognizers, together with those of Presidio's own that work without a model."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from jobs.privacy import addresses, english, names, numbers
from jobs.privacy.presidio import load_presidio
from jobs.privacy.rules import Rule, is_quantity, names_another_number

RULES: tuple[Rule, ...] = numbers.RULES + names.RULES + addresses.RULES + english.RULES
OPTIONAL_ENTITIES: frozenset[str] = numbers.OPTIONAL_ENTITIES

# Presidio's own, by entity: the cue without which they find nothing.
_PRESIDIO_CUES = {
    "PHONE_NUMBER": r"[0-9](?:[^0-9]{0,3}[0-9]){6}",
    "US_SSN": r"[0-9](?:[^0-9]{0,3}[0-9]){6}",
    "IBAN_CODE": r"[A-Z]{2}[0-9]{2}",
}
ENTITIES: tuple[str, ...] = tuple(dict.fromkeys([rule.entity for rule in RULES] + list(_PRESIDIO_CUES)))
DEFAULT_ENTITIES: tuple[str, ...] = tuple(entity for entity in ENTITIES if entity not in OPTIONAL_ENTITIES)


def cues(entities: Iterable[str], language: str) -> list[str]:
    """Regular expressions (case ignored) of which one is found in every text that the language's rules can read."""
    wanted = set(entities)
    found = [rule.cue for rule in RULES if rule.entity in wanted and language in rule.languages]
    if language == "en":
        found += [cue for entity, cue in _PRESIDIO_CUES.items() if entity in wanted]
    return list(dict.fromkeys(found))


def build_recognizers(entities: Iterable[str], languages: Iterable[str]) -> list[Any]:
    """Presidio recognizers for the entities: one for each entity and language from the rules, and Presidio's own."""
    wanted = list(entities)
    recognizer_type = _recognizer_type()
    built: list[Any] = []
    for language in languages:
        for entity in wanted:
            rules = tuple(rule for rule in RULES if rule.entity == entity and language in rule.languages)
            if rules:
                built.append(recognizer_type(entity, language, rules))
        if language == "en":
            built += [recognizer for recognizer in _presidio_own() if recognizer.supported_entities[0] in wanted]
    return built


@lru_cache(maxsize=1)
def _recognizer_type() -> Any:
    presidio = load_presidio()

    class RuleRecognizer(presidio.LocalRecognizer):  # type: ignore[name-defined]
        """Yields what the rules of one entity find; each result's metadata names its rule."""

        def __init__(self, entity: str, language: str, rules: tuple[Rule, ...]) -> None:
            self.rules = rules
            super().__init__(supported_entities=[entity], supported_language=language, name=f"{entity}_{language}")

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
                for rule in self.rules
                if rule.cued(text)
                for start, end, score in rule.find(text)
            ]

    return RuleRecognizer


def _presidio_own() -> list[Any]:
    """Presidio's recognizers for telephone numbers outside China, US social security numbers and IBANs."""
    load_presidio()
    from presidio_analyzer.predefined_recognizers import IbanRecognizer, PhoneRecognizer, UsSsnRecognizer

    class GuardedPhoneRecognizer(PhoneRecognizer):
        """Presidio's, less the numbers that the words around them call an order or an amount."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
            """Telephone numbers of the supported regions, by the phonenumbers library."""
            return [result for result in super().analyze(text, entities, nlp_artifacts) if _is_phone(text, result)]

    return [
        GuardedPhoneRecognizer(name="phone_number_libphonenumber"),
        UsSsnRecognizer(name="us_ssn_presidio"),
        IbanRecognizer(name="iban_presidio"),
    ]


def _is_phone(text: str, result: Any) -> bool:
    """False for what libphonenumber takes for a number and is not: decimals, ranges of years, orders, amounts."""
    value = text[result.start : result.end]
    digits = sum(map(str.isdigit, value))
    if (
        digits < 9
        or re.fullmatch(r"\d+\.\d+|\(?\d{4}\s?-\s?\d{4}", value)
        or text[result.start - 1 : result.start] in ("/", ".")
    ):
        return False
    return not names_another_number(text, result.start) and not is_quantity(text, result.end)
