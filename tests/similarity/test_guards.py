import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity.folding import PART
from jobs.similarity.guards import GUARDS, NEAR_GUARDS, blocks_merge, guard_keys, may_merge


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ("3天内可以退货吗", "7天内可以退货吗", "different_numbers"),
        ("三天内可以退货吗", "七天内可以退货吗", "different_numbers"),
        ("周三送到", "周五送到", "different_numbers"),
        ("百分之五的折扣", "百分之十的折扣", "different_numbers"),
        ("refund within 3 days", "refund within 7 days", "different_numbers"),
        ("refund within three days", "refund within seven days", "different_numbers"),
        ("订单ORD-12345到哪了", "订单ORD-12354到哪了", "different_numbers"),
        ("订单A到哪了", "订单B到哪了", "different_numbers"),
        ("尺码L偏小吗", "尺码XL偏小吗", "different_numbers"),
        ("I want plan B", "I want plan C", "different_numbers"),
        ("这个能退吗", "这个不能退吗", "different_negation"),
        ("已经收到货", "还没收到货", "different_negation"),
        ("请发货", "请别发货", "different_negation"),
        ("You can return it", "You can't return it", "different_negation"),
        ("it is available", "it is unavailable", "different_negation"),
        ("订单{order_id}", "订单{phone}", "different_slots"),
        ("请拨打<PHONE_1>", "请拨打<PHONE_2>", "different_slots"),
        ("a flight to Paris", "a flight to London", "different_names"),
        ("the doctor helps the patient", "the patient helps the doctor", "different_order"),
        ("小王借给小李", "小李借给小王", "different_order"),
        ("野生的比驯养的多", "驯养的远比野生的多", "different_order"),
        ("the doctor helps the patient", "the patient sometimes helps the doctor", "different_order"),
        ("我要昨天上午的发票", "我要昨天下午的发票", "opposite_words"),
        ("怎么开机", "怎么关机", "opposite_words"),
        ("Can I cancel before it ships?", "Can I cancel after it ships?", "opposite_words"),
    ],
)
def test_different_facts_block(a: str, b: str, reason: str) -> None:
    assert blocks_merge(a, b) == reason
    assert (guard_keys(a) != guard_keys(b)) == (reason not in ("different_order", "opposite_words"))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("3天内可以退货吗", "三天内可以退货吗?"),
        ("能不能退", "能退吗"),
        ("可不可以开发票", "可以开发票吗"),
        ("有没有货", "有货吗"),
        ("还没到", "还未到"),
        ("有一个问题", "有个问题"),
        ("对不起,请稍等", "请稍等"),
        ("特别满意", "满意"),
        ("十分满意", "很满意"),
        ("1,000元", "1000元"),
        ("order 007", "order 7"),
        ("I don't know", "i do not know"),
        ("the recieved parcel", "the received parcel"),
        ("快递到那里了", "快递到哪里了"),
        ("上午下午都可以送", "上午或者下午都可以送"),
        ("open the door, then close it", "open the door and close it"),
        ("我今天想退货", "我今天很想退货"),
    ],
)
def test_other_words_and_typing_errors_do_not_block(a: str, b: str) -> None:
    assert blocks_merge(a, b) is None


def test_a_turned_round_preference_blocks_whatever_the_guards() -> None:
    a, b = f"问{PART}好的答案{PART}坏的答案", f"问{PART}坏的答案{PART}好的答案"
    assert blocks_merge(a, b, guards=()) == "flipped_preference"
    assert blocks_merge(a, a, guards=()) is None


def test_pairs_are_judged_as_one_by_one() -> None:
    texts = ["能退吗", "不能退吗", "能退?", "小王借给小李", "小李借给小王", "3天", "三天"]
    left, right = np.triu_indices(len(texts), k=1)
    expected = [blocks_merge(texts[a], texts[b]) is None for a, b in zip(left, right, strict=True)]
    assert may_merge(texts, left, right).tolist() == expected
    assert 0 < sum(expected) < len(expected)
    assert may_merge(texts, left, right, ()).all()
    assert may_merge([], left[:0], right[:0]).tolist() == []


def test_unknown_guard_is_an_error() -> None:
    with pytest.raises(ValueError, match="guards: expected some of numbers"):
        blocks_merge("a", "b", ["colours"])


@given(st.text(max_size=60), st.text(max_size=60))
def test_guards_are_symmetric_reflexive_and_agree_with_their_keys(a: str, b: str) -> None:
    assert blocks_merge(a, a) is None
    assert (blocks_merge(a, b) is None) == (blocks_merge(b, a) is None)
    if PART not in a + b:
        assert (blocks_merge(a, b, NEAR_GUARDS) is None) == (guard_keys(a, NEAR_GUARDS) == guard_keys(b, NEAR_GUARDS))


@given(st.text(alphabet="0123456789零〇一二三四五六七八九十百千万亿两半天第年<>{}[]aA不没", max_size=40))
def test_guards_read_any_text(text: str) -> None:
    for read in GUARDS.values():
        facts = read(text)
        assert list(facts) == sorted(facts)
    assert len(guard_keys(text, NEAR_GUARDS)) == len(NEAR_GUARDS)
