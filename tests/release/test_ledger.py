from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.lake.versions import TableVersion
from jobs.release.ledger import (
    BrokenReleaseError,
    ReleaseExistsError,
    ReleaseNotFoundError,
    already_released,
    find,
    next_version,
    parse_reference,
    pins,
    releases,
    verify,
)
from jobs.release.model import DataFile, VersionNumber, content_digest

numbers = st.builds(VersionNumber, *[st.integers(0, 12)] * 3)
versions = numbers.map(str)


@given(numbers)
def test_a_version_reads_back(number):
    assert VersionNumber.parse(str(number)) == number


@given(st.lists(numbers))
def test_versions_order_as_numbers(found):
    assert [VersionNumber.parse(str(n)) for n in sorted(found)] == sorted(found)
    assert VersionNumber.parse("1.10.0") > VersionNumber.parse("1.9.9")


@pytest.mark.parametrize("text", ["1.0", "1.0.0.0", "v1.0.0", "01.0.0", "1.0.-1", "1.0.x", "", "1..0", "1.0.٣"])
def test_what_is_no_version_is_refused(text):
    with pytest.raises(ValueError, match=r"MAJOR\.MINOR\.PATCH"):
        VersionNumber.parse(text)


@given(versions, st.sets(versions))
def test_the_next_version_is_free_and_the_newest_of_its_line(wanted, existing):
    found = VersionNumber.parse(next_version(wanted, existing, "next_patch"))
    number = VersionNumber.parse(wanted)
    taken = {VersionNumber.parse(version) for version in existing}
    assert found not in taken
    assert found[:2] == number[:2]
    assert found >= number
    if number in taken:
        assert all(found > version for version in taken if version[:2] == number[:2])
    else:
        assert found == number


@given(versions, st.sets(versions))
def test_refusing_never_gives_another_version(wanted, existing):
    if wanted in existing:
        with pytest.raises(ReleaseExistsError, match=r"when_version_exists: next_patch"):
            next_version(wanted, existing, "refuse")
    else:
        assert next_version(wanted, existing, "refuse") == wanted


@given(st.lists(st.tuples(st.text("abc/", min_size=1), st.text("0123", min_size=4)), unique=True), st.randoms())
def test_the_digest_knows_content_and_nothing_else(files, random):
    def data(pairs, rows):
        return [DataFile(path=p, format="chatml", split="train", rows=rows, bytes=1, sha256=s) for p, s in pairs]

    shuffled = random.sample(files, len(files))
    assert content_digest(data(files, 1)) == content_digest(data(shuffled, 2))
    assert content_digest(data(files, 1)) != content_digest(data([*files, ("new", "0")], 1))


@pytest.mark.parametrize(
    ("text", "parsed"), [("shop@1.0.0", ("shop", "1.0.0")), ("shop", ("shop", None)), ("a_1@10.2.3", ("a_1", "10.2.3"))]
)
def test_references(text, parsed):
    assert parse_reference(text) == parsed


@pytest.mark.parametrize("text", ["", "@1.0.0", "shop@", "shop@1", "../etc@1.0.0", "Shop", "shop@1.0.0@2.0.0", "a/b"])
def test_what_is_no_reference_is_refused(text):
    with pytest.raises(ValueError, match="expected NAME@MAJOR"):
        parse_reference(text)


def test_newest_version_is_last_and_found_without_a_number(shop, specification, record):
    for version in ("1.10.0", "1.9.0"):
        shop.publish([record(1)], specification=specification(version=version))
    assert [release.version for release in releases(shop.layout)] == ["1.9.0", "1.10.0"]
    assert find(shop.layout).version == "1.10.0"
    assert find(shop.layout, "1.9.0").reference == "shop@1.9.0"


def test_what_is_not_there_names_what_is(shop, record):
    with pytest.raises(ReleaseNotFoundError, match=r"none yet; `gristmill build`"):
        find(shop.layout)
    shop.publish([record(1)])
    with pytest.raises(ReleaseNotFoundError, match=r"no release shop@2\.0\.0 .* Released: shop@1\.0\.0"):
        find(shop.layout, "2.0.0")


def test_pins_every_table_of_every_release(shop, record):
    first = shop.publish([record(1)]).release
    second = shop.publish([record(2)]).release
    assert first.table != second.table
    raw = TableVersion(path=shop.layout.table("collect", "raw"), version=0)
    assert pins(shop.layout) == {raw, first.table, second.table}


def test_a_broken_manifest_is_not_passed_over(shop, record):
    folder = shop.publish([record(1)]).folder
    manifest = folder / "release.json"
    manifest.chmod(0o644)
    manifest.write_text('{"name": "shop"}')
    with pytest.raises(BrokenReleaseError, match=r"1\.0\.0/release\.json: cannot be read"):
        pins(shop.layout)


def test_a_release_under_another_name_is_not_taken_for_it(shop, record):
    folder = shop.publish([record(1)]).folder
    folder.rename(folder.with_name("3.0.0"))
    with pytest.raises(BrokenReleaseError, match=r"expected shop@3\.0\.0, came shop@1\.0\.0"):
        releases(shop.layout)


def test_folders_that_are_no_release_are_passed_over(shop, record):
    folder = shop.publish([record(1)]).folder
    folder.with_name("2.0.0").mkdir()
    folder.with_name("my copy").mkdir()
    (folder.with_name("my copy") / "release.json").write_text("{}")
    assert [release.version for release in releases(shop.layout)] == ["1.0.0"]


def test_verify_finds_what_was_tampered_with(shop, record):
    published = shop.publish([record(1), record(2, split="test")])
    release, folder = published.release, published.folder
    assert verify(shop.layout, release) == []
    train, test = folder / "data/chatml/train.jsonl", folder / "data/chatml/test.jsonl"
    train.chmod(0o644)
    train.write_bytes(train.read_bytes().replace("明天".encode(), "后天".encode()))
    test.unlink()
    (folder / "passport.md").chmod(0o644)
    (folder / "passport.md").write_text("shorter")
    (folder / "note.txt").write_text("mine")
    assert [problem.split(":")[0] for problem in verify(shop.layout, release)] == [
        "data/chatml/test.jsonl",
        "data/chatml/train.jsonl",
        "passport.md",
        "note.txt",
    ]


def test_content_is_recognised_by_policy(shop, record):
    first = shop.publish([record(1)]).release
    second = shop.publish([record(2)]).release
    both, digest = [second, first], second.content_digest
    assert second.version == "1.0.1"
    assert already_released(both, "1.0.0", digest, "next_patch") == second
    assert already_released(both, "1.0.0", digest, "refuse") is None
    assert already_released(both, "1.0.2", digest, "next_patch") is None
    assert already_released(both, "1.1.0", digest, "next_patch") is None
