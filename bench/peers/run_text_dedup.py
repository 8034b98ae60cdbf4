"""text-dedup's command ``python -m text_dedup.minhash`` with its config.toml, on one process."""

import os
import subprocess
import sys

import pyarrow as pa
from rows_in import arguments, write_kept

CONFIG = """
[input]
input_type = "local_files"
file_type = "json"
[input.read_arguments]
path = "json"
data_files = "{rows}"
split = "train"
cache_dir = "{scratch}/cache"
[algorithm]
algorithm_name = "minhash"
text_column = "text"
seed = 42
num_proc = 1
num_perm = {num_perm}
threshold = {threshold}
ngram_size = {ngram_size}
min_length = {min_length}
hash_bits = 64
check_false_positive = {check_false_positive}
[output]
output_dir = "{scratch}/kept"
[debug]
enable_profiling = false
"""

rows, kept, scratch, parameters = arguments()
written = {name: str(value).lower() for name, value in parameters.items()}
with open(f"{scratch}/config.toml", "w") as file:
    file.write(CONFIG.format(rows=rows, scratch=scratch, **written))
subprocess.run([sys.executable, "-m", "text_dedup.minhash"], cwd=scratch, check=True)
ids = []
for folder, _, names in os.walk(f"{scratch}/kept"):
    for name in sorted(names):
        if name.endswith(".arrow"):
            with pa.memory_map(os.path.join(folder, name)) as source:
                ids += pa.ipc.open_stream(source).read_all().column("id").to_pylist()
write_kept(kept, ids)
