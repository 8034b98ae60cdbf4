from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jobs.sources.slots import TemplateError, read_slot
from jobs.sources.templates import load_templates, read_templates

FILE: dict[str, Any] = {
    "slots": {
        "order_id": {"pattern": "ORD-####"},
        "status": ["on its way", "delivered"],
        "days": {"range": [1, 5]},
        "day": {"dates": ["2025-02-27", "2025-03-01"], "format": "%m月%d日"},
    },
    "service_templates": {
        "order_status": {
            "user_query_template": ["where is {order_id}?", "{order_id}, please"],
            "system_response_components": {
                "greeting": "hello,",
                "answer": "{order_id} is {status}",
                "next": ["", " by {day}"],
            },
            "follow_up": [{"user_query_template": "how long?", "system_response_components": {"a": "{days} days"}}],
        },
        "greet": {
            "domain": "small_talk",
            "user_query_template": ["hi", "hello"],
            "system_response_components": {"greeting": ["hello", "good day"]},
        },
    },
}


def write(folder: Path, content: Any) -> Path:
    path = folder / "templates.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_dialogues_are_different_filled_and_the_same_for_a_seed(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)
    rows = [r.value for r in read_templates(path, 100, seed=1)]
    assert rows == [r.value for r in read_templates(path, 100, seed=1)]
    assert rows != [r.value for r in read_templates(path, 100, seed=2)]
    assert len({str(row) for row in rows}) == 100
    assert "{" not in "".join(m["content"] for row in rows if row for m in row["messages"])
    long = next(row for row in rows if row and row["metadata"]["intent"] == "order_status")
    assert [m["role"] for m in long["messages"]] == ["user", "assistant", "user", "assistant"]
    assert long["metadata"] == {"domain": "service", "intent": "order_status", "complexity": "complex"}


def test_templates_share_equally_as_far_as_they_go(tmp_path: Path) -> None:
    rows = [r.value for r in read_templates(write(tmp_path, FILE), 50)]
    intents = [row["metadata"]["intent"] for row in rows if row]
    assert (intents.count("greet"), intents.count("order_status")) == (4, 46)


def test_running_out_is_said(tmp_path: Path) -> None:
    content = {"service_templates": {"greet": FILE["service_templates"]["greet"]}}
    *rows, last = read_templates(write(tmp_path, content), 10)
    assert len(rows) == 4
    assert last.error is not None
    assert last.error.reason == "too_few_combinations"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ({"user_query_template": "{missing}", "system_response_components": {"a": "b"}}, "slot `missing`"),
        ({"user_query_template": "q"}, "system_response_components"),
        ({"user_query_template": "q", "system_response_components": {"a": 1}}, "expected a text or a list"),
        ({"user_query": "q"}, "unknown key `user_query`"),
    ],
)
def test_a_mistake_is_one_error_that_names_template_and_slot(tmp_path: Path, template: Any, said: str) -> None:
    path = write(tmp_path, {"service_templates": {"broken": template}})
    with pytest.raises(TemplateError, match="template `broken`") as raised:
        load_templates(path)
    assert said in str(raised.value)
    (only,) = read_templates(path, 5)
    assert only.error is not None
    assert only.error.reason == "bad_template"


@given(st.text(alphabet="#?a-", min_size=1, max_size=4))
def test_a_pattern_has_each_text_once(pattern: str) -> None:
    slot = read_slot("s", {"pattern": pattern}, "here")
    if len(slot) < 20_000:
        assert len({slot[i] for i in range(len(slot))}) == len(slot)


def test_dates_run_over_the_end_of_a_month() -> None:
    slot = read_slot("day", FILE["slots"]["day"], "here")
    assert [slot[i] for i in range(len(slot))] == ["02月27日", "02月28日", "03月01日"]
