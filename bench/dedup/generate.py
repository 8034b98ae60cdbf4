"""Makes the input of the deduplication bench from a seed: rows, and pairs of rows with their true Jaccard.

    python -m bench.dedup.generate FOLDER --rows 500000            rows.jsonl, batch.jsonl, truth.parquet
    python -m bench.dedup.generate FOLDER --rows 500000 --no-hot   the same number of rows without the hot cluster

Instruction rows of about 500 characters, 60% of them Chinese. Of all rows 5% are one hot cluster of edited copies of a
single row, 5% exact copies, 20% copies edited to Jaccard levels of .5 to .95, 10% stem from 40 templates whose shared
text is half to four fifths of a row (alike, and not duplicates: their Jaccard stays below the threshold), 5% are of one
to ten words. Truth is defined in ``bench.dedup.vocabulary``: Jaccard on sets of three tokens in a row, a token being a
Han character or a word. It is measured on the finished rows, not derived from the edits.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from bench.dedup.rows import Ints, Ragged, edit, expand, jaccard, join, sentences, take
from bench.dedup.vocabulary import Units, Vocabulary, build

LEVELS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
SHARES = {"hot": 0.05, "copy": 0.05, "near": 0.20, "template": 0.10, "short": 0.05}
LANGUAGES = {"zh": 0.6, "en": 0.4}
# Characters of an average sentence, measured, and of an average row.
SENTENCE = {"zh": 24.1, "en": 70.5}
ROW_CHARACTERS, SPREAD = 560, 0.5
TEMPLATES = 40
BATCH = 0.01  # rows that come later, for the incremental case, as a share of all
_BLOCK = 20_000  # rows made into text at a time
Pairs = list[tuple[str, float, Ints, Ints]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--no-hot", action="store_true", help="ordinary rows in place of the hot cluster")
    arguments = parser.parse_args()
    write(arguments.folder, arguments.rows, arguments.seed, hot=not arguments.no_hot)


def write(folder: Path, count: int, seed: int, *, hot: bool = True) -> None:
    """Writes the files of one input; ``count`` rows and one per cent more for the batch that comes later."""
    folder.mkdir(parents=True, exist_ok=True)
    words = build()
    rows, tokens, truth = generate(words, count + int(count * BATCH), seed, hot=hot)
    lengths: list[int] = []
    with (folder / "rows.jsonl").open("wb") as first, (folder / "batch.jsonl").open("wb") as later:
        for number, text in enumerate(texts_of(rows, words)):
            file = first if number < count else later
            file.write(orjson.dumps({"id": row_id(number), "text": text}, option=orjson.OPT_APPEND_NEWLINE))
            lengths.append(len(text))
    pq.write_table(truth, folder / "truth.parquet")
    np.save(folder / "tokens.npy", tokens.values)
    np.save(folder / "token_offsets.npy", tokens.offsets)
    described = {
        "rows": count,
        "seed": seed,
        "hot": hot,
        "mean_characters": round(float(np.mean(lengths)), 1),
        "percentiles_5_50_95": np.percentile(lengths, [5, 50, 95]).round().tolist(),
        "pairs": len(truth),
    }
    (folder / "input.json").write_text(json.dumps(described, indent=1))
    print(json.dumps(described))


def row_id(index: int) -> str:
    """32 hexadecimal digits, as record ids are; in the order of the rows."""
    return f"{index:032x}"


def texts_of(rows: Ragged, words: Vocabulary) -> Iterator[str]:
    """The texts, made a block at a time: lists of units take ten times the memory of arrays."""
    units = words.texts
    for start in range(0, len(rows), _BLOCK):
        offsets = rows.offsets[start : start + _BLOCK + 1]
        listed = rows.values[offsets[0] : offsets[-1]].tolist()
        for a, b in pairwise((offsets - offsets[0]).tolist()):
            yield "".join([units[u] for u in listed[a:b]]).strip()


def generate(words: Vocabulary, count: int, seed: int, *, hot: bool = True) -> tuple[Ragged, Ragged, pa.Table]:
    """``count`` rows of units in random order, their tokens, and the truth.

    Returns:
        rows, tokens, and a table of pairs: left, right (row numbers), jaccard, kind, level (aimed at; NaN for none).
    """
    rng = np.random.default_rng(seed)
    units = words.arrays()
    sizes = {kind: int(count * share) for kind, share in SHARES.items() if hot or kind != "hot"}
    bases = _bases(words, count - sum(sizes.values()), rng)
    parts, pairs, start = [bases], [], len(bases)
    for kind, size in sizes.items():
        made, found = _KINDS[kind](words, units, bases, start, size, rng)
        parts.append(made)
        pairs += found
        start += size
    rows = join(parts)
    order = rng.permutation(len(rows))
    place = np.argsort(order)
    rows = take(rows, order)
    tokens = expand(rows, units)
    left, right = (place[np.concatenate([pair[side] for pair in pairs])] for side in (2, 3))
    table = {
        "left": np.minimum(left, right),
        "right": np.maximum(left, right),
        "jaccard": jaccard(tokens, left, right),
        "kind": [kind for kind, _, members, _ in pairs for _ in range(len(members))],
        "level": np.concatenate([np.full(len(members), level) for _, level, members, _ in pairs]),
    }
    return rows, tokens, pa.table(table)


def _bases(words: Vocabulary, count: int, rng: np.random.Generator) -> Ragged:
    """Rows that have nothing to do with one another, both languages mixed; a few hold sentences of both."""
    parts: list[Ragged] = []
    for language, share in LANGUAGES.items():
        size = count - sum(len(part) for part in parts) if language == "en" else int(count * share)
        wanted = rng.lognormal(np.log(ROW_CHARACTERS) - SPREAD**2 / 2, SPREAD, size).clip(80, 4000)
        parts.append(_rows_of(words, language, np.maximum(2, wanted / SENTENCE[language]).astype(np.int64), rng))
    return take(join(parts), rng.permutation(count))


def _rows_of(words: Vocabulary, language: str, sentence_counts: Ints, rng: np.random.Generator) -> Ragged:
    stream = sentences(words, language, int(sentence_counts.sum()), rng)
    ends = np.concatenate([[0], np.cumsum(sentence_counts)]).astype(np.int64)
    return Ragged(stream.values, stream.offsets[ends])


def _near(
    words: Vocabulary, units: Units, bases: Ragged, start: int, size: int, rng: np.random.Generator
) -> tuple[Ragged, Pairs]:
    """Edited copies at every level: of a third of the bases, so that families of one to five come about."""
    base = rng.integers(0, len(bases) // 3, size)
    which = rng.integers(0, len(LEVELS), size)
    made = edit(bases, base, rng.integers(0, 3, size), np.array(LEVELS)[which], units, int(rng.integers(1 << 31)))
    at = np.arange(size)
    return made, [("near", level, base[which == n], start + at[which == n]) for n, level in enumerate(LEVELS)]


def _copy(
    words: Vocabulary, units: Units, bases: Ragged, start: int, size: int, rng: np.random.Generator
) -> tuple[Ragged, Pairs]:
    base = rng.integers(len(bases) // 3, len(bases) * 2 // 3, size)
    return take(bases, base), [("copy", 1.0, base, start + np.arange(size))]


def _hot(
    words: Vocabulary, units: Units, bases: Ragged, start: int, size: int, rng: np.random.Generator
) -> tuple[Ragged, Pairs]:
    """One row of ordinary length, copied with one to a few edits each time: most pairs of it reach the threshold."""
    lengths = np.diff(bases.offsets)[-1000:]
    chosen = len(bases) - 1000 + int(np.argsort(lengths)[700]) if len(bases) >= 1000 else len(bases) - 1
    level = rng.uniform(0.88, 0.98, size)
    base = np.full(size, chosen)
    made = edit(bases, base, np.zeros(size, np.int64), level, units, int(rng.integers(1 << 31)))
    others = rng.integers(0, size, size)
    at = start + np.arange(size)
    return made, [
        ("hot", np.nan, base, at),
        ("hot", np.nan, at[others != at - start], start + others[others != at - start]),
    ]


def _template(
    words: Vocabulary, units: Units, bases: Ragged, start: int, size: int, rng: np.random.Generator
) -> tuple[Ragged, Pairs]:
    """Rows of a template: its shared sentences, and between them sentences of their own."""
    parts: list[Ragged] = []
    pairs: Pairs = []
    begun = start
    for number in range(TEMPLATES):
        many = size // TEMPLATES + (number < size % TEMPLATES)
        if not many:
            continue
        language = "zh" if rng.random() < LANGUAGES["zh"] else "en"
        total = int(rng.integers(8, 16)) if language == "zh" else int(rng.integers(5, 9))
        own = max(1, round(total * rng.uniform(0.2, 0.5)))
        shared, slots = sentences(words, language, total - own, rng), sentences(words, language, own * many, rng)
        # The shared sentences stand once in a pool after all the slots', and every row points at them.
        pool = join([slots, shared])
        layout = rng.permutation(total)
        index = np.empty((many, total), np.int64)
        index[:, layout[:own]] = np.arange(own * many).reshape(many, own)
        index[:, layout[own:]] = own * many + np.arange(total - own)
        flat = take(pool, index.ravel())
        parts.append(Ragged(flat.values, flat.offsets[::total]))
        at = begun + np.arange(many)
        pairs.append(("template", np.nan, at[:-1], at[1:]))
        begun += many
    return join(parts), pairs


def _short(
    words: Vocabulary, units: Units, bases: Ragged, start: int, size: int, rng: np.random.Generator
) -> tuple[Ragged, Pairs]:
    """One to three stock phrases: many rows are equal, many are shorter than a shingle, few are alike otherwise."""
    made: list[Ragged] = []
    for language, share in LANGUAGES.items():
        many = size - sum(len(part) for part in made) if language == "en" else int(size * share)
        counts = rng.integers(1, 4, many)
        drawn = rng.choice(np.array(words.shorts[language], np.uint16), int(counts.sum()))
        made.append(Ragged(drawn, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)))
    rows = join(made)
    seen: dict[bytes, int] = {}
    same = [(seen.setdefault(rows.row(i).tobytes(), i), i) for i in range(len(rows))]
    at: npt.NDArray[np.int64] = np.array([pair for pair in same if pair[0] != pair[1]], np.int64).reshape(-1, 2) + start
    neighbours = start + np.arange(len(rows))
    return rows, [("short", 1.0, at[:, 0], at[:, 1]), ("short", np.nan, neighbours[:-1], neighbours[1:])]


_KINDS = {"hot": _hot, "copy": _copy, "near": _near, "template": _template, "short": _short}

if __name__ == "__main__":
    main()
