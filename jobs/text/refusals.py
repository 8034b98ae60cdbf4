"""Refusals, and the speech of the model that wrote the data ("as an AI language model"), in Chinese and English."""

from __future__ import annotations

import re

from jobs.text.common_traditional import simplified

# One of these stands in each refusal that is written with any of them.
_TRADITIONAL = ("為", "無", "對", "沒", "學", "個", "辦", "這")
# Speech that is quoted, in an answer about such models, is nobody's refusal.
_UNQUOTED = r"(?<![\"“”'‘’「『《])"
_AS_MODEL = re.compile(
    _UNQUOTED
    + r"(?:[作身]为(?:一[个名款位种])?[^，,。！？!?\n“”\"]{0,12}?(?:人工智能|AI|语言模型|语言大模型|大模型|文本模型"
    r"|聊天机器人|机器人|(?:智能|虚拟)助手|计算机程序)(?:语言)?(?:产品|助手|助理|模型|程序|系统|客服|工具|应用|平台){0,2}"
    r"(?=[，,]?(?:[^。！？!?\n，,]{0,4}我|无法|不能|并不|没有|没法|不具备|目前|很?抱歉|对不起|很难|难以|只能))"
    r"|我(?:只|仅仅|仅)?是(?:一[个名款种])?(?:人工智能|AI|大型|大)?语言模型"
    r"|as (?:an?|your) (?:large |helpful |text-based |conversational )?(?:AI"
    r"|artificial intelligence)(?: language)?(?: model"
    r"| assistant| chatbot| system| program)?(?: (?:trained|developed|created|made) by \w{1,20})?,? (?:I|my)\b"
    r"|as a (?:large )?(?:language model|chatbot)(?: (?:trained|developed|created|made) by \w{1,20})?,? (?:I|my)\b"
    r"|I(?:['’]m| am) (?:just |only |merely )?an? (?:AI|large)? ?language model"
    r"|my (?:knowledge|training) cut-?off)",
    re.IGNORECASE,
)
# A shop's robot may say that it is one; with what it cannot do right after it, it is the same speech again.
_IS_MACHINE = re.compile(
    _UNQUOTED
    + r"(?:我(?:只|仅仅|仅)?是(?:一[个名款位种])?(?:由\S{1,12}的)?(?:(?:AI|人工智能|虚拟|智能|聊天|对话|文本)(?:助手"
    r"|客服|助理|机器人|程序|模型|系统)?|(?:计算机)?程序)"
    r"|I(?:['’]m| am) (?:just |only |merely )?an? (?:AI|artificial intelligence|virtual|chatbot|text-based)"
    r"(?: language)?(?: (?:model|assistant|chatbot|program))?(?=[ ,.;!]))",
    re.IGNORECASE,
)
_CANNOT = re.compile(
    r"无法|不能|没有|不具备|不会|没办法|不支持|can['’]?t|cannot|can not|n['’]t|unable|not able|not have", re.IGNORECASE
)
# How far behind the one the other stands, in characters.
_NEAR = {True: 120, False: 30}

_OPENING_ZH = (
    r"^(?:您好|你好|亲|亲爱的)?[，,！!～~ ]{0,3}(?:非常|很|真的|十分|实在)?(?:抱歉|对不起|不好意思|遗憾|sorry)"
)
_CANNOT_ZH = (
    r"(?:无法|不能|没法|没办法|不便|不方便|无权|不会|不可以|拒绝|没有能力|没有办法|没有权限|不具备|(?:还|尚未"
    r"|暂未)?(?:没有?)?学会)"
)
_ANSWERING_ZH = "回答|解答|答复|回复|提供|协助|帮助|帮到|帮您|帮你|完成|满足|执行|讨论|参与|继续|处理|透露|告知"
# What is asked of a model and of no shop.
_MAKING_ZH = (
    "生成|撰写|创作|编写|绘制|画|作图|浏览|访问|上网|联网|拨打|打电话|播放|预测|发表|评论|评价|翻译|识别|订票|支持"
)
_REFUSAL_ZH = re.compile(
    rf"{_OPENING_ZH}[^。！？!?\n]{{0,14}}?(?:我(?!们)|本人|小助手|作为)[^。！？!?\n]{{0,14}}?{_CANNOT_ZH}"
    rf"[^。！？!?\n]{{0,10}}?(?:{_ANSWERING_ZH}|{_MAKING_ZH})"
    rf"|^我(?:还|目前|暂时|现在|并)?(?:无法|不能|没有能力|不具备|(?:还)?没有?学会)(?:为您|为你|给您|给你|实时|直接|如何|协助){{0,2}}"
    r"(?:回答|解答|答复|讨论|提供|生成|协助|撰写|预测|访问|浏览)"
    rf"|^(?:抱歉|对不起|不好意思|很遗憾)?[，, ]{{0,2}}我(?:目前|暂时)?(?:不能|无法|不会)(?:帮|替|为)(?:您"
    rf"|你)(?:做|完成|写|处理|实现|进行)"
    rf"|{_OPENING_ZH}[，, ]{{0,2}}我?(?:目前|暂时|现在)?(?:无法|不能)(?:为您|给您|帮您)?(?:查询|查看|获取"
    rf"|查到)[^。！？!?\n]{{0,4}}"
    r"(?:实时|即时|最新|天气|新闻|股价|股票|航班|汇率)"
    r"|^(?:抱歉|对不起|不好意思|很遗憾)?[，, ]{0,2}(?:我|这个我?|这事我?|这个问题我?)?(?:真的"
    r"|也)?(?:无法|不能|拒绝|没法|没办法)(?:为您|为你|给您|给你)?"
    r"(?:回答|解答|答复|讨论)(?:您|你)?的?(?:这个|该|此|这类|这)?(?:问题|请求|话题)?"
    r"|^(?:抱歉|对不起|不好意思)?[，, ]{0,2}(?:这个|这事|这)?我?(?:也|真的|就)?(?:不知道|不清楚"
    r"|不了解|不晓得|不归我管|帮不了(?:您|你)?|管不了|无可奉告|无能为力)"
    r"(?:[，,。！!~～ ]|呢|哦|啊|的)*$"
)
# "..., but I can give you a voucher": a shop's answer.
_OFFER_ZH = re.compile(r"(?:但是?|不过)[^。！？!?\n]{0,6}(?:可以|能)(?:为|帮|给)[您你]")
_CANNOT_EN = (
    r"(?:(?:can['’]?t|cannot|can not|unable to|not able to|won['’]t|not (?:allowed|permitted) to)\b[^.!?\n]{0,30}?"
    r"\b(?:assist|help|answer|provide|fulfil|fulfill|comply|complete|do that|respond|discuss|continue|share|engage"
    r"|make (?:phone )?calls|access|browse|create|generate|draw|predict|perform|write|produce|disclose|reveal"
    r"|translate)"
    r"|(?:don['’]t|do not) (?:currently )?have (?:access|the (?:ability|capability|capacity)|personal"
    r"|real-?time|feelings"
    r"|emotions|a physical)|(?:don['’]t|do not) feel comfortable)"
)
_REFUSAL_EN = re.compile(
    r"^(?:hi|hello)?[,! ]*(?:I['’]?m |I am )?(?:very |so |really |truly )?(?:sorry|afraid|I apologi[sz]e|apologies"
    rf"|unfortunately)\b[^.!?\n]{{0,40}}?\bI(?:['’]m| am)?(?: \w+){{0,2}}? {_CANNOT_EN}"
    r"|^I(?:['’]m| am)? (?:can['’]?t|cannot|can not|won['’]t|unable to|not able to) (?:assist|help"
    r"|answer|provide|fulfil|fulfill|comply|complete|respond|discuss|engage|view images|play (?:music|audio)"
    r"|browse|predict"
    r"|access the|generate images)"
    r"|^I (?:don['’]t|do not) (?:currently )?have (?:access to (?:your|the internet|real-?time|current|live"
    r"|external|personal)"
    r"|the (?:ability|capability) to|personal (?:opinions|experiences|preferences|feelings|beliefs))"
    r"|^I (?:must|have to) (?:respectfully )?(?:decline|refuse)\b"
    r"|^(?:sorry,? )?I (?:don['’]?t|do not) know\W*$|^no comment\W*$",
    re.IGNORECASE,
)
# A refusal opens the answer, names no business reason and offers nothing else: those answers are short.
_LONGEST_REFUSAL = 160
_OPENING = 400
_HAN = re.compile("[\u4e00-\u9fff]")
_ABOUT_REFUSALS = re.compile(
    r"拒绝|拒絕|refus|declin|(?:作为|作為|as) ?(?:一|an? )?.{0,4}(?:语言模型|語言模型|AI\b|language model)",
    re.IGNORECASE,
)
# Customers are sorry to ask, and were sent on by a robot: only who wants such a text written asks for it.
_ABOUT_APOLOGIES = re.compile(r"道歉|致歉|抱歉|对不起|對不起|不好意思|机器人|機器人|apolog|sorry|robot", re.IGNORECASE)
_WRITING = r"写|寫|翻译|翻譯|改写|扮演|小说|小說|故事|例|writ|translat|rephras|paraphras|example|role|story|dialog"
_TO_WRITE = re.compile(_WRITING, re.IGNORECASE)
_TASK = re.compile(_WRITING + "|怎样|怎么|如何|为什么|為什麼|why|how", re.IGNORECASE)
# "如果无法回答，请说“无法回答”": the right answer of tasks on a text.
_MAY_DECLINE = re.compile(
    r"(?:说|說|回答|回复|回覆|答|输出|写|填)[：:]?[“\"「『'‘](?:我)?(?:无法|無法|不能|不知道|不清楚|没有)"
    r"|\b(?:say|answer|respond|reply|output|write|return)(?: with)?:? [\"“'‘](?:I (?:don['’]t|do not|can['’]?not)|"
    r"cannot|can['’]t|unanswerable|no answer|unknown|not (?:given|enough))|\bunanswerable\b",
    re.IGNORECASE,
)


def may_speak_as_model(text: str) -> bool:
    """A quick look: one of these stands in whatever ``_AS_MODEL`` or ``_IS_MACHINE`` matches."""
    if "作为" in text or "身为" in text or "模型" in text or "我是" in text or "我只" in text or "我仅" in text:
        return True
    if not ("a" in text or "m" in text or "A" in text or "M" in text):
        return False
    low = text.lower()
    return "as a" in low or "as your" in low or "i'm" in low or "i’m" in low or "i am" in low or "my " in low


def is_refused(text: str) -> int:
    """1 for an answer that speaks as an AI model, or that is short and only refuses."""
    start = text.strip()
    opening = start[:_OPENING]
    if any(map(opening.__contains__, _TRADITIONAL)):
        opening = simplified(opening)
    if may_speak_as_model(opening) and _speaks_as_model(opening):
        return 1
    if len(start) > _LONGEST_REFUSAL * (1 if _HAN.search(opening) else 3):
        return 0
    if _REFUSAL_ZH.match(opening):
        return int(_OFFER_ZH.search(opening) is None)
    return int(_REFUSAL_EN.match(opening) is not None)


def _speaks_as_model(opening: str) -> bool:
    if _AS_MODEL.search(opening):
        return True
    machine = _IS_MACHINE.search(opening)
    if machine is None:
        return False
    end = machine.end()
    return _CANNOT.search(opening, end, end + _NEAR[machine.group().isascii()]) is not None


def may_decline(order: str) -> bool:
    """Whether a prompt or a system's order gives the words of a refusal to say where there is no answer."""
    return _MAY_DECLINE.search(order) is not None


def asks_for_refusal(prompt: str) -> bool:
    """Whether a question is about refusals, or asks for one: to be translated, written, played, explained, or said
    where a text does not hold the answer."""
    told = _ABOUT_REFUSALS.search(prompt) is not None and _TASK.search(prompt) is not None
    written = _ABOUT_APOLOGIES.search(prompt) is not None and _TO_WRITE.search(prompt) is not None
    return told or written or may_decline(prompt)
