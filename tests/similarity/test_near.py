import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity.minhash import MinHashConfig, jaccard
from jobs.similarity.near import near_duplicates
from jobs.similarity.shingles import shingle
from jobs.similarity.survivors import solve

WORDS = "订单快递退货发票尺码优惠券客服地址物流签收换货退款商品颜色库存支付会员积分活动质量包装" + "赠品评价收藏推荐"


def corpus(seed: int, originals: int = 60) -> list[str]:
    """Texts with planted near copies, a template with slots (a hot cluster) and short rows."""
    make = random.Random(seed)
    texts = ["".join(make.choices(WORDS, k=make.randint(20, 60))) for _ in range(originals)]
    for text in texts[: originals // 2]:
        for _ in range(make.randint(1, 3)):
            place = make.randrange(len(text))
            texts.append(text[:place] + make.choice(WORDS) + text[place + 1 :])
    frame = "".join(make.choices(WORDS, k=40))
    texts += [frame + "".join(make.choices(WORDS, k=make.randint(0, 6))) for _ in range(originals)]
    texts += ["好", "好", "收到", "收到", ""]
    return texts


@pytest.mark.parametrize("seed", range(6))
def test_laws_of_near_deduplication(seed: int) -> None:
    texts = corpus(seed)
    rank = np.random.default_rng(seed).permutation(len(texts))
    result = near_duplicates(texts, rank, 0.8)
    kept, witness = result.survivors.kept, result.survivors.witness
    shingles = shingle(texts)
    removed = np.flatnonzero(~kept)
    assert len(removed) > 40
    for i in removed:
        assert kept[witness[i]]
        assert jaccard(shingles[i], shingles[witness[i]]) == result.survivors.similarity[i] >= 0.8
    assert kept[-5:].all(), "short rows are never removed by likeness"
    survivors = np.flatnonzero(kept)
    again = near_duplicates([texts[i] for i in survivors], np.argsort(np.argsort(rank[survivors])), 0.8)
    assert again.survivors.kept.all()
    assert len(again.left) == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_shuffled_input_keeps_the_same_rows(seed: int) -> None:
    texts = corpus(seed)
    rank = np.random.default_rng(seed).permutation(len(texts))
    expected = near_duplicates(texts, rank, 0.8).survivors
    order = np.random.default_rng(seed + 1).permutation(len(texts))
    found = near_duplicates([texts[i] for i in order], rank[order], 0.8).survivors
    assert (found.kept == expected.kept[order]).all()
    gone = ~found.kept
    assert (order[found.witness[gone]] == expected.witness[order][gone]).all()


@pytest.mark.parametrize("seed", range(3))
def test_candidates_lose_almost_nothing_against_all_pairs(seed: int) -> None:
    texts = corpus(seed)
    rank = np.arange(len(texts))
    shingles = shingle(texts)
    pairs = [
        (i, j, value)
        for i in range(len(texts))
        for j in range(i + 1, len(texts))
        if (value := jaccard(shingles[i], shingles[j])) >= 0.8
    ]
    left, right, value = (np.array(column) for column in zip(*pairs, strict=True))
    full = solve(rank, left, right, value)
    found = near_duplicates(texts, rank, 0.8, guards=())
    assert (~found.survivors.kept).sum() >= 0.97 * (~full.kept).sum()
    known = {(i, j) for i, j, _ in pairs}
    for i, j in zip(found.left.tolist(), found.right.tolist(), strict=True):
        assert (min(i, j), max(i, j)) in known


def test_guards_and_strict_keys_keep_rows_apart() -> None:
    a = "您好请问我上周在你们店里买的那件外套可以在3天内退货退款吗谢谢"
    b, c = a.replace("3", "7"), a.replace("您好", "你好")
    rank = np.arange(3)
    config = MinHashConfig.for_threshold(0.6)
    assert near_duplicates([a, b, c], rank, 0.6, config=config).survivors.kept.tolist() == [True, True, False]
    assert near_duplicates([a, b, c], rank, 0.6, guards=()).survivors.kept.tolist() == [True, False, False]
    apart = near_duplicates([a, a, c], rank, 0.6, strict=np.array([1, 2, 1])).survivors
    assert apart.kept.tolist() == [True, True, False]


@given(st.lists(st.text(alphabet="ab 订单了", max_size=12), max_size=10))
def test_any_texts_pass(texts: list[str]) -> None:
    result = near_duplicates(texts, np.arange(len(texts)), 0.9)
    assert len(result.survivors.kept) == len(texts)
