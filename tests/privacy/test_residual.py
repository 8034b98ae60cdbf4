"""The second look after cleaning: what it sees, what it must not count, and that it stands apart from the rules."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.privacy import residual as module
from jobs.privacy.desensitise import Desensitiser
from jobs.privacy.params import PrivacyParams
from jobs.privacy.recognizers import ENTITIES
from jobs.privacy.residual import RESIDUAL_ENTITIES, RESIDUAL_PATTERNS, kinds_to_count, residual
from jobs.privacy.surrogates import RowSurrogates
from jobs.stages.remove_pii import residual_kinds

SEEN = [
    ("电话13800138000", "mobile"),
    ("138-0013-8000", "mobile"),
    ("１３８００１３８０００", "mobile"),
    ("幺三八零零一三八零零零", "spoken_number"),
    ("010-62345678", "telephone"),
    ("400-820-8820", "telephone"),
    ("11010519491231002X", "id_card"),
    ("6222 0212 3456 7890 128", "bank_card"),
    ("91330100799655058B", "credit_code"),
    ("护照号E12345678", "travel_document"),
    ("a@b.com", "email"),
    ("zs(at)163.com", "email"),
    ("47.95.1.2", "ip"),
    ("00:1A:2B:3C:4D:5E", "mac"),
    ("京A12345", "plate"),
    ("微信：abc123456", "account"),
    ("https://a.cn/x?a=1&token=abc123", "url_value"),
    ("生日1990-05-03", "date_of_birth"),
    ("姓名：张伟，男", "name"),
    ("My name is John Smith", "name"),
    ("联系人：欧阳建国，请回复", "name"),
    ("，王小明先生您好", "name"),
    ("荷塘苑3栋502室", "address"),
    ("建国路88号", "address"),
]
NOT_COUNTED = [
    "微信号example_vx3j199e",  # an invented id that itself begins like an announcement
    "",
    "电话<PHONE_1>，姓名：<NAME_1> 电话：<PHONE_2>",
    "电话<PHONE_0123456789ab>",
    "电话138****8000，卡号6222********0128",
    "订单号13800138000，运单号：SF1380013800012，单号是6222021234567890128",
    "共13800138000元，满1000减100，库存123456789件",
    "2024-03-15 12:30:45，版本10.2.3.4，比例16:9",
    "时间戳1700000000000，ISBN 978-7-111-40701-0",
    "一千三百八十万零五百，一二三四五",
    "icon@2x.png，@张三",
    "https://item.taobao.com/item.htm?id=13800138000&name=a",
    "对方女士，联系人：客服，我知道5号发货",
    "12345678901234567890123456",
]


@pytest.mark.parametrize(("text", "kind"), SEEN)
def test_sees(text: str, kind: str) -> None:
    assert residual(f"你好，{text}。谢谢") == {kind: 1}


SURROGATES_TELL = [
    ("PERSON", "姓名：{v}，电话", ["张伟", "欧阳建国", "约翰·史密斯", "王小明"]),
    ("PERSON", "My name is {v}.", ["John Smith", "MARY O'Neil"]),
    ("ADDRESS", "地址{v}", ["浙江省杭州市西湖区文三路478号3栋502室", "建国路88号", "阳光花园5栋2单元301室"]),
    ("ALIPAY_ID", "支付宝账号{v}", ["zhangsan1990", "2088123412341234", "13800138000", "a_b@163.com"]),
    ("WECHAT_ID", "加v：{v}", ["wxid_ai27k14d11ja", "zhangsan_1990"]),
    ("PHONE_NUMBER", "加我微信{v}", ["+8617317257195", "1477721205二", "幺、六、六、幺、零、四、零、二、七、四、七"]),
    ("CREDIT_CARD", "储蓄卡号是{v}帮我查", ["356 833 617 077 8258", "6259　6526　4420　8178", "62170000 34878696718"]),
    ("CN_ID_CARD", "身份证号是{v}", ["371 581 1951 0618 186X", "37158119510618186X"]),
    ("URL", "https://a.cn/x?a=1&token={v}", ["abc12345", "123456789", "13800138000", "a%40b.com", "张伟"]),
]


@pytest.mark.parametrize(("entity", "sentence", "values"), SURROGATES_TELL)
def test_no_invented_value_is_counted(entity: str, sentence: str, values: list[str]) -> None:
    kinds = residual_kinds({"policy": {entity: "surrogate"}})
    for value in values:
        for n in range(40):
            made = RowSurrogates(b"s" * 32, f"row {n}", [(entity, value)]).surrogate(entity, value)
            assert made != value
            assert residual(sentence.replace("{v}", made), kinds) == {}, made


@pytest.mark.parametrize("text", NOT_COUNTED)
def test_does_not_count(text: str) -> None:
    assert residual(text) == {}


def test_only_kinds_of_which_policy_leaves_nothing_are_counted() -> None:
    everything = set(ENTITIES)
    assert set(kinds_to_count(everything)) == set(RESIDUAL_PATTERNS) == set(RESIDUAL_ENTITIES)
    assert "ip" not in kinds_to_count(everything - {"IP_ADDRESS"})
    assert residual("47.95.1.2", kinds_to_count(everything - {"IP_ADDRESS"})) == {}
    assert set(residual_kinds({})) == set(RESIDUAL_PATTERNS)
    assert "mobile" not in residual_kinds({"policy": {"PHONE_NUMBER": "keep"}})
    invented = residual_kinds({"policy": {"default": "surrogate"}})
    assert set(RESIDUAL_PATTERNS) - set(invented) == {"date_of_birth"}, "any date can be somebody's"
    assert "mobile" in residual_kinds({"policy": {"PHONE_NUMBER": "surrogate"}}), "154 is nobody's"
    assert residual_kinds({"policy": {"default": "keep"}}) == ()
    assert residual_kinds({"entities": ["EMAIL_ADDRESS"]}) == ("email",)


def test_it_imports_no_rule() -> None:
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert [name for name in names if name.startswith("jobs")] == []


def test_nothing_is_left_of_what_cleaning_takes_out() -> None:
    desensitiser = Desensitiser.from_params(PrivacyParams())
    for text, _kind in SEEN:
        cleaned, _counts = desensitiser.desensitise_text(f"你好，{text}。谢谢")
        assert residual(cleaned) == {}, cleaned


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert all(n > 0 for n in residual(text).values())


@pytest.mark.parametrize("piece", ["1", "1 ", "a@", "张", "路1", "订单号", "幺", "0-", "?tel=", "a.", "姓名:", "<A_1>"])
def test_time_is_bounded(piece: str) -> None:
    started = time.process_time()
    residual(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 5
