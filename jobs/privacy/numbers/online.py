"""Rules for addresses of mailboxes and machines: e-mail, links with personal parameters, IP, MAC."""

from __future__ import annotations

import ipaddress
import re

from jobs.privacy.rules import JOIN, Rule, pattern_rule, value_of

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


def _provider_email(_text: str, match: re.Match[str]) -> float | None:
    return 0.85 if match.group("at") != "@" or "," in match.group("host") else None


def _ipv4(text: str, match: re.Match[str]) -> float | None:
    score = _ip(text, match)
    before = text[max(0, match.start() - 16) : match.start()]
    # 1.2.3.4 numbers a section or a version as often as a machine.
    small = all(int(part) < 20 for part in re.split("[.。]", match.group()))
    return None if small and not _ADDRESS_WORDS.search(before) else score


def _ip(text: str, match: re.Match[str]) -> float | None:
    try:
        address = ipaddress.ip_address(match.group().replace("。", "."))
    except ValueError:
        return None
    version = _VERSION.search(text, max(0, match.start() - 12), match.start())
    return None if address.is_loopback or str(address).startswith("255.") or address.is_unspecified or version else 0.8


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


_WHOSE = (
    "(?:user|cust|customer|contact|receiver|recv|buyer|member|link|login|login_|home|cell|my|real|full|nick|first|last"
    "|auth|access|refresh|wx|bank|cert)"
)
_PERSONAL = (
    rf"(?:{_WHOSE}[_-]?)?(?:phone|mobile|mobile_?phone|telephone|(?<![a-z])tel|e-?mail|mail|addr|address|birth(?:day|date)?)"
    rf"(?:_?(?:number|num|no))?|{_WHOSE}[_-]?name|consignee|receiver|(?:cert|(?:bank_?)?card|id_?(?:card)?)_?(?:number|num|no)"
    rf"|id_?card|bank_?card|(?:{_WHOSE}[_-]?)?token|session_?(?:id|key)?|sid|ticket|open_?id|union_?id|uid|cust_?id"
    "|(?:user|member|customer)_?id|wechat|weixin|wx_?id|qq"
    "|(?:user|login|bank|pay|buyer|seller|alipay|my)?_?acc(?:oun)?t|(?:buyer|seller|user|wang|my)?_?nick|passw(?:or)?d|pwd|sfz(?:hm?)?"
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
_DOT = r"\s?(?:点|[(\[{<]\s?(?:dot|点|\.)\s?[)\]}>]|(?<=\s)dot(?=\s))\s?"
# Mail providers that everybody knows: before them a sign that is no @ stands for one.
_PROVIDER = (
    r"(?:(?:vip\.)?(?:qq|163|126|139|189|sina|sohu|foxmail|gmail|hotmail|outlook|live"
    r"|yahoo|icloud|yeah|aliyun|tom|21cn|263))"
)
_HOST = rf"[0-9A-Za-z-]{{1,40}}(?:(?:\.|{_DOT})[0-9A-Za-z-]{{1,40}}){{0,3}}"

RULES: tuple[Rule, ...] = (
    pattern_rule(
        "EMAIL_ADDRESS",
        "email",
        r"@",
        r"(?<![0-9A-Za-z._%+-])[0-9A-Za-z_][0-9A-Za-z._%+-]{0,63}(?:@|\s@\s|@\s|\s@(?=(?:qq|163|126|139|sina|gmail|outlook|hotmail|foxmail)\.))"
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
        rf"(?:\s?(?:[(\[{{<]\s?at\s?[)\]}}>]|艾特|#at#)\s?{_HOST}(?:\.|{_DOT})|(?:\sat\s|\s?@\s?){_HOST}{_DOT}|(?<=[0-9._]\S)\sat\s{_HOST}\.)"
        r"(?:com|cn|net|org|edu|gov|io|me|cc|co|hk|tw)(?:(?:\.|点)cn)?(?![0-9A-Za-z_-])",
        0.85,
        accept=_email,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "EMAIL_ADDRESS",
        "provider_email",
        r"(?:#|\*|小老鼠|老鼠|圈a|[(]a[)]|_at_|[(]at[)]|@)\s?(?:vip\.)?(?:qq|163|126|139|189|sina|sohu|foxmail|gmail|hotmail|outlook|live|yahoo"
        r"|icloud|yeah|aliyun|tom|21cn|263)",
        rf"(?<![0-9A-Za-z._%+-])[0-9A-Za-z_][0-9A-Za-z._%+-]{{1,40}}?\s?(?P<at>#|\*|小老鼠|老鼠|圈a|[(]a[)]|_at_|[(]at[)]|@)\s?"
        rf"(?P<host>{_PROVIDER}[.,点]\s?(?:com|cn|net)(?:[.,]cn)?)(?![0-9A-Za-z_-])",
        0.85,
        accept=_provider_email,
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
        r"[0-9][.。][0-9]{1,3}[.。][0-9]{1,3}[.。][0-9]",
        r"(?:(?<![0-9A-Za-z.])|(?<=ip)|(?<=v4))(?:\d{1,3}[.。]){3}\d{1,3}(?![0-9A-Za-z]|\.\d)",
        0.8,
        accept=_ipv4,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "IP_ADDRESS",
        "ipv6",
        r"[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{0,4}:",
        r"(?:(?<![0-9A-Za-z.])|(?<=[iI][pP])|(?<=[vV]6))(?<![0-9A-Fa-f:]:)[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])",
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
        "mac|物理地址|硬件地址|网卡|蓝牙地址",
        rf"(?:(?<![0-9A-Za-z])mac(?:地址|\s?address)?|物理地址|硬件地址|网卡(?:地址)?"
        rf"|蓝牙地址){JOIN}(?P<v>(?:[0-9A-F]{{2}}[ :.-]?){{5}}[0-9A-F]{{2}})"
        r"(?![0-9A-Za-z])",
        0.85,
        flags=re.IGNORECASE,
    ),
)
