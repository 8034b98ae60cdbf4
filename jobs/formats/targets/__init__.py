"""Trainers by name: what each accepts, and what each wants beside the data."""

from __future__ import annotations

from jobs.formats.export import Export
from jobs.formats.registry import pick
from jobs.formats.targets import axolotl, llamafactory, openai, swift, trl, unsloth
from jobs.formats.targets.rule import Target

TARGETS: dict[str, Target] = {
    module.TARGET.name: module.TARGET for module in (llamafactory, trl, unsloth, swift, axolotl, openai)
}


def get_target(name: str) -> Target:
    """The trainer of that name.

    Raises:
        ValueError: naming the trainers there are.
    """
    return pick(TARGETS, name, "target")


def beside(export: Export, target: str, *, file: str | None = None, name: str | None = None) -> dict[str, str]:
    """File name -> text of what a trainer wants beside an exported file: a YAML snippet, or loading code.

    Args:
        file: how the text names the data file, by default as it is called.
        name: the data set's name in LLaMA-Factory's ``dataset_info.json``, by default the file's without suffix.

    Returns:
        Empty where the trainer does not read the export's format. LLaMA-Factory's entry itself is
        ``jobs.formats.export.dataset_info``.

    Raises:
        ValueError: the trainer is none of ours.
    """
    found = get_target(target)
    if export.format not in found.formats or not export.rows:
        return {}
    path = file or export.path.name
    layout = found.layout(export.columns, _head_of(export), None)
    return found.beside(path, name or export.path.name.split(".jsonl")[0], layout)


def _head_of(export: Export) -> list[dict[str, object]]:
    """A row that shows the turns' keys of the format, as far as layouts ask for them."""
    keys = {"sharegpt": ("conversations", "from", "value"), "ranking": ("conversations", "from", "value")}
    column, role, content = keys.get(export.format, ("messages", "role", "content"))
    return [{column: [{role: "user", content: ""}]}]
