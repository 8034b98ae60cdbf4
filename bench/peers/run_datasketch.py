"""datasketch as its documentation uses it for deduplication: query the index, insert what has no neighbour yet."""

from datasketch import MinHash, MinHashLSH
from rows_in import arguments, character_runs, read, shingles, write_kept

rows, kept, _, parameters = arguments()
permutations = parameters["num_perm"]
lsh = MinHashLSH(
    threshold=parameters["threshold"], num_perm=permutations, weights=tuple(parameters.get("weights", (0.5, 0.5)))
)
stay = []
empty = MinHash(num_perm=permutations)
characters = parameters.get("characters")
for name, text in read(rows):
    # A copy shares the permutations, which are dear to make.
    sketch = empty.copy()
    found = character_runs(text, characters) if characters else shingles(text)
    sketch.update_batch([shingle.encode() for shingle in found])
    if not lsh.query(sketch):
        lsh.insert(name, sketch)
        stay.append(name)
print("bands, rows:", lsh.b, lsh.r)
write_kept(kept, stay)
