"""ms-swift's own AutoPreprocessor on each row."""

from __future__ import annotations

from typing import Any

from protocol import serve


def prepare(options: dict[str, Any]) -> Any:
    import datasets
    from datasets import Dataset
    from swift.dataset.preprocessor.core import AutoPreprocessor

    datasets.disable_progress_bars()
    columns = options["columns"]

    def judge(row: dict[str, Any]) -> bool:
        dataset = Dataset.from_list([{**dict.fromkeys(columns), **row}])
        return len(AutoPreprocessor()(dataset, num_proc=1, load_from_cache_file=False, strict=False)) == 1

    return judge


serve(prepare)
