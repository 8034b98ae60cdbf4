"""Measures of a row as a whole: its answers counted by what is wrong with them, and its language."""

from __future__ import annotations

import re

from jobs.text import answers, dialogue_faults, leftovers
from jobs.text.parts import Parts

# Tasks that are about languages: their rows hold other languages by design.
_OF_LANGUAGES = re.compile(
    r"翻译|译[为成作文]|双语|对照"
    r"|(?:日|法|德|韩|俄|西班牙|葡萄牙|意大利|阿拉伯|泰|越南|希腊|拉丁|印地|外|英|中|汉|粤|文言)"
    r"(?:语|文)(?!学|化|明|章|件|字|本|具|艺)"
    r"|translat|\b(?:in|into|to|from) (?:the )?(?:Gujarati|Bengali|Marathi|Urdu|Persian|Punjabi|Tamil"
    r"|Telugu|Malay|Swahili"
    r"|Spanish|French|German|Italian|Portuguese|Japanese|Korean|Russian|Arabic"
    r"|Chinese|English|Dutch|Hindi|Turkish|Vietnamese|Thai|Latin|Greek|Polish|Swedish|Hebrew|Indonesian|Ukrainian)\b"
    r"|\b(?:what language|which language|language identification|detect the language|transliterat|romani[sz]e)",
    re.IGNORECASE,
)
_WHO_ARE_YOU = re.compile(
    r"你是谁|你是什么|你叫什么|你的名字|介绍(?:一下)?(?:你)?自己|自我介绍"
    r"|你是(?:不是)?(?:一个)?(?:人|真人|机器|AI|人工智能|ChatGPT|GPT)"
    r"|谁(?:开发|创造|训练|制造)了?你|你(?:由|被)谁|who (?:are|made|created|built|trained|developed) you|what are you"
    r"|your name|introduce yourself|tell me about yourself"
    r"|are you (?:a |an )?(?:human|real|robot|AI|bot|machine|chatgpt)",
    re.IGNORECASE,
)


def count_answers(parts: Parts) -> int | None:
    """Answers of a row that should have one, rejected ones too; None for a plain text."""
    return len(parts.responses) + len(parts.rejected) if parts.answers_due else None


def empty_answers(parts: Parts) -> int:
    """Answers without a word, digit, emoji or tool call; "无" answers a task that names it as an answer."""
    said = parts.responses + parts.rejected
    if all(len(text) > 40 for text in said):
        return 0
    found = [text for text in said if leftovers.is_empty_answer(text)]
    # "没有则回答无": an answer there, and nowhere else.
    allowed = bool(found) and any("无" in prompt for prompt in parts.prompts)
    return sum(not (allowed and text.strip() == "无") for text in found)


def refused_answers(parts: Parts) -> int:
    """Answers that refuse, or speak as an AI model without being asked who they are; ``chosen`` ones aside.

    With tools at hand, "I have no tool for that" is the lesson, not a refusal.
    """
    if parts.has_tools:
        return 0
    refused = sum(answers.is_refused(answer) for answer in parts.responses) - refused_chosen(parts)
    if refused and any(_WHO_ARE_YOU.search(prompt) for prompt in parts.prompts):
        return 0
    return max(0, refused)


def refused_chosen(parts: Parts) -> int:
    """Chosen answers that refuse where a rejected one stands beside them: a safety pair, or labels turned round."""
    return sum(answers.is_refused(answer) for answer in parts.chosen)


def cut_off_answers(parts: Parts) -> int:
    """Answers that break off in mid-sentence (``answers.is_cut_off``)."""
    told = parts.responses
    if not told:
        return 0
    broken = sum(answers.is_cut_off(answer, "middle") for answer in told[:-1])
    return broken + answers.is_cut_off(told[-1], answers.punctuation_habit(told[:-1], parts.prompts))


def echoed_answers(parts: Parts) -> int:
    """Answers that only repeat their question, where it does not ask for that."""
    return sum(dialogue_faults.is_echo(question, answer) for question, answer in parts.pairs)


def contradicted_counts(parts: Parts) -> int:
    """Answers that announce a number of items and count to another one ("以下三点" with two)."""
    return sum(dialogue_faults.contradicted_count(answer) for answer in parts.responses)


def language(parts: Parts) -> str | None:
    """Language of all texts together (``language.language_of``); None for a task that is about languages."""
    found = parts.language
    if found in ("other", "mixed") and any(_OF_LANGUAGES.search(prompt) for prompt in parts.prompts):
        return None
    return found
