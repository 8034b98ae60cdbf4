"""Normalises text in named steps. Twice gives the same as once; code, URLs, placeholders and JSON are never touched."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson

from jobs.record import map_texts
from jobs.text.emoji import shorten_emoji_runs
from jobs.text.html_text import html_to_text
from jobs.text.mojibake import repair_mojibake
from jobs.text.params import NormalizeParams
from jobs.text.protect import hide, show

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_ARABIC_OR_INDIC = re.compile("[\u0590-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\ufb1d-\ufdff\ufe70-\ufefe]")

# Full-width letters, digits and signs are ASCII typed on a Chinese keyboard. Not among them: , ! : ; ? ( ) . ~ which
# are Chinese punctuation there, and the yen sign. Circled digits, superscripts, fractions and Roman numerals keep
# their meaning, which NFKC would lose ("x²" is not "x2").
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，！：；？（）．～"}
_FULL_WIDTH_PUNCTUATION = {ord(a): ord(b) for a, b in zip("，！：；？（）．～", ",!:;?().~", strict=True)}
# Compatibility forms that differ in nothing but their encoding: half-width kana and hangul, ligatures, Kangxi radicals.
_COMPATIBILITY = re.compile("[\uff65-\uffdc\ufb00-\ufb06\u2f00-\u2fd5]+")

# C0 and C1 controls, soft hyphen, zero-width space, word joiner and invisible operators, BOM, interlinear marks.
_CONTROL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064"
    "\u206a-\u206f\ufeff\ufff9-\ufffb]"
)
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_JOINER = re.compile("[\u200c\u200d]")
_PICTURE = re.compile("[\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]")

_LINE_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_TRAILING = re.compile(r"[ \t]+(?=\n|\Z)")
_EMPTY_LINES = re.compile(r"\n{3,}")
_INNER_SPACES = re.compile(r"(?<=[^ \t\n]) {2,}(?=[^ \t\n|])")
_INDENTED_HAN = re.compile(r"^[ \t]+(?=[\u3000-\u9fff\uff00-\uffef])", re.MULTILINE)

# Runs of one mark. A run of full stops is an ellipsis in Chinese chat. Two marks are often emphasis ("！！", "。。")
# or an operator ("!!", "??"), so they stay; "~~", "--" and "==" draw Markdown, so dashes and equals signs stay at any
# length.
_RUNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile("。{3,}"), "……"),
    (re.compile("…{3,}"), "……"),
    (re.compile(r"(?<!\.)\.{4,}"), "..."),
    (re.compile("([，、；：])\\1+"), r"\1"),
    (re.compile("([！？～])\\1{2,}"), r"\1"),
    (re.compile(r"([!?,;])\1{2,}"), r"\1"),
    (re.compile("(?:！？|？！)(?:！|？)+"), "？！"),
    (re.compile(r"(?:!\?|\?!)[!?]+"), "?!"),
    (re.compile("—{3,}"), "——"),
    (re.compile("[·・]{3,}"), "……"),
    (re.compile("~{4,}"), "~"),
)
_MAX_ROUNDS = 12

Step = Callable[[str, NormalizeParams], str]


def fold_unicode(text: str, _params: NormalizeParams) -> str:
    """NFC, and NFKC only where nothing but the encoding differs; Chinese punctuation stays where Chinese is written."""
    text = unicodedata.normalize("NFC", text)
    if text.isascii():
        return text
    text = text.translate(_FULL_WIDTH)
    text = _COMPATIBILITY.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    if not _HAN.search(text):
        text = text.translate(_FULL_WIDTH_PUNCTUATION)
    else:
        # Between digits these are a clock time or a decimal point, not punctuation.
        text = re.sub("(?<=[0-9])[：．](?=[0-9])", lambda match: ":" if match.group() == "：" else ".", text)
    return unicodedata.normalize("NFC", text)


def drop_control_characters(text: str, _params: NormalizeParams) -> str:
    """No control or zero-width characters; emoji sequences and the joiners of Arabic and Indic scripts stay."""
    text = _CONTROL.sub("", text)
    if _JOINER.search(text):
        text = _JOINER.sub(lambda match: match.group() if _joins(text, match.start()) else "", text)
    if _DIRECTION.search(text) and not _ARABIC_OR_INDIC.search(text):
        text = _DIRECTION.sub("", text)
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _joins(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not before or not after:
        return False
    scripts = _ARABIC_OR_INDIC.match(before) is not None and _ARABIC_OR_INDIC.match(after) is not None
    pictures = text[at] == "\u200d" and _PICTURE.match(before) is not None and _PICTURE.match(after) is not None
    return scripts or pictures


def tidy_whitespace(text: str, _params: NormalizeParams) -> str:
    """Line breaks as \\n, at most one empty line, plain spaces, none trailing; indentation of code and lists stays."""
    text = _LINE_BREAK.sub("\n", text)
    text = _SPACES.sub(" ", text)
    text = _TRAILING.sub("", text)
    text = _EMPTY_LINES.sub("\n\n", text)
    text = _INDENTED_HAN.sub("", text)
    text = "\n".join(
        line if line[:1] in (" ", "\t", "|") else _INNER_SPACES.sub(" ", line) for line in text.split("\n")
    )
    return text.strip("\n").strip(" \t") if not text[:1].isspace() else text.strip()


def shorten_punctuation_runs(text: str, _params: NormalizeParams) -> str:
    """One mark for a run of the same mark: "！！！！" is "！"; "。。。。" is "……"."""
    for pattern, instead in _RUNS:
        text = pattern.sub(instead, text)
    return text


def to_simplified(text: str, _params: NormalizeParams) -> str:
    """Traditional to simplified Chinese by OpenCC's phrase tables (t2s)."""
    return text if text.isascii() else str(_opencc().convert(text))


@lru_cache(maxsize=1)
def _opencc() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


STEPS: dict[str, Step] = {
    "mojibake": lambda text, _params: repair_mojibake(text),
    "control_characters": drop_control_characters,
    "unicode": fold_unicode,
    "html": lambda text, _params: html_to_text(text) if "<" in text or "&" in text else text,
    "whitespace": tidy_whitespace,
    "punctuation_runs": shorten_punctuation_runs,
    "emoji_runs": lambda text, params: shorten_emoji_runs(text, params.max_emoji_run),
    "traditional_to_simplified": to_simplified,
}


def normalize(text: str, params: NormalizeParams | None = None) -> tuple[str, dict[str, int]]:
    """The normalised text, and 1 for each step that changed it.

    Idempotent: ``normalize(normalize(t)[0])`` changes nothing. A step can make work for an earlier one (``&lt;b&gt;``
    becomes a tag), so the steps run until none changes anything.
    """
    params = params or NormalizeParams()
    changed: Counter[str] = Counter()
    for _ in range(_MAX_ROUNDS):
        if not text or _is_json(text):
            break
        hidden = hide(text)
        if hidden is None:
            break
        body, pieces = hidden
        for name, step in STEPS.items():
            if getattr(params, name):
                after = step(body, params)
                if after != body:
                    changed[name] = 1
                    body = after
                    if name == "html":
                        # Markup can have turned into code: the next round hides it before the other steps.
                        break
        after = show(body, pieces)
        if after == text:
            break
        text = after
    return text, dict(changed)


def normalize_row(row: dict[str, Any], params: NormalizeParams | None = None) -> tuple[dict[str, Any], dict[str, int]]:
    """A copy of the row with each text normalised, and how many texts each step changed.

    Tool calls, tools and extras are machine-readable and stay as they are.
    """
    counts: Counter[str] = Counter()

    def convert(text: str) -> str:
        after, changed = normalize(text, params)
        counts.update(changed)
        return after

    return map_texts(row, convert), dict(counts)


def _is_json(text: str) -> bool:
    """True for a text that is a JSON object or array, whose quoting a step could break."""
    stripped = text.strip()
    if stripped[:1] not in ("{", "[") or stripped[-1:] not in ("}", "]"):
        return False
    try:
        orjson.loads(stripped)
    except orjson.JSONDecodeError:
        return False
    return True
