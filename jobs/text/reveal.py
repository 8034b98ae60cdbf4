"""What a text will show once it is normalised: nothing personal may hide behind damage or markup until then."""

from __future__ import annotations

import re

from jobs.text.normalize import normalize
from jobs.text.params import NormalizeParams

# The steps that bring together what stood apart ("138&nbsp;0013&nbsp;8000", "138<b>0013</b>8000"), or make characters
# of others. Widths, traditional characters and what is invisible are folded by the view that detection reads.
_REVEALING = NormalizeParams(
    escapes=True,
    mojibake=True,
    control_characters=True,
    html=True,
    unicode="keep",
    width="keep",
    whitespace=False,
    punctuation_runs=False,
    emoji_runs=False,
)
_MAY_HIDE = re.compile(r"[&<\\\x00-\x08\x0b-\x1f\x7f]|[^\x00-\x7f]")


def reveal(text: str) -> str:
    """The text with encoding damage, escapes, HTML and control characters undone; most texts come back as they are."""
    return normalize(text, _REVEALING)[0] if _MAY_HIDE.search(text) else text
