from __future__ import annotations

import shutil

import orjson
import pytest

from jobs.release.ledger import find
from jobs.release.reading import read_rows


def test_reads_what_the_files_hold_in_their_order(shop, record):
    published = shop.publish([record(n, split="test" if n == 3 else "train") for n in range(6)])
    (train,) = [file for file in published.release.files if file.split == "train"]
    lines = (published.folder / train.path).read_bytes().splitlines()
    assert list(read_rows(published.release, split="train")) == [orjson.loads(line) for line in lines]


def test_an_old_release_reads_the_same_after_a_new_one(shop, record):
    before = list(read_rows(shop.publish([record(1), record(2)]).release))
    shop.publish([record(3)])
    assert list(read_rows(find(shop.layout, "1.0.0"))) == before


def test_limit_split_and_format(shop, record):
    rows = [record(1), record(2, split="test"), record(3)]
    release = shop.publish(rows).release
    assert len(list(read_rows(release, limit=2))) == 2
    (only,) = read_rows(release, split="test", format="alpaca")
    assert only["instruction"].endswith("2")


def test_plain_text_reads_as_text(shop, record):
    said = record(1)
    plain = {**record(2), "kind": "text", "messages": [], "text": "一段正文"}
    release = shop.publish([said, plain]).release
    first, second = read_rows(release)
    assert first["messages"][1]["role"] == "assistant"
    assert second["text"] == "一段正文"
    assert list(read_rows(release, format="chatml")) == [first]


def test_a_wrong_split_or_format_names_those_there_are(shop, record):
    release = shop.publish([record(1)]).release
    with pytest.raises(ValueError, match="no split 'dev'; expected one of train"):
        read_rows(release, split="dev")
    with pytest.raises(ValueError, match="unknown format 'xml'"):
        read_rows(release, format="xml")


def test_a_table_that_is_gone_is_named(shop, record):
    release = shop.publish([record(1)]).release
    shutil.rmtree(release.table.path)
    with pytest.raises(FileNotFoundError, match="no Delta table version 0 at"):
        list(read_rows(release))
