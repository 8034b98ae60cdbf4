"""Numbers that follow from a secret: the same for the same value and scope, and not to be guessed without the salt."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
# 2,048 bits: a shuffle of a hundred names takes 525 of them, so what is left over at the end biases nothing.
_BYTES = 256


class Stream:
    """Draws that follow from ``salt`` and ``parts``: HMAC-SHA256 (RFC 2104), drawn out by SHAKE256 (FIPS 202)."""

    def __init__(self, salt: bytes, *parts: str) -> None:
        # Each part with its length, so that ("ab", "c") and ("a", "bc") differ.
        message = b"".join(
            len(data).to_bytes(4, "big") + data for data in (p.encode("utf-8", "replace") for p in parts)
        )
        seed = hmac.new(salt, message, hashlib.sha256).digest()
        self._pool = int.from_bytes(hashlib.shake_256(seed).digest(_BYTES), "big")

    def below(self, bound: int) -> int:
        """A number from 0 to ``bound`` - 1."""
        self._pool, drawn = divmod(self._pool, bound)
        return drawn

    def choice(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def digits(self, count: int) -> str:
        """So many digits."""
        return "".join(str(self.below(10)) for _ in range(count))


def cycle(items: Sequence[T], stream: Stream) -> dict[T, T]:
    """A shuffle in which nothing stays in its place and no two come to the same one (Sattolo 1986: one cycle)."""
    moved = list(items)
    for last in range(len(moved) - 1, 0, -1):
        other = stream.below(last)
        moved[last], moved[other] = moved[other], moved[last]
    return dict(zip(items, moved, strict=True))
