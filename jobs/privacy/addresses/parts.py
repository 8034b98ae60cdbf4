"""The parts of a Chinese postal address as regular expressions: region, street, building, number, room, landmark.

Each reads a bounded number of characters, so that a search over a text takes time in proportion to its length.
"""

from __future__ import annotations

import re

from jobs.privacy.addresses.place_words import CITIES, PROVINCES
from jobs.privacy.rules import GAP, JOIN

HAN = "[\u4e00-\u9fa5]"
_WORD = "[\u4e00-\u9fa5A-Za-z0-9]"
_NUM = (
    r"(?:[甲乙丙丁东西南北附新临]?(?:[0-9]{1,5}|[零〇一二三四五六七八九十百]{1,5})(?:[-~—/、][0-9]{1,4}){0,3}"
    r"|[A-Za-z][0-9]{0,4})"
)
# T3 1201, A座 1802: a tower of an office block and a room in it.
_TOWER = r"(?:T[1-9][0-9]?(?:[-座栋楼 ]{1,2}[0-9]{3,4})?|[A-H]座[ -][0-9]{3,4})(?![0-9A-Za-z])"
_HOUSE = (
    r"(?:号院|号楼|号厂房|号宿舍楼?|号?舍|号铺|号|弄|幢|栋|座|单元|层|楼(?:之[0-9]{1,2})?|室|户型?|房|门|区|组|队|社|期|排|馆"
    "|#楼?(?=[ ]?[0-9]))"
)
# 3-2-1802: building, staircase, room. A date has four digits first, a telephone number in the middle.
# 3-502, 5-B101: building or staircase, and room. Amounts and sizes look alike, so that more is asked of them.
_TRIPLE = (
    r"(?<![0-9-])(?:[0-9A-Za-z]{1,3}-[0-9]{1,2}-[0-9]{3,4}"
    r"|(?<=[园区苑城府湾庭邸舍居厦寓墅村])[0-9]{1,2}-[A-Z]?[0-9]{3,4}(?![元件个天年月点米:%.号块折]))(?![0-9-])"
)
PLACE = "|".join(PROVINCES + CITIES)

_LONG_REGIONS = (
    "自治州|自治县|街道办?|综合实验区|示范区|管理区|保税区|旅游度假区|风景名胜区|经济开发区|开发区|新区|工业园区?|产业园区?|科技园区?"
    "|物流园区?|创业园区?|软件园|高新区|林区|矿区|地区"
)
_REGION = (
    rf"(?:(?:{_LONG_REGIONS})(?![路街])|(?<![超门上城夜菜股都])市(?!场)|(?<![小地社专时灾误库禁片景园山市])区(?!间|别|域)|县(?![路街])"
    r"|(?<!锦)旗(?!路|街|舰)|(?<!联|同|加|结)盟(?!友|约)|镇(?![路街])|(?<![老家下城入返帐同异故水])乡(?![路街下亲村镇]))"
)
_STREET = (
    r"(?:大街|大道|胡同|(?<![线思网电套出一道])路(?!由|程|线|途)|(?<=[\u4e00-\u9fa5]一)(?<![这那]一)路(?=[东西南北中]?[段路]?[0-9甲乙附零二三四五六七八九十]{1,5}(?:-[0-9]{1,4})?[号弄])|(?<![逛])街(?!道|机)|巷"
    r"|(?<![知通频报味渠公轨水跑赛难几街一要北海])道(?!理|具|歉|路|教)"
    r"|(?<![农试])(?:村|庄|屯)(?!委)(?![东西南北中]?[路街镇道])|(?<=[一二三四五六七八九十])条(?!件)"
    r"|(?<=[一二三四五六七八九十东西南北])里(?=[0-9甲乙丙东西南北]|[^\u4e00-\u9fa5]|$)|(?<=[环四三二五六])环(?!节|境|保)"
    r"|国道|省道|(?<=路)段)"
)
_ALONG = (
    rf"(?:[东西南北中][段路街]?|[一二三四五六七八九十]段|[东西南北中]?侧)?"
    rf"(?:[与和]{HAN}{{1,6}}?[路街道](?:[东西南北中]?路?交[叉汇]?[口处]{{0,2}})?|交[叉汇][口处])?"
)
_BUILDING = (
    "小区|社区|花园|公寓|大厦|大楼|广场|家园|新村|新城|花城|庄园|山庄|别墅|大院|嘉园|名苑|雅苑|佳苑|花苑|华庭|豪庭|庭院"
    "|国际|中心|宿舍|大学|学院|中学|小学|医院|写字楼|综合楼|商城|市场|工业区|园区|家属院|半岛|春天|公馆|名邸|雅居|首府|府邸|城邦"
    "|SOHO|MALL|厂房|商务楼|科技楼|村委会|居委会|大队|苑|府|庭|湾|郡|阁|邸|城|园|居|墅"
)
_LANDMARK = (
    "大酒店|酒店|饭店|宾馆|度假村|景区|公园|停车场|公交站|地铁站|火车站|汽车站|客运站|车站|购物中心|超市|环岛|立交桥|桥|水库|派出所"
    "|银行|驿站|体育场|体育馆|博物馆|邮局|邮政支局|加油站|水站|商店|药店|幼儿园|敬老院"
)
COMPONENT = re.compile(
    rf"(?P<place>(?:{PLACE})(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市|州)?(?![路街]))"
    rf"|(?P<triple>{_TRIPLE})"
    rf"|(?P<number>{_TOWER}|{_NUM}{_HOUSE}(?:[内外楼院东西南北]{{0,2}}))"
    rf"|{HAN}{{1,12}}?(?P<region>{_REGION})"
    rf"|{_WORD}{{1,9}}?(?P<street>{_STREET}){_ALONG}"
    rf"|{_WORD}{{1,12}}?(?P<building>(?:{_BUILDING})(?:社区|小区|花园|公寓|广场|中心|大厦|新区)?)"
    rf"|(?P<room>(?<=[号楼门舍幢栋座元室层弄街路巷#-])[A-Za-z]?[0-9]{{1,5}}(?:-[0-9]{{1,4}}){{0,3}}(?![0-9元件个天年"
    rf"月点米:%.]))"
    rf"|{HAN}{{1,10}}?(?P<landmark>{_LANDMARK})"
)
# A street that begins where a region is read, and ends before it: 李天路|环宇科技园.
STREET = re.compile(rf"{_WORD}{{1,9}}?{_STREET}{_ALONG}")
# Between a region and a house number: a place whose name has none of the suffixes above.
SPOT = re.compile(rf"{_WORD}{{1,8}}?(?={_TOWER}|{_NUM}{_HOUSE}|{_TRIPLE}|菜鸟驿站|丰巢|快递柜|门卫室)")
BETWEEN = re.compile(r"[ ,、·-]?[ ]?")
# A building with a room or a staircase with one: 17号楼3单元805室, 3栋502. What may stand before is an estate's name
# without any of the words below.
_ROOM = r"[ ]?[A-Z]?[0-9]{3,4}(?:室|房|号房)?(?![0-9]|[ ]?[元件个人户平米天年月点套间分页题多%.:])"
ROOM_ALONE = re.compile(
    rf"(?P<estate>[\u4e00-\u9fa5]{{0,8}}(?:[0-9A-Z]{{1,2}}[区期])?)"
    rf"(?<![0-9A-Za-z-])(?<!第)(?P<room>(?:[0-9]{{1,3}}|[A-Z][0-9]?)(?:号楼|[幢栋座#])[ ]?"
    rf"(?:[0-9一二三四五六]{{1,2}}(?:单元|门)[ ]?)?{_ROOM}|[0-9一二三四五六]{{1,2}}单元{_ROOM})"
)
# Where a courier leaves a parcel.
COURIER = re.compile("驿站|丰巢|快递|自提|门卫|保安|传达|收发|代收|物业|前台")
# What follows a room and nothing else.
AFTER_ROOM = re.compile(r"$|[\s,，。;!！?？)）]|来|吧|收|谢|了|吗|呢|等|有|没|的?(?:门口|物业)")
# Where in or by a building: what a courier is told.
TAIL = re.compile(
    r"(?:[ ,，(（]?(?:[东西南北]{1,2}(?:侧|角|门|面|边|头|口)|[向往]?[东西南北]{0,2}[0-9]{1,4}米(?:路[东西南北])?"
    r"|路[东西南北](?![路街])"
    r"|对面|斜对面|旁边?|底商|门口|入口处?|[A-Z]?[0-9]{1,2}F|地[上下][一二三]层|[左右]手边|[东西]户|菜鸟驿站|丰巢(?:快递)?柜|快递柜"
    r"|自提柜|门卫室?|保安室|保安亭|传达室|收发室|物业(?:处|中心)?|前台|(?:超市)?代收点|快递点|邮政点)[)）]?){1,4}"
)
# A street or building with a place beside it, a number of a house, a chain of regions, or an announcing word.
CUE = (
    "(?:[0-9零一二三四五六七八九十]|[A-Za-z])(?:号|弄|幢|栋|座|单元|室)|[镇乡县区市省][\u4e00-\u9fa5]{1,12}[村路街道庄园楼城店苑]"
    "|地址|住址|住在|家住|位于|寄到|送到|寄往|发到|[号栋幢座元楼门舍#][ ]?[A-Z]?[0-9]|T[1-9]|菜鸟驿站|丰巢"
    "|快递柜|门卫室|[A-Za-z0-9]-[0-9]{1,2}-[0-9]{3}"
    "|[园区苑城府湾庭邸舍居厦寓墅村][0-9]{1,2}-[A-Z]?[0-9]{3}"
    "|[路街道巷村镇园厦城区县][\u4e00-\u9fa5A-Za-z0-9·]{0,14}"
    "(?:对面|旁|[东西南北](?:侧|角|门|口)|[0-9]米|底商|交叉|交口|交汇|[0-9一二三四五六七八九]层|[0-9]F)"
)
CUED = re.compile(CUE)
CLAUSE = re.compile("[^。!?;\n]+")
# A line that ends in a part of an address goes on in the next.
BROKEN_LINE = re.compile("(?<=[省市区县镇乡旗州号路街道弄村栋幢座楼])\n(?=[\u4e00-\u9fa50-9])")
ANNOUNCING = re.compile(
    rf"(?:地址|住址|住在|家住|寄[到往至给]|[派配]?送[到往至去]|[货件]发|发[到往至]|搬到|所在地|户籍|籍贯|现居|坐标|我住|[我他她]家在|家在|老家"
    rf"|取件|邮寄)"
    rf"{GAP}(?:改|换|更新|变更|更正|修改)?(?:成|为|到|至|是|在)?{JOIN}$"
)
QUESTION = re.compile("^(?:什么|哪|多少|吗|呢|怎么|是否|可以|能|有没有)")
# 汉庭酒店(北京良乡大学城店): a place that a shop is called by.
SHOP_AFTER = re.compile("(?:[\u4e00-\u9fa5]{0,3}店|的?[一-龥]{0,2}(?:市|省|小镇|城镇|城市))")
# A number followed by this is a date, a deadline or a choice rather than a house.
DATE_AFTER = re.compile(
    "[ ]?(?:之?前|之?后|以前|以后|发货|到货|送达|左右|上午|下午|早上|晚上|中午|凌晨|线|店|码|色|选手|套餐|链接|客服)"
)
# The last of these in the first component ends the sentence before the address.
LEAD = re.compile(
    "^[送寄放发收]|寄[到往给]|送[到往至货去]|[货件]发|发[到往]|住在|住址|地址|位于|搬[到去]|改[成为到]|换[成为到]|填[成的]?|变更为|更正为|修改为|更新为|坐标"
    "|我家|你家|他家|她家|在|到|是|为(?!民)|从(?![化江])|往|离|给|把|请|去|住|我|你|您|他|她|的|了|这|那|叫|有|就|也|还|帮|说|里有|先生"
    "|女士|收|:|然后|周边|附近|另外|评分|类型"
)
STATED = re.compile(
    rf"(?:地址|住址|家住|住在){GAP}(?:改|换|更新|变更|更正|修改)?(?:成|为|到|至)?{JOIN}在?"
    rf"(?P<v>(?:(?!请|谢谢|麻烦|电话|手机|联系|收件|收货|姓名|邮编|尽快|可以|我叫|帮我|然后"
    rf"|[0-9]{{7}})[\u4e00-\u9fa5A-Za-z0-9#()/\- ]){{4,40}})"
)
