"""Rules for names of people: after the words that announce them, before a title, beside a telephone number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.privacy.names.characters import MARKED_SOUNDS
from jobs.privacy.names.foreign_words import TRANSLITERATION
from jobs.privacy.names.running import DOTTED_RULE
from jobs.privacy.names.running import RULE as RUNNING_TEXT_NAME
from jobs.privacy.names.words import (
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
    r"|刚才|刚刚|刚下|刚买|刚收|密码|订单|经理|主任|医生|大夫|护士|律师|教授|同志|老板|店长|阿姨|叔叔)"
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
    "客户|顾客|买家|用户|会员|卖家|客服专员|客服|坐席|专员|顾问|助理|管家|快递员|骑手|配送员|师傅|店长|经理|先生|女士"
)
_TITLES = (
    "先生|女士|小姐(?!姐)|太太|老师|师傅|经理|主任|医生|大夫|护士|同学|同志|教授|律师(?!事务所)|老板(?!娘)"
    "|主管|店长|厂长|班长|科长|处长|局长|院长|校长|部长|组长|队长|站长|总监|阿姨|大爷|大妈|大叔|大姐|大哥|奶奶|爷爷"
    "|总(?=[,，。！!？?：:\\s]|$)|[哥姐工](?=[,，。！!？?：:\\s]|你好|您好|说|在吗|$)"
)

_FIRST = "".join(sorted(SURNAMES | {name[0] for name in COMPOUND_SURNAMES}))
_INTRODUCING = (
    "我是|本人|这边是|这里是|联系|转接|转给|转告|找|我的?(?:朋友|妈妈?|爸爸?|老公|老婆|同事|女儿|儿子|孩子|爱人|邻居|室友|母亲|父亲"
    "|弟弟?|妹妹?|哥哥?|姐姐?|表[哥姐弟妹]|丈夫|妻子|男朋友|女朋友|闺蜜|领导)"
)
_TITLE_CUE = (
    "先生|女士|小姐|太太|老师|师傅|经理|主任|医生|大夫|护士|同学|同志|教授|律师|老板|主管|[店厂班科处局院校部组队站]长|总监"
    "|阿姨|大[爷妈叔姐哥]|奶奶|爷爷|[总哥姐工][,，。！!？?：:\\s]|[总哥姐工]$|[哥姐工](?:你好|您好|说|在吗)"
)
# A foreign name that stands alone before a title: 格林女士, 艾薇医生.
_FOREIGN_BEFORE = re.compile(f"(?:^|[^\u4e00-\u9fa5]|[是叫找给对和跟与让请位的被])(?P<v>[{TRANSLITERATION}]{{2,6}})$")
_MARKED = re.compile(f"[{MARKED_SOUNDS}]")
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

# 谢获宝先生 at the start of a clause: with these titles a surname and what follows it is a name, in no lexicon too.
_ADDRESSED = re.compile("先生|女士|小姐|太太|同志")
_WHOLE_BEFORE = re.compile(
    f"(?:^|[^\u4e00-\u9fa5])(?P<v>{_SURNAME}(?:(?![{re.escape(STOP_CHARACTERS)}老某氏家大两]){_HAN}){{1,2}})$"
)
# 工程中心主任, 供应科科长: a surname that ends a word before it.
_ENDS_A_WORD = re.compile("[工课流过章程]程|[供反响效适]应|作战|[主责]任|[公机海]关|[材原资]料|[质数]量|水平|[技艺]术")
# 会计学教授, 浙江大学教授: what is taught, and where.
_SUBJECT = re.compile("[大中小科化数医法文计哲力理工济史]学$")
# What may stand before a surname that is more often part of a word (电动车师傅 is no 车师傅).
_BEFORE_SURNAME = re.compile(
    r"(?:^|[^\u4e00-\u9fa5]|[是叫姓找给对和跟与让请位的好您谢由被及人户员我们烦托问帮转接天])$"
)
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


def _in_profile(text: str, match: re.Match[str]) -> float | None:
    """张三，男: between a border and a sex two to four characters are a name, whatever they are, but for these."""
    common = value_of(match)[:2] in NOT_NAMES and not _OF_A_LIFE.match(text, match.end())
    return None if common or _NOBODY.search(value_of(match)) else 0.6


def _labelled(_text: str, match: re.Match[str]) -> float | None:
    """The whole field behind 姓名: or 收件人: is a name, of a surname that no lexicon has too."""
    return None if _NOBODY.search(value_of(match)) or value_of(match)[:2] in NOT_NAMES else 0.5


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
    foreign = _FOREIGN_BEFORE.search(text, max(0, end - 8), end)
    if foreign and _MARKED.search(foreign.group("v")):
        return foreign.start("v")
    whole = _WHOLE_BEFORE.search(text, max(0, end - 5), end) if _ADDRESSED.match(text, end) else None
    if whole and whole.group("v")[:2] not in NOT_NAMES:
        return whole.start("v")
    for length in (4, 3, 2):
        name = text[max(0, end - length) : end]
        if len(name) == length and name[:2] in COMPOUND_SURNAMES:
            return end - length
    bare = text[end - 1] in SURNAMES and not _NOT_SURNAME_HERE.search(text, max(0, end - 6), end)
    if bare and text[end - 1] in AMBIGUOUS_SURNAMES and not _BEFORE_SURNAME.search(text, max(0, end - 3), end - 1):
        bare = False
    for length in (3, 2) if not _SUBJECT.search(text, max(0, end - 2), end) else ():
        name = text[max(0, end - length) : end]
        ends = _ENDS_A_WORD.match(text, max(0, end - length - 1))
        if len(name) == length and looks_like_name(name) and not (ends or (bare and name[0] in AMBIGUOUS_SURNAMES)):
            return end - length
    return end - 1 if bare else None


def _stated_surnames(text: str) -> Iterator[Found]:
    """The surname after 姓, after the parts by which it is spelt (弓长张), and what stands after its 名."""
    for match in _STATED_SURNAME.finditer(text):
        yield *match.span("v" if match.group("v") else "w"), 0.6
        if match.group("given"):
            yield *match.span("given"), 0.6


def _bare(text: str) -> Iterator[Found]:
    """A whole text that is a name or a surname: the answer to "your name?", or a field of a table."""
    match = re.fullmatch(r"\s*(?P<v>[\u4e00-\u9fa5]{1,4})[\s。.!！]*", text)
    if match is None:
        return
    name = match.group("v")
    if looks_like_name(name):
        yield *match.span("v"), 0.5
    elif name in COMPOUND_SURNAMES or name in SURNAMES - AMBIGUOUS_SURNAMES:
        yield *match.span("v"), 0.4


# 弓长张, 木子李: how a surname is told apart from others of the same sound.
_SPELT = (
    "弓长|木子|耳东|口天|双口|古月|言午|三横一竖|三横|草头|草肃|关耳|人可|双木|立早|走肖|禾呈|京尤|言射|木易|三点水|大写"
    "|二马|口木|干钩"
)
_STATED_SURNAME = re.compile(
    rf"(?:(?<![百同异])姓{GAP}[:是]?|贵姓{GAP}[?？,，。.!！]{GAP})(?:{_SPELT})?(?P<v>{_SURNAME})"
    rf"(?:[,， ]{{0,2}}名(?:字?是|叫)?(?P<given>{_GIVEN}{{1,2}})(?!{_HAN}))?(?=[的吧呢啊哈]|[^\u4e00-\u9fa5]|$)"
    rf"|(?:{_SPELT})的?(?P<w>{_SURNAME})",
    re.ASCII,
)
# What follows the sex of a person and not of a shoe.
_OF_A_LIFE = re.compile(rf"[,，、 ]{{1,2}}(?:{_HAN}{{1,4}}族|{_HAN}{{0,4}}国籍|(?:生于|出生于?)?(?:19|20)\d\d年)")
# What stands in the field of a name and is none.
_NOBODY = re.compile(
    "姓名|性别|国籍|董事|监事|职务|男|女|同上|不详|未知|保密|匿名|本人|无名|客服|先生|患者|病人|顾客|客户|用户|会员|买家|卖家|司机|乘客"
    "|学生|老师|成人|儿童|孩子|宝宝|某|年龄|电话|地址|手机|号码|暂无|没有|已填|修改|错误|请填|填写|待定|公司|部门"
    "|[部店处科组员人家院校厂行社会局室所们吗呢了的]$|^[我你您他她它这那是和请可不]"
)
_LABELS = (
    "姓名|收件人|收货人|寄件人|发件人|取件人|签收人|联系人|持卡人|开户名|户名|入住人|乘车人|乘机人|预订人|被保险人"
    "|投保人|经办人|投诉人"
)
_COMMON_SURNAME = (
    "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文]"
)
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
        f"{_ROLES}",
        rf"(?:{_ROLES})(?:{GAP}[:]{GAP}(?P<v>{_FULL}{_END})|(?P<w>{_FULL})(?:{_END}|(?=[来反评说要退投申已在打称想问询于提很为])))",
        0.65,
        accept=lambda _text, m: 0.65 if looks_like_name(value_of(m)) else None,
        languages=_ZH,
    ),
    pattern_rule(
        "PERSON",
        "nickname",
        f"[小老阿](?:[{_FIRST}]|{_COMMON_SURNAME})",
        r"(?:^|[\s,，。!！?？:：;；、@(（]|我是|我叫|叫我|喊我|这里是|客服|顾问|助理|管家|专员|快递员|师傅|同事|联系|找|让|请|跟|是|谢谢你?)"
        rf"(?P<v>[小老阿](?:[{''.join(sorted(SURNAMES - AMBIGUOUS_SURNAMES))}]|{_COMMON_SURNAME}))"
        r"(?=[,，。:：!！?？\s]|你好|您好|在吗|在不在|帮|为您|处理|就[行好可是]|吧|$)",
        0.5,
        languages=_ZH,
    ),
    pattern_rule(
        "PERSON",
        "self_introduction",
        f"(?:{_INTRODUCING})(?:叫|是)?[ ]?[{_FIRST}]",
        rf"(?:{_INTRODUCING})(?:叫|是)?[ ]?(?P<v>{_FULL})"
        rf"(?:{_END}|(?=[要想说让帮来去下买收签在是的有已把被给跟和问退换也就打]))",
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
    Rule("PERSON", "bare_name", f"^\\s*{_HAN}{{1,4}}[\\s。.!！]*$", _bare, _ZH),
    pattern_rule(
        "PERSON",
        "labelled_name",
        f"(?:{_LABELS})(?:[^\u4e00-\u9fa5A-Za-z0-9]|.{{1,2}}[*])",
        rf"(?:{_LABELS})(?:{GAP}[:=]{GAP}(?P<v>{_HAN}{{2,4}})(?={GAP}(?:[,，;；。/|(（\d\n]|手机|电话|联系|身份|地址|$))"
        rf"|{GAP}[:=]?{GAP}(?P<w>{_SURNAME})(?=[*]{{1,3}}))",
        0.5,
        accept=_labelled,
        languages=_ZH,
    ),
    pattern_rule(
        "PERSON",
        "labelled_nickname",
        "昵称|网名|花名|艺名|曾用名|英文名|小名|乳名",
        rf"(?:昵称|网名|花名|艺名|曾用名|英文名|小名|乳名){GAP}(?:[:=]|是|叫){GAP}(?P<v>[A-Za-z0-9_·\u4e00-\u9fa5]{{2,12}})"
        rf"(?={GAP}(?:[,，;；。!！/|)）\n]|$))",
        0.5,
        accept=lambda _text, m: None if re.search("什么|哪|多少|吗$|^[不没可要改]|[了的过]$", m.group("v")) else 0.5,
        languages=_ZH,
    ),
    Rule("PERSON", "stated_surname", f"姓|{_SPELT}", _stated_surnames, _ZH),
    pattern_rule(
        "PERSON",
        "name_in_profile",
        "[男女]",
        rf"{_BORDER}(?P<v>{_HAN}{{2,4}}?)(?:先生|女士|同志)?{GAP}[,，、:：(（ ]{{1,2}}{GAP}"
        rf"(?:性别)?[:：]?[男女](?!{_HAN})",
        0.6,
        accept=_in_profile,
        languages=_ZH,
    ),
    RUNNING_TEXT_NAME,
    DOTTED_RULE,
)
