import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity.contamination import THRESHOLD, Overlap, ProtectedItem, protect
from jobs.similarity.folding import PART, fold
from jobs.sources.protected import read_protected

WORDS = "订单快递退货ab c1+ "
TEXTS = st.lists(st.text(alphabet=WORDS + PART, max_size=40), max_size=6)
Grams = set[tuple[str, ...]]


def grams(text: str, width: int) -> Grams:
    """The definition in plain Python: runs of tokens, none across a border."""
    found: Grams = set()
    for part in text.split(PART):
        tokens = tokens_of(part)
        found |= {tuple(tokens[k : k + width]) for k in range(len(tokens) - width + 1)}
    return found


def tokens_of(text: str) -> list[str]:
    return "".join(c if c == " " or (c.isascii() and c.isalnum()) else f" {c} " for c in fold(text)).split()


@given(TEXTS, TEXTS, st.integers(2, 4), st.integers(1, 4))
def test_the_best_question_is_the_oracle_s(questions: list[str], rows: list[str], width: int, least: int) -> None:
    questions = [question.replace(PART, "") for question in questions]
    items = [ProtectedItem("set", k, question) for k, question in enumerate(questions)]
    expected_grams: dict[str, tuple[int, Grams]] = {}
    for item in items:
        size = len(tokens_of(item.text))
        if size >= least:
            expected_grams[item.label] = (min(size, width), grams(item.text, min(size, width)))
    protected = protect(items, width, least)
    assert protected.skipped == len(items) - len(expected_grams)
    # Fewer than six items have no template.
    for row, found in zip(rows, protected.overlaps(rows), strict=True):
        shares = {
            label: Overlap(label, len(held & grams(row, at)), len(held), at)
            for label, (at, held) in expected_grams.items()
            if held & grams(row, at)
        }
        best = max(
            shares.values(), key=lambda share: (share.containment, -list(shares).index(share.label)), default=None
        )
        assert found == best


@given(TEXTS, st.data())
def test_texts_of_a_row_count_together_and_rows_apart(texts: list[str], data: st.DataObject) -> None:
    protected = protect([ProtectedItem("set", 1, "订单快递退货 ab c1 订单")], 3, 2)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(texts)), max_size=3)))
    offsets = np.array([0, *cuts, len(texts)])
    joined = [PART.join(texts[a:b]) for a, b in pairwise(offsets.tolist())]
    assert list(protected.overlaps(texts, offsets)) == list(protected.overlaps(joined))


def test_a_short_question_is_found_whole_or_not_at_all() -> None:
    items = [
        ProtectedItem("set", 1, "你好"),
        ProtectedItem("set", 2, "中国的首都在哪"),
        ProtectedItem("set", 3, "How are you?"),
    ]
    protected = protect(items)
    assert (protected.skipped, protected.labels) == (2, ("set#2",))
    rows = ["你好，请问中国的首都，在哪？谢谢！", "中国的首都和在哪", "你好 how are you"]
    found = list(protected.overlaps(rows))
    assert found == [Overlap("set#2", 1, 1, 7), None, None]
    assert found[0] is not None
    assert found[0].describe(8) == "all 7 tokens of the question, one after another"


def test_a_set_s_template_does_not_count() -> None:
    frame = "下面是一道单项选择题，请从四个选项中选出唯一正确的答案，并说明你的理由。题目：{}"
    topics = [
        "光合作用发生在植物细胞的哪个部位",
        "第二次世界大战是在哪一年正式结束的",
        "水在标准大气压下的沸点是多少度",
    ] * 1
    topics += [
        "地球绕太阳公转一周大约需要多长时间",
        "唐朝的开国皇帝究竟是哪一位历史人物",
        "三角形的三个内角之和等于多少度数",
        "人体最大的器官是什么请你选一个",
    ]
    protected = protect([ProtectedItem("exam", k, frame.format(topic)) for k, topic in enumerate(topics)])
    other = frame.format("世界上面积最大的海洋叫什么名字")
    shares = [
        0.0 if found is None else found.containment for found in protected.overlaps([other, frame.format(topics[2])])
    ]
    assert shares == [0.0, 1.0]


def test_an_empty_set_finds_nothing() -> None:
    assert list(protect([]).overlaps(["有什么可以帮您的吗，请说", ""])) == [None, None]
    with pytest.raises(ValueError, match="width"):
        protect([], 0)


def test_benchmarks_planted_with_edits_are_found_and_clean_rows_stay(shared_data: Path) -> None:
    files = {"gsm8k": "gsm8k/test_first200.jsonl", "humaneval": "humaneval/HumanEval.jsonl.gz"}
    files["ifeval"] = "ifeval/input_data.jsonl"
    items = [item for name, file in files.items() for item in read_protected(shared_data / file, name)]
    protected = protect(items)
    assert protected.skipped == 0
    clean = [item.text for item in read_protected(shared_data / "belle-eval/dev1K_07c6a15.json", "belle")]
    clean += [item.text for item in read_protected(shared_data / "dolly/dolly_3k.json", "dolly")]
    assert not [found for found in protected.overlaps(clean) if found and found.containment >= THRESHOLD]

    make = random.Random(5)
    least = {
        0.0: {"gsm8k": 1.0, "humaneval": 1.0, "ifeval": 1.0},
        0.05: {"gsm8k": 0.8, "humaneval": 0.85, "ifeval": 0.75},
    }
    for rate, bounds in least.items():
        rows = [f"{make.choice(clean)}\n{edited(item.text, rate, make)}\n{make.choice(clean)}" for item in items]
        hits: Counter[str] = Counter()
        for item, found in zip(items, protected.overlaps(rows), strict=True):
            hits[item.name] += found is not None and found.containment >= THRESHOLD
        of = Counter(item.name for item in items)
        assert {name: hits[name] / of[name] >= bound for name, bound in bounds.items()} == dict.fromkeys(bounds, True)


def edited(text: str, rate: float, make: random.Random) -> str:
    words = text.split(" ")
    return " ".join(make.choice(words) if make.random() < rate else word for word in words)
