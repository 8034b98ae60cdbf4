"""Rules for addresses of machines and accounts: e-mail, links with personal parameters, IP, MAC, chat and pay ids."""

from __future__ import annotations

import ipaddress
import re

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

_FILE_ENDINGS = """
    png jpg jpeg gif svg webp js ts css py json html md txt zip mp3 mp4 pdf
"""
_NOT_TOP_LEVEL = frozenset(_FILE_ENDINGS.split())
_VERSION = re.compile(
    r"(?:版本号?|系统|固件|驱动|补丁|升级到|更新到|version|ver|v|firmware|build|release|ios|android|chrome|windows|python"
    r"|java|node|mysql|章|节|第|chapter|section)\s?[:.是为]?\s?$",
    re.IGNORECASE,
)
_ADDRESS_WORDS = re.compile(r"ip|地址|登录|网关|服务器|主机|host|server|address|ping|http|ssh", re.IGNORECASE)


def _email(_text: str, match: re.Match[str]) -> float | None:
    value = match.group()
    ending = re.split(r"[.。点]|dot", value)[-1].strip(" )]").lower()
    return None if ending in _NOT_TOP_LEVEL or value.lower().startswith("git@") else 0.95


def _ipv4(text: str, match: re.Match[str]) -> float | None:
    score = _ip(text, match)
    before = text[max(0, match.start() - 16) : match.start()]
    # 1.2.3.4 numbers a section or a version as often as a machine.
    small = all(int(part) < 20 for part in match.group().split("."))
    return None if small and not _ADDRESS_WORDS.search(before) else score


def _ip(text: str, match: re.Match[str]) -> float | None:
    try:
        address = ipaddress.ip_address(match.group())
    except ValueError:
        return None
    version = _VERSION.search(text, max(0, match.start() - 12), match.start())
    return None if address.is_loopback or address.is_unspecified or version else 0.8


def _ipv6(text: str, match: re.Match[str]) -> float | None:
    # Names of C++ are joined by two colons.
    groups = [part for part in match.group().split(":") if part]
    return _ip(text, match) if len(groups) > 2 and re.search("[0-9]", match.group()) else None


def _mac(text: str, match: re.Match[str]) -> float | None:
    if re.search("[A-Fa-f]", match.group()):
        return 0.85
    announced = re.search(
        r"mac|物理地址|硬件地址|蓝牙|网卡", text[max(0, match.start() - 16) : match.start()], re.IGNORECASE
    )
    return 0.7 if announced or ":" in match.group() else None


# Words of the product beside 微信 and 支付宝, which are nobody's name there.
_PRODUCT = re.compile(
    r"wechat|weixin|alipay|android|iphone|windows|version|official|openid|unionid|appid|applet|miniprogram|harmony|client",
    re.IGNORECASE,
)


def _chat_id(text: str, match: re.Match[str]) -> float | None:
    start, end = value_span(match)
    value = value_of(match)
    if _PRODUCT.match(value) or is_quantity(text, end) or names_another_number(text, start):
        return None
    # "微信WeChat" names the product; an id has a digit or an underscore, or a word that says that it is one.
    has_mark = any(c.isdigit() or c in "_-" for c in value)
    return 0.8 if has_mark or match.group("join").strip() else None


def _account_number(text: str, match: re.Match[str]) -> float | None:
    start, end = value_span(match)
    return None if is_quantity(text, end) or names_another_number(text, start) or _is_year(text, match) else 0.75


def _is_year(text: str, match: re.Match[str]) -> bool:
    return text.startswith(("年", "月", "日", "点", "版"), value_span(match)[1])

    # What people say between the name of the service and their id.


_FILLER = (
    r"(?:我的|你的|您的|他的|她的|账号|帐号|账户名?|号码|号|同号|也是|联系我?|搜索?|添加|加我?|发你|给你"
    r"|备注|微信|(?:id|vx|wx)(?![0-9A-Za-z_-]))"
)
_WECHAT = (
    r"(?:微\s?信|薇\s?信|威信|徽信|微❤|v信|薇❤?|卫星(?=[:])|加v|\+v|(?<![0-9A-Za-z])(?:wechat|weixin|wx|vx)"
    r"|(?<![0-9A-Za-z:\\/._\"'-])v(?=:\s?[a-z]+[_-]?[0-9]))"
)
_WECHAT_CUE = r"微\s?信|薇|威信|徽信|微❤|卫星|wechat|weixin|[vw]x|v信|加v|\+v|v:"
_WHOSE = (
    "(?:user|cust|customer|contact|receiver|recv|buyer|member|link|login|login_|home|cell|my|real|full|nick|first|last"
    "|auth|access|refresh|wx|bank|cert)"
)
_PERSONAL = (
    rf"(?:{_WHOSE}[_-]?)?(?:phone|mobile|mobile_?phone|telephone|(?<![a-z])tel|e-?mail|mail|addr|address|birth(?:day|date)?)"
    rf"(?:_?(?:number|num|no))?|{_WHOSE}[_-]?name|consignee|receiver|(?:cert|(?:bank_?)?card|id_?(?:card)?)_?(?:number|num|no)"
    rf"|id_?card|bank_?card|(?:{_WHOSE}[_-]?)?token|session_?(?:id|key)?|sid|ticket|open_?id|union_?id|uid|cust_?id"
    "|(?:user|member|customer)_?id|wechat|weixin|wx_?id|qq"
)
_VALUE = r"[^&#;\s<>\"'{}|\\^`，。；！？、）】一-龥*$]"
_AS_NAME = re.compile(r"(?:%[0-9A-Fa-f]{2}){3,}|[一-龥]{2,}|[A-Z][a-z]+(?:[+ ]|%20)[A-Z][a-z]+")


def _url_value(_text: str, match: re.Match[str]) -> float | None:
    parameter, value = match.group("key").lower(), value_of(match)
    if parameter == "name":
        return 0.6 if _AS_NAME.match(value) else None
    account = re.match(r"(?:.*token|session|sid|ticket|open|union|uid|.*id$)", parameter)
    return 0.6 if len(value) >= (4 if account else 2) and value.lower() not in _EMPTY else None


_EMPTY = frozenset("null none undefined true false test xxx xxxx string value your_token".split())  # noqa: SIM905  # one list of words

_ENDINGS = "(?:com|cn|net|org|edu)"
# A host in which dots may be spelt, up to the last of them.
_DOT = r"\s?(?:点|[(\[{<]\s?(?:dot|点)\s?[)\]}>]|(?<=\s)dot(?=\s))\s?"
_HOST = rf"[0-9A-Za-z-]{{1,40}}(?:(?:\.|{_DOT})[0-9A-Za-z-]{{1,40}}){{0,3}}"

RULES: tuple[Rule, ...] = (
    pattern_rule(
        "EMAIL_ADDRESS",
        "email",
        r"@",
        r"(?<![0-9A-Za-z._%+-])[0-9A-Za-z_][0-9A-Za-z._%+-]{0,63}(?:@|\s@\s)"
        # A Chinese full stop for a dot, or a space after it, before the endings that everybody knows.
        rf"(?:(?:[0-9A-Za-z-]{{1,63}}(?:\.|。|\s?\.\s?)){{1,4}}{_ENDINGS}(?![0-9A-Za-z_-]|\.[A-Za-z])"
        rf"|(?:[0-9A-Za-z-]{{1,63}}\.){{1,6}}(?:[A-Za-z]{{2,24}}(?![0-9A-Za-z_-])|{_ENDINGS}(?=[0-9])))",
        0.95,
        accept=_email,
    ),
    pattern_rule(
        "EMAIL_ADDRESS",
        "email_in_words",
        r"(?:艾特|#at#|[(\[{<]\s?at\s?[)\]}>]|\sat\s|@)\s?[0-9A-Za-z-]{1,40}\s?(?:[.点(\[{<]|dot)",
        rf"(?<![0-9A-Za-z._%+-])[0-9A-Za-z_][0-9A-Za-z._%+-]{{1,40}}"
        rf"(?:\s?(?:[(\[{{<]\s?at\s?[)\]}}>]|艾特|#at#)\s?{_HOST}(?:\.|{_DOT})|(?:\sat\s|\s?@\s?){_HOST}{_DOT})"
        r"(?:com|cn|net|org|edu|gov|io|me|cc|co|hk|tw)(?:(?:\.|点)cn)?(?![0-9A-Za-z_-])",
        0.85,
        accept=_email,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "URL",
        "url_value",
        r"[?&;][a-z_\-]{2,26}=",
        rf"(?:[?&;]|\?.{{0,200}}?&amp;|&amp;)(?P<key>{_PERSONAL}|name)=(?P<v>{_VALUE}{{1,256}}|[一-龥·]{{2,12}})",
        0.6,
        accept=_url_value,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "IP_ADDRESS",
        "ipv4",
        r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
        r"(?:(?<![0-9A-Za-z.])|(?<=ip))(?:\d{1,3}\.){3}\d{1,3}(?![0-9A-Za-z]|\.\d)",
        0.8,
        accept=_ipv4,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "IP_ADDRESS",
        "ipv6",
        r"[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{0,4}:",
        r"(?<![0-9A-Za-z.])(?<![0-9A-Fa-f:]:)[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])",
        0.8,
        accept=_ipv6,
    ),
    pattern_rule(
        "MAC_ADDRESS",
        "mac",
        r"[0-9A-Fa-f]{2}[:\-][0-9A-Fa-f]{2}[:\-][0-9A-Fa-f]{2}[:\-]|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.",
        r"(?<![0-9A-Za-z])(?<![^0-9A-Za-z][0-9A-Fa-f]{2}[:\-])(?:[0-9A-Fa-f]{2}(?P<s>[:\-])(?:[0-9A-Fa-f]{2}(?P=s)){4}[0-9A-Fa-f]{2}"
        r"|(?=[0-9.]{0,13}[A-Fa-f])[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?![0-9A-Za-z:\-]|\.[0-9A-Za-z])",
        0.85,
        accept=_mac,
    ),
    pattern_rule(
        "MAC_ADDRESS",
        "announced_mac",
        "mac",
        rf"(?<![0-9A-Za-z])mac(?:地址|\s?address)?{JOIN}(?P<v>[0-9A-F]{{12}})(?![0-9A-Za-z])",
        0.85,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "WECHAT_ID",
        "wechat",
        _WECHAT_CUE,
        rf"{_WECHAT}(?P<join>(?:{JOIN}{_FILLER}){{0,3}}{JOIN}[(（]?)"
        rf"(?P<v>[A-Za-z][-_A-Za-z0-9]{{5,19}}){NOT_BEFORE_WORD}(?!\s?@)",
        0.8,
        accept=_chat_id,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "WECHAT_ID",
        "wechat_number",
        _WECHAT_CUE,
        rf"{_WECHAT}(?:{JOIN}{_FILLER}){{0,3}}{JOIN}[(（]?(?P<v>[1-9]\d{{5,10}}){NOT_BEFORE_WORD}(?!\s?@|\.\d)",
        0.75,
        accept=_account_number,
        flags=re.IGNORECASE,
    ),
    pattern_rule("WECHAT_ID", "wxid", r"wxid_", rf"{NOT_AFTER_WORD}wxid_[0-9a-z]{{8,24}}", 0.95),
    pattern_rule(
        "QQ_ID",
        "qq",
        r"q\s?(?:q|[0-9:号])|扣扣|球球|企鹅",
        rf"(?:扣扣|球球|企鹅号?|(?<![0-9A-Za-z])(?:q\s?q|q(?=[:号]|\s?\d)))(?:群|{GAP}{_FILLER}){{0,4}}{JOIN}[(（]?"
        rf"(?P<v>[1-9]\d{{4,10}}){NOT_BEFORE_WORD}(?!\s?@|\.\d)",
        0.75,
        accept=_account_number,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "ALIPAY_ID",
        "alipay",
        "支付宝|alipay",
        rf"(?:支付宝|alipay)(?P<join>(?:{JOIN}{_FILLER}){{0,3}}{JOIN}[(（]?)"
        rf"(?P<v>2088\d{{12}}|[A-Za-z][-_A-Za-z0-9]{{5,29}}|1[3-9]\d{{9}}|[0-9A-Za-z._+-]{{1,64}}@[0-9A-Za-z-]{{1,63}}"
        rf"(?:\.[A-Za-z]{{2,12}}){{1,2}}){NOT_BEFORE_WORD}",
        0.7,
        accept=_chat_id,
        flags=re.IGNORECASE,
    ),
    pattern_rule("ALIPAY_ID", "alipay_user", r"2088[0-9]{12}", rf"{NOT_AFTER_WORD}2088\d{{12}}{NOT_BEFORE_WORD}", 0.6),
)
