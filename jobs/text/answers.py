"""Measures of answers: refused, or broken off in mid-sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from jobs.text.emoji import count_emoji
from jobs.text.protect import without_code

# "As an AI model" in both languages: speech of the model that wrote the data, not of the one that is to learn.
_AS_MODEL = re.compile(
    r"作为(?:一[个名款位])?(?:由\S{1,12}(?:开发|训练)的)?(?:AI|ai|人工智能|智能|大型|大)?(?:的)?(?:语言模型"
    r"|语言大模型|大模型|人工智能(?:助手|模型|程序)|AI(?:助手|模型|助理)?(?=[，,我]))"
    r"|我(?:只)?是(?:一[个名款])?(?:人工智能|AI|大型|大)?语言模型"
    r"|as (?:an?|your) (?:large |helpful )?(?:AI|artificial intelligence)(?: language)?(?: model"
    r"| assistant| chatbot)?,? (?:I|my)"
    r"|as a (?:large )?language model|I(?:'m| am) (?:just |only )?an? (?:AI|large)? ?language model"
    r"|my (?:knowledge|training) cut-?off",
    re.IGNORECASE,
)
# A shop's robot may say that it is one; with what it cannot do beside it, it is the same speech again.
_IS_MACHINE = re.compile(
    r"我(?:只)?是(?:一[个名款位])?(?:AI|人工智能|虚拟)(?:助手|客服|助理|机器人|程序)"
    r"|I(?:['’]m| am) (?:just |only |merely )an? (?:AI|artificial intelligence|virtual)(?: language)? (?:model"
    r"|assistant|chatbot)",
    re.IGNORECASE,
)
_CANNOT = re.compile(
    r"无法|不能|没有|不具备|不会|没办法|不支持|can['’]?t|cannot|can not|n['’]t|unable|not able", re.IGNORECASE
)
# A refusal opens the answer, names no business reason and offers nothing else: those answers are short.
_REFUSAL_ZH = re.compile(
    r"^(?:您好|你好|亲|亲爱的)?[，,！!～~ ]{0,3}(?:非常|很|真的|十分|实在)?(?:抱歉|对不起"
    r"|不好意思|遗憾|sorry)[^。！？!?\n]{0,14}?"
    r"(?:我|本人|小助手|客服|作为)[^。！？!?\n]{0,14}?(?:无法|不能|没法|没办法|不便|不方便"
    r"|无权|不会|不可以|拒绝)[^。！？!?\n]{0,10}?"
    r"(?:回答|解答|答复|回复|提供|协助|帮助|帮到|帮您|帮你|完成|满足|执行|讨论|参与|继续|处理|透露|告知)"
    r"|^(?:抱歉|对不起|不好意思|很遗憾)?[，, ]{0,2}(?:我|这个我?|这事我?|这个问题我?)?(?:真的"
    r"|也)?(?:无法|不能|拒绝|没法|没办法)(?:为您|为你|给您|给你)?"
    r"(?:回答|解答|答复|讨论)(?:您|你)?的?(?:这个|该|此|这类|这)?(?:问题|请求|话题)?"
    r"|^(?:抱歉|对不起|不好意思)?[，, ]{0,2}(?:这个|这事|这)?我?(?:也|真的|就)?(?:不知道|不清楚"
    r"|不了解|不晓得|不归我管|帮不了(?:您|你)?|管不了|无可奉告|无能为力)"
    r"(?:[，,。！!~～ ]|呢|哦|啊|的)*$"
)
_REFUSAL_EN = re.compile(
    r"^(?:hi|hello)?[,! ]*(?:I['’]?m |I am |we are |we['’]re )?(?:very |so |really |truly )?(?:sorry"
    r"|afraid|apologi[sz]e|unfortunately)[^.!?\n]{0,40}?"
    r"\b(?:can['’]?t|cannot|can not|unable to|not able to|won['’]t|not (?:allowed|permitted) to)\b[^.!?\n]{0,30}?"
    r"\b(?:assist|help|answer|provide|fulfil|fulfill|comply|complete|do that|respond|discuss|continue|share|engage)"
    r"|^I (?:can['’]?t|cannot|can not|won['’]t|am unable to|am not able to) (?:assist|help"
    r"|answer|provide|fulfil|fulfill|comply|complete|respond|discuss|engage)"
    r"|^(?:sorry,? )?I (?:don['’]?t|do not) know\W*$|^no comment\W*$",
    re.IGNORECASE,
)
_LONGEST_REFUSAL = 160

_TERMINAL = "。！？!?.…～~」』”\"'’）)】]》>}*`;；|$%"
_OPEN_END = re.compile(r"[，,、：(（“‘「『《【\[]$")
# Words that cannot end a Chinese sentence: what they govern is missing.
_NO_LAST_WORD = re.compile(
    r"(?:和|与|或者|或|以及|及|并且|并|而且|但是|但|因为|由于|如果|虽然|所以|因此|然后|以便"
    r"|通过|根据|按照|关于|对于|为了|为您|给您|帮您|请您|将会|将在|正在|已经为"
    r"|可以在|需要在|我们会|我们将|您可以|建议您|请在|请将|请点击|请提供|预计在|如需|若|那我|那就|之"
    r"|该|其|从|向|把|被|让|使|且|在|将|为|是|的话请|第)$"
)
_NO_LAST_WORD_EN = re.compile(
    r"\b(?:the|a|an|of|to|and|or|with|for|in|on|at|by|from|your|our|my|is|are|was|were|will"
    r"|would|can|could|should|that|which|because|if|but|as|we|you|please|this|be)$",
    re.IGNORECASE,
)
# A last character that ends a spoken sentence without a full stop.
_SPOKEN_END = (
    "的了吗呢吧啊呀哦哈嘛么啦喔噢嗯好谢您你我们她他到行对是有去来看用费天日号元件个点分店家人货款单吧见光快乐"
    "候题址息助意便利顺怀解持力心待询理复馈决知达退换系络馆程务放毕成出上下里么错白楚"
)
_PARTICLES = "的了吗呢吧啊呀哦哈嘛么啦喔噢嗯好谢您"
_SENTENCE_END = re.compile("[。！？!?…]")
_HAN = re.compile("[\u4e00-\u9fff]")


def _may_speak_as_model(text: str) -> bool:
    """A quick look: one of these stands in whatever ``_AS_MODEL`` or ``_IS_MACHINE`` matches."""
    if "作为" in text or "模型" in text or "我是" in text or "我只是" in text:
        return True
    low = text.lower()
    return (
        "as a" in low
        or "as your" in low
        or "model" in low
        or "i'm" in low
        or "i’m" in low
        or "i am" in low
        or "my " in low
    )


def is_refused(text: str) -> int:
    """1 for an answer that speaks as an AI model, or that is short and only refuses."""
    start = text.strip()
    opening = start[:400]
    if _may_speak_as_model(opening) and (
        _AS_MODEL.search(opening) or (_IS_MACHINE.search(opening) and _CANNOT.search(opening))
    ):
        return 1
    if len(start) > _LONGEST_REFUSAL * (1 if _HAN.search(start) else 3):
        return 0
    return int(bool(_REFUSAL_ZH.match(start) or _REFUSAL_EN.match(start)))


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
    that never closes. Besides, an answer without a last mark where the ``habit`` is to write one: 8 characters suffice
    where all other answers of the row have it, unless a particle ends it; where only the prompts have it, or two full
    stops stand inside this answer, it takes a long answer whose last character ends no spoken sentence.
    An answer that others follow (habit "middle") must end in such a word or in an open fence: people in a chat do
    send half sentences.
    """
    tail = text.rstrip()
    if len(tail) < 6:
        return 0
    if tail.count("```") % 2:
        return 1
    last = without_code(tail).rstrip()
    # What ends in code, a formula or a link has its end.
    if not last or last[-1] != tail[-1] or last[-1] in _TERMINAL or count_emoji(last[-2:]):
        return 0
    line = last.rsplit("\n", 1)[-1]
    if _HAN.search(line[-12:]):
        return _cut_off_zh(last, line, habit)
    if habit == "middle":
        return 0
    if "\n" in last or len(last) < 80 or not last[-1].isalpha():
        return int(bool(re.search(r"[,(]$", last)))
    return int(
        bool(_NO_LAST_WORD_EN.search(last[-12:]))
        or (habit == "answers" and len(_SENTENCE_END.findall(last)) + last.count(". ") >= 2)
    )


def _cut_off_zh(text: str, line: str, habit: Habit) -> int:
    if len(line) >= 10 and _NO_LAST_WORD.search(line[-4:]):
        return 1
    if habit == "middle":
        return 0
    if _unclosed(line) or (_OPEN_END.search(line) and not line.endswith(("：", ":"))):
        return 1
    if "\n" in text or not line[-1].isalpha():
        return 0
    if habit == "answers":
        return int(len(text) >= 8 and line[-1] not in _PARTICLES)
    used_to = len(_SENTENCE_END.findall(text)) >= 2 or (
        habit == "prompts" and (len(text) >= 20 or text.count("，") > 1)
    )
    return int(used_to and len(text) >= 16 and line[-1] not in _SPOKEN_END)


def _unclosed(line: str) -> bool:
    return any(
        line.count(a) > line.count(b) and line.rfind(a) > len(line) - 40 for a, b in ("（）", "“”", "《》", "【】")
    )


def ends_sentence(text: str) -> bool:
    """True where the text ends in a mark that ends a sentence."""
    stripped = text.rstrip()
    return bool(stripped) and stripped[-1] in _TERMINAL
