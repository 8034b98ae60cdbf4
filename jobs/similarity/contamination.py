"""Contamination: which rows of a training set hold questions of an evaluation set, and which question it is.

A question's n-grams (runs of ``width`` tokens, ``jobs.similarity.folding``) are looked for in every text of a row.
Containment is the share of the question's distinct n-grams that the row holds, whatever else the row says: Jaccard
would fall with every turn around the question. A row is contaminated from ``threshold`` on.

Why 8 tokens and 0.4. GPT-3 looked for 13 words in common, PaLM for 70% of a question's runs of 8. A token here is a
word or one Chinese character, and one changed token costs ``width`` of a question's n-grams. Measured on gsm8k,
HumanEval, IFEval and Chinese prompts (BELLE), each planted in a longer dialogue with a share of its words (characters)
replaced, dropped or doubled; wrong = rows that hold another question of the same template, among 825 English rows with
700 instructions of the same collection protected (2 of those counted are the very question):

    width  threshold   found at 2% edits           5%                       wrong
    5      .7          .99  .99  .96  .93      .79  .82  .73  .64      2
    6      .6          .99  .99  .97  .96      .85  .89  .79  .75      3
    8      .5          .99  1.0  .96  .96      .85  .87  .78  .72      2
    8      .4          1.0  1.0  .98  .99      .90  .95  .87  .86      2
    10     .3          1.0  1.0  .98  .99      .91  .94  .86  .82      2
    13     .3          .97  .99  .92   -       .78  .84  .71   -       -

Unchanged questions are found always, at every setting. Of 3,105 real rows in both languages without benchmark questions
none is removed, at any of these settings.

A question of fewer tokens than the width is found only whole, all its tokens in a row, and one below ``min_tokens`` not
at all: 你好 would delete the set. N-grams that many questions of one set share (its template) say nothing about which
question a row holds and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobs.similarity.shingles import Texts, token_hashes

WIDTH, THRESHOLD, MIN_TOKENS = 8, 0.4, 6
# An n-gram is a set's template when so many of its questions, and this share of them, hold it.
TEMPLATE_ITEMS, TEMPLATE_SHARE = 5, 0.02
# A question of which the template leaves fewer n-grams is compared by all of them.
_FEWEST_OWN = 3

_U64 = npt.NDArray[np.uint64]
_I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ProtectedItem:
    """One question of an evaluation set: the set's name, the row it stands in (from 1) and its text.

    ``part`` names the column when it is not the question that is protected but an answer to it.
    """

    name: str
    row: int
    text: str
    part: str = ""

    @property
    def label(self) -> str:
        """How evidence names it: ``gsm8k#17``, ``gsm8k#17.answer``."""
        return f"{self.name}#{self.row}.{self.part}" if self.part else f"{self.name}#{self.row}"


@dataclass(frozen=True, slots=True)
class Overlap:
    """The question of which a row holds the largest share.

    Attributes:
        label: ``gsm8k#17``.
        found, size: n-grams of the question in the row, and n-grams of the question.
        width: tokens an n-gram; below the width asked for when the question is shorter and was found whole.
    """

    label: str
    found: int
    size: int
    width: int

    @property
    def containment(self) -> float:
        """``found / size``, exact."""
        return self.found / self.size

    def describe(self, width: int) -> str:
        """What was found, in words and numbers, without the text; ``width`` is the one asked for."""
        if self.width < width:
            return f"all {self.width} tokens of the question, one after another"
        return f"{self.found} of {self.size} runs of {self.width} tokens"


@dataclass(frozen=True)
class Protected:
    """The n-grams of all protected questions as arrays, made once and handed to every worker (``protect``).

    About 100 bytes an n-gram at most: 100,000 questions of 50 tokens are half a gigabyte.

    Attributes:
        labels: (items,) of the questions that can be found; ``skipped`` counts those that are too short.
        widths, sizes: (items,) tokens an n-gram, and distinct n-grams.
        keys: sorted n-gram hashes; key j stands in the items ``postings[posting_offsets[j]:posting_offsets[j + 1]]``.
        sieve: marks the leading bits of the keys.
    """

    labels: tuple[str, ...]
    widths: _I64
    sizes: _I64
    keys: _U64
    posting_offsets: _I64
    postings: _I64
    sieve: npt.NDArray[np.bool_]
    skipped: int = 0

    def overlaps(self, texts: Texts, row_offsets: _I64 | None = None) -> Iterator[Overlap | None]:
        """For each row its largest overlap with a question, None where no n-gram of any occurs.

        Args:
            texts: what the rows say; row i's texts are ``row_offsets[i]:row_offsets[i + 1]``, one each by default.
        """
        from jobs.similarity.kernels import fixed
        from jobs.similarity.kernels_overlap import best_items

        tokens, offsets = token_hashes(texts)
        rows = np.arange(len(offsets)) if row_offsets is None else row_offsets
        table = (self.keys, self.sieve, self.posting_offsets, self.postings, self.sizes)
        arrays = (tokens, offsets, np.asarray(rows, dtype=np.int64), np.unique(self.widths), *table)
        best, found = best_items(*(fixed(array) for array in arrays))
        for item, hits in zip(best.tolist(), found.tolist(), strict=True):
            if item < 0:
                yield None
            else:
                yield Overlap(self.labels[item], hits, int(self.sizes[item]), int(self.widths[item]))


def protect(items: Sequence[ProtectedItem], width: int = WIDTH, min_tokens: int = MIN_TOKENS) -> Protected:
    """The table of the items' n-grams.

    Raises:
        ValueError: ``width`` or ``min_tokens`` below 1.
    """
    from jobs.similarity.kernels_overlap import runs_of_items

    for name, value in (("width", width), ("min_tokens", min_tokens)):
        if value < 1:
            raise ValueError(f"{name}: expected at least 1 token; got {value}")
    tokens, offsets = token_hashes([item.text for item in items])
    lengths = np.diff(offsets)
    usable = np.flatnonzero(lengths >= min_tokens)
    widths = np.minimum(lengths, width)
    runs, bounds = runs_of_items(tokens, offsets, np.where(lengths >= min_tokens, widths, 0))
    # Each n-gram of each item once.
    owner = np.repeat(np.arange(len(items)), np.diff(bounds))
    order = np.lexsort((owner, runs))
    runs, owner = runs[order], owner[order]
    fresh = np.ones(len(runs), dtype=bool)
    fresh[1:] = (runs[1:] != runs[:-1]) | (owner[1:] != owner[:-1])
    fresh &= runs != 0
    runs, owner = runs[fresh], owner[fresh]
    own = ~_is_template(runs, owner, [item.name for item in items])
    few = np.bincount(owner[own], minlength=len(items)) < _FEWEST_OWN
    own |= few[owner]
    runs, owner = runs[own], owner[own]
    keys, first = np.unique(runs, return_index=True)
    number = np.full(len(items), -1, dtype=np.int64)
    number[usable] = np.arange(len(usable))
    return Protected(
        labels=tuple(items[k].label for k in usable.tolist()),
        widths=widths[usable],
        sizes=np.bincount(owner, minlength=len(items))[usable],
        keys=keys,
        posting_offsets=np.append(first, len(runs)).astype(np.int64),
        postings=number[owner],
        sieve=_sieve(keys),
        skipped=len(items) - len(usable),
    )


def _is_template(runs: _U64, owner: _I64, names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """(n,) whether an n-gram, sorted by hash, stands in many items of its item's set."""
    if not len(runs):
        return np.zeros(0, dtype=bool)
    sets, of_item = np.unique(np.array(names), return_inverse=True)
    pairs = np.stack([np.unique(runs, return_inverse=True)[1], of_item[owner]])
    _, place, count = np.unique(pairs, axis=1, return_inverse=True, return_counts=True)
    bound = np.maximum(TEMPLATE_ITEMS, TEMPLATE_SHARE * np.bincount(of_item, minlength=len(sets)))
    return np.asarray(count[place.ravel()] > bound[of_item[owner]], dtype=bool)


def _sieve(keys: _U64) -> npt.NDArray[np.bool_]:
    """32 places or more for each key, so that a run of clean text passes in 3% of cases."""
    bits = max(10, len(keys).bit_length() + 5)
    sieve = np.zeros(1 << bits, dtype=bool)
    sieve[(keys >> np.uint64(64 - bits)).astype(np.int64)] = True
    return sieve
