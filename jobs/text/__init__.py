"""Normalisation, language and quality of text: plain functions over strings.

``normalize_text`` and ``judge_text`` are the whole of it for a caller; what they need is imported at their first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jobs.text.params import NormalizeParams
    from jobs.text.quality import Verdict
    from jobs.text.quality_params import QualityParams

__all__ = ["Cleaned", "judge_text", "normalize_text"]


class Cleaned(NamedTuple):
    """A text as it came out of a step, and what the step did: how often by kind. Empty counts: nothing changed."""

    text: str
    counts: dict[str, int]


def normalize_text(text: str, params: NormalizeParams | None = None) -> Cleaned:
    """The text in normal form: what the stage ``normalize_text`` makes of it. Doing it twice changes nothing more.

    Args:
        params: which steps run; by default those of the stage.

    Returns:
        The text, and 1 for each step that changed it.
    """
    from jobs.text.normalize import normalize

    return Cleaned(*normalize(text, params))


def judge_text(text: str, params: QualityParams | None = None, *, prompt: str | None = None) -> list[Verdict]:
    """The quality rules that a text breaks, each with its ``action`` (remove or flag); empty for a text that stays.

    Args:
        params: the rules' bounds; by default those of the stage ``filter_by_quality_rules``.
        prompt: what the text answers. With it the two are judged as a question and its answer, without it the text is
            judged as plain text.
    """
    from jobs.text.quality import QualityRules

    if prompt is None:
        return QualityRules(params).judge({"kind": "text", "text": text})
    turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": text}]
    return QualityRules(params).judge({"kind": "chat", "messages": turns})
