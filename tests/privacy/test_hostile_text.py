"""Texts that nobody meant well: no step raises on them, and none takes time by the square of their length."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pumped_texts import expressions, pumped

from jobs.cleaning.cleaner import default_params
from jobs.privacy import find_pii, remove_pii
from jobs.sources.source_rows import SourceFields
from jobs.text import judge_text, normalize_text
from jobs.tools.clean import clean_files
from jobs.tools.clean_rows import Cleaning

LONG = 5 << 20
SOME = 20_000
SMALL = {
    "empty": "",
    "one character": "号",
    "a space": " ",
    "a lone surrogate": "\ud83d",
    "a NUL": "\0",
    "an open tag": "<",
    "an open fence": "```",
    "a direction mark": "\u202e",
}
# Each is repeated to a length. What one rule or another would look at again and again.
REPEATED = {
    "Chinese": "您好，请问我的订单什么时候发货呀？",
    "one Chinese character": "王",
    "titles": "王先生",
    "an announcing word": "姓名：",
    "digits": "1234567890",
    "one digit": "1",
    "full-width digits": "１３９",
    "digits and dashes": "1-",
    "hidden digits": "\u200b1",
    "letters": "abcdefghij",
    "capitals": "A",
    "e-mail addresses": "a@a.",
    "at signs": "@",
    "emoji": "😀👨\u200d👩\u200d👧🎉",
    "joined emoji": "👩\u200d",
    "right to left": "שלום مرحبا\u202e ",
    "NULs": "\0a",
    "lone surrogates": "\ud800好",
    "spaces": " ",
    "line breaks": "\n",
    "marks": "。！？",
    "escaped ampersands": "amp;&",
    "open tags": "<pre>",
    "open brackets": "<",
    "back ticks": "`",
    "brackets": "{[",
    "formulas": "\\[ ",
    "damage": "ä½ å¥½",
    "damage by GBK": "浣犲ソ鐨",
    "URLs": "http://a?",
    "placeholders": "<PHONE_1>",
}
# The code gives these a few words of a text, never the whole.
SHORT_ONLY = ("jobs.privacy.english.names._LIST", "jobs.privacy.english.names._WHOLE_MESSAGE")
FUNCTIONS: tuple[Callable[[str], object], ...] = (find_pii, remove_pii, normalize_text, judge_text)


@pytest.mark.parametrize("text", SMALL.values(), ids=SMALL)
def test_a_small_oddity_goes_through(text: str) -> None:
    for function in FUNCTIONS:
        function(text)


@pytest.mark.parametrize("unit", REPEATED.values(), ids=REPEATED)
def test_no_repetition_takes_time_by_the_square_of_its_length(unit: str) -> None:
    text = unit * (SOME // len(unit)) + "\0"
    for function in FUNCTIONS:
        started = time.process_time()
        function(text)
        # Milliseconds each; a square of the length takes minutes.
        assert time.process_time() - started < 5, function.__name__


def test_five_megabytes_on_one_line_go_through_the_command(tmp_path: Path) -> None:
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    text = "😀" * (LONG // 4)
    file.write_text(json.dumps({"text": text}) + '\n{"text": "请问几点发货？"}\n{"text": "\\ud800 lone"}\n', "utf-8")
    tally = clean_files([file], out, Cleaning(default_params(), SourceFields(), tmp_path / "media"))
    assert tally.rows == 3
    assert tally.kept + tally.rejected.total() + tally.quarantined.total() == 3
    assert "请问几点发货？" in out.read_text("utf-8")


def test_every_regular_expression_is_safe_from_backtracking() -> None:
    found = expressions("jobs.privacy", "jobs.text")
    assert len(found) > 100
    slow = {}
    for where, expression in found.items():
        for text in pumped(expression.pattern, 2_000, random.Random(where)):
            started = time.process_time()
            expression.run(text[:60] if where in SHORT_ONLY else text)
            if time.process_time() - started > 0.3:
                slow[where] = text[:40]
    assert not slow, "these take a millisecond on such a text when they are safe"
