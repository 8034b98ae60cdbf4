"""Rules whose knowledge is the user's own: a list of words, a pattern, a model that scores a text."""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path

Score = Callable[[str], float | int | None]


class HookError(ValueError):
    """A list, pattern or scorer that a rule names cannot be used; the message says what was expected."""


def read_words(file: str) -> tuple[str, ...]:
    """The words of a list: UTF-8, one a line; empty lines and those that begin with # aside.

    Raises:
        HookError: no such file, not UTF-8, or no word in it. The words themselves are never told.
    """
    try:
        text = Path(file).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise HookError(
            f"words_from: {file}: expected a UTF-8 file of one word a line ({type(error).__name__})"
        ) from None
    lines = (line.strip() for line in text.splitlines())
    words = tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if not words:
        raise HookError(f"words_from: {file}: expected one word a line, came none")
    return words


def count_words(words: Iterable[str]) -> Score:
    """A measure: how many times words of the list stand in a text; Latin ones as whole words, in any case."""
    ordered = sorted(words, key=len, reverse=True)
    latin = [word for word in ordered if word.isascii()]
    other = [word for word in ordered if not word.isascii()]
    parts = [f"(?<![0-9A-Za-z])(?:{_any(latin)})(?![0-9A-Za-z])"] if latin else []
    parts += [_any(other)] if other else []
    pattern = re.compile("|".join(parts), re.IGNORECASE)
    return lambda text: sum(1 for _ in pattern.finditer(text))


def count_matches(pattern: str) -> Score:
    """A measure: how many times a regular expression matches a text."""
    compiled = re.compile(pattern)
    return lambda text: sum(1 for _ in compiled.finditer(text))


def load_scorer(name: str) -> Score:
    """A measure from ``module:function`` (a text to a number, or None for no verdict), or a KenLM file.

    A KenLM file (.arpa, .bin, .klm) gives the perplexity by characters, spaces aside, with a full stop's end.

    Raises:
        HookError: no such module, function or file, or kenlm is not installed.
    """
    if name.endswith((".arpa", ".bin", ".klm")):
        return _kenlm(name)
    module, colon, function = name.partition(":")
    if not colon:
        raise HookError(f"scored_by: expected module:function or a KenLM file (.arpa, .bin, .klm), came {name}")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise HookError(
            f"scored_by: {name}: {error}; expected a function of a text, importable where it runs"
        ) from None
    if not callable(found):
        raise HookError(f"scored_by: {name}: expected a function of a text, came a {type(found).__name__}")
    scored: Score = found
    return scored


def _kenlm(file: str) -> Score:
    try:
        kenlm = importlib.import_module("kenlm")
    except ImportError:
        raise HookError(f"scored_by: {file}: needs the package kenlm, which is not installed") from None
    if not Path(file).is_file():
        raise HookError(f"scored_by: no such file: {file}")
    model = kenlm.Model(file)

    def perplexity(text: str) -> float | None:
        units = [char for char in text if not char.isspace()]
        # KenLM gives log10 of the probability of the units and the end of the sentence.
        return math.pow(10.0, -model.score(" ".join(units)) / (len(units) + 1)) if units else None

    return perplexity


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))
