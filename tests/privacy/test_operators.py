"""What stands in a value's place: by entity and policy, the second time too, and nothing of the value beside it."""

from __future__ import annotations

import re
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from jobs.privacy.desensitise import Desensitiser, PersonalDataDropped
from jobs.privacy.masks import mask
from jobs.privacy.operators import Operators, hashed
from jobs.privacy.params import PrivacyParams
from jobs.privacy.policy import OPERATORS, entities_looked_for, operator_of
from jobs.privacy.recognizers import DEFAULT_ENTITIES, ENTITIES
from jobs.privacy.residual import residual
from jobs.privacy.secrets import KEY_VARIABLE, SALT_VARIABLE, SecretError, Secrets
from jobs.stages.remove_pii import residual_kinds
from jobs.text.reveal import reveal

SALT = b"a salt for tests, and for them only"
PHONE, OTHER = "13800138000", "13912345678"
Row = dict[str, Any]


@pytest.fixture(autouse=True)
def salt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SALT_VARIABLE, SALT.decode())


_built: dict[str, Desensitiser] = {}


def desensitiser(**policy: str) -> Desensitiser:
    """Built once for a policy: loading Presidio and the rules takes longer than a test."""
    key = repr(sorted(policy.items()))
    if key not in _built:
        params = PrivacyParams.model_construct(
            policy=policy, scope="dialogue", entities=None, salt_file=None, mapping=False
        )
        _built[key] = Desensitiser.from_params(params, reveal, Secrets(SALT))
    return _built[key]


def chat(*texts: str, **columns: Any) -> Row:
    roles = ("user", "assistant")
    messages = [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]
    return {"record_id": "r1", "messages": messages, **columns}


def contents(row: Row) -> list[str]:
    return [message["content"] for message in row["messages"]]


def cleaned(text: str, **policy: str) -> str:
    return desensitiser(**policy).desensitise_text(text)[0]


def test_each_entity_has_its_own_operator() -> None:
    text = f"我叫王晓峰，电话{PHONE}，卡号6222021234567890128，邮箱zhang@qq.com，IP 8.8.8.8"
    out = cleaned(text, PERSON="surrogate", CREDIT_CARD="mask", EMAIL_ADDRESS="hash", IP_ADDRESS="keep")
    assert re.fullmatch(
        r"我叫(?!王晓峰)[一-龥]{3}，电话<PHONE_1>，卡号\*{15}0128，邮箱<EMAIL_[0-9a-f]{12}>，IP 8\.8\.8\.8", out
    ), out


def test_the_default_is_for_all_that_is_not_named() -> None:
    assert cleaned(f"我叫王晓峰，电话{PHONE}", default="keep", PHONE_NUMBER="mask") == "我叫王晓峰，电话138****8000"
    assert operator_of({}, "PERSON") == "placeholder"


def test_a_person_is_the_same_throughout_a_dialogue() -> None:
    row = chat(
        "我叫王晓峰",
        "王先生您好，请问是王晓峰本人吗？",
        "是的，叫我小王就行",
        "好的小王，王女士是您家人吗",
        "对，晓峰是我",
    )
    first, second, third, fourth, fifth = contents(desensitiser(PERSON="surrogate").desensitise_row(row)[0])
    name = first.removeprefix("我叫")
    assert len(name) == 3 and "王" not in first + second + third + fourth
    assert second == f"{name[0]}先生您好，请问是{name}本人吗？"
    assert third == f"是的，叫我小{name[0]}就行"
    assert fourth == f"好的小{name[0]}，{name[0]}女士是您家人吗"
    assert fifth == f"对，{name[1:]}是我"


def test_rows_of_one_dialogue_agree_and_dialogues_differ() -> None:
    act = desensitiser(PERSON="surrogate", PHONE_NUMBER="surrogate")

    def say(record: str, dialogue: str | None, more: str = "") -> str:
        row = chat(f"我叫王晓峰，电话{PHONE}", more, record_id=record, meta={"dialogue_id": dialogue})
        return contents(act.desensitise_row(row)[0])[0]

    assert say("r1", "d7") == say("r2", "d7", "好的") == say("r1", "d7")
    assert say("r1", None) == say("r2", None), "equal rows stay equal"
    assert len({say("r1", "d7"), say("r1", "d8"), say("r1", None), say("r1", None, "好的")}) == 4
    own = Desensitiser(act.analyzer, None, Operators({"PHONE_NUMBER": "surrogate"}, SALT, "row"))
    rows = [chat(PHONE, more, meta={"dialogue_id": "d7"}) for more in ("好的", "谢谢")]
    assert len({contents(own.desensitise_row(row)[0])[0] for row in rows}) == 2


def test_a_row_is_dropped_with_the_name_of_the_entity_only() -> None:
    with pytest.raises(PersonalDataDropped) as raised:
        cleaned(f"电话{PHONE}，身份证11010519491231002X", CN_ID_CARD="drop_row")
    assert raised.value.entities == ("CN_ID_CARD",)
    assert PHONE not in str(raised.value) and "1101" not in str(raised.value)
    assert cleaned(f"电话{PHONE}", CN_ID_CARD="drop_row") == "电话<PHONE_1>"


def test_what_is_kept_is_whole_and_is_not_counted() -> None:
    out, counts = desensitiser(PHONE_NUMBER="keep").desensitise_text(f"我叫王芳，手机{PHONE}")
    assert (out, counts) == (f"我叫<NAME_1>，手机{PHONE}", {"PERSON": 1})


def test_hashes_agree_between_rows_and_spellings_and_need_the_salt() -> None:
    assert hashed("PHONE_NUMBER", PHONE, SALT) == hashed("PHONE_NUMBER", "+86 138-0013-8000", SALT)
    assert hashed("PHONE_NUMBER", PHONE, SALT) != hashed("PHONE_NUMBER", PHONE, SALT + b"2")
    assert cleaned(PHONE, PHONE_NUMBER="hash") == hashed("PHONE_NUMBER", PHONE, SALT)
    for operator in ("surrogate", "hash"):
        with pytest.raises(SecretError, match="salt"):
            Operators({"PERSON": operator})


@pytest.mark.parametrize(
    ("entity", "value", "masked"),
    [
        ("PHONE_NUMBER", "13800138000", "138****8000"),
        ("PHONE_NUMBER", "+86 138-0013-8000", "+86 138-****-8000"),
        ("PHONE_NUMBER", "１３８００１３８０００", "１３８****８０００"),
        ("PHONE_NUMBER", "(010)65001234转801", "(010)****1234转***"),
        ("PHONE_NUMBER", "6500 1234", "**** **34"),
        ("PERSON", "王晓峰", "王**"),
        ("PERSON", "欧阳娜娜", "欧阳**"),
        ("PERSON", "王", "*"),
        ("PERSON", "John Smith", "J*** S****"),
        ("EMAIL_ADDRESS", "zhang@example.com", "z***@example.com"),
        ("EMAIL_ADDRESS", "z@example.com", "***@example.com"),
        ("CN_ID_CARD", "11010519491231002X", "11**************2X"),
        ("CREDIT_CARD", "6222 0212 3456 7890", "**** **** **** 7890"),
        ("CN_LICENSE_PLATE", "京A·12345", "京A·****5"),
        ("ADDRESS", "北京市朝阳区建国路88号", "北京市朝阳区****"),
        ("ADDRESS", "建国路88号", "****"),
        ("IP_ADDRESS", "8.8.4.4", "8.8.*.*"),
        ("MAC_ADDRESS", "3C:22:FB:01:02:03", "3C:22:FB:**:**:**"),
        ("DATE_OF_BIRTH", "1990年1月5日", "1990年*月*日"),
        ("QQ_ID", "123456789", "1*******9"),
        ("QQ_ID", "123", "***"),
    ],
)
def test_masks(entity: str, value: str, masked: str) -> None:
    assert mask(entity, value) == masked


@given(
    st.sampled_from(ENTITIES), st.text(string.ascii_letters + string.digits + "王明路号@.·-", min_size=1, max_size=30)
)
def test_a_mask_is_never_the_value(entity: str, value: str) -> None:
    hidden = any(char.isalnum() for char in value)
    assert not hidden or mask(entity, value) != value


_VALUES = st.sampled_from(
    f"{PHONE}|138 0013 8000|{OTHER}|010-65001234|zhang@qq.com|6222021234567890128|京A12345|47.95.1.2|11010519491231002X"
    "|3C:22:FB:01:02:03|北京市朝阳区建国路88号|我叫王晓峰|李先生|微信号wangxm_88|QQ:123456789".split("|")
)
_PIECES = st.one_of(
    _VALUES,
    st.sampled_from(["，", "。", "您好", "\n", "\u00ad", "<NAME_1>", "<PHONE_3>", "**", "****", "、", "：", " "]),
)
_TEXTS = st.lists(st.lists(_PIECES, max_size=7).map("".join), min_size=1, max_size=3)
# Where something of a value is shown, or another put in its place, values that touch would make new ones.
_APART = st.lists(st.lists(_PIECES, max_size=7).map("，".join), min_size=1, max_size=3)


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.tuples(_TEXTS, st.sampled_from(["placeholder", "hash"])), st.tuples(_APART, st.just("mask"))))
def test_a_second_run_changes_nothing(texts_and_operator: tuple[list[str], str]) -> None:
    texts, operator = texts_and_operator
    act = desensitiser(default=operator)
    once, _ = act.desensitise_row(chat(*texts))
    twice, counts = act.desensitise_row(once)
    assert (twice, counts) == (once, {})


@settings(max_examples=40, deadline=None)
@given(_APART)
def test_a_second_run_changes_no_surrogate_but_a_lone_surname(texts: list[str]) -> None:
    act = desensitiser(default="surrogate")
    once = act.desensitise_row(chat(*texts))[0]
    again = act.replace(once)
    assert all(len(r.original) == 1 and r.entity == "PERSON" for r in again.replaced)


@settings(max_examples=60, deadline=None)
@given(st.lists(_VALUES, min_size=1, max_size=6))
def test_the_second_look_sees_no_surrogate(values: list[str]) -> None:
    said = "。".join(
        [*values, "幺三八零零幺三八零零零", "护照号E12345678", "统一社会信用代码91110000802100433B", "+44 20 7946 0958"]
    )
    out = desensitiser(default="surrogate").desensitise_text(said)[0]
    assert residual(out, residual_kinds({"policy": {"default": "surrogate"}})) == {}, out


@settings(max_examples=60, deadline=None)
@given(st.lists(_VALUES, min_size=1, max_size=6), st.sampled_from(["placeholder", "surrogate", "hash"]))
def test_nothing_of_a_value_is_left(values: list[str], operator: str) -> None:
    outcome = desensitiser(default=operator).replace(chat("您好。", "。".join(values)))
    said = "\n".join(contents(outcome.row))
    for replaced in outcome.replaced:
        assert replaced.original not in said
        digits = "".join(filter(str.isdigit, replaced.original))
        assert len(digits) < 6 or digits not in "".join(filter(str.isdigit, said))


@pytest.mark.parametrize(
    ("text", "out"),
    [
        (f"电话{PHONE},{OTHER}", "电话<PHONE_1>,<PHONE_2>"),
        (f"电话\u00ad{PHONE[:3]}\u00ad{PHONE[3:]}，{PHONE}", "电话\u00ad<PHONE_1>，<PHONE_1>"),
        ("我叫王\u00ad晓峰。王晓峰您好", "我叫<NAME_1>。<NAME_1>您好"),
        ("+86 138 0013 8000或138-0013-8000或１３８００１３８０００", "<PHONE_1>或<PHONE_1>或<PHONE_1>"),
        ("+86 10 6500 1234或010-65001234", "<PHONE_1>或<PHONE_1>"),
        ("车牌京A12345，京A·12345", "车牌<PLATE_1>，<PLATE_1>"),
    ],
)
def test_spellings_of_one_value(text: str, out: str) -> None:
    assert cleaned(text) == out


def test_a_number_in_json_and_a_key_go_too() -> None:
    row = {"record_id": "r1", "messages": [], "extras": f'{{"tel":{PHONE},"{OTHER}":1,"n":12}}'}
    out, _ = desensitiser(PHONE_NUMBER="mask").desensitise_row(row)
    assert out["extras"] == '{"tel":"138****8000","139****5678":1,"n":12}'


def test_an_optional_entity_is_asked_for_by_its_policy() -> None:
    assert entities_looked_for(None, {}) == DEFAULT_ENTITIES
    assert "ORDER_NUMBER" in entities_looked_for(None, {"ORDER_NUMBER": "mask"})
    assert "ORDER_NUMBER" not in entities_looked_for(None, {"ORDER_NUMBER": "keep"})
    assert entities_looked_for(["PERSON"], {"CN_ID_CARD": "drop_row"}) == ("PERSON", "CN_ID_CARD")
    text = "订单号：20240101123456，我叫王芳"
    assert cleaned(text, ORDER_NUMBER="mask") == "订单号：**********3456，我叫<NAME_1>"
    assert cleaned(text) == "订单号：20240101123456，我叫<NAME_1>"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"policy": {"PERSN": "mask"}}, "did you mean `PERSON`"),
        ({"policy": {"PERSON": "masked"}}, "'mask', 'hash'"),
        ({"policy": {"PERSON": "surrogate"}}, f"PERSON: surrogate needs a secret salt; set {SALT_VARIABLE}"),
        ({"policy": {"default": "hash"}}, "hash needs a secret salt"),
        ({"mapping": True}, f"mapping needs a key; set {KEY_VARIABLE}"),
    ],
)
def test_a_policy_that_cannot_be_carried_out_is_refused(
    params: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SALT_VARIABLE)
    with pytest.raises(ValidationError) as raised:
        PrivacyParams(**params)
    assert said in str(raised.value)


def test_the_salt_is_no_parameter(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "salt"
    file.write_text("another salt, from a file\n", "utf-8")
    params = PrivacyParams(policy={"person": "surrogate"}, salt_file=str(file))
    assert params.policy == {"PERSON": "surrogate"}, "an environment variable's keys come in lower case"
    assert params.secrets().salt == b"another salt, from a file"
    shown = f"{params!r} {params.model_dump_json()} {params.secrets()!r}"
    assert "another salt" not in shown
    assert params.salt_check and PrivacyParams.model_validate(params.model_dump()) == params
    file.write_text("a third salt, in its place", "utf-8")
    with pytest.raises(ValidationError, match="the salt here is another"):
        PrivacyParams.model_validate(params.model_dump())
    file.write_text("short", "utf-8")
    with pytest.raises(ValidationError, match="at least 16 bytes, came 5"):
        PrivacyParams(policy={"PERSON": "hash"}, salt_file=str(file))
    assert set(OPERATORS) == {"placeholder", "surrogate", "mask", "hash", "keep", "drop_row"}
