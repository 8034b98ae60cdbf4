"""Who is measured, with which parameters and on which input; why these stands in docs/dedup.md."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench" / "peers"
HOME = Path(os.environ.get("GRISTMILL_PEERS_DEDUP") or Path.home() / ".cache" / "gristmill" / "peers-dedup")


@dataclass(frozen=True)
class Contender:
    """One tool with one set of parameters.

    Attributes:
        peer: its environment and runner (bench/peers); None for ours.
        largest: rows above which it is not run, and ``why``. Variants are only run on a small input.
    """

    name: str
    peer: str | None
    parameters: dict[str, Any] = field(default_factory=dict)
    largest: int = 2_000_000
    why: str = ""

    def command(self, rows: Path, kept: Path, scratch: Path, parameters: str) -> list[str]:
        """The command that reads ``rows`` and leaves the ids that stay in ``kept``."""
        if self.peer is None:
            return [sys.executable, "-m", "bench.dedup.ours", str(scratch), str(kept), parameters]
        runner = PEERS / f"run_{self.peer.replace('-', '_')}.py"
        return [str(HOME / self.peer / "bin" / "python"), str(runner), str(rows), str(kept), str(scratch), parameters]

    def missing(self) -> str | None:
        """Why it cannot run here, in a few words."""
        if self.peer is None or (HOME / self.peer / "bin" / "python").exists():
            return None
        reason = HOME / f"{self.peer}.failed"
        return reason.read_text().strip() if reason.exists() else "not installed: bench/peers/install.sh"


PLAIN: dict[str, Any] = {"threshold": 0.8, "guards": [], "shared_text": None}
CONTENDERS = [
    # Guards and the question what two rows share forbid merges that Jaccard asks for (another number, a negation, a
    # template), so recall is compared without them, and the defaults stand beside it.
    Contender("ours", None, {"stage": PLAIN}),
    Contender("ours, over all tasks", None, {"stage": PLAIN | {"rows_in_process": 0}}),
    Contender("ours, exact then near", None, {"stage": PLAIN, "exact": True}),
    Contender("ours, defaults", None, {"stage": {"threshold": 0.8}}),
    Contender("ours, 1% increment", None, {"stage": PLAIN | {"incremental": True}, "increment": True}),
    # Weights toward few misses: 14 bands of 9; equal weights give 9 of 13, whose curve crosses one half at .84.
    Contender("datasketch", "datasketch", {"threshold": 0.8, "num_perm": 128, "weights": [0.1, 0.9]}),
    # Its users shingle themselves; runs of five characters are the custom, and five times as many in English.
    Contender(
        "datasketch, 5 characters",
        "datasketch",
        {"threshold": 0.8, "num_perm": 128, "weights": [0.1, 0.9], "characters": 5},
    ),
    Contender("datasketch, equal weights", "datasketch", {"threshold": 0.8, "num_perm": 128}, 20_000),
    # Its defaults (five words, 14 x 8), with its tokenizer for the language that most rows have.
    Contender("datatrove", "datatrove", {"n_grams": 5, "buckets": 14, "hashes": 8, "language": "chinese"}),
    # Three words and more buckets: the nearest it comes to the definition of truth.
    Contender(
        "datatrove, 3 words 20x6",
        "datatrove",
        {"n_grams": 3, "buckets": 20, "hashes": 6, "language": "chinese"},
        20_000,
    ),
    Contender(
        "datatrove, English", "datatrove", {"n_grams": 5, "buckets": 14, "hashes": 8, "language": "english"}, 20_000
    ),
    # Its default threshold and permutations; characters are what its documentation recommends for Chinese.
    Contender("data-juicer", "data-juicer", {"tokenization": "character", "window_size": 5, "jaccard_threshold": 0.7}),
    Contender(
        "data-juicer, threshold .8",
        "data-juicer",
        {"tokenization": "character", "window_size": 5, "jaccard_threshold": 0.8},
        20_000,
    ),
    Contender("rensa", "rensa", {"threshold": 0.8, "num_perm": 128}),
    Contender(
        "text-dedup",
        "text-dedup",
        {"num_perm": 240, "threshold": 0.7, "ngram_size": 5, "min_length": 5, "check_false_positive": True},
        20_000,
        "needed 18.9 GB at 100,000 rows",
    ),
    Contender("semhash (semantic)", "semhash", {"threshold": 0.9}, 100_000, "compares meanings, not shingles"),
]
