"""Made-up personal data with valid check digits, and the sentences in which people give it away.

Nothing here is anybody's: digits and syllables are drawn at random. ``core`` is what must be gone for a value to
count as removed: the eleven digits of a phone however it was spaced, the street and number of an address.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from examples.ecommerce.grammar import load_yaml

_WORDS = load_yaml("personal.yaml")
MAIN_TYPES: dict[str, list[str]] = _WORDS["main_types"]
_PLATE_PROVINCES = "京沪粤浙苏鲁川鄂湘豫皖闽陕津渝辽"
FULL_WIDTH = {c: c + 0xFEE0 for c in range(0x21, 0x7F)}


@dataclass(frozen=True, slots=True)
class Value:
    """One injected value: its type, as it was written, and the core by which a leak is recognised."""

    type: str
    value: str
    core: str


def id_check_digit(first17: str) -> str:
    """Check character of a resident identity card number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(int(d) * 2 ** (17 - i) for i, d in enumerate(first17)) % 11]


def luhn_check_digit(digits: str) -> str:
    """The digit that makes ``digits`` plus it pass Luhn's test (ISO/IEC 7812-1, annex B)."""
    doubled = (int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-sum(n - 9 if n > 9 else n for n in doubled) % 10)


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _mobile(rng: random.Random) -> Value:
    core = rng.choice(_WORDS["mobile_prefixes"]) + _digits(rng, 8)
    a, b, c = core[:3], core[3:7], core[7:]
    forms = (core,) * 9 + (
        f"{a} {b} {c}",
        f"{a}-{b}-{c}",
        f"+86{core}",
        f"+86 {a} {b} {c}",
        f"0086-{core}",
        f"86-{core}",
    )
    text = rng.choice((*forms, core.translate(FULL_WIDTH)))
    return Value("mobile", text, core)


def _landline(rng: random.Random) -> Value:
    area = rng.choice(_WORDS["area_codes"])
    number = rng.choice("2345678") + _digits(rng, 7)
    return Value(
        "landline", rng.choice((f"{area}-{number}", f"{area}{number}", f"({area}){number}", f"{area} {number}")), number
    )


def _email(rng: random.Random) -> Value:
    local = (
        rng.choice(_WORDS["nicks"])
        + rng.choice(("", ".", "_"))
        + rng.choice(_WORDS["nicks"])
        + _digits(rng, rng.randint(3, 5))
    )
    text = f"{local}@{rng.choice(_WORDS['mail_hosts'])}"
    core = text
    if rng.random() < 0.06:
        text = text.replace("@", "\uff20")
    return Value("email", text, core)


def _id_card(rng: random.Random) -> Value:
    born = f"{rng.randint(1955, 2006)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    first = rng.choice(_WORDS["districts"])[2] + born + _digits(rng, 3)
    core = first + id_check_digit(first)
    forms = (core,) * 7 + (core.lower(), f"{core[:6]} {core[6:14]} {core[14:]}", core.translate(FULL_WIDTH))
    return Value("id_card", rng.choice(forms), core)


def _bank_card(rng: random.Random) -> Value:
    prefix, length = rng.choice(
        (("622202", 19), ("621700", 19), ("622848", 19), ("621661", 19), ("625955", 16), ("622588", 16))
    )
    first = prefix + _digits(rng, length - len(prefix) - 1)
    core = first + luhn_check_digit(first)
    grouped = " ".join(core[i : i + 4] for i in range(0, length, 4))
    return Value("bank_card", rng.choice((core, core, core, grouped, grouped.replace(" ", "-"))), core)


def _name(rng: random.Random) -> Value:
    text = rng.choice(_WORDS["surnames"]) + "".join(rng.sample(_WORDS["given_names"], 2))
    return Value("name", text, text)


def _address(rng: random.Random) -> Value:
    city, district, _ = rng.choice(_WORDS["districts"])
    core = f"{rng.choice(_WORDS['roads'])}{rng.randint(1, 998)}号"
    estate = rng.choice(_WORDS["estates"])
    house = rng.choice((
        f"{estate}{rng.randint(1, 28)}栋{rng.randint(1, 4)}单元{rng.randint(1, 32)}0{rng.randint(1, 6)}室",
        f"{rng.randint(1, 28)}幢{rng.randint(2, 30)}0{rng.randint(1, 8)}",
        f"{estate}{rng.randint(1, 28)}号楼{rng.randint(1, 30)}层",
    ))  # fmt: skip
    return Value("address", f"{city}{district}{core}{house}", core)


def _wechat(rng: random.Random) -> Value:
    nick = rng.choice(_WORDS["nicks"])
    text = rng.choice(
        (
            f"wxid_{nick}{_digits(rng, 6)}",
            f"{nick}_{_digits(rng, 4)}",
            f"{nick}{rng.choice(_WORDS['nicks'])}{_digits(rng, 3)}",
            f"{nick}-{_digits(rng, 5)}",
        )
    )
    return Value("wechat", text, text)


def _qq(rng: random.Random) -> Value:
    text = rng.choice("123456789") + _digits(rng, rng.randint(7, 9))
    return Value("qq", text, text)


def _plate(rng: random.Random) -> Value:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    head = rng.choice(_PLATE_PROVINCES) + rng.choice("ABCDEFGH")
    if rng.random() < 0.25:  # new-energy plates hold six characters
        tail = rng.choice("DF") + rng.choice(letters) + _digits(rng, 4)
    else:
        tail = "".join(rng.sample((rng.choice(letters), *_digits(rng, 4)), 5))
    return Value("plate", head + rng.choice(("", "", "·")) + tail, head + tail)


def _en_name(rng: random.Random) -> Value:
    text = f"{rng.choice(_WORDS['en_first'])} {rng.choice(_WORDS['en_last'])}"
    return Value("name", text, text)


def _en_phone(rng: random.Random) -> Value:
    area, line = rng.choice(("415", "212", "312", "503", "617", "206")), f"{rng.randint(200, 989)}{_digits(rng, 4)}"
    text = rng.choice(
        (
            f"+1 {area}-{line[:3]}-{line[3:]}",
            f"({area}) {line[:3]}-{line[3:]}",
            f"{area}-{line[:3]}-{line[3:]}",
            f"+1{area}{line}",
        )
    )
    return Value("phone", text, area + line)


def _en_email(rng: random.Random) -> Value:
    local = f"{rng.choice(_WORDS['en_first'])}.{rng.choice(_WORDS['en_last'])}{_digits(rng, 2)}".lower()
    text = f"{local}@{rng.choice(('gmail.com', 'outlook.com', 'yahoo.co.uk'))}"
    return Value("email", text, text)


def _en_card(rng: random.Random) -> Value:
    first = rng.choice(("4", "51", "53")) + _digits(rng, 14)
    core = first[:15] + luhn_check_digit(first[:15])
    return Value("bank_card", rng.choice((core, " ".join(core[i : i + 4] for i in range(0, 16, 4)))), core)


def _en_address(rng: random.Random) -> Value:
    core = f"{rng.randint(2, 999)} {rng.choice(_WORDS['en_streets'])}"
    return Value("address", f"{core}, {rng.choice(_WORDS['en_towns'])}", core)


_MAKERS: dict[str, dict[str, Callable[[random.Random], Value]]] = {
    "zh": {
        "mobile": _mobile, "landline": _landline, "email": _email, "id_card": _id_card, "bank_card": _bank_card,
        "name": _name, "address": _address, "wechat": _wechat, "qq": _qq, "plate": _plate,
    },
    "en": {"name": _en_name, "phone": _en_phone, "email": _en_email, "bank_card": _en_card, "address": _en_address},
}  # fmt: skip


def give_away(
    rng: random.Random, turns: list[tuple[str, str]], language: str, main: str, is_free: Callable[[str], bool]
) -> tuple[list[tuple[str, str]], list[Value]]:
    """``turns`` with personal data added to one or two of them, and the values in the order in which they stand.

    Args:
        main: the type that must be among them.
        is_free: whether a name may be used, that is, occurs nowhere in the clean text.
    """
    known: dict[str, Value] = {}
    out = list(turns)
    roles = ("user",) if rng.random() < 0.6 else ("user", "assistant") if rng.random() < 0.4 else ("assistant",)
    for role in roles:
        frames = [frame for frame in _WORDS["frames"][language][role] if f"{{{main}}}" in frame]
        frame = rng.choice(frames)
        for kind in re.findall(r"\{(\w+)\}", frame):
            if kind not in known:
                known[kind] = _draw(rng, language, kind, is_free)
        said = frame.format(**{kind: value.value for kind, value in known.items()})
        at = rng.choice([i for i, (speaker, _) in enumerate(out) if speaker == role])
        out[at] = (role, _append(rng, out[at][1], said, language, role))
    return out, list(known.values())


def _draw(rng: random.Random, language: str, kind: str, is_free: Callable[[str], bool]) -> Value:
    value = _MAKERS[language][kind](rng)
    while kind == "name" and not is_free(value.core):
        value = _MAKERS[language][kind](rng)
    return value


def _append(rng: random.Random, text: str, said: str, language: str, role: str) -> str:
    if role == "assistant" and said[-1] not in "。？.":
        said += "." if language == "en" else "。"
    if language == "en":
        return f"{text} {said}"
    if text[-1] not in "。！？～~":
        text += rng.choice("，。")
    return text + said
