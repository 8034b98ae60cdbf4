"""Layered configuration: what wins, and what a user is told when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.config import ConfigError, Layered, from_assignments, from_environment, read_yaml, validate
from jobs.spec import Settings, SourceSpec, Specification

STAGES = ("collect", "split")


def layer(tmp_path: Path, text: str, name: str = "a.yaml") -> Layered:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    return read_yaml(file)


def test_upper_layer_wins_key_by_key_and_keeps_its_own_line(tmp_path: Path) -> None:
    lower = layer(tmp_path, "lake:\n  root: one\nspark:\n  master: local[*]\n  memory: 2g\n", "lower.yaml")
    upper = layer(tmp_path, "\nspark:\n  memory: 4g\n", "upper.yaml")
    merged = lower.over(upper)
    assert merged.values == {"lake": {"root": "one"}, "spark": {"master": "local[*]", "memory": "4g"}}
    assert str(merged.mark(("spark", "memory"))).endswith("upper.yaml, line 3")
    assert str(merged.mark(("spark", "master"))).endswith("lower.yaml, line 4")


def test_order_of_all_layers(tmp_path: Path) -> None:
    merged = (
        layer(tmp_path, "stages: {split: {test: 0.1, seed: 1, validation: 0.1}}")
        .over(from_assignments(["split.seed=2", "split.test=0.2"], STAGES))
        .over(from_environment({"GRISTMILL__SPLIT__TEST": "0.3", "GRISTMILL__LAKE__ROOT": "/x", "PATH": "y"}, STAGES))
    )
    assert merged.values["stages"]["split"] == {"test": 0.3, "seed": 2, "validation": 0.1}
    assert merged.values["lake"] == {"root": "/x"}
    assert str(merged.mark(("stages", "split", "test"))) == "environment variable GRISTMILL__SPLIT__TEST"


def test_unknown_key_names_file_line_and_nearest(tmp_path: Path) -> None:
    given_ = layer(tmp_path, "lake:\n  root: lake\nrelease:\n  when_version_exist: refuse\n")
    with pytest.raises(ConfigError) as error:
        validate(Settings, given_.values, given_)
    message = str(error.value)
    assert "a.yaml, line 4" in message
    assert "`release.when_version_exist`" in message
    assert "did you mean `when_version_exists`?" in message


def test_wrong_value_names_what_was_expected_and_what_came(tmp_path: Path) -> None:
    given_ = layer(tmp_path, "release:\n  when_version_exists: refused\n")
    with pytest.raises(ConfigError) as error:
        validate(Settings, given_.values, given_)
    message = str(error.value)
    assert "a.yaml, line 2" in message
    assert "'next_patch' or 'refuse'" in message
    assert "came 'refused'" in message
    assert "did you mean `refuse`?" in message


def test_error_deep_in_a_list_names_its_own_line(tmp_path: Path) -> None:
    text = "sources:\n  - name: a\n    kind: internal\n    path: x\n  - name: b\n    kind: internel\n    path: x\n"
    given_ = layer(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        validate(Specification, given_.values, given_)
    assert "a.yaml, line 6: `sources.1.kind`" in str(error.value)
    assert "did you mean `internal`?" in str(error.value)
    assert "`goal`: this key is required and missing" in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "line 2: `a` is written twice"),
        ("a: [1\n", "expected YAML"),
        ("- 1\n", "expected a mapping of keys, came a list"),
    ],
)
def test_bad_yaml_is_one_message_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        layer(tmp_path, text)
    assert said in str(error.value)


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gristmill init"):
        read_yaml(tmp_path / "none.yaml")


@pytest.mark.parametrize("assignment", ["split.test", "=3", ".x=3"])
def test_a_bad_assignment_shows_the_right_form(assignment: str) -> None:
    with pytest.raises(ConfigError, match=r"expected stage\.key=value"):
        from_assignments([assignment], STAGES)


def test_templates_must_say_how_many() -> None:
    with pytest.raises(ValueError, match="count"):
        SourceSpec(name="t", kind="templates", path="t.yaml")
    with pytest.raises(ValueError, match="count"):
        SourceSpec(name="t", kind="internal", path="t.json", count=3)


keys = st.sampled_from("abc")
leaves = st.integers() | st.lists(st.integers(), max_size=2)
values = st.recursive(leaves, lambda inner: st.dictionaries(keys, inner, max_size=3))
layers = st.dictionaries(keys, values, max_size=3).map(lambda v: Layered(v, {}))


@given(layers, layers)
def test_what_the_upper_layer_says_holds_and_the_rest_stays(lower: Layered, upper: Layered) -> None:
    assert_holds(upper.values, lower.values, lower.over(upper).values)


def assert_holds(upper: object, lower: object, merged: object) -> None:
    if not (isinstance(upper, dict) and isinstance(lower, dict)):
        assert merged == upper
        return
    assert isinstance(merged, dict)
    assert set(merged) == set(upper) | set(lower)
    for key, value in merged.items():
        if key in upper:
            assert_holds(upper[key], lower.get(key), value)
        else:
            assert value == lower[key]


@given(layers)
def test_a_layer_over_itself_changes_nothing(one: Layered) -> None:
    assert one.over(one).values == one.values
