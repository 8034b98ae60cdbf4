"""The one prefilter: it may pass too much, and never too little."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jobs.privacy.prefilter import Prefilter
from jobs.privacy.recognizers import RULES
from jobs.privacy.rules import pattern_rule
from jobs.privacy.view import fold

WORDS = [
    "my name is ",
    "John",
    " Smith",
    "Dr. ",
    "call ",
    "张伟",
    "电话",
    "手机号",
    "住在",
    "路12号",
    "1391234",
    "5678",
    ", ",
]
ALL = Prefilter(RULES)
RULE = pattern_rule("PERSON", "told", r"name|姓名", r"(?:name|姓名) (\w+)", 0.9)


def test_rules_pass_by_word_and_cue() -> None:
    prefilter = Prefilter([RULE], cues=[r"[0-9]{4}"])
    assert prefilter.rules_for("my NAME is") == (RULE,)
    assert prefilter.rules_for("姓名") == (RULE,)
    assert prefilter.rules_for("1234") == ()
    assert prefilter.passes("1234")
    assert not prefilter.passes("nothing here")
    assert not prefilter.passes("")


@given(st.lists(st.sampled_from(WORDS), max_size=8).map("".join))
def test_no_rule_is_lost(text: str) -> None:
    folded = fold(text).text
    passed = set(ALL.rules_for(folded))
    lost = [rule.name for rule in RULES if rule not in passed and list(rule.find(folded))]
    assert not lost


def test_no_rule_is_lost_on_real_text(shared_data: Path) -> None:
    rows = json.loads((shared_data / "presidio" / "synth_dataset_v2.json").read_text("utf-8"))
    for text in [fold(row["full_text"]).text for row in rows[::7]]:
        passed = set(ALL.rules_for(text))
        assert not [rule.name for rule in RULES if rule not in passed and list(rule.find(text))]
