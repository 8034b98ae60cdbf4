from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest

from jobs.tools.finding_rules import GROUPS, REASONS, RULES
from jobs.tools.health import main
from jobs.tools.text_signs import answer_signs, locate, text_signs

ROOT = Path(__file__).resolve().parents[2]
Check = Callable[..., dict[str, Any]]


def turn(role: str, content: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def chat(question: str, answer: str, **columns: Any) -> dict[str, Any]:
    return {"messages": [turn("user", question), turn("assistant", answer)], **columns}


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Health of rows, as findings by their codes and the whole report."""

    def run(rows: list[Any], *arguments: str) -> dict[str, Any]:
        path = tmp_path / "d.jsonl"
        path.write_bytes(b"\n".join(row if isinstance(row, bytes) else orjson.dumps(row) for row in rows))
        assert main(["--dataset", str(path), "--json", *arguments]) == 0
        report = orjson.loads(capsys.readouterr().out)
        return {f["code"]: f for f in report["findings"]} | {"report": report}

    return run


def places(found: dict[str, Any]) -> list[tuple[int, str | None]]:
    return [(place["row"], place["field"]) for place in found["places"]]


GOOD = [
    chat(f"how do I return item number {i} of my list?", f"please open page {i * 7} and press return {i}")
    for i in range(3)
]
A0, A1 = "$.messages[0].content", "$.messages[1].content"
CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"q": 1}'}}
BAD_CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{q: 1"}}
FIND = [{"type": "function", "function": {"name": "find", "parameters": {}}}]
# code -> (a row that has it, the field that is shown)
DEFECTS: dict[str, tuple[Any, str | None]] = {
    "unreadable_rows": (b"{bad", "$"),
    "duplicate_keys": (b'{"text": "one", "text": "two"}', "$"),
    "unknown_format": ({"a": 1}, "$"),
    "unknown_role": ({"messages": [turn("robot", "x")]}, "$.messages[0].role"),
    "mixed_case_role": ({"messages": [turn("User", "hi there"), turn("assistant", "hello")]}, "$.messages[0].role"),
    "turns_do_not_alternate": ({"messages": [turn("user", "a"), turn("user", "b"), turn("assistant", "c")]}, None),
    "ends_on_user": ({"messages": [turn("user", "a1"), turn("assistant", "b"), turn("user", "c")]}, None),
    "no_question_or_answer": ({"messages": [turn("user", "a1")]}, "$"),
    "double_system": (
        {"messages": [turn("system", "s"), turn("system", "t"), turn("user", "a"), turn("assistant", "b")]},
        None,
    ),
    "late_system": ({"messages": [turn("user", "a"), turn("system", "s"), turn("assistant", "b")]}, None),
    "media_count": (chat("<image> what is it?", "a cat", images=["a.png", "b.png"]), "$.images"),
    "empty_content": ({"instruction": "q", "input": "", "output": " "}, "$.output"),
    "says_nothing": (chat("and now?", "None"), A1),
    "template_token": (chat("hello there, who is it", "<|im_start|>me"), A1),
    "unclosed_think": (chat("why?", "<think>because"), A1),
    "broken_text": (chat("锟斤拷是什么", "不知道是什么东西啊"), A0),
    "unfilled_slot": (chat("订单到哪里了", "您的订单{order_id}已发货"), A1),
    "personal_data": (chat("我的手机号是13812345678", "好的,已记录"), A0),
    "refused_answer": (chat("what is it?", "I'm sorry, but I cannot help with that."), A1),
    "control_characters": (chat("a bell\x07 rings", "it does"), A0),
    "html": (chat("bold?", "<b>yes</b>, bold"), A1),
    "unparsable_arguments": (
        {"messages": [turn("user", "q"), turn("assistant", "", tool_calls=[BAD_CALL])], "tools": FIND},
        "$.messages[1]",
    ),
    "undeclared_tool": ({"messages": [turn("user", "q"), turn("assistant", "", tool_calls=[CALL])]}, "$.messages[1]"),
    "orphan_reply": (
        {"messages": [turn("user", "q"), turn("tool", "r", tool_call_id="c9"), turn("assistant", "b")]},
        "$.messages[1]",
    ),
    "chosen_equals_rejected": ({"prompt": "q", "chosen": "a", "rejected": "a"}, "$.chosen"),
    "prompts_differ": (
        {
            "chosen": [turn("user", "q1"), turn("assistant", "a")],
            "rejected": [turn("user", "q2"), turn("assistant", "b")],
        },
        "$.rejected",
    ),
    "one_label_only": ({"prompt": "q", "completion": "b", "label": True}, None),
    "answer_beyond_cutoff": (chat("tell me more " * 40, "no"), None),
    "over_cutoff": (chat("tell me", "this and that " * 40), None),
}


@pytest.mark.parametrize("code", DEFECTS)
def test_a_defect_is_found_in_its_row_and_field(check: Check, code: str) -> None:
    row, where = DEFECTS[code]
    found = check([GOOD[0], row], "--cutoff", "100")
    assert code in found, sorted(found)
    if code != "one_label_only":
        assert places(found[code]) == [(2, where)]
    assert found[code]["count"] == 1


@pytest.mark.parametrize("code", DEFECTS)
def test_a_good_row_has_no_defect(check: Check, code: str) -> None:
    assert code not in check(GOOD, "--cutoff", "100")


def test_every_rule_says_why_and_how_and_every_reason_has_a_rule() -> None:
    assert set(REASONS.values()) <= set(RULES)
    for rule in RULES.values():
        assert rule.group in GROUPS
        assert rule.why and rule.mend and not rule.why.endswith(".")


def test_personal_data_is_counted_by_kind_and_never_shown(check: Check) -> None:
    rows = [
        chat("我的手机号是13812345678,邮箱a.person@example.com", "好的"),
        chat("hi", "hello", note="call 13912345678"),
        {
            "messages": [
                turn("user", "q"),
                turn(
                    "assistant",
                    "",
                    tool_calls=[{**CALL, "function": {"name": "f", "arguments": '{"t":"13712345678"}'}}],
                ),
            ]
        },
    ]
    found = check(rows)
    assert found["personal_data"]["detail"] == {"phone_number": 3, "email_address": 1}
    assert places(found["personal_data"]) == [
        (1, A0),
        (2, "$.note"),
        (3, "$.messages[1].tool_calls[0].function.arguments"),
    ]
    assert not re.search(r"1381234|1391234|1371234|a\.person", str(found))


def test_copies_exact_near_and_across_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = chat("copy me please, all of me", "this is the answer that is copied")
    near = chat("copy me please, all of me!", "this is the answer, that is copied.")
    for name, rows in (
        ("train.jsonl", [GOOD[0], same, same]),
        ("valid.jsonl", [chat("and what else is there?", "nothing"), near]),
    ):
        (tmp_path / name).write_bytes(b"\n".join(map(orjson.dumps, rows)))
    assert main(["--dataset", str(tmp_path / "*.jsonl"), "--json"]) == 0
    found = {f["code"]: f for f in orjson.loads(capsys.readouterr().out)["findings"]}
    train, valid = str(tmp_path / "train.jsonl"), str(tmp_path / "valid.jsonl")
    assert [(p["file"], p["row"]) for p in found["exact_copies"]["places"]] == [(train, 3)]
    assert [(p["file"], p["row"]) for p in found["near_copies"]["places"]] == [(valid, 2)]
    assert found["copies_across_files"]["detail"] == {"near_copies": 1}
    assert found["exact_copies"]["places"][0]["like"] == "2"
    assert found["copies_across_files"]["places"][0]["like"] == f"{train}:2"


def test_balance_of_languages_topics_and_sources(check: Check) -> None:
    rows = [
        chat(
            f"how do I return my item {i * 37}", "just open the page", intent="returns" if i else "rare", source="logs"
        )
        for i in range(119)
    ]
    rows.append(chat("我的包裹到哪里了呢", "已经到达您的城市", intent="returns", source="other"))
    found = check(rows)
    report = found["report"]
    assert report["languages"] == {"en": 119, "zh": 1}
    assert report["intents"] == {"returns": 119, "rare": 1}
    assert report["sources"] == {"logs": 119, "other": 1}
    assert {"mixed_languages", "one_intent_dominates", "rare_intents", "one_source_dominates", "few_rows"} <= set(found)
    assert sum(count for _, _, count in report["histograms"]["turns"]) == 120


def test_several_formats_are_told(check: Check) -> None:
    found = check([GOOD[0], {"instruction": "q", "input": "", "output": "a"}])
    assert found["mixed_formats"]["detail"] == {"chatml": 1, "alpaca": 1}


def test_the_first_twenty_rows_and_the_total(check: Check) -> None:
    found = check([chat(f"question {chr(97 + i)}", "<|im_end|>") for i in range(25)])
    assert found["template_token"]["count"] == 25
    assert [row for row, _ in places(found["template_token"])] == list(range(1, 21))


def test_the_guides_command_and_exit_codes(tmp_path: Path) -> None:
    path = tmp_path / "your_dataset.json"
    path.write_bytes(orjson.dumps(GOOD))
    command = [sys.executable, str(ROOT / "data_health_check.py"), "--dataset", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "3 rows, 3 usable" in done.stdout
    assert "fewer than 100 rows" in done.stdout
    assert subprocess.run([*command, "--fail-on", "critical"], capture_output=True, check=False).returncode == 1
    missing = subprocess.run([*command[:-1], "no.json"], capture_output=True, text=True, check=False)
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)


def test_fail_on_takes_the_severity_and_worse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.json"
    path.write_bytes(orjson.dumps([chat(f"item {i}, and then {i * i}?", f"answer {i}") for i in range(200)]))
    arguments = ["--dataset", str(path), "--fail-on"]
    assert [main([*arguments, severity]) for severity in ("critical", "warning", "info")] == [0, 1, 1]
    capsys.readouterr()


def test_a_prompt_without_an_answer_ends_as_it_should(check: Check) -> None:
    found = check([{"prompt": f"how much is part {i}?", "ground_truth": i} for i in range(3)])
    assert not {"ends_on_user", "unreadable_rows"} & set(found)
    assert found["report"]["formats"] == {"prompt_only": 3}


def test_an_empty_file_is_reported(check: Check) -> None:
    found = check([])
    assert found["no_rows"]["severity"] == "critical"
    assert found["unreadable_rows"]["detail"] == {"empty_file": 1}


def test_the_page_stands_alone_and_shows_no_text_unescaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "<script>alert('x')</script>\"&"
    rows = [{**chat(f"secret words {i}", "<|im_end|>", intent=evil), evil: "13812345678"} for i in range(3)]
    path, page = tmp_path / "a<b>.json", tmp_path / "report.html"
    path.write_bytes(orjson.dumps(rows))
    arguments = ["--dataset", str(path), "--html", str(page)]
    assert main(arguments) == 0
    assert f"page with plots: {page}" in capsys.readouterr().out
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html and "a<b>" not in html and "secret words" not in html and "138123" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"(?:src=|href=|url\(|@import|https?:)", html)
    svgs = re.findall(r"<svg.*?</svg>", html, re.S)
    assert len(svgs) >= 5
    for svg in svgs:
        ElementTree.fromstring(svg)
    assert main(arguments) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*arguments, "--force"]) == 0
    assert main(["--dataset", str(path), "--html", str(path), "--force"]) == 2
    assert orjson.loads(path.read_bytes()) == rows


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("your order {order_id} is here", ["unfilled_slot"]),
        ("{{name}} writes", ["unfilled_slot"]),
        ("`f({name})` is code", []),
        ("\\frac{ab}{cd} and x_{ij}", []),
        ('{"name": 1}', []),
        ("[INST] hi", ["template_token"]),
        ("锟斤拷", ["broken_text"]),
        ("<div>x</div>", ["html"]),
        ("a\x07b", ["control_characters"]),
        ("nan", ["says_nothing"]),
        ("普通的一句话。", []),
    ],
)
def test_text_signs(text: str, signs: list[str]) -> None:
    assert text_signs(text) == signs


def test_answer_signs() -> None:
    assert answer_signs("非常抱歉,我无法回答这个问题。") == ["refused_answer"]
    assert answer_signs("抱歉让您久等了,您的包裹今天送达。") == []
    assert answer_signs("<think>a</think>b") == []


def test_a_sign_is_located_in_the_value_that_has_it() -> None:
    row = {"instruction": "read this", "input": "<b>x</b>", "history": [["a", "b"]], "n": 5}

    def has(text: str) -> bool:
        return "html" in text_signs(text)

    assert locate(row, "read this\n<b>x</b>", has) == "$.input"
    assert locate(row, "b", has) == "$.history[0][1]"
    assert locate(row, "not there", has) == "$"


def test_the_page_of_the_tools_lists_every_finding() -> None:
    page = (ROOT / "docs" / "tools.md").read_text("utf-8")
    listed = re.findall(r"^\| (\w+) \| `(\w+)` \| (\w+) \| (.+) \|$", page, re.M)
    assert listed == [(rule.group, code, rule.severity, rule.title) for code, rule in RULES.items()]
