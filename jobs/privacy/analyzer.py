"""Finds personal data: folded view, prefilter, Presidio, then spans of the original text that do not overlap."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from jobs.privacy.params import PrivacyParams
from jobs.privacy.prefilter import Prefilter
from jobs.privacy.presidio import fixed_engine
from jobs.privacy.recognizers import DEFAULT_ENTITIES, ENTITIES, build_recognizers, presidio_cues, rules_of
from jobs.privacy.spans import LANGUAGES, Span, languages_in, without_overlaps
from jobs.privacy.view import fold


class Analyzer:
    """Presidio's engine over the rules of this package, without the network, and without a model unless one is named.

    Args:
        entities: entity names to look for; default: all but order and parcel numbers.
        languages: of "zh" and "en".
        min_score: lowest score of a span, 0 to 1.
        models: language -> a spaCy or transformers model that is asked besides the rules (``jobs.privacy.ner``). A text
            of such a language is never skipped by the prefilter.

    Raises:
        ValueError: an entity, a language or a model that does not exist; names the nearest one.
    """

    def __init__(
        self,
        entities: Iterable[str] | None = None,
        languages: Iterable[str] = LANGUAGES,
        min_score: float = 0.4,
        models: Mapping[Any, str] | None = None,
    ) -> None:
        self.entities = tuple(dict.fromkeys(DEFAULT_ENTITIES if entities is None else entities))
        self.languages = tuple(dict.fromkeys(languages))
        self.min_score = min_score
        _check("entity", self.entities, ENTITIES)
        _check("language", self.languages, LANGUAGES)
        self.models = dict(models or {})
        _check("language", self.models, self.languages)
        if self.models:
            from jobs.privacy.ner import check_models

            check_models(self.models)
        self._prefilters = {
            language: Prefilter(rules_of(self.entities, language), presidio_cues(self.entities, language))
            for language in self.languages
        }

    @classmethod
    def from_params(cls, params: PrivacyParams) -> Analyzer:
        """The analyzer that the parameters of remove_pii describe."""
        return cls(params.looked_for, params.languages, params.min_score, params.models)

    def may_hold(self, text: str) -> bool:
        """False where no rule can match: cheap, and never false for a text in which ``analyze`` finds something."""
        return bool(self._languages_to_read(fold(text).text))

    def _languages_to_read(self, folded: str) -> list[str]:
        return [
            name
            for name in languages_in(folded, self.languages)
            if name in self.models or self._prefilters[name].passes(folded)
        ]

    def analyze(self, text: str, *, prefilter: bool = True) -> list[Span]:
        """The spans of personal data in ``text``, in order, none overlapping: the longest first, then the surest.

        Args:
            prefilter: False looks at every text with every rule; the answer is the same.
        """
        view = fold(text)
        languages = self._languages_to_read(view.text) if prefilter else languages_in(view.text, self.languages)
        results: list[Any] = []
        for language in languages:
            results += self._engine.analyze(
                view.text, language, score_threshold=self.min_score, nlp_artifacts=self._untagged[language]
            )
        found = [_span(result, *view.span(result.start, result.end)) for result in results if result.end > result.start]
        return without_overlaps(found)

    @cached_property
    def _engine(self) -> Any:
        return fixed_engine(build_recognizers(self.entities, self._prefilters, self.models), self.languages)

    @cached_property
    def _untagged(self) -> dict[str, Any]:
        """By language, what the tagger says of any text: nothing."""
        return {language: self._engine.nlp_engine.process_text("", language) for language in self.languages}


def _span(result: Any, start: int, end: int) -> Span:
    name = (result.recognition_metadata or {}).get("recognizer_name", "")
    return Span(start, end, result.entity_type, round(float(result.score), 3), str(name))


def _check(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"remove_pii: no {what} {name!r}{hint} Expected one of: {', '.join(known)}.")
