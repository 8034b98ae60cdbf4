"""Signs of trouble in a text, for the health check: broad, cheap regular expressions, each with a name to count by.

They say "look here"; the build's own stages decide with better means (checksums, context, recognizers).
"""

from __future__ import annotations

import re

from jobs.text.answers import is_refused

# Beside a Chinese character there is no \b, so digits and letters are fenced off by hand.
_FREE, _END = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_PERSONAL = {
    "cn_mobile": re.compile(rf"(?<![0-9A-Za-z.-])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}{_END}"),
    "cn_landline": re.compile(rf"{_FREE}0\d{{2,3}}[- ]\d{{7,8}}{_END}"),
    "phone": re.compile(rf"(?<![0-9A-Za-z])(?:\+\d{{1,3}}[- ]?)?\(?\d{{3}}\)?[- ]\d{{3}}[- ]\d{{4}}{_END}"),
    "email": re.compile(
        r"(?<![0-9A-Za-z._%+-])[0-9A-Za-z._%+-]{1,64}@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*\.[A-Za-z]{2,24}"
    ),
    "cn_id_card": re.compile(
        rf"{_FREE}\d{{6}}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}[0-9Xx]{_END}"
    ),
    "bank_card": re.compile(rf"{_FREE}(?:\d{{4}}[ -]?){{3}}\d{{4}}(?:[ -]?\d{{1,3}})?{_END}"),
    "ip_address": re.compile(
        r"(?<![0-9A-Za-z.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![0-9A-Za-z.])"
    ),
    "im_account": re.compile(r"(?:微信号?|[Ww]e[Cc]hat|QQ号?)\s*(?:[:：是为]|ID)?\s*[A-Za-z0-9][A-Za-z0-9_-]{4,19}"),
    "cn_licence_plate": re.compile(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·• ]?[A-HJ-NP-Z0-9]{5,6}" + _END
    ),
}
_DIGIT = re.compile(r"\d")
_TEMPLATE_TOKEN = re.compile(
    r"<\|[A-Za-z_]{2,30}\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>"
    r"|^#{2,3} (?:Instruction|Response|Input|指令|回答)[::]",
    re.M,
)
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.S)
# Not after \ (LaTeX), $ (shell), } ^ _ or a Latin letter, where braces are code and not a slot.
_SLOT = re.compile(
    r"(?<![\\$}^_0-9A-Za-z%#{])(?:\{\{\s*[^\W\d]\w{1,40}\s*\}\}|\{[^\W\d]\w{1,40}\}|\[\[[^\W\d]\w{1,40}\]\])(?![0-9A-Za-z_{(])"
)
_BROKEN_TEXT = re.compile(r"\ufffd|锟斤拷|烫烫烫|屯屯屯|[ÃÂ][\x80-\xbf]|â€[\x80-\xbf™œ\x9d]|ï¼|æ˜¯|çš„")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HTML = re.compile(
    r"</?(?:p|div|span|br|a|td|tr|table|li|ul|font|b|img)(?:\s[^<>]{0,200})?/?>|&(?:nbsp|amp|lt|gt|quot|#\d{2,5});",
    re.I,
)
_SAYS_NOTHING = frozenset({"none", "null", "nan", "n/a", "undefined", "无", "空"})


def personal_data(text: str) -> dict[str, int]:
    """Kinds of personal data in a text -> how many; never the values."""
    if not _DIGIT.search(text) and "@" not in text and "微信" not in text and "QQ" not in text:
        return {}
    found = {}
    for kind, pattern in _PERSONAL.items():
        values = pattern.findall(text)
        if kind == "bank_card":
            values = [value for value in values if _luhn(value)]
        if values:
            found[kind] = len(values)
    if "cn_id_card" in found:
        found.pop("bank_card", None)
    return found


def text_signs(text: str) -> list[str]:
    """Signs in any turn: ``template_token``, ``unfilled_slot``, ``broken_text``, ``control_characters``, ``html``."""
    signs = []
    if ("<" in text or "[" in text or "##" in text) and _TEMPLATE_TOKEN.search(text):
        signs.append("template_token")
    if ("{" in text or "[[" in text) and _SLOT.search(_CODE.sub("", text) if "`" in text else text):
        signs.append("unfilled_slot")
    if not text.isascii() and _BROKEN_TEXT.search(text):
        signs.append("broken_text")
    if not text.isprintable() and _CONTROL.search(text):
        signs.append("control_characters")
    if ("<" in text or "&" in text) and _HTML.search(_CODE.sub("", text) if "`" in text else text):
        signs.append("html")
    return signs


def answer_signs(text: str) -> list[str]:
    """Signs in an answer: ``refused_answer``, ``answer_says_nothing``, ``unclosed_think``."""
    signs = []
    if len(text) < 12 and text.strip().lower() in _SAYS_NOTHING:
        signs.append("answer_says_nothing")
    if is_refused(text):
        signs.append("refused_answer")
    if text.count("<think>") != text.count("</think>"):
        signs.append("unclosed_think")
    return signs


def _luhn(number: str) -> bool:
    digits = [int(c) for c in number if c.isdigit()]
    doubled = [d if i % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(reversed(digits))]
    return 16 <= len(digits) <= 19 and sum(doubled) % 10 == 0
