"""Fits jobs/privacy/data/name_weights.txt, the weights by which names are told in Chinese running text.

    python scripts/fit_names.py CORPORA [--texts FILE.jsonl ...] [--out FILE]

CORPORA is a folder with what is named in `READERS` (where each comes from, and under what terms, stands in
jobs/privacy/data/README.md); a file that is not there is left out, and said so. --texts are texts with hardly a name in
them: what the first fit does not take for a name there counts as none in the second. The last fifth of the news, in
order of days, is never fitted on and is what the last line's figures are of.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from service_talk import Sentence, service_talk  # noqa: E402 -- needs the path above

from jobs.privacy.foreign_words import TRANSLITERATION  # noqa: E402
from jobs.privacy.name_evidence import around, candidates, inside, surroundings  # noqa: E402
from jobs.privacy.name_words import COMPOUND_SURNAMES, GIVEN_CHARACTERS, SURNAMES  # noqa: E402
from jobs.privacy.running_names import STEP  # noqa: E402
from jobs.privacy.view import fold  # noqa: E402

# Least occurrences of a piece of evidence; of three characters, which are many and say little each.
LEAST, LEAST_OF_THREE = 3, 5
# Least weight that is kept, in steps: a fifth of the table goes, F1 stays as it was.
SMALL, SMALL_OF_THREE = 3, 5
# Inverse strength of the L1 penalty: at 2 some 13,000 pieces of 160,000 get a weight; at 1 8,700, F1 0.015 less.
STRENGTH = 2.0
SURE = 1.2  # log odds from which a candidate in a text without truth is left out
TALK = 16_000
COMMON = 1500  # words that may stand beside a name in generated talk


def read_tagged_news(path: Path) -> list[Sentence]:
    """Text/tag pairs of the People's Daily of January 1998; surname and given name are two tokens tagged nr."""
    rows = []
    for line in path.open(encoding="utf-8"):
        pairs = [pair.rsplit("/", 1) for pair in line.split() if "/" in pair]
        tokens = [(word.lstrip("[") if len(word) > 1 else word, tag.split("]")[0]) for word, tag in pairs]
        rows.append(_joined(tokens, "nr", joins=True))
    return _folded(rows)


def _joined(tokens: Sequence[tuple[str, str]], wanted: str, *, joins: bool) -> Sentence:
    text, spans, surname_before = "", [], False
    for word, tag in tokens:
        if tag == wanted and joins and surname_before and len(word) <= 2:
            spans[-1] = (spans[-1][0], len(text) + len(word))
            surname_before = False
        else:
            surname_before = tag == wanted and (word in SURNAMES or word in COMPOUND_SURNAMES or len(word) == 1)
            spans += [(len(text), len(text) + len(word))] if tag == wanted else []
        text += word
    return text, spans


def read_cluener(path: Path) -> list[Sentence]:
    """CLUENER's JSON objects, one after another: text, and label.name with inclusive ends."""
    content, decoder, at, rows = path.read_text("utf-8"), json.JSONDecoder(), 0, []
    while (start := re.compile(r"\S").search(content, at)) is not None:
        row, at = decoder.raw_decode(content, start.start())
        names = row["label"].get("name", {}).values()
        rows.append((row["text"], [(first, last + 1) for places in names for first, last in places]))
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


def _folded(rows: Iterable[Sentence]) -> list[Sentence]:
    return [(fold(text).text, spans) for text, spans in rows if text and len(fold(text).text) == len(text)]


READERS: dict[str, Callable[[Path], list[Sentence]]] = {
    "199801.txt": read_tagged_news,
    "cluener_train.json": read_cluener,
    "zh_gsdsimp-ud-train.iob2": read_universal_ner,
}


class Names:
    """Draws names: surnames as in the news and from the lexicon, given names from lists and from their characters."""

    def __init__(self, corpora: Path, news: Iterable[Sentence], draw: random.Random) -> None:
        self.draw = draw
        seen = [text[start] for text, spans in news for start, end in spans if end - start in (2, 3)]
        self.surnames = [char for char in seen if char in SURNAMES] + sorted(SURNAMES) * 12
        entries = [line.split() for line in (corpora / "jieba_dict.txt").open(encoding="utf-8")]
        words = [(word, tag) for word, _, tag in entries]
        often = sorted(((int(count), word) for word, count, tag in entries if tag[0] in "vdpcnram"), reverse=True)
        self.common = [word for _, word in often[:COMMON]]
        self.full = [w for w, tag in words if tag.startswith("nr") and len(w) in (2, 3) and w[0] in SURNAMES]
        sounds = re.compile(f"[{TRANSLITERATION}]{{2,7}}(?<![州岛河省市人族])")
        self.foreign = [w for w, tag in words if tag in ("nr", "nrt") and sounds.fullmatch(w)]
        source = (corpora / "faker_zh_CN.py").read_text("utf-8")
        self.given = re.findall(r'"([\u4e00-\u9fa5]{1,2})"', source.split("last_names")[0])
        self.characters = sorted(GIVEN_CHARACTERS)

    def native(self) -> str:
        """A Chinese name of two or three characters, seldom of four."""
        kind, draw = self.draw.random(), self.draw
        surname = draw.choice(COMPOUND_SURNAMES) if kind < 0.03 else draw.choice(self.surnames)
        if kind < 0.4:
            return surname + draw.choice(self.given)
        if kind < 0.7:
            return surname + draw.choice(self.full)[1:]
        return surname + "".join(draw.choices(self.characters, k=1 if kind < 0.8 else 2))

    def replaced(self, rows: Iterable[Sentence]) -> list[Sentence]:
        """The sentences that have names, with other names: what is learnt must not depend on who was in the news."""
        changed = []
        for text, spans in rows:
            new, places, others, last = "", [], {}, 0
            for start, end in spans:
                name = text[start:end]
                native = name[0] in SURNAMES and len(name) in (2, 3)
                foreign = sum(char in TRANSLITERATION for char in name) >= max(2, len(name) - 1)
                other = self.native() if native else self.draw.choice(self.foreign) if foreign else name
                other = others.setdefault(name, other)
                new += text[last:start]
                places.append((len(new), len(new) + len(other)))
                new, last = new + other, end
            if places:
                changed.append((new + text[last:], places))
        return changed


Row = tuple[int, int, list[str]]


def evidence(text: str) -> list[Row]:
    """Each candidate of a text with its pieces of evidence."""
    found = dict.fromkeys(candidates(text))
    return [(s, e, list({*inside(text[s:e], k), *around(*surroundings(text, s, e, k))})) for s, e, k in found]


class Model:
    """A logistic regression with an L1 penalty over the pieces of evidence, in whole steps."""

    def __init__(self, rows: Sequence[Sentence], texts: Iterable[str] = (), before: Model | None = None) -> None:
        pieces, labels = [], []
        for text, spans in rows:
            for start, end, found in evidence(text):
                pieces.append(found)
                labels.append((start, end) in spans)
        for text in texts:
            none = [found for _, _, found in evidence(text) if before is None or before.log_odds(found) <= SURE]
            pieces += none
            labels += [False] * len(none)
        counts = Counter(piece for found in pieces for piece in found)
        kept = sorted(p for p, n in counts.items() if n >= (LEAST_OF_THREE if p[0] in "KJ" else LEAST))
        column = {piece: i for i, piece in enumerate(kept)}
        rows_of = [[column[piece] for piece in found if piece in column] for found in pieces]
        flat = np.fromiter((i for row in rows_of for i in row), dtype=np.int32)
        ends = np.cumsum([0, *map(len, rows_of)])
        matrix = csr_matrix((np.ones(len(flat), np.float32), flat, ends), shape=(len(rows_of), len(kept)))
        # liblinear penalises the constant too; the scale makes that negligible.
        fitted = LogisticRegression(
            penalty="l1", solver="liblinear", C=STRENGTH, max_iter=80, tol=1e-3, intercept_scaling=10
        ).fit(matrix, np.array(labels))
        self.constant = round(float(fitted.intercept_[0]) / STEP)
        steps = {piece: round(float(fitted.coef_[0][i]) / STEP) for piece, i in column.items()}
        self.steps = {
            piece: weight
            for piece, weight in steps.items()
            if abs(weight) >= (SMALL_OF_THREE if piece[0] in "KJ" else SMALL)
        }

    def log_odds(self, found: Iterable[str]) -> float:
        """Log odds that a candidate with this evidence is a name."""
        return STEP * (self.constant + sum(self.steps.get(piece, 0) for piece in found))

    def find(self, text: str, least: float = -0.4) -> set[tuple[int, int]]:
        """Spans of the likeliest candidates that do not overlap."""
        scored = sorted(((self.log_odds(found), s, e) for s, e, found in evidence(text)), reverse=True)
        taken: list[tuple[int, int]] = []
        for odds, start, end in scored:
            if odds >= least and all(end <= s or start >= e for s, e in taken):
                taken.append((start, end))
        return set(taken)

    def write(self, path: Path) -> None:
        """The table, a line for each kind of evidence, length of a piece and weight."""
        lines: dict[tuple[str, int, int], list[str]] = defaultdict(list)
        for piece, weight in self.steps.items():
            lines[piece[0], len(piece) - 1, weight].append(piece[1:])
        table = ["# kind, length of a piece, weight in steps of 1/8, pieces; made by scripts/fit_names.py"]
        table.append(f"\t0\t{self.constant}\t")
        table += [
            f"{kind}\t{size}\t{weight}\t{''.join(sorted(v))}" for (kind, size, weight), v in sorted(lines.items())
        ]
        path.write_text("\n".join(table) + "\n", "utf-8")


def texts_of(paths: Iterable[Path]) -> list[str]:
    """Every string with a Chinese character in files of JSON lines, folded."""

    def strings(value: object) -> Iterable[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            for part in value.values() if isinstance(value, dict) else value:
                yield from strings(part)

    rows = (json.loads(line) for path in paths for line in path.open(encoding="utf-8") if line.strip())
    han = re.compile("[\u4e00-\u9fa5]")
    return list(dict.fromkeys(fold(text).text for row in rows for text in strings(row) if han.search(text)))


def main() -> None:
    """Reads the corpora, fits twice, writes the table, and prints how well the news held back is read."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    parser.add_argument("--out", type=Path, default=ROOT / "jobs" / "privacy" / "data" / "name_weights.txt")
    given = parser.parse_args()
    read: dict[str, list[Sentence]] = {}
    for name, reader in READERS.items():
        if (given.corpora / name).exists():
            read[name] = reader(given.corpora / name)
        else:
            sys.stderr.write(f"{name} is not in {given.corpora}: fitted without it\n")
    news = read.pop("199801.txt")
    fifth = len(news) * 4 // 5
    other = [row for each in read.values() for row in each]
    draw = random.Random(1)
    names = Names(given.corpora, news[:fifth], draw)
    rows = news[:fifth] + other + names.replaced(news[:fifth] * 2 + read.get("zh_gsdsimp-ud-train.iob2", []))
    first = Model(rows)
    model = Model(rows + service_talk(TALK, draw, names.native, names.common), texts_of(given.texts), first)
    model.write(given.out)
    found = [(model.find(text), set(spans)) for text, spans in news[fifth:]]
    right, all_found, wanted = (sum(map(len, each)) for each in zip(*((f & t, f, t) for f, t in found), strict=True))
    sys.stdout.write(f"news held back: precision {right / all_found:.3f}, recall {right / wanted:.3f} of {wanted}\n")


if __name__ == "__main__":
    main()
