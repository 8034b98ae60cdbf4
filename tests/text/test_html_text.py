"""HTML to text: what markup becomes, and what only looks like markup."""

from __future__ import annotations

import pytest

from jobs.text.entities import unescape_entities
from jobs.text.html_text import html_to_text
from jobs.text.normalize import normalize_row
from jobs.text.whitespace import tidy_whitespace


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
        ('<pre><code><span class="k">写</span> &lt;b&gt;x&lt;/b&gt;</code></pre>', "```\n写 <b>x</b>\n```"),
        ("<p>用 &lt;b&gt;粗体&lt;/b&gt; 强调</p>", "用 <b>粗体</b> 强调"),
        ("<div><p>一</p><p>二</p><span class='x'>三</div>", "一\n\n二\n三"),
        ("用<code>pip</code>装", "用`pip`装"),
        ("a<!-- 注释 -->b", "ab"),
        ("<div>\n  <p>您好</p>\n  <ul>\n    <li>一</li>\n    <li>二</li>\n  </ul>\n</div>", "您好\n\n- 一\n- 二"),
        ("<p class=MsoNormal>您好<o:p></o:p></p>", "您好"),
        ("<style>.a{}</style><p>尊敬的客户您好，已发货</p><script>document.x</script>", "尊敬的客户您好，已发货"),
        (
            "<!DOCTYPE html><html><head><title>信</title></head><body><!--[if mso]>x<![endif]-->"
            f"<p>{'您好' * 20}</p></body></html>",
            "您好" * 20,
        ),
        ("<html><body><h1>登录</h1></body></html>", None),
        ("<b>标签</b>：全新<br>", "标签：全新"),
        (
            "为您生成一个优惠代码<br>付 PHP 500 请创建一个小程序订单",
            "为您生成一个优惠代码\n付 PHP 500 请创建一个小程序订单",
        ),
        ("<article>正文</article><div>底部</div>", "正文\n\n底部"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("用<div>布局", "用<div>布局"),
        ("WHERE a<b AND c>d; if (a<i && i>b)", None),
        ("请总结：<article>\n今天\n</article>", None),
        ("cmd <input> <output>", None),
        ("<person><name>张三</name><address>北京</address></person>", None),
        ("HTML 用 <b>粗体</b> 加粗，&nbsp; 是空格", None),
        ("<p>标签用来分段，<br>标签用来换行。", None),
        ("What does the <a href='x'> tag do? <a href='y'>z</a>", None),
        ('const x = <div id="a">{name}</div>;', None),
        ('{\n    "help": "<p>Backup</p>",', None),
        ("| 项 | 说明 |\n| --- | --- |\n| 一 | 先<br>后<br/>再 |", None),
        ("示例代码：\n<ul>\n  <li>一</li>\n</ul>", None),
        ("你可以写：\n<script>\nalert(1)\n</script>\n这样打开时就有提示了", None),
        ("using <br> to part lines", "using <br> to part lines"),
        ("<template>\n<p>页面</p></template>", "<template>\n<p>页面</p></template>"),
    ],
)
def test_html(html: str, text: str | None) -> None:
    assert tidy_whitespace(html_to_text(html)) == (html if text is None else text)


def test_what_a_question_asks_for_stays_in_the_answer() -> None:
    """A row that asks for a page keeps the tags of the answer, which alone would look like a page's leftovers."""
    answer = "<h1>菜单</h1>\n<ul>\n  <li>茶</li>\n</ul>"
    row = {"messages": [{"role": "user", "content": "写一个网页"}, {"role": "assistant", "content": answer}]}
    once, counts = normalize_row(row)
    assert once["messages"][1]["content"] == answer and counts == {}
    row["messages"][0]["content"] = "有什么"
    assert normalize_row(row)[0]["messages"][1]["content"] == "菜单\n\n- 茶"


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
