"""What the analyzer finds, what it leaves alone, and the laws that hold for any text."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.privacy.analyzer import Analyzer
from jobs.privacy.numbers.checksums import id_card_check, luhn_ok

ANALYZER = Analyzer()

FOUND = [
    ("我叫张伟，电话是13800138000", {"张伟": "PERSON", "13800138000": "PHONE_NUMBER"}),
    ("手机138-0013-8000或 +86 139 0013 9000", {"138-0013-8000": "PHONE_NUMBER", "+86 139 0013 9000": "PHONE_NUMBER"}),
    ("電話１３８００１３８０００", {"１３８００１３８０００": "PHONE_NUMBER"}),
    ("座机010-88886666转801", {"010-88886666转801": "PHONE_NUMBER"}),
    ("电话是62345678", {"62345678": "PHONE_NUMBER"}),
    ("邮箱zhang.san@example.com请发票", {"zhang.san@example.com": "EMAIL_ADDRESS"}),
    ("卡号6222020000000000000谢谢", {"6222020000000000000": "CREDIT_CARD"}),
    (
        "收货人是欧阳娜娜，寄到成都市武侯区天府大道北段1700号",
        {"欧阳娜娜": "PERSON", "成都市武侯区天府大道北段1700号": "ADDRESS"},
    ),
    ("收件人：<b>赵敏</b>", {"赵敏": "PERSON"}),
    ("姓名：古丽娜·买买提", {"古丽娜·买买提": "PERSON"}),
    ("谢谢李女士", {"李": "PERSON"}),
    ("我住在阳光花园5栋2单元301室", {"阳光花园5栋2单元301室": "ADDRESS"}),
    ("地址改到幸福路12号3单元502", {"幸福路12号3单元502": "ADDRESS"}),
    ("寄到臺北路88號", {"臺北路88號": "ADDRESS"}),
    ("加微信：zhang_san88，QQ是12345678", {"zhang_san88": "WECHAT_ID", "12345678": "QQ_ID"}),
    ("车牌京A12345和粤B·D12345", {"京A12345": "CN_LICENSE_PLATE", "粤B·D12345": "CN_LICENSE_PLATE"}),
    ("登录ip是203.0.113.7吗", {"203.0.113.7": "IP_ADDRESS"}),
    ("张三，13912345678", {"张三": "PERSON", "13912345678": "PHONE_NUMBER"}),
    ("My name is John Smith, call (212) 555-0123.", {"John Smith": "PERSON", "(212) 555-0123": "PHONE_NUMBER"}),
    ("card 4111 1111 1111 1111, SSN 536-22-8726", {"4111 1111 1111 1111": "CREDIT_CARD", "536-22-8726": "US_SSN"}),
    ("电\u200b话138\u200b00138000", {"138\u200b00138000": "PHONE_NUMBER"}),
]

LEFT = [
    "订单号20240315123456789012什么时候发货",
    "订单13912345678到哪了",
    "时间戳1700000000000",
    "价格是1999.00元，一共3件，满200减30",
    "ISBN 9787111407010",
    "2024年3月15日12:30前发货",
    "型号是A1B2C3D4，版本号1.2.3.4",
    "今天5号能到吗，我知道5号发货",
    "江浙沪地区5号前发货",
    "地铁1号线，2路公交",
    "先生/女士您好，这位小姐姐",
    "对方女士",
    "我是新用户，想退款",
    "我是安卓手机",
    "快递单号SF1380013800012",
    "高兴为您服务",
    "客服中心3号回复您",
    "二楼3号柜台",
    "商品编号110101199003071095",
    "找小二，叫我怎么办，我叫了外卖",
    "微信支付成功，QQ音乐会员30天",
    "订单号是ORD-13800138000",
    "12345678901234567890",
    "128GB内存，5000万像素",
    "好的",
    "高兴",
    "图片icon@2x.png",
    "总共1234567890元",
    "The order number is 4155552671",
    "It costs $1,299.00 and weighs 0.445541 kg",
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_finds(text: str, expected: dict[str, str]) -> None:
    found = {text[s.start : s.end]: s.entity for s in ANALYZER.analyze(text)}
    assert found == expected


@pytest.mark.parametrize("text", LEFT)
def test_leaves_alone(text: str) -> None:
    assert [text[s.start : s.end] for s in ANALYZER.analyze(text)] == []


def test_id_cards_by_checksum_and_date() -> None:
    first17 = "11010119900307109"
    right = first17 + id_card_check(first17)
    wrong = first17 + ("0" if right[-1] != "0" else "1")
    no_date = "110101199013071" + "09"
    assert [s.entity for s in ANALYZER.analyze(f"请核对{right}谢谢")] == ["CN_ID_CARD"]
    assert ANALYZER.analyze(f"请核对{wrong}谢谢") == []
    assert ANALYZER.analyze(f"请核对{no_date + id_card_check(no_date)}谢谢") == []
    announced = ANALYZER.analyze(f"身份证号是{wrong}")
    assert [(s.entity, s.score) for s in announced] == [("CN_ID_CARD", 0.5)]
    assert Analyzer(min_score=0.6).analyze(f"身份证号是{wrong}") == []


def test_luhn() -> None:
    assert luhn_ok("4111111111111111")
    assert not luhn_ok("4111111111111112")
    assert not luhn_ok("0000000000000000")


def test_optional_entities_are_off_by_default() -> None:
    text = "订单号ORD-2024031512，快递单号SF1380013800012"
    assert ANALYZER.analyze(text) == []
    found = Analyzer(entities=["ORDER_NUMBER", "PARCEL_NUMBER"]).analyze(text)
    assert [(text[s.start : s.end], s.entity) for s in found] == [
        ("ORD-2024031512", "ORDER_NUMBER"),
        ("SF1380013800012", "PARCEL_NUMBER"),
    ]


def test_unknown_entity_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"no entity 'PHONE_NUMBERS'; did you mean 'PHONE_NUMBER'"):
        Analyzer(entities=["PHONE_NUMBERS"])
    with pytest.raises(ValueError, match="no language 'fr'"):
        Analyzer(languages=["fr"])


_PIECES = st.sampled_from(
    [
        "13800138000",
        "张伟",
        "我叫",
        "先生",
        "北京市",
        "朝阳区",
        "建国路",
        "88号",
        "3单元",
        "@",
        "a.com",
        ",",
        "，",
        "。",
        "微信",
        "qq",
        "收件人",
        "：",
        "0",
        "-",
        "12",
        "<NAME_1>",
        "5号",
        "路",
        "村",
        "区",
        "\u200b",
        "My",
        "name",
        "is",
        "John",
        "4111111111111111",
        "京A12345",
        "1.2.3.4",
        "电话",
        "收",
        "\n",
        "&nbsp;",
        "<b>",
        "聯繫",
        "號",
    ]
)
TEXTS = st.lists(st.one_of(_PIECES, st.text(max_size=6)), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_spans_are_inside_in_order_and_apart_and_the_prefilter_loses_nothing(text: str) -> None:
    spans = ANALYZER.analyze(text)
    ends = [0, *(s.end for s in spans)]
    assert all(before <= s.start < s.end <= len(text) for before, s in zip(ends, spans, strict=False))
    assert spans == ANALYZER.analyze(text, prefilter=False)
    assert not spans or ANALYZER.may_hold(text)


@pytest.mark.parametrize(
    "piece", ["路", "北京市", "1", "1-", "a@", "区1号", "我叫", "张", "a.", "0:", "Mr. A ", "-", "1 ", "地址是"]
)
def test_time_is_linear(piece: str) -> None:
    def seconds(times: int) -> float:
        start = time.process_time()
        ANALYZER.analyze(piece * times)
        return time.process_time() - start

    few, many = 10_000 // len(piece), 40_000 // len(piece)
    seconds(few)
    # Four times the text: about four times as long, where a quadratic expression would take sixteen times.
    assert seconds(many) < 8 * seconds(few) + 0.3


def test_import_is_cheap_and_leaves_torch_importable() -> None:
    code = (
        "import sys, jobs.privacy, jobs.privacy.analyzer\n"
        "assert 'presidio_analyzer' not in sys.modules\n"
        "a = jobs.privacy.analyzer.Analyzer(); a.analyze('电话13800138000')\n"
        "assert 'presidio_analyzer' in sys.modules and 'torch' not in sys.modules and 'transformers' not in sys.m"
        "odules\n"
        "import importlib.util; importlib.util.find_spec('torch')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_real_addresses_and_landlines(shared_data: Path) -> None:
    rows = [json.loads(line) for line in (shared_data / "crosswoz" / "contacts.jsonl").open(encoding="utf-8")]
    addresses = [row["address"] for row in rows if row["address"]]
    found = sum(any(s.entity == "ADDRESS" for s in ANALYZER.analyze(f"你好，地址是{a}。")) for a in addresses)
    phones = [p.strip() for row in rows for p in row["phone"].split(",") if p.strip()]
    rung = sum(any(s.entity == "PHONE_NUMBER" for s in ANALYZER.analyze(f"电话是{p}。")) for p in phones)
    assert found >= 0.94 * len(addresses)
    assert rung >= 0.99 * len(phones)


def test_real_area_codes(shared_data: Path) -> None:
    draw = random.Random(7)
    codes = [
        c for c in json.loads((shared_data / "id-areacodes" / "addressCode.json").read_text("utf-8")) if c[4:] != "00"
    ]
    for code in draw.sample(codes, 300):
        first17 = (
            f"{code}{draw.randint(1940, 2015)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
            f"{draw.randint(0, 999):03d}"
        )
        check = id_card_check(first17)
        other = draw.choice([c for c in "0123456789X" if c != check])
        assert [s.entity for s in ANALYZER.analyze(f"号码{first17}{check}，")] == ["CN_ID_CARD"]
        assert ANALYZER.analyze(f"请看{first17}{other}，") == []


def test_english_spans(shared_data: Path) -> None:
    rows = json.loads((shared_data / "presidio" / "synth_dataset_v2.json").read_text("utf-8"))
    entities = ("EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE")
    total = hit = false = 0
    for row in rows:
        spans = [s for s in ANALYZER.analyze(row["full_text"]) if s.entity in entities]
        truth = [t for t in row["spans"] if t["entity_type"] in entities]
        total += len(truth)
        hit += sum(any(s.start < t["end_position"] and s.end > t["start_position"] for s in spans) for t in truth)
        false += sum(
            not any(s.start < t["end_position"] and s.end > t["start_position"] for t in row["spans"]) for s in spans
        )
    assert hit >= 0.93 * total  # the rest are Maestro cards of 12 digits, which look like any number
    assert false == 0
