"""Finds personal data in Chinese and English text and replaces it.

``find_pii`` and ``remove_pii`` are the whole of it for a caller; Presidio and the tables are imported at their first
use.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from jobs.text import Cleaned

if TYPE_CHECKING:
    from jobs.privacy.desensitise import Desensitiser
    from jobs.privacy.params import PrivacyParams
    from jobs.privacy.spans import Span

__all__ = ["find_pii", "remove_pii"]


def find_pii(text: str, params: PrivacyParams | None = None) -> list[Span]:
    """The spans of personal data in a text, in order, none overlapping.

    Args:
        params: what to look for; by default what the stage ``remove_pii`` looks for.

    Returns:
        Spans with ``start``, ``end`` (in characters, end exclusive), ``entity``, ``score`` (0 to 1), ``recognizer``.
    """
    return _desensitiser(params).analyzer.analyze(text)


def remove_pii(text: str, params: PrivacyParams | None = None) -> Cleaned:
    """The text without its personal data: what the stage ``remove_pii`` makes of it.

    Args:
        params: what to look for and what to put in its place; by default those of the stage.

    Returns:
        The text, and how many values were replaced by entity.

    Raises:
        PersonalDataDropped: the text holds an entity of which the policy says ``drop_row``.
    """
    return Cleaned(*_desensitiser(params).desensitise_text(text))


def _desensitiser(params: PrivacyParams | None) -> Desensitiser:
    return _built(params.model_dump_json() if params else "{}")


@lru_cache(maxsize=8)
def _built(params: str) -> Desensitiser:
    """Made once for equal parameters: it compiles the rules and loads Presidio."""
    from jobs.privacy.desensitise import Desensitiser
    from jobs.privacy.params import PrivacyParams
    from jobs.text.reveal import reveal

    return Desensitiser.from_params(PrivacyParams.model_validate_json(params), reveal)
