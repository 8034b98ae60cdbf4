"""The quick count finds what the stage's own analyzer finds, less the kinds that only Presidio has."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from jobs.privacy.analyzer import Analyzer
from jobs.privacy.counting import count_personal_data

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    "我的手机号是13812345678,邮箱a.person@example.com",
    "身份证11010519491231002X,微信:shop_helper88",
    "卡号6222021234567890128,地址北京市海淀区中关村大街1号",
    "at 192.168.1.254, written by Dr. John Smith",
    "order 20250101123456789012345, version 1.2.3 of 2025-01-01",
    "<PHONE_1> 已登记,订单号123456",
    "普通的一句话。",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_count_agrees_with_the_analyzer(text: str) -> None:
    found = Counter(span.entity.lower() for span in Analyzer().analyze(text))
    assert count_personal_data(text) == dict(found)


def test_counting_loads_no_presidio() -> None:
    code = (
        "import sys; from jobs.privacy.counting import count_personal_data as c; c('13812345678');"
        "print(sorted({'presidio_analyzer', 'pydantic', 'spacy', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
