"""Measures of a row as a whole: its answers counted by what is wrong with them, and its language."""

from __future__ import annotations

import re

from jobs.text import announced_counts, echoes, leftovers, named_slots, refusals, truncation
from jobs.text.language import language_of
from jobs.text.parts import Parts

# Tasks that are about languages: their rows hold other languages by design.
_OF_LANGUAGES = re.compile(
    r"翻译|译[为成作文]|双语|对照"
    r"|(?:日|法|德|韩|俄|西班牙|葡萄牙|意大利|阿拉伯|泰|越南|希腊|拉丁|印地|外|英|中|汉|粤|文言)"
    r"(?:语|文)(?!学|化|明|章|件|字|本|具|艺)"
    r"|translat|\b(?:Gujarati|Bengali|Marathi|Urdu|Persian|Punjabi|Tamil"
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
_COUNT_CUES = ("2", "：", ":", "二、", "二.", "二）", "二)", "二．")
_HAN = re.compile("[\u3400-\u9fff]")
_LATIN_WORD = re.compile("[A-Za-z]{2}")
# What code and names have none of.
_FUNCTION_WORD = re.compile(r"\b(?:the|of|and|to|is|are|you|that|for|with|in|a|it|can|your)\b", re.IGNORECASE)
_LEAST_FUNCTION_WORDS = 4
_LEAST_FOREIGN, _LEAST_QUESTION, _LEAST_WORDS = 15, 6, 5


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

    With tools at hand, "I have no tool for that" is the lesson, not a refusal; and where a prompt asks how to refuse,
    or for a refusal's translation, it is the task.
    """
    if parts.has_tools:
        return 0
    refused = sum(refusals.is_refused(answer) for answer in parts.responses) - refused_chosen(parts)
    if refused > 0 and (any(map(_WHO_ARE_YOU.search, parts.prompts)) or _asks_for_refusal(parts)):
        return 0
    return max(0, refused)


def refused_chosen(parts: Parts) -> int:
    """Chosen answers that refuse where a rejected one stands beside them: a safety pair, or labels turned round."""
    found = sum(refusals.is_refused(answer) for answer in parts.chosen)
    return 0 if found and _asks_for_refusal(parts) else found


def _asks_for_refusal(parts: Parts) -> bool:
    orders = (turn["content"] or "" for turn in parts.turns if turn["role"] == "system")
    return any(map(refusals.asks_for_refusal, parts.prompts)) or any(map(refusals.may_decline, orders))


def cut_off_answers(parts: Parts) -> int:
    """Answers that break off in mid-sentence (``truncation.is_cut_off``)."""
    told = parts.responses
    if not told:
        return 0
    broken = sum(truncation.is_cut_off(answer, "middle") for answer in told[:-1])
    habit = "unknown" if truncation.ends_sentence(told[-1]) else truncation.punctuation_habit(told[:-1], parts.prompts)
    return broken + truncation.is_cut_off(told[-1], habit)


def unmarked_answers(parts: Parts) -> int:
    """1 where the last answer, not surely cut off, has no last mark, and all other answers, or prompts, have theirs."""
    told = parts.responses
    if not told or truncation.ends_sentence(told[-1]):
        return 0
    habit = truncation.punctuation_habit(told[:-1], parts.prompts)
    return 0 if truncation.is_cut_off(told[-1], habit) else truncation.lacks_mark(told[-1], habit)


def echoed_answers(parts: Parts) -> int:
    """Answers that only repeat their question, where it does not ask for that."""
    return sum(echoes.is_echo(question, answer) for question, answer in parts.pairs)


def contradicted_counts(parts: Parts) -> int:
    """Answers that number more or fewer items than they announce ("以下三点" with two), or than they were asked for."""
    whole = parts.whole
    if not any(map(whole.__contains__, _COUNT_CUES)):
        return 0
    announced = sum(announced_counts.contradicted_count(answer) for answer in parts.responses)
    return announced or sum(announced_counts.misses_asked_count(*pair) for pair in parts.pairs)


def spoken_slots(parts: Parts) -> int:
    """Slots by name ([姓名], XX先生) in answers of rows that ask for no letter or form (``named_slots``)."""
    found = _named_slots(parts)
    return 0 if found and any(map(named_slots.asks_for_a_document, parts.prompts)) else found


def document_slots(parts: Parts) -> int:
    """Slots by name in answers of rows that ask for a letter or form and for no template: nobody filled them in."""
    found = _named_slots(parts)
    if not found or any(map(named_slots.asks_for_slots, parts.prompts)):
        return 0
    return found if any(map(named_slots.asks_for_a_document, parts.prompts)) else 0


def _named_slots(parts: Parts) -> int:
    if not named_slots.may_hold_named_slots(parts.whole):
        return 0
    found = sum(map(named_slots.named_slots, parts.responses))
    return 0 if found and any(map(named_slots.has_slots_itself, parts.prompts)) else found


def foreign_answers(parts: Parts) -> int:
    """Answers in another language than their question, where no prompt speaks of languages or code.

    Only clear cases: a question that is all Chinese (English) and an answer of ten words and more without any.
    """
    if all(text.isascii() for text in parts.all) and parts.language in ("en", "unknown"):
        return 0
    found = sum(_is_foreign(question, answer) for question, answer in parts.pairs)
    return 0 if found and any(_OF_LANGUAGES.search(prompt) for prompt in parts.prompts) else found


def _is_foreign(question: str, answer: str) -> bool:
    asked_han, said_han = _HAN.search(question) is not None, _HAN.search(answer) is not None
    if (asked_han and said_han) or len(answer) < _LEAST_FOREIGN or len(question) < _LEAST_QUESTION:
        return False
    asked, said = language_of(question), language_of(answer)
    if asked == "zh":
        if _LATIN_WORD.search(question) or said not in ("en", "other"):
            return False
        return said == "other" or len(_FUNCTION_WORD.findall(answer)) >= _LEAST_FUNCTION_WORDS
    return asked == "en" and said in ("zh", "other") and len(question.split()) >= _LEAST_WORDS


def language(parts: Parts) -> str | None:
    """Language of all texts together (``language.language_of``); None for a task that is about languages."""
    found = parts.language
    if found in ("other", "mixed") and any(_OF_LANGUAGES.search(prompt) for prompt in parts.prompts):
        return None
    return found
