"""The score's arithmetic, on cases small enough to count by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from examples.ecommerce.score import EXACT, NEAR, QUALITY, SEMANTIC, normalise, score

FILE = "internal/a.json"


def _truth(path: Path, *rows: dict[str, Any]) -> Path:
    defaults = {"file": FILE, "kind": "clean", "fate": "keep", "language": "zh", "of": None, "values": []}
    lines = [json.dumps({**defaults, "row": n, "id": f"t{n}", **row}) for n, row in enumerate(rows, 1)]
    target = path / "truth.jsonl"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def _collected(count: int, quarantined: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    return [
        {
            "record_id": f"r{n}",
            "source": {"uri": f"file:///lake/raw/{FILE}", "row": n},
            "quarantine": {"reason": "bad_json"} if n in quarantined else None,
        }
        for n in range(1, count + 1)
    ]


def _released(*numbers: int, text: str = "您好") -> list[dict[str, Any]]:
    return [{"record_id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n in numbers]


def _removed(*numbers: int) -> list[dict[str, Any]]:
    return [{"record_id": f"r{n}", "kept": False, "reason": "some_rule"} for n in numbers]


def _find(lines: list[dict[str, Any]], stage: str, what: str) -> tuple[int, int, float | None, float | None]:
    (line,) = (line for line in lines if (line["stage"], line["what"]) == (stage, what))
    return line["injected"], line["found"], line["recall"], line["precision"]


def test_quarantine_counts_wrongly_taken_rows_against_precision(tmp_path: Path) -> None:
    broken = {"kind": "broken_line", "fate": "quarantine"}
    truth = _truth(tmp_path, broken, broken, {}, {})
    lines = score(truth, _collected(4, quarantined=(1, 3)), {}, _released(2, 4))
    assert _find(lines, "collect", "rows to quarantine") == (2, 1, 0.5, 0.5)
    assert _find(lines, "collect", "rows of the truth found again") == (4, 4, 1.0, None)


def test_personal_data_is_searched_in_every_released_row_however_written(tmp_path: Path) -> None:
    phone = {"type": "mobile", "value": "139-1111-2222", "core": "13911112222"}
    mail = {"type": "email", "value": "a.b@c.cn", "core": "a.b@c.cn"}
    truth = _truth(tmp_path, {"kind": "personal_data", "values": [phone]}, {"kind": "personal_data", "values": [mail]})
    released = _released(1, text="<PHONE_1>") + _released(2, text="打１３９ １１１１ ２２２２")
    lines = score(truth, _collected(2), {}, released)
    assert _find(lines, "remove_pii", "mobile")[:3] == (1, 0, 0.0)
    assert _find(lines, "remove_pii", "email")[:3] == (1, 1, 1.0)
    assert _find(lines, "remove_pii", "personal data")[:3] == (2, 1, 0.5)


def test_quality_recall_and_precision(tmp_path: Path) -> None:
    truth = _truth(tmp_path, {"kind": "refusal", "fate": "remove"}, {"kind": "cut_off", "fate": "remove"}, {}, {})
    lines = score(truth, _collected(4), {QUALITY: _removed(1, 3)}, _released(2, 4))
    assert _find(lines, QUALITY, "rows to remove") == (2, 1, 0.5, 0.5)
    assert _find(lines, QUALITY, "refusal")[1] == 1
    assert _find(lines, "publish", "spoilt rows kept out")[:2] == (2, 1)


def test_a_pair_is_found_whichever_copy_survives(tmp_path: Path) -> None:
    copy = {"kind": "exact_copy", "fate": "remove", "of": "t1"}
    truth = _truth(tmp_path, {}, copy, copy, {})
    lines = score(truth, _collected(4), {EXACT: _removed(1, 2)}, _released(3, 4))
    assert _find(lines, EXACT, "exact copies") == (2, 2, 1.0, 1.0)
    assert _find(lines, "publish", "clean_lost")[:3] == (2, 0, 0.0)


def test_removing_a_whole_group_counts_its_copies_once_and_loses_the_row(tmp_path: Path) -> None:
    copy = {"kind": "exact_copy", "fate": "remove", "of": "t1"}
    truth = _truth(tmp_path, {}, copy, {})
    lines = score(truth, _collected(3), {EXACT: _removed(1, 2, 3)}, [])
    assert _find(lines, EXACT, "exact copies") == (1, 1, 1.0, 2 / 3)
    assert _find(lines, "publish", "clean_lost")[:3] == (2, 2, 1.0)


def test_near_copy_taken_by_the_exact_stage_counts_as_found(tmp_path: Path) -> None:
    copy = {"kind": "near_copy", "fate": "remove", "of": "t1"}
    truth = _truth(tmp_path, {}, copy, {**copy, "of": "t4"}, {})
    lines = score(truth, _collected(4), {EXACT: _removed(2), NEAR: _removed(3)}, _released(1, 4))
    assert _find(lines, NEAR, "near copies") == (2, 2, 1.0, 1.0)
    assert _find(lines, f"{EXACT}+{NEAR}", "exact and near copies") == (2, 2, 1.0, 1.0)


def test_semantic_removes_english_and_flags_chinese(tmp_path: Path) -> None:
    english = {"kind": "paraphrase_en", "fate": "remove", "of": "t1", "language": "en"}
    chinese = {"kind": "paraphrase_zh", "fate": "flag", "of": "t3"}
    truth = _truth(tmp_path, {"language": "en"}, english, {}, chinese, {}, {"language": "en"})
    flags = [{"record_id": f"r{n}", "kept": True, "reason": "lexically_alike"} for n in (4, 5, 6)]
    lines = score(truth, _collected(6), {SEMANTIC: _removed(1) + flags}, _released(2, 3, 4, 5, 6))
    assert _find(lines, SEMANTIC, "English paraphrases removed") == (1, 1, 1.0, 1.0)
    assert _find(lines, SEMANTIC, "English paraphrases removed or flagged") == (1, 1, 1.0, 0.5)
    assert _find(lines, SEMANTIC, "Chinese paraphrases flagged") == (1, 1, 1.0, 0.5)
    assert _find(lines, "publish", "clean_lost")[1] == 0


def test_repair_needs_the_row_and_no_trace_of_damage(tmp_path: Path) -> None:
    kinds = ({"kind": "html"}, {"kind": "html"}, {"kind": "mojibake"}, {"kind": "full_width"})
    truth = _truth(tmp_path, *kinds)
    released = _released(1) + _released(2, text="你好<br>") + _released(3, text="æ\x82¨å¥½") + _released(4, text="１２")
    lines = score(truth, _collected(4), {}, released)
    assert _find(lines, "normalize_text", "html repaired and kept")[:2] == (2, 1)
    assert _find(lines, "normalize_text", "mojibake repaired and kept")[:2] == (1, 0)
    assert _find(lines, "normalize_text", "full_width repaired and kept")[:2] == (1, 0)


def test_rows_that_the_truth_does_not_know_are_left_out(tmp_path: Path) -> None:
    rows = [*_collected(1), {"record_id": "s1", "source": {"uri": "templates.yaml", "row": 1}, "quarantine": None}]
    lines = score(_truth(tmp_path, {}), rows, {EXACT: [{"record_id": "s1", "kept": False}]}, _released(1))
    assert _find(lines, EXACT, "exact copies") == (0, 0, None, None)


def test_shared_record_ids_are_refused(tmp_path: Path) -> None:
    rows = [{**row, "record_id": "same"} for row in _collected(2)]
    with pytest.raises(ValueError, match="record_id"):
        score(_truth(tmp_path, {}, {}), rows, {}, [])


def test_normalise_joins_spellings_of_one_number() -> None:
    assert normalise("（０１０） 6234-5678") == normalise("(010)62345678")
