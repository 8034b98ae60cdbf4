"""What looks like personal data in a text that has been cleaned: a second look that knows nothing of the rules.

A few broad patterns, written apart from those that remove_pii works by, so that what both miss is what both did not
think of. They say "this has the shape of", without check digits, and so give an estimate: some of what they count is
innocent, and what has no shape at all (a name in running text) they do not see.

The syntax is common to Python's ``re`` and Java's, so that Spark counts rows natively (``jobs.lake.measure``): no
shorthand classes, look-behinds of a fixed length, no bracket inside a character class without its backslash. Every
repetition is bounded or begins with a character that ends the one before, so time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

# The first step, as translate() of SQL and of Python does it: full-width digits, letters and marks become ASCII, and
# characters that nobody sees are taken out (they have no partner in RESIDUAL_TO).
_WIDE = "".join(map(chr, [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]))
RESIDUAL_FROM = (
    _WIDE
    + "\uff20\uff0e\uff0d\uff0b\uff1d\uff1a\uff08\uff09\u3000\u2013\u2014"
    + "\u200b\u200c\u200d\ufeff\u00ad\u2060"
)
RESIDUAL_TO = "".join(chr(ord(c) - 0xFEE0) for c in _WIDE) + "@.-+=:() --"

# The second step, in texts that show anything: placeholders, and numbers that the words before them call an order, a
# parcel, a product or the like, become "<>". Policy keeps those. What shows itself still is counted.
_KEPT_NUMBER = (
    "(?:订单|单号|运单|快递|物流|包裹|流水|交易|发票|编号|货号|款号|型号|条码|条形码|序列号|批次|版本|系统|升级到?|更新到|固件|时间戳|验证码|兑换码|券码"
    "|order|tracking|invoice|sku|isbn|ean|upc|serial|item|timestamp|version|uuid|sha[0-9]{1,3}|md5)"
    "(?:编号|号码|号|number|no|id|code|is|was|是|为|[ :#.=_\"'-]){0,6}[0-9A-Za-z][0-9A-Za-z.-]{4,40}"
)
# Surrogates of cards begin with 00, those of ID cards with 99: of their groups one might look like a telephone number.
_INVENTED_GROUPS = (
    "(?<![0-9])(?:00[0-9]{2}(?:[ ·-]{1,3}[0-9]{4}){2,4}|00(?!86)[0-9]{1,6}(?:(?: [0-9]{3}){2,4}|[ -][0-9]{8,13})"
    "|99[0-9](?: [0-9]{3,4}){3})[0-9 ·-]{0,5}"
)
RESIDUAL_KEPT = rf"(?i){_INVENTED_GROUPS}|<[A-Z][A-Z_]{{0,30}}[_#:][0-9A-Za-z=+/#-]{{1,64}}>|{_KEPT_NUMBER}"
KEPT_MARK = "<>"

# One range is looked for first wherever a long class or many alternatives follow: Java tries a class of Chinese
# characters one by one.
_FREE = r"(?=[0-9+(])(?<![0-9A-Za-z*])(?<![0-9A-Za-z*][._/=%-])"
# Behind a number neither more of it, nor decimals, nor what makes it an amount.
_END = r"(?![0-9A-Za-z*%]|[.][0-9]| ?(?:元|块|万|亿|件|个|人|积分|美元|rmb|usd))"
_BETWEEN = "[ ._·-]?"
_YEAR = "(?:19|20)[0-9]{2}"
_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LIKELY_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_SPOKEN = "[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]"
# What follows a form's label without being a name.
_NO_NAME = "(?:电话|手机|地址|联系|姓名|邮箱|客服|本人|同上|暂无|未知|先生|女士|匿名|保密|信息|方式|默认)"
# What invented names and streets are put together from (docs/privacy.md), so that no surrogate is counted. They
# are written out: this module shares no code with what it looks after, and a test holds them to those that are used.
_GIVEN = (
    "[砚霁岑澜筠洵珩沅湛笙棠穗聿衍翊昀祁邈嵘漪蘅桉芮淞溯珂瑭屹叙黛栩迦椿泠霖旻绎苓钰槿]"
    "[禾屿汀舟野川遥岚栖篱荻樾澍笺岫檐坞苔溪崖杳霭墨砾陌蓝汐棹渡笛茗稞梧葭洄堇漾筝桁稔]"
)
_FOREIGN = "[贝塔洛维诺弗戴卡梅佐](?:兰德|维尔|特罗|里斯|尔莫|莱克|恩堡|帕诺)"
_LATIN = (
    "(?:Bran|Cal|Dor|El|Far|Gal|Hol|Jor|Kel|Lor|Mar|Nor|Per|Ros|Sel|Tar|Ul|Ver|Wes|Yar)"
    "(?:bick|dane|ferth|gard|hurst|lind|mont|nell|quist|rick|stead|thorpe|vane|wicke)"
)
_STREETS = "栖霁|澜汀|穗野|砚溪|鹭屿|篁岸|霁川|芷岭|栩桥|沅坞|棠泾|笺湖|聿丰|漪安|蘅塘|樾园|洄澜|葭浦|稔丰"
_NOT_INVENTED_STREET = rf"(?<!(?:{_STREETS})[路街巷])(?<!(?:{_STREETS})大道)(?<!岫云里[路街巷])(?<!岫云里大道)"
# 李先生 and 小李 are no whole names, and a surrogate's surname is a real one.
_ADDRESSED = "[一-龥]{1,2}(?:先生|女士|小姐)|[小老阿大][一-龥](?![一-龥])"

# Kind -> pattern, to be searched after the two steps. None sees what is nobody's: the ranges that surrogates are made
# in (docs/privacy.md), such as mobile numbers of 154, ID cards of area 99 and addresses at example.com.
RESIDUAL_PATTERNS: dict[str, str] = {
    "mobile": rf"(?i){_FREE}(?:[+]?(?:00)?86[ -]{{0,2}})?(?!1{_BETWEEN}5{_BETWEEN}4|198[.]51[.])"
    rf"1[3-9](?:{_BETWEEN}[0-9]){{9}}{_END}",
    "spoken_number": rf"[幺一壹1](?<!{_SPOKEN}[幺一壹1])(?<![0-9A-Za-z][幺一壹1])"
    rf"(?![ ,，、-]?[五5伍][ ,，、-]?[四4肆])(?:[ ,，、-]?(?:{_SPOKEN}|[0-9])){{10}}(?<={_SPOKEN})"
    rf"(?!{_SPOKEN}|[0-9A-Za-z年月日号元块万]|分之)",
    "telephone": rf"(?i){_FREE}(?:[(]?0(?!26|64)(?:10|2[0-9]|[3-9][0-9]{{2}})[)]?"
    rf"[ -]{{0,2}}[2-9][0-9]{{2,3}}[ -]?[0-9]{{4}}"
    rf"|(?:[+]|00)?86[ -]{{1,2}}[(]?0?(?!26|64)(?:10|2[0-9]|[3-9][0-9]{{2}})[)]?[ -]{{1,2}}[2-9][0-9]{{6,7}}"
    rf"|[48]00[ -]?[0-9]{{3,4}}[ -]?[0-9]{{3,4}}|[(]?(?!99)[2-9][0-9]{{2}}[)]?[ .-][2-9][0-9]{{2}}[ .-][0-9]{{4}}"
    rf"|[+](?!86|9[ .()-]{{0,2}}9[ .()-]{{0,2}}9)[1-9][0-9]{{0,2}}(?:[ .()-]{{0,2}}[0-9]){{7,12}}){_END}",
    "id_card": rf"(?i){_FREE}(?!99)[1-9][0-9]{{5}}[ -]?{_YEAR}[ -]?{_DAY}[ -]?[0-9]{{3}}[0-9X]{_END}"
    rf"|{_FREE}[1-6][0-7][0-9]{{6}}{_DAY}[0-9]{{3}}{_END}",
    "bank_card": rf"(?i){_FREE}(?:62[0-9]{{14}}(?:[0-9]{{3}})?|4[0-9]{{15}}|5[1-5][0-9]{{14}}"
    rf"|[3-6][0-9]{{3}}(?:[ -][0-9]{{4}}){{3}}(?:[ -][0-9]{{1,3}})?){_END}",
    "credit_code": r"(?i)(?=[0-9])(?<![0-9A-Z])(?:9[1-3]|(?:5[1-3]|12)(?=[0-9]{0,15}[A-Z]))[1-8][0-9]{5}"
    r"[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])"
    r"|信用代码[^0-9A-Za-z<\n]{0,6}(?!9199)[0-9A-Z]{18}(?![0-9A-Z])",
    "travel_document": r"(?i)(?:护照|通行证|台胞证|回乡证|居留证|passport)[^0-9A-Za-z<\n]{0,10}"
    r"(?!E[IO]|I[0-9]|0000)[A-Z]{0,3}[0-9]{7,12}(?![0-9A-Za-z])",
    "email": r"(?=[ @(\[艾#])(?<!\bgit)(?<=[0-9A-Za-z_]) ?(?:@|[(]at[)]|\[at\]|艾特|#at#) ?"
    r"(?![0-9]x[.]|example[.](?:com|net|org))"
    r"(?:[0-9A-Za-z-]{1,63}(?:[.。点]| ?\[dot\] ?| ?[(]dot[)] ?)){1,4}"
    r"(?!png|jpe?g|gif|svg|webp|js|css|py)[A-Za-z]{2,12}(?![0-9A-Za-z])",
    "ip": rf"(?=[0-9])(?<![0-9A-Za-z.])(?!127[.]|0[.]|192[.]0[.]2[.]|198[.]51[.]100[.]|203[.]0[.]113[.])"
    rf"(?:25[0-5]|2[0-4][0-9]|1[0-9]{{2}}|[1-9][0-9])"
    rf"(?:[.]{_BYTE}){{3}}(?![0-9A-Za-z]|[.][0-9])"
    r"|(?=[0-9A-Fa-f]{1,4}:)(?<![0-9A-Fa-f:])(?!2001:0?[Dd][Bb]8|[Ff][Ee]80)"
    r"(?:(?:[0-9A-Fa-f]{1,4}:){7}|(?:[0-9A-Fa-f]{2,4}:){2,6}:)[0-9A-Fa-f]{1,4}"
    r"(?![0-9A-Za-z:])",
    "mac": r"(?i)(?=[0-9A-F]{2}[:-])(?<![0-9A-Z:-])(?!02[:-]00[:-]00)[0-9A-F]{2}"
    r"(?:(?::[0-9A-F]{2}){5}|(?:-[0-9A-F]{2}){5})(?![0-9A-Z:-])",
    "plate": rf"(?i)(?=[一-龥] ?[A-Z])[{_PROVINCES}] ?[A-HJ-NP-Z][ ·•.-]?(?=[A-Z]{{0,3}}[0-9])"
    rf"[0-9A-HJ-NP-Z]{{4,5}}[0-9A-HJ-NP-Z挂学警港澳](?![0-9A-Za-z])",
    "account": r"(?i)(?:微信|薇信|v信|加v|扣扣|支付宝|(?<![0-9A-Z_])(?:qq|wechat|alipay|wxid_|[wv]x))"
    r"[^0-9A-Z<>,，。;；!！?？\n-]{0,6}(?!00|(?:(?:wx)?id)?_?example|(?:86)?154[0-9]{4})(?=[A-Z][A-Z_-]{0,20}[0-9]|[0-9])[0-9A-Z_-]{5,20}(?![0-9A-Z年月日元.@])",
    "url_value": r"(?i)(?:[?&; ,\n]|^)(?:phone|mobile|tel|email|mail|name|realname|username|idcard|id_no|idno|openid"
    r"|unionid|uid|userid|user_id|token|access_token|session)="
    r"(?!000[0-9]|example|154[0-9]{8}|99[0-9]{15}|[0-9A-Za-z._+-]{1,40}@example)[0-9A-Za-z%@._+-]{5,}",
    "date_of_birth": rf"(?i)(?:出生|生日|生于|DOB|birth)[^0-9<\n]{{0,8}}{_YEAR}(?:[-年/. ]{{1,2}}[0-9]{{1,2}}|{_DAY})"
    rf"|{_YEAR}[-年/.][0-9]{{1,2}}[-月/.][0-9]{{1,2}}[日号]?(?:出生(?!证)|生人|生的)",
    "name": "(?=[ :：])(?:(?<=姓名)|(?<=户名)|(?<=[货件系]人)|(?<=乘客))[ ]?[:：][ ]?(?!"
    + f"{_NO_NAME}|[一-龥]{{0,2}}{_GIVEN}|{_FOREIGN}|{_ADDRESSED}"
    + ")[一-龥·]{2,6}(?=[ ,，。;；、0-9(（\n]|$)"
    f"|(?=[一-龥])(?<![一-龥])(?=[一-龥]{{2,3}}(?:先|女|小))(?![一-龥]{_GIVEN})[{_LIKELY_SURNAMES}][一-龥]{{0,2}}"
    "(?:先生|女士|小姐)"
    f"|(?=[MmI])(?:[Mm]y name is|I am called|Mr[.]|Mrs[.]|Ms[.]) ?(?!{_LATIN})[A-Z][a-z]{{1,20}} [A-Z][a-z]{{1,20}}",
    "address": rf"(?=[0-9])(?:(?<=[路街巷弄])|(?<=大道)|(?<=胡同)){_NOT_INVENTED_STREET}[0-9]{{1,5}} ?[号弄]"
    # Behind 号 it belongs to a street that was counted.
    "|(?<![0-9号])[0-9]{1,4}(?:栋|幢|号楼|座)[^。！？!?\n<]{0,8}[0-9]{2,5}(?:室|房)",
}

# What a text needs for a kind, where that is far cheaper to look for than the kind: most rows have none of it.
_SEVEN_DIGITS = "[0-9](?:[^0-9]{0,3}[0-9]){6}"
RESIDUAL_NEEDS: dict[str, str] = {
    **dict.fromkeys(("mobile", "telephone", "id_card", "bank_card"), _SEVEN_DIGITS),
    **dict.fromkeys(("credit_code", "travel_document"), "[0-9]{6}"),
    **dict.fromkeys(("ip", "mac"), "[0-9A-Fa-f][:.-][0-9A-Fa-f]{1,4}[:.-][:0-9A-Fa-f]"),
    **dict.fromkeys(("account", "plate"), "[0-9]{5}|[A-Za-z_][ ·•._-]?[0-9A-Za-z_-]{0,20}[0-9]"),
    "date_of_birth": "(?:19|20)[0-9]{2}",
    "url_value": "[A-Za-z]=[0-9A-Za-z%]",
}

# Kind -> the entities whose finding it would have been.
RESIDUAL_ENTITIES: dict[str, tuple[str, ...]] = {
    "mobile": ("PHONE_NUMBER",),
    "spoken_number": ("PHONE_NUMBER",),
    "telephone": ("PHONE_NUMBER",),
    "id_card": ("CN_ID_CARD",),
    "bank_card": ("CREDIT_CARD",),
    "credit_code": ("CN_USCC",),
    "travel_document": ("PASSPORT", "CN_PERMIT"),
    "email": ("EMAIL_ADDRESS",),
    "ip": ("IP_ADDRESS",),
    "mac": ("MAC_ADDRESS",),
    "plate": ("CN_LICENSE_PLATE",),
    "account": ("WECHAT_ID", "QQ_ID", "ALIPAY_ID"),
    "url_value": ("URL",),
    "date_of_birth": ("DATE_OF_BIRTH",),
    "name": ("PERSON",),
    "address": ("ADDRESS",),
}
# Kinds that surrogates show as originals do: any date can be somebody's.
_SHOWN_BY_SURROGATES = frozenset({"date_of_birth"})

_FOLD = str.maketrans(RESIDUAL_FROM[: len(RESIDUAL_TO)], RESIDUAL_TO, RESIDUAL_FROM[len(RESIDUAL_TO) :])
_kept = re.compile(RESIDUAL_KEPT, re.ASCII)
_needed = {kind: re.compile(need, re.ASCII).search for kind, need in RESIDUAL_NEEDS.items()}
_compiled = {kind: re.compile(pattern, re.ASCII) for kind, pattern in RESIDUAL_PATTERNS.items()}


def residual(text: str, kinds: Iterable[str] = tuple(RESIDUAL_PATTERNS)) -> dict[str, int]:
    """Kinds of what looks like personal data in ``text`` -> how often; never the values. Kinds without any are absent.

    Args:
        kinds: those to look for (``kinds_to_count``).
    """
    plain = text.translate(_FOLD)
    shown = [kind for kind in kinds if kind not in _needed or _needed[kind](plain)]
    shown = [kind for kind in shown if _compiled[kind].search(plain)]
    plain = _kept.sub(KEPT_MARK, plain) if shown else plain
    counts = {kind: sum(1 for _ in _compiled[kind].finditer(plain)) for kind in shown}
    return {kind: n for kind, n in counts.items() if n}


def kinds_to_count(taken_out: Container[str], surrogates: Container[str] = ()) -> tuple[str, ...]:
    """The kinds of which nothing should be left.

    Args:
        taken_out: entities that are looked for and not kept. A kind of which another entity stays in the text by policy
            would count what is meant to be there.
        surrogates: those of them that an invented value stands for.
    """
    return tuple(
        kind
        for kind, entities in RESIDUAL_ENTITIES.items()
        if all(name in taken_out for name in entities)
        and not (kind in _SHOWN_BY_SURROGATES and any(name in surrogates for name in entities))
    )
