"""What makes two runs the same run: the code that a stage reaches, and equal values in any order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.lake import fingerprint
from jobs.lake.fingerprint import code_commit, code_hash, digest, file_digest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small house of modules: a stage that imports another module, which imports a third; a fourth stands apart."""
    for name, text in {
        "jobs/__init__.py": "",
        "jobs/stages/__init__.py": "",
        "jobs/stages/one.py": "from jobs.text import words\nimport json\n",
        "jobs/stages/two.py": "from jobs.text.words import count\n",
        "jobs/text/__init__.py": "",
        "jobs/text/words.py": "def count():\n    from jobs.deep import depth\n    return depth\n",
        "jobs/deep.py": "depth = 1\n",
        "jobs/apart.py": "x = 1\n",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    return tmp_path


def fresh(module: str) -> str:
    """The hash without the memory of this process."""
    return code_hash.__wrapped__(module)


@pytest.mark.parametrize("file", ["jobs/stages/one.py", "jobs/text/words.py", "jobs/deep.py", "jobs/text/__init__.py"])
def test_a_change_anywhere_below_a_stage_changes_its_hash(house: Path, file: str) -> None:
    before = fresh("jobs.stages.one")
    (house / file).write_text((house / file).read_text() + "\ny = 2\n")
    assert fresh("jobs.stages.one") != before


@pytest.mark.parametrize("file", ["jobs/apart.py", "jobs/stages/two.py", "README.md"])
def test_a_change_elsewhere_does_not(house: Path, file: str) -> None:
    before = fresh("jobs.stages.one")
    (house / file).write_text("z = 3\n")
    assert fresh("jobs.stages.one") == before


def test_a_table_that_the_code_names_counts_and_another_does_not(house: Path) -> None:
    (house / "jobs/deep.py").write_text('WEIGHTS = "data/weights.txt"\n')
    (house / "jobs/text/data").mkdir()
    hashes = []
    for weights, other in (("1", "1"), ("1", "2"), ("2", "2")):
        (house / "jobs/text/data/weights.txt").write_text(weights)
        (house / "jobs/text/data/other.txt").write_text(other)
        hashes.append(fresh("jobs.stages.one"))
    assert hashes[0] == hashes[1] != hashes[2]


def test_modules_that_import_each_other_do_not_go_round_for_ever(house: Path) -> None:
    (house / "jobs/deep.py").write_text("import jobs.text.words\ndepth = 1\n")
    assert len(fresh("jobs.stages.one")) == 32


def test_two_stages_have_two_hashes() -> None:
    assert code_hash("jobs.stages.collect") != code_hash("jobs.stages.split")


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.integers(0, 9) | st.text(max_size=5), max_size=4))
def test_a_digest_is_of_the_value_and_not_of_its_spelling(value: dict[str, object]) -> None:
    assert digest(dict(reversed(value.items()))) == digest(value)
    assert len(digest(value)) == 32


@pytest.mark.parametrize("others", [["a", "bc"], [["ab"], "c"], ["ab", "c", ""], [1, 2], [None]])
def test_a_digest_tells_values_apart(others: list[object]) -> None:
    assert digest(others) != digest(["ab", "c"])


def test_a_digest_is_the_same_in_another_process() -> None:
    code = "from jobs.lake.fingerprint import digest; print(digest({'b': [1, '二'], 'a': None}))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told.strip() == digest({"a": None, "b": [1, "二"]})


def test_a_files_digest_is_its_sha256(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    assert file_digest(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"]
    done = subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_code_commit_says_whether_the_work_tree_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text("a = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert code_commit.__wrapped__() == head
    (tmp_path / "a.py").write_text("a = 2\n")
    assert code_commit.__wrapped__() == f"{head}+changes"


def test_without_git_the_code_is_known_by_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    assert code_commit.__wrapped__().startswith("gristmill ")
