"""Names in Latin letters in Chinese text: which runs of letters are weighed, what is found and what is left alone."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.privacy.names.latin_evidence import CUE, latin_inside, latin_runs
from jobs.privacy.names.running import find_running_names
from jobs.privacy.view import fold


def runs_in(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in latin_runs(text)]


def names_in(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in sorted(find_running_names(fold(text).text))]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("客服Amy为您服务", ["Amy"]),
        ("记者(Mike Smith)报道", ["Mike Smith"]),
        ("随着J.K. Rowling的小说", ["J.K. Rowling"]),
        ("型号X2000和a_b还有v1.2", []),
        ("见https://example.com/Tom与a@example.com", []),
        ("他说The quick brown fox jumps over", []),
        ("Tom and Jerry", []),
        ("A款", []),
    ],
)
def test_runs(text: str, runs: list[str]) -> None:
    assert runs_in(text) == runs


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("帮我转给Vivian，谢谢", ["Vivian"]),
        ("Kevin和Cathy一起来的", ["Kevin", "Cathy"]),
        ("这单是leo处理的", ["leo"]),
        ("请Jason接一下电话", ["Jason"]),
    ],
)
def test_finds(text: str, names: list[str]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "支持WiFi和APP吗",
        "iPhone充不进电",
        "尺码XL偏大，SKU选错了",
        "用Excel导出，用Python也行",
        "Nike打折吗，Adidas呢",
        "Windows系统能装吗",
        "收到OK，谢谢亲",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert names_in(text) == []


def test_evidence_tells_case_words_and_classes() -> None:
    assert "mTT-" in latin_inside("KenRolston")
    assert "ml-" in latin_inside("amy")
    assert "iGs" in latin_inside("Amy")
    assert latin_inside("Amy") != latin_inside("Error")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("Aby'-. ·张的1_/(，"), max_size=30))
def test_a_text_without_the_cue_has_no_run(text: str) -> None:
    runs = list(latin_runs(text))
    assert not runs or re.search(CUE, text)
    assert all(before[1] <= after[0] for before, after in pairwise(runs))
