"""Answers that break off: in a word, a sentence, a list, a table, a piece of code or JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from jobs.text.common_traditional import simplified
from jobs.text.emoji import count_emoji
from jobs.text.protect import without_code

_TERMINAL = "。！？!?.…～~」』”\"'’）)】]》>}*`;；|$%"
_OPEN_END = re.compile(r"[，,、：(（“‘「『《【\[]$")
# What announces something that then does not come; "请提供一下订单号：" announces nothing.
_ANNOUNCES = re.compile(
    r"(?:例如|比如|譬如|如下|以下[^。！？，,\n：:]{0,12}|for example|for instance|as follows|such as"
    r"|the following[^.!?\n:]{0,40})[:：]$",
    re.IGNORECASE,
)
# Words that cannot end a Chinese sentence: what they govern is missing.
_NO_LAST_WORD = re.compile(
    r"(?:(?<![暖温平共缓饱柔总随求中])和|(?<![参赠给])与|或者|或|以及|(?<![普涉得不提顾])及|并且|(?<![合吞])并|而且|但是|但|因为|由于"
    r"|如果|虽然|所以|因此|然后|以便|(?<=[，,。；])通过|根据|按照|关于|对于|为了|为您|(?<![发寄退送还交传转])给您|(?<![来能])帮您|请您"
    r"|将会|将在|正在|已经为|可以在|需要在|我们会|我们将|您可以|建议您|请在|请将|请点击|请提供|预计在|如需|若|那我|那就|(?<![总反随])之"
    r"|(?<![应活])该|(?<![尤耳])其|(?<![服顺听无])从|(?<![方转意倾走导])向|(?<![一火拖车两几])把|(?<!棉)被|(?<![转谦])让|(?<![天大])使"
    r"|且|(?<![现存都不还内所实自一直])在|(?<![即麻大])将|(?<![行人有无所])为|(?<![都就不也正可才便总全还])是|的话请|(?<![名])第"
    r"|例如|比如|诸如|届时|其中|形成了|变得|此外|首先|其次|甚至|不仅|从而|进而|即使|尽管|无论|除了|随着|作为|致力于|有助于"
    r"|取决于|来自|位于|属于|至于|便于|用于|源于|处于|基于|(?:有|括|主要|代表作)包括|(?<!欢迎)加入|(?:所以|因此|如果|让|使|当)(?:我们|你们|他们|您|你|他|她|它))$"
)
_NO_LAST_WORD_EN = re.compile(
    r"\b(?:the|a|an|of|to|and|or|with|for|in|on|at|by|from|your|our|my|is|are|was|were|will"
    r"|would|can|could|should|that|which|because|if|but|as|we|you|please|this|be"
    r"|into|than|their|its|his|every|including|although|whether|while|has|have)$",
    re.IGNORECASE,
)
# Those that end no line of a list, title or poem either.
_SURELY_NO_LAST_WORD_EN = re.compile(r"\b(?:the|a|an|of the|and|or|their|its|your|our|because|than|into)$")
# Code without a fence: "return a".
_NO_PROSE = re.compile(r"[=;{}()<>\[\]]|^\s*(?:return|yield|print|import|for|if|while)\b")
# "Best regards," ends a letter that nobody signed.
_CLOSING = re.compile(
    r"^(?:\w+ ){0,3}(?:regards|gratitude|sincerely|best|love|thanks|wishes|cheers|yours|truly|faithfully),$", re.I
)
# Characters that seldom end a Chinese sentence: they stand before a full stop at most a third as often, for their
# number within sentences, as all others. Counted on half of the rows of ten open data sets of dialogues, questions and
# articles; on the other half 4% of the sentences end in one, and a third of the characters before that are such.
_SELDOM_LAST = (
    "一是和以可在我有这不为他小并自大于到如过或些同北得每种提京与都常也实其酒需帮发加将更而首很压最请使开"
    "之机总计设周还推尝第记当供没交保但从边经相文被共马找拉调主改朋无着公该那支给焦反先身困由深认减技两只"
    "尼专三回完海景根门否健创均逐另管参咨怎模取剩且增博阿至寻获转威除引强苹原指消产挑续冥质练已必极网费呼"
    "职优缓兴括打够巴规清几沟轻未广居负政即观智英抱林买随讨普移直照往萨再希哪细吉弗各波医洛恐莱执鼓梦输紧"
    "四吃告仅收铅苏热独描渐纽男黑伊领努诉十母拥命按便宾详圣研协休微"
)
# What people end a talk with, and send without a full stop.
_FAREWELL = re.compile(
    r"(?:再见|拜拜|客气|愉快|顺利|谢谢|感谢|支持|服务|联系我们?|光临|理解|见谅|稍等|等待|查收|合作|帮助您?|咨询|快乐|平安|健康|幸福|开心|晚安|联系)$"
)
_PARTICLES = "的了吗呢吧啊呀哦哈嘛么啦喔噢嗯好谢您"
_SENTENCE_END = re.compile("[。！？!?…]")
_HAN = re.compile("[\u4e00-\u9fff]")
_LONE_MARKER = re.compile(r"\n[ \t]*(?:(?:[2-9]|[1-9]\d)[.、)）]|[-•])\Z")
_ITEM = re.compile(r"[ \t]*(?:\d{1,2}[.、)）]|[-•*]|第[一二三四五六七八九十]|[一二三四五六七八九十]、)")
_LEAST_LINE = 8
_LEAST_UNMARKED = 16
# What a text of sentences holds; a list of names has commas only, between short names.
_WITHIN = ("。", "！", "？", ". ", "! ", "? ")
_LONG_CLAUSE = 8
_LEAST_EN, _LEAST_ALONE_EN = 30, 80

Habit = Literal["unknown", "prompts", "answers", "middle"]


def punctuation_habit(other_answers: Sequence[str], prompts: Sequence[str]) -> Habit:
    """Whose sentences end in a mark throughout, in a full stop somewhere: the answers', or (one answer) the prompts'.

    A question mark alone shows no habit: people who write no full stops write it too.
    """
    seen = other_answers or prompts
    writes_stops = any("。" in text or not text.rstrip().endswith(("？", "?")) for text in seen)
    if seen and writes_stops and all(map(ends_sentence, seen)):
        return "answers" if other_answers else "prompts"
    return "unknown"


def is_cut_off(text: str, habit: Habit = "unknown") -> int:
    """1 for an answer that surely breaks off.

    Sure are: a comma, an opening bracket or a word that governs what is missing at the end; a code fence or bracket
    that never closes; JSON without its end; the mark of a list's item without the item; a table's row with cells
    missing. Besides, an answer without a last mark where the ``habit`` is to write one: 8 characters suffice where all
    other answers of the row have it, unless a particle ends it; where only the prompts have it, or two full stops stand
    inside this answer, or all other lines of it end in one, it takes a long answer whose last character ends no spoken
    sentence. An answer that others follow (habit "middle") must end in such a word or be of unfinished structure:
    people in a chat do send half sentences.
    """
    tail = text.rstrip()
    if len(tail) < 6:
        return 0
    if tail.count("```") % 2 or _unfinished(tail):
        return 1
    if tail[-1] in _TERMINAL:
        return 0
    last = without_code(tail).rstrip()
    # What ends in code, a formula or a link has its end.
    if not last or last[-1] != tail[-1] or last[-1] in _TERMINAL or count_emoji(last[-2:]):
        return 0
    line = last.rsplit("\n", 1)[-1]
    if _HAN.search(line[-12:]):
        return _cut_off_zh(last, line, habit)
    return 0 if habit == "middle" else _cut_off_en(last, habit)


def lacks_mark(text: str, habit: Habit) -> int:
    """1 for an answer of a sentence or more without a last mark, where a ``habit`` is to write one: perhaps cut off."""
    tail = text.rstrip()
    if len(tail) < _LEAST_UNMARKED or habit in ("unknown", "middle") or tail[-1] in _TERMINAL or "\n" in tail:
        return 0
    if not tail[-1].isalpha() or tail[-1] in _PARTICLES or _FAREWELL.search(tail[-4:]):
        return 0
    prose = without_code(tail)
    if prose[-1:] != tail[-1]:
        return 0
    clauses = prose.split("，")
    return int(any(map(prose.__contains__, _WITHIN)) or (len(clauses) > 1 and max(map(len, clauses)) >= _LONG_CLAUSE))


def _unfinished(tail: str) -> bool:
    """Whether a list, a table or a piece of JSON has its beginning and not its end."""
    if tail[0] in "{[" and '":' in tail and tail[-1] not in "}]":
        return tail.count("{") > tail.count("}") or tail.count("[") > tail.count("]")
    if "\n" not in tail:
        return False
    if tail[-1] in ".、)）-•" and _LONE_MARKER.search(tail):
        return True
    return tail[-1] == "|" and _lacks_cells(tail.split("\n"))


def _lacks_cells(lines: list[str]) -> bool:
    rule = next((line for line in reversed(lines) if line.lstrip().startswith("|") and not line.strip("|-: ")), None)
    last = lines[-1].strip()
    return rule is not None and last.startswith("|") and last.count("|") < rule.count("|")


def _cut_off_en(text: str, habit: Habit) -> int:
    line = text.rsplit("\n", 1)[-1]
    if len(text) >= 40 and (_SURELY_NO_LAST_WORD_EN.search(line[-12:]) or _ANNOUNCES.search(line[-60:])):
        return int(_NO_PROSE.search(line) is None)
    if "\n" in text or len(text) < (_LEAST_EN if habit == "answers" else _LEAST_ALONE_EN) or not text[-1].isalpha():
        return int(text[-1] in ",(" and _CLOSING.search(line) is None)
    by_habit = habit == "answers" and text.count(", ") + text.count(". ") >= 1
    return int(by_habit or _NO_LAST_WORD_EN.search(text[-12:]) is not None)


def _cut_off_zh(text: str, line: str, habit: Habit) -> int:
    if len(line) >= 10 and _NO_LAST_WORD.search(simplified(line[-5:])):
        return 1
    if habit == "middle":
        return 0
    if _unclosed(line) or _ANNOUNCES.search(line[-20:]) or (_OPEN_END.search(line) and not line.endswith(("：", ":"))):
        return 1
    if not line[-1].isalpha():
        return 0
    if "\n" in text:
        return int(_last_line_breaks_off(text.split("\n")))
    if habit == "answers":
        return int(len(text) >= 8 and line[-1] not in _PARTICLES and _FAREWELL.search(line[-4:]) is None)
    used_to = len(_SENTENCE_END.findall(text)) >= 2 or (
        habit == "prompts" and (len(text) >= 20 or text.count("，") > 1)
    )
    return int(used_to and len(text) >= 16 and line[-1] in _SELDOM_LAST)


def _last_line_breaks_off(lines: list[str]) -> bool:
    """Whether the last line, no signature, lacks the mark that all others have: a sentence, or an item among items."""
    others = [line.rstrip() for line in lines[:-1] if len(line) >= _LEAST_LINE]
    last = lines[-1]
    if len(others) < 2 or len(last) < _LEAST_LINE + 2 or last[-1] not in _SELDOM_LAST:
        return False
    return ("，" in last or _ITEM.match(last) is not None) and all(line[-1] in "。！？；" for line in others)


def _unclosed(line: str) -> bool:
    return any(
        line.count(a) > line.count(b) and line.rfind(a) > len(line) - 40 for a, b in ("（）", "“”", "《》", "【】")
    )


def ends_sentence(text: str) -> bool:
    """True where the text ends in a mark that ends a sentence."""
    stripped = text.rstrip()
    return bool(stripped) and stripped[-1] in _TERMINAL
