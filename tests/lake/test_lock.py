"""One build at a time: the second is told who holds the lock, and a killed holder lets go of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.lake.lock import Busy, held

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys
from pathlib import Path
from jobs.lake.lock import held
with held(Path(sys.argv[1]), "a build of shop"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "shop" / "lock"


def hold(lock: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(lock)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_told_what_runs_and_in_which_process(lock: Path) -> None:
    with held(lock, "a build of shop"), pytest.raises(Busy) as busy, held(lock, "a build of shop"):
        pass
    assert str(busy.value) == f"a build of shop is running already (process {os.getpid()}); wait for it to end"


def test_it_is_free_again_after_the_block_and_after_an_error_in_it(lock: Path) -> None:
    with held(lock, "first"):
        pass
    with pytest.raises(ZeroDivisionError), held(lock, "second"):
        raise ZeroDivisionError
    with held(lock, "third"):
        pass


def test_another_process_holds_it_until_it_is_killed(lock: Path) -> None:
    with hold(lock) as process:
        with pytest.raises(Busy, match=rf"process {process.pid}\)"), held(lock, "a build of shop"):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        with held(lock, "a build of shop"):
            assert re.fullmatch(r"\d+", lock.read_text()), "the holder's number, and nothing left of an earlier one"


def test_two_data_sets_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with held(tmp_path / "a" / "lock", "a"), held(tmp_path / "b" / "lock", "b"):
        pass
