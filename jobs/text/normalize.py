"""Normalises text in named steps. Twice gives the same as once; code, JSON, URLs and placeholders are never touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from jobs.record import map_texts, texts_of
from jobs.text.about_markup import is_about_markup
from jobs.text.boilerplate import strip_boilerplate
from jobs.text.characters import drop_control_characters
from jobs.text.chinese_script import to_simplified
from jobs.text.emoji import shorten_emoji_runs
from jobs.text.escapes import undo_escapes
from jobs.text.html_text import html_to_text
from jobs.text.links import replace_mentions, replace_urls
from jobs.text.mojibake import repair_mojibake
from jobs.text.params import NormalizeParams
from jobs.text.plain import plain_check
from jobs.text.protect import hide, show
from jobs.text.punctuation import set_quotes, shorten_punctuation_runs
from jobs.text.unicode_forms import fold_unicode, set_width
from jobs.text.whitespace import collapse_spaces, tidy_whitespace

_MAX_ROUNDS = 12

Step = Callable[[str, NormalizeParams], str]
# step, text before, text after, the protected pieces that both lack (see jobs.text.protect.show)
Note = Callable[[str, str, str, list[str]], None]

# In the order in which they run: damage first, because what it hides cannot be judged; markup before white space and
# marks, because it becomes both.
STEPS: dict[str, Step] = {
    "urls": lambda text, params: replace_urls(text, params.urls),
    "mentions": lambda text, params: replace_mentions(text, params.mentions),
    "escapes": lambda text, _params: undo_escapes(text),
    "mojibake": lambda text, _params: repair_mojibake(text),
    "control_characters": lambda text, _params: drop_control_characters(text),
    "unicode": lambda text, params: fold_unicode(text, params.unicode),
    "width": lambda text, params: set_width(text, params.width),
    "html": lambda text, _params: html_to_text(text) if "<" in text or "&" in text else text,
    "whitespace": lambda text, _params: tidy_whitespace(text),
    "collapse_spaces": lambda text, _params: collapse_spaces(text),
    "punctuation_runs": lambda text, params: shorten_punctuation_runs(text, params.max_punctuation_run),
    "quotes": lambda text, params: set_quotes(text, params.quotes),
    "emoji_runs": lambda text, params: shorten_emoji_runs(text, params.max_emoji_run),
    "traditional_to_simplified": lambda text, params: to_simplified(text, params.traditional_to_simplified),
}
_USUAL = NormalizeParams()


def normalize(text: str, params: NormalizeParams | None = None) -> tuple[str, dict[str, int]]:
    """The normalised text, and 1 for each step that changed it.

    Idempotent: ``normalize(normalize(t)[0])`` changes nothing. A step can make work for an earlier one (``&lt;b&gt;``
    becomes a tag), so the steps run until none changes anything; a text that does not come to rest in 12 rounds was
    made to do so, and stays as it is. Never raises, and takes time that is linear in the text.
    """
    return _normalize(text, _prepare(params or _USUAL))


class _Prepared(NamedTuple):
    params: NormalizeParams
    is_plain: Callable[[str], bool]
    steps: tuple[tuple[str, Step], ...]


@lru_cache(maxsize=16)
def _prepare(params: NormalizeParams) -> _Prepared:
    steps = tuple((name, step) for name, step in STEPS.items() if getattr(params, name) not in (False, "keep"))
    return _Prepared(params, plain_check(params), steps)


def _normalize(text: str, prepared: _Prepared) -> tuple[str, dict[str, int]]:
    if not text or prepared.is_plain(text):
        return text, {}
    changed: dict[str, int] = {}

    def note(step: str, _before: str, _after: str, _pieces: list[str]) -> None:
        changed[step] = 1

    after = settle(text, prepared.params, note)
    return after, changed if after != text else {}


def settle(text: str, params: NormalizeParams, note: Note) -> str:
    """The normalised text; ``note`` is told of each change on the way."""
    original = text
    _params, is_plain, steps = _prepare(params)
    for _ in range(_MAX_ROUNDS):
        if not text or is_plain(text) or _is_json(text):
            return text
        hidden = hide(text, urls=params.urls == "keep")
        if hidden is None:
            return text
        body, pieces = hidden
        for name, step in steps:
            after = step(body, params)
            if after != body:
                note(name, body, after, pieces)
                body = after
                if name == "html":
                    # Markup can have turned into code: the next round hides it before the other steps.
                    break
        after = show(body, pieces)
        if after == text:
            return text
        text = after
    return original


def normalize_row(
    row: dict[str, Any],
    params: NormalizeParams | None = None,
    boilerplate: Mapping[str, Collection[str]] | None = None,
) -> tuple[dict[str, Any], dict[str, int]]:
    """A copy of the row with each text normalised, and how many texts each step changed.

    Tool calls, tools and extras are machine-readable and stay as they are.

    Args:
        boilerplate: source -> lines learnt of it (``jobs.text.boilerplate``), which ``params.boilerplate`` says what to
            do with; counted as ``boilerplate`` where removed, as ``boilerplate_seen`` where only flagged.
    """
    counts: Counter[str] = Counter()
    params = params or _USUAL
    out = _map_texts(row, params, counts)
    policy = params.boilerplate
    lines = (boilerplate or {}).get((row.get("source") or {}).get("name", ""))
    if lines and policy != "keep":
        counts.update(strip_boilerplate(out, lines, remove=policy == "remove"))
    return out, dict(counts)


def _map_texts(row: dict[str, Any], params: NormalizeParams, counts: Counter[str]) -> dict[str, Any]:
    """The row with each text normalised; in one that is about markup, which a question may tell, all tags stay."""
    usual: Counter[str] = Counter()
    out = map_texts(row, _counting(params, usual))
    if "html" in usual and any(map(is_about_markup, texts_of(row))):
        without: Counter[str] = Counter()
        kept = map_texts(row, _counting(params.model_copy(update={"html": False}), without))
        # Asked of what stays too, so that the answer is the same when the row comes again.
        if any(map(is_about_markup, texts_of(kept))):
            out, usual = kept, without
    counts.update(usual)
    return out


def _counting(params: NormalizeParams, counts: Counter[str]) -> Callable[[str], str]:
    prepared = _prepare(params)

    def convert(text: str) -> str:
        after, changed = _normalize(text, prepared)
        if changed:
            counts.update(changed)
        return after

    return convert


def _is_json(text: str) -> bool:
    """True for a text that is a JSON object or array, whose quoting a step could break."""
    stripped = text.strip()
    if stripped[:1] not in ("{", "[") or stripped[-1:] not in ("}", "]"):
        return False
    try:
        orjson.loads(stripped)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return False
    return True
