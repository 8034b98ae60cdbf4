import numpy as np
import pyarrow as pa

from jobs.similarity.minhash import MinHashConfig
from jobs.similarity.shared_text import find_shared
from jobs.similarity.verify import Comparison, Texts

CONFIG = MinHashConfig.for_threshold(0.6)
ASKED = "您好请问我上周在你们店里买的那件外套可以在3天内退货退款吗谢谢"


def verified(texts: list[str], comparison: Comparison, ranks: list[int] | None = None) -> list[tuple[int, int, float]]:
    of = ranks or list(range(0, 10 * len(texts), 10))
    column = pa.chunked_array([pa.array(texts[:1]), pa.array(texts[1:])])
    pairs = [(a, b) for a in of for b in of if a < b]
    held = Texts.of(np.array(of), column, comparison)
    found = held.verify(np.array([a for a, _ in pairs * 2]), np.array([b for _, b in pairs * 2]))
    return list(zip(found.left.tolist(), found.right.tolist(), found.similarity.tolist(), strict=True))


def test_a_pair_that_is_proposed_twice_comes_once_and_guards_tell_apart() -> None:
    texts = [ASKED, ASKED.replace("3", "7"), ASKED.replace("您好", "你好")]
    free = verified(texts, Comparison(0.6, CONFIG, guards=()))
    assert [pair[:2] for pair in free] == [(0, 10), (0, 20), (10, 20)]
    assert [pair[:2] for pair in verified(texts, Comparison(0.6, CONFIG))] == [(0, 20)]


def test_ranks_come_in_any_order() -> None:
    texts = [ASKED.replace("您好", "你好"), ASKED, "完全不同的另外一句话和谁都不像的"]
    assert [pair[:2] for pair in verified(texts, Comparison(0.6, CONFIG), ranks=[7, 3, 5])] == [(3, 7)]


def test_what_only_a_template_makes_alike_is_not() -> None:
    template = "你是一个乐于助人的客服助手。请用礼貌的语气回答顾客的问题并且不要编造订单里没有的信息。" * 2
    texts = [
        template + "".join(chr(ord(c) + 7 * k) for k in range(12)) + "。"
        for c in "法英德意日韩泰印俄美越缅荷波挪瑞丹芬希土伊埃加墨巴智"
    ]
    shared = find_shared(texts)
    assert len(shared)
    assert verified(texts[:2], Comparison(0.6, CONFIG))
    assert verified(texts[:2], Comparison(0.6, CONFIG, shared=shared)) == []


def test_no_texts_are_no_pairs() -> None:
    none = np.empty(0, np.int64)
    held = Texts.of(none, pa.chunked_array([], pa.string()), Comparison(0.8, CONFIG))
    assert len(held.verify(none, none)) == 0
