"""Rules for accounts of chat and payment services: an id says nothing by itself, so that words have to announce it."""

from __future__ import annotations

import re

from jobs.privacy.numbers.digits import ANY_DIGIT, HAN_DIGITS
from jobs.privacy.rules import (
    GAP,
    JOIN,
    NOT_AFTER_WORD,
    NOT_BEFORE_WORD,
    Rule,
    is_quantity,
    names_another_number,
    pattern_rule,
    value_of,
    value_span,
)

# Words of the product beside 微信 and 支付宝, which are nobody's name there.
_PRODUCT = re.compile(
    r"wechat|weixin|alipay|android|iphone|windows|version|official|openid|unionid|appid|applet|miniprogram|harmony|client",
    re.IGNORECASE,
)
_ASKED_TO_ADD = re.compile(r"(?:[+➕]|加(?:我的?|个|下|一下|他|她|您)?)\s?$")


def _chat_id(text: str, match: re.Match[str]) -> float | None:
    start, end = value_span(match)
    value = value_of(match)
    if _PRODUCT.match(value) or is_quantity(text, end) or names_another_number(text, start):
        return None
    # "微信WeChat" names the product; an id has a digit or an underscore, or a word that says that it is one.
    has_mark = any(c.isdigit() or c in "_-" for c in value)
    said = match.group("join").strip() or match.group().startswith("加")
    return 0.8 if has_mark or said or _ASKED_TO_ADD.search(text, max(0, match.start() - 5), match.start()) else None


def _account_number(text: str, match: re.Match[str]) -> float | None:
    start, end = value_span(match)
    value = value_of(match)
    if (
        is_quantity(text, end)
        or names_another_number(text, start)
        or text.startswith(("年", "月", "日", "点", "版"), end)
    ):
        return None
    if re.search(r"\D", value) and (sum(map(str.isdigit, value)) < 8 or _DAY.fullmatch(value)):
        return None if value.isascii() else 0.7
    return 0.75


_DAY = re.compile(r"(?:19|20)\d\d[ -]\d\d?[ -]\d\d?")
_MARKED = r"[:=]\s?[【\[(“\"「]?"
# What people say between the name of the service and their id.
_FILLER = (
    r"(?:我的|你的|您的|他的|她的|账号|帐号|账户名?|号码|号|同[号名]|也是|联系我?|搜索?|添加|加我?|发你|给你|[吧呗么吗],?|上?找我?|私聊我?"
    r"|备注|微信|(?:uid|id|vx|wx)(?![0-9A-Za-z_-]))"
)
_WECHAT = (
    r"(?:微\s?信|[薇唯维v]\s?信|威信|徽信|[微v]❤|薇❤?|绿泡泡|绿色软件|卫星号?(?=[:是])|(?<=加我)卫星|(?<=加)卫星|加我?\s?v|加微(?![一-龥])|我的?v(?=[是:])|\+v|微号?(?=:)"
    r"|(?<![0-9A-Za-z])(?:wechat|weixin|w\s?x|v\s?x|v号)"
    rf"|(?<![0-9A-Za-z:\\/._\"'-])v(?={_MARKED}[a-z]+[_-]?[0-9]))"
)
_WECHAT_CUE = (
    r"微\s?(?:信|❤|号?:)|[薇唯维v]\s?信|薇|威信|徽信|卫星|绿泡泡|绿色软件|wechat|weixin"
    r"|[vw]\s?x|v❤|加我?\s?[v微]|我的?v|\+v|v号?:|v号"
)
_ID = r"[A-Za-z][-_A-Za-z0-9]{5,19}"
_PAY = "支付宝|支付bao|alipay|zfb"
_MAIL = r"[0-9A-Za-z._+-]{1,64}@[0-9A-Za-z-]{1,63}(?:\.[A-Za-z]{2,12}){1,2}"

RULES: tuple[Rule, ...] = (
    pattern_rule(
        "WECHAT_ID",
        "wechat",
        _WECHAT_CUE,
        rf"{_WECHAT}(?P<join>(?:{JOIN}{_FILLER}){{0,3}}{JOIN}[(]?)(?P<v>{_ID}){NOT_BEFORE_WORD}(?!\s?@)",
        0.8,
        accept=_chat_id,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "WECHAT_ID",
        "wechat_number",
        _WECHAT_CUE,
        rf"{_WECHAT}(?:{JOIN}{_FILLER}){{0,3}}{JOIN}[(]?(?P<v>[1-9]\d{{5,10}}){NOT_BEFORE_WORD}(?!\s?@|\.\d)",
        0.75,
        accept=_account_number,
        flags=re.IGNORECASE,
    ),
    pattern_rule("WECHAT_ID", "wxid", r"wxid_", rf"{NOT_AFTER_WORD}wxid_[0-9a-z]{{8,24}}", 0.95),
    pattern_rule(
        "WECHAT_ID",
        "wechat_behind",
        r"加|微信|[vw]x",
        rf"{NOT_AFTER_WORD}(?=[-_A-Z]{{1,20}}\d)(?P<v>{_ID})[】”\"」)]?\s?(?:加我?(?:微信|[vw]x|v(?![a-z]))"
        r"|,?这?就?是我的?(?:微信|[vw]x)|[(]?(?:微信|[vw]x)同号)",
        0.75,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "QQ_ID",
        "qq",
        rf"q\s?(?:q|[:号【\[“]|{ANY_DIGIT})|扣扣|叩叩|球球|企鹅|扣:|加扣",
        rf"(?:扣扣|叩叩|球球|企鹅号?|加扣|扣(?=:)|(?<![0-9A-Za-z])(?:q\s?q|q(?=[:号【\[“]|\s?{ANY_DIGIT})))(?:群|{GAP}/?{_FILLER}){{0,4}}{JOIN}[(]?"
        rf"(?P<v>[1-9]\d{{4,10}}|[1-9]\d{{1,4}}(?:[ -]\d{{2,4}}){{1,3}}"
        rf"|[{HAN_DIGITS}]{{7,11}}){NOT_BEFORE_WORD}(?!\s?@|\.\d)",
        0.75,
        accept=_account_number,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "ALIPAY_ID",
        "alipay",
        _PAY,
        rf"(?:{_PAY})(?P<join>(?:{JOIN}{_FILLER}){{0,3}}{JOIN}[(]?)"
        rf"(?P<v>2088\d{{12}}|[A-Za-z][-_A-Za-z0-9]{{5,29}}|1[3-9]\d{{9}}|{_MAIL}){NOT_BEFORE_WORD}",
        0.7,
        accept=_chat_id,
        flags=re.IGNORECASE,
    ),
    pattern_rule("ALIPAY_ID", "alipay_user", r"2088[0-9]{12}", rf"{NOT_AFTER_WORD}2088\d{{12}}{NOT_BEFORE_WORD}", 0.6),
)
