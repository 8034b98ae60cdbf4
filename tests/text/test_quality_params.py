"""The table of quality rules: what a specification may lay over it, and that each mistake is told where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from jobs.config import ConfigError, read_yaml
from jobs.plan import load_plan
from jobs.text.quality import QualityRules
from jobs.text.quality_measures import MEASURES
from jobs.text.quality_params import TABLE, QualityParams, default_table

ROOT = Path(__file__).resolve().parents[2]
ECOMMERCE = ROOT / "conf" / "datasets" / "ecommerce.yaml"


def params(rules: Any) -> QualityParams:
    return QualityParams.model_validate({"rules": rules})


def test_every_line_of_the_table_is_whole() -> None:
    lines = read_yaml(TABLE).values
    assert list(lines) == list(default_table())
    for name, line in lines.items():
        assert line["source"], name
        assert {"min", "max", "allow"} & set(line), name
    assert {line["measure"] for line in default_table().values()} >= set(MEASURES) - {"matches"}


def test_lines_are_laid_over_the_table_key_by_key() -> None:
    rules = params(
        {
            "symbol_share": {"max": 0.4, "action": "flag"},
            "cut_off_answers": False,
            "common_han_share": "remove",
            "language": {"allow": ["en"]},
            "links": {"measure": "matches", "pattern": "https?://", "reads": "response", "max": 2, "action": "flag"},
        }
    ).rules
    table = QualityParams().rules
    assert rules["symbol_share"] == table["symbol_share"].model_copy(update={"max": 0.4, "action": "flag"})
    assert rules["cut_off_answers"].action == "off"
    assert rules["common_han_share"].action == "remove"
    assert rules["language"].bound == ("en",)
    assert (rules["links"].reason, rules["links"].bound) == ("links", 2)
    assert list(rules) == [*table, "links"], "in the order of the table, then one's own"
    assert rules["empty_answers"] == table["empty_answers"]


def test_a_prompt_may_ask_for_what_a_rule_looks_for() -> None:
    rules = QualityRules(params({"template_tokens": {"unless": "ChatML"}}))
    row = [{"role": "user", "content": "Show me chatml."}, {"role": "assistant", "content": "<|im_start|>user"}]
    assert rules.judge({"messages": row}) == []
    assert rules.values({"messages": row})["template_tokens"] == 1
    row[0]["content"] = "Show me."
    assert [verdict.rule for verdict in rules.judge({"messages": row})] == ["template_tokens"]
    with pytest.raises(ValidationError, match="no regular expression"):
        params({"template_tokens": {"unless": "("}})


def test_a_bound_of_the_other_side_replaces_the_table_s() -> None:
    line = params({"symbol_share": {"min": 0.1}}).rules["symbol_share"]
    assert (line.min, line.max) == (0.1, None)


def test_what_a_run_keeps_reads_back_the_same() -> None:
    given = params({"no_links": {"measure": "matches", "pattern": "https?://", "max": 0}, "language": "off"})
    assert QualityParams.model_validate(given.model_dump(mode="json")) == given


@pytest.mark.parametrize(
    ("rules", "place", "told"),
    [
        ({"symbl_share": {"max": 1}}, ("symbl_share",), "did you mean `symbol_share`?"),
        ({"symbol_share": {"mx": 1}}, ("symbol_share", "mx"), "did you mean `max`?"),
        ({"symbol_share": {"min": 0, "max": 1}}, ("symbol_share",), "expected one bound"),
        ({"symbol_share": {"action": "delete"}}, ("symbol_share", "action"), "expected remove, flag or off"),
        ({"symbol_share": 0.4}, ("symbol_share",), "expected a line such as"),
        ({"symbol_share": {"reads": "row"}}, ("symbol_share", "reads"), "`symbol_share` measures texts"),
        ({"language": {"max": 1}}, ("language",), "expected one bound, `allow`"),
        ({"mine": {"measure": "symbl_share", "max": 1}}, ("mine", "measure"), "did you mean `symbol_share`?"),
        ({"mine": {"measure": "matches", "max": 0}}, ("mine",), "needs `pattern`"),
        ({"mine": {"measure": "matches", "max": 0, "pattern": "("}}, ("mine", "pattern"), "no regular expression"),
        ({"listed_words": {"action": "flag"}}, ("listed_words",), "needs `words_from`"),
        (
            {"listed_words": {"action": "flag", "words_from": "no/such.txt"}},
            ("listed_words", "words_from"),
            "no such file",
        ),
        ({"Mine": {"measure": "symbol_share", "max": 1}}, ("Mine",), "a rule's name"),
        ([], (), "expected a mapping of rules"),
    ],
)
def test_mistakes_name_the_rule_and_what_was_expected(rules: Any, place: tuple[str, ...], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        params(rules)
    (error,) = caught.value.errors()
    assert error["loc"] == ("rules", *place)
    assert told in error["msg"]


def test_a_mistake_in_a_specification_is_one_line_with_its_place(tmp_path: Path) -> None:
    text = ECOMMERCE.read_text("utf-8")
    file = tmp_path / "shop.yaml"
    file.write_text(text.replace("  filter_by_quality_rules:\n", _WRONG), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_plan(file, environment={})
    line = text.splitlines().index("  filter_by_quality_rules:") + 3
    assert f"shop.yaml, line {line}: `stages.filter_by_quality_rules.rules.symbl_share`: no such rule" in str(
        caught.value
    )
    assert "\n" not in str(caught.value)


_WRONG = "  filter_by_quality_rules:\n    rules:\n      symbl_share: {max: 0.4}\n"


def test_a_flat_parameter_of_old_says_what_to_write_now() -> None:
    with pytest.raises(ConfigError, match=r"rules: \{max_response_chars: \{max: N\}\}"):
        load_plan(ECOMMERCE, assignments=["filter_by_quality_rules.max_response_chars=10"], environment={})


def test_a_rule_is_set_from_the_command_line() -> None:
    plan = load_plan(
        ECOMMERCE,
        assignments=[
            "filter_by_quality_rules.rules.cut_off_answers=off",
            "filter_by_quality_rules.rules.language=flag",
        ],
        environment={},
    )
    rules = plan.params["filter_by_quality_rules"].model_dump()["rules"]
    assert (rules["cut_off_answers"]["action"], rules["language"]["action"]) == ("off", "flag")


def test_a_list_of_words_is_the_user_s_file(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("# what no agent says\n傻瓜\nDarn\n", "utf-8")
    listed = {"listed_words": {"action": "remove", "words_from": str(file)}}
    rules = QualityRules(params(listed))
    said = {"messages": [{"role": "user", "content": "你好吗？"}, {"role": "assistant", "content": "傻瓜，DARN 它。"}]}
    assert [(v.rule, v.reason, v.value) for v in rules.judge(said)] == [("listed_words", "listed_word", 2)]
    said["messages"][1]["content"] = "It is darned."
    assert not rules.judge(said), "whole words only"
    before = params(listed).rules["listed_words"].words_sha256
    file.write_text("别的\n", "utf-8")
    assert params(listed).rules["listed_words"].words_sha256 != before, "another list is another parameter"


def score_by_length(text: str) -> float:
    """A user's scorer, for the test below."""
    return float(len(text))


def test_a_scorer_is_the_user_s_function() -> None:
    scored = {"perplexity": {"action": "flag", "max": 5, "scored_by": f"{__name__}:score_by_length"}}
    rules = QualityRules(params(scored))
    row = {"messages": [], "text": "今天天气不错。"}
    assert [(v.rule, v.value, v.action) for v in rules.judge(row)] == [("perplexity", 7.0, "flag")]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("no_such_module:f", "no_such_module"),
        ("math:no_such", "no_such"),
        ("math", "module:function"),
        ("x.arpa", "x.arpa"),
    ],
)
def test_a_scorer_that_is_not_there_is_told(name: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        QualityRules(params({"perplexity": {"action": "flag", "scored_by": name}}))
