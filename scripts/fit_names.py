"""Fits jobs/privacy/data/name_weights.txt, the weights by which names are told in Chinese running text.

    python scripts/fit_names.py CORPORA [--texts FILE.jsonl ...] [--clear-terms] [--out FILE]

CORPORA is a folder with `jieba_dict.txt`, `faker_zh_CN.py` and what is named in `CORPORA` of name_corpora.py; a corpus
that is not there is left out, and said so. --clear-terms leaves out those whose terms are unclear. --texts are texts
with hardly a name in them: what the first fit does not take for a name there counts as none in the second. The last
fifth of the news, in order of days, is never fitted on and is what the last line's figures are of.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from name_corpora import CORPORA, NEWS, WIKIPEDIA, texts_of  # noqa: E402 -- needs the path above
from service_talk import LATIN_NAMES, Sentence, service_talk  # noqa: E402 -- as above

from jobs.privacy.names.evidence import around, candidates, inside, surroundings  # noqa: E402 -- as above
from jobs.privacy.names.foreign_words import TRANSLITERATION  # noqa: E402 -- as above
from jobs.privacy.names.latin_evidence import LATIN  # noqa: E402 -- as above
from jobs.privacy.names.running import STEP  # noqa: E402 -- as above
from jobs.privacy.names.words import COMPOUND_SURNAMES, GIVEN_CHARACTERS, SURNAMES  # noqa: E402 -- as above

# Least occurrences of a piece of evidence; of three characters, which are many and say little each.
LEAST, LEAST_OF_THREE = 3, 5
PENALTY = 1.0  # of a squared weight
STEPS = 120  # of the search; more change nothing that can be measured
SMALL = 0.35  # a piece that weighs less is left out, and the rest fitted again
SURE = 1.2  # log odds from which a candidate in a text without truth is left out
REPLACED = 0.2  # what a sentence counts in which other names were put
TALK = 16_000
COMMON = 1500  # words that may stand beside a name in generated talk


class Names:
    """Draws names: surnames from the corpora and the lexicon, given names from lists and from their characters."""

    def __init__(self, corpora: Path, rows: Iterable[Sentence], draw: random.Random) -> None:
        self.draw = draw
        seen = [text[start] for text, spans in rows for start, end in spans if end - start in (2, 3)]
        self.surnames = [char for char in seen if char in SURNAMES] + sorted(SURNAMES) * 12
        entries = [line.split() for line in (corpora / "jieba_dict.txt").open(encoding="utf-8")]
        words = [(word, tag) for word, _, tag in entries]
        often = sorted(
            ((int(count), word) for word, count, tag in entries if tag[0] in "vdpcnram"),
            reverse=True,
        )
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

    def latin(self) -> str:
        """A given name in Latin letters, now and then without its capital or all in capitals."""
        name, kind = self.draw.choice(LATIN_NAMES), self.draw.random()
        return name.lower() if kind < 0.15 else name.upper() if kind < 0.2 else name

    def any(self) -> str:
        """A name as customers and agents have it: one in twelve is in Latin letters."""
        return self.latin() if self.draw.random() < 1 / 12 else self.native()

    def replaced(self, rows: Iterable[Sentence]) -> list[Sentence]:
        """The sentences that have names, with other names: what is learnt must not depend on who was in the news."""
        changed = []
        for text, spans in rows:
            new, places, last = "", [], 0
            others: dict[str, str] = {}
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


@dataclass(frozen=True)
class Source:
    """Sentences, what each counts, and whether names in Latin letters are marked as names in them."""

    sentences: Sequence[Sentence]
    weight: float = 1.0
    latin: bool = True


class Evidence:
    """The candidates of texts as rows of numbered pieces of evidence.

    Attributes:
        number: piece -> its column.
        pieces: the columns of one candidate after the other; ``lengths`` says how many each has.
    """

    def __init__(self) -> None:
        self.number: dict[str, int] = {}
        self.pieces, self.lengths, self.labels, self.weights = (
            array("i"),
            array("i"),
            array("b"),
            array("f"),
        )

    def add(self, source: Source, wanted: Callable[[list[str]], bool] = lambda found: True) -> None:
        """Takes in the candidates of a source, of which ``wanted`` may leave some out."""
        for text, spans in source.sentences:
            names = set(spans)
            for start, end, found in evidence(text, latin=source.latin):
                if wanted(found):
                    self.pieces.extend(self.number.setdefault(piece, len(self.number)) for piece in found)
                    self.lengths.append(len(found))
                    self.labels.append((start, end) in names)
                    self.weights.append(source.weight)

    def fit(self, kept: np.ndarray) -> tuple[np.ndarray, float]:
        """Weights of all pieces, of which those that are not ``kept`` have none, and the constant."""
        flat, lengths = (
            np.frombuffer(self.pieces, np.int32),
            np.frombuffer(self.lengths, np.int32),
        )
        used = kept[flat]
        rows = np.repeat(np.arange(len(lengths)), lengths)[used]
        ends = np.cumsum([0, *np.bincount(rows, minlength=len(lengths))])
        matrix = csr_matrix(
            (np.ones(len(rows), np.float32), flat[used], ends),
            shape=(len(lengths), len(kept)),
        )
        labels, weights = (
            np.frombuffer(self.labels, np.int8),
            np.frombuffer(self.weights, np.float32),
        )
        across = matrix.T.tocsr()

        def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
            odds = matrix @ point[:-1] + point[-1]
            off = weights * (expit(odds) - labels)
            penalty = PENALTY * point[:-1]
            value = (weights * (np.logaddexp(0, odds) - labels * odds)).sum() + penalty @ point[:-1] / 2
            return float(value), np.append(across @ off + penalty, off.sum())

        fitted = minimize(
            loss,
            np.zeros(len(kept) + 1),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": STEPS},
        ).x
        return fitted[:-1], float(fitted[-1])


def evidence(text: str, *, latin: bool = True) -> list[tuple[int, int, list[str]]]:
    """Each candidate of a text with its pieces of evidence."""
    found = (c for c in dict.fromkeys(candidates(text)) if latin or c[2] != LATIN)
    return [(s, e, _unlike(inside(text[s:e], k), around(*surroundings(text, s, e, k)))) for s, e, k in found]


def _unlike(*pieces: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(chain(*pieces)))


class Model:
    """A logistic regression with an L2 penalty over the pieces of evidence that weigh something, in whole steps."""

    def __init__(
        self,
        sources: Iterable[Source],
        texts: Sequence[str] = (),
        before: Model | None = None,
    ) -> None:
        rows = Evidence()
        for source in sources:
            rows.add(source)
        rows.add(
            Source([(text, []) for text in texts]),
            lambda found: before is None or before.log_odds(found) <= SURE,
        )
        least = np.array([LEAST_OF_THREE if piece[0] in "KJ" else LEAST for piece in rows.number])
        often = np.bincount(np.frombuffer(rows.pieces, np.int32), minlength=len(least)) >= least
        self.weights, self.constant = rows.fit(often)
        if before is not None:
            self.weights, self.constant = rows.fit(np.abs(self.weights) >= SMALL)
        whole = zip(rows.number, np.round(self.weights / STEP).astype(int).tolist(), strict=True)
        self.steps = {piece: steps for piece, steps in whole if steps}
        self.constant = round(self.constant / STEP)

    def log_odds(self, found: Iterable[str]) -> float:
        """Log odds that a candidate with this evidence is a name."""
        return STEP * (self.constant + sum(self.steps.get(piece, 0) for piece in found))

    def find(self, text: str, least: float = -0.4) -> set[tuple[int, int]]:
        """Spans of the likeliest candidates that do not overlap."""
        scored = sorted(
            ((self.log_odds(found), s, e) for s, e, found in evidence(text)),
            reverse=True,
        )
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


def main() -> None:
    """Reads the corpora, fits twice, writes the table, and prints how well the news held back is read."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    parser.add_argument("--clear-terms", action="store_true")
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "jobs" / "privacy" / "data" / "name_weights.txt",
    )
    given = parser.parse_args()
    read: dict[str, list[Sentence]] = {}
    for name, corpus in CORPORA.items():
        if given.clear_terms and not corpus.clear:
            continue
        if (given.corpora / name).exists():
            read[name] = corpus.read(given.corpora / name)
        else:
            sys.stderr.write(f"{name} is not in {given.corpora}: fitted without it\n")
    news = read.get(NEWS, [])
    held_back = news[len(news) * 4 // 5 :]
    read[NEWS] = news[: len(news) * 4 // 5]
    draw = random.Random(1)
    names = Names(given.corpora, [row for rows in read.values() for row in rows], draw)
    sources = [Source(rows, CORPORA[name].weight, CORPORA[name].latin) for name, rows in read.items()]
    sources.append(
        Source(
            names.replaced(read[NEWS] * 2 + read.get(WIKIPEDIA, [])),
            REPLACED,
            latin=False,
        )
    )
    first = Model(sources)
    talk = Source(service_talk(TALK, draw, names.any, names.common))
    model = Model([*sources, talk], texts_of(given.texts), first)
    model.write(given.out)
    sys.stdout.write(f"{len(model.steps)} pieces\n")
    found = [(model.find(text), set(spans)) for text, spans in held_back]
    if found:
        right, all_found, wanted = (
            sum(map(len, each)) for each in zip(*((f & t, f, t) for f, t in found), strict=True)
        )
        sys.stdout.write(
            f"news held back: precision {right / all_found:.3f}, recall {right / wanted:.3f} of {wanted}\n"
        )


if __name__ == "__main__":
    main()
