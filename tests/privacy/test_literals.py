"""The words that a cue needs, and that looking for them first changes nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.privacy.literals import needed_words
from jobs.privacy.recognizers import RULES

CUES = sorted({rule.cue for rule in RULES})


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("微信|wechat|[vw]x", {"微信", "wechat", "vx", "wx"}),
        (r"\bM(?:r|rs|iss)\b|\bDr\b", {"mr", "mrs", "miss", "dr"}),
        ("a.b|.*", None),
        ("(?:x|y)?z{2,3}", {"z"}),
        ("[0-9A-Fa-f]{1,4}:", {":"}),
    ],
)
def test_words_of_patterns(pattern: str, words: set[str] | None) -> None:
    assert needed_words(pattern) == words


@pytest.mark.parametrize("cue", CUES, ids=range(len(CUES)))
def test_whatever_a_cue_finds_holds_one_of_its_words(cue: str) -> None:
    words = needed_words(cue)
    if words is None:
        return
    compiled = re.compile(cue, re.IGNORECASE)

    @settings(max_examples=30, deadline=None)
    @given(st.from_regex(compiled))
    def law(text: str) -> None:
        folded = text.casefold()
        assert any(word in folded for word in words)

    law()
