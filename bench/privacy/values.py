"""Invented values of every structured kind of personal data, written in the ways in which people write them.

Each function draws one value; the check digits are right where the kind has them.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from bench.privacy.phone_values import digits, mobile, wide
from jobs.privacy.numbers.checksums import credit_code_ok, id_card_check, luhn_ok

_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_FALLBACK_AREAS = ["110105", "310104", "440305", "330106", "510107", "420111", "610113", "370202", "230102", "650102"]
_WORDS = "zhang wang li chen liu yang sunny lucky happy summer panda coco momo tiger cloud river".split()  # noqa: SIM905 -- read at a glance


def load_areas(shared: Path) -> list[str]:
    """Area codes of counties from id-areacodes; a few where the data is absent."""
    file = shared / "id-areacodes" / "addressCode.json"
    if not file.exists():
        return _FALLBACK_AREAS
    return [code for code in json.loads(file.read_text("utf-8")) if code[4:] != "00"]


def birthday(draw: Random) -> tuple[int, int, int]:
    return draw.randint(1940, 2015), draw.randint(1, 12), draw.randint(1, 28)


def id_card(draw: Random, areas: list[str]) -> str:
    y, m, d = birthday(draw)
    first = f"{draw.choice(areas)}{y}{m:02d}{d:02d}{digits(draw, 3)}"
    return first + id_card_check(first)


def id_card_written(draw: Random, areas: list[str]) -> str:
    n = id_card(draw, areas)
    forms = [
        n,
        n,
        n,
        n,
        n.lower(),
        wide(n),
        f"{n[:6]} {n[6:14]} {n[14:]}",
        f"{n[:6]}-{n[6:14]}-{n[14:]}",
        f"{n[:4]} {n[4:8]} {n[8:12]} {n[12:16]} {n[16:]}",
        f"{n[:6]}.{n[6:14]}.{n[14:]}",
        f"{n[:3]} {n[3:6]} {n[6:10]} {n[10:14]} {n[14:]}",
        n[:17] + (n[17] if n[17] != "X" else "叉"),
        in_words(n),
    ]
    return draw.choice(forms)


def id_card_15(draw: Random, areas: list[str]) -> str:
    y, m, d = birthday(draw)
    return f"{draw.choice(areas)}{min(y, 1999) % 100:02d}{m:02d}{d:02d}{digits(draw, 3)}"


def bank_card(draw: Random) -> str:
    head, length = draw.choice(
        [
            ("6222", 19),
            ("6217", 19),
            ("6228", 19),
            ("6214", 16),
            ("6225", 16),
            ("4392", 16),
            ("5187", 16),
            ("3568", 16),
            ("6226", 16),
            ("955880", 19),
            ("6013", 16),
            ("6230", 19),
        ]
    )
    first = head + digits(draw, length - len(head) - 1)
    return next(first + d for d in "0123456789" if luhn_ok(first + d))


def bank_card_written(draw: Random) -> str:
    n = bank_card(draw)
    fours = [n[i : i + 4] for i in range(0, len(n), 4)]
    forms = [n, n, n, " ".join(fours), "-".join(fours), wide(n), f"{n[:6]} {n[6:]}", " ".join(fours), "·".join(fours)]
    return draw.choice([*forms, " - ".join(fours)])


def in_words(number: str) -> str:
    """The digits as they are read out; an X stays."""
    return "".join("零幺二三四五六七八九"[int(char)] if char.isdigit() else char for char in number)


def credit_code(draw: Random, areas: list[str]) -> str:
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    first = draw.choice(["91", "92", "93", "51", "12"]) + draw.choice(areas)
    first += "MA" * draw.randint(0, 1)
    first += "".join(draw.choice(letters) for _ in range(17 - len(first)))
    if first[2:4] > "65":
        first = first[:2] + "110105" + first[8:]
    n = next(first + c for c in letters if credit_code_ok(first + c))
    return draw.choice([n, n, n, n.lower(), wide(n), f"{n[:8]}-{n[8:]}", " ".join((n[:2], n[2:8], n[8:17], n[17:]))])


def passport(draw: Random) -> str:
    return draw.choice(
        [
            draw.choice("EEEGDSP") + digits(draw, 8),
            "E" + draw.choice("ABCDEFGHJK") + digits(draw, 7),
            "e" + digits(draw, 8),
        ]
    )


def permit(draw: Random) -> str:
    forms = [
        "C" + digits(draw, 8),
        "CA" + digits(draw, 7),
        "H" + digits(draw, 8),
        "M" + digits(draw, 8),
        "H" + digits(draw, 10),
        digits(draw, 8, "123456789"),
        "W" + digits(draw, 8),
        "T" + digits(draw, 8),
        "L" + digits(draw, 8),
    ]
    return draw.choice(forms)


def plate(draw: Random) -> str:
    head, letter = draw.choice(_PROVINCES), draw.choice(_PLATE_LETTERS[:20])
    rest = digits(draw, 5)
    with_letter = "".join(draw.choice(_PLATE_LETTERS + "0123456789" * 3) for _ in range(4)) + digits(draw, 1)
    energy = draw.choice([draw.choice("DFABC") + rest, rest + draw.choice("DF"), "D" + draw.choice("ABCD") + rest[:4]])
    special = rest[:4] + draw.choice("学挂警领超")
    tail = draw.choice([rest, with_letter, energy, rest, special])
    n = f"{head}{letter}{draw.choice(['', '', '', '·', ' ', '-', '•', '.', '・'])}{tail}"
    return draw.choice([n, n, n, n.lower(), wide(n)])


def account_name(draw: Random) -> str:
    word = draw.choice(_WORDS)
    return draw.choice(
        [f"{word}{digits(draw, 4)}", f"{word}_{digits(draw, 3)}", f"{word}-{draw.choice(_WORDS)}{digits(draw, 2)}"]
    )


def wechat(draw: Random) -> str:
    return draw.choice(
        [
            account_name(draw),
            account_name(draw),
            "wxid_" + "".join(draw.choice("abcdefghij0123456789") for _ in range(14)),
        ]
    )


def qq(draw: Random) -> str:
    return digits(draw, draw.choice([6, 7, 8, 9, 10]), "123456789")


def alipay(draw: Random) -> str:
    return draw.choice(["2088" + digits(draw, 12), account_name(draw)])


def email_written(draw: Random) -> str:
    name = draw.choice([account_name(draw).replace("-", "."), qq(draw), f"{draw.choice(_WORDS)}.{draw.choice(_WORDS)}"])
    host = draw.choice(["qq", "163", "126", "gmail", "outlook", "foxmail", "sina", "mail.company", "tsinghua.edu"])
    end = "cn" if host.endswith("edu") else draw.choice(["com", "com", "com", "cn", "com.cn", "net"])
    n = f"{name}@{host}.{end}"
    forms = [
        n,
        n,
        n,
        n,
        n.upper(),
        n.replace("@", "＠"),
        wide(n),
        n.replace("@", " @ "),
        n.replace("@", "(at)"),
        n.replace("@", "[at]"),
        n.replace("@", " (at) ").replace("." + end, " (dot) " + end),
        n.replace("@", "艾特"),
        n.replace("@", "#at#"),
        f"{name}@{host}。{end}" if "." not in end else n,
        f"{name} at {host.split('.')[-1]} dot com",
        f"{name}@{host}[dot]{end}" if "." not in end + host else n,
        f"{name}#{host}.{end}" if host in ("qq", "163", "126", "gmail", "sina") else n,
        f"{name}@{host}[.]{end}" if "." not in end + host else n,
    ]
    return draw.choice(forms)


def ip(draw: Random) -> str:
    first = draw.choice([23, 39, 59, 101, 114, 120, 183, 202, 222])
    v4 = ".".join(map(str, (first, draw.randint(0, 255), draw.randint(0, 255), draw.randint(1, 254))))
    v6 = ":".join(f"{draw.randint(1, 0xFFFF):x}" for _ in range(8))
    return draw.choice(
        [
            v4,
            v4,
            v4,
            v6,
            f"2408:{draw.randint(0x1000, 0xFFFF):x}:{draw.randint(1, 99)}::{draw.randint(1, 9)}",
        ]
    )


def mac(draw: Random) -> str:
    parts = [f"{draw.randint(0, 255):02x}" for _ in range(5)] + [f"a{draw.randint(0, 9)}"]
    n = draw.choice(":-").join(parts)
    return draw.choice([n, n.upper(), wide(n)])


def date_of_birth(draw: Random) -> str:
    y, m, d = birthday(draw)
    han = "〇一二三四五六七八九"
    words = "".join(han[int(c)] for c in str(y)) + f"年{han[m % 10] if m < 10 else '十' + '_一二'[m - 10].strip('_')}月"
    return draw.choice(
        [
            f"{y}年{m}月{d}日",
            f"{y}年{m:02d}月{d:02d}日",
            f"{y}-{m:02d}-{d:02d}",
            f"{y}/{m}/{d}",
            f"{y}.{m}.{d}",
            f"{y}{m:02d}{d:02d}",
            f"{y % 100:02d}年{m}月{d}日" if y > 1949 and y < 2000 else f"{y}年{m}月{d}号",
            f"{y}年{m}月",
            wide(f"{y}年{m}月{d}日"),
            words + "五日",
            words[2:] + "初五",
            f"{y % 100:02d}.{m}.{d}",
            f"{y}年农历八月初{'一二三四五六七八九'[d % 9]}",
        ]
    )


def url_value(draw: Random) -> str:
    return draw.choice([mobile(draw), f"{draw.getrandbits(64):016x}", digits(draw, 8, "123456789")])


def order_number(draw: Random) -> str:
    return draw.choice(["2024" + digits(draw, 14), "ORD-" + digits(draw, 10), digits(draw, 19, "1234567")])


def parcel_number(draw: Random) -> str:
    head, count = draw.choice([("SF", 13), ("YT", 13), ("JDV", 12), ("", 12)])
    return head + digits(draw, count, "4567" if not head else "0123456789")


def member_number(draw: Random) -> str:
    head, count = draw.choice([("", 8), ("VIP", 6), ("M", 9)])
    return head + digits(draw, count, "123456789")
