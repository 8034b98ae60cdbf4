"""Rules for names of people: after the words that announce them, before a title, beside a telephone number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.name_words import (
    AMBIGUOUS_SURNAMES,
    COMPOUND_SURNAMES,
    GIVEN_CHARACTERS,
    NOT_NAMES,
    STOP_CHARACTERS,
    SURNAMES,
)
from jobs.privacy.rules import GAP, JOIN, Found, Rule, pattern_rule, value_of

_HAN = "[\u4e00-\u9fa5]"
_SURNAME = "(?:" + "|".join(COMPOUND_SURNAMES) + "|[" + "".join(sorted(SURNAMES)) + "])"
_GIVEN = f"(?:(?![{re.escape(STOP_CHARACTERS)}]){_HAN})"
_LATIN_NAME = r"[A-Z][A-Za-z'’\-]{0,20}(?:[ .][A-Z][A-Za-z'’\-]{0,20}){0,3}"
_DOTTED_PART = f"(?:(?![的是我了在，]){_HAN})"
_DOTTED = f"{_DOTTED_PART}{{2,6}}(?:[·•]{_DOTTED_PART}{{1,6}}){{1,3}}"
# Words that follow an announced name directly; the name ends before them, however plausible their first character.
_AFTER = (
    r"(?:先生|女士|小姐|太太|同学|老师|师傅|电话|手机|地址|收货|邮箱|身份|微信|联系|性别|年龄"
    r"|刚才|刚刚|刚下|刚买|刚收|密码|订单)"
)
_FULL = f"(?:{_SURNAME}(?!{_AFTER}){_GIVEN}(?:(?!{_AFTER}){_GIVEN})?)"
_NICK = rf"(?:[小老阿](?!时|区|件|票|板|师|姐|店|额|型|伙|事|心|里|家|客|用户|年|人|哥|妹|朋友){_HAN})"

_ANNOUNCED = (
    "我叫|我的名字|我名叫|名字是|名字叫|名叫|本人叫|我大名|姓名|真名|全名|实名|收件人|收货人"
    "|收货方|寄件人|发件人|取件人|签收人|联系人|机主|户主|车主|持卡人|开户名|开户人"
    "|户名|预订人|预定人|入住人|乘客|乘机人|旅客|患者|病人|申请人|投保人|被保险人|受益人"
    "|法人|负责人|经办人|下单人|购买人|付款人|收款人|登记人|投诉人"
    "|注册人|抬头是个人|称呼我|叫我|喊我|抬头"
)
_ROLES = (
    "客户|顾客|买家|用户|会员|卖家|客服|客服专员|坐席|专员|顾问|助理|管家|快递员|骑手|配送员|师傅|店长|经理|先生|女士"
)
_TITLES = (
    "先生|女士|小姐(?!姐)|太太|老师|师傅|经理|主任|医生|大夫|护士|同学|同志|教授|律师(?!事务所)|老板(?!娘)"
    "|总(?=[,，。！!？?：:\\s]|$)"
)

_FIRST = "".join(sorted(SURNAMES | {name[0] for name in COMPOUND_SURNAMES}))
_INTRODUCING = "我是|本人|这边是|这里是|联系|转接|转给|找|我朋友|我妈妈?|我爸爸?|我老公|我老婆"
_TITLE_CUE = "先生|女士|小姐|太太|老师|师傅|经理|主任|医生|大夫|护士|同学|同志|教授|律师|老板|总[,，。！!？?：:\\s]|总$"
_TITLE = re.compile(f"(?<={_HAN})(?:{_TITLES})")
# What makes the character before a title part of another word.
_NOT_SURNAME_HERE = re.compile(
    r"(?:对于|关于|由于|至于|等于|终于|位于|对方|地方|官方|双方|我方|店方|平时|及时|按时|有时"
    r"|小时|临时|随时|当时|最高|很高|提高|老爷|万万"
    r"|平安|早安|晚安|午安|客房|回来|原来|本来|从来|下单|订单|账单|名单|清单|简单|运单|快递单"
    r"|表白|明白|坦白|空白|不成|完成|变成|达成"
    r"|已经|首席|个|门房|厨房|药房|校长|班长|家长|高中|初中|大学|小学|上门|部门|专门|热门"
    r"|有关|相关|机关|海关|线路|网路|公路|谢谢|所有"
    r"|司机|公司|上司|官司|物管|主管|不管|保管|尽管|体育|任课|班主任|责任|信任|主任|项目|总经"
    r"|副经|产品经|客户经|值班经|大堂经|安全)$"
)

# What may stand before a surname that is more often part of a word (电动车师傅 is no 车师傅).
_BEFORE_SURNAME = re.compile(r"(?:^|[^\u4e00-\u9fa5]|[是叫姓找给对和跟与让请位的好您谢由被及])$")
_LISTED = frozenset(GIVEN_CHARACTERS)


def looks_like_name(name: str) -> bool:
    """True where surname and given name are both of the lexicons and no ordinary word begins so."""
    if name[:2] in NOT_NAMES:
        return False
    if name[:2] in COMPOUND_SURNAMES and len(name) in (3, 4):
        return all(c in _LISTED for c in name[2:])
    return len(name) in (2, 3) and name[0] in SURNAMES and all(c in _LISTED for c in name[1:])


def _announced(text: str, match: re.Match[str]) -> float | None:
    name = value_of(match)
    if name[:2] in NOT_NAMES and not match.group("strong"):
        return None
    # Hotels, dishes and companies have names too.
    if text.startswith(("名叫", "名字", "抬头"), match.start()):
        ends_here = not re.match(_HAN, text[match.end() : match.end() + 1])
        return 0.7 if ends_here and looks_like_name(name) else None
    return 0.85


def _after_weak_word(text: str, match: re.Match[str]) -> float | None:
    return 0.6 if looks_like_name(value_of(match)) else None


def _beside_phone(text: str, match: re.Match[str]) -> float | None:
    name = value_of(match)
    return 0.6 if name[:2] not in NOT_NAMES and (looks_like_name(name) or name[0] not in AMBIGUOUS_SURNAMES) else None


def _titled(text: str) -> Iterator[Found]:
    """The surname, with or without given name, that stands right before a title; the title stays."""
    for match in _TITLE.finditer(text):
        end = match.start()
        start = _name_start(text, end)
        if start is not None:
            yield start, end, 0.7


def _name_start(text: str, end: int) -> int | None:
    """Where the name that ends at ``end`` begins: the longest form that is a name, else the bare surname."""
    for length in (4, 3, 2):
        name = text[max(0, end - length) : end]
        if len(name) == length and name[:2] in COMPOUND_SURNAMES:
            return end - length
    bare = text[end - 1] in SURNAMES and not _NOT_SURNAME_HERE.search(text, max(0, end - 6), end)
    if bare and text[end - 1] in AMBIGUOUS_SURNAMES and not _BEFORE_SURNAME.search(text, max(0, end - 3), end - 1):
        bare = False
    for length in (3, 2):
        name = text[max(0, end - length) : end]
        if len(name) == length and looks_like_name(name) and not (bare and name[0] in AMBIGUOUS_SURNAMES):
            return end - length
    return end - 1 if bare else None


def _bare(text: str) -> Iterator[Found]:
    """A whole text that is a name: the answer to "your name?", or a field of a table."""
    match = re.fullmatch(r"\s*(?P<v>[\u4e00-\u9fa5]{2,4})[\s。.!！]*", text)
    if match and looks_like_name(match.group("v")):
        yield *match.span("v"), 0.5


_BORDER = r"(?<![\u4e00-\u9fa5A-Za-z0-9])"
_END = r"(?![\u4e00-\u9fa5A-Za-z0-9])"
_ZH = ("zh",)

RULES: tuple[Rule, ...] = (
    pattern_rule(
        "PERSON",
        "announced_name",
        _ANNOUNCED,
        rf"(?:{_ANNOUNCED})(?P<strong>{JOIN})(?P<v>{_DOTTED}|{_FULL}|{_NICK}(?={GAP}(?:[,，。.!！?？;；、\n]"
        rf"|就|吧|$))|{_LATIN_NAME})",
        0.85,
        accept=_announced,
        languages=_ZH,
    ),
    pattern_rule(
        "PERSON",
        "role_and_name",
        f"(?:{_ROLES})[:：\\s]|(?:客服|顾问|助理|管家|专员|快递员|骑手|配送员)",
        rf"(?:(?:{_ROLES}){GAP}[:]{GAP}(?P<v>{_FULL}{_END})|(?:客服|顾问|助理|管家|专员|快递员"
        rf"|骑手|配送员)(?P<w>{_FULL}{_END}))",
        0.65,
        accept=lambda _text, m: 0.65 if looks_like_name(value_of(m)) else None,
        languages=_ZH,
    ),
    pattern_rule(
        "PERSON",
        "nickname",
        f"(?:我是|我叫|叫我|这里是|客服|顾问|助理|管家|专员|快递员|师傅|联系|找)[小阿][{_FIRST}]",
        rf"(?:我是|我叫|叫我|这里是|客服|顾问|助理|管家|专员|快递员|师傅|联系|找)(?P<v>[小阿]["
        rf"{''.join(sorted(SURNAMES - AMBIGUOUS_SURNAMES))}])"
        r"(?![\u4e00-\u9fa5])|(?:我是|我叫|叫我|客服)(?P<w>[小阿][王李张刘陈杨赵吴周徐孙朱胡郭林罗郑梁宋唐许韩邓冯"
        r"曹])(?=[,，。很为])",
        0.5,
        languages=_ZH,
    ),
    pattern_rule(
        "PERSON",
        "self_introduction",
        f"(?:{_INTRODUCING})(?:叫|是)?[ ]?[{_FIRST}]",
        rf"(?:{_INTRODUCING})(?:叫|是)?[ ]?(?P<v>{_FULL}){_END}",
        0.6,
        accept=_after_weak_word,
        languages=_ZH,
    ),
    Rule("PERSON", "name_and_title", _TITLE_CUE, _titled, _ZH),
    pattern_rule(
        "PERSON",
        "name_beside_phone",
        r"[0-9](?:[^0-9]{0,3}[0-9]){6}",
        rf"{_BORDER}(?P<v>{_FULL})(?={GAP}(?:[,，、:：/;；(]|电话|手机号?|收){{0,3}}{GAP}(?:\+?86[- ]?)?1[3-9]\d[- "
        rf"]?\d{{4}})"
        rf"|(?<!\d)1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}{GAP}[,，、:：/;；(]?{GAP}(?P<w>{_FULL}){_END}",
        0.6,
        accept=_beside_phone,
        languages=_ZH,
    ),
    pattern_rule(
        "PERSON",
        "name_receives",
        "收",
        rf"{_BORDER}(?P<v>{_FULL}){GAP}[(（]?收[)）]?{_END}",
        0.6,
        accept=_after_weak_word,
        languages=_ZH,
    ),
    Rule("PERSON", "bare_name", f"^\\s*{_HAN}{{2,4}}[\\s。.!！]*$", _bare, _ZH),
)
