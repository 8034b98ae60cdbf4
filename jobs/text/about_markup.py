"""Tells a text that is about markup or programs from one that has markup left in it: what it shows must stay."""

from __future__ import annotations

import re

# What a page's program says is not what its text is about.
PROGRAM_OF_PAGE = re.compile(
    r"<(?P<part>script|style)(?:\s[^<>]*)?>(?:(?!<(?:script|style)).)*?</(?P=part)\s*>", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"<[/!]?[A-Za-z-][^<>]*>")
# Languages that are written in tags or write them, as words of the prose; not in a path or a file's name.
_LANGUAGE = re.compile(
    r"(?<![A-Za-z0-9./_@-])(?:x?html5?|xml|jsx|css3?|markup language|javascript|jquery"
    r"|php(?! ?[0-9])|jinja2?|vue\.js|asp\.net)"
    r"(?![A-Za-z0-9_/@-])|转义",
    re.IGNORECASE,
)
# A shop's codes, forms and mini programs are none.
_REQUEST = re.compile(
    r"(?:编写|设计|制作|创建|开发|(?<!填)写)(?:一个|一份|一段|个|段|出)[^。，\n]{0,20}"
    r"(?:网页|页面|表单|(?<!优惠)(?<!折扣)(?<!邀请)代码|(?<!小)程序)"
    r"|(?<![a-z])(?:create|write|build|make|design|generate|develop)\s(?:me\s)?(?:a|an|the|some)\s[^.\n]{0,40}"
    r"(?:web ?page|web ?site|landing page|code (?:for|to|that|which|snippet)"
    r"|(?:web|login|contact|registration|sign-?up) form)"
    r"(?![a-z])",
    re.IGNORECASE,
)
# "The <b> tag", "<p>标签用来分段"; but "<b>标签</b>" and "<p>标签：全新" are a shop's.
_MENTION = re.compile(
    r"(?:\b(?:[Tt]he|[Aa]n?|[Tt]his)\s[`\"“]?<[A-Za-z][^<>]{0,80}>[`\"”]?\s(?:tag|element)"
    r"|<[A-Za-z][A-Za-z0-9]{0,15}(?:\s[^<>]{0,80})?/?>[`\"”]?[ ]?"
    r"(?:(?:标签|元素|标记)(?=[用可来中里内的表和与或是会将包定必应代，。、；）)\s]|\Z)|(?:tags?|elements?)(?![\w:<]|\s*<)))"
)
# A listing, markup as a value of a program, attributes that only templates have.
_PROGRAM = re.compile(
    r"(?:代码|源码|模板|脚本|示例|\b[Cc]ode|[Ss]nippet|[Ee]xample)[^\n<。]{0,30}[:：][ \t]*\n\s{0,20}<[A-Za-z/!]"
    r"|(?:\breturn|=>|\becho|[=(+,]|[\"']:|^)\s{0,20}\(?\s{0,9}[bfru]?[\"'`]<[A-Za-z/!]"
    r"|(?:\breturn|=>|\b(?:const|let|var)\s\w{1,40}\s=)\s{1,9}\(?\s{0,9}<[A-Za-z]"
    r"|\bclassName=|\bon[A-Z][a-z]+=\{|\sv-(?:if|for|model|bind|on|show)\b|\sng-[a-z]+=|\s@click=|\{%"
    r"|\bconsole\.log\(|\bdocument\.|\bSystem\.out|#include\s?<|^import [a-z]|^from [a-z.]+ import "
    r"|\bfunction\s?\w{0,40}\(",
    re.MULTILINE,
)


def is_about_markup(text: str) -> bool:
    """True for prose that names a markup language, asks for a page or mentions a tag, and for listings of programs."""
    if "<" not in text:
        return _LANGUAGE.search(text) is not None or _REQUEST.search(text) is not None
    text = PROGRAM_OF_PAGE.sub(" ", text)
    if _MENTION.search(text) or _PROGRAM.search(text):
        return True
    prose = _TAG.sub(" ", text)
    return _LANGUAGE.search(prose) is not None or _REQUEST.search(prose) is not None
