"""The page of a deduplication: what it shows, that it stays small, and that no text of a row can break it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.tools.dedup import main
from jobs.tools.dedup_page import report_html
from jobs.tools.dedup_report import DedupReport, Shown, ShownCluster, ShownPair
from jobs.tools.pages import safe
from jobs.tools.text_diff import differences

HOSTILE = [
    "<script>alert(1)</script>",
    "</div></article></body></html><img src=x onerror=alert(1)>",
    "</style><style>body{display:none}",
    "' onmouseover='alert(1)",
    '" onload="alert(1)',
    "\u202eright to left\u202c \u2066isolate",
    "nul \x00 bell \x07 escape \x1b[31m",
    "half a pair \ud800 here",
    "zero\u200bwidth\ufeff",
    "&lt;already&amp;escaped",
    "x" * 1_000_000,
    "",
]
_KNOWN = """
    html head meta title style body h1 h2 p div table tr td ul li details summary pre figure figcaption
    svg rect text line article strong span mark code
"""
TAGS = set(_KNOWN.split())


class Tags(HTMLParser):
    """The tags and attributes of a page, and whether each that opened was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in ("meta", "rect", "line"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line"):
            assert self.open.pop() == tag


def check(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    assert tags.seen <= TAGS
    assert not tags.open
    assert not {name for name in tags.attributes if name.startswith("on") or name in ("src", "href")}
    assert "http:" not in page and "https:" not in page
    assert not any(char in page for char in "\x00\x07\x1b\u202e\u2066\u200b\ufeff")
    page.encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_the_page(text: str) -> None:
    pair = ShownPair(Shown(text[:500], text), Shown("b", "before " + text + " after"), 0.8, text[:100])
    cluster = ShownCluster(pair.first, 12, 3, 9, [pair])
    report = DedupReport(text[:500], [text[:500]], {text[:500]: 3}, [text[:500]])
    report.above, report.below, report.clusters, report.sizes = [pair], [pair], [cluster], {"2 rows": 1}
    page = report_html(report)
    check(page)
    assert len(page) < 50_000


@given(st.text(st.characters(codec=None), max_size=35), st.text(max_size=35))
def test_a_difference_holds_both_texts(a: str, b: str) -> None:
    for text, runs in zip((a, b), differences(a, b), strict=True):
        assert "".join(run.text for run in runs) == text
    same = [["".join(run.text for run in runs if run.kind == "same")] for runs in differences(a, b)]
    assert same[0] == same[1]
    assert not set(safe(a).encode().decode()) & set("<>\x00\u202e\u200b")


def test_differences_are_words_and_characters() -> None:
    first, second = differences("退货在3天内办理 fast delivery", "退货在7天内办理 slow delivery")
    assert [run.text for run in first if run.kind == "only"] == ["3", "fast"]
    assert [run.text for run in second if run.kind == "only"] == ["7", "slow"]


def test_long_equal_runs_are_cut_but_differences_are_not() -> None:
    first, second = differences("a " * 5_000 + "left", "a " * 5_000 + "right")
    assert [run.text for run in first if run.kind == "only"] == ["left"]
    assert sum(len(run.text) for run in second) < 200
    assert [run.kind for run in second] == ["cut", "same", "only"]


def test_the_page_of_a_file_shows_what_a_threshold_is_judged_by(tmp_path: Path) -> None:
    order = "您好，您的订单 {} 已经在 {} 天内从上海仓库发出，请您注意查收，如有问题请联系在线客服，祝您生活愉快。"
    rows = [{"id": f"t{i}", "text": order.format(1000 + i, i % 9 + 1)} for i in range(30)]
    rows += [
        {"id": f"s{i}", "text": f"<script>alert({i})</script> how do I return an item that is broken"} for i in range(3)
    ]
    source, page = tmp_path / "in.jsonl", tmp_path / "page.html"
    source.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    options = [str(source), str(tmp_path / "out.jsonl"), "--column", "text", "--html", str(page), "--force"]
    assert main(["near", *options, "--threshold", "0.8"]) == 0
    text = page.read_text("utf-8")
    check(text)
    for heading in ("Just above the threshold", "Just below the threshold", "Merged although they differ", "Clusters"):
        assert f"<h2>{heading}</h2>" in text
    assert "threshold 0.80" in text
    assert "<summary>different numbers" in text
    assert "<mark>1" in text
    assert main(["near", *options, "--threshold", "0.8", "--guards", "numbers"]) == 0
    assert "<h2>Kept apart by a guard</h2>" in page.read_text("utf-8")
    assert main(["exact", *options]) == 0
    check(page.read_text("utf-8"))
    assert main(["semantic", *options, "--model", "lexical", "--threshold", "0.95"]) == 0
    text = page.read_text("utf-8")
    check(text)
    assert "cosine of shared characters (lexical)" in text
    assert "different numbers" in text
