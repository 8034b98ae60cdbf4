"""data-juicer through its own executor, as ``dj-process --config`` runs it, on one process."""

import json

from data_juicer.config import init_configs
from data_juicer.core import DefaultExecutor
from rows_in import arguments, write_kept


def main():
    rows, kept, scratch, parameters = arguments()
    settings = {
        "project_name": "bench",
        "dataset_path": rows,
        "np": 1,
        "export_path": f"{scratch}/kept.jsonl",
        "work_dir": f"{scratch}/work",
        "ds_cache_dir": f"{scratch}/cache",
        "open_tracer": False,
        "process": [{"document_minhash_deduplicator": parameters}],
    }
    with open(f"{scratch}/config.yaml", "w") as file:
        # JSON is YAML.
        json.dump(settings, file)
    DefaultExecutor(init_configs(["--config", f"{scratch}/config.yaml"])).run()
    with open(f"{scratch}/kept.jsonl", "rb") as file:
        write_kept(kept, [json.loads(line)["id"] for line in file])


if __name__ == "__main__":
    main()
