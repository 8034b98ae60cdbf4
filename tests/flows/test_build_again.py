"""A build after a build: what is reused, redone, resumed, refused; and that nothing is published past a failed gate.

What must not touch Spark runs with a launcher whose cluster does not exist, so that any work at all would fail.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL

from flows.tasks import GateFailed
from jobs.lake.lock import Busy, held
from jobs.release.acceptance import AcceptanceError
from jobs.release.ledger import ReleaseExistsError, find, releases
from jobs.stages import publish as publish_stage

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Story:
    """Builds of one data set in order: each one's report and the table versions that stood after it."""

    mill: Any
    reports: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    refused: str = ""

    def keep(self, name: str, report: Any) -> None:
        self.reports[name] = report
        self.versions[name] = self.mill.versions()

    def reused(self, name: str) -> dict[str, bool]:
        return {stage.stage: stage.reused for stage in self.reports[name].stages}


@pytest.fixture(scope="module")
def story(make_mill: Callable[[], Any]) -> Story:
    mill = make_mill()
    story = Story(mill)
    chats = mill.raw / "chats.json"
    before = chats.read_bytes()
    story.keep("first", mill.build())
    story.keep("unchanged", mill.build_without_spark())
    story.keep("another seed", mill.build("split.seed=5"))
    rows = json.loads(before)
    mill.write_chats([*rows, {"messages": [*rows[0]["messages"], *rows[1]["messages"]]}])
    with pytest.raises(ReleaseExistsError) as refused:
        mill.build("release.when_version_exists=refuse")
    story.refused, story.versions["refused"] = str(refused.value), mill.versions()
    story.keep("another row", mill.build_without_spark())
    chats.write_bytes(before)
    story.keep("as it was", mill.build_without_spark())
    return story


def test_the_first_build_does_everything(story: Story) -> None:
    assert story.reused("first") == {"collect": False, "split": False, "publish": False}
    assert story.versions["first"] == {"collect": [0], "split": [0], "publish": [0]}
    report = story.reports["first"]
    assert (report.version, report.created, report.nothing_changed) == ("1.0.0", True, False)


def test_with_nothing_changed_no_spark_works_and_no_version_is_made(story: Story) -> None:
    report = story.reports["unchanged"]
    assert report.nothing_changed
    assert (report.version, report.created) == ("1.0.0", False)
    assert story.versions["unchanged"] == story.versions["first"]
    first = story.reports["first"].stages
    assert [(s.table, s.summary, s.gate) for s in report.stages] == [(s.table, s.summary, s.gate) for s in first]


def test_a_changed_parameter_redoes_its_stage_and_those_after_it(story: Story) -> None:
    assert story.reused("another seed") == {"collect": True, "split": False, "publish": False}
    assert story.versions["another seed"] == {"collect": [0], "split": [0, 1], "publish": [0, 1]}
    assert story.reports["another seed"].version == "1.0.1"


def test_policy_refuse_stops_before_anything_is_published(story: Story) -> None:
    assert "version 1.0.0 is released already" in story.refused
    assert "next_patch" in story.refused, "what to do"
    assert story.versions["refused"] == {"collect": [0, 1], "split": [0, 1, 2], "publish": [0, 1, 2]}


def test_another_row_redoes_everything(story: Story) -> None:
    assert (
        story.reports["another row"].stages[0].summary.rows_in == story.reports["first"].stages[0].summary.rows_in + 1
    )
    assert story.versions["another row"] == story.versions["refused"]
    assert story.reports["another row"].version == "1.0.2"


def test_what_was_refused_is_published_later_without_doing_it_again(story: Story) -> None:
    assert set(story.reused("another row").values()) == {True}
    assert story.reports["another row"].created


def test_input_as_it_was_gives_the_release_that_it_gave(story: Story) -> None:
    report = story.reports["as it was"]
    assert (report.version, report.nothing_changed) == ("1.0.0", True)
    assert [s.table.version for s in report.stages] == [0, 0, 0]
    assert story.mill.released() == ["1.0.0", "1.0.1", "1.0.2"]


def test_each_release_pins_its_own_tables(story: Story) -> None:
    pinned = {r.version: {s: t.version for s, t in r.tables.items()} for r in releases(story.mill.layout)}
    assert pinned == {
        "1.0.0": {"collect": 0, "split": 0, "publish": 0},
        "1.0.1": {"collect": 0, "split": 1, "publish": 1},
        "1.0.2": {"collect": 1, "split": 2, "publish": 2},
    }


@pytest.fixture
def changed(story: Story) -> Any:
    """The story's data set, its stages done, to publish under other conditions; put back afterwards."""
    before = story.mill.specification.read_text("utf-8"), dict(story.mill.values)
    yield story.mill
    story.mill.specification.write_text(before[0], "utf-8")
    story.mill.values = before[1]


def test_a_missed_target_publishes_nothing_and_is_listed(changed: Any) -> None:
    targets = [{"measure": "rows", "at_least": 1000}, {"measure": "english_share", "at_least": 0.5}]
    changed.specify(version="2.0.0", acceptance=[*targets, {"measure": "train_rows", "at_least": 1}])
    with pytest.raises(AcceptanceError) as error:
        changed.build_without_spark()
    assert "rows: expected at least 1,000, measured 14" in str(error.value)
    assert "english_share: expected at least 0.5, measured 0" in str(error.value)
    assert "train_rows" not in str(error.value)
    assert "2.0.0" not in changed.released()


def test_a_missed_target_that_only_warns_is_published_and_told(changed: Any) -> None:
    changed.specify(version="3.0.0", acceptance=[{"measure": "rows", "at_least": 1000, "otherwise": "warn"}])
    report = changed.build_without_spark()
    assert (report.version, report.created) == ("3.0.0", True)
    passport = json.loads((report.release / "passport.json").read_text("utf-8"))
    assert "acceptance_missed" in {limitation["kind"] for limitation in passport["limitations"]}
    assert [result.passed for result in find(changed.layout, "3.0.0").acceptance] == [False]


def test_a_second_build_at_the_same_time_is_told_to_wait(story: Story) -> None:
    with held(story.mill.layout.runs / "lock", "a build of tiny_shop"), pytest.raises(Busy, match="running already"):
        story.mill.build_without_spark()


def test_a_version_that_was_committed_but_not_judged_is_judged_and_not_made_again(story: Story) -> None:
    mill, table = story.mill, story.reports["first"].stages[1].table
    judgement = mill.layout.judgement("split", table)
    before = json.loads(judgement.read_text("utf-8"))
    judgement.unlink()
    report = mill.build()
    assert {stage.reused for stage in report.stages} == {True}
    assert mill.versions() == story.versions["as it was"]
    after = json.loads(judgement.read_text("utf-8"))
    assert (after["summary"], after["table"]) == (before["summary"], before["table"])


def test_an_edited_suite_judges_again_and_a_critical_failure_publishes_nothing(story: Story, changed: Any) -> None:
    mill, whole = changed, (story.mill.suites / "split.yaml").read_text("utf-8")
    own = "- {type: expect_column_values_to_be_in_set, kwargs: {column: split, value_set: [train]}, severity: %s}\n"
    mill.specify(version="4.0.0")
    mill.write_suite("split", whole + own % "critical")
    with pytest.raises(GateFailed) as error:
        mill.build()
    message = str(error.value)
    held_out = sum(n for side, n in story.reports["first"].stages[1].summary.splits.items() if side != "train")
    assert "the gate of split did not open" in message
    assert "expect_column_values_to_be_in_set on rows.split" in message
    assert f"{held_out} of 14 rows fail" in message
    assert len(re.findall(r"\b[0-9a-f]{32}\b", message)) == held_out, "the ids of the rows"
    assert f"{mill.suites / 'split.yaml'}, line 6" in message, "where to change the bound"
    assert "4.0.0" not in mill.released()
    assert mill.versions() == story.versions["as it was"], "the stages before it need not run again"

    mill.write_suite("split", whole + own % "warning")
    report = mill.build()
    assert (report.version, report.created) == ("4.0.0", True)
    assert [stage.gate for stage in report.stages] == ["ok", "warning", "ok"]
    passport = json.loads((report.release / "passport.json").read_text("utf-8"))
    (warning,) = [one["detail"] for one in passport["limitations"] if one["kind"] == "gate_warning"]
    assert f"{held_out} of 14 rows fail" in warning
    mill.write_suite("split", whole)


def test_another_expected_volume_judges_again_and_makes_nothing_again(story: Story, changed: Any) -> None:
    mill, whole = changed, (story.mill.suites / "collect.yaml").read_text("utf-8")
    (source,) = mill.values["sources"]
    check = "- {type: expect_column_values_to_be_between, kwargs: {column: volume_ratio, min_value: 0.5}}"
    mill.write_suite("collect", f"{whole}sources:\n{check.replace('}}', '}, severity: warning}')}\n")
    gates = []
    for volume in (14, 100):
        mill.specify(sources=[{**source, "expected_volume": volume}])
        gates.append(mill.build().stages[0].gate)
    mill.write_suite("collect", whole)
    assert gates == ["ok", "warning"]
    assert mill.versions() == story.versions["as it was"]


def test_a_gate_on_raw_texts_tells_ids_and_numbers_and_no_text(
    make_mill: Callable[[], Any], personal_values: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    mill = make_mill()
    mill.write_chats(
        [
            {"messages": [{"role": "user", "content": f"请打{value}"}, {"role": "assistant", "content": "好的"}]}
            for value in personal_values.values()
        ]
    )
    suite = (mill.suites / "collect.yaml").read_text("utf-8")
    check = r"- {type: expect_column_values_to_not_match_regex, kwargs: {column: texts, regex: '\d{11}'}}"
    mill.write_suite("collect", f"{suite}{check}\n")
    with pytest.raises(GateFailed) as error:
        mill.build()
    assert "4 of 5 rows fail" in str(error.value)
    assert len(re.findall(r"\b[0-9a-f]{32}\b", str(error.value))) == 4
    assert mill.released() == []
    told = [str(error.value), *capfd.readouterr(), *(p.read_text("utf-8") for p in mill.files_outside_raw())]
    assert not [kind for kind, value in personal_values.items() if value in "\n".join(told)]


def test_a_stage_that_failed_is_done_at_the_next_build_and_those_before_it_are_not(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(spark: Any, job: Any) -> Any:
        raise RuntimeError("the disk is on fire")

    with monkeypatch.context() as patched:
        patched.setattr(publish_stage, "run", fail)
        with pytest.raises(RuntimeError, match="the disk is on fire"):
            story.mill.build("split.seed=6")
    half = story.mill.versions()
    assert half["split"][:-1] == story.versions["as it was"]["split"], "split was committed"
    assert half["publish"] == story.versions["as it was"]["publish"]
    report = story.mill.build("split.seed=6")
    assert [stage.reused for stage in report.stages] == [True, True, False]
    assert story.mill.versions()["split"] == half["split"]
    assert report.created


def test_a_killed_build_goes_on_from_the_last_finished_stage(make_mill: Callable[[], Any]) -> None:
    mill = make_mill()
    environment = {**os.environ, "PREFECT_API_URL": PREFECT_API_URL.value(), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from flows.cli import main; main()", "build", str(mill.specification)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        said = next((line for line in process.stderr if line.startswith("[2/3]")), None)
        process.send_signal(signal.SIGKILL)
    assert said is not None, "the build ended before its second stage"
    assert mill.versions()["collect"] == [0]
    assert mill.released() == []
    report = mill.build()
    assert report.stages[0].reused
    assert mill.versions()["collect"] == [0]
    assert (report.version, report.created) == ("1.0.0", True)
    assert report.stages[-1].summary.kept == 14
