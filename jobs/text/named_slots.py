"""Slots by name that nobody filled in an answer: [姓名], 【快递单号】, [Your Name], XX先生, ____; labels of turns."""

from __future__ import annotations

import re

from jobs.text.protect import without_code

_FIELD_ZH = (
    r"[\u4e00-\u9fff]{0,4}(?:姓名|名字|名称|日期|时间|地址|地点|电话|电话号码|手机号|联系方式|邮箱|职位|职务|部门|金额|单号|订单编号|编号|签名|称呼|链接|网址)"
    r"|(?:您的|你的|贵|客户|具体)?(?:公司|公司名|城市|快递公司|学校|专业|数量|原因|天数|价格|型号)"
)
_FIELD_EN = (
    r"(?:(?:your|insert|enter|recipient|customer|client|employer|employee|manager|hiring manager|company"
    r"|sender|candidate|product"
    r"|applicant|contact)(?:['’]s)?\b[^\]\n]{0,30}|name(?: of [^\]\n]{1,30})?|date|address|city"
    r"|phone(?: number)?|email(?: address)?"
    r"|job title|position|order (?:number|id))"
)
# At the beginning of a line a field in brackets is a form's label, unless it stands there alone.
_BRACKETED = re.compile(
    rf"(?<=[^\s])[\[〔]\s*(?:{_FIELD_ZH}|(?i:{_FIELD_EN}))\s*[\]〕](?!\()"
    rf"|(?<=[为是于至给叫的：])【(?:{_FIELD_ZH})】"
    rf"|(?<=[\w,;:] )\[\s*(?i:{_FIELD_EN})\s*\](?!\()"
    rf"|^[ \t]*\[\s*(?:{_FIELD_ZH}|(?i:{_FIELD_EN}))\s*\][ \t]*$"
    r"|\bINSERT [A-Z]+(?: [A-Z]+){0,3} HERE\b"
    r"|<(?:YOUR[ _])?(?:NAME|AUTHOR|COMPANY|ADDRESS|DATE|PHONE|EMAIL)>",
    re.MULTILINE,
)
_CROSSES = r"(?<![A-Za-z0-9Xx×])(?:X{2,4}|x{2,4}|×{2,4}|某某)"
_CROSSED = re.compile(
    rf"{_CROSSES}(?:先生|女士|小姐|经理|总(?![的是])|老师|公司|有限公司|集团|大学|学院|医院|银行|部门)"
    rf"|{_CROSSES}(?=[年月日元市省区县路街])"
    r"|(?:客服|我叫|我是|姓名[：:]|联系人[：:]|工号|电话[：:]?|单号[：:为是]{0,2})(?:X{2,11}|x{2,11}|×{2,11})(?![A-Za-z])"
)
_BLANK = re.compile(r"(?<=[\u4e00-\u9fff：])_{3,}|_{3,}(?=[\u4e00-\u9fff])")
_LABELS = re.compile(r"^(?:(Human|User|用户)|(Assistant|助手))[:：]", re.MULTILINE)
# Who asks for a text that others will fill in gets its slots.
_DOCUMENT = re.compile(
    r"写|寫|起草|拟|撰|信|函|邮件|郵件|模板|模版|范文|合同|协议|简历|申请书|请假条|占位|填空|表格|表单|例子|示例|格式|文案|话术|脚本|剧本|对话|[一1]份|设计|制作|创建|生成|代码|网页"
    r"|\b(?:writ\w+|draft\w*|compos\w+|templates?|letters?|e-?mails?|contracts?|resume|cv|placeholders?|forms?|formats?|fill|blanks?"
    r"|scripts?|dialog(?:ue)?s?|conversations?|generate|create|examples?|rewrite|edit|message|speech|invitation|report|memo)\b",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"模板|模版|占位|填空|表格|表单|placeholder|template|\bforms?\b|\bblanks?\b", re.IGNORECASE)
_CUES = ("[", "〔", "【", "XX", "xx", "××", "某某", "___", "INSERT ", "<", "Human", "User", "用户：", "用户:")


def may_hold_named_slots(text: str) -> bool:
    """False where no part of the text can hold a slot by name."""
    return any(map(text.__contains__, _CUES))


def named_slots(answer: str) -> int:
    """How many slots by name stand in an answer, code aside, and turn labels ("Human:", "Assistant:") of both sides."""
    if not may_hold_named_slots(answer):
        return 0
    prose = without_code(answer)
    found = len(_BRACKETED.findall(prose)) + len(_CROSSED.findall(prose))
    blanks = len(_BLANK.findall(prose))
    sides = {bool(human) for human, _ in _LABELS.findall(prose)}
    return found + (blanks if blanks > 1 else 0) + (len(sides) == 2)


def asks_for_a_document(prompt: str) -> bool:
    """Whether a question asks for a letter, form or script, in which slots may be right."""
    return _DOCUMENT.search(prompt) is not None


def asks_for_slots(prompt: str) -> bool:
    """Whether a question asks for a template or a form: its slots are what was asked for."""
    return _TEMPLATE.search(prompt) is not None


def has_slots_itself(prompt: str) -> bool:
    """Whether a question holds crosses or blanks, so that its answer may have them from there."""
    return "XX" in prompt or "xx" in prompt or "×" in prompt or "某某" in prompt or "___" in prompt or "[" in prompt
