"""A value that no stage can work with is refused before anything runs, with its place and what is possible."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.config import ConfigError
from jobs.plan import load_plan

ECOMMERCE = Path(__file__).resolve().parents[1] / "conf" / "datasets" / "ecommerce.yaml"


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("deduplicate_near.guards=[number]", "did you mean `numbers`"),
        ("deduplicate_near.guards=[order]", "'numbers', 'negation', 'slots' or 'names'"),
        ("deduplicate_semantic.guards=[name]", "did you mean `names`"),
        ("deduplicate_exact.keep=[source]", "needs the order of sources"),
        ("deduplicate_near.keep=[source]", "needs the order of sources"),
        ("deduplicate_semantic.keep=[source]", "needs the order of sources"),
        ("remove_pii.policy.ORDER_NUMBERS=mask", "did you mean `ORDER_NUMBER`"),
        ("remove_pii.entities=[EMAIL]", "EMAIL_ADDRESS"),
    ],
)
def test_an_impossible_parameter_is_refused(assignment: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_plan(ECOMMERCE, assignments=[assignment], environment={})
    stage, _, rest = assignment.partition(".")
    assert f"stages.{stage}" in str(error.value)
    assert said in str(error.value), rest


def test_a_field_that_no_record_has_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(ECOMMERCE.read_text("utf-8").replace("instruction: question", "instrction: question"), "utf-8")
    line = next(n for n, text in enumerate(file.read_text("utf-8").splitlines(), 1) if "instrction" in text)
    with pytest.raises(ConfigError, match=f"shop.yaml, line {line}: `sources.1.fields`: .*'instrction'.*instruction"):
        load_plan(file, environment={})
