"""Orders to a model that somebody slipped into a text, and instructions that a model gave away (prompt injection)."""

from __future__ import annotations

import re

_ORDER_ZH = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不用理会|抛开|跳过)(?:掉|了)?(?:你)?"
    r"(?:以上|上面|上述|之前|此前|先前|前面|前述|上文|前文|所有|一切|全部)"
    r"(?:的|所有|全部|一切|任何|给你|收到|说过){0,4}(?:系统|安全)?(?:指令|指示|提示词?|命令|要求|规则|设定|限制|约束|内容|对话)"
    r"|(?:以上|上面|上述|前面|之前)的?(?:所有|全部)?(?:内容|指令|指示|设定|规则|提示词?)(?:全部|都|统统){0,2}(?:忽略|忘记|忘掉|无视)"
    r"|忽略前文并"
    r"|(?:输出|显示|告诉我|重复|泄露|打印|说出|公开)(?:一下)?(?:你的|完整的?|全部的?){0,2}"
    r"(?:系统提示词?|系统指令|初始指令|隐藏指令|[Ss]ystem [Pp]rompt)"
    r"|(?:系统提示词?|[Ss]ystem [Pp]rompt)(?:完整|全部|原样)?地?(?:发给|告诉|输出给|展示给)我"
    r"|(?:进入|开启|启用|切换到|激活)(?:越狱|DAN|无限制|上帝)模式|(?:越狱|DAN)模式(?:启动|开启|激活|已)"
    r"|(?:不再|无需|不必|不用|不需要)(?:遵守|遵循|受)(?:任何|一切|所有)的?(?:规则|限制|约束|规定|准则)"
    r"|你(?:将|再也)?不受(?:任何|一切)(?:的)?(?:限制|约束)|现在(?:起)?你(?:是|扮演)(?:DAN|没有限制)|^系统提示词?[：:]你是|你现在(?:是|扮演)(?:一个)?(?:DAN|没有任何限制|不受(?:任何)?(?:限制|约束))|没有(?:任何)?限制的(?:AI|人工智能|模型|助手)"
    r"|我的(?:系统提示词?|初始指令|系统指令|系统设定|初始设定)(?:是|如下|为|：)",
    re.MULTILINE,
)
_ORDER_EN = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b(?: (?:all|any|every|everything|the|of|your|my|these|those)){0,4}"
    r" (?:previous|prior|above|preceding|earlier|foregoing|existing|initial|original|system)(?: (?:system|safety))?"
    r" (?:instructions?|prompts?|directions?|messages?|rules?|commands?|guidelines?|context|text|content|programming)"
    r"|\bignore the (?:instructions?|prompt|rules?) above"
    r"|\b(?:ignore|disregard|override|bypass|forget)(?: all| any)?(?: of)? (?:your|its|all|any)"
    r"(?: (?:safety|content|ethical|own|built-in)){0,2} (?:rules|guidelines|restrictions|filters|policies|programming)"
    r"|\b(?:reveal|print|show|repeat|output|leak|tell me)\b(?: me)?(?: (?:all|the|your|full|entire|whole|hidden)){1,4}"
    r" (?:system (?:prompt|message|instructions?)|initial (?:prompt|instructions?))"
    r"|\b(?:repeat|output|print) (?:the words|everything) above"
    r"|\b(?:AI|model|assistant|chatbot) (?:with no|without any|without) (?:restrictions|limitations|filters|rules)\b"
    r"|\bunfiltered (?:AI|model|assistant|chatbot)\b|\bdo anything now\b|\bforget everything you were told\b"
    r"|\byou are now (?:DAN\b|in developer mode|jailbroken|free from)"
    r"|\bmy system prompt (?:says|is|reads)\b|^### ?System:"
    r"|\b(?:developer|jailbreak|DAN) mode (?:enabled|activated)",
    re.IGNORECASE | re.MULTILINE,
)
# What stands in quotation marks is spoken of, and orders nobody.
_QUOTES = frozenset("\"“”'‘「『`")
# A phone has one too.
_DEVELOPER_MODE = re.compile(r"(?:进入|开启|启用|切换到|激活)开发者模式")
_DEVICE = re.compile(r"手机|设置|安卓|浏览器|小程序|版本号|调试|android|iphone|chrome|usb", re.IGNORECASE)
# One of these stands in each order: a literal is found many times as fast as the expression above.
_CUES_ZH = (
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
    "遵守任",
    "遵守一",
    "遵守所",
    "遵循任",
    "遵循一",
    "遵循所",
    "受任何",
    "现在你",
    "现在起你",
    "受一切",
    "受所有",
    "没有限制",
    "有任何限制",
    "系统设定",
    "初始设定",
)
_CUES_EN = (
    "gnore",
    "isregard",
    "orget",
    "verride",
    "ypass",
    "ystem pro",
    "ystem Pro",
    "ystem mes",
    "ystem ins",
    "ystem:",
    "nitial pro",
    "nitial ins",
    "ou are now",
    "mode enabled",
    "mode activated",
    "words above",
    "everything above",
    "instructions above",
    "instruction above",
    "prompt above",
    "rules above",
    "rule above",
    "ith no r",
    "ith no l",
    "ith no f",
    "ithout r",
    "ithout any r",
    "ithout l",
    "ithout any l",
    "ithout f",
    "ithout any f",
    "nfiltered",
    "nything now",
    "SYSTEM",
    "IGNORE",
    "FORGET",
)
_LESSON = re.compile(r"注入攻击|提示词?注入|prompt injection|jailbreak(?:ing)? attack|red[- ]team", re.IGNORECASE)


def injected_orders(text: str) -> int:
    """How many orders to forget, reveal or leave a model's instructions stand in the text ("忽略以上指令").

    Quoted ones do not count, nor those of a text about such attacks.
    """
    found = 0
    if not text.isascii() and any(map(text.__contains__, _CUES_ZH)):
        found += _unquoted(_ORDER_ZH, text)
        if "开发者模式" in text and not _DEVICE.search(text):
            found += _unquoted(_DEVELOPER_MODE, text)
    if any(map(text.__contains__, _CUES_EN)):
        found += _unquoted(_ORDER_EN, text)
    return 0 if found and _LESSON.search(text) else found


def _unquoted(pattern: re.Pattern[str], text: str) -> int:
    return sum(text[max(0, match.start() - 1) : match.start()] not in _QUOTES for match in pattern.finditer(text))
