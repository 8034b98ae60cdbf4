"""From a specification to jobs: layers, errors with file and line, and which change redoes which stage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobs.config import ConfigError
from jobs.lake.job import Inputs
from jobs.lake.versions import TableVersion
from jobs.pipeline import BY_DEFAULT
from jobs.plan import Plan, load_plan, load_settings

ROOT = Path(__file__).resolve().parents[1]
CONF = {
    "base.yaml": "lake: {root: base_lake}\nstages: {split: {validation: 0.1, seed: 1}}\n",
    "local.yaml": "spark: {master: 'local[1]'}\n",
    "cluster.yaml": "lake: {root: s3_lake}\nspark: {master: 'spark://h:7077'}\n",
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a specification of three stages and its raw files; keys replace, None takes a key away."""
    (tmp_path / "raw").mkdir()
    for name in ("b", "a"):
        (tmp_path / "raw" / f"{name}.jsonl").write_text(f'{{"text": "{name}"}}\n', "utf-8")
    (tmp_path / "conf").mkdir()
    for name, text in CONF.items():
        (tmp_path / "conf" / name).write_text(text, "utf-8")

    def write(**changes: Any) -> Path:
        values: dict[str, Any] = {
            "name": "shop",
            "version": "1.0.0",
            "description": "dialogues of a shop",
            "language": ["zh"],
            "goal": {"capabilities": ["answer"]},
            "sources": [{"name": "logs", "kind": "internal", "path": "raw/*.jsonl", "expected_volume": 2}],
            "stages": {"collect": None, "split": {"test": 0.2}, "publish": None},
            "exports": [{"format": "chatml"}],
        }
        file = tmp_path / "shop.yaml"
        kept = {key: value for key, value in (values | changes).items() if value is not None}
        file.write_text(yaml.safe_dump(kept, sort_keys=False, allow_unicode=True), "utf-8")
        return file

    return write


@pytest.fixture
def plan(write: Callable[..., Path], tmp_path: Path) -> Callable[..., Plan]:
    def plan(profile: str = "local", assignments: tuple[str, ...] = (), **changes: Any) -> Plan:
        return load_plan(write(**changes), profile, assignments, environment={}, conf=tmp_path / "conf")

    return plan


def jobs_of(plan: Plan) -> dict[str, Any]:
    """Each stage's job on the same pinned inputs."""
    inputs = Inputs(rows=TableVersion(path="/lake/rows", version=0), split=TableVersion(path="/lake/split", version=0))
    return {stage: plan.job(stage, Inputs() if stage == "collect" else inputs, "run-1") for stage in plan.stages}


def redone(before: Plan, after: Plan) -> set[str]:
    """The stages whose fingerprint differs on equal inputs."""
    old, new = jobs_of(before), jobs_of(after)
    return {stage for stage in new if stage not in old or new[stage].fingerprint != old[stage].fingerprint}


def test_layers_lie_over_each_other(write: Callable[..., Path], tmp_path: Path) -> None:
    made = load_plan(
        write(),
        "cluster",
        ("split.seed=2",),
        environment={"GRISTMILL__SPLIT__VALIDATION": "0.3", "HOME": "x"},
        conf=tmp_path / "conf",
    )
    split = made.params["split"].model_dump()
    assert (split["validation"], split["test"], split["seed"], split["by_prompt"]) == (0.3, 0.2, 2, True)
    assert made.spark.master == "spark://h:7077"
    assert made.layout.root == Path("s3_lake").resolve()
    assert made.specification.stages["split"] == split, "the specification that is published has every default"


def test_the_specification_names_and_orders_the_stages(plan: Callable[..., Plan]) -> None:
    assert plan().stages == ["collect", "split", "publish"]


def test_without_stages_of_its_own_the_run_is_the_whole_pipeline() -> None:
    base = yaml.safe_load((ROOT / "conf" / "base.yaml").read_text("utf-8"))
    assert list(base["stages"]) == list(BY_DEFAULT)


def test_the_lake_is_relative_to_the_working_directory_and_files_to_the_specification(
    plan: Callable[..., Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    made = plan()
    assert made.layout.root == elsewhere / "base_lake"
    assert [(f.source, f.uri, Path(f.path)) for f in made.files] == [
        ("logs", f"raw/{name}.jsonl", tmp_path / "raw" / f"{name}.jsonl") for name in ("a", "b")
    ]


def test_suites_come_with_gristmill_unless_a_folder_is_named(plan: Callable[..., Plan], tmp_path: Path) -> None:
    assert plan().suite_file("split") == ROOT / "expectations" / "split.yaml"
    assert plan(gates={"suites": str(tmp_path)}).suite_file("split") == tmp_path / "split.yaml"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sourcs": []}, r"shop\.yaml, line \d+: `sourcs`: unknown key; did you mean `sources`\?"),
        ({"version": None}, r"`version`: this key is required and missing"),
        ({"version": "1.0"}, r"shop\.yaml, line 2: `version`: expected MAJOR\.MINOR\.PATCH.*came '1\.0'"),
        ({"name": "My Shop"}, r"`name`: expected lower-case letters.*came 'My Shop'"),
        ({"language": []}, r"`language`"),
        (
            {"stages": {"collect": None, "splitt": None, "publish": None}},
            r"`stages\.splitt`: no such stage; did you mean `split`\?",
        ),
        (
            {"stages": {"collect": None, "split": {"sed": 3}, "publish": None}},
            r"shop\.yaml, line \d+: `stages\.split\.sed`: unknown key; did you mean `seed`\?",
        ),
        (
            {"stages": {"collect": None, "split": {"test": "much"}, "publish": None}},
            r"`stages\.split\.test`: .*came 'much'",
        ),
        (
            {"stages": {"collect": None, "split": {"test": 0.9, "validation": 0.2}, "publish": None}},
            r"`stages\.split`: expected validation \+ test below 1",
        ),
        (
            {"stages": {"split": None, "collect": None, "publish": None}},
            r"line \d+: `stages`: expected collect first and split, publish last, came: split, collect, publish",
        ),
        ({"stages": {"collect": None, "publish": None}}, r"expected collect first and split, publish last"),
        ({"gates": {"suite": "x"}}, r"`gates\.suite`: unknown key; did you mean `suites`\?"),
        ({"spark": {"memory": "lots"}}, r"`spark\.memory`: .*came 'lots'"),
        ({"exports": [{"format": "chatlm"}]}, r"`exports\.0\.format`: .*did you mean `chatml`\?"),
        (
            {"acceptance": [{"measure": "row", "at_least": 3}]},
            r"`acceptance\.0\.measure`: .*did you mean `rows`\?",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_key_and_the_nearest(
    plan: Callable[..., Plan], changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said) as error:
        plan(**changes)
    assert "Traceback" not in str(error.value)
    assert "pydantic" not in str(error.value)


def test_a_mistake_in_an_assignment_names_the_assignment(plan: Callable[..., Plan]) -> None:
    with pytest.raises(ConfigError, match=r"--set split\.sed: `stages\.split\.sed`: unknown key"):
        plan(assignments=("split.sed=3",))


def test_an_assignment_to_a_misspelt_stage_names_the_assignment_and_the_stage(plan: Callable[..., Plan]) -> None:
    with pytest.raises(ConfigError, match=r"--set splitt\.seed: `splitt`: unknown key; did you mean `split`\?"):
        plan(assignments=("splitt.seed=3",))


def test_an_assignment_to_a_stage_that_does_not_run_is_a_mistake(plan: Callable[..., Plan]) -> None:
    with pytest.raises(ConfigError, match=r"`deduplicate_near` does not run here; .*: collect, split, publish"):
        plan(assignments=("deduplicate_near.threshold=0.9",))


def test_an_unknown_profile_is_told(write: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean `cluster`"):
        load_plan(write(), "clusters", conf=tmp_path / "conf")


def test_a_source_without_files_says_where_it_looked(plan: Callable[..., Plan], tmp_path: Path) -> None:
    made = plan(sources=[{"name": "logs", "kind": "internal", "path": "row/*.jsonl"}])
    with pytest.raises(ConfigError, match=r"source `logs`: expected at least one file at row/\*\.jsonl") as error:
        made.files  # noqa: B018 - a property that reads the disk
    assert str(tmp_path) in str(error.value)


def test_the_same_specification_gives_the_same_fingerprints(plan: Callable[..., Plan]) -> None:
    assert redone(plan(), plan()) == set()
    assert plan().configuration_hash == plan().configuration_hash


@pytest.mark.parametrize(
    ("changes", "stages"),
    [
        ({"description": "in other words"}, set()),
        ({"version": "2.0.0"}, set()),
        ({"exports": [{"format": "alpaca"}]}, set()),
        ({"acceptance": [{"measure": "rows", "at_least": 1}]}, set()),
        ({"spark": {"memory": "4g"}}, set()),
        ({"lake": {"root": "/elsewhere"}}, set()),
        ({"stages": {"collect": None, "split": {"test": 0.3}, "publish": None}}, {"split"}),
        ({"sources": [{"name": "logs", "kind": "external", "path": "raw/*.jsonl"}]}, {"collect"}),
        (
            {"sources": [{"name": "logs", "kind": "internal", "path": "raw/*.jsonl", "expected_volume": 9}]},
            set(),
        ),
        (
            {"sources": [{"name": "logs", "kind": "internal", "path": "raw/a.jsonl", "expected_volume": 2}]},
            {"collect"},
        ),
    ],
)  # fmt: skip
def test_a_change_redoes_the_stages_that_it_concerns(
    plan: Callable[..., Plan], changes: dict[str, Any], stages: set[str]
) -> None:
    assert redone(plan(), plan(**changes)) == stages


def test_a_changed_file_redoes_collecting(plan: Callable[..., Plan], tmp_path: Path) -> None:
    before = jobs_of(plan())
    (tmp_path / "raw" / "a.jsonl").write_text('{"text": "c"}\n', "utf-8")
    after = jobs_of(plan())
    assert {s for s in after if after[s].fingerprint != before[s].fingerprint} == {"collect"}


def test_other_input_versions_redo_a_stage(plan: Callable[..., Plan]) -> None:
    made = plan()
    rows = [Inputs(rows=TableVersion(path="/lake/rows", version=version)) for version in (0, 1)]
    assert len({made.job("split", inputs, "run-1").fingerprint for inputs in rows}) == 2
    assert len({made.job("split", rows[0], run).fingerprint for run in ("run-1", "run-2")}) == 1


def test_how_fast_a_build_runs_is_no_part_of_what_it_makes(plan: Callable[..., Plan]) -> None:
    assert plan(spark={"memory": "4g"}).configuration_hash == plan().configuration_hash
    assert plan(description="other").configuration_hash != plan().configuration_hash


def test_protected_files_are_the_stage_s_inputs(plan: Callable[..., Plan], tmp_path: Path) -> None:
    def decontaminating(*sets: dict[str, Any]) -> Plan:
        return plan(
            stages={"collect": None, "decontaminate": {"protected": list(sets)}, "split": None, "publish": None}
        )

    exam, other = tmp_path / "exam.jsonl", {"name": "other", "path": "no/*.csv", "optional": True}
    exam.write_text('{"question": "one"}\n', "utf-8")
    before = decontaminating({"name": "exam", "path": "exam.jsonl"}, other)
    job = jobs_of(before)["decontaminate"]
    assert [(file.source, file.uri, Path(file.path)) for file in job.files] == [("exam", "exam.jsonl", exam)]
    old = {name: made.fingerprint for name, made in jobs_of(before).items()}
    exam.write_text('{"question": "two"}\n', "utf-8")
    after = {name: made.fingerprint for name, made in jobs_of(before).items()}
    assert {name for name in old if old[name] != after[name]} == {"decontaminate"}
    missing = decontaminating({"name": "exam", "path": "exams/*.jsonl"})
    with pytest.raises(ConfigError, match="protected set `exam`: expected at least one file at exams"):
        missing.job("collect", Inputs(), "run-1")


def test_settings_need_no_specification(tmp_path: Path, write: Callable[..., Path]) -> None:
    write()
    assert load_settings(environment={}, conf=tmp_path / "conf").lake.root == "base_lake"
    environment = {"GRISTMILL__LAKE__ROOT": "/data/lake"}
    assert load_settings(environment=environment, conf=tmp_path / "conf").lake.root == "/data/lake"


def test_the_example_loads_with_the_settings_that_come_with_gristmill() -> None:
    made = load_plan(ROOT / "conf" / "datasets" / "ecommerce.yaml", environment={})
    assert made.stages == list(BY_DEFAULT)
