from __future__ import annotations

import hashlib
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest

from jobs.release.acceptance import AcceptanceError
from jobs.release.ledger import BrokenReleaseError, ReleaseExistsError, releases, verify
from jobs.release.publishing import ClosedGateError, EmptyReleaseError
from jobs.spec import Acceptance

# What goes beside a release in ChatML, one for each trainer.
TRAINERS = ("axolotl.yaml", "llamafactory.yaml", "openai.py", "swift.yaml", "trl.py", "unsloth.py")


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def folders(shop) -> list[str]:
    return sorted(path.name for path in shop.layout.releases.iterdir() if path.is_dir())


def test_a_release_holds_files_passport_and_manifest(shop, record):
    published = shop.publish([record(1), record(2, split="test"), record(3)])
    assert published.created
    assert published.folder == shop.layout.releases / "1.0.0"
    assert names(published.folder) == {
        "data/chatml/train.jsonl",
        "data/chatml/test.jsonl",
        "dataset_info.json",
        "passport.json",
        "passport.md",
        "release.json",
        *(f"trainers/{name}" for name in TRAINERS),
    }
    assert {(file.split, file.rows) for file in published.release.files} == {("train", 2), ("test", 1)}
    assert releases(shop.layout) == [published.release]
    assert verify(shop.layout, published.release) == []
    passport = orjson.loads((published.folder / "passport.json").read_bytes())
    assert passport["identity"]["version"] == "1.0.0"
    assert passport["origin"][0]["rows_collected"] == 10


def test_rows_are_in_the_format_that_was_asked_for(shop, specification, record):
    exports = [{"format": "chatml"}, {"format": "alpaca"}, {"format": "sharegpt"}]
    published = shop.publish([record(1)], specification=specification(exports=exports))
    lines = {file.format: orjson.loads((published.folder / file.path).read_bytes()) for file in published.release.files}
    assert [message["role"] for message in lines["chatml"]["messages"]] == ["user", "assistant"]
    assert lines["alpaca"]["output"] == lines["chatml"]["messages"][1]["content"]
    assert [turn["from"] for turn in lines["sharegpt"]["conversations"]] == ["human", "gpt"]
    info = orjson.loads((published.folder / "dataset_info.json").read_bytes())
    assert {entry["file_name"] for entry in info.values()} == {file.path for file in published.release.files}


def test_stored_images_come_along_and_paths_lead_to_them(shop, specification, record):
    digest = hashlib.sha256(b"image").hexdigest()
    path = f"media/{digest[:2]}/{digest}.png"
    stored = Path(shop.layout.table("collect", "raw")).parent / path
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"image")
    media = [{"type": "image", "path": p, "sha256": None} for p in (path, path, "elsewhere/b.png")]
    rows = [{**record(1), "media": media}, {**record(2), "media": media[:1]}]
    exports = [{"format": "sharegpt"}, {"format": "swift"}]
    published = shop.publish(rows, specification=specification(exports=exports))
    assert [n for n in names(published.folder) if n.startswith("media/")] == [path]
    for file in published.release.files:
        for line in (published.folder / file.path).read_bytes().splitlines():
            assert (published.folder / orjson.loads(line)["images"][0]).read_bytes() == b"image"
    # LLaMA-Factory does not read ms-swift's rows.
    assert list(orjson.loads((published.folder / "dataset_info.json").read_bytes())) == ["shop_sharegpt_train"]
    assert verify(shop.layout, published.release) == []
    (published.folder / path).chmod(0o644)
    (published.folder / path).write_bytes(b"imago")
    assert verify(shop.layout, published.release) == [
        f"{path}: its content has changed, the sha256 is not the one in release.json"
    ]
    passport = (published.folder / "passport.md").read_text("utf-8")
    assert "in the folder trainers" in passport
    assert "no stage looks into any of them for personal data" in passport


def test_rows_that_a_format_cannot_hold_are_counted(shop, specification, record):
    said = record(1)
    plain = {**record(2), "kind": "text", "messages": [], "text": "一段正文"}
    unanswered = {**record(3), "messages": said["messages"][:1]}
    exports = [{"format": "chatml"}, {"format": "alpaca"}]
    published = shop.publish([said, plain, unanswered], specification=specification(exports=exports))
    chatml, alpaca = published.release.files
    assert (chatml.rows, sum(chatml.refused.values()), chatml.out_of_order) == (2, 1, 1)
    assert (alpaca.rows, sum(alpaca.refused.values()), alpaca.out_of_order) == (1, 2, 0)
    passport = (published.folder / "passport.md").read_text("utf-8")
    assert "2 rows are not in the files of alpaca" in passport
    assert "1 dialogues in the files of chatml have turns that do not alternate" in passport


def test_a_format_that_holds_no_row_stops_the_release(shop, record):
    plain = {**record(1), "kind": "text", "messages": [], "text": "一段正文"}
    with pytest.raises(EmptyReleaseError, match=r"no row fits the format chatml .*change `exports`"):
        shop.publish([plain])
    assert folders(shop) == []


def test_a_file_without_a_row_is_not_offered_to_the_trainer(shop, record):
    plain = {**record(1), "kind": "text", "messages": [], "text": "一段正文", "split": "test"}
    published = shop.publish([plain, record(2)])
    assert [(file.split, file.rows) for file in published.release.files] == [("train", 1), ("test", 0)]
    info = orjson.loads((published.folder / "dataset_info.json").read_bytes())
    assert list(info) == ["shop_chatml_train"]


def test_a_row_without_a_known_split_stops_the_release(shop, record):
    with pytest.raises(ValueError, match=r"row 0+1 of publish@v0: expected a split of train, .* came 'dev'"):
        shop.publish([record(1, split="dev")])
    assert folders(shop) == []


def test_files_are_read_only(shop, record):
    folder = shop.publish([record(1)]).folder
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o444}


def test_the_same_content_is_released_once(shop, record):
    first = shop.publish([record(1)])
    again = shop.publish([record(1)], run_id="run-2", code_commit="another")
    assert (first.created, again.created) == (True, False)
    assert again.release == first.release
    assert again.folder == first.folder
    assert [release.run_id for release in releases(shop.layout)] == ["run-1"]
    assert folders(shop) == ["1.0.0"]


def test_other_content_gets_the_next_patch_and_building_twice_makes_one(shop, record):
    shop.publish([record(1)])
    second, again = shop.publish([record(2)]), shop.publish([record(2)])
    assert (second.release.version, second.created) == ("1.0.1", True)
    assert (again.release.version, again.created) == ("1.0.1", False)


def test_other_content_is_refused_where_the_policy_says_so(shop, record):
    first = shop.publish([record(1)])
    before = (first.folder / "release.json").read_bytes()
    with pytest.raises(ReleaseExistsError, match=r"raise `version` in the specification"):
        shop.publish([record(2)], policy="refuse")
    assert not shop.publish([record(1)], policy="refuse").created
    assert (first.folder / "release.json").read_bytes() == before
    assert folders(shop) == ["1.0.0"]


def test_files_do_not_depend_on_run_or_place(shop, tmp_path, record, other_shop):
    rows = [record(n) for n in range(5)]
    here, there = shop.publish(rows).release, other_shop.publish(rows, run_id="other").release
    assert here.content_digest == there.content_digest
    assert here.files == there.files


def test_nothing_is_written_when_a_target_is_missed(shop, specification, record):
    strict = specification(acceptance=[Acceptance(measure="rows", at_least=2)])
    with pytest.raises(AcceptanceError):
        shop.publish([record(1)], specification=strict)
    assert not shop.layout.releases.exists()


def test_a_missed_target_that_warns_is_in_the_passport(shop, specification, record):
    lenient = specification(acceptance=[Acceptance(measure="rows", at_least=2, otherwise="warn")])
    published = shop.publish([record(1)], specification=lenient)
    assert not published.release.acceptance[0].passed
    assert "Acceptance target rows: expected at least 2, measured 1" in (published.folder / "passport.md").read_text(
        "utf-8"
    )


def test_nothing_is_published_past_a_closed_gate(shop, record):
    table = shop.table([record(1)])
    reports = shop.reports(table, 1)
    closed = [reports[0].model_copy(update={"gate": "critical", "gate_message": "unaccounted is 3"}), reports[1]]
    with pytest.raises(ClosedGateError, match=r"collect \(unaccounted is 3\)"):
        shop.publish([], table=table, stages=closed)
    assert not shop.layout.releases.exists()


def test_an_empty_table_is_no_release(shop):
    with pytest.raises(EmptyReleaseError, match="publish@v0 has no row"):
        shop.publish([])


def test_a_failure_on_the_way_leaves_nothing(shop, record):
    broken = shop.layout.releases / "0.9.0"
    broken.mkdir(parents=True)
    (broken / "release.json").write_text("{")
    with pytest.raises(BrokenReleaseError):
        shop.publish([record(1)])
    assert folders(shop) == ["0.9.0"]


@pytest.mark.parametrize("moment", ["train.jsonl", "1.0.0"])
def test_a_killed_run_leaves_no_release_and_the_next_one_clears_up(shop, tmp_path, record, moment):
    """The process dies by SIGKILL while it writes, or when all is written, just before it is moved into place."""
    table = shop.table([record(1)])
    program = f"""
import os, signal, sys
sys.path[:0] = {[str(Path(__file__).parent), str(Path.cwd())]!r}
from pathlib import Path
from conftest import Shop
from jobs.lake.versions import TableVersion
sys.addaudithook(
    lambda event, args: event == "os.rename"
    and Path(args[1]).name == {moment!r}
    and os.kill(os.getpid(), signal.SIGKILL)
)
Shop(Path({str(tmp_path)!r})).publish([], table=TableVersion(path={table.path!r}, version={table.version}))
"""
    died = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    (left,) = folders(shop)
    assert (shop.layout.releases / left / "release.json").is_file() == (moment == "1.0.0")
    assert releases(shop.layout) == []
    assert shop.publish([], table=table).created
    assert folders(shop) == ["1.0.0"]


def test_a_folder_in_the_way_is_named_and_left_alone(shop, record):
    taken = shop.layout.releases / "1.0.0"
    taken.mkdir(parents=True)
    (taken / "mine.txt").write_text("mine")
    with pytest.raises(ReleaseExistsError, match="taken by something that is no release"):
        shop.publish([record(1)])
    assert [path.name for path in taken.iterdir()] == ["mine.txt"]


def test_runs_at_the_same_time_take_turns(shop, record):
    """No version is given out twice, and none clears another's folder away."""
    tables = [shop.table([record(number)]) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        published = list(pool.map(lambda table: shop.publish([], table=table), tables))
    assert sorted(p.release.version for p in published) == ["1.0.0", "1.0.1", "1.0.2", "1.0.3"]
    assert all(verify(shop.layout, p.release) == [] for p in published)
