"""Invented telephone numbers, in the ways in which people write them. Each function draws one."""

from __future__ import annotations

from random import Random

_PREFIXES = (
    "130 131 132 133 134 135 136 137 138 139 145 147 149 150 151 152 153 155 156 157 158 159 166 170 171 172 173 175"
    " 176 177 178 180 181 182 183 184 185 186 187 188 189 191 193 195 196 197 198 199"
)
_AREA_CODES = (
    "010 020 021 022 023 024 025 027 028 029 0311 0371 0411 0431 0451 0512 0532 0571 0574 0591 0592 0731 0755 0757 0769"
    " 0791 0851 0871 0898 0931 0951 0971 0991 0335 0793 0668"
)


def digits(draw: Random, count: int, first: str = "0123456789") -> str:
    """``count`` digits, the first of them one of ``first``."""
    return draw.choice(first) + "".join(draw.choice("0123456789") for _ in range(count - 1))


def wide(text: str) -> str:
    """The ASCII characters of ``text`` in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def mobile(draw: Random) -> str:
    return draw.choice(_PREFIXES.split()) + digits(draw, 8)


def mobile_written(draw: Random) -> str:
    """A mobile number as people write it: parted, with +86, full-width, in words."""
    n = mobile(draw)
    a, b, c = n[:3], n[3:7], n[7:]
    forms = [
        n,
        n,
        n,
        n,
        f"{a}-{b}-{c}",
        f"{a} {b} {c}",
        f"+86{n}",
        f"+86 {n}",
        f"+86-{a}-{b}-{c}",
        f"86-{n}",
        f"0086{n}",
        f"(+86){n}",
        f"{a}.{b}.{c}",
        f"{n[:4]}-{n[4:7]}-{n[7:]}",
        f"{a}{b} {c}",
        f"{a} {b}{c}",
        " ".join(n),
        "-".join(n),
        wide(n),
        wide(f"{a}-{b}-{c}"),
        f"{a}—{b}—{c}",
        f"{a}－{b}－{c}",
        f"{a}·{b}·{c}",
        f"{a}_{b}_{c}",
        f"{a}\u00ad{b}\u00ad{c}",
        f"{a}\u200b{b}\u200b{c}",
        f"{a}\u3000{b}\u3000{c}",
        f"{n[:3]} {n[3:6]} {n[6:]}",
    ]
    return draw.choice(forms)


def mobile_spoken(draw: Random) -> str:
    """A mobile number with digits in words, all or some of them."""
    n = mobile(draw)
    plain, yao = "零一二三四五六七八九", "零幺二三四五六七八九"
    formal = "零壹贰叁肆伍陆柒捌玖"
    table = draw.choice([plain, yao, yao, formal, "〇一二三四五六七八九"])
    words = "".join(table[int(d)] for d in n)
    mixed = "".join(table[int(d)] if draw.random() < 0.4 else d for d in n[:-1]) + table[int(n[-1])]
    parted = draw.choice("，- 、").join((words[:3], words[3:7], words[7:]))
    return draw.choice([words, words, mixed, parted, " ".join(words)])


def landline_written(draw: Random) -> str:
    area = draw.choice(_AREA_CODES.split())
    local = digits(draw, 8 if len(area) == 3 or draw.random() < 0.6 else 7, "2345678")
    split = f"{local[:4]}-{local[4:]}" if len(local) == 8 else local
    extension = digits(draw, draw.choice([2, 3, 4]))
    forms = [
        f"{area}-{local}",
        f"{area}-{local}",
        f"{area}{local}",
        f"({area}){local}",
        f"（{area}）{local}",
        f"{area} {local}",
        f"{area}-{split}",
        f"{area}-{local}-{extension}",
        f"{area}-{local}转{extension}",
        f"{area}-{local} 转 {extension}",
        f"{area}-{local}分机{extension}",
        f"{area}－{local}",
        wide(f"{area}-{local}"),
        f"+86-{area[1:]}-{local}",
        f"86-{area}-{local}",
        f"{area}—{local}",
        f"{area}-{local} ext.{extension}",
    ]
    return draw.choice(forms)


def service_number(draw: Random) -> str:
    head, n = draw.choice(["400", "400", "800"]), digits(draw, 7, "123456789")
    return draw.choice(
        [f"{head}-{n[:3]}-{n[3:]}", f"{head}{n}", f"{head}-{n}", f"{head} {n[:3]} {n[3:]}", f"{head}-{n[:4]}-{n[4:]}"]
    )
