"""Where things lie under the lake's root. The raw zone stands apart: it holds personal data by nature."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jobs.lake.versions import TableVersion


def released_datasets(root: Path) -> list[str]:
    """The names of all data sets that have a folder of releases."""
    folder = root / "releases"
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def explanation_file(table: str, run_id: str) -> Path:
    """Where the run that would have committed to ``table`` explains in texts why it did not: in the raw zone.

    Args:
        table: ``<root>/<zone>/<dataset>/<stage>``.
    """
    path = Path(table)
    return path.parents[2] / "raw" / path.parent.name / "refused" / f"{path.name}-{run_id}.txt"


def mapping_table(table: str) -> str:
    """Where the stage that commits to ``table`` keeps the sealed mapping of what it replaced: in the raw zone."""
    path = Path(table)
    return str(path.parents[2] / "raw" / path.parent.name / "pii_mapping")


def boilerplate_file(table: str, run_id: str) -> Path:
    """Where the run that commits to ``table`` lists the lines that it took for boilerplate, by source: in the raw zone.

    Args:
        table: ``<root>/<zone>/<dataset>/<stage>``.
    """
    path = Path(table)
    return path.parents[2] / "raw" / path.parent.name / "boilerplate" / f"{path.name}-{run_id}.json"


@dataclass(frozen=True)
class Layout:
    """Paths of one data set.

    raw/<dataset>/collect          what was collected, quarantine included: nothing but stages reads it
    raw/<dataset>/refused/         text that rows share which a stage refused to remove (`explanation_file`)
    raw/<dataset>/pii_mapping      what remove_pii replaced, encrypted, where it was asked for (`mapping_table`)
    raw/<dataset>/boilerplate/     lines of agents that normalize_text learnt (`boilerplate_file`)
    raw/<dataset>/stream*          what `gristmill clean --watch` read, quarantined and replaced; its batch at work
    clean/<dataset>/<stage>        every later stage's table
    judgements/<dataset>/<stage>/  counts and gate result of each version
    docs/<dataset>/                Great Expectations' Data Docs
    releases/<dataset>/<version>/  released files, never changed
    runs/<dataset>/                the report of each run
    streams/<dataset>/             how far `gristmill clean --watch` has come (`jobs.clean_stream`)
    embeddings/                    vectors of texts, shared by all data sets: a cache, as private as the clean zone
    """

    root: Path
    dataset: str

    def table(self, stage: str, zone: str) -> str:
        """The Delta table that a stage commits to."""
        return str(self.root / zone / self.dataset / stage)

    def judgement(self, stage: str, table: TableVersion) -> Path:
        """The file that keeps what was counted and judged on one version."""
        return self.root / "judgements" / self.dataset / stage / f"v{table.version}.json"

    @property
    def docs(self) -> Path:
        """The folder of the Data Docs."""
        return self.root / "docs" / self.dataset

    @property
    def releases(self) -> Path:
        """The folder that holds a folder for each released version."""
        return self.root / "releases" / self.dataset

    @property
    def stream(self) -> Path:
        """The folder of a stream's checkpoint and settings."""
        return self.root / "streams" / self.dataset

    @property
    def embeddings(self) -> str:
        """The Delta table of embeddings (``jobs.lake.embedding_store``)."""
        return str(self.root / "embeddings")

    @property
    def runs(self) -> Path:
        """The folder of run reports."""
        return self.root / "runs" / self.dataset
