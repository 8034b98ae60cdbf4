"""Templates are told from mass copies: what is shared is left aside only where a row says something besides."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity.folding import PART
from jobs.similarity.minhash import jaccard_pairs
from jobs.similarity.shared_text import alike_apart, choose, count_segments, find_shared, own_texts
from jobs.similarity.shingles import shingle

TEMPLATE = (
    "You have access to a calculator and to a search engine.\nUse them only where the question needs them. "
    "Answer in one sentence and name the tool.\n所有回答都要先核对订单信息。请用礼貌的语气答复客户!\n"
)
QUESTIONS = (
    "Which river flows through the old town of Ljubljana?",
    "Why do bakers let sourdough rest over night in a cool place?",
    "How do I change the strap of a steel watch at home?",
    "我想把上周买的那双蓝色跑鞋换成大一号的行吗?",
    "请问冬天的羽绒被能不能放进滚筒洗衣机里清洗?",
    "电子发票为什么一直没有寄到我留下的邮箱里?",
)
WORDS = ("lamp", "river", "stone", "cloud", "paper", "garden", "winter", "signal", "bridge", "copper", "violin")


def templates(count: int, seed: int = 1) -> list[str]:
    """``count`` rows of one template, each with a question of its own."""
    draw = random.Random(seed)
    return [TEMPLATE + " ".join(draw.choice(WORDS) + str(i) for _ in range(12)) + "?" for i in range(count)]


def strangers(count: int) -> list[str]:
    draw = random.Random(2)
    return [" ".join(f"{draw.choice(WORDS)}{draw.randrange(10**6)}" for _ in range(20)) for _ in range(count)]


def blocked(texts: list[str], left: int, right: int) -> bool:
    own = own_texts(texts, find_shared(texts))
    return not alike_apart(own, np.array([left]), np.array([right]))[0]


def test_rows_of_one_template_are_alike_only_by_it() -> None:
    texts = [TEMPLATE + question for question in QUESTIONS] + templates(40) + strangers(200)
    assert jaccard_pairs(shingle(texts), np.array([0]), np.array([1]))[0] > 0.6
    own = own_texts(texts, find_shared(texts))
    assert own[:6].to_pylist() == list(QUESTIONS)
    assert own[-1].as_py() == ""
    pairs = [(a, b) for a in range(6) for b in range(a)]
    assert not alike_apart(own, *np.array(pairs).T).any()


def test_what_is_said_in_the_template_twice_is_alike() -> None:
    texts = [TEMPLATE + QUESTIONS[3], TEMPLATE + QUESTIONS[3].replace("上周", "前天"), *templates(40), *strangers(200)]
    assert not blocked(texts, 0, 1)


def test_mass_copies_of_one_text_stay_alike() -> None:
    draw = random.Random(3)
    copies = []
    for _ in range(60):
        words = (TEMPLATE * 2).split(" ")
        for _ in range(3):
            words[draw.randrange(len(words))] = draw.choice(WORDS)
        copies.append(" ".join(words))
    texts = [*copies, *strangers(200)]
    shared = find_shared(texts)
    assert len(shared)
    pairs = np.array([(a, b) for a in range(60) for b in range(a)]).T
    # Two copies may each have had the same short sentence all but rewritten.
    assert alike_apart(own_texts(texts, shared), *pairs).mean() > 0.99


def test_a_row_that_is_nothing_but_shared_text_is_compared_whole() -> None:
    texts = [TEMPLATE] * 30 + templates(40) + strangers(200)
    shared = find_shared(texts)
    assert own_texts(texts, shared)[0].as_py() == ""
    assert not blocked(texts, 0, 1)
    assert not blocked(texts, 0, 31), "the longer one says all that the shorter one says"


def test_copies_are_no_evidence_of_a_template() -> None:
    assert not len(find_shared([TEMPLATE] * 500 + strangers(50)))


def test_a_small_set_shares_nothing_below_the_least_number_of_rows() -> None:
    assert not len(find_shared(templates(19)))
    assert len(find_shared(templates(20)))
    assert not len(find_shared(templates(40) + strangers(960), min_share=0.05))


def test_parts_stay_apart() -> None:
    texts = [f"{TEMPLATE}{PART}{QUESTIONS[0]}{PART}{TEMPLATE}{QUESTIONS[1]}", *templates(40)]
    assert own_texts(texts, find_shared(texts))[0].as_py() == f"{PART}{QUESTIONS[0]}{PART}{QUESTIONS[1]}"


@given(st.lists(st.text(alphabet="ab订单。.!\n\x1e ", max_size=12), max_size=30), st.integers(1, 4))
def test_counts_of_batches_add_up(texts: list[str], batch: int) -> None:
    texts = list(dict.fromkeys(text for text in texts if text.isalpha()))
    found = [count_segments(texts[i : i + batch]) for i in range(0, len(texts), batch)]
    hashes, counts = (np.concatenate([np.empty(0, np.int64), *(f[k] for f in found)]) for k in (0, 1))
    parts = choose(hashes.astype(np.uint64), counts.astype(np.int64), len(texts), 0.1, 2)
    assert parts.tolist() == find_shared(texts, 0.1, 2).tolist()


@given(st.lists(st.text(alphabet="ab订单。.!\n\x1e ", max_size=12), min_size=1, max_size=9))
def test_own_text_is_taken_from_the_text(texts: list[str]) -> None:
    every = choose(*count_segments(texts), len(texts), 0.0, 1)
    assert set(own_texts(texts, every, 0).to_pylist()) == {""}, "where all is shared nothing is own"
    some = every[::3]
    for text, own in zip(texts, own_texts(pa.array(texts), some, 0).to_pylist(), strict=True):
        rest = iter(text)
        assert all(char in rest for char in own)
