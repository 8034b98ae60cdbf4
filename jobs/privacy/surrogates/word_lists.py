"""What invented names and streets are put together from. Each list is closed, so that what was made can be told."""

from __future__ import annotations

# By frequency after the Ministry of Public Security's reports: a common surname becomes a common one.
_COMMON_TEXT = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱江尹薛闫段雷侯龙史陶黎"
    "贺顾毛郝龚邵万覃武钱"
)
COMMON_SURNAMES = tuple(_COMMON_TEXT)
_COMPOUND_SURNAMES_TEXT = "欧阳 上官 司马 诸葛 夏侯 皇甫 尉迟 慕容 令狐 宇文 长孙 司徒 南宫 东方"
COMPOUND_SURNAMES = tuple(_COMPOUND_SURNAMES_TEXT.split())

# Given names of two characters, one of each list: such as women and men bear, so that no title belies them, and so
# rare in these pairs (1,600 of them) that a real name is hardly ever taken for an invented one.
GIVEN_FIRST = tuple("砚霁岑澜筠洵珩沅湛笙棠穗聿衍翊昀祁邈嵘漪蘅桉芮淞溯珂瑭屹叙黛栩迦椿泠霖旻绎苓钰槿")
GIVEN_SECOND = tuple("禾屿汀舟野川遥岚栖篱荻樾澍笺岫檐坞苔溪崖杳霭墨砾陌蓝汐棹渡笛茗稞梧葭洄堇漾筝桁稔")

# Foreign names in characters: a part is two of these.
_FOREIGN_FIRST_TEXT = "贝 塔 洛 维 诺 弗 戴 卡 梅 佐"
FOREIGN_FIRST = tuple(_FOREIGN_FIRST_TEXT.split())
_FOREIGN_SECOND_TEXT = "兰德 维尔 特罗 里斯 尔莫 莱克 恩堡 帕诺"
FOREIGN_SECOND = tuple(_FOREIGN_SECOND_TEXT.split())
# Latin names: a word is one of each.
_LATIN_FIRST_TEXT = "Bran Cal Dor El Far Gal Hol Jor Kel Lor Mar Nor Per Ros Sel Tar Ul Ver Wes Yar"
LATIN_FIRST = tuple(_LATIN_FIRST_TEXT.split())
_LATIN_SECOND_TEXT = "bick dane ferth gard hurst lind mont nell quist rick stead thorpe vane wicke"
LATIN_SECOND = tuple(_LATIN_SECOND_TEXT.split())
_LATIN_TITLES_TEXT = "mr mrs ms miss mx dr prof sir madam"
LATIN_TITLES = frozenset(_LATIN_TITLES_TEXT.split())

# Streets that stand on no map that we know of.
_STREET_NAMES_TEXT = """
    栖霁 澜汀 穗野 砚溪 鹭屿 篁岸 霁川 芷岭 栩桥 沅坞 岫云里 棠泾 笺湖 聿丰 漪安 蘅塘 樾园 洄澜 葭浦 稔丰
"""
STREET_NAMES = tuple(_STREET_NAMES_TEXT.split())
STREET_KINDS = ("路", "街", "大道", "巷")
LATIN_STREETS = ("Street", "Road", "Avenue", "Lane")
# Where they are said to be. Places of millions of people tell nobody apart.
PLACES = (
    "江苏省南京市鼓楼区",
    "浙江省杭州市西湖区",
    "广东省广州市天河区",
    "四川省成都市武侯区",
    "湖北省武汉市江汉区",
    "山东省济南市历下区",
    "福建省厦门市思明区",
    "湖南省长沙市岳麓区",
    "陕西省西安市雁塔区",
    "辽宁省沈阳市和平区",
    "河南省郑州市金水区",
    "安徽省合肥市蜀山区",
)
