"""``gristmill init``: a specification that loads as it stands, whatever file it was made from."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from jobs.config import ConfigError
from jobs.pipeline import BY_DEFAULT
from jobs.plan import Plan, load_plan
from jobs.tools.starter import look_at, write_starter

ALPACA = [
    {"instruction": "怎么申请退货", "input": "", "output": "在订单页里点申请退货。"},
    {"instruction": "Where is my parcel?", "input": "order 12", "output": "It will arrive tomorrow."},
]


def write_json(file: Path, rows: list[Any]) -> Path:
    file.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return file


def write_csv(file: Path, header: tuple[str, ...], rows: list[tuple[str, ...]], encoding: str = "utf-8") -> Path:
    with file.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return file


def start(folder: Path, source: Path | None = None, name: str = "my_set", **options: bool) -> tuple[Plan, str]:
    """Writes a starter and loads it; gives the plan and what was said."""
    file, said = write_starter(name, source, folder, **options)
    return load_plan(file, environment={}), "\n".join(said)


def test_a_starter_without_a_file_loads_and_names_every_stage(tmp_path: Path) -> None:
    plan, said = start(tmp_path)
    assert said == ""
    assert plan.stages == list(BY_DEFAULT)
    assert plan.specification.name == "my_set"
    assert (tmp_path / "my_set.yaml").read_text("utf-8").count("#") > 10, "it is commented"


def test_alpaca_is_read_as_it_is(tmp_path: Path) -> None:
    plan, said = start(tmp_path, write_json(tmp_path / "data.json", ALPACA))
    (source,) = plan.specification.sources
    assert (source.path, source.fields, source.expected_volume) == ("data.json", {}, 2)
    assert plan.specification.language == ("zh", "en")
    assert "2 rows" in said
    assert "alpaca 2" in said
    assert [file.uri for file in plan.files] == ["data.json"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (("问题", "回答", "分类"), {"instruction": "问题", "output": "回答"}),
        (("用户问题", "客服回复"), {"instruction": "用户问题", "output": "客服回复"}),
        (("Question", "Answer"), {"instruction": "Question", "output": "Answer"}),
        (("q", "a", "id"), {"instruction": "q", "output": "a"}),
        (("title", "reply"), {"instruction": "title", "output": "reply"}),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_columns_called_question_and_answer_are_mapped(
    tmp_path: Path, header: tuple[str, ...], expected: dict[str, str], encoding: str
) -> None:
    rows = [("怎么修改收货地址", "在订单页里点修改地址。", "地址")[: len(header)]] * 3
    plan, said = start(tmp_path, write_csv(tmp_path / "faq.csv", header, rows, encoding))
    assert plan.specification.sources[0].fields == expected
    assert plan.specification.language == ("zh",)
    assert "Check that they mean what they are taken for" in said


def test_unknown_columns_are_listed_for_the_person_to_map(tmp_path: Path) -> None:
    plan, said = start(tmp_path, write_csv(tmp_path / "t.csv", ("alpha", "beta"), [("x y z", "u v w")] * 3))
    assert plan.specification.sources[0].fields == {}
    assert "Columns: alpha, beta" in said
    assert "unknown_shape 3" in said


def test_a_folder_is_looked_through_and_every_row_counted(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("a.json", "b.json"):
        write_json(tmp_path / "data" / name, ALPACA * 300)
    plan, said = start(tmp_path, tmp_path / "data")
    assert plan.specification.sources[0].expected_volume == 1200
    assert "Looked at 2 file(s), 1,200 rows" in said
    assert len(plan.files) == 2


def test_broken_rows_are_counted_by_reason_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "d.jsonl"
    file.write_text(json.dumps(ALPACA[0]) + '\n{"instruction": "我的电话13912345678\n', "utf-8")
    _, said = start(tmp_path, file)
    assert "truncated 1" in said
    assert "13912345678" not in said + (tmp_path / "my_set.yaml").read_text("utf-8")


@pytest.mark.parametrize("name", ["data: x.json", "a #b.json", "数据 'x' \"y\".json", "- a.json", "{a}.json"])
def test_no_file_name_breaks_the_specification(tmp_path: Path, name: str) -> None:
    plan, _ = start(tmp_path, write_json(tmp_path / name, ALPACA))
    assert plan.specification.sources[0].path == name
    assert [file.uri for file in plan.files] == [name]


def test_a_file_elsewhere_is_named_from_the_specifications_folder(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    plan, _ = start(tmp_path / "here", write_json(tmp_path / "data.json", ALPACA))
    assert plan.specification.sources[0].path == "../data.json"
    assert [file.uri for file in plan.files] == ["../data.json"]


@pytest.mark.parametrize("name", ["My-Set", "1st", "", "a/b", "数据"])
def test_a_name_that_cannot_be_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="expected lower-case letters"):
        write_starter(name, None, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_specification_is_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "my_set.yaml").write_text("mine", "utf-8")
    with pytest.raises(ConfigError, match="--force"):
        write_starter("my_set", None, tmp_path)
    assert (tmp_path / "my_set.yaml").read_text("utf-8") == "mine"
    plan, _ = start(tmp_path, force=True)
    assert plan.specification.name == "my_set"


def test_a_source_that_is_not_there_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        write_starter("my_set", tmp_path / "none.json", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_looking_is_bounded_and_counting_is_not(tmp_path: Path) -> None:
    seen = look_at(write_json(tmp_path / "d.json", ALPACA * 400))
    assert (seen.rows, sum(seen.formats.values())) == (800, 500)
