"""A folder cleaned as it fills: every row once, whatever breaks off in between, the answers of the batch stages, of the
command on files and of the API, and no secret anywhere."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession
from rows_of_shapes import CALL, CARD, MAIL, NAME, PHONE, POLICY, SECRETS, SHAPES, params

from jobs import clean_stream
from jobs.clean_batch import Watch
from jobs.clean_stream import WrongStream
from jobs.cleaning.cleaner import Cleaner
from jobs.lake.job import SourceFile
from jobs.lake.session import SparkSettings
from jobs.privacy import remove_pii
from jobs.privacy.mapping import open_sealed
from jobs.privacy.params import PrivacyParams
from jobs.privacy.secrets import KEY_VARIABLE, SALT_VARIABLE
from jobs.sources.collect_rows import collect_file
from jobs.sources.source_rows import SourceFields
from jobs.stages import collect, filter_by_quality_rules, normalize_text
from jobs.stages import remove_pii as remove_stage
from jobs.text import judge_text
from jobs.text import normalize_text as normal_form
from jobs.tools.clean import clean_files
from jobs.tools.clean_rows import Cleaning

Row = dict[str, Any]
Place = tuple[str, int]
# Spark writes paths that look like URIs and are none.
SECOND = "b %41#数.jsonl"
# By default a row says when its file was last changed, which is another moment for each copy of it.
SOURCE = SourceFields(collected_at="2026-11-22T00:00:00+00:00")


@dataclass
class Streamed:
    """A folder after its stream: two files in two batches. The first broke off between two of its tables; when it was
    taken up again its file was gone, and the policy another: one that drops each row with an e-mail address."""

    folder: Path
    watch: Watch
    told: list[str]

    def rows(self, table: str) -> list[Row]:
        rows: list[Row] = DeltaTable(table).to_pyarrow_table().to_pylist()
        return rows


@pytest.fixture(scope="module")
def secrets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def streamed(spark: SparkSession, secrets: None, tmp_path_factory: pytest.TempPathFactory) -> Streamed:
    root = tmp_path_factory.mktemp("stream")
    folder, told = root / "incoming", list[str]()
    folder.mkdir()
    watch = Watch(folder, root / "lake", "shop", params(), SOURCE, SparkSettings())
    state = root / "lake" / "streams" / "shop"
    state.mkdir(parents=True)

    def run(watch: Watch) -> None:
        app = clean_stream.own_stream(watch, state)
        clean_stream.start(spark, watch, state / "checkpoint", app, told.append).awaitTermination()

    write(folder / "a.jsonl", *SHAPES.values())
    (folder / "_SUCCESS").touch()
    blocked = Path(watch.tables.rejected)
    blocked.parent.mkdir(parents=True)
    blocked.write_text("in the way")
    with pytest.raises(StreamingQueryException):
        run(watch)
    blocked.unlink()
    whole = (folder / "a.jsonl").read_bytes()
    (folder / "a.jsonl").unlink()
    write(folder / SECOND, SHAPES["text"], SHAPES["short"], broken=True)
    policy = {**POLICY, "EMAIL_ADDRESS": "drop_row"}
    run(replace(watch, params={**watch.params, "remove_pii": PrivacyParams(policy=policy, mapping=True)}))
    (folder / "a.jsonl").write_bytes(whole)
    return Streamed(folder, watch, told)


def write(file: Path, *rows: Row, broken: bool = False) -> None:
    lines = [json.dumps(row, ensure_ascii=True) for row in rows]
    file.write_text("\n".join([*lines, *(['{"text": "cut o'] if broken else [])]) + "\n", "utf-8")


def place(row: Row) -> Place:
    return Path(row["source"]["uri"]).name, row["source"]["row"]


def said(row: Row) -> Row:
    """All that a row says and is: its id and place apart, which files by themselves and a lake call differently."""
    changes = {**dict(row["changes"] or {})}
    source = {**row["source"], "uri": Path(row["source"]["uri"]).name}
    without = {name: value for name, value in row.items() if name not in ("record_id", "sealed", "quarantine")}
    return {**without, "changes": changes, "source": source}


@pytest.fixture(scope="module")
def by_stages(spark: SparkSession, streamed: Streamed) -> tuple[dict[Place, Row], dict[str, str], dict[Place, str]]:
    """Kept rows by place, removed rows' reasons by id and quarantined rows' reasons by place, as a build has them of
    all files at once."""
    files = [
        SourceFile(source="input", path=str(file), uri=file.name, sha256="")
        for file in sorted(streamed.folder.glob("*.jsonl"))
    ]
    steps = {name: given.model_dump() for name, given in streamed.watch.params.items()}
    privacy = remove_stage.Params(**steps["remove_pii"])
    normal_params = normalize_text.Params(**steps["normalize_text"])
    quality = filter_by_quality_rules.Params(**steps["filter_by_quality_rules"])
    read = collect.transform(collect.read_sources(spark, [SOURCE], files), collect.Params()).cache()
    found = read.toArrow().to_pylist()
    clean = remove_stage.transform(read.where("quarantine is null"), privacy, remove_stage.SEALED_SCHEMA)
    clean = clean.drop("sealed").cache()
    cleaned = clean.toArrow().to_pylist()
    normal = normalize_text.transform(clean.where("quarantine is null"), normal_params).cache()
    rows = normal.toArrow().to_pylist()
    decided = filter_by_quality_rules.transform(normal, quality).collect()
    for frame in (read, clean, normal):
        frame.unpersist()
    removed = {decision.record_id: decision.reason for decision in decided if not decision.kept}
    counted = {row["record_id"]: dict(row["changes"] or {}) for row in cleaned}
    for row in rows:
        row["changes"] = {**counted[row["record_id"]], **dict(row["changes"] or {})}
    kept = {place(row): row for row in rows if row["record_id"] not in removed}
    bad = {place(row): row["quarantine"]["reason"] for row in (*found, *cleaned) if row["quarantine"]}
    return kept, removed, bad


def test_every_row_is_written_once_and_as_the_stages_write_it(
    streamed: Streamed, by_stages: tuple[dict[Place, Row], dict[str, str], dict[Place, str]]
) -> None:
    kept, removed, bad = by_stages
    tables = streamed.watch.tables
    stream = streamed.rows(tables.kept)
    assert {place(row): {**said(row), "id": row["record_id"]} for row in stream} == {
        where: {**said(row), "id": row["record_id"]} for where, row in kept.items()
    }
    assert len(stream) == len(kept) == 8 + 1
    assert {row["record_id"]: row["reason"] for row in streamed.rows(tables.rejected)} == removed
    assert sorted(place(row) for row in streamed.rows(tables.rejected)) == [("a.jsonl", 3), (SECOND, 2)]
    quarantined = {place(row): row["quarantine"]["reason"] for row in streamed.rows(tables.quarantined)}
    assert quarantined == bad
    assert len(quarantined) == len(streamed.rows(tables.quarantined)) == 3
    assert bad["a.jsonl", 4] == "personal_data_dropped"
    assert [folder.name for folder in tables.work.iterdir()] == ["batch-1"]


def test_a_batch_that_is_taken_up_again_is_dealt_out_as_it_was_settled(streamed: Streamed) -> None:
    assert streamed.told[0].startswith("batch 0: taken up again, 11 rows in: 8 kept, 1 rejected, 2 quarantined")
    assert streamed.told[1].startswith("batch 1: 1 files, 3 rows in: 1 kept, 1 rejected, 1 quarantined")
    assert len(streamed.told) == 2


def test_files_and_rows_get_the_same_answers(streamed: Streamed, tmp_path: Path) -> None:
    stream = {place(row): said(row) for row in streamed.rows(streamed.watch.tables.kept)}
    files, steps = sorted(streamed.folder.glob("*.jsonl")), streamed.watch.params
    clean_files(files, tmp_path / "out.jsonl", Cleaning(steps, SOURCE, tmp_path / "media", "canonical"))
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert {place(row): said(row) for row in written} == stream
    cleaner = Cleaner(steps)
    outcomes = [cleaner.clean({**row, "record_id": "1"}) for file in files for row in collect_file(file, SOURCE)]
    assert {place(o.row): said(o.row) for o in outcomes if o.fate == "kept"} == stream


def test_strings_get_the_same_answers(streamed: Streamed) -> None:
    by_text = {row["text"] for row in streamed.rows(streamed.watch.tables.kept) if row["kind"] == "text"}
    policy = PrivacyParams(policy=POLICY)
    texts = [SHAPES[name]["text"] for name in ("text", "odd characters")]
    by_hand = {normal_form(remove_pii(text, policy).text).text for text in texts}
    assert by_text == by_hand
    assert not any(verdict.action == "remove" for text in by_hand for verdict in judge_text(text))


def test_each_operator_did_its_work_and_one_person_is_one_person(streamed: Streamed) -> None:
    for row in streamed.rows(streamed.watch.tables.kept):
        shown = json.dumps(said(row), ensure_ascii=False, default=str)
        assert not any(value in shown for value in (PHONE, MAIL, CARD, NAME))
    (turns,) = [row for row in streamed.rows(streamed.watch.tables.kept) if place(row) == ("a.jsonl", 8)]
    name = turns["messages"][0]["content"].removeprefix("我叫").partition("，")[0]
    assert len(name) == 3 and all(name in turn["content"] for turn in turns["messages"])
    assert "w***@example.com" in turns["messages"][2]["content"] and "<PHONE_" in turns["messages"][0]["content"]


def test_the_mapping_is_sealed_once_a_row(streamed: Streamed) -> None:
    sealed = streamed.rows(streamed.watch.tables.mapping)
    key = base64.b64decode(SECRETS[KEY_VARIABLE])
    opened = {row["record_id"]: open_sealed(row["record_id"], row["sealed"], key) for row in sealed}
    kept = {row["record_id"]: row for row in streamed.rows(streamed.watch.tables.kept)}
    assert len(opened) == len(sealed)
    assert set(opened) == {
        name for name, row in kept.items() if dict(row["changes"]).keys() & {"PERSON", "PHONE_NUMBER"}
    }
    assert all(PHONE in {item.original for item in replaced} for replaced in opened.values())


def test_no_secret_is_written_or_told(
    spark: SparkSession, streamed: Streamed, capfd: pytest.CaptureFixture[str]
) -> None:
    lake = streamed.watch.lake
    salt, key = SECRETS[SALT_VARIABLE], SECRETS[KEY_VARIABLE]
    secret = [text.encode() for text in (salt, key, salt.encode().hex())] + [base64.b64decode(key)]
    files = [file for file in lake.rglob("*") if file.is_file()]
    assert {"commits", "offsets", "_delta_log"} <= {file.parent.name for file in files}
    for file in files:
        assert not any(value in file.read_bytes() for value in secret), file
    # Parquet packs its pages, so that a table is looked through as what it says.
    tables = streamed.watch.tables
    for table in (tables.read, tables.kept, tables.rejected, tables.quarantined, tables.mapping):
        assert not any(value in repr(streamed.rows(table)).encode() for value in secret)
    shown = [*streamed.told, *(f"{k}={v}" for k, v in spark.sparkContext.getConf().getAll()), repr(streamed.watch)]
    shown += [f"{k}={spark.conf.get(k)}" for k in ("spark.app.name", "spark.executorEnv.PYTHONPATH")]
    assert not any(value.decode("latin-1") in text for text in (*shown, *capfd.readouterr()) for value in secret)
    assert not any(value in text for text in streamed.told for value in (PHONE, NAME, CALL))


def test_files_that_java_cannot_open_are_counted(tmp_path: Path) -> None:
    write(tmp_path / SECOND, SHAPES["text"])
    assert clean_stream.count_unreadable_names(tmp_path) == 0
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/logs\xff.jsonl")).touch()
    except OSError:
        pytest.skip("this file system takes no such name")
    assert clean_stream.count_unreadable_names(tmp_path) == 1


def test_a_stream_belongs_to_its_folder(tmp_path: Path) -> None:
    def watch(folder: str) -> Watch:
        return Watch(tmp_path / folder, tmp_path / "lake", "shop", {}, SOURCE, SparkSettings())

    first = clean_stream.own_stream(watch("a"), tmp_path)
    assert clean_stream.own_stream(watch("a"), tmp_path) == first
    with pytest.raises(WrongStream, match="--name"):
        clean_stream.own_stream(watch("b"), tmp_path)
    (tmp_path / "stream.json").unlink()
    Path(watch("a").tables.read, "_delta_log").mkdir(parents=True)
    with pytest.raises(WrongStream, match="checkpoint"):
        clean_stream.own_stream(watch("a"), tmp_path)
