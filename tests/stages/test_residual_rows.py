"""What is left after remove_pii, counted by Spark: the same rows as Python sees."""

from __future__ import annotations

from collections import Counter

from jobs.lake.measure import summarise_rows
from jobs.privacy.residual import RESIDUAL_PATTERNS, residual


def test_a_second_look_counts_rows_by_kind_and_agrees_with_python(row, frame) -> None:
    texts = [
        "电话<PHONE_1>，订单号13800138000，共13800138000元",
        "１３８００１３８０００，a@b.com",
        "幺三八零零一三八零零零",
        "姓名：张伟，京A12345\u200b6",
        "住在建国路88号3单元，护照号E12345678，生日1990-05-03",
        "微信：abc123456 https://a.cn/x?a=1&token=abc123 203.0.113.7",
        "00:1A:2B:3C:4D:5E 010-62345678 11010519491231002X 91330100799655058B 6222 0212 3456 7890 128",
        "",
    ]
    rows = [row(i, "你好", text) for i, text in enumerate(texts)]
    summary = summarise_rows("remove_pii", frame(rows, 1), None, list(RESIDUAL_PATTERNS))
    expected = Counter(kind for text in texts for kind in residual(text))
    assert summary.residual == {kind: expected[kind] for kind in RESIDUAL_PATTERNS}
    assert summary.residual_rows == 6
    assert summary.sheet()["residual_share"] == 6 / 8
