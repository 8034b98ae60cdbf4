"""How fast texts become bucket keys, beside the bound and the peers, in one run.

    python -m bench.minhash                      Chinese rows of 60, 500 and 5,000 characters, English of 500
    bench/peers/install.sh datasketch datatrove rensa        once, for the peers' columns

Rows per CPU second of one core (``time.process_time``), compiled code warm, best of five. ``bound`` decodes UTF-8 and
rolls one hash over it, which any signature must do; ``keys`` is ``band_keys_of`` at 18 bands of 6 (108 permutations),
``shingles`` the sorted distinct sets, ``jaccard`` exact comparisons of two rows per CPU second. Peers run in their own
environments (``bench/minhash_peer.py``); one that is not installed is said.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.similarity.kernels import Array, Scalar, compiled
from jobs.similarity.minhash import MinHashConfig, band_keys_of, jaccard_pairs
from jobs.similarity.shingles import content_hashes, read_utf8, shingle

HERE = Path(__file__).parent
CASES = (("zh", 60, 40_000), ("zh", 500, 8_000), ("zh", 5_000, 800), ("en", 500, 8_000))
PEERS = ("datasketch", "datatrove", "rensa")
SEED = 20261122


def main() -> None:
    columns = ("bound", "keys", "shingles", "content", "jaccard", *PEERS)
    print(f"rows per CPU second; {MinHashConfig().num_perm} permutations")
    print(f"{'':>8}", *(f"{name:>12}" for name in columns), f"{'keys/bound':>12}")
    for language, characters, count in CASES:
        texts = make_texts(language, characters, count)
        speeds = ours(texts)
        speeds.update({name: peer(name, texts[:500]) for name in PEERS})
        row = [f"{speeds[name]:>12,.0f}" if speeds[name] else f"{'absent':>12}" for name in columns]
        print(f"{language} {characters:>5}", *row, f"{speeds['keys'] / speeds['bound']:>12.2f}")
        print(f"{'':>8}", *(f"{'':>12}" for _ in range(5)), *(ratio(speeds, name) for name in PEERS), flush=True)


def ratio(speeds: dict[str, float], peer_name: str) -> str:
    """How many times a peer's speed ours is."""
    return f"{speeds['keys'] / speeds[peer_name]:>11,.0f}x" if speeds[peer_name] else f"{'':>12}"


def make_texts(language: str, characters: int, count: int) -> list[str]:
    """Rows of about ``characters`` from a seed, words and characters as frequent as Zipf has them, with punctuation."""
    random = np.random.default_rng(SEED)
    if language == "zh":
        common = 0x4E00 + random.permutation(4_000)
        places = np.minimum(random.zipf(1.3, (count, characters)), 4_000) - 1
        codes = np.where(random.random((count, characters)) < 0.08, ord("，"), common[places])
        return [row.astype("<u4").tobytes().decode("utf-32-le") for row in codes]
    letters = np.array(list("etaoinshrdlucmfwypvbgk"))
    words = ["".join(random.choice(letters, size)) for size in random.integers(2, 10, 5_000)]
    rows = np.minimum(random.zipf(1.3, (count, characters // 5)), 5_000) - 1
    return [(" ".join(words[k] for k in row) + ".")[:characters] for row in rows]


def ours(texts: list[str]) -> dict[str, float]:
    """Rows per CPU second of each of our steps, and of the bound."""
    column, config = pa.array(texts, pa.large_string()), MinHashConfig()
    read, sets = read_utf8(column), shingle(column)
    left = np.random.default_rng(SEED).integers(0, len(texts), 20_000)
    steps: dict[str, tuple[int, Callable[[], Any]]] = {
        "bound": (len(texts), lambda: rolling_hash(read.data, read.offsets)),
        "keys": (len(texts), lambda: band_keys_of(column, config)),
        "shingles": (len(texts), lambda: shingle(column)),
        "content": (len(texts), lambda: content_hashes(column)),
        "jaccard": (len(left), lambda: jaccard_pairs(sets, left, left[::-1])),
    }
    return {name: best_of(count, step) for name, (count, step) in steps.items()}


def best_of(count: int, step: Callable[[], Any]) -> float:
    """``count`` by the least CPU seconds of five calls after one that compiles."""
    step()
    spent = []
    for _ in range(5):
        start = time.process_time()
        step()
        spent.append(time.process_time() - start)
    return count / min(spent)


def peer(name: str, texts: list[str]) -> float:
    """Rows per CPU second of a peer's signature step; 0, and why on stderr, where that is absent or fails."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(texts, file)
        file.flush()
        command = [str(HERE / "peers" / "python.sh"), name, str(HERE / "minhash_peer.py"), name, file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return 0.0
    return float(done.stdout.split()[-1])


@compiled
def rolling_hash(data: Array, offsets: Array) -> npt.NDArray[np.uint64]:
    """(n,) one multiplicative hash rolled over each row's code points: the least that a signature of them can cost."""
    out = np.zeros(len(offsets) - 1, dtype=np.uint64)
    for row in range(len(out)):
        text, at, value = data[offsets[row] : offsets[row + 1]], np.uint64(0), np.uint64(0)
        while at < np.uint64(len(text)):
            code, at = decode(text, at)
            value = (value ^ code) * np.uint64(0x9E3779B97F4A7C15)
        out[row] = value
    return out


@compiled
def decode(text: Array, at: Scalar) -> tuple[Scalar, Scalar]:
    """The code point at ``at`` of sound UTF-8 and where the next one starts."""
    first, low = np.uint64(text[at]), np.uint64(0x3F)
    if first < np.uint64(0x80):
        return first, at + np.uint64(1)
    second = np.uint64(text[at + np.uint64(1)]) & low
    if first < np.uint64(0xE0):
        return (first & np.uint64(0x1F)) << np.uint64(6) | second, at + np.uint64(2)
    third = np.uint64(text[at + np.uint64(2)]) & low
    code = (first & np.uint64(0x0F)) << np.uint64(12) | second << np.uint64(6) | third
    if first < np.uint64(0xF0):
        return code, at + np.uint64(3)
    return code << np.uint64(6) | (np.uint64(text[at + np.uint64(3)]) & low), at + np.uint64(4)


if __name__ == "__main__":
    main()
