import pytest

from jobs.similarity.guard_facts import chinese_number, names_of, negation_of, numbers_of, slots_of


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("十五", 15),
        ("二十", 20),
        ("三百零二", 302),
        ("一万两千", 12000),
        ("二〇二六", 2026),
        ("三亿", 300_000_000),
        ("两", 2),
    ],
)
def test_chinese_numerals(numeral: str, value: int) -> None:
    assert chinese_number(numeral) == value


def test_what_each_guard_reads() -> None:
    assert numbers_of("周五前寄3件到A区") == ("3", "5", "A")
    assert negation_of("不是没有") == ("no", "not yet")
    assert slots_of("{a} <B_1> [C_2] ${d} {{ e }}") == ("${d}", "<B_1>", "[C_2]", "{a}", "{{e}}")
    assert names_of("Paris is in France. Bob said: Go to New York") == ("france", "new", "york")
