"""Surrogates: the same for the same value, of the same form, with check digits that fit, and nobody's."""

from __future__ import annotations

import ipaddress
import json
import re
import string
from collections.abc import Callable
from datetime import date
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.privacy.comparable import comparable
from jobs.privacy.numbers.checksums import id_card_check, id_card_plausible, luhn_ok
from jobs.privacy.surrogates import SURROGATE_PATTERNS, RowSurrogates, is_surrogate
from jobs.privacy.surrogates.numbers import credit_code_check
from jobs.privacy.surrogates.stream import Stream, cycle

SALT = b"a salt for tests, and for them only"
_WIDE = str.maketrans(string.digits, "０１２３４５６７８９")


def surrogate(entity: str, value: str, scope: str = "dialogue 7", salt: bytes = SALT) -> str:
    return RowSurrogates(salt, scope, [(entity, value)]).surrogate(entity, value)


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(string.digits, min_size=count, max_size=count)


MOBILES = st.builds("1{}{}".format, st.sampled_from("356789"), digits(9)).filter(lambda n: not n.startswith("154"))
ID_CARDS = st.builds(
    lambda area, day, order: (first := area + day.strftime("%Y%m%d") + order) + id_card_check(first),
    st.sampled_from(["110101", "310115", "440305", "510104"]),
    st.dates(date(1930, 1, 1), date(2015, 12, 31)),
    digits(3),
)
VALUES = st.one_of(
    st.tuples(st.just("PHONE_NUMBER"), MOBILES),
    st.tuples(
        st.just("PHONE_NUMBER"),
        st.builds("0{}-{}{}".format, st.sampled_from(["10", "21", "755"]), st.sampled_from("2368"), digits(7)),
    ),
    st.tuples(st.just("CN_ID_CARD"), ID_CARDS),
    st.tuples(st.just("CREDIT_CARD"), st.builds("62{}".format, digits(17))),
    st.tuples(
        st.just("EMAIL_ADDRESS"),
        st.builds(
            "{}@{}.cn".format, st.text("abcxyz0189._", min_size=3, max_size=12), st.text("mnop", min_size=2, max_size=6)
        ),
    ),
    st.tuples(st.just("IP_ADDRESS"), st.ip_addresses(v=4, network="47.0.0.0/8").map(str)),
    st.tuples(
        st.just("MAC_ADDRESS"), st.builds(lambda b: ":".join(f"{x:02X}" for x in b), st.binary(min_size=6, max_size=6))
    ),
    st.tuples(st.just("CN_LICENSE_PLATE"), st.builds("京A{}".format, digits(5))),
    st.tuples(st.just("PASSPORT"), st.builds("E{}".format, digits(8))),
    st.tuples(st.just("QQ_ID"), st.builds("1{}".format, digits(8))),
    st.tuples(st.just("WECHAT_ID"), st.builds("wx{}".format, st.text("abc123", min_size=6, max_size=10))),
    st.tuples(st.just("ADDRESS"), st.sampled_from(["北京市朝阳区建国路88号", "幸福路12号3栋402室", "5 Main Street"])),
    st.tuples(st.just("US_SSN"), st.just("536-22-8726")),
    st.tuples(st.just("IBAN_CODE"), st.just("DE89370400440532013000")),
)


@given(VALUES)
def test_what_is_made_is_told_and_is_not_the_value(entity_and_value: tuple[str, str]) -> None:
    entity, value = entity_and_value
    made = surrogate(entity, value)
    assert is_surrogate(entity, made)
    assert comparable(entity, made) != comparable(entity, value)
    assert value not in made
    assert made == surrogate(entity, value), "the same in every run"
    assert not is_surrogate(entity, value), "no real value is taken for one"


@pytest.mark.parametrize(
    ("entity", "value"),
    [
        ("PHONE_NUMBER", "13800138000"),
        ("PERSON", "王小明"),
        ("ADDRESS", "建国路88号"),
        ("CN_ID_CARD", "11010519491231002X"),
    ],
)
def test_it_follows_from_the_salt_and_the_scope(entity: str, value: str) -> None:
    made = {surrogate(entity, value, scope, salt) for scope in ("a", "b", "c", "d") for salt in (SALT, SALT + b"2")}
    assert len(made) > 4


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("13800138000", r"154\d{8}"),
        ("+86 138-0013-8000", r"\+86 154-\d{4}-\d{4}"),
        ("１３８００１３８０００", "１５４[０-９]{8}"),
        ("幺三八零零幺三八零零零", "一五四[零一二三四五六七八九]{8}"),
        ("（010）6500 1234", r"（026）\d{4} \d{4}"),
        ("0755-26001234转801", r"064\d-\d{8}转\d{3}"),
        ("+86 10 6500 1234", r"\+86 26 \d{4} \d{4}"),
        ("400-123-4567", r"100-\d{3}-\d{4}"),
        ("6500 1234", r"10\d{2} \d{4}"),
        ("+44 20 7946 0958", r"\+99 9\d \d{4} \d{4}"),
        ("(415) 555-2671", r"\(100\) \d{3}-\d{4}"),
        ("0800 1111", r"000\d \d{4}"),
    ],
)
def test_a_telephone_number_keeps_its_form(value: str, form: str) -> None:
    made = surrogate("PHONE_NUMBER", value)
    assert re.fullmatch(form, made), made
    assert is_surrogate("PHONE_NUMBER", made)


def test_two_spellings_of_a_number_have_one_surrogate() -> None:
    row = RowSurrogates(SALT, "row 1", [("PHONE_NUMBER", "13800138000"), ("PHONE_NUMBER", "+86 138-0013-8000")])
    first, second = (row.surrogate("PHONE_NUMBER", v) for v in ("13800138000", "+86 138 0013 8000"))
    assert comparable("PHONE_NUMBER", first) == comparable("PHONE_NUMBER", second)


@pytest.mark.parametrize(
    "value", ["64045361-3015", "26123456", "99912345", "5552345-678", "010-65001234", "+1 415 555 2671", "10 6500 1234"]
)
def test_a_real_number_is_taken_for_no_surrogate(value: str) -> None:
    assert not is_surrogate("PHONE_NUMBER", value)


@given(st.one_of(MOBILES, st.builds("0{}{}".format, st.sampled_from(["108", "217", "7552", "5716"]), digits(7))))
def test_nobody_has_the_telephone_number(value: str) -> None:
    made = surrogate("PHONE_NUMBER", value)
    assert not phonenumbers.is_valid_number(phonenumbers.parse(made, "CN")), made


@given(ID_CARDS)
def test_a_resident_id_passes_its_checksum_and_is_of_no_area(value: str) -> None:
    made = surrogate("CN_ID_CARD", value)
    assert id_card_check(made[:17]) == made[17]
    assert made.startswith("99") and not id_card_plausible(made)
    assert credit_code_check(made[:17]) != made[17], "nor is it a credit code"
    born = date(int(made[6:10]), int(made[10:12]), int(made[12:14]))
    assert 30 <= (date(int(value[6:10]), int(value[10:12]), int(value[12:14])) - born).days < 430
    written = surrogate("CN_ID_CARD", f"{value[:6]} {value[6:14]} {value[14:]}")
    assert written == f"{made[:6]} {made[6:14]} {made[14:]}"


def test_no_area_of_the_table_begins_so(shared_data: Path) -> None:
    areas = json.loads((shared_data / "id-areacodes" / "addressCode.json").read_text("utf-8"))
    assert len(areas) > 3000
    assert not [area for area in areas if area.startswith("99")]


@given(st.integers(13, 19), st.data())
def test_a_card_passes_luhn_and_no_issuer_has_it(length: int, data: st.DataObject) -> None:
    made = surrogate("CREDIT_CARD", "62" + data.draw(digits(length - 2)))
    assert len(made) == length and made.startswith("00") and luhn_ok(made)


def test_a_credit_code_passes_both_checks() -> None:
    # A published example (GB 32100-2015 explained by many): Baidu's.
    assert credit_code_check("91110000802100433") == "B"
    made = surrogate("CN_USCC", "91110000802100433B")
    assert credit_code_check(made[:17]) == made[17]
    assert made[2:4] == "99"


def test_addresses_of_machines_are_for_documentation() -> None:
    networks = [ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
    assert any(ipaddress.ip_address(surrogate("IP_ADDRESS", "8.8.8.8")) in network for network in networks)
    made = ipaddress.ip_address(surrogate("IP_ADDRESS", "2400:3200::1"))
    assert made in ipaddress.ip_network("2001:db8::/32")
    assert int(surrogate("MAC_ADDRESS", "3C-22-FB-01-02-03")[:2], 16) & 3 == 2, "local, and one machine's"
    assert surrogate("EMAIL_ADDRESS", "a@b.cn").split("@")[1] in {"example.com", "example.net", "example.org"}


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("1990年1月5日", r"19(88|89)年\d{1,2}月\d{1,2}日"),
        ("1990-01-05", r"19(88|89)-\d\d-\d\d"),
        ("19900105", r"19(88|89)\d{4}"),
        ("5/1/1990", r"\d{1,2}/\d{1,2}/19(88|89)"),
        ("January 5, 1990", r"[A-Z][a-z]{2,8} \d{1,2}, 19(88|89)"),
        ("5 JAN 1990", r"\d{1,2} [A-Z]{3} 19(88|89)"),
        ("90-01-05", r"8[89]-\d\d-\d\d"),
        ("一九九〇年五月", "一九(八八|八九|九零)年[一二三四五六七八九十]{1,2}月"),
        ("一九九〇年十二月二十三日", "一九(八九|九零)年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"),
        ("1990年", r"19(88|89)年"),
        ("１９９０年１月５日", "１９８[８９]年[０-９]{1,2}月[０-９]{1,2}日"),
        ("庚午年三月初五", "庚午年[零一二三四五六七八九]月初[零一二三四五六七八九]"),
    ],
)
def test_a_date_of_birth_moves(value: str, form: str) -> None:
    made = surrogate("DATE_OF_BIRTH", value)
    assert re.fullmatch(form, made), made


@given(st.lists(MOBILES, min_size=2, max_size=6, unique=True))
def test_different_values_stay_different(values: list[str]) -> None:
    row = RowSurrogates(SALT, "row 1", [("PHONE_NUMBER", v) for v in values])
    assert len({row.surrogate("PHONE_NUMBER", v) for v in values}) == len(values)


def test_it_is_no_value_that_stands_in_the_row() -> None:
    first = surrogate("PHONE_NUMBER", "13800138000")
    beside = RowSurrogates(SALT, "dialogue 7", [("PHONE_NUMBER", "13800138000")], f"call {first}")
    assert beside.surrogate("PHONE_NUMBER", "13800138000") != first


@given(
    st.text(max_size=12),
    st.sampled_from(
        [
            "URL",
            "MEMBER_NUMBER",
            "A_KIND_OF_LATER",
            "PHONE_NUMBER",
            "CREDIT_CARD",
            "PERSON",
            "DATE_OF_BIRTH",
            "ADDRESS",
            "IBAN_CODE",
        ]
    ),
)
def test_any_text_has_one(value: str, entity: str) -> None:
    assert isinstance(surrogate(entity, value), str)


@pytest.mark.parametrize("entity", SURROGATE_PATTERNS)
def test_patterns_are_portable(entity: str) -> None:
    # What Java reads otherwise than Python: no look-around, no shorthand classes.
    assert not re.search(r"\(\?[^:]|\\[dwsb]", SURROGATE_PATTERNS[entity])


@given(st.lists(st.integers(), min_size=2, max_size=40, unique=True), st.text())
def test_a_cycle_leaves_nothing_in_place(items: list[int], part: str) -> None:
    moved = cycle(items, Stream(SALT, part))
    assert sorted(moved.values()) == sorted(items)
    assert all(moved[item] != item for item in items)


def test_parts_do_not_run_together() -> None:
    draw: Callable[..., int] = lambda *parts: Stream(SALT, *parts).below(2**64)  # noqa: E731 - one expression, used twice
    assert draw("ab", "c") != draw("a", "bc")
