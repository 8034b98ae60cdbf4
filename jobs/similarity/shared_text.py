"""Text that many rows share (templates, greetings, sign-offs, boilerplate), and what a row says besides.

Two rows of 500 tokens of instructions and one question of 20 are alike at J = .93 whatever the questions are: that is
how 859,092 function-calling rows became 2 (marin#6854). So a pair that reaches the threshold is asked once more: where
both rows say something of their own beside what many share, it is that which has to be alike (``alike_apart``).

Why a second question on verified pairs, and not another key:

* it can only keep rows. Leaving shared text out of the key would call rows alike whose answers are two different
  stock phrases ("yes, within 7 days" / "no returns are possible") because nothing but the question is left;
* the similarity that a decision states stays that of the whole texts;
* it costs the rows of pairs, not every row.

What is a row's own (``own_texts``) is counted by sentence, because edits are not: mass copies of one text share most of
it too, and each differs from the rest by what was edited. An edited sentence still holds most of the shared runs of
words that it was made of; a sentence of its own does not. So a sentence is its row's own when it is not shared, and
fewer than a third of its shingles are. With fewer than ``MIN_OWN_TOKENS`` of them a row has nothing of its own, and the
whole text decides: a row that is nothing but shared text is compared like any other.

Measured: of 900 tool-calling rows (GPTeacher toolformer, 5 templates) 137 pairs reach .8, and 36 are held back: "the
capital of France" and "the capital of Zimbabwe" among them; of the pairs that ``bench.dedup`` plants (hot cluster of
edited copies, near copies, exact copies) none of 1,433 is. Held back too are mass copies that each got a sentence of
their own of 8 tokens or more: that is what a template is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.similarity.folding import PART
from jobs.similarity.minhash import jaccard_pairs
from jobs.similarity.shingles import Texts, content_hashes, shingle, token_counts
from jobs.similarity.turns import join_at, large

_U64 = npt.NDArray[np.uint64]
_I64 = npt.NDArray[np.int64]
# A unit is shared when it stands in at least this share of the rows, and in so many rows of a small set.
MIN_SHARE = 0.01
MIN_ROWS = 20
# A short sentence of one's own; with less, one edited word in a greeting would count as something to say.
MIN_OWN_TOKENS = 8
# Own texts are short, and one edited word moves a short text's Jaccard far: 8 tokens with one edited, J = .33-.67.
MIN_OWN_JACCARD = 0.5
# Rows that tell what is shared: a unit in 1% of all rows stands in 50 +- 7 of so many.
SAMPLE_ROWS = 5_000
# Runs of so many tokens within a sentence tell an edited sentence from an own one.
_WIDTH = 3

_ENDS = r"([。!?!?;;…\n]+|\.\s)"
_BORDER = "\x1d"
# Above every shingle, whose hashes have 32 bits, so that both kinds of unit stand in one array.
_SENTENCE = np.uint64(1 << 63)


def sample_bound(rows: int) -> int:
    """Of ``rows`` rows, those whose id has a CRC-32 below this are looked through for shared text: about
    ``SAMPLE_ROWS``, the same ones whatever their order, and all of a small set."""
    return (1 << 32) * SAMPLE_ROWS // max(1, rows)


def count_segments(texts: Texts) -> tuple[_U64, _I64]:
    """In how many of ``texts`` each sentence and each run of words stands.

    Rows that say the same word for word count once: copies share everything and are no evidence of a template.

    Args:
        texts: comparison texts (``jobs.similarity.keys.key_texts``).

    Returns:
        Sorted 64-bit hashes of the units, and (same length) the number of texts that hold each. Counts of several
        batches add up.
    """
    column = _column(texts)
    if not len(column):
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    whole = content_hashes(column)
    _, first = np.unique(whole, axis=0, return_index=True)
    pieces = sentences_of(column.take(pa.array(np.sort(first))))
    owner = pieces.owner
    # One line a row and unit; a unit that a row says twice counts once.
    runs = np.repeat(owner, np.diff(pieces.run_offsets))
    rows = np.concatenate([owner[pieces.tokens > 0], runs])
    units = np.concatenate([pieces.hashes[pieces.tokens > 0], pieces.runs])
    order = np.lexsort((rows, units))
    rows, units = rows[order], units[order]
    fresh = np.ones(len(rows), dtype=bool)
    fresh[1:] = (rows[1:] != rows[:-1]) | (units[1:] != units[:-1])
    found, counts = np.unique(units[fresh], return_counts=True)
    return found, counts.astype(np.int64)


def choose(hashes: _U64, counts: _I64, rows: int, min_share: float = MIN_SHARE, min_rows: int = MIN_ROWS) -> _U64:
    """The units that are shared text, sorted: those in ``min_share`` of ``rows`` or more, and in ``min_rows`` or more.

    Args:
        hashes, counts: of ``count_segments``; a hash may stand more than once, its counts are added.
    """
    found, place = np.unique(hashes, return_inverse=True)
    total = np.bincount(place, weights=counts, minlength=len(found))
    return found[total >= max(min_rows, min_share * rows)].astype(np.uint64)


def find_shared(texts: Texts, min_share: float = MIN_SHARE, min_rows: int = MIN_ROWS) -> _U64:
    """The shared text of ``texts``, all at once: ``choose`` of ``count_segments``."""
    return choose(*count_segments(texts), len(texts), min_share, min_rows)


def own_texts(texts: Texts, shared: _U64, min_tokens: int = MIN_OWN_TOKENS) -> pa.Array:
    """(n,) large_string: what each text says besides shared text; empty where that is too little to go by.

    Args:
        shared: sorted hashes (``choose``).
        min_tokens: own sentences of fewer tokens in all are too little.
    """
    column = _column(texts)
    if not len(shared) or not len(column):
        return pa.repeat(large(""), len(column))
    pieces = sentences_of(column)
    is_shared = _among(pieces.hashes, shared) & (pieces.tokens > 0)
    sums = np.concatenate([[0], np.cumsum(_among(pieces.runs, shared))])
    shared_runs, runs = np.diff(sums[pieces.run_offsets]), np.diff(pieces.run_offsets)
    own = ~is_shared & (runs > 0) & (3 * shared_runs < runs)
    tokens = np.bincount(pieces.owner, weights=pieces.tokens * own, minlength=len(column))
    with_shared = np.bincount(pieces.owner, weights=is_shared, minlength=len(column)) > 0
    chosen = own | pieces.borders
    places = np.concatenate([[0], np.cumsum(chosen)])[pieces.offsets]
    said = pc.utf8_rtrim(join_at(pieces.texts.filter(pa.array(chosen)), places, ""), PART)
    return pc.if_else(pa.array(with_shared & (tokens >= min_tokens)), said, large(""))


def alike_apart(
    own: Texts, left: _I64, right: _I64, min_jaccard: float = MIN_OWN_JACCARD, width: int = _WIDTH
) -> npt.NDArray[np.bool_]:
    """(m,) whether each pair of rows is alike in what is their own too: true unless both have something that differs.

    Args:
        own: (n,) ``own_texts``.
        left, right: (m,) positions in ``own``.
    """
    column = _column(own)
    present = token_counts(column) > 0
    out = ~(present[left] & present[right])
    ask = np.flatnonzero(~out)
    if len(ask):
        out[ask] = jaccard_pairs(shingle(column, width), left[ask], right[ask]) >= min_jaccard
    return out


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of n texts, each with its end mark, so that all together are the text again.

    Attributes:
        texts: (s,) sentences; a border between parts is a piece of its own (``borders``).
        offsets: (n + 1,) where each text's begin.
        hashes: (s,) unit of each sentence, equal for sentences that fold to the same tokens.
        tokens: (s,) tokens of each sentence.
        runs, run_offsets: units of the distinct runs of words of each sentence.
    """

    texts: pa.Array
    offsets: _I64
    borders: npt.NDArray[np.bool_]
    hashes: _U64
    tokens: _I64
    runs: _U64
    run_offsets: _I64

    @property
    def owner(self) -> _I64:
        """(s,) the text of each sentence."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))


def sentences_of(column: pa.Array) -> Sentences:
    """``column`` (large_string without nulls) cut behind each mark that ends a sentence, and at each line and part."""
    marked = pc.replace_substring_regex(column, pattern=_ENDS, replacement=rf"\1{_BORDER}")
    marked = pc.replace_substring(marked, PART, f"{_BORDER}{PART}{_BORDER}")
    lists = pc.split_pattern(marked, pattern=_BORDER)
    texts = pc.cast(lists.flatten(), pa.large_string())
    offsets = np.concatenate([[0], np.cumsum(lists.value_lengths().to_numpy(zero_copy_only=False))]).astype(np.int64)
    shingles = shingle(texts, _WIDTH)
    borders = pc.equal(texts, PART).to_numpy(zero_copy_only=False)
    hashes = content_hashes(texts)[:, 0] | _SENTENCE
    return Sentences(
        texts, offsets, borders, hashes, token_counts(texts), shingles.values.astype(np.uint64), shingles.offsets
    )


def _among(units: _U64, shared: _U64) -> npt.NDArray[np.bool_]:
    places = np.minimum(np.searchsorted(shared, units), len(shared) - 1)
    found: npt.NDArray[np.bool_] = shared[places] == units
    return found


def _column(texts: Texts) -> pa.Array:
    column = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    column = column if isinstance(column, pa.Array) else pa.array(column, pa.large_string())
    return pc.fill_null(pc.cast(column, pa.large_string()), "")
