"""Surrogates for addresses of machines and accounts, from what standards keep for examples."""

from __future__ import annotations

import ipaddress
import re
import string

from jobs.privacy.numbers.digits import digits_in
from jobs.privacy.surrogates import numbers
from jobs.privacy.surrogates.shape import write_digits, write_over
from jobs.privacy.surrogates.stream import Stream
from jobs.privacy.view import fold

# RFC 2606, 3: names that nobody can register. There is none under .cn.
_DOMAINS = ("example.com", "example.net", "example.org")
# RFC 5737: three networks for documentation; RFC 3849: one for version 6.
_NETWORKS = ("192.0.2.", "198.51.100.", "203.0.113.")
_NAMES = ("lin", "hua", "mei", "tao", "yun", "shan", "ming", "lan", "bo", "qing", "jia", "rui")


def email(value: str, stream: Stream) -> str:
    """An address at a domain kept for examples; digits in the name stay digits."""
    name = stream.choice(_NAMES) + stream.choice(_NAMES) + stream.digits(5)
    at = next((mark for mark in ("@", "＠") if mark in value), "@")
    return f"{name}{at}{stream.choice(_DOMAINS)}"


def domain(value: str, stream: Stream) -> str:
    """A name under a domain kept for examples, with the scheme of the old one."""
    scheme = re.match(r"[A-Za-z]{2,6}://", value)
    return f"{scheme.group() if scheme else ''}{stream.choice(_NAMES)}{stream.digits(5)}.{stream.choice(_DOMAINS)}"


def ip_address(value: str, stream: Stream) -> str:
    """An address of a network for documentation, of the same version."""
    if ":" in fold(value).text and "." not in fold(value).text:
        groups = ":".join(f"{stream.below(0x10000):x}" for _ in range(4))
        return str(ipaddress.ip_address(f"2001:db8:0:{1 + stream.below(0xFFFE):x}:{groups}"))
    return stream.choice(_NETWORKS) + str(1 + stream.below(254))


def mac_address(value: str, stream: Stream) -> str:
    """A locally administered address (IEEE 802: second bit of the first byte), always of 02-00-00, which no maker
    holds."""
    drawn = "020000" + f"{1 + stream.below(0xFFFFFE):06x}"
    return write_over(value, drawn.upper() if any(c in string.ascii_uppercase for c in value) else drawn)


def wechat(value: str, stream: Stream) -> str:
    """An id that says that it is an example."""
    start = "wxid_example" if fold(value).text.lower().startswith("wxid_") else "example_"
    return start + "".join(stream.choice(string.ascii_lowercase + string.digits) for _ in range(8))


def qq(value: str, stream: Stream) -> str:
    """A number that begins with 000: those that are given out begin with 1 to 9, and no telephone number begins so."""
    return write_digits(value, "000" + stream.digits(max(2, len(digits_in(value)) - 3)))


def account(value: str, stream: Stream) -> str:
    """A telephone number or an e-mail address where the account is one, else a number that begins 0000 (Alipay's begin
    2088) or an id that says that it is an example."""
    if "@" in fold(value).text:
        return email(value, stream)
    if re.fullmatch(r"1[3-9]\d{9}", digits_in(value)) and not re.search("[A-Za-z]", value):
        return numbers.phone(value, stream)
    if not re.search("[A-Za-z]", fold(value).text):
        return write_digits(value, ("0000" + stream.digits(max(0, len(digits_in(value)) - 4)))[: len(digits_in(value))])
    return wechat(value, stream)


def url_value(value: str, stream: Stream) -> str:
    """An address at a domain kept for examples, digits that begin with 000, or a word that says that it is an example:
    what stands in a link has no other form of its own."""
    plain = fold(value).text
    if "@" in plain or "%40" in plain:
        return email("@", stream)
    if plain.isascii() and plain.isdigit():
        return write_digits(value, ("000" + stream.digits(max(1, len(plain) - 3)))[: max(4, len(plain))])
    return "example" + "".join(stream.choice(string.ascii_lowercase + string.digits) for _ in range(8))
