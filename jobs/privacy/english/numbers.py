"""Numbers that English words announce, in the forms of many countries: telephones, cards, documents, dates of birth."""

from __future__ import annotations

import re

from jobs.privacy.rules import NOT_BEFORE_WORD, Rule, pattern_rule, value_of

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATE = (
    rf"(?:{_MONTH}[ ]\d{{1,2}}(?:st|nd|rd|th)?,?[ ]\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?(?:[ ]of)?[ ]{_MONTH},?[ ]\d{{4}}"
    r"|\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{4}|\d{2})|\d{4}[/.\-]\d{1,2}[/.\-]\d{1,2})"
)
# Six to fifteen digits, as people group them.
_GROUPED = r"\+?\(?\d{1,4}\)?(?:[ .\-/]{0,2}\(?\d{1,4}\)?){1,6}"
_A_DATE = re.compile(rf"{_DATE}|(?:19|20)\d\d[ \-](?:19|20)\d\d|\d{{4}}[ \-]\d{{2}}[ \-]\d{{2}}")
_SSN = r"(?!000|666|9)\d{3}[- .]?(?!00)\d{2}[- .]?(?!0000)\d{4}"
_TOP_LEVEL = r"(?:com|net|org|edu|gov|info|biz|io|co|me|uk|us|ca|au|in|ie|de|fr|es|it|nl|eu|nz|za|sg|hk|jp|br|mx)"
_IS = r"(?:[ ]?(?:number|no\.?|num|id|#|№))?(?:[ ](?:is|was)|['’]s)?[\s:=#?(]{0,4}"


def _telephone(text: str, match: re.Match[str]) -> float | None:
    value = value_of(match)
    digits = sum(map(str.isdigit, value))
    if not 6 <= digits <= 15 or _A_DATE.fullmatch(value) or re.fullmatch(_SSN, value):
        return None
    return None if text.startswith(("%", "€", "$", "£", ":"), match.end("v")) else 0.5


def _card(_text: str, match: re.Match[str]) -> float | None:
    return 0.65 if 12 <= sum(map(str.isdigit, value_of(match))) <= 19 else None


RULES: tuple[Rule, ...] = (
    pattern_rule(
        "PHONE_NUMBER",
        "told_phone_en",
        r"(?:phone|tele?|mobile|cell|fax|call|text|dial|ring|reach|answering|message|whatsapp|registered|contact)[^0-9]{0,40}[0-9]",
        r"\b(?:(?:tele|cell|mobile|home|work|office)?[ ]?phone|tel|mobile|cell|fax|whatsapp|dial|ring|text|call|reach"
        r"|answering|messages?|registered|contact)\b(?:[ ](?:me|us|him|her|them|it|my|number|no|on|at|to|via|is"
        r"|was|in))"
        rf"{{0,4}}[\s:.=#]{{0,4}}(?P<v>{_GROUPED}){NOT_BEFORE_WORD}",
        0.5,
        accept=_telephone,
        languages=("en",),
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "PHONE_NUMBER",
        "labelled_phone_en",
        r"[0-9][0-9)][-, ]{1,3}\(?(?:office|fax|mobile|home|cell|work|tel)",
        rf"(?<![\w.@#])(?P<v>{_GROUPED})(?:[ ]?[-,(][ ]?|[ ])(?:office|fax|mobile|home|cell|work|tel)\b",
        0.5,
        accept=_telephone,
        languages=("en",),
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "CREDIT_CARD",
        "announced_card_en",
        r"card|visa|amex|cc",
        rf"\b(?:(?:credit|debit|bank|gift)?[ ]?card|visa|master[ ]?card|amex|cc){_IS}"
        rf"(?P<v>\d(?:[ \-]?\d){{11,18}}){NOT_BEFORE_WORD}",
        0.65,
        accept=_card,
        languages=("en",),
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "US_SSN",
        "announced_ssn_en",
        r"ssn|social",
        rf"\b(?:ssn|social(?:[ ]security)?)(?:[ ](?:number|no\.?|num|#))?(?:[ ](?:is"
        rf"|was))?[\s:=#]{{0,4}}(?P<v>{_SSN}){NOT_BEFORE_WORD}",
        0.95,
        languages=("en",),
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "US_DRIVER_LICENSE",
        "announced_driver_licence_en",
        r"licen[cs]e",
        rf"\bdriv(?:er|ing)['’]?s?['’]?[ ]licen[cs]e{_IS}(?P<v>(?=[A-Z0-9\-]*\d{{3}})[A-Z0-9](?:[A-Z0-9]"
        rf"|-(?=[A-Z0-9])){{4,17}}){NOT_BEFORE_WORD}",
        0.8,
        languages=("en",),
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "US_DRIVER_LICENSE",
        "british_driver_number",
        r"[0-9]{6}[a-z9]{2}[0-9][a-z]{2}",
        # Surname, decade and year of birth around month (51 to 62 for women) and day, initials, check characters
        # (DVLA, form of the driver number).
        r"(?<![0-9A-Za-z])[A-Z]{1,5}(?:(?<=[A-Z]{5})|(?<=[A-Z]{4})9|(?<=[A-Z]{3})99|(?<=[A-Z]{2})999|(?<=[A-Z])9999)"
        r"\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}\d[A-Z]{2}"
        rf"(?:[ ]?\d\d)?{NOT_BEFORE_WORD}",
        0.8,
        languages=("en",),
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "DATE_OF_BIRTH",
        "answered_birth_date_en",
        r"birth|d\.?o\.?b",
        rf"\b(?:date of birth|birth[ ]?date|birthday|d\.?o\.?b)\b[\s.:?!,\"'-]{{0,4}}(?:(?:it|mine|that)(?:['’]s"
        rf"|[ ]is)|is|was)?[ ]?(?P<v>{_DATE}){NOT_BEFORE_WORD}",
        0.75,
        languages=("en",),
        flags=re.IGNORECASE,
    ),
    pattern_rule(
        "EMAIL_ADDRESS",
        "spoken_email_en",
        r"[ ]at[ ][a-z0-9-]{2,40}[ ]dot[ ]|[a-z]['’][a-z]{2,40}@",
        # "john dot smith at example dot com"; o'brien@example.ie
        r"(?<![\w@.])(?:[a-z0-9_]{1,30}(?:(?:\.| dot | underscore | dash )[a-z0-9_]{1,30}){0,4} at "
        rf"[a-z0-9-]{{2,40}}(?: dot [a-z0-9-]{{2,30}}){{0,2}} dot {_TOP_LEVEL}"
        r"|[a-z]{1,2}['’][a-z]{2,30}(?:[._+-][a-z0-9]{1,30}){0,3}@(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,12})(?![\w@])",
        0.9,
        languages=("en",),
        flags=re.IGNORECASE,
    ),
)
