"""The house rules that a machine can check: file length, docstrings, no registry's address, README commands."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 320
# A longer file has a reason, and it stands here.
LONGER: dict[str, str] = {}
CODE = (".py", ".js", ".html", ".css", ".sh")
# Written in two halves, or this file would be the one that names them.
HOSTS = tuple(
    first + second
    for first, second in (
        ("pypi", ".org"),
        ("files.python", "hosted.org"),
        ("repo1.maven", ".org"),
        ("repo.maven", ".apache.org"),
        ("maven.central", ".com"),
        ("registry.npm", "js.org"),
        ("proxy.go", "lang.org"),
        ("crates", ".io"),
        ("deb.debian", ".org"),
        ("pypi.tuna", ".tsinghua"),
        ("mirrors.ali", "yun.com"),
    )
)


def committed() -> list[Path]:
    """What git tracks or would track; in a copy without git, every file outside the folders that tools make."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        command = [git, "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
        return [path for name in sorted(filter(None, names)) if (path := ROOT / name).is_file()]
    made = {".venv", ".git", "__pycache__", "lake", "build", "dist", ".mypy_cache", ".ruff_cache", ".hypothesis"}
    return [p for p in sorted(ROOT.rglob("*")) if p.is_file() and not made & set(p.relative_to(ROOT).parts)]


FILES = committed()


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {
        name: lines
        for path in FILES
        if path.suffix in CODE and (name := path.relative_to(ROOT).as_posix()) not in LONGER
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert not long, f"split these, or give the reason in LONGER of {Path(__file__).name}"


def test_every_reason_is_still_needed() -> None:
    for name, reason in LONGER.items():
        assert reason, name
        assert len((ROOT / name).read_text("utf-8").splitlines()) > LONGEST, f"{name} is short now: drop it from LONGER"


def test_no_committed_file_names_a_registry() -> None:
    named = [
        f"{path.relative_to(ROOT)} names {host}"
        for path in FILES
        for host in HOSTS
        if host.encode() in path.read_bytes()
    ]
    assert not named, "packages are named, never where they are fetched from: the user's own mirror has to work"


def test_every_public_module_says_what_it_is_for() -> None:
    silent = []
    for path in FILES:
        parts = path.relative_to(ROOT).parts
        public = path.suffix == ".py" and parts[0] in {"jobs", "flows", "examples"}
        text = path.read_text("utf-8") if public else ""
        if text.strip() and not ast.get_docstring(ast.parse(text)):
            silent.append(str(path.relative_to(ROOT)))
    assert not silent


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|raise NotImpl" + r"ementedError")
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        if path.suffix == ".py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert not left


def make_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z][\w-]*):", text, re.MULTILINE))


@pytest.mark.parametrize("readme", sorted(path.name for path in ROOT.glob("README*.md")))
def test_the_readme_names_only_commands_that_exist(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    named = set(re.findall(r"(?:^|[\s`])make ([a-z][\w-]*)", code))
    assert named <= make_targets(), f"the Makefile has no {sorted(named - make_targets())}"


def test_make_alone_lists_every_command() -> None:
    make = shutil.which("make")
    if not make:
        pytest.skip("no make on this machine; the README gives the plain commands")
    listed = subprocess.run([make, "-C", str(ROOT), "-s"], capture_output=True, text=True, check=True).stdout
    assert make_targets() - {"help"} <= set(re.findall(r"^ *make ([\w-]+)", listed, re.MULTILINE))
