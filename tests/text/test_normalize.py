"""Normalisation: what the steps do together, what none may touch, and real texts."""

from __future__ import annotations

import difflib
import json
import statistics
from pathlib import Path

import pytest

from jobs.text.language import language_of
from jobs.text.mojibake import repair_mojibake
from jobs.text.normalize import STEPS, normalize, normalize_row
from jobs.text.params import NormalizeParams

ALL = NormalizeParams(traditional_to_simplified="t2s")

CHANGED = [
    ("ＯＲＤ－１２３４５，你好！！！", "ORD-12345，你好！！！", {"width"}),
    ("Ｈｅｌｌｏ，ｗｏｒｌｄ！", "Hello,world!", {"width"}),
    ("１２：３０见，３．５折", "12:30见，3.5折", {"width"}),
    ("你好。。。。在吗？？？？，，", "你好……在吗？，，", {"punctuation_runs"}),
    ("<p>您好&nbsp;我的<b>订单</b>到哪了<br/>急</p>", "您好 我的订单到哪了\n急", {"html", "whitespace"}),
    ("<ul><li>一</li><li>二</li></ul>", "- 一\n- 二", {"html", "whitespace"}),
    ("<pre><code>a  =  &lt;b&gt;</code></pre>", "```\na  =  <b>\n```", {"html", "whitespace"}),
    ("好的👍👍👍👍😀😁😂🤣", "好的👍😀😁", {"emoji_runs"}),
    ("\u200b你\u200d好\ufeff\x00", "你好", {"control_characters"}),
    ("  你好　世界 \r\n\r\n\r\n\r\n再见", "你好 世界\n\n再见", {"whitespace"}),
    ("您好，请问".encode().decode("latin-1"), "您好，请问", {"mojibake"}),
    ("您好，请问订单在哪里".encode().decode("gb18030"), "您好，请问订单在哪里", {"mojibake"}),
    ("您好，请问订单在哪里".encode("gbk").decode("latin-1"), "您好，请问订单在哪里", {"mojibake"}),
    # UTF-8 read as Windows-1252, in which the bytes of 页 and 的 could also be GB 2312.
    ("订单页看到进度，网页的".encode().decode("latin-1"), "订单页看到进度，网页的", {"mojibake"}),
    ("iPhone" + "什么时候发货？".encode("gbk").decode("latin-1"), "iPhone什么时候发货？", {"mojibake"}),
    ("軟體更新後頭髮乾了", "软体更新后头发干了", {"traditional_to_simplified"}),
]

UNTOUCHED = [
    "a < b && c > d",
    "<PHONE_1>和<NAME_2>",
    "<image>看图<video><audio>",
    "<think>想一想</think>好",
    "请看```python\nx  =  '&lt;'  # ！！！！\n```好",
    "用`a  &amp;  b`。",
    "x² + ½ ① Ⅳ ™ ㎡ n!! a??b",
    "https://example.com/?a=1&copy=2&amp;b=3",
    "家庭👨‍👩‍👧和❤️",
    "★★★★★ ⭐⭐⭐⭐⭐",
    "《书》“引号”——破折号……",
    "用<div>和<span>布局",
    '{"a": "&quot;b&quot;  c！！！！"}',
    '查询参数：{"a": "&quot;b&quot;  c！！！！", "b": [1]}。',
    '<tool_call>\nsearch(q="a  ！！！！")\n</tool_call>',
    "等于$x_1^２$。",
    "ÀÂÄÇÉÈÊËÎÏÔÖ ÄÖÜß ÁÉÍÓÚÑ",
    "|a  |b|\n|--|--|\n~~删除~~",
    "می‌خواهم",
    "<!DOCTYPE html><html><body><p>hi</p></body></html>",
    "<|im_start|>",
    "1\ufe0f\u20e32\ufe0f\u20e3",
]


@pytest.mark.parametrize(("text", "expected", "steps"), CHANGED)
def test_changes(text: str, expected: str, steps: set[str]) -> None:
    after, changed = normalize(text, ALL)
    assert after == expected
    assert set(changed) == steps


@pytest.mark.parametrize("text", UNTOUCHED)
def test_leaves_alone(text: str) -> None:
    assert normalize(text, ALL) == (text, {})


def test_each_step_can_be_switched_off() -> None:
    none = NormalizeParams(**dict.fromkeys(STEPS, False))
    for text, _expected, _steps in CHANGED:
        assert normalize(text, none) == (text, {})
    assert set(STEPS) <= set(NormalizeParams.model_fields)


def test_row_counts_texts_by_step() -> None:
    row = {
        "messages": [
            {"role": "user", "content": "在吗？？？？"},
            {"role": "assistant", "content": "在的！！！！", "tool_calls": '[{"a":"！！"}]'},
        ]
    }
    out, counts = normalize_row(row)
    assert [m["content"] for m in out["messages"]] == ["在吗？", "在的！"]
    assert out["messages"][1]["tool_calls"] == '[{"a":"！！"}]'
    assert counts == {"punctuation_runs": 2}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("您好，请问有什么可以帮您？", "zh"),
        ("我的iPhone 15 Pro Max坏了，怎么办呀", "zh"),
        ("Where is my order?", "en"),
        ("请帮我翻译 please translate this sentence for me", "mixed"),
        ("これはペンです", "other"),
        ("Привет, как дела?", "other"),
        ("Je ne sais pas où est la commande que je vous ai faite pour le bureau", "other"),
        ("12345 !!! 👍", "unknown"),
        ("<PHONE_1>", "unknown"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language


def _cases(shared_data: Path, name: str) -> list[dict]:
    cases = json.loads((shared_data / "ftfy" / name).read_text("utf-8"))
    return [case for case in cases if case["expect"] == "pass"]


def _straight(text: str) -> str:
    return text.translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'"})


def test_mojibake_cases(shared_data: Path) -> None:
    """ftfy's own cases; it also straightens quotes, which is no repair of encoding, so quotes are compared straight."""
    for case in _cases(shared_data, "negative.json"):
        assert _straight(repair_mojibake(case["original"])) == _straight(case["fixed"]), case["label"]
        if case["original"] == case["fixed"]:
            assert "mojibake" not in normalize(case["original"])[1], case["label"]
    cases = _cases(shared_data, "synthetic.json") + _cases(shared_data, "language-names.json")
    right = sum(_straight(repair_mojibake(c["original"])) == _straight(c["fixed"]) for c in cases)
    assert right >= 0.95 * len(cases)


def test_real_posts_are_hardly_touched(shared_data: Path) -> None:
    """Forum posts and what people made of them: few texts that they left alone change, and none goes far from theirs.

    What people changed is what the posts say (a line cut off, a politeness dropped), which no normalisation does.
    """
    lines = (shared_data / "egret-wenda" / "raw_clean_pairs.jsonl").read_text("utf-8").splitlines()
    pairs = [(row["raw"], row["clean"]) for row in map(json.loads, lines)]
    left = [raw for raw, clean in pairs if raw == clean]
    assert sum(normalize(raw)[0] != raw for raw in left) <= 0.005 * len(left)

    usual = statistics.median(_edits(raw, clean) for raw, clean in pairs if raw != clean)
    moved = [(raw, clean, after) for raw, clean in pairs if (after := normalize(raw)[0]) != raw]
    assert moved and all(_edits(after, clean) - _edits(raw, clean) <= usual for raw, clean, after in moved)


def _edits(one: str, other: str) -> int:
    """Characters to delete and insert, which is at least the edit distance and near it."""
    blocks = difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return len(one) + len(other) - 2 * sum(block.size for block in blocks)
