"""The most frequent Chinese characters: by chance one character in twenty is among them, of what people write half."""

from __future__ import annotations

from collections.abc import Sequence

FREQUENT = frozenset(
    "的一是了我不人在他有这上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好"
    "看起发当没成只如事把还用第样道想作种开见明问力理点几定本公做外相西果走将月十实向声车全信重三机工物气每并别真打太新比才"
    "便再书部水像等体却加电主利受听表少代员许先口由写性或住难教花结色您请谢货款退单订换服客店快递付价买卖量品件号码给让什元"
)
_LONG = 8


def are_frequent(han: Sequence[str]) -> bool:
    """Whether so many of the Chinese characters are frequent ones that they are a text, and no bytes read wrongly."""
    frequent = sum(c in FREQUENT for c in han)
    return len(han) > 1 and frequent >= (0.25 if len(han) >= _LONG else 0.4) * len(han)
