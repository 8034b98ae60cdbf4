"""Delta's jars: resolved once by Spark's own resolver, kept in the cache folder, never asked of the network again."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from jobs.lake.cache import cache_folder
from jobs.lake.java import java_home

VERSION = "4.3.1"

# Delta's packages pull 33 jars (88 MB): Unity Catalog's clients and libraries that Spark has already. These four
# suffice for tables in folders. The sha256 pin them as requirements.lock pins the Python packages.
JARS = {
    "delta-spark_4.1_2.13": "ebf35a4383f0a653c3ee3c7882c0edcac2f846be31ac61af4b96ccfaaf36c171",
    "delta-storage": "577c12c7e371be4c041714fb48e88ad86e3c3512beea2bdaffbe7a4debf79718",
    "delta-kernel-api": "b081b818d6f5686c7d6406588af72c9f8baf6765a41ada8197364aef90a260e8",
    "delta-kernel-defaults": "27471cca7dd7a36289af2c8d52d2babb37e9e5a13cdaaea76730120f4c72e62f",
}
_EXCLUDED = "org.*:*,com.*:*,io.unitycatalog:*,io.delta:delta-kernel-unitycatalog"


class JarsError(RuntimeError):
    """Delta's jars are not in the cache and could not be brought there; the message says what to do."""


def delta_jars() -> list[Path]:
    """The paths of Delta's jars on this machine; the first call on a machine resolves them (about 15 s, 12 MB).

    Safe in several processes at once: one resolves, the others wait for it.

    Raises:
        JarsError: the resolver could not bring them, or brought others than the pinned ones.
    """
    folder = _folder()
    if not folder.is_dir():
        with (cache_folder("jars") / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                _resolve(folder)
    return [folder / _file_name(artifact) for artifact in JARS]


def spark_home() -> Path:
    """The folder of the installed PySpark, whose ``bin`` holds spark-submit; found without importing it.

    Raises:
        JarsError: PySpark is not installed.
    """
    found = find_spec("pyspark")
    if found is None or found.origin is None:
        raise JarsError("expected the package pyspark in this Python environment, found none; `make setup` installs it")
    return Path(found.origin).parent


def _folder() -> Path:
    return cache_folder("jars") / f"delta-{VERSION}"


def _file_name(artifact: str) -> str:
    """The name that Ivy gives a retrieved jar: organisation_module-revision.jar."""
    return f"io.delta_{artifact}-{VERSION}.jar"


def _resolve(folder: Path) -> None:
    """Let spark-submit resolve the packages for an empty program, check what came, and move it into place whole."""
    draft = Path(tempfile.mkdtemp(prefix=".resolving-", dir=folder.parent))
    try:
        program = draft / "nothing.py"
        program.write_text("")
        packages = ",".join(f"io.delta:{artifact}:{VERSION}" for artifact in JARS)
        home = spark_home()
        command = [str(home / "bin" / "spark-submit"), "--master", "local[1]", "--packages", packages]
        command += ["--exclude-packages", _EXCLUDED, "--conf", f"spark.jars.ivy={draft}", str(program)]
        environment = {
            **os.environ,
            "SPARK_HOME": str(home),
            "JAVA_HOME": str(java_home()),
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_DRIVER_PYTHON": sys.executable,
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        jars = draft / "jars"
        for artifact, expected in JARS.items():
            _check(jars / _file_name(artifact), expected, said.stdout + said.stderr)
        for extra in set(jars.iterdir()) - {jars / _file_name(artifact) for artifact in JARS}:
            extra.unlink()
        jars.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _check(jar: Path, expected: str, output: str) -> None:
    if not jar.is_file():
        told = [
            line.strip() for line in output.splitlines() if "rror" in line or "nresolved" in line or "xception" in line
        ]
        said = " | ".join(told[:3]) or "nothing"
        raise JarsError(
            f"Delta's jar {jar.name} could not be resolved; Spark's resolver said: {said}\n"
            "Delta's jars are fetched once, so this machine needs a network for the first start. Without one: set "
            "DEFAULT_ARTIFACT_REPOSITORY to a Maven mirror that it reaches, or run `make setup` on a machine with a "
            f"network and copy its cache folder's jars/delta-{VERSION} to {_folder()}."
        )
    came = hashlib.sha256(jar.read_bytes()).hexdigest()
    if came != expected:
        raise JarsError(
            f"Delta's jar {jar.name} is not the one that Gristmill was tested with: expected sha256 {expected}, came "
            f"{came}. Check the Maven mirror this machine is set up with; nothing was kept."
        )


if __name__ == "__main__":
    for path in delta_jars():
        sys.stdout.write(f"{path}\n")
