"""datatrove's four steps of MinHash deduplication on one worker, as in its examples/minhash_deduplication.py."""

import json
import os

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter
from datatrove.utils.hashing import HashConfig
from datatrove.utils.typeshelper import Languages
from rows_in import arguments, write_kept


def main():
    rows, kept, scratch, parameters = arguments()
    config = MinhashConfig(
        n_grams=parameters["n_grams"],
        num_buckets=parameters["buckets"],
        hashes_per_bucket=parameters["hashes"],
        hash_config=HashConfig(precision=64),
    )
    language = getattr(Languages, parameters["language"])

    def reader():
        folder, name = os.path.split(rows)
        return JsonlReader(folder, glob_pattern=name)

    steps = (
        [reader(), MinhashDedupSignature(output_folder=f"{scratch}/signatures", config=config, language=language)],
        [MinhashDedupBuckets(f"{scratch}/signatures", output_folder=f"{scratch}/buckets", config=config)],
        [MinhashDedupCluster(f"{scratch}/buckets", output_folder=f"{scratch}/remove", config=config)],
        [reader(), MinhashDedupFilter(f"{scratch}/remove"), JsonlWriter(f"{scratch}/kept", compression=None)],
    )
    for number, (pipeline, tasks) in enumerate(zip(steps, (1, config.num_buckets, 1, 1))):
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=f"{scratch}/logs/{number}").run()
    with open(f"{scratch}/kept/00000.jsonl", "rb") as file:
        write_kept(kept, [json.loads(line)["id"] for line in file])


# Its workers import this file again.
if __name__ == "__main__":
    main()
