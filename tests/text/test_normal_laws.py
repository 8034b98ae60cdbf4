"""Laws of normalisation for any text and any switches: twice is once, nothing raises, time is linear."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.text.normalize import STEPS, normalize, normalize_row
from jobs.text.params import NormalizeParams
from jobs.text.plain import plain_check
from jobs.text.trace import trace

ALL = NormalizeParams(
    width="full",
    quotes="corner",
    urls="placeholder",
    mentions="placeholder",
    collapse_spaces=True,
    max_punctuation_run=1,
    traditional_to_simplified="t2s",
)
# Markup, code and JSON in pieces, encoding damage, marks of all widths, scripts, joiners, surrogates.
_HOSTILE = """
&amp; lt; & ; &#38; &#4 &#57; <b> </b> <p> <br> <td> </td> <tr> <table> </table> <ul> <ol> <li> </ul> <pre> </pre>
<code>
</code> <!-- --> <| |> <PHONE_1> <tool_call> </tool_call> ``` ` ~ $$ $ \\( \\) x^2 { } {"a": "} | [ ] {"a":1} http://a.b/
https://t.cn/x。 a.b@c.com @小美 @abc ( ) , ! ? : ; . … 。 ， ！ ？ ！？ ： ； （ ） ～ · — " ' “ ” ‘ ’ 「 」 『
Ａ １ － ＝ ＜ ＞ ＆ 1 a 中 文 坏 打 乾 後 著 看著 藉口 程式 の ア ｶﾞ ﬁ é e \u0301 Ã© Ã Â â€™ ï¼ 锛 鐨 ا 👍
<script> </script> <style>x</style> <name> </name> <p class="a"> <o:p> <article> </article> HTML 标签 return( ="<
\\n \\r\\n \\u4f60\\u597d \\ 浣犲ソ 浣犲ソ鍚? 锛侊 璋㈣阿 枸杞茶花 ｡ ﾟ ﾉ ﾞ \u061c \u180e ന് 🟩
\U0001f3f4 \U000e0041 \ufe0f \u200d \u202e \ufffd \U000f0000 \ud83d \ude00 \x00 \xad \x1b[31m
"""
_BLANKS = ["\n  ", "\n    ", "\n", " ", "  ", "\n\n\n", "\t", "\r", "\x85", "\xa0", "\u3000"]
_PIECE = st.one_of(st.sampled_from([*_HOSTILE.split(), *_BLANKS]), st.text(st.characters(codec=None), max_size=4))
TEXTS = st.lists(_PIECE, max_size=14).map("".join)
SWITCHES = st.builds(
    NormalizeParams,
    escapes=st.booleans(),
    mojibake=st.booleans(),
    control_characters=st.booleans(),
    html=st.booleans(),
    whitespace=st.booleans(),
    collapse_spaces=st.booleans(),
    punctuation_runs=st.booleans(),
    emoji_runs=st.booleans(),
    max_punctuation_run=st.integers(1, 5),
    max_emoji_run=st.integers(1, 4),
    unicode=st.sampled_from(["keep", "nfc", "nfkc"]),
    width=st.sampled_from(["keep", "mixed", "half", "full"]),
    quotes=st.sampled_from(["keep", "straight", "curly", "corner"]),
    urls=st.sampled_from(["keep", "placeholder", "drop"]),
    mentions=st.sampled_from(["keep", "placeholder", "drop"]),
    traditional_to_simplified=st.sampled_from(["keep", "t2s", "hk2s", "tw2sp"]),
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, SWITCHES)
def test_twice_is_once_and_the_trace_tells_it(text: str, params: NormalizeParams) -> None:
    once, counts = normalize(text, params)
    assert normalize(once, params) == (once, {})
    changes = trace(text, params)
    assert {change.step for change in changes} == set(counts)
    assert [text, *(c.after for c in changes)] == [*(c.before for c in changes), once]
    assert all(getattr(params, step) not in (False, "keep") for step in counts)


_PIECES_OF_PROSE = """
您好 ！！！！ <b> </b> <p> &amp; &lt; <br/> Ａ \\n 浣犲ソ \u200b ～ 👍👍 (
"""
_PROSE = st.lists(st.sampled_from([*_PIECES_OF_PROSE.split(), "\r\n"])).map("".join)
_CODE = st.lists(_PIECE, max_size=8).map("".join).filter(lambda code: "`" not in code and "\U000f0000" not in code)


@settings(max_examples=100, deadline=None)
@given(_PROSE, _CODE, _PROSE, SWITCHES)
def test_code_and_tool_calls_stay_bit_by_bit(before: str, code: str, after: str, params: NormalizeParams) -> None:
    for kept in (f"```py\n{code}\n```", f"<tool_call>{code.replace('<', '')}</tool_call>"):
        assert kept in normalize(f"{before}\n{kept}\n{after}", params)[0]


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3), SWITCHES)
def test_a_row_twice_is_once(texts: list[str], params: NormalizeParams) -> None:
    """Whether a row is about markup is asked of all its texts, and must be answered alike when it comes again."""
    row = {"messages": [{"role": "user", "content": text} for text in texts]}
    once, counts = normalize_row(row, params)
    again = normalize_row(once, params)
    assert [m["content"] for m in again[0]["messages"]] == [m["content"] for m in once["messages"]]
    assert again[1] == {} and bool(counts) == (once["messages"] != row["messages"])


_ORDINARY = st.text(
    st.sampled_from("我们订单到了的后著打坏 ab1A.,!?:;()，。！？：；（）“”‘’「」…—\n\"'&<@/"), max_size=24
)


@settings(max_examples=300, deadline=None)
@given(_ORDINARY, SWITCHES)
def test_what_passes_as_plain_is_changed_by_no_step(text: str, params: NormalizeParams) -> None:
    if plain_check(params)(text):
        for name, step in STEPS.items():
            if getattr(params, name) not in (False, "keep"):
                assert step(text, params) == text, name


def test_a_text_that_never_comes_to_rest_stays_as_it_is() -> None:
    """Each tag that goes makes a new one of what stood around it: fifty deep, as no tool writes."""
    text = "<b" * 50 + "<b></b>" + ">" * 50 + "</b>"
    once, counts = normalize(text)
    assert normalize(once) == (once, {})
    assert (once == text) == (counts == {})


_REPEATED = """
<b> &amp; amp; ` {{ ！ 锛 👍 👍\u200d <!-- <pre> <pre>x <code> \\[ aaaaaaaa $$ $a^ {"a": {"a":1} <table> <tr><td>
<ul><li> <script> <style></style> <a1> <head></head> <!doctype <![if]> 代码 写一个 create\\x20a
<o:p> <p\\x20x=1 浣犲ソ 锛? 锛\ufffd 鍚€ 鍚a \\n \\u4f60\\u597d ｶﾞ ﾞ
\u0316\u0301 ＋ (中 @a " “ ... !? ！？ \ufe0f \U000e0041 \x1b[ <a \xad \ud83d &#4 乾 中, <tool_call> Ã© 😀😁
"""


@pytest.mark.parametrize("piece", [*_REPEATED.split(), "```\n", " ", "\t", "\n ", " \n", "中 "])
def test_time_is_linear(piece: str) -> None:
    def seconds(characters: int) -> float:
        start = time.process_time()
        normalize("中A" + piece * (characters // len(piece)) + "文x", ALL)
        return time.process_time() - start

    seconds(1_000)
    # Four times the text: about four times as long, where a quadratic expression would take sixteen times.
    assert seconds(20_000) < 8 * seconds(5_000) + 0.3
