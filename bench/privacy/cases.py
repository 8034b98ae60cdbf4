"""Sentences of customer service around invented values: truth that is known because it was written.

``tuning.tsv`` holds the sentences that rules were tuned by, ``held_out.tsv`` those that none was: a kind, a tab and a
sentence, in which {v} is the value. A sentence of kind * is one for every kind whose line says *; kind - is put around
numbers that are nobody's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from bench.privacy import phone_values, values
from bench.privacy.nobodys import makers

TUNING, HELD_OUT = "tuning", "held_out"


@dataclass(frozen=True)
class Case:
    """One text with at most one value, at ``start`` to ``end`` (exclusive, in characters).

    Attributes:
        kind: the generator's name for the value.
        entities: those that count as finding it; none where there is nothing to find.
    """

    text: str
    kind: str
    entities: tuple[str, ...] = ()
    start: int = 0
    end: int = 0


def _kinds(areas: list[str]) -> dict[str, tuple[tuple[str, ...], Callable[[Random], str]]]:
    """By kind, the entities that count, and how a value is drawn."""
    return {
        "mobile": (("PHONE_NUMBER",), phone_values.mobile_written),
        "spoken": (("PHONE_NUMBER",), phone_values.mobile_spoken),
        "landline": (("PHONE_NUMBER",), phone_values.landline_written),
        "service": (("PHONE_NUMBER",), phone_values.service_number),
        "id_card": (("CN_ID_CARD",), lambda draw: values.id_card_written(draw, areas)),
        "id_card_15": (("CN_ID_CARD",), lambda draw: values.id_card_15(draw, areas)),
        "bank_card": (("CREDIT_CARD",), values.bank_card_written),
        "credit_code": (("CN_USCC",), lambda draw: values.credit_code(draw, areas)),
        "passport": (("PASSPORT",), values.passport),
        "permit": (("CN_PERMIT",), values.permit),
        "plate": (("CN_LICENSE_PLATE",), values.plate),
        "wechat": (("WECHAT_ID",), values.wechat),
        "qq": (("QQ_ID",), values.qq),
        "alipay": (("ALIPAY_ID",), values.alipay),
        "email": (("EMAIL_ADDRESS",), values.email_written),
        "ip": (("IP_ADDRESS",), values.ip),
        "mac": (("MAC_ADDRESS",), values.mac),
        "birthday": (("DATE_OF_BIRTH",), values.date_of_birth),
        "url_value": (("URL", "PHONE_NUMBER"), values.url_value),
        "order": (("ORDER_NUMBER",), values.order_number),
        "parcel": (("PARCEL_NUMBER",), values.parcel_number),
        "member": (("MEMBER_NUMBER",), values.member_number),
    }


@cache
def sentences(side: str) -> dict[str, tuple[str, ...]]:
    """The sentences of one side, by kind."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (Path(__file__).parent / f"{side}.tsv").read_text("utf-8").splitlines():
        kind, sentence = line.split("\t")
        found[kind].append(sentence.replace("\\n", "\n").replace("\\t", "\t"))
    general = found["*"]
    return {
        kind: tuple(own) if "*" not in own else (*(s for s in own if s != "*"), *general) for kind, own in found.items()
    }


def truth(seed: int, side: str, each: int, areas: list[str]) -> Iterator[Case]:
    """``each`` cases of every kind, with sentences of one side; ``areas`` are counties' codes for resident IDs."""
    draw = Random(f"{seed}-{side}")
    for name, (entities, make) in _kinds(areas).items():
        for _ in range(each):
            value, sentence = make(draw), draw.choice(sentences(side)[name])
            start = sentence.index("{v}")
            yield Case(sentence.replace("{v}", value), name, entities, start, start + len(value))


def negatives(seed: int, side: str, each: int, areas: list[str]) -> Iterator[Case]:
    """``each`` cases of every kind of number that is nobody's."""
    draw = Random(f"{seed}-{side}-negative")
    for name, make in makers(draw, areas).items():
        for _ in range(each):
            yield Case(draw.choice(sentences(side)["-"]).replace("{v}", make()), f"no_{name}")
