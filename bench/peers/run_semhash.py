"""semhash, which compares meanings (vectors) and not shingles: listed for its cost and for what it would remove.

Its default model comes from a hub that this machine cannot reach, so it is given vectors of hashed character bigrams:
a stand-in for a static embedding model, at about its cost.
"""

import zlib

import numpy as np
from rows_in import arguments, read, write_kept
from semhash import SemHash

rows, kept, _, parameters = arguments()
names, texts = map(list, zip(*read(rows)))
size = 256
random = np.random.default_rng(7)
table = random.standard_normal((1 << 16, size), dtype=np.float32)


class Bigrams:
    def encode(self, inputs, **_):
        out = np.zeros((len(inputs), size), np.float32)
        for i, text in enumerate(inputs):
            hashes = [zlib.crc32(text[k : k + 2].encode()) & 0xFFFF for k in range(max(1, len(text) - 1))]
            out[i] = table[hashes].mean(axis=0)
        return out


records = [{"id": name, "text": text} for name, text in zip(names, texts)]
found = SemHash.from_records(records, columns=["text"], model=Bigrams())
result = found.self_deduplicate(threshold=parameters["threshold"])
write_kept(kept, [record["id"] for record in result.selected])
