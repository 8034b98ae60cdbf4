"""Reads the corpora of scripts/fit_names.py: sentences, folded, with the spans of the names in them.

Where each comes from, and under what terms, stands in jobs/privacy/data/README.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from service_talk import Sentence

from jobs.privacy.names.words import COMPOUND_SURNAMES, SURNAMES
from jobs.privacy.view import fold

_HAN = re.compile("[\u4e00-\u9fa5]")


def read_tagged_news(path: Path) -> list[Sentence]:
    """Text/tag pairs of the People's Daily of January 1998; surname and given name are two tokens tagged nr."""
    rows = []
    for line in path.open(encoding="utf-8"):
        pairs = [pair.rsplit("/", 1) for pair in line.split() if "/" in pair]
        tokens = [(word.lstrip("[") if len(word) > 1 else word, tag.split("]")[0]) for word, tag in pairs]
        rows.append(_joined(tokens))
    return _folded(rows)


def _joined(tokens: Sequence[tuple[str, str]]) -> Sentence:
    text, surname_before = "", False
    spans: list[tuple[int, int]] = []
    for word, tag in tokens:
        if tag == "nr" and surname_before and len(word) <= 2:
            spans[-1] = (spans[-1][0], len(text) + len(word))
            surname_before = False
        else:
            surname_before = tag == "nr" and (word in SURNAMES or word in COMPOUND_SURNAMES or len(word) == 1)
            spans += [(len(text), len(text) + len(word))] if tag == "nr" else []
        text += word
    return text, spans


def read_cluener(path: Path) -> list[Sentence]:
    """CLUENER's JSON objects, one after another: text, and label.name with inclusive ends."""
    content, decoder, at, rows = path.read_text("utf-8"), json.JSONDecoder(), 0, []
    while (start := re.compile(r"\S").search(content, at)) is not None:
        row, at = decoder.raw_decode(content, start.start())
        names = row["label"].get("name", {}).values()
        rows.append(
            (
                row["text"],
                [(first, last + 1) for places in names for first, last in places],
            )
        )
    return _folded(rows)


def read_universal_ner(path: Path) -> list[Sentence]:
    """Universal NER's columns: number, token, IOB tag."""
    rows = []
    for block in path.read_text("utf-8").split("\n\n"):
        text, spans = "", []
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            _, word, tag = line.split("\t")[:3]
            if tag == "B-PER":
                spans.append((len(text), len(text) + len(word)))
            elif tag == "I-PER" and spans:
                spans[-1] = (spans[-1][0], len(text) + len(word))
            text += word
        rows.append((text, spans))
    return _folded(rows)


def read_taught(path: Path) -> list[Sentence]:
    """JSON lines of scripts/teach_names.py: text, and spans as pairs of start and end."""
    rows = (json.loads(line) for line in path.open(encoding="utf-8"))
    return [(row["text"], [(start, end) for start, end in row["spans"]]) for row in rows]


def _folded(rows: Iterable[Sentence]) -> list[Sentence]:
    return [(fold(text).text, spans) for text, spans in rows if text and len(fold(text).text) == len(text)]


@dataclass(frozen=True)
class Corpus:
    """How a file is read and what it counts.

    Attributes:
        weight: of its sentences; a sentence of service talk has 1. The weights were chosen by cross-validation.
        latin: whether names in Latin letters are marked as names in it.
        clear: whether its terms let anybody use it for anything.
    """

    read: Callable[[Path], list[Sentence]]
    weight: float
    latin: bool
    clear: bool


NEWS, WIKIPEDIA = "199801.txt", "zh_gsdsimp-ud-train.iob2"
CORPORA: dict[str, Corpus] = {
    NEWS: Corpus(read_tagged_news, 0.5, latin=False, clear=False),
    "cluener_train.json": Corpus(read_cluener, 3.0, latin=True, clear=False),
    WIKIPEDIA: Corpus(read_universal_ner, 1.0, latin=True, clear=True),
    "taught.jsonl": Corpus(read_taught, 1.0, latin=False, clear=True),
}


def texts_of(paths: Iterable[Path]) -> list[str]:
    """Every string with a Chinese character in files of JSON lines, folded."""

    def strings(value: object) -> Iterable[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            for part in value.values() if isinstance(value, dict) else value:
                yield from strings(part)

    rows = (json.loads(line) for path in paths for line in path.open(encoding="utf-8") if line.strip())
    return list(dict.fromkeys(fold(text).text for row in rows for text in strings(row) if _HAN.search(text)))
