from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from jobs.tools.health import main
from jobs.tools.text_signs import answer_signs, personal_data, text_signs

ROOT = Path(__file__).resolve().parents[2]


def chat(question: str, answer: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def check(path: Path, rows: list[Any], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    assert main(["--dataset", str(path), "--json"]) == 0
    report = orjson.loads(capsys.readouterr().out)
    return {f["code"]: f for f in report["findings"]} | {"report": report}


GOOD = [
    chat(f"how do I return item number {i} of my list?", f"please open page {i * 7} and press return {i}")
    for i in range(3)
]


def test_findings_name_rows_and_never_show_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        chat("我的手机号是13812345678", "好的,已记录"),
        chat("write to a.person@example.com", "I will"),
        chat("hello there, who is it", "<|im_start|>me"),
        chat("订单到哪里了", "您的订单{order_id}已发货"),
        chat("what is it?", "I'm sorry, but I cannot help with that."),
        chat("and now?", "None"),
        chat("why?", "<think>because"),
        {
            "messages": [
                {"role": "user", "content": "a"},
                {"role": "user", "content": "b"},
                {"role": "assistant", "content": "c"},
            ]
        },
        {
            "messages": [
                {"role": "user", "content": "a1"},
                {"role": "assistant", "content": "b"},
                {"role": "user", "content": "c"},
            ]
        },
        {"conversations": [{"from": "robot", "value": "x"}]},
        chat("copy me please, all of me", "this is the answer that is copied"),
        chat("copy me please, all of me", "this is the answer that is copied"),
        chat("copy me please, all of me!", "this is the answer, that is copied."),
    ]
    found = check(tmp_path / "d.jsonl", rows, capsys)
    assert found["personal_data"]["rows"] == [1, 2]
    assert found["personal_data"]["detail"] == {"cn_mobile": 1, "email": 1}
    assert "13812345678" not in str(found)
    assert "a.person" not in str(found)
    for code, row in {
        "template_token": 3,
        "unfilled_slot": 4,
        "refused_answer": 5,
        "answer_says_nothing": 6,
        "unclosed_think": 7,
        "turns_do_not_alternate": 8,
        "ends_on_user": 9,
        "exact_copies": 12,
        "near_copies": 13,
    }.items():
        assert found[code]["rows"] == [row], code
    assert found["unreadable_rows"]["detail"] == {"unknown_role": 1}
    assert found["too_few_rows"]["severity"] == "critical"
    assert (found["report"]["rows"], found["report"]["usable"]) == (13, 12)


def test_a_preference_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"prompt": "q", "chosen": "a", "rejected": "a"}, {"prompt": "q", "completion": "b", "label": True}]
    found = check(tmp_path / "d.jsonl", rows, capsys)
    assert found["chosen_equals_rejected"]["rows"] == [1]
    assert found["one_label_only"]["count"] == 1


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


def test_an_empty_file_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = check(tmp_path / "d.jsonl", [], capsys)
    assert found["no_rows"]["severity"] == "critical"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("电话13812345678吧", {"cn_mobile": 1}),
        ("call 010-12345678 now", {"cn_landline": 1}),
        ("卡号6222021234567890128", {"bank_card": 1}),
        ("卡号6222021234567890127", {}),
        ("card 4111 1111 1111 1111.", {"bank_card": 1}),
        ("身份证11010519491231002X", {"cn_id_card": 1}),
        ("at 192.168.1.254", {"ip_address": 1}),
        ("加微信:shop_helper88", {"im_account": 1}),
        ("order 20250101123456789012345", {}),
        ("version 1.2.3 of 2025-01-01", {}),
    ],
)
def test_personal_data_by_kind(text: str, kinds: dict[str, int]) -> None:
    assert personal_data(text) == kinds


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
        ("普通的一句话。", []),
    ],
)
def test_text_signs(text: str, signs: list[str]) -> None:
    assert text_signs(text) == signs


def test_answer_signs() -> None:
    assert answer_signs("非常抱歉,我无法回答这个问题。") == ["refused_answer"]
    assert answer_signs("抱歉让您久等了,您的包裹今天送达。") == []
