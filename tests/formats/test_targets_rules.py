from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from target_cases import CASES, A, Cases, Row, U

from jobs.formats.targets import TARGETS, get_target
from jobs.formats.targets.check import broken_rules, check_rows
from jobs.formats.targets.rule import EFFECTS, Layout

SERIOUS = ("stops", "drops")
DEFECTS = [(name, *case) for name, (_, cases) in CASES.items() for case in cases[2]]


def layout_of(name: str) -> tuple[str, Layout]:
    target, (columns, good, _) = CASES[name]
    return target, TARGETS[target].layout(frozenset(columns), good, None)


def whole(cases: Cases, row: Row) -> Row:
    """The row with every column of its set, as ``datasets`` hands it out."""
    return {**dict.fromkeys(cases[0]), **row}


@pytest.mark.parametrize("name", CASES)
def test_a_row_that_a_trainer_takes_breaks_no_serious_rule(name: str) -> None:
    target, layout = layout_of(name)
    cases = CASES[name][1]
    for row in cases[1]:
        broken = [r.id for r, _ in broken_rules(TARGETS[target], whole(cases, row), layout) if r.effect in SERIOUS]
        assert not broken, row


@pytest.mark.parametrize(("name", "rule", "row"), DEFECTS)
def test_a_defect_breaks_the_rule_that_names_it(name: str, rule: str, row: Row) -> None:
    target, layout = layout_of(name)
    found = {r.id: path for r, path in broken_rules(TARGETS[target], whole(CASES[name][1], row), layout)}
    assert rule in found
    assert found[rule].startswith("$")


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_every_rule_says_why_how_to_mend_it_and_where_it_was_read(target: Any) -> None:
    rules = [*target.rules, *target.set_rules]
    ids = [rule.id for rule in rules]
    assert len(ids) == len(set(ids))
    for rule in rules:
        assert rule.effect in EFFECTS
        assert rule.why and rule.mend and rule.says
        repository, _, file = rule.source.partition(" ")
        assert repository.count("/") == 1 and "." in file, rule.source


def test_the_effect_of_a_row_is_counted_once() -> None:
    rows = [{"conversations": [{"from": "gpt", "value": "x"}]}, {"conversations": []}, {"conversations": [U, A]}]
    verdict = check_rows(TARGETS["llamafactory"], enumerate(rows, 1))
    assert verdict.rows == 3
    assert verdict.dropped + verdict.stopping <= 3
    assert verdict.fails


def test_what_is_no_object_stops_a_trainer() -> None:
    verdict = check_rows(TARGETS["trl"], [(1, {"messages": [U, A]}), (2, None)])
    assert [(f.rule.id, list(f.rows)) for f in verdict.findings] == [("unreadable_row", [2])]
    assert verdict.stopping == 1 and verdict.fails


def test_a_set_without_rows_fails() -> None:
    assert check_rows(TARGETS["trl"], []).fails


@pytest.mark.parametrize("target", [name for name in TARGETS if name != "swift"])
def test_columns_that_a_trainer_does_not_know_stop_it(target: str) -> None:
    verdict = check_rows(TARGETS[target], [(i, {"question": "a", "reply": "b"}) for i in range(1, 20)])
    assert any(f.rule.effect == "stops" for f in verdict.findings)


def test_an_unknown_target_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="llamafactory, trl, unsloth, swift, axolotl, openai"):
        get_target("x")


def test_entry_of_dataset_info_decides_the_columns() -> None:
    entry = {"formatting": "sharegpt", "columns": {"messages": "talk", "tools": "functions"}}
    rows = [(1, {"talk": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]})]
    verdict = check_rows(TARGETS["llamafactory"], rows, entry=entry)
    assert [f.rule.id for f in verdict.findings] == ["missing_columns"]


def test_ten_equal_dialogues_are_what_unsloth_swaps() -> None:
    row = {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}
    verdict = check_rows(TARGETS["unsloth"], [(i, row) for i in range(1, 11)])
    assert "roles_look_like_text" in [f.rule.id for f in verdict.findings]
    other = {"conversations": [{"from": "human", "value": "c"}, {"from": "gpt", "value": "d"}]}
    verdict = check_rows(TARGETS["unsloth"], [(1, row), (2, other)])
    assert not verdict.findings


def test_set_rules_see_the_whole_set() -> None:
    few = check_rows(TARGETS["openai"], [(i, {"messages": [U, A]}) for i in range(1, 4)])
    assert [f.rule.id for f in few.findings] == ["too_few_rows"]
    dated = [(i, {"instruction": "when?", "input": "", "output": f"2024-01-0{i}"}) for i in range(1, 5)]
    assert "dates_become_times" in [f.rule.id for f in check_rows(TARGETS["llamafactory"], dated).findings]
    verdicts = [(i, {"conversations": [], "label": True}) for i in range(1, 4)]
    assert "one_label_only" in [f.rule.id for f in check_rows(TARGETS["llamafactory"], verdicts).findings]


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=5)
    | st.sampled_from(["user", "human", "gpt", "assistant", "system", "{}", "[", "<image>"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["role", "content", "from", "value", "tool_calls", "function", "name", "weight", "bbox"]), inner
    ),
    max_leaves=12,
)  # fmt: skip
COLUMNS = sorted({c for _, (columns, _, _) in CASES.values() for c in columns} | {"text", "input", "preferred_output"})
rows_of_anything = st.lists(st.dictionaries(st.sampled_from(COLUMNS), anything, max_size=5) | anything, max_size=4)


@given(st.sampled_from(sorted(TARGETS)), rows_of_anything)
def test_no_row_whatever_breaks_the_check(target: str, rows: list[Any]) -> None:
    verdict = check_rows(TARGETS[target], enumerate(rows, 1))
    assert verdict.rows == len(rows)
    assert 0 <= verdict.dropped <= len(rows) and 0 <= verdict.stopping <= len(rows)
    assert all(1 <= row <= len(rows) for f in verdict.findings for row in f.rows)
