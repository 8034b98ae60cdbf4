"""Which characters and tokens of a row are trained, which are masked, and which lie beyond a cut-off."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jobs.formats.chat_templates.render import ChatTemplate, template_messages, tools_of
from jobs.formats.registry import AUTO, parse_row
from jobs.formats.tokens import Counter, Span
from jobs.formats.trained import trained_turns
from jobs.record import Record, RecordError

State = Literal["trained", "masked", "cut"]
_MARK = "gristmill-turn-5c1e"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the rendered row. ``turn`` counts from 0 over ``[*messages, *chosen]``; None outside answers."""

    text: str
    state: State
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A trained turn: its tokens, and how many of them lie beyond the cut-off."""

    turn: int
    tokens: int
    cut: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A rendered row, taken apart.

    Attributes:
        tokens: of the whole row; trainable: of its trained turns before the cut-off.
        warnings: what a person should know, in sentences.
    """

    template: str
    counter: str
    is_estimate: bool
    cutoff: int | None
    tokens: int
    trainable: int
    answers: tuple[Answer, ...]
    segments: tuple[Segment, ...]
    warnings: tuple[str, ...]


def preview(record: Record, template: ChatTemplate, counter: Counter, cutoff: int | None = None) -> Preview:
    """The row as a trainer sees it that masks all but answers and keeps the first ``cutoff`` tokens.

    Raises:
        RecordError: the template refuses the row.
    """
    text, places = trained_places(record, template)
    spans = counter.spans(text)
    kept = len(spans) if cutoff is None else min(cutoff, len(spans))
    end = spans[kept - 1][1] if kept else 0
    answers = tuple(_answer(place, turn, spans, kept) for turn, place in places)
    trainable = sum(answer.tokens - answer.cut for answer in answers)
    return Preview(
        template.name,
        counter.name,
        counter.is_estimate,
        cutoff,
        len(spans),
        trainable,
        answers,
        tuple(_segments(text, places, end if kept < len(spans) else len(text))),
        tuple(_warnings(record.kind == "prompt", answers, trainable, counter, cutoff)),
    )


def trained_places(record: Record, template: ChatTemplate) -> tuple[str, list[tuple[int, Span]]]:
    """The rendered row, and for each trained turn its place in it, end-of-turn token included.

    Where a template has no ``{% generation %}`` the place is what rendering one turn more adds after the words that
    ask for an answer, and of a turn that is not the assistant's what it adds from the turn's own text on. A turn whose
    place cannot be told so (a template that rewrites earlier turns) counts as masked.

    Raises:
        RecordError: the template refuses the row.
    """
    if record.kind == "text":
        text = record.text or ""
        return text, [(0, (0, len(text)))] if text.strip() else []
    messages = [*record.messages, *record.chosen]
    plain, tools = template_messages(messages), tools_of(record)
    rendered = template.render(plain, tools=tools, add_generation_prompt=record.kind == "prompt")
    trained = trained_turns(record)
    answering = [i for i, message in enumerate(messages) if message.role == "assistant"]
    if len(rendered.answers) == len(answering):
        places = dict(zip(answering, rendered.answers, strict=True))
    else:
        places = _places_by_prefix(trained, plain, tools, template, rendered.text)
    others = [i for i in trained if messages[i].role != "assistant"]
    places |= _places_by_prefix(others, plain, tools, template, rendered.text)
    return rendered.text, [(turn, places[turn]) for turn in trained if turn in places]


class RowMeasure:
    """Lengths of raw rows under a template and a cut-off, for ``jobs.formats.targets``; a row that cannot be read or
    rendered has none."""

    def __init__(
        self, template: ChatTemplate, counter: Counter, cutoff: int, fields: Mapping[str, str] | None = None
    ) -> None:
        self._template, self._counter, self._cutoff, self._fields = template, counter, cutoff, fields
        self._last: tuple[Mapping[str, Any], Preview | None] | None = None

    def over(self, row: Mapping[str, Any]) -> bool:
        """Whether the row is longer than the cut-off."""
        seen = self._preview(row)
        return seen is not None and seen.tokens > self._cutoff

    def untrained(self, row: Mapping[str, Any]) -> bool:
        """Whether every trained token lies beyond the cut-off."""
        seen = self._preview(row)
        return seen is not None and bool(seen.answers) and seen.trainable == 0

    def _preview(self, row: Mapping[str, Any]) -> Preview | None:
        if self._last is None or self._last[0] is not row:
            try:
                record = parse_row(row, AUTO, self._fields)
                self._last = (row, preview(record, self._template, self._counter, self._cutoff))
            except RecordError:
                self._last = (row, None)
        return self._last[1]


def _places_by_prefix(
    turns: Sequence[int],
    plain: Sequence[Mapping[str, Any]],
    tools: Sequence[Any] | None,
    template: ChatTemplate,
    text: str,
) -> dict[int, Span]:
    places: dict[int, Span] = {}
    for i in turns:
        try:
            before = _asked(template, plain, tools, i)
            after = template.render(plain[: i + 1], tools=tools).text
        except RecordError:
            continue
        if before is not None and text.startswith(after) and after.startswith(before) and len(after) > len(before):
            places[i] = (len(before), len(after))
    return places


def _asked(
    template: ChatTemplate, plain: Sequence[Mapping[str, Any]], tools: Sequence[Any] | None, i: int
) -> str | None:
    """What is rendered before the text of turn ``i``, its header included; None where nothing comes before."""
    if plain[i]["role"] == "assistant":
        return template.render(plain[:i], tools=tools, add_generation_prompt=True).text if i else None
    # No template asks for a turn of another role, so its header is what comes before a word put in its place.
    before, mark, _ = template.render([*plain[:i], {**plain[i], "content": _MARK}], tools=tools).text.rpartition(_MARK)
    return before if mark else None


def _answer(place: Span, turn: int, spans: Sequence[Span], kept: int) -> Answer:
    first = bisect_left(spans, place[0], key=lambda span: span[1] - 1)
    last = bisect_left(spans, place[1], key=lambda span: span[0])
    tokens = max(last - first, 0)
    return Answer(turn, tokens, tokens - max(min(last, kept) - first, 0))


def _segments(text: str, places: Sequence[tuple[int, Span]], end: int) -> list[Segment]:
    segments: list[Segment] = []
    at = 0
    for turn, (start, stop) in places:
        segments += _cut(text, at, start, "masked", None, end) + _cut(text, start, stop, "trained", turn, end)
        at = stop
    return segments + _cut(text, at, len(text), "masked", None, end)


def _cut(text: str, start: int, stop: int, state: State, turn: int | None, end: int) -> list[Segment]:
    middle = min(max(end, start), stop)
    parts = [Segment(text[start:middle], state, turn), Segment(text[middle:stop], "cut", turn)]
    return [part for part in parts if part.text]


def _warnings(
    is_prompt: bool, answers: Sequence[Answer], trainable: int, counter: Counter, cutoff: int | None
) -> list[str]:
    warnings = []
    if is_prompt:
        warnings.append("a prompt without an answer: only trainers that sample answers themselves learn from it")
    elif not answers:
        warnings.append("no turn of this row is trained: its loss is 0 and nothing says so while training")
    elif not trainable:
        warnings.append(f"no trained token lies before the cut-off of {cutoff:,}: the row trains nothing")
    cut = sum(answer.cut for answer in answers)
    if trainable and cut:
        warnings.append(f"{cut:,} trained tokens lie beyond the cut-off of {cutoff:,}: the model learns to stop there")
    if counter.is_estimate:
        warnings.append("token counts are an estimate by character classes; --tokenizer counts exactly")
    return warnings
