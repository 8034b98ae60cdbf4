"""rensa's own deduplicator, fed with the shingles that truth rests on: LSH, then its estimate against the threshold."""

from rensa import RMinHashDeduplicator
from rows_in import arguments, read, shingles, write_kept

rows, kept, _, parameters = arguments()
found = RMinHashDeduplicator(
    threshold=parameters["threshold"], num_perm=parameters["num_perm"], use_lsh=True, **parameters.get("lsh", {})
)
stay, batch = [], []


def flush():
    flags = found.add_pairs([(name, list(shingles(text))) for name, text in batch])
    stay.extend(name for (name, _), keep in zip(batch, flags) if keep)
    batch.clear()


for row in read(rows):
    batch.append(row)
    if len(batch) == 1000:
        flush()
flush()
write_kept(kept, stay)
