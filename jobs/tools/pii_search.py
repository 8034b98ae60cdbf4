"""The search for personal data in batches of texts, in this process or in several: what ``gristmill pii`` runs on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol, TypeVar

from jobs.privacy.analyzer import Analyzer
from jobs.privacy.presidio import load_presidio
from jobs.tools.pii_texts import Texts
from jobs.tools.workers import in_order

# Workers cost a fraction of a second to start (some three seconds where they are not forked): they pay from here on.
_BYTES_FOR_WORKERS = 1 << 20
# The spans of a row, or the name of the error type that a recognizer raised.
Found = list[dict[str, Any]] | str


class HasTexts(Protocol):
    """A row, whatever else is known of it, with its texts."""

    @property
    def texts(self) -> Texts: ...


Row = TypeVar("Row", bound=HasTexts)


class Searcher(Protocol):
    """Gives each batch of rows with what was found in each row, in order."""

    def __call__(self, batches: Iterable[list[Row]], /) -> Iterator[tuple[list[Row], list[Found]]]: ...


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, as ``Analyzer`` takes it; small, so that it travels to worker processes."""

    entities: tuple[str, ...] | None = None
    languages: tuple[str, ...] = ("zh", "en")
    min_score: float = 0.4
    models: Mapping[str, str] | None = None

    def analyzer(self) -> Analyzer:
        """The analyzer.

        Raises:
            ValueError: an entity, a language or a model that does not exist.
        """
        return Analyzer(self.entities, self.languages, self.min_score, self.models)


@contextmanager
def searcher(search: Search, inputs: Sequence[Path], workers: int | None = None) -> Iterator[Searcher]:
    """Looks batches of rows through: in this process, or in several where the input is large enough to pay.

    Args:
        workers: processes; None chooses by the size of ``inputs``.

    Raises:
        ValueError: as ``Search.analyzer``.
    """
    workers = workers or _workers_for(inputs)
    if workers < 2:
        analyzer = search.analyzer()

        def look(batches: Iterable[list[Row]]) -> Iterator[tuple[list[Row], list[Found]]]:
            return ((batch, _find(analyzer, [row.texts for row in batch])) for batch in batches)

        yield look
        return
    # A mistake in the options is told here, once; and where a process is forked, it has Presidio from here.
    search.analyzer()
    load_presidio()
    # A command has one thread, so that forking is safe; elsewhere than on Linux system libraries have more.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:

        def look_there(batches: Iterable[list[Row]]) -> Iterator[tuple[list[Row], list[Found]]]:
            def submit(batch: list[Row]) -> Future[list[Found]]:
                return pool.submit(_find_there, search, [row.texts for row in batch])

            return in_order(submit, batches, 2 * workers)

        yield look_there


def _workers_for(inputs: Sequence[Path]) -> int:
    large = sum(file.stat().st_size for file in inputs) > _BYTES_FOR_WORKERS
    return len(os.sched_getaffinity(0)) if large and hasattr(os, "sched_getaffinity") else 1


@cache
def _analyzer_of(search: tuple[Any, ...]) -> Analyzer:
    entities, languages, min_score, models = search
    return Search(entities, languages, min_score, dict(models)).analyzer()


def _find_there(search: Search, rows: list[Texts]) -> list[Found]:
    models = tuple((search.models or {}).items())
    return _find(_analyzer_of((search.entities, search.languages, search.min_score, models)), rows)


def _find(analyzer: Analyzer, rows: list[Texts]) -> list[Found]:
    found: list[Found] = []
    for texts in rows:
        try:
            found.append([told for path, text in texts for told in _spans(analyzer, path, text)])
        except Exception as error:
            # Whatever went wrong may quote the text, so only the error's type is told.
            found.append(type(error).__name__)
    return found


def _spans(analyzer: Analyzer, path: str | None, text: str) -> Iterator[dict[str, Any]]:
    for span in analyzer.analyze(text):
        told = {"start": span.start, "end": span.end, "entity": span.entity}
        told |= {"score": span.score, "recognizer": span.recognizer}
        yield told if path is None else {"path": path, **told}
