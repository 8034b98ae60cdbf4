"""Names in running text: what is found, what is left alone, and the laws of the rule."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.privacy.names import evidence as name_evidence
from jobs.privacy.names.characters import NEVER_GIVEN, RUNNING_SURNAMES
from jobs.privacy.names.running import RULE, STEP, find_running_names, log_odds, weights
from jobs.privacy.view import fold


def names_in(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in sorted(find_running_names(fold(text).text))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("昨天张建国去医院看病了", ["张建国"]),
        ("公司总经理李晓明表示，今年利润增长", ["李晓明"]),
        ("出席会议的还有王丽华、刘德明、陈晓东", ["王丽华", "刘德明", "陈晓东"]),
        ("快递被周文斌签收了", ["周文斌"]),
        ("本报记者 赵玉兰 报道", ["赵玉兰"]),
        ("高勇，男，中国国籍，1965年出生", ["高勇"]),
        ("欧阳文静和司马俊杰都同意了", ["欧阳文静", "司马俊杰"]),
        ("美国总统奥巴马发表讲话", ["奥巴马"]),
        ("约翰·史密斯先生昨天到访", ["约翰·史密斯"]),
        ("請聯繫陳建華處理", ["陳建華"]),
        ("导演斯坦利-库布里克执导", ["斯坦利-库布里克"]),
        ("由KenRolston担任首席设计师", ["KenRolston"]),
        ("选手Grubby说自己输了", ["Grubby"]),
    ],
)
def test_finds(text: str, names: list[str]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "高大上的包装，白色的金额任何时候都方便",
        "明白了，于是我就申请了退款",
        "高兴为您服务，请问有什么可以帮您",
        "这款毛衣起球严重，常规尺码",
        "周一至周五上午九点营业",
        "安卓手机安装不了，程序出错",
        "巧克力和胡萝卜沙拉",
        "他去了莫斯科、巴黎和华盛顿",
        "任何问题都可以联系客服",
        "王先生、李女士您好",
        "今天天气不错",
        "订单号20240315，金额99元",
        "先生曾就职于海信集团公司，历任财务总监。",
        "2010年至今任永辉超市股份有限公司董事。",
        "现任清华大学教授，曾任大恒科技企管部经理。",
        "现任马应龙药业集团股份有限公司董事",
        "于海信(南京)电器有限公司任职",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert names_in(text) == []


def test_a_name_that_is_sure_once_is_found_again() -> None:
    text = "联系人是周晓燕。下午我让周晓燕一并带过去。"
    assert names_in(text) == ["周晓燕", "周晓燕"]


CHARACTERS = "张王李高明方丽伟华国欧阳司马小老阿巴马尔斯·-的了是在，。：先生说记者和xAmy1'. \n" + RUNNING_SURNAMES[:30]
TEXTS = st.text(alphabet=st.one_of(st.sampled_from(CHARACTERS), st.characters()), max_size=40)
_CUE = re.compile(RULE.cue, re.IGNORECASE)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_spans_lie_apart_in_cued_texts_and_the_score_is_a_probability(text: str) -> None:
    found = sorted(RULE.find(text))
    ends = [0, *(end for _, end, _ in found)]
    assert all(before <= start < end <= len(text) for before, (start, end, _) in zip(ends, found, strict=False))
    assert all(0.4 <= score <= 1 for _, _, score in found)
    assert not found or _CUE.search(text)
    assert not name_evidence.candidates(text) or _CUE.search(text)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_log_odds_are_the_sum_of_the_weights_of_the_evidence(text: str) -> None:
    table = weights()
    for start, end, surname in name_evidence.candidates(text):
        evidence = name_evidence.inside(text[start:end], surname)
        evidence += name_evidence.around(*name_evidence.surroundings(text, start, end, surname))
        total = STEP * (table[""] + sum(table.get(piece, 0) for piece in evidence))
        assert math.isclose(log_odds(text, start, end, surname), total)


def test_the_cue_is_portable_and_the_lists_are_apart() -> None:
    assert "(?=" not in RULE.cue
    assert "(?!" not in RULE.cue
    assert "(?<" not in RULE.cue
    assert "\\b" not in RULE.cue
    assert not set("伟芳娜敏静丽强磊军洋") & set(NEVER_GIVEN)


def test_service_and_question_texts_hold_few_names(shared_data: Path) -> None:
    """Booking talks and programmers' questions name nobody but public figures and places: a bound on false alarms."""
    rows = [json.loads(line) for line in (shared_data / "crosswoz" / "val_sharegpt.jsonl").open(encoding="utf-8")]
    turns = [turn["value"] for row in rows for turn in row["conversations"]][:1500]
    rows = [json.loads(line) for line in (shared_data / "egret-wenda" / "raw_clean_pairs.jsonl").open(encoding="utf-8")]
    questions = [row["raw"] for row in rows][:800]
    assert sum(bool(names_in(text)) for text in turns) <= 0.03 * len(turns)
    assert sum(bool(names_in(text)) for text in questions) <= 0.01 * len(questions)
