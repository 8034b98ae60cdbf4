"""What a quality rule can measure, by name: a rule of the table, or of a user's own, names one of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from jobs.text import garbled, injected_orders, leftovers, measures, repetition, row_measures, words

Option = Literal["n", "pattern", "words_from", "scored_by"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: a function of one text, or of a whole row's parts, to a number, a word, or None for no verdict.

    Attributes:
        of_row: it takes the ``Parts`` of a row rather than one text.
        needs: the key of a rule's line without which it cannot measure; ``function`` is None where that key makes it.
        gives_words: its values are words, bounded by ``allow``.
        counts: its values are whole numbers.
        cue: a quick look at all texts of a row, joined: where it is false, each of them has the value ``without``.
    """

    name: str
    function: Callable[..., Any] | None
    of_row: bool = False
    needs: Option | None = None
    gives_words: bool = False
    counts: bool = False
    cue: Callable[[str], bool] | None = None
    without: float = 0

    @property
    def takes(self) -> str:
        """What ``reads`` may be, in words."""
        return (
            "a whole row: `reads: row`"
            if self.of_row
            else "texts: `reads` prompt, response, text, learnt, any or whole"
        )


def _texts(*functions: Callable[..., Any], counts: bool = False, needs: Option | None = None) -> list[Measure]:
    return [Measure(f.__name__, f, counts=counts, needs=needs) for f in functions]


def _cued(
    function: Callable[..., Any], cue: Callable[[str], bool], *, counts: bool = False, without: float = 0
) -> Measure:
    return Measure(function.__name__, function, counts=counts, cue=cue, without=without)


def _rows(*functions: Callable[..., Any]) -> list[Measure]:
    return [Measure(f.__name__, f, of_row=True, counts=True) for f in functions]


_ALL = [
    *_texts(
        measures.characters,
        injected_orders.injected_orders,
        words.stop_words,
        counts=True,
    ),
    _cued(leftovers.template_tokens, leftovers.may_hold_tokens, counts=True),
    _cued(leftovers.unfilled_slots, leftovers.may_hold_slots, counts=True),
    _cued(garbled.garbled_share, garbled.may_be_garbled),
    _cued(measures.readable_share, measures.may_be_unreadable, without=1),
    *_texts(
        measures.symbol_share,
        measures.punctuation_share,
        measures.digit_share,
        measures.han_share,
        measures.common_han_share,
        measures.mean_sentence_characters,
        repetition.duplicate_line_share,
        repetition.duplicate_line_character_share,
        repetition.duplicate_paragraph_share,
        repetition.duplicate_paragraph_character_share,
        repetition.bullet_line_share,
        repetition.ellipsis_line_share,
        repetition.repeated_run_share,
        words.mean_word_length,
        words.alphabetic_word_share,
        words.symbol_to_word_ratio,
        words.stop_word_share,
    ),
    *_texts(repetition.top_ngram_share, repetition.duplicate_ngram_share, needs="n"),
    *_rows(
        row_measures.count_answers,
        row_measures.empty_answers,
        row_measures.refused_answers,
        row_measures.refused_chosen,
        row_measures.cut_off_answers,
        row_measures.unmarked_answers,
        row_measures.echoed_answers,
        row_measures.contradicted_counts,
        row_measures.spoken_slots,
        row_measures.document_slots,
        row_measures.foreign_answers,
    ),
    Measure("language", row_measures.language, of_row=True, gives_words=True),
    Measure("matches", None, needs="pattern", counts=True),
    Measure("listed_words", None, needs="words_from", counts=True),
    Measure("score", None, needs="scored_by"),
]
MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}
