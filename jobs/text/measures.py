"""Measures of a text that quality rules bound. Each takes a text and gives a number; shares are 0 to 1."""

from __future__ import annotations

import re
import unicodedata

from ftfy.badness import badness

from jobs.text.emoji import count_emoji
from jobs.text.mojibake import GBK_MARKS
from jobs.text.protect import without_code, without_protected

_UNIT = re.compile("[\u3400-\u9fff]|[A-Za-z\u00c0-\u024f]+|[0-9]+")
_LINE_RULE = re.compile(r"[\W_]*")
_MIN_UNITS = 30
_NGRAM = 10
_MIN_LINES = 4

_TOKENS = re.compile(
    r"<\|[A-Za-z0-9_/ ]{1,40}\|>|<｜[^<>｜\n]{1,40}｜>|\[/?INST\]|<</?SYS>>|</?s>|<(?:pad"
    r"|unk|eos|bos|sep|cls|mask|end_of_turn|start_of_turn|endoftext)>"
    r"|\[(?:PAD|UNK|EOS|BOS|SEP|CLS|MASK)\]|<reserved_\d+>|<0x[0-9A-F]{2}>"
    r"|^### ?(?:Instruction|Response|Input|指令|回答|输入)[:：]\s*$",
    re.MULTILINE,
)
# {order_id}, {{name}}, ${name}, {订单号}, [[name]], <订单号>; not \frac{a}{b}, x_{i}, {"key": 1}, {}, f(x){return}.
_SLOT = re.compile(
    r"\{\{\s*[A-Za-z_\u4e00-\u9fff][\w.\u4e00-\u9fff ]{0,40}\s*\}\}"
    r"|(?<![\\\w}^)\]{=\-])\{[A-Za-z_][A-Za-z0-9_]{2,40}\}(?!\})"
    r"|(?<![\\_^{A-Za-z])\{[\u4e00-\u9fff][\u4e00-\u9fff\w]{0,12}\}(?!\})"
    r"|\$\{[A-Za-z_][\w.]{0,40}\}"
    r"|\[\[\s*[A-Za-z_][\w.]{0,40}\s*\]\]"
)
_SLOT_IN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff，。！？：])\{[A-Za-z_][A-Za-z0-9_]{1,40}\}")
_CODE_LIKE = re.compile(
    r"[;{]\s*\n|\bdef \w+\(|\bfunction\b|=>|</\w+>|\bimport \w+|#include|\breturn\b|\bprint\(|\bvar \w+|\bconst \w+"
)

_EMPTY = re.compile(
    r"(?:null|undefined|nan|n/a|\[?(?:no (?:answer|response)|empty)\]?|（空）|\(空\)|空"
    r"|无|暂无|略|待补充|待回复|待跟进|待处理)[.。]?",
    re.IGNORECASE,
)

_GARBLED = re.compile("[\ufffd\x80-\x9f]|锟斤拷|锟斤|斤拷|烫烫烫|屯屯屯|ï¿½")


def length(text: str) -> int:
    """Characters without surrounding space."""
    return len(text.strip())


def is_empty_answer(text: str) -> int:
    """1 for an answer without letter, digit or emoji, or that is a word for nothing (null, N/A)."""
    stripped = text.strip()
    if not stripped or _EMPTY.fullmatch(stripped):
        return 1
    return int(not any(c.isalnum() for c in stripped) and not count_emoji(stripped) and len(stripped) < 20)


def symbol_share(text: str) -> float:
    """Share of characters that are neither letter, digit, space nor emoji, outside code; texts of 10 characters on.

    After Gopher's symbol-to-word ratio (Rae et al. 2021, A1.1), by characters, since Chinese has no words to divide by.
    """
    prose = without_protected(text)
    if len(prose) < 10:
        return 0.0
    plain = sum(c.isalnum() or c.isspace() or unicodedata.category(c) in ("Mn", "Mc") for c in prose)
    return max(0.0, 1 - (plain + count_emoji(prose)) / len(prose))


def garbled_share(text: str) -> float:
    """Share of characters that encoding damage left: U+FFFD, C1 controls, UTF-8 read as Latin-1 or GBK."""
    if not text or text.isascii():
        return 0.0
    prose = without_code(text)
    damage = sum(len(match.group()) for match in _GARBLED.finditer(prose)) + 2 * badness(prose)
    marks = len(GBK_MARKS.findall(prose))
    if marks >= 3 and marks >= 0.08 * len(prose):
        damage += 2 * marks
    return min(1.0, damage / len(text))


def duplicate_line_share(text: str) -> float:
    """Share of the lines that stand earlier in the text (Gopher, Rae et al. 2021, Table A1: at most 0.30).

    Lines without a letter or digit (rules, brackets) do not count; texts of fewer than four lines give 0.
    """
    lines = [line.strip() for line in without_code(text).split("\n")]
    lines = [line for line in lines if len(line) > 3 and not _LINE_RULE.fullmatch(line)]
    if len(lines) < _MIN_LINES:
        return 0.0
    return 1 - len(set(lines)) / len(lines)


def duplicate_ngram_share(text: str) -> float:
    """Share of units inside runs of ten that stand earlier in the text (Gopher, Rae et al. 2021: 10-grams, 0.10).

    A unit is a Chinese character, a Latin word or a number. The default bound is wider than Gopher's, because ten
    characters are a phrase where ten words are a sentence; texts of fewer than 30 units give 0.
    """
    units = _UNIT.findall(without_code(text))
    if len(units) < _MIN_UNITS:
        return 0.0
    seen: set[tuple[str, ...]] = set()
    covered, reached = 0, 0
    for start in range(len(units) - _NGRAM + 1):
        gram = tuple(units[start : start + _NGRAM])
        if gram in seen:
            covered += start + _NGRAM - max(start, reached)
            reached = start + _NGRAM
        seen.add(gram)
    return covered / len(units)


def repeated_run_share(text: str) -> float:
    """Share of the text that one piece of 2 to 30 characters fills by following itself four times or more.

    For "您好您好您好您好您好您好". Laughter and dashes (one character over and over) count from ten on.
    """
    prose = without_protected(text).strip()
    if len(prose) < 12:
        return 0.0
    longest = max((len(match.group()) for match in _REPEATED.finditer(prose)), default=0)
    return longest / len(prose)


_REPEATED = re.compile(r"([^\s]{2,30}?)\1{3,}|([^\s\-=_*#.~—…])\2{9,}")


def template_tokens(text: str) -> int:
    """How many tokens of chat templates stand in the text, code aside."""
    return len(_TOKENS.findall(without_code(text)))


def unfilled_slots(text: str) -> int:
    """How many slots such as {order_id}, {{name}}, ${name} or {订单号} were never filled, code aside."""
    if "{" not in text and "[[" not in text:
        return 0
    prose = without_code(text)
    if _CODE_LIKE.search(prose):
        return 0
    return len({m.span() for m in _SLOT.finditer(prose)} | {m.span() for m in _SLOT_IN_CHINESE.finditer(prose)})
