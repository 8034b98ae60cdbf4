"""Chinese addresses: their forms, what is none, the laws of the rule, and real business addresses."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.privacy.addresses import chinese, pinyin
from jobs.privacy.spans import Span, without_overlaps
from jobs.privacy.view import fold

RULES = chinese.RULES + pinyin.RULES


def addresses_in(text: str) -> list[str]:
    view = fold(text)
    found = [
        Span(*view.span(start, end), rule.entity, score, rule.name)
        for rule in RULES
        if rule.cued(view.text)
        for start, end, score in rule.find(view.text)
    ]
    return [text[span.start : span.end] for span in without_overlaps(found)]


@pytest.mark.parametrize(
    ("before", "address", "after"),
    [
        ("寄到", "广东省深圳市南山区科技南路16号深圳湾科技园9栋B座1201室", "，谢谢"),
        ("", "杭州市西湖区文三路478号华星时代广场A座5层", ""),
        ("我住", "阳光花园5栋2单元301室", "，麻烦送上门"),
        ("地址：", "幸福路12号3单元502", ""),
        ("送", "徐汇区漕溪北路331弄5号1802室", "就行"),
        ("麻烦改到", "湖北省恩施土家族苗族自治州利川市谋道镇鱼木村三组", "。"),
        ("货发", "东莞市长安镇沙头社区靖海东路12号3栋二楼", ""),
        ("我在", "碧水半岛7-2-1801", "，地址没写错"),
        ("地址是", "世纪湾3-2-1949", "。"),
        ("", "苏州市工业园区星湖街328号创意产业园5-B101", ""),
        ("收件地址", "河北省 石家庄市 长安区 中山东路126号 北国大厦", ""),
        ("寄", "吉安市永新县和平路与科技北路交叉口往东200米", ""),
        ("放", "朝阳区望京西路50号院3号楼门卫室", "吧"),
        ("寄往", "香港九龍旺角彌敦道688號旺角中心12樓A室", ""),
        ("", "台北市信義區忠孝東路四段500號7樓之2", ""),
        ("邮寄地址为：", "北京市海淀区中关村南大街甲１２号", ""),
        ("我家在", "从江县丙妹镇江东北路88号", ""),
        ("新地址", "贵州省毕节市威宁彝族回族苗族自治县草海镇建设东路66号", ""),
        ("", "福建省漳州市南靖县丰田镇\n丰华路12号", ""),
        ("在", "北京市丰台区赵公口7号楼", "上班"),
        ("到", "望京SOHO T3 1201", "找前台"),
        ("我住在", "滨海一路294号", "，楼下有药店"),
        ("师傅到", "科技园路33号", "来修"),
        ("上门安装，", "5号楼2单元2232室", ""),
        ("快递到", "7栋1124", "了吗"),
        ("王芳 13800138000 ", "绿地新都会3栋3单元1753", ""),
        ("送到", "四川省成都市武侯区-解放路-292号-金色家园-114", "，谢谢"),
        ("上门安装，", "成都市双流区恒大绿洲菜鸟驿站", ""),
        ("帮我改成", "碧桂园丰巢柜", ""),
        ("王芳 ", "荷塘月色小区19#692", ""),
        ("我在", "武汉大学信息学部10舍408", ""),
        ("寄到", "Room 1071, Building 19, No. 214 Wensan Road, Xihu District, Hangzhou", ""),
        ("送到", "257 Zhongshan East Road, Huangpu District, Shanghai 200002", "，谢谢"),
    ],
)
def test_finds(before: str, address: str, after: str) -> None:
    assert addresses_in(before + address + after) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "北京",
        "上海市是直辖市",
        "我想去北京朝阳区玩",
        "江浙沪地区包邮，新疆西藏除外",
        "5号前发货，3号线地铁",
        "二楼3号柜台，一层儿童区",
        "这条路不通，道路施工",
        "我知道怎么走，频道和渠道都看过",
        "年前便下乡进村走访",
        "香港、澳门和台湾",
        "北海道的雪很美",
        "请问地址怎么修改",
        "收货地址填错了",
        "社区和小区有什么区别",
        "3-2-1倒计时",
        "尺码36-38-400",
        "日期2023-11-22",
        "一座城市，位于默帕尼区自治市的林波波省",
        "位于圣克鲁兹县、蒙特利半岛和圣路易斯奥比斯保县",
        "汉庭酒店(北京良乡大学城店)",
        "这一路3号车厢都满了",
        "建了3栋120米的楼",
        "3栋都卖完了，1单元的内容考完了",
        "第3栋502户",
        "Main Road is closed，走别的路",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert addresses_in(text) == []


PARTS = """
北京市 朝阳区 建国路 88号 3单元 502室 5栋 阳光花园 世纪湾 3-2-1801 李家村 二组 长安镇 从江县 与 交叉口 对面 东侧
地址 送到 我住 在 的 ， 。 号 路 区 村 镇 1 - 3楼 工业园 菜鸟驿站 往东200米 101 大厦 A座 B1 ( ) 弄
"""
TEXTS = st.lists(st.one_of(st.sampled_from([*PARTS.split(), "\n", " "]), st.text(max_size=4)), max_size=10).map("".join)
CUES = {rule.name: re.compile(rule.cue, re.IGNORECASE) for rule in RULES}


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_every_text_with_an_address_holds_the_cue(text: str) -> None:
    for rule in RULES:
        found = list(rule.find(text))
        assert all(0 <= start < end <= len(text) for start, end, _ in found)
        assert not found or CUES[rule.name].search(text)


def test_cues_are_portable() -> None:
    assert not [rule.name for rule in RULES if re.search(r"\(\?[=!<]|\\b", rule.cue)]


def words(text: str) -> list[str]:
    return text.split()


ROADS = words("人民 解放 中山 建设 和平 文化 学府 滨江 迎宾 朝阳 光明 新华 友谊 科技 创业")
ESTATES = words("阳光花园 金色家园 碧桂园 翡翠公寓 锦绣新村 龙湖小区 香榭丽舍 御景湾 学府名苑 滨江一号")
REGIONS = words(
    "江苏省南京市鼓楼区 成都市武侯区 天河区 河南省洛阳市涧西区 济南历下区 广西南宁市青秀区 义乌市 昆明市官渡区关上街道"
)
FORMS = [
    lambda r: f"{r.choice(REGIONS)}{r.choice(ROADS)}路{r.randint(1, 900)}号",
    lambda r: f"{r.choice(REGIONS)}{r.choice(ROADS)}大道{r.randint(1, 900)}号{r.choice(ESTATES)}{r.randint(1, 30)}栋",
    lambda r: f"{r.choice(ROADS)}街{r.randint(1, 90)}号{r.randint(1, 9)}号楼{r.randint(101, 1802)}",
    lambda r: f"{r.choice(ESTATES)}{r.randint(1, 30)}幢{r.randint(1, 4)}单元{r.randint(101, 1802)}室",
    lambda r: f"{r.choice(REGIONS)}{r.choice(ESTATES)}{r.randint(1, 30)}-{r.randint(1, 4)}-{r.randint(101, 1802)}",
    lambda r: f"{r.choice(ROADS)}东路{r.randint(10, 900)}弄{r.randint(1, 90)}号{r.randint(101, 1802)}室",
    lambda r: f"{r.choice(REGIONS)}{r.choice(ROADS)}工业园{r.choice('ABC')}区{r.randint(1, 20)}栋{r.randint(1, 6)}楼",
    lambda r: f"{r.choice(REGIONS)}{r.choice(ROADS)}镇{r.choice('李王张')}家村{r.choice('一二三')}组",
]
TALKS = ["寄到{}", "我住{}，麻烦快点", "地址改成{}可以吗", "你好，{}能送吗", "帮我发到{}", "{}，电话没变"]


def test_generated_addresses() -> None:
    """Target of issue 6: overlap recall at least 0.90."""
    draw = random.Random(5)
    drawn = [(draw.choice(FORMS)(draw), draw.choice(TALKS)) for _ in range(500)]
    found = [addresses_in(talk.replace("{}", address)) for address, talk in drawn]
    hits = [
        any(span in address or address in span for span in spans)
        for (address, _), spans in zip(drawn, found, strict=True)
    ]
    assert sum(hits) >= 475


def test_real_addresses_in_a_sentence_that_does_not_announce_them(shared_data: Path) -> None:
    rows = [json.loads(line) for line in (shared_data / "crosswoz" / "contacts.jsonl").open(encoding="utf-8")]
    addresses = [row["address"] for row in rows if row["address"]]
    assert sum(bool(addresses_in(f"酒店在{address}附近")) for address in addresses) >= 0.88 * len(addresses)
    assert sum(bool(addresses_in(f"你好，地址是{address}。")) for address in addresses) >= 0.97 * len(addresses)
