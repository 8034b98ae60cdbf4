"""What a command and everything that it starts cost: CPU seconds, wall seconds, peak memory of the whole tree.

CPU: this process makes itself the reaper of orphans (Linux), so every descendant is waited for by its parent or by us,
and the kernel adds up what each used. One gap is left: the children of a process that ignores SIGCHLD, as the daemon of
PySpark's workers does, are counted nowhere when they end; what they were last seen to have used is added.

Memory: every half second the proportional share (PSS: a page that two processes share counts once) of all descendants
is summed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

INTERVAL = 0.5
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, linux/prctl.h


class Usage(NamedTuple):
    """Of a process tree: user + system CPU seconds, wall seconds, peak PSS in MiB, exit code, why it was ended."""

    cpu: float
    wall: float
    peak_mib: float
    code: int
    ended: str | None


def run(command: Sequence[str], *, output: Path, limit_mib: float, limit_seconds: float, **options: Any) -> Usage:
    """Runs ``command`` to its end, its output in the file ``output``; ends its tree past a limit.

    Args:
        limit_mib: peak memory of the tree above which it is killed.
        limit_seconds: CPU seconds after which it is killed.
        options: of ``subprocess.Popen``: ``cwd``, ``env``.
    """
    ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)
    before, begun = _used(), time.monotonic()
    with output.open("wb") as log:
        child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, **options)
    watch = _Watch(child.pid, limit_mib, limit_seconds)
    watch.start()
    code = child.wait()
    wall = time.monotonic() - begun
    watch.done.set()
    watch.join()
    reaped = _reap()
    lost = sum(used for process, used in watch.unwaited.items() if process not in reaped)
    return Usage(_used() - before + lost, wall, watch.peak, code, watch.ended)


class _Watch(threading.Thread):
    """Samples the tree below ``root`` and kills it past a limit."""

    def __init__(self, root: int, limit_mib: float, limit_seconds: float) -> None:
        super().__init__(daemon=True)
        self.root, self.limit_mib, self.limit_seconds = root, limit_mib, limit_seconds
        self.peak, self.done = 0.0, threading.Event()
        self.ended: str | None = None
        self.unwaited: dict[int, float] = {}

    def run(self) -> None:
        while not self.done.wait(INTERVAL):
            tree = descendants(self.root)
            size = sum(map(_pss, tree)) / 1024
            self.peak = max(self.peak, size)
            self.unwaited |= {process: cpu_of(process)[0] for process in tree if _parent_ignores_children(process)}
            if size > self.limit_mib:
                self.ended = f"over {self.limit_mib / 1024:.0f} GiB of memory"
            elif sum(sum(cpu_of(process)) for process in tree) > self.limit_seconds:
                self.ended = f"over {self.limit_seconds:.0f} CPU seconds"
            if self.ended:
                for process in tree:
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)


def descendants(root: int) -> list[int]:
    """``root`` and all processes below it, and orphans of it in the same session."""
    parents: dict[int, int] = {}
    session = []
    for path in Path("/proc").iterdir():
        entry = path.name
        if not entry.isdigit():
            continue
        with suppress(OSError):
            # After the command's name, which may hold anything but ends with the last bracket.
            fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
            parents[int(entry)] = int(fields[1])
            if int(fields[3]) == root:
                session.append(int(entry))
    found = {root, *session}
    while new := {child for child, parent in parents.items() if parent in found} - found:
        found |= new
    return sorted(found)


def _pss(process: int) -> float:
    """KiB; 0 for a process that has gone."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return float(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return 0.0


def cpu_of(process: int) -> tuple[float, float]:
    """CPU seconds of a process itself, and of the children that it has waited for; zeros when it has gone."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        own, children = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
        return own / os.sysconf("SC_CLK_TCK"), children / os.sysconf("SC_CLK_TCK")
    return 0.0, 0.0


def _parent_ignores_children(process: int) -> bool:
    with suppress(OSError, StopIteration):
        parent = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1]
        lines = Path(f"/proc/{parent}/status").read_text().splitlines()
        ignored = next(line for line in lines if line.startswith("SigIgn:")).split()[1]
        return bool(int(ignored, 16) >> (signal.SIGCHLD - 1) & 1)
    return False


def _used() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _reap() -> set[int]:
    """Waits for orphans that were left to us, up to ten seconds; gives their ids."""
    until = time.monotonic() + 10
    reaped: set[int] = set()
    while time.monotonic() < until:
        try:
            process, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if process:
            reaped.add(process)
        else:
            time.sleep(0.05)
    return reaped
