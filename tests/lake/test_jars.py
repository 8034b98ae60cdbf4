"""Delta's jars: found without a network once they are there, checked when they come."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from jobs.lake import jars


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRISTMILL_CACHE", str(tmp_path))


def test_jars_that_are_there_start_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (tmp_path / "jars" / f"delta-{jars.VERSION}").mkdir(parents=True)
    found = jars.delta_jars()
    assert [path.name for path in found] == [f"io.delta_{name}-{jars.VERSION}.jar" for name in jars.JARS]


def test_a_jar_that_did_not_come_says_why_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(jars.JarsError) as error:
        jars._check(tmp_path / "absent.jar", "0" * 64, "resolving\n  unresolved dependency: io.delta#x\ndone")
    message = str(error.value)
    assert "unresolved dependency" in message
    assert "network" in message
    assert str(tmp_path) in message


def test_a_jar_that_is_another_one_is_refused(tmp_path: Path) -> None:
    jar = tmp_path / "a.jar"
    jar.write_bytes(b"other")
    with pytest.raises(jars.JarsError, match=hashlib.sha256(b"other").hexdigest()):
        jars._check(jar, "0" * 64, "")
    jars._check(jar, hashlib.sha256(b"other").hexdigest(), "")


def test_the_version_is_the_python_package_s() -> None:
    from importlib.metadata import version

    assert version("delta-spark") == jars.VERSION
