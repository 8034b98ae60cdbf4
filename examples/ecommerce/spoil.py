"""How real logs are spoilt. Each function takes a dialogue's turns and gives new ones; none changes its argument.

``KINDS`` says what should become of a row: kept (and cleaned), removed, quarantined or flagged.
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable

from examples.ecommerce.dialogues import Turn, jaccard, shingles, text_of
from examples.ecommerce.grammar import load_yaml
from examples.ecommerce.personal import FULL_WIDTH

KEEP, REMOVE, QUARANTINE, FLAG = "keep", "remove", "quarantine", "flag"
KINDS = {
    "clean": KEEP,
    "personal_data": KEEP,
    "html": KEEP,
    "full_width": KEEP,
    "traditional": KEEP,
    "emoji_run": KEEP,
    "mojibake": KEEP,
    "boilerplate": KEEP,
    "exact_copy": REMOVE,
    "near_copy": REMOVE,
    "paraphrase_en": REMOVE,
    "paraphrase_zh": FLAG,
    "mojibake_lossy": REMOVE,
    "cut_off": REMOVE,
    "empty_answer": REMOVE,
    "refusal": REMOVE,
    "template_token": REMOVE,
    "unfilled_slot": REMOVE,
    "repetition": REMOVE,
    "empty_turn": QUARANTINE,
    "wrong_role": QUARANTINE,
    "broken_line": QUARANTINE,
}
# A near copy must be a copy by any measure in use, and yet not the same: between the two, on ``light`` text.
NEAR_AT_LEAST = 0.85
_SEAM = 0.02  # an instruction written before the question can cost two shingles more than is measured here

_WORDS = load_yaml("damage.yaml")
_TO_TRADITIONAL = str.maketrans({pair[0]: pair[1] for pair in _WORDS["traditional"]})
_TYPOS = {pair[0]: pair[1] for pair in _WORDS["typos"]}
_PARTICLES = "啊呀呢哈吧哦啦"


def _answers(turns: list[Turn]) -> list[int]:
    return [i for i, (role, _) in enumerate(turns) if role == "assistant"]


def _with(turns: list[Turn], at: int, text: str) -> list[Turn]:
    return [(role, text if i == at else said) for i, (role, said) in enumerate(turns)]


def html_marks(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """Tags and entities around and inside the words, in at least one turn."""
    wraps = (
        "<p>{}</p>",
        '<div class="msg">{}</div>',
        '<span style="color:#333">{}</span>',
        "<b>{}</b><br/>",
        "<p>{}<br></p>",
    )
    out = list(turns)
    for at in rng.sample(range(len(turns)), rng.randint(1, len(turns))):
        role, text = out[at]
        text = html.escape(text).replace("，", rng.choice(("，", "，&nbsp;", "，<br>")), 1)
        if rng.random() < 0.2:
            text += '<img src="https://img.shop.example/face_12.gif" alt="">'
        out[at] = (role, rng.choice(wraps).format(text))
    return out


def full_width(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """Every ASCII letter, digit and sign in its full-width form, and ideographic spaces."""
    out = list(turns)
    if not re.search("[0-9A-Za-z]", text_of(out)):
        out[0] = ("user", f"{out[0][1]}(ID:{rng.randint(1000, 99999)})")
    return [(role, text.translate(FULL_WIDTH).replace(" ", "\u3000")) for role, text in out]


def traditional(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """Characters that have one common traditional form written in it."""
    return [(role, text.translate(_TO_TRADITIONAL)) for role, text in turns]


def emoji_run(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """The same emoji over and over, at the end of a turn or two."""
    out = list(turns)
    for at in rng.sample(range(len(turns)), min(len(turns), rng.randint(1, 2))):
        out[at] = (out[at][0], out[at][1] + rng.choice(_WORDS["emoji"]) * rng.randint(5, 14))
    return out


def mojibake(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """UTF-8 bytes read as Latin-1 or Windows-1252, in the whole dialogue or one turn: nothing is lost."""
    read = rng.choice((_as_latin1, _as_windows1252))
    chosen = range(len(turns)) if rng.random() < 0.6 else (rng.randrange(len(turns)),)
    return [(role, read(text) if i in chosen else text) for i, (role, text) in enumerate(turns)]


def mojibake_lossy(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """UTF-8 bytes read as GBK with replacement characters where that failed: the text is gone for good."""
    out = [(role, text.encode("utf-8").decode("gbk", errors="replace")) for role, text in turns]
    if not any("\ufffd" in text for _, text in out):
        out[-1] = ("assistant", out[-1][1] + "锟斤拷\ufffd\ufffd")
    return out


def _as_latin1(text: str) -> str:
    return text.encode("utf-8").decode("latin-1")


def _as_windows1252(text: str) -> str:
    # Browsers (WHATWG Encoding) read the five bytes that Windows-1252 leaves undefined as C1 controls.
    def read(byte: int) -> str:
        try:
            return bytes((byte,)).decode("cp1252")
        except UnicodeDecodeError:
            return chr(byte)

    return "".join(read(byte) for byte in text.encode("utf-8"))


def boilerplate(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """The platform's signature under every answer."""
    sign = _WORDS["signature"][language]
    return [(role, f"{text}\n{sign}" if role == "assistant" else text) for role, text in turns]


def cut_off(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """The last answer ends in the middle of a sentence."""
    text = turns[-1][1]
    letters = [i for i in range(len(text) // 3, len(text) * 4 // 5) if text[i].isalnum() and text[i - 1].isalnum()]
    if language == "en":
        letters = [i for i in letters if re.match(r"[a-z]", text[i - 1])]
    end = rng.choice(letters or [max(1, len(text) // 2)])
    return _with(turns, len(turns) - 1, text[:end])


def empty_answer(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """A sign or a filler word where the last answer stood."""
    return _with(turns, len(turns) - 1, rng.choice(_WORDS["empty"][language]))


def refusal(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """A chat model that declines, in place of the last answer."""
    return _with(turns, len(turns) - 1, rng.choice(_WORDS["refusals"][language]))


def template_token(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """A chat template's control token left in an answer."""
    at, token = rng.choice(_answers(turns)), rng.choice(_WORDS["tokens"])
    text = turns[at][1]
    return _with(turns, at, token + text if token.startswith(("<|im_start", "<<", "[INST")) else text + token)


def unfilled_slot(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """A template's slot that nobody filled, in an answer."""
    at, slot = rng.choice(_answers(turns)), rng.choice(_WORDS["slots"][language])
    if language == "zh":
        said = rng.choice((f"您的订单{slot}已受理。", f"亲爱的{slot}，您好！", f"编号是{slot}，请留意。"))
        return _with(turns, at, said + turns[at][1])
    return _with(turns, at, f"Dear {slot}, " + turns[at][1])


def repetition(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """The last answer stuck on one phrase."""
    text = turns[-1][1]
    phrase = re.split(r"(?<=[，。！？.!?])", text)[0] or text
    return _with(turns, len(turns) - 1, text + (phrase if language == "zh" else phrase + " ") * rng.randint(7, 14))


def empty_turn(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """A turn that holds nothing or only spaces."""
    return _with(turns, rng.choice((0, len(turns) - 1)), rng.choice(("", "", "", "  ")))


def wrong_role(rng: random.Random, turns: list[Turn], language: str) -> list[Turn]:
    """A speaker that no format knows."""
    at = rng.randrange(len(turns))
    name = rng.choice(("narrator", "queue_monitor", "robot_7", "unknown", "supervisor"))
    return [(name if i == at else role, text) for i, (role, text) in enumerate(turns)]


def near_copy(rng: random.Random, turns: list[Turn], language: str) -> list[Turn] | None:
    """``turns`` with one to three small edits: a mark, a typo, a particle; None where they change it too much."""
    before = shingles(text_of(turns))
    for _ in range(40):
        out = list(turns)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(out))
            out[at] = (out[at][0], _edit(rng, out[at][1], language))
        after = shingles(text_of(out))
        if after != before and jaccard(before, after) >= NEAR_AT_LEAST + _SEAM:
            return out
    return None


def _edit(rng: random.Random, text: str, language: str) -> str:
    places = [i for i in range(1, len(text)) if not text[i].isdigit()]
    if not places:
        return text
    at, way = rng.choice(places), rng.randrange(4)
    if way == 0:
        return text[:-1] + rng.choice("！。~") if text[-1] in "。！~.!" else text + rng.choice("。！~")
    if language == "en":
        return text[:at] + text[at + 1 :] if way == 1 else text[:at] + text[at] + text[at:]
    if way == 1:
        known = [i for i in places if text[i] in _TYPOS]
        at = rng.choice(known) if known else at
        return text[:at] + _TYPOS.get(text[at], text[at]) + text[at + 1 :]
    if way == 2:
        marks = [i for i in places if text[i] in "，。！？"]
        at = rng.choice(marks) if marks else len(text)
        return text[:at] + rng.choice(_PARTICLES) + text[at:]
    marks = [i for i in places if text[i] == "，"]
    at = rng.choice(marks) if marks else at
    return text[:at] + rng.choice(("。", " ", "、")) + text[at + 1 :] if marks else text[:at] + text[at + 1 :]


Spoiler = Callable[[random.Random, list[Turn], str], list[Turn]]
SPOILERS: dict[str, Spoiler] = {
    "html": html_marks,
    "full_width": full_width,
    "traditional": traditional,
    "emoji_run": emoji_run,
    "mojibake": mojibake,
    "mojibake_lossy": mojibake_lossy,
    "boilerplate": boilerplate,
    "cut_off": cut_off,
    "empty_answer": empty_answer,
    "refusal": refusal,
    "template_token": template_token,
    "unfilled_slot": unfilled_slot,
    "repetition": repetition,
    "empty_turn": empty_turn,
    "wrong_role": wrong_role,
}
