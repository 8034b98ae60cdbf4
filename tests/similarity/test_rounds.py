import random

import numpy as np
import pyarrow as pa
import pytest

from jobs.similarity.candidates import bucket_pairs, chain_keys
from jobs.similarity.minhash import MinHashConfig, band_keys_of
from jobs.similarity.near import near_duplicates
from jobs.similarity.rounds import Entries, Pairs, until_stable
from jobs.similarity.survivors import solve
from jobs.similarity.verify import Comparison, Texts

LETTERS = "春夏秋冬山水花鸟鱼虫风云雨雪梅兰竹菊松柏江河湖海金银铜铁琴棋书画"
CONFIG = MinHashConfig.for_threshold(0.8)


def crowded_texts(seed: int) -> list[str]:
    """One template with several families of near copies: buckets far above the least size."""
    make = random.Random(seed)
    template = "".join(make.choices(LETTERS, k=80))
    families = []
    for _ in range(6):
        letters = list(template)
        for place in make.sample(range(80), 6):
            letters[place] = make.choice(LETTERS)
        families.append("".join(letters))
    return [make.choice(families) + "".join(make.choices(LETTERS, k=3)) for _ in range(150)]


@pytest.mark.parametrize("seed", range(3))
def test_rounds_after_a_first_one_give_the_answer_of_all_rounds_together(seed: int) -> None:
    texts = crowded_texts(seed)
    rank = np.arange(len(texts))
    expected = near_duplicates(texts, rank, 0.8, guards=(), max_all_pairs=4)
    assert expected.rounds > 1, "the buckets were to be cut short"

    keys = band_keys_of(texts, CONFIG)
    entries = Entries(np.repeat(rank, CONFIG.bands), keys.ravel(), chain_keys(keys).ravel())
    verify = Texts.of(rank, _chunked(texts), Comparison(0.8, CONFIG, guards=(), max_all_pairs=4)).verify
    first = bucket_pairs(entries.key, entries.rank, neighbours=entries.chain, max_all_pairs=4)
    found = verify(first.left, first.right)
    crowded = Entries(*(column[first.crowded] for column in (entries.rank, entries.key, entries.chain)))
    added = until_stable(found, crowded, verify, 4)

    survivors = solve(
        rank, *(np.concatenate([getattr(found, n), getattr(added, n)]) for n in ("left", "right", "similarity"))
    )
    assert (survivors.kept == expected.survivors.kept).all()
    assert (survivors.witness == expected.survivors.witness).all()


def test_rows_that_are_settled_are_not_compared_with_each_other() -> None:
    rank, keys = np.arange(6), np.zeros(6, np.int64)
    asked: list[tuple[int, int]] = []

    def verify(left: np.ndarray, right: np.ndarray) -> Pairs:
        asked.extend(zip(left.tolist(), right.tolist(), strict=True))
        return Pairs(left[:0], right[:0], np.empty(0))

    none = np.empty(0, np.int64)
    until_stable(Pairs(none, none, np.empty(0)), Entries(rank, keys, keys), verify, 16, settled=4)
    assert set(asked) == {(a, b) for b in (4, 5) for a in range(b)}


def _chunked(texts: list[str]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts, pa.large_string())])
