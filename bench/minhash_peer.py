"""Signature step of one peer, timed in the peer's own environment: ``python minhash_peer.py NAME TEXTS.json``.

Prints rows per CPU second, the best of three runs of about a second. From text to signature, 108 permutations, shingles
of characters by fives for datasketch and rensa as their users write them, words by fives for datatrove as its
``MinhashDedupSignature`` makes them. Only what the environment of the peer holds is imported.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BANDS, ROWS = 18, 6


def datasketch() -> Callable[[str], Any]:
    from datasketch import MinHash

    empty = MinHash(num_perm=BANDS * ROWS)

    def sign(text: str) -> Any:
        sketch = empty.copy()
        sketch.update_batch({text[k : k + 5].encode() for k in range(len(text) - 4)})
        return sketch.digest()

    return sign


def datatrove(language: str) -> Callable[[str], Any]:
    import tempfile

    from datatrove.pipeline.dedup import MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.utils.typeshelper import Languages

    config = MinhashConfig(n_grams=5, num_buckets=BANDS, hashes_per_bucket=ROWS)
    name = Languages.mandarin_chinese if language == "zh" else Languages.english
    step = MinhashDedupSignature(tempfile.mkdtemp(), config=config, language=name)
    return lambda text: step.get_signature(step.get_shingles(text))


def rensa() -> Callable[[str], Any]:
    from rensa import RMinHash

    def sign(text: str) -> Any:
        sketch = RMinHash(num_perm=BANDS * ROWS, seed=1)
        sketch.update([text[k : k + 5] for k in range(len(text) - 4)])
        return sketch.digest()

    return sign


def main() -> None:
    name, path = sys.argv[1:3]
    texts = json.loads(Path(path).read_text("utf-8"))
    language = "zh" if ord(texts[0][0]) > 0x3000 else "en"
    sign = {"datasketch": datasketch, "rensa": rensa}[name]() if name != "datatrove" else datatrove(language)
    sign(texts[0])
    best = 0.0
    for _ in range(3):
        start, done = time.process_time(), 0
        while time.process_time() - start < 1:
            sign(texts[done % len(texts)])
            done += 1
        best = max(best, done / (time.process_time() - start))
    print(best)


if __name__ == "__main__":
    main()
