"""What templates, forms and table writers leave behind in a text: tokens, unfilled slots, words for nothing.

Light on purpose: the health check reads these patterns too, and starts in a blink.
"""

from __future__ import annotations

import re

from jobs.text.emoji import count_emoji
from jobs.text.protect import without_code

_TOKENS = re.compile(
    r"<\|[A-Za-z0-9_/ ]{1,40}\|>|<｜[^<>｜\n]{1,40}｜>|\[/?INST\]|<</?SYS>>|\A\s*<s>|</s>(?=\s*(?:\Z|<s>))|<(?:pad"
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
# "You can return it", "import duties" and "its function" are no code.
_CODE_LIKE = re.compile(
    r"[;{]\s*\n|\bdef \w+\(|\bfunction\b[ \w]{0,40}\(|=>|</\w+>|#include|\bprint\(|\bvar \w+ ?=|\bconst \w+ ?="
    r"|^[ \t]*(?:import \w[\w.]*(?: as \w+)?$|from [\w.]+ import )|^[ \t]+return\b|\breturn\b[^\n.]{0,60};",
    re.MULTILINE,
)

# "Answer in the format {name}: {year}" is a task, not a slot that somebody forgot.
_ABOUT_SLOTS = re.compile(r"\bformat|template|placeholder|格式|模板|模版|占位|变量", re.IGNORECASE)

_EMPTY = re.compile(
    r"(?:null|undefined|nan|n/a|\[?(?:no (?:answer|response)|empty)\]?|（空）|\(空\)|空"
    r"|无|暂无|略|待补充|待回复|待跟进|待处理)[.。]?",
    re.IGNORECASE,
)
_LONGEST_EMPTY = len("[no response].")


def is_word_for_nothing(text: str) -> bool:
    """Whether a text is only what stands for a missing value, such as null, N/A, 无 or 待补充."""
    said = text.strip()
    return len(said) <= _LONGEST_EMPTY and _EMPTY.fullmatch(said) is not None


def is_empty_answer(text: str) -> int:
    """1 for an answer without letter, digit or emoji, or that is a word for nothing (null, N/A)."""
    stripped = text.strip()
    if not stripped or is_word_for_nothing(stripped):
        return 1
    return int(not any(c.isalnum() for c in stripped) and not count_emoji(stripped) and len(stripped) < 20)


def may_hold_tokens(text: str) -> bool:
    """False where no part of the text can hold a token."""
    return "<" in text or "[" in text or "###" in text


def may_hold_slots(text: str) -> bool:
    """False where no part of the text can hold a slot."""
    return "{" in text or "[[" in text


def template_tokens(text: str) -> int:
    """How many tokens of chat templates stand in the text, code aside."""
    if not may_hold_tokens(text):
        return 0
    return len(_TOKENS.findall(without_code(text)))


def unfilled_slots(text: str) -> int:
    """How many slots such as {order_id}, {{name}}, ${name} or {订单号} were never filled, code aside."""
    if not may_hold_slots(text):
        return 0
    prose = without_code(text)
    if _CODE_LIKE.search(prose) or _ABOUT_SLOTS.search(prose):
        return 0
    return len({m.span() for m in _SLOT.finditer(prose)} | {m.span() for m in _SLOT_IN_CHINESE.finditer(prose)})
