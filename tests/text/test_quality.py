"""Quality rules: what is removed and why, and that ordinary short chats stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jobs.text.quality import QualityRules
from jobs.text.quality_params import QualityParams

RULES_BY_DEFAULT = QualityRules()


def chat(*texts: str | None) -> dict:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]}


def with_rules(**lines: object) -> QualityRules:
    return QualityRules(QualityParams(rules=lines))  # type: ignore[arg-type]  # lines as a user writes them


GOOD = [
    "好的，请稍等。",
    "好的",
    "亲，您的订单已经发货了哦",
    "👌",
    "您好，查询到您的订单目前状态为已发货，预计明天送达，请您保持手机畅通。",
    "抱歉，我们暂不支持货到付款，您可以选择在线支付。",
    "不好意思，这款目前没有货了",
    "非常抱歉给您带来不便，我马上为您处理",
    "有的呢亲~",
    "7天无理由退换货",
    "对不起，这款商品无法退换，因为已经拆封使用。",
    "您好，请提供一下订单号：",
    "我这边帮您催一下物流，请您耐心等待",
    "哈哈哈哈哈",
    "1+1=2",
    "您的手机号<PHONE_1>已登记，收件人<NAME_1>。",
    "Your parcel has been shipped",
    "Sorry, this item is out of stock, but we can offer a refund.",
]

BAD = [
    ("", "empty_answer"),
    ("  。", "empty_answer"),
    ("null", "empty_answer"),
    ("您好，查询到您的订单目前状态为已发货，", "cut_off_answer"),
    ("关于您咨询的退款问题，我们会在", "cut_off_answer"),
    ("```python\nprint(1)", "cut_off_answer"),
    ("抱歉，我无法回答这个问题。", "refused_answer"),
    ("作为一个AI语言模型，我无法提供该信息。", "refused_answer"),
    ("这个不归我管", "refused_answer"),
    ("I'm sorry, but I cannot assist with that.", "refused_answer"),
    ("As an AI language model, I don't have access to orders.", "refused_answer"),
    ("<|im_start|>assistant\n好的", "template_tokens"),
    ("[INST]您好[/INST]", "template_tokens"),
    ("您的订单{order_id}已发货。", "unfilled_slots"),
    ("您好{{name}}，已为您处理。", "unfilled_slots"),
    ("您的订单{订单号}已发货。", "unfilled_slots"),
    ("您好您好您好您好您好您好您好您好", "repeated_text"),
    ("好的，已为您登记，请耐心等待。" * 4, "repeated_text"),
    ("您好，请问一下订单什么时候".encode().decode("gbk", "replace"), "garbled"),
    ("ï¿½ï¿½ï¿½您好", "garbled"),
    ("###@@@!!!$$$%%%^^^&&&***((()))", "too_many_symbols"),
]


@pytest.mark.parametrize("answer", GOOD)
def test_ordinary_answers_stay(answer: str) -> None:
    asked = "Where is my order?" if answer.isascii() and " " in answer else "我的订单到哪了？"
    assert RULES_BY_DEFAULT.judge(chat(asked, answer)) == []
    assert RULES_BY_DEFAULT.judge(chat("在吗", "您好，请问有什么可以帮您？", asked, answer)) == []


@pytest.mark.parametrize(("answer", "reason"), BAD)
def test_spoilt_answers_go(answer: str, reason: str) -> None:
    verdicts = RULES_BY_DEFAULT.judge(chat("我的订单到哪了？", answer))
    assert verdicts[0].reason == reason
    assert all(v.value != v.bound for v in verdicts)


def test_nothing_as_an_answer() -> None:
    assert RULES_BY_DEFAULT.judge(chat("找出人名，没有则回答无。", "无")) == []
    assert RULES_BY_DEFAULT.judge(chat("到哪了？", "暂无"))[0].reason == "empty_answer"


def test_broken_off_where_others_end_in_full_stops() -> None:
    row = chat("在吗？", "您好，有什么可以帮您？请讲。", "到哪了？", "您好，您的订单预计明天送达，请您保持手")
    assert [v.reason for v in RULES_BY_DEFAULT.judge(row)] == ["cut_off_answer"]


def test_a_call_is_an_answer_and_no_answer_is_none() -> None:
    call = {"role": "assistant", "content": None, "tool_calls": "[]{}"}
    reply = {"role": "assistant", "content": "今天晴。", "tool_calls": None}
    assert RULES_BY_DEFAULT.judge({"messages": [{"role": "user", "content": "天气？"}, call, reply]}) == []
    assert RULES_BY_DEFAULT.judge(chat("天气？"))[0].reason == "empty_answer"


def test_preference_rows_may_reject_what_is_bad() -> None:
    row = {
        **chat("你是谁？"),
        "chosen": [{"role": "assistant", "content": "我是小店的客服。"}],
        "rejected": [{"role": "assistant", "content": "抱歉，我无法回答这个问题。"}],
    }
    assert RULES_BY_DEFAULT.judge(row) == []
    row["chosen"], row["rejected"] = row["rejected"], row["chosen"]
    assert [(v.reason, v.action) for v in RULES_BY_DEFAULT.judge(row)] == [("refused_answer", "flag")]


def test_plain_text_rows() -> None:
    assert RULES_BY_DEFAULT.judge({"messages": [], "text": "今天天气不错，适合出门散步。"}) == []
    assert RULES_BY_DEFAULT.judge({"messages": [], "text": "短"})[0].reason == "too_short"
    assert (
        RULES_BY_DEFAULT.judge({"messages": [], "text": "これはペンです。それは本です。"})[0].reason
        == "unwanted_language"
    )
    lines = "同样的一行文字\n" * 5 + "另外一行文字\n"
    assert "repeated_lines" in {v.reason for v in RULES_BY_DEFAULT.judge({"messages": [], "text": lines})}


def test_bounds_are_parameters() -> None:
    row = chat("到哪了？", "好的")
    strict = with_rules(min_response_chars={"min": 5})
    assert [(v.rule, v.reason, v.value, v.bound) for v in strict.judge(row)] == [
        ("min_response_chars", "too_short", 2, 5)
    ]
    off = with_rules(refused_answers=False)
    assert off.judge(chat("问", "抱歉，我无法回答这个问题。")) == []
    assert with_rules(language={"allow": ["en"]}).judge(row)[0].reason == "unwanted_language"


def test_code_and_formulas_have_no_slots() -> None:
    for answer in (
        "用`{name}`占位。",
        "```\nf'{name}'\n```",
        "公式$\\frac{abc}{def}$。",
        "x_{max}取最大值。",
        '返回{"order_id": 1}。',
    ):
        assert RULES_BY_DEFAULT.judge(chat("怎么写？", answer)) == [], answer


def test_real_dialogues_stay(shared_data: Path) -> None:
    rows = []
    for line in (shared_data / "crosswoz" / "val_sharegpt.jsonl").open(encoding="utf-8"):
        turns = json.loads(line)["conversations"]
        rows.append(
            {
                "messages": [
                    {"role": "user" if t["from"] == "human" else "assistant", "content": t["value"]} for t in turns
                ]
            }
        )
    removed = sum(bool(RULES_BY_DEFAULT.judge(row)) for row in rows)
    assert removed <= 0.015 * len(rows)
