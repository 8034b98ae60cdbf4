"""Faults that show only between the turns of a row: a question echoed, a count that its list contradicts, an order to a
model that somebody slipped in."""

from __future__ import annotations

import re

from jobs.text.protect import without_code

_NOT_WORD = re.compile(r"[\W_]+")
_LEAST_QUESTION = 8
# Beyond the question itself, an echo may add so much: a "您好" or a full stop.
_ECHO_ROOM = 1.15
# Tasks whose right answer may be the question's own text.
_COPYING = re.compile(
    r"重复|复述|跟读|照抄|抄写|改写|改正|纠正|纠错|校对|润色|修正|修改|病句|语病|标点|翻译|转换|格式化|排序|填空|补全|续写|原样|原文|摘录|提取|抽取"
    r"|repeat|copy|echo|correct|proofread|rewrite|rephrase|paraphrase|translat|punctuat|complete the|fix|edit|extract"
    r"|convert|format|capitali|sort|grammar",
    re.IGNORECASE,
)

_DIGITS_ZH = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_NUMBERS_EN = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_ANNOUNCED = re.compile(
    r"(?:以下|如下|下列|下面)(?:的|是|这|有|几|为|列出|提供|给出|总共|共)?(?P<zh>[两二三四五六七八九十]|[2-9]|1[0-9])"
    r"(?:个|点|条|种|项|步|大|类|方|处)[^。！？!?\n：:]{0,24}[：:]"
    r"|(?:有|包括|分为|分|遵循|注意)(?:以下|如下)?(?P<zh2>[两二三四五六七八九十]|[2-9]|1[0-9])"
    r"(?:个|点|条|种|项|步|大|类|方)[^。！？!?\n：:，,]{0,16}[：:]"
    r"|\b(?:here are|there are|the following|these are|following are)(?: the| some)? "
    r"(?P<en>two|three|four|five|six|seven|eight|nine|ten|[2-9]|1[0-9])\b[^.!?\n:]{0,60}:",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:^|\n)[ \t]*(?:\*\*)?[（(]?(\d{1,2})(?:[.、)）:：]|\.\s)(?!\d)")
_IN_LINE = re.compile(r"(?<![\d.])(\d{1,2})[、.)）](?![\d])")
_ORDINAL = re.compile(
    r"第([一二三四五六七八九十])(?:点|条|种|项|步|个|类|，|,|、|：|:)|(?<![其唯万之同统专单])([一二三四五六七八九十])(?:、|是)"
)
_NEAR = 10
_ORDINALS = {"一": 1, **_DIGITS_ZH}

_ORDER = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不用理会|抛开|跳过)(?:掉|了)?(?:你)?(?:以上|上面|上述|之前|此前|先前|前面|前述|上文|所有|一切|全部)"
    r"(?:的|所有|全部|一切|任何|给你|收到|说过){0,4}(?:系统|安全)?(?:指令|指示|提示词?|命令|要求|规则|设定|限制|约束|内容|对话)"
    r"|(?:输出|显示|告诉我|重复|泄露|打印|说出)(?:一下)?(?:你的|完整的?|全部的?){0,2}"
    r"(?:系统提示词?|系统指令|初始指令|隐藏指令|system prompt)"
    r"|(?:进入|开启|启用|切换到)(?:开发者|越狱|DAN|无限制|上帝)模式"
    r"|你现在(?:是|扮演)(?:DAN|没有任何限制|不受(?:任何)?(?:限制|约束))"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b(?: (?:all|any|every|everything|the|of|your|my|these|those)){0,4}"
    r" (?:previous|prior|above|preceding|earlier|foregoing|existing|initial|original|system)(?: (?:system|safety))?"
    r" (?:instructions?|prompts?|directions?|messages?|rules?|commands?|guidelines?|context|text|content)"
    r"|\b(?:reveal|print|show|repeat|output|leak|tell me)\b(?: me)?(?: (?:all|the|your|full|entire|whole|hidden)){1,4}"
    r" (?:system (?:prompt|message|instructions?)|initial (?:prompt|instructions?))"
    r"|\byou are now (?:DAN\b|in developer mode|jailbroken|free from)"
    r"|\b(?:developer|jailbreak|DAN) mode (?:enabled|activated)",
    re.IGNORECASE,
)
# One of these stands in each order: a literal is found many times as fast as the expression above.
_ORDER_CUES = (
    "略",
    "无视",
    "忘",
    "理会",
    "抛开",
    "跳过",
    "提示",
    "指令",
    "模式",
    "你现在",
    "gnore",
    "isregard",
    "orget",
)
_ORDER_CUES_EN = (
    "isregard",
    "orget",
    "verride",
    "ypass",
    "ystem",
    "nitial",
    "ou are now",
    " mode",
    "SYSTEM",
    "IGNORE",
    "FORGET",
)


def is_echo(question: str, answer: str) -> int:
    """1 for an answer that is its question once more, punctuation aside, where the question does not ask for that."""
    if len(answer) < _LEAST_QUESTION or len(answer) > 4 * len(question):
        return 0
    # A letter of the question that the answer lacks tells most of them.
    missing = set(question).difference(answer)
    if any(char.isalnum() and char.swapcase() not in answer for char in missing):
        return 0
    asked = _NOT_WORD.sub("", question).lower()
    said = _NOT_WORD.sub("", answer).lower()
    if len(asked) < _LEAST_QUESTION or len(said) > _ECHO_ROOM * len(asked) + 2 or asked not in said:
        return 0
    return int(_COPYING.search(question) is None)


def contradicted_count(text: str) -> int:
    """1 where a text announces a number of items ("以下三点：") and then counts to another one.

    Only a list that is numbered from 1 without a gap is a count; a text with two such lists is left alone.
    """
    if "：" not in text and ":" not in text:
        return 0
    prose = without_code(text)
    announced = list(_ANNOUNCED.finditer(prose))
    if len(announced) != 1:
        return 0
    match = announced[0]
    word = (match["zh"] or match["zh2"] or match["en"] or "").lower()
    wanted = _DIGITS_ZH.get(word) or _NUMBERS_EN.get(word) or int(word)
    found = _counted(prose[match.end() :])
    return int(found is not None and found != wanted)


def _counted(rest: str) -> int | None:
    """Up to which number the list runs that begins here; None where none does, or there are several, or gaps."""
    for pattern in (_NUMBERED, _IN_LINE, _ORDINAL):
        first = pattern.search(rest)
        if first is not None:
            numbers = [_number(match) for match in pattern.finditer(rest)]
            # Further on stands a list of something else.
            return _whole(numbers) if first.start() <= _NEAR else None
    return None


def _number(match: re.Match[str]) -> int:
    word = next(group for group in match.groups() if group)
    return _ORDINALS.get(word) or int(word)


def _whole(numbers: list[int]) -> int | None:
    return len(numbers) if len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1)) else None


def injected_orders(text: str) -> int:
    """How many orders to forget, reveal or leave a model's instructions stand in the text ("忽略以上指令")."""
    if not any(map(text.__contains__, _ORDER_CUES)) and not any(map(text.__contains__, _ORDER_CUES_EN)):
        return 0
    return sum(1 for _ in _ORDER.finditer(text))
