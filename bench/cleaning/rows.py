"""Chinese customer chats of about 200 characters, made from a seed: what the cleaning bench reads.

Shares, which the table in docs/cleaning.md states: 12% of the rows hold personal data (a mobile number, a name that is
announced, an address, an e-mail address, an ID card, a WeChat name); 40% hold numbers that are none (orders, prices,
dates, sizes); 15% hold something to normalise (runs of marks, HTML, blanks, full-width letters); 4% are bad rows (an
empty answer, a refusal, a text said over and over, an answer cut off).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from bench.dedup.words import CHINESE

PERSONAL, NUMBERS, UNTIDY, BAD = 0.12, 0.40, 0.15, 0.04
LENGTH = 200
_WORDS = {name: words.replace("|", " ").split() for name, words in CHINESE.items()}
_SURNAMES, _GIVEN = "王李张刘陈杨赵黄周吴徐孙", "伟芳娜敏静磊洋艳勇杰娟涛超霞平刚桂英"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def chats(rows: int, seed: int = 6) -> Iterator[dict[str, Any]]:
    """So many dialogues in ChatML's shape; row i is the same whatever the number of rows."""
    for number in range(rows):
        yield {"messages": _dialogue(random.Random(seed * 1_000_003 + number))}


def _dialogue(draw: random.Random) -> list[dict[str, str]]:
    turns, said = [], 0
    while said < LENGTH or len(turns) % 2:
        text = "".join(_sentence(draw) for _ in range(draw.choice((1, 1, 2))))
        turns.append(text)
        said += len(text)
    for share, make in ((PERSONAL, _personal), (NUMBERS, _number), (UNTIDY, _untidy)):
        if draw.random() < share:
            at = draw.randrange(len(turns))
            turns[at] = make(draw, turns[at])
    if draw.random() < BAD:
        turns[-1] = draw.choice(
            ("", "很抱歉，作为一个AI语言模型，我无法回答这个问题。", "您好" * 40, "请您先打开页面，然后")
        )
    return [{"role": "assistant" if i % 2 else "user", "content": text} for i, text in enumerate(turns)]


def _sentence(draw: random.Random) -> str:
    one = {name: draw.choice(words) for name, words in _WORDS.items()}
    kinds = ("opening", "TIME", "SUBJECT", "ADVERB", "VERB", "ADJECTIVE", "OBJECT")
    opening, time, subject, adverb, verb, adjective, noun = (one.get(kind, "") for kind in kinds)
    return draw.choice(
        (
            f"{opening}，{time}{subject}会{adverb}{verb}{adjective}{noun}。",
            f"{subject}{time}能{verb}一下{noun}吗？",
            f"我想{adverb}{verb}{adjective}{noun}，{opening}。",
            f"好的，{time}已经{verb}了{noun}，请{adverb}{draw.choice(_WORDS['VERB'])}。",
        )
    )


def _name(draw: random.Random) -> str:
    return draw.choice(_SURNAMES) + "".join(draw.choices(_GIVEN, k=draw.choice((1, 2, 2))))


def _address(draw: random.Random) -> str:
    street, room = draw.choice(("中山路", "人民路", "建设大街")), draw.randint(101, 1999)
    return f"浙江省杭州市西湖区{street}{draw.randint(1, 300)}号{draw.randint(1, 20)}幢{room}室"


def _mobile(draw: random.Random) -> str:
    return "1" + draw.choice("3578") + "".join(draw.choices("0123456789", k=9))


def _personal(draw: random.Random, text: str) -> str:
    head = f"{draw.choice(('11', '31', '44', '51'))}01{draw.choice(('01', '05'))}"
    body = head + f"19{draw.randint(60, 99)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}{draw.randint(0, 999):03}"
    check = "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]
    told = (
        f"我的手机号是{_mobile(draw)}。",
        f"我叫{_name(draw)}，电话{_mobile(draw)}。",
        f"收件人：{_name(draw)}，地址：{_address(draw)}。",
        f"邮箱是user{draw.randint(100, 99999)}@example.com。",
        f"身份证号{body}{check}。",
        f"加我微信：wx_{draw.randint(10_000, 999_999)}。",
    )
    return text + draw.choice(told)


def _number(draw: random.Random, text: str) -> str:
    told = (
        f"订单号是{draw.randint(10**14, 10**15 - 1)}。",
        f"一共{draw.randint(10, 9999)}.{draw.randint(0, 99):02}元。",
        f"{draw.randint(1, 12)}月{draw.randint(1, 28)}日{draw.randint(8, 22)}:{draw.randint(0, 59):02}发货。",
        f"要{draw.randint(35, 46)}码的，{draw.randint(1, 20)}件。",
    )
    return text + draw.choice(told)


def _untidy(draw: random.Random, text: str) -> str:
    return draw.choice(
        (
            text + "！！！！",
            f"<p>{text}</p>",
            text.replace("，", ",  ") + " \n\n\n",
            text + "ＯＫ～～～～",
            text + "&nbsp;谢谢",
        )
    )
