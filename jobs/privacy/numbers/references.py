"""Rules for order, parcel and member numbers.

By themselves they say nothing about a person, and customer-service models need them in place: off unless a policy
asks for them.
"""

from __future__ import annotations

import re

from jobs.privacy.rules import GAP, JOIN, NOT_AFTER_WORD, NOT_BEFORE_WORD, Rule, is_quantity, pattern_rule, value_span

_UP_TO = rf"(?:{JOIN}|[^0-9A-Za-z<>。！？!?\n,，;；]{{0,4}})"
_CARRIERS = "SF|YT|ZTO|STO|JDVA|JDV|JDX|JDK|JDAP|JD|EMS|JT|YD|DPK|HTKY|TT|LP|DB|KY"


def _number(text: str, match: re.Match[str]) -> float | None:
    return None if is_quantity(text, value_span(match)[1]) else 0.7


RULES: tuple[Rule, ...] = (
    pattern_rule(
        "ORDER_NUMBER",
        "order_number",
        "订单|单号|单编号|交易|流水|退款|售后|工单|order",
        rf"(?:(?:订单|交易|流水|退款单?|售后单?|工单)(?:编号|号码|号)?|(?<![递运流裹件])单(?:编号|号码|号)|(?<![A-Za-z])order"
        rf"(?:\s*(?:number|no\.?|id))?){GAP}#?{_UP_TO}"
        rf"(?P<v>[A-Za-z]{{0,6}}[-_]?\d[0-9A-Za-z-]{{4,34}}|\d{{3,6}}(?: \d{{3,6}}){{2,5}}){NOT_BEFORE_WORD}(?!年"
        rf"|\.\d)",
        0.7,
        accept=_number,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "PARCEL_NUMBER",
        "parcel_number",
        r"快递|运单|运号|运编|物流|包裹|顺丰|圆通|中通|申通|韵达|极兔|德邦|退货|tracking|[A-Z]{2}[0-9]{9}",
        rf"(?:(?:快递|运|物流|包裹|[顺丰圆中申通韵达极兔德邦]{{2}}|退货)(?:速[递运]|快[递运])?(?:单号|单|编号|号码|号)?|tracking(?:\s*(?:number|no\.?|id))?)#?{_UP_TO}"
        rf"(?P<v>[A-Za-z]{{0,6}}\d[0-9A-Za-z]{{7,24}}|[A-Za-z]{{0,4}}(?: ?\d{{3,5}}){{2,5}}){NOT_BEFORE_WORD}(?!\.\d)"
        rf"|{NOT_AFTER_WORD}(?:(?-i:{_CARRIERS})\d{{9,15}}|(?-i:[A-Z]{{2}})\d{{9}}(?-i:CN)){NOT_BEFORE_WORD}",
        0.7,
        accept=_number,
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "MEMBER_NUMBER",
        "member_number",
        "会员|客户|用户|vip|积分卡|贵宾|member|customer|uid",
        rf"(?:(?:会员卡?|客户|用户|贵宾卡?|积分卡|vip)(?:编号|卡号|号码|号|id)|(?<![A-Za-z])(?:member(?:ship)?|customer)"
        rf"\s*(?:number|no\.?|id|card)"
        rf"|(?<![A-Za-z])uid){_UP_TO}(?:no\.\s?)?(?P<v>[A-Za-z]{{0,6}}[-_]?\d[0-9A-Za-z-]{{3,24}}(?: \d{{4}}){{0,3}})"
        rf"{NOT_BEFORE_WORD}(?!\.\d)",
        0.7,
        accept=_number,
        flags=re.IGNORECASE,
    ),
)
