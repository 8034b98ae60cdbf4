"""Pairs at a cosine threshold among 100k vectors: ours, exact and in cells, against brute force, on one core.

    python bench/neighbours.py [--rows 100000] [--threshold 0.9] [--vectors FILE.npy]

Prints for each way processor seconds, share of brute force's, share of the true pairs found, and peak memory above the
vectors; 0.25 of the time at 0.99 of the pairs is the target. Each way runs in a process of its own with one thread.
The vectors are made from a seed as sentence embeddings lie: clusters of unequal size in directions of falling variance;
a tenth of the rows are planted near others (cosine 0.86 to 1), a twentieth lie around 20 hubs. ``--vectors`` takes real
ones.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from jobs.similarity.cosine_blocks import compare
from jobs.similarity.neighbours import similar_pairs

Matrix = npt.NDArray[np.float32]
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
WAYS = ("brute force", "exact", "cells", "cells, 16 a row")


def make_vectors(rows: int, dimension: int = 384, seed: int = 7) -> Matrix:
    """(rows, dimension) unit vectors with planted near pairs and dense clusters."""
    draw = np.random.default_rng(seed)
    spread = 1 / np.sqrt(1 + np.arange(dimension) / 20)
    topics = draw.normal(size=(300, dimension)) * spread
    weight = 1 / (np.arange(len(topics)) + 3.0)
    planted, dense = rows // 10, rows // 20
    base = rows - planted - dense
    alone = topics[draw.choice(len(topics), base, p=weight / weight.sum())] * 0.8
    alone = _unit(alone + draw.normal(size=alone.shape) * spread)

    def near(start: npt.NDArray[np.float64], low: float) -> npt.NDArray[np.float64]:
        cosine = draw.uniform(low, 1, len(start))[:, None]
        across = draw.normal(size=start.shape) * spread
        across = _unit(across - (across * start).sum(axis=1, keepdims=True) * start)
        return start * cosine + across * np.sqrt(1 - cosine**2)

    hubs = alone[draw.choice(base, 20)]
    copies = near(alone[draw.choice(base, planted)], 0.86)
    crowd = near(hubs[draw.integers(0, len(hubs), dense)], 0.93)
    return _unit(np.vstack([alone, copies, crowd]))[draw.permutation(rows)].astype(np.float32)


def measure(way: str, vectors: Matrix, threshold: float, found: Path) -> str:
    """Runs one way; writes the pairs as left * n + right to ``found``; gives a line of figures."""
    before = memory_peak()
    start = time.process_time()
    said = ""
    if way == "brute force":
        pairs = compare(vectors, threshold)
    elif way == "exact":
        neighbours = similar_pairs(vectors, threshold, exact_rows=len(vectors))
        pairs = neighbours.pairs
    else:
        most = 16 if "16" in way else None
        neighbours = similar_pairs(vectors, threshold, exact_rows=0, most=most)
        pairs = neighbours.pairs
        cells, recall = neighbours.cells, neighbours.recall
        said = f"measured itself: {recall.pairs:.4f} of pairs, {recall.rows:.4f} by row; " + (
            f"{len(cells.centroids)} cells, margin {cells.margin:g}" if cells else "every two rows"
        )
    seconds = time.process_time() - start
    memory = memory_peak() - before
    np.save(found, np.sort(pairs.left * len(vectors) + pairs.right))
    return f"{seconds}\t{memory}\t{said}"


def memory_peak() -> float:
    """MB that this process has held at most. (``getrusage`` would start from what its parent held.)"""
    status = Path("/proc/self/status").read_text("utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--threshold", type=float, default=0.9)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--found", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        print(measure(asked.way, np.load(asked.vectors), asked.threshold, asked.found))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = asked.vectors or Path(folder) / "vectors.npy"
        if asked.vectors is None:
            np.save(file, make_vectors(asked.rows))
        print(f"{np.load(file, mmap_mode='r').shape} vectors, cosine {asked.threshold:g}, one thread")
        print(f"{'way':16} {'CPU s':>8} {'ratio':>6} {'recall':>7} {'pairs':>9} {'MB':>6}")
        true: npt.NDArray[np.int64] | None = None
        brute = 0.0
        for way in WAYS:
            found = Path(folder) / "found.npy"
            command = [sys.executable, __file__, "--way", way, "--threshold", str(asked.threshold)]
            command += ["--vectors", str(file), "--found", str(found)]
            out = subprocess.run(
                command, env=os.environ | ONE_THREAD, stdout=subprocess.PIPE, text=True, check=True
            ).stdout
            seconds, memory, said = out.rstrip("\n").split("\t")
            pairs = np.load(found)
            if true is None:
                true, brute = pairs, float(seconds)
            recall = np.isin(pairs, true, assume_unique=True).sum() / max(1, len(true))
            line = f"{way:16} {float(seconds):8.2f} {float(seconds) / brute:6.3f} {recall:7.4f} {len(pairs):9d}"
            print(f"{line} {float(memory):6.0f}  {said}", flush=True)


def _unit(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


if __name__ == "__main__":
    main()
