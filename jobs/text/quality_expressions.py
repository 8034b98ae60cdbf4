"""Values of quality rules as Spark SQL, for queries over tables: pure strings, nothing of Spark is imported.

They agree with the Python measures on rows whose texts hold no code, formulas, links, placeholders or tokens; ``PLAIN``
tells which, as SQL. The stage does not use them, because they cost more. Measured on Chinese chats of 210 characters
in 7 turns, one core: the rules that columns can say take 380 microseconds of CPU a row, four rules of length alone 77;
Python judges all fifty rules in 155, and handing it the row costs 36. So no native look at every row can spare as much
as it costs. They serve who tunes a bound on a table that is in Spark already.
"""

from __future__ import annotations

from collections.abc import Callable

from jobs.text import emoji, measures, protect
from jobs.text.quality_params import QualityParams, RuleLine

# What Python calls white space; Java's \s is ASCII only.
_SPACE = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LATIN = r"A-Za-z\u00c0-\u024f"
_UNREADABLE = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2580-\u259f\u2800-\u28ff\ue000-\uf8ff\ufff0-\ufffb\ufffd-\uffff"


def _strip(text: str) -> str:
    return f"regexp_replace({text}, r'\\A[{_SPACE}]+|[{_SPACE}]+\\z', '')"


def _count(text: str, pattern: str) -> str:
    return f"regexp_count({text}, r'{pattern}')"


def _from_ten(text: str, value: str) -> str:
    return f"if(char_length({text}) < 10, null, {value} / char_length({text}))"


def _characters(text: str) -> str:
    return f"char_length({_strip(text)})"


def _symbol_share(text: str) -> str:
    marks = _count(text, rf"[^\p{{L}}\p{{N}}\p{{Mn}}\p{{Mc}}{_SPACE}]")
    pictures = f"(char_length({text}) - char_length(regexp_replace({text}, r'{emoji.UNIT}', '')))"
    return f"if(char_length({text}) < 10, 0, greatest(0, ({marks} - {pictures}) / char_length({text})))"


def _punctuation_share(text: str) -> str:
    return _from_ten(text, _count(text, r"\p{P}"))


def _digit_share(text: str) -> str:
    return _from_ten(text, _count(text, r"\p{Nd}"))


def _readable_share(text: str) -> str:
    bad = _count(text, rf"[{_UNREADABLE}\x{{F0000}}-\x{{10FFFF}}]|(?<=[\u0300-\u036f])[\u0300-\u036f]")
    return f"if({text} = '', null, 1 - {bad} / char_length({text}))"


def _han_share(text: str) -> str:
    said = f"char_length(regexp_replace({text}, r'[{_SPACE}]+', ''))"
    return f"if({said} = 0, null, {_count(text, f'[{_HAN}]')} / {said})"


def _common_han_share(text: str) -> str:
    common = f"(char_length({text}) - char_length(translate({text}, '{measures.COMMON_HAN}', '')))"
    han = _count(text, f"[{_HAN}]")
    return f"if({han} < 10, null, {common} / {han})"


def _lines(text: str) -> str:
    return f"filter(transform(split({text}, '\\n'), l -> {_strip('l')}), l -> l != '')"


def _duplicate_line_share(text: str) -> str:
    lines = f"filter({_lines(text)}, l -> char_length(l) > 3 and l rlike r'[\\p{{L}}\\p{{N}}]')"
    return f"if(size({lines}) < 4, 0, 1 - size(array_distinct({lines})) / size({lines}))"


def _line_share(text: str, pattern: str) -> str:
    lines = _lines(text)
    return f"if(size({lines}) < 4, null, size(filter({lines}, l -> l rlike r'{pattern}')) / size({lines}))"


def _bullet_line_share(text: str) -> str:
    return _line_share(text, rf"\A(?:[•●○▪■◦‣⁃·*\-–—][{_SPACE}]|[•●○▪■◦‣⁃])")


def _ellipsis_line_share(text: str) -> str:
    return _line_share(text, rf"(?:…|\.\.\.|。。。)[{_SPACE}]*\z")


def _words(text: str, value: Callable[[str], str]) -> str:
    words = f"filter(split({text}, r'[{_SPACE}]+'), w -> w != '')"
    few = f"char_length({text}) < 100 or size({words}) < 50"
    return f"if({few}, null, {value(words)} / size({words}))"


def _mean_word_length(text: str) -> str:
    return _words(text, lambda words: f"aggregate({words}, 0, (n, w) -> n + char_length(w))")


def _alphabetic_word_share(text: str) -> str:
    return _words(text, lambda words: f"size(filter({words}, w -> w rlike r'[{_LATIN}]'))")


def _symbol_to_word_ratio(text: str) -> str:
    signs, ellipses = _count(text, "#"), _count(text, r"…|\.\.\.")
    return _words(text, lambda words: f"greatest({signs}, {ellipses})")


# Measure -> the SQL of its value for one text, itself given as SQL. Those that are missing columns cannot say, or only
# at many times their cost in Python: n-grams, answers against questions, lists and models of the user's own.
EXPRESSIONS: dict[str, Callable[[str], str]] = {
    "characters": _characters,
    "symbol_share": _symbol_share,
    "punctuation_share": _punctuation_share,
    "digit_share": _digit_share,
    "readable_share": _readable_share,
    "han_share": _han_share,
    "common_han_share": _common_han_share,
    "duplicate_line_share": _duplicate_line_share,
    "bullet_line_share": _bullet_line_share,
    "ellipsis_line_share": _ellipsis_line_share,
    "mean_word_length": _mean_word_length,
    "alphabetic_word_share": _alphabetic_word_share,
    "symbol_to_word_ratio": _symbol_to_word_ratio,
}

_SAID = "m -> coalesce(m.content, '') != '' or coalesce(m.tool_calls, '') = ''"
_REPLIES = "filter(messages, m -> m.role = 'assistant')"
_KEPT = f"if(label = false, slice({_REPLIES}, 1, greatest(size({_REPLIES}) - 1, 0)), {_REPLIES})"
_CONTENT = "m -> coalesce(m.content, '')"
_PROMPTS = f"transform(filter(messages, m -> m.role = 'user'), {_CONTENT})"
_RESPONSES = f"transform(filter(concat({_KEPT}, coalesce(chosen, array())), {_SAID}), {_CONTENT})"
_TEXT = "filter(array(text), t -> t is not null)"
# Columns of a rows table -> the texts that a rule reads, as an array.
TEXTS: dict[str, str] = {
    "prompt": _PROMPTS,
    "response": _RESPONSES,
    "text": _TEXT,
    "learnt": f"concat({_RESPONSES}, {_TEXT})",
    "any": f"concat({_PROMPTS}, {_RESPONSES}, {_TEXT})",
    "whole": f"array(concat_ws('\\n', concat({_PROMPTS}, {_RESPONSES}, {_TEXT})))",
}
_PROTECTED = " or ".join(f"contains(t, r'{piece}')" for piece in protect.BEGINNINGS)
PLAIN = f"not exists({TEXTS['any']}, t -> {_PROTECTED} or t rlike r'[\\x{{F0000}}-\\x{{FFFFD}}]')"


def value_expression(line: RuleLine) -> str | None:
    """The SQL of a rule's value for a row of a rows table, the worst of its texts; None where columns cannot say it."""
    measure = EXPRESSIONS.get(line.measure)
    if measure is None or line.reads == "row":
        return None
    worst = "array_min" if line.min is not None else "array_max"
    return f"{worst}(filter(transform({TEXTS[line.reads]}, t -> {measure('t')}), v -> v is not null))"


def value_expressions(params: QualityParams) -> dict[str, str]:
    """``value_expression`` by rule, for each that is on and that columns can say.

    A rule's ``languages`` are the caller's business: a value stands for a row in any language.
    """
    lines = {name: line for name, line in params.rules.items() if line.action != "off"}
    return {name: told for name, line in lines.items() if (told := value_expression(line)) is not None}
