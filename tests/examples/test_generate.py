"""The example's logs are reproducible, complete, and spoilt as the truth says."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from examples.ecommerce.dialogues import Author, jaccard, masked, shingles
from examples.ecommerce.files import LOG_FILES
from examples.ecommerce.generate import SHARES, counts_for, generate
from examples.ecommerce.grammar import Grammar, compile_pattern
from examples.ecommerce.personal import MAIN_TYPES, give_away, id_check_digit, luhn_check_digit
from examples.ecommerce.spoil import KINDS, NEAR_AT_LEAST, SPOILERS

SCALE = 0.05


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("raw")
    generate(out, seed=7, scale=SCALE)
    return out


@pytest.fixture(scope="module")
def truth(raw: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (raw / "truth.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def texts(raw: Path) -> dict[tuple[str, int], str | None]:
    """Each row's text by file and row number; None where the row cannot be read."""
    found: dict[tuple[str, int], str | None] = {}
    for log in LOG_FILES:
        for number, row in enumerate(_rows(raw / log.path), 1):
            found[log.path, number] = _text(row)
    return found


def _rows(path: Path) -> list[Any]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".csv":
        encoding = "gb18030" if "hotline" in path.name else "utf-8-sig"
        with path.open(encoding=encoding, newline="") as handle:
            return list(csv.DictReader(handle))
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if data[:1] == b"[":
        return json.loads(data)
    return [_parse(line) for line in data.decode("utf-8").split("\n")[:-1]]


def _parse(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


def _text(row: Any) -> str | None:
    if not isinstance(row, dict):
        return None
    if "conversations" in row:
        return "\n".join(turn["value"] for turn in row["conversations"] or []) or None
    if "messages" in row:
        return "\n".join(turn["content"] for turn in row["messages"])
    if row.get("answer", "") is None or row.get("output", "") is None:  # a line of a table that ends too early
        return None
    parts = [text for pair in row.get("history") or [] for text in pair]
    parts += [row[name] for name in ("question", "instruction", "input", "answer", "output") if row.get(name)]
    return "\n".join(parts) or None


def test_same_seed_gives_same_bytes_and_another_seed_does_not(raw: Path, tmp_path: Path) -> None:
    def digests(root: Path) -> dict[str, str]:
        return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in root.rglob("*.*")}

    generate(tmp_path / "again", seed=7, scale=SCALE)
    generate(tmp_path / "other", seed=8, scale=SCALE)
    assert digests(tmp_path / "again") == digests(raw)
    other = digests(tmp_path / "other")
    assert not [name for name, digest in digests(raw).items() if other[name] == digest]


@pytest.mark.parametrize("scale", [0.0, -1.0, 1.5])
def test_scale_outside_its_range_is_refused(scale: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="scale"):
        generate(tmp_path, scale=scale)


def test_full_size_is_six_thousand_internal_and_one_thousand_external_rows() -> None:
    def total(side: str) -> int:
        return sum(sum(log.rows.values()) for log in LOG_FILES if log.path.startswith(side))

    assert (total("internal"), total("external")) == (6000, 1000)
    for log in LOG_FILES:
        for language in log.rows:
            counts = counts_for(log, language, 1.0)
            assert sum(counts.values()) == log.rows[language]
            assert min(counts.values()) >= 0
            assert set(counts) == {*SHARES[language], "clean", "wrong_role"}


def test_truth_lists_every_row_once(truth: list[dict[str, Any]], texts: dict[tuple[str, int], str | None]) -> None:
    assert [(row["file"], row["row"]) for row in truth] == list(texts)
    assert len({row["id"] for row in truth}) == len(truth)
    expected = sum(round(count * SCALE) for log in LOG_FILES for count in log.rows.values())
    assert len(truth) == expected
    assert all(row["fate"] == KINDS[row["kind"]] for row in truth)


def test_only_broken_lines_cannot_be_read(
    truth: list[dict[str, Any]], texts: dict[tuple[str, int], str | None]
) -> None:
    for row in truth:
        text = texts[row["file"], row["row"]]
        assert (text is None) == (row["kind"] == "broken_line"), row


def test_personal_values_stand_in_their_rows_and_nowhere_else(
    truth: list[dict[str, Any]], texts: dict[tuple[str, int], str | None]
) -> None:
    seen: Counter[str] = Counter()
    for row in truth:
        text = texts[row["file"], row["row"]] or ""
        for value in row["values"]:
            assert value["value"] in text
            seen[value["type"]] += 1
        assert bool(row["values"]) >= (row["kind"] == "personal_data")
    assert set(seen) >= {*MAIN_TYPES["zh"]}
    clean = "\n".join(texts[row["file"], row["row"]] or "" for row in truth if not row["values"])
    assert not [v["type"] for row in truth for v in row["values"] if v["core"] in clean]


def test_every_injected_value_is_listed(truth: list[dict[str, Any]], texts: dict[tuple[str, int], str | None]) -> None:
    for row in truth:
        text = texts[row["file"], row["row"]] or ""
        for value in row["values"]:
            text = text.replace(value["value"], "")
        if row["kind"] == "personal_data" and row["language"] == "zh":
            assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)|@|收件人：?[^，。]{2,3}(?=，)", text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_numbers_have_valid_check_digits(language: str) -> None:
    rng = random.Random(3)
    turns = [("user", "x"), ("assistant", "y")]
    for main in MAIN_TYPES[language] * 20:
        _, values = give_away(rng, turns, language, main, lambda name: True)
        assert main in [value.type for value in values]
        for value in values:
            if value.type == "bank_card":
                assert luhn_check_digit(value.core[:-1]) == value.core[-1]
            if value.type == "id_card":
                assert id_check_digit(value.core[:17]) == value.core[17]
            if value.type == "mobile":
                assert re.fullmatch(r"1[3-9]\d{9}", value.core)


def test_check_digits_of_published_examples() -> None:
    assert id_check_digit("11010519491231002") == "X"  # GB 11643-1999, its own example
    assert luhn_check_digit("7992739871") == "3"  # the usual textbook number


def test_copies_are_as_near_as_they_claim(
    truth: list[dict[str, Any]], texts: dict[tuple[str, int], str | None]
) -> None:
    text_of = {row["id"]: texts[row["file"], row["row"]] or "" for row in truth}
    counts = Counter(row["kind"] for row in truth)
    assert counts["exact_copy"] and counts["near_copy"] and counts["paraphrase_zh"]
    for row in truth:
        if not row["of"]:
            continue
        here, there = text_of[row["id"]], text_of[row["of"]]
        if row["kind"] == "exact_copy":
            assert here == there
        elif row["kind"] == "near_copy":
            assert here != there
            assert jaccard(shingles(here), shingles(there)) >= NEAR_AT_LEAST
        else:
            assert jaccard(shingles(here), shingles(there)) < 0.8


@pytest.mark.parametrize("language", ["zh", "en"])
def test_clean_dialogues_do_not_collide(language: str) -> None:
    author = Author(random.Random(5), language)
    found = [masked(author.draw().turns) for _ in range(400 if language == "zh" else 150)]
    worst = max(jaccard(a, b) for i, a in enumerate(found) for b in found[:i])
    assert worst < 0.7


def test_answers_of_clean_dialogues_end_their_sentence() -> None:
    author = Author(random.Random(6), "zh")
    for _ in range(200):
        dialogue = author.draw()
        assert dialogue.turns[-1][1][-1] in "。！？～~", dialogue.turns[-1]
        assert [role for role, _ in dialogue.turns] == ["user", "assistant"] * (len(dialogue.turns) // 2)


@pytest.mark.parametrize("kind", sorted(SPOILERS))
def test_spoilers_change_the_text_and_not_their_argument(kind: str) -> None:
    rng = random.Random(9)
    turns = [
        ("user", "您好，我买的2件东西还没发货，请问什么时候发？"),
        ("assistant", "亲，这单今天会发货，请耐心等待。"),
    ]
    before = list(turns)
    spoilt = SPOILERS[kind](rng, turns, "zh")
    assert turns == before
    assert spoilt != before


def test_full_width_finds_something_to_widen() -> None:
    turns = [("user", "在吗"), ("assistant", "在的。")]
    assert re.search("[\uff10-\uff19]", SPOILERS["full_width"](random.Random(1), turns, "zh")[0][1])


def test_mojibake_loses_nothing() -> None:
    text = "您好，什么时候发货？"
    spoilt = SPOILERS["mojibake"](random.Random(1), [("user", text), ("assistant", text)], "zh")
    raw = "".join(said for _, said in spoilt if said != text)
    back = b"".join(_byte(char) for char in raw).decode("utf-8")
    assert text in back


def _byte(char: str) -> bytes:
    return bytes((ord(char),)) if ord(char) < 256 else char.encode("cp1252")


def test_grammar_nests_and_reports_a_missing_bracket() -> None:
    grammar = Grammar({"hi": ["(hello|hey)"]})
    said = {grammar.say(random.Random(i), "<hi> (a(b|c)|$x)", {"x": "X"}) for i in range(60)}
    assert said == {f"{hi} {rest}" for hi in ("hello", "hey") for rest in ("ab", "ac", "X")}
    with pytest.raises(ValueError, match="never closed"):
        compile_pattern("(a|b")
    with pytest.raises(ValueError, match="unexpected"):
        compile_pattern("a)b")
