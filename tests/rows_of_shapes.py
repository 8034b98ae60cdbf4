"""Rows of every shape with invented personal data, and a policy in which each operator has something to do."""

from __future__ import annotations

from typing import Any

from jobs.cleaning.cleaner import default_params
from jobs.privacy.params import PrivacyParams
from jobs.privacy.secrets import KEY_VARIABLE, SALT_VARIABLE

PHONE, MAIL, CARD, NAME = "13912345678", "wang.xiaoming@example.com", "11010519491231002X", "王小明"
SECRETS = {SALT_VARIABLE: "a salt that nobody shall see", KEY_VARIABLE: "a2V5IHRoYXQgbm9ib2R5IHNoYWxsIHNlZSwgbmV2ZXI="}
POLICY = {"PERSON": "surrogate", "PHONE_NUMBER": "hash", "EMAIL_ADDRESS": "mask", "CN_ID_CARD": "drop_row"}
CALL = f"我叫{NAME}，电话是{PHONE}，请尽快联系我！！！！"
ANSWER = f"{NAME}先生您好，已经为您记下{PHONE}，客服会尽快联系您。"
_ARGUMENTS = f'{{"to": "{PHONE}", "who": "{NAME}"}}'
_CALL = {"id": "c1", "type": "function", "function": {"name": "call", "arguments": _ARGUMENTS}}
_TOOL = {"type": "function", "function": {"name": "call", "description": "拨打电话", "parameters": {"type": "object"}}}
SHAPES: dict[str, dict[str, Any]] = {
    "text": {"text": CALL},
    "a copy": {"text": CALL},
    "short": {"text": "嗯"},
    "dropped by the policy": {"text": f"我的身份证号是{CARD}，请核对一下。"},
    "unreadable": {"text": 5},
    "odd characters": {"text": f"‮שלום {PHONE}​ 😀😀😀😀😀😀 café，电话{PHONE}"},
    "question and answer": {"instruction": CALL, "input": f"邮箱 {MAIL}", "output": ANSWER, "shop": NAME},
    "turns": {
        "messages": [
            {"role": "user", "content": CALL},
            {"role": "assistant", "content": ANSWER},
            {"role": "user", "content": f"对，我是{NAME}，邮箱{MAIL}&nbsp;谢谢"},
            {"role": "assistant", "content": f"收到，{NAME}先生，确认邮件会发到{MAIL}，请您查收。"},
        ]
    },
    "tools": {
        "messages": [
            {"role": "user", "content": f"请给{NAME}打电话，号码{PHONE}，谢谢。"},
            {"role": "assistant", "content": None, "tool_calls": [_CALL]},
            {"role": "tool", "content": f'{{"callee": "{PHONE}"}}', "tool_call_id": "c1"},
            {"role": "assistant", "content": f"已经拨打{PHONE}，{NAME}先生没有接听，请稍后再试。"},
        ],
        "tools": [_TOOL],
    },
    "preference": {
        "prompt": [{"role": "user", "content": CALL}],
        "chosen": [{"role": "assistant", "content": ANSWER}],
        "rejected": [{"role": "assistant", "content": f"好的，{NAME}，我们会打{PHONE}这个电话的。"}],
    },
    "images": {
        "messages": [
            {"role": "user", "content": f"<image>这张发票是{NAME}的吗？电话{PHONE}"},
            {"role": "assistant", "content": f"是的，发票的抬头是{NAME}，电话是{PHONE}。"},
        ],
        "images": ["bill.png"],
    },
}


def params() -> dict[str, Any]:
    """The steps with that policy and a sealed mapping; ``SECRETS`` have to be in the environment."""
    return {**default_params(), "remove_pii": PrivacyParams(policy=POLICY, mapping=True)}
