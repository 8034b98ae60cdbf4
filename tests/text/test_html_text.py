"""HTML to text: what markup becomes, and what only looks like markup."""

from __future__ import annotations

import pytest

from jobs.text.entities import unescape_entities
from jobs.text.html_text import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>一<br>二</div>", "一\n二"),
        ("<ul><li>甲</li><li>乙<ol><li>a</li><li>b</li></ol></li></ul>", "- 甲\n- 乙\n  1. a\n  2. b"),
        (
            "<table><tr><th>尺码</th><th>身高</th></tr><tr><td>S</td><td>155<br>160</td></tr></table>",
            "| 尺码 | 身高 |\n| --- | --- |\n| S | 155 160 |",
        ),
        ("<table><tr><td>a|b</td><td>c</td></tr><tr><td>d</td></tr></table>", "| a\\|b | c |\n| --- | --- |\n| d |  |"),
        ("<table><tr><td><p>一列</p></td></tr><tr><td>两行</td></tr></table>", "一列\n两行"),
        ('<a href="https://a.cn">点<b>这里</b></a>', "点这里"),
        ("<pre><code>if a &lt; b:\n  pass</code></pre>", "```\nif a < b:\n  pass\n```"),
        ("用<code>pip</code>装", "用`pip`装"),
        ("a<!-- 注释 -->b", "ab"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("用<div>布局", "用<div>布局"),
        ("using <br> to part lines", "using <br> to part lines"),
        ("<template>\n<p>页面</p></template>", "<template>\n<p>页面</p></template>"),
    ],
)
def test_html(html: str, text: str) -> None:
    assert html_to_text(html).strip() == text


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        ("&lt;b&gt; &#20320;&#x597D; &nbsp;", "<b> 你好 \xa0"),
        ("&amp;amp;amp;lt;", "<"),
        ("&am&#112;;&#4&#57;;", "&1"),
        ("a?x=1&copy=2 AT&T &unknown;", "a?x=1&copy=2 AT&T &unknown;"),
        ("&#0;&#xD800;&#128;", "\ufffd€"),
    ],
)
def test_entities(escaped: str, text: str) -> None:
    assert unescape_entities(escaped) == text


def test_entities_spelt_by_entities_take_linear_time() -> None:
    """``&#5`` before a 5 that is itself such an entity, fifty thousand deep: a pass for each would take minutes."""
    deep = "&#5" * 50_000 + "5" + ";" * 50_000
    assert "&#55;" not in unescape_entities(deep)
