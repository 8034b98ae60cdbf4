"""Near duplicates: MinHash proposes pairs, exact Jaccard and the guards verify them, and the survivors are the greedy
independent set in keep order, so every removed row names a kept row that it is truly like.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import logging
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake.band_index import INDEX_SCHEMA, Signed, read_texts, sign_rows
from jobs.lake.increment import INDEXED_SCHEMA, carry_on, changes_since, find_index, index_column, touched
from jobs.lake.increment_in_process import carried_on, changed_since, met_rows
from jobs.lake.job import StageJob
from jobs.lake.near_in_process import Sample, decisions_of, index_of, keep_ranks, solve_signed
from jobs.lake.near_pairs import Index, SharedText, similar_pairs
from jobs.lake.pairs import Finding, decide, with_rank
from jobs.lake.removal import RemovedSample, refuse_mass_removal, refuse_mass_removal_here
from jobs.lake.row_files import ROWS_IN_PROCESS, RowFiles, read_decisions
from jobs.lake.survivors_on_spark import solve_pairs
from jobs.lake.tables import commit, commit_arrow, read, read_current
from jobs.lake.versions import TableVersion
from jobs.similarity.candidates import MAX_ALL_PAIRS
from jobs.similarity.guards import NEAR_GUARDS, Fact, may_merge
from jobs.similarity.keep import KeepParams
from jobs.similarity.keys import By, key_texts, strict_keys
from jobs.similarity.minhash import MinHashConfig, jaccard_pairs
from jobs.similarity.shared_text import MIN_SHARE
from jobs.similarity.shingles import DEFAULT_WIDTH, shingle
from jobs.similarity.verify import Comparison

_log = logging.getLogger(__name__)
# Rows that one task signs at least: starting its Python costs as much as signing some ten thousand.
_ROWS_A_TASK = 50_000
_REASON = "near_copy"


class Params(KeepParams):
    """How alike is too alike, and which row of a pair stays.

    Attributes:
        threshold: Jaccard similarity of shingles from which on two rows are near duplicates.
        recall: the share of pairs at exactly ``threshold`` that banding must propose; above it the share is higher.
        width: tokens a shingle; a token is a Chinese character or a word.
        by: the part of a row that is compared.
        guards: differences that forbid a merge however alike the texts are: numbers, negation, slots, names.
        max_all_pairs: up to so many rows in a bucket every pair is compared; above it a number linear in the bucket.
        shared_text: share of the rows that hold a piece of text from which on it is a template's: pairs that say
            something of their own besides must be alike in that too. Null asks nothing more than the threshold.
        max_removed_share: a larger share of the rows is not removed but explained, and the run stops.
        incremental: compare only rows that the table's newest version does not know, with those it kept and with each
            other; rows kept before stay.
        other_index: what happens to a version that was made with other parameters: ``rebuild`` compares all rows anew,
            ``refuse`` stops.
        rows_in_process: up to so many rows (and of 3 GiB, or a quarter of the memory) are compared in the process that
            drives Spark, at a quarter of the CPU; more over all tasks. The answer is the same.
    """

    threshold: float = Field(default=0.8, gt=0, le=1)
    recall: float = Field(default=0.995, gt=0, lt=1)
    width: int = Field(default=DEFAULT_WIDTH, ge=1)
    by: By = "dialogue"
    guards: tuple[Fact, ...] = NEAR_GUARDS
    max_all_pairs: int = Field(default=MAX_ALL_PAIRS, ge=2)
    shared_text: float | None = Field(default=MIN_SHARE, gt=0, le=1)
    max_removed_share: float = Field(default=0.9, ge=0, le=1)
    incremental: bool = False
    other_index: Literal["rebuild", "refuse"] = "rebuild"
    rows_in_process: int = Field(default=ROWS_IN_PROCESS, ge=0)
    seed: int = 20261122

    @property
    def minhash(self) -> MinHashConfig:
        """The bands and rows whose S-curve finds ``recall`` of pairs at ``threshold``."""
        # A curve for exactly 1 would be one band of everything; .99 finds identical rows as surely.
        return MinHashConfig.for_threshold(min(self.threshold, 0.99), self.recall, seed=self.seed, width=self.width)

    @property
    def stamp(self) -> dict[str, Any]:
        """All that an index must have been made with to be added to: parameters, algorithm, library."""
        apart = {"incremental", "other_index", "max_removed_share", "rows_in_process"}
        params = self.model_dump(mode="json", exclude=apart)
        return {**params, "signatures": self.minhash.stamp, "version": importlib.metadata.version("gristmill")}

    @property
    def rule(self) -> str:
        """What a removed row's evidence says of why."""
        return f"jaccard >= {self.threshold:g} of {self.width}-token shingles"

    @property
    def comparison(self) -> Comparison:
        """What makes two rows alike."""
        return Comparison(self.threshold, self.minhash, self.guards, max_all_pairs=self.max_all_pairs)


def transform(rows: DataFrame, params: Params, texts: DataFrame | None = None, *, indexed: bool = False) -> DataFrame:
    """Decisions: of each pair verified as alike, the row that comes later in keep order goes.

    Args:
        rows: the rows that are compared; read once.
        texts: where the rows of candidate pairs are read again, by id: ``rows``, or a table that holds them and is
            cheaper to read.
        indexed: with the column ``index`` that a later, incremental run reads.
    """
    signed = _signed(rows, params, 0).persist(StorageLevel.MEMORY_AND_DISK)
    ranked = with_rank(signed).persist(StorageLevel.MEMORY_AND_DISK)
    count, characters = ranked.agg(F.count("*"), F.coalesce(F.sum("characters"), F.lit(0))).collect()[0]
    signed.unpersist()
    index = Index(ranked, count, characters)
    finding = _compare(index, rows if texts is None else texts, ranked, count, params)
    return decide(ranked, finding, also=[index_column()] if indexed else ())


def update(
    rows: DataFrame, params: Params, earlier: DataFrame, generation: int, texts: DataFrame | None = None
) -> DataFrame:
    """Decisions with ``index`` of all ``rows``, of which only those that ``earlier`` does not know are compared.

    Args:
        earlier: what ``transform(..., indexed=True)`` or ``update`` gave for earlier rows.
        generation: a number above that of every earlier run: rows of earlier ones are kept first.
    """
    changes = changes_since(earlier, rows)
    new = rows.join(changes.small(changes.batch), "record_id", "left_semi")
    signed = _signed(new.repartition(_tasks(changes.batch_size)), params, generation)
    signed = signed.persist(StorageLevel.MEMORY_AND_DISK)
    known = touched(earlier, changes, signed).select(*INDEX_SCHEMA.names).persist(StorageLevel.MEMORY_AND_DISK)
    ranked = with_rank(known.unionAll(signed)).persist(StorageLevel.MEMORY_AND_DISK)
    is_new = F.col("priority")[0] >= generation
    count, characters, first = ranked.agg(
        F.count("*"),
        F.coalesce(F.sum("characters"), F.lit(0)),
        F.coalesce(F.min(F.when(is_new, F.col("rank"))), F.lit(0)),
    ).collect()[0]
    everything = rows.select("record_id")
    index = Index(ranked, count, characters, settled=first)
    finding = _compare(index, rows if texts is None else texts, everything, changes.rows, params)
    decided = decide(ranked, finding, also=[index_column()]).persist(StorageLevel.MEMORY_AND_DISK)
    return carry_on(earlier, changes, decided)


def decide_here(files: RowFiles, params: Params, *, indexed: bool = False) -> pa.Table:
    """``transform`` in this process, without Spark: decisions, with ``index`` where ``indexed``."""
    signed = _aged(files.signed(params.by, params.minhash, params.policy()), 0)
    sample = Sample.of(signed.place, signed.record_id, params.shared_text) if params.shared_text else None
    return _decided(files, signed, params, sample, indexed=indexed)


def update_here(files: RowFiles, params: Params, earlier: TableVersion) -> tuple[pa.Table, int]:
    """``update`` in this process: decisions with ``index``, and how many of them stand in ``earlier`` as they do here.

    These are the first lines and all of ``earlier``'s, so that the others need only be added; 0 where a line changed.
    """
    before = read_decisions(earlier)
    place, now = files.columns(("record_id", "content_hash"))
    ids, content = (now.column(name).cast(pa.string()).combine_chunks() for name in now.column_names)
    changed = changed_since(before, ids, content)
    batch = _aged(files.signed(params.by, params.minhash, params.policy(), place[changed.batch]), earlier.version + 1)
    met = met_rows(before, changed, batch, place)
    sample = Sample.of(place, ids, params.shared_text) if params.shared_text else None
    both = Signed.concatenated([met, batch])
    decided = _decided(files, both, params, sample, settled=len(met), indexed=True)
    whole, as_it_stood = carried_on(before, changed, decided.slice(len(met)), decided.slice(0, len(met)))
    return whole, before.num_rows if as_it_stood else 0


def _decided(
    files: RowFiles, signed: Signed, params: Params, sample: Sample | None, *, settled: int = 0, indexed: bool
) -> pa.Table:
    rank = keep_ranks(signed)
    solved = solve_signed(files, signed, rank, params.by, params.comparison, sample, settled)
    decided = decisions_of(signed, rank, solved, _REASON, params.rule)
    if not indexed:
        return decided
    kept = decided.column("kept").to_numpy()
    return decided.append_column(INDEXED_SCHEMA.field("index"), index_of(signed, kept))


def run(spark: SparkSession, job: StageJob) -> TableVersion:
    """Compares the rows that are in and commits the decisions.

    Raises:
        TooMuchRemovedError: more would go than ``max_removed_share`` allows; nothing is committed.
        OtherIndexError: the newest version was made with other parameters, and ``other_index`` is ``refuse``.
    """
    started_at = datetime.now(UTC)
    params = Params.model_validate(job.params)
    _log.info("deduplicate_near: %s", params.minhash.describe())
    provenance: dict[str, Any] = {}
    earlier = None
    if params.incremental:
        earlier, note = find_index(job.table, params.stamp, refuse=params.other_index == "refuse")
        provenance = {"index": params.stamp, "note": note}
        if note:
            _log.warning("deduplicate_near: %s", note)
        if earlier is not None:
            provenance["inputs"] = (*job.inputs.pinned(), earlier)
    files = RowFiles.within(job.inputs, params.rows_in_process)
    if files is not None:
        return _run_here(spark, job, params, files, earlier, started_at, provenance)
    return _run_on_spark(spark, job, params, earlier, started_at, provenance)


def _run_here(
    spark: SparkSession,
    job: StageJob,
    params: Params,
    files: RowFiles,
    earlier: TableVersion | None,
    started_at: datetime,
    provenance: dict[str, Any],
) -> TableVersion:
    if earlier is None:
        decisions, standing = decide_here(files, params, indexed=params.incremental), 0
    else:
        decisions, standing = update_here(files, params, earlier)
    refuse_mass_removal_here(spark, decisions, job, params.max_removed_share)
    return commit_arrow(decisions.slice(standing), job, started_at, provenance, append=standing > 0)


def _run_on_spark(
    spark: SparkSession,
    job: StageJob,
    params: Params,
    earlier: TableVersion | None,
    started_at: datetime,
    provenance: dict[str, Any],
) -> TableVersion:
    rows = read_current(spark, job.inputs)
    # Rows that earlier stages removed are not asked for, so texts need not be read around them.
    texts = read(spark, job.inputs.rows_to_read())
    try:
        if earlier is not None:
            decisions = update(rows, params, read(spark, earlier), earlier.version + 1, texts)
        else:
            decisions = transform(rows, params, texts, indexed=params.incremental)
        # Counted before they are committed: without this they would be worked out twice.
        decisions = decisions.persist(StorageLevel.MEMORY_AND_DISK)
        refuse_mass_removal(decisions, texts, job, params.max_removed_share)
        return commit(decisions, job, started_at, provenance)
    finally:
        # Signatures, pairs and what was solved are of no use to the next stage.
        spark.catalog.clearCache()


def holds(sample: RemovedSample, params: Params) -> npt.NDArray[np.bool_]:
    """(s,) whether each removed row is as like its witness as was said, found out from the two rows anew."""
    sides = [key_texts(rows, params.by) for rows in (sample.removed, sample.witnesses)]
    texts = pa.concat_arrays(sides)
    left = np.arange(len(sides[0]))
    right = left + len(left)
    similarity = jaccard_pairs(shingle(texts, params.width), left, right)
    as_said = (similarity >= params.threshold) & np.isclose(similarity, sample.similarity, rtol=0, atol=1e-9)
    strict = [strict_keys(rows, params.by) for rows in (sample.removed, sample.witnesses)]
    return as_said & (strict[0] == strict[1]) & may_merge(texts.to_pylist(), left, right, params.guards)


def _aged(signed: Signed, generation: int) -> Signed:
    """``signed`` with the generation first in keep order."""
    age = np.full((len(signed), 1), float(generation))
    return dataclasses.replace(signed, priority=np.hstack([age, signed.priority]))


def _signed(rows: DataFrame, params: Params, generation: int) -> DataFrame:
    """The index frame of ``rows``; the generation comes first in keep order."""
    signed = sign_rows(rows, params.by, params.minhash, params.policy())
    return signed.withColumn("priority", F.concat(F.array(F.lit(float(generation))), "priority"))


def _compare(index: Index, texts: DataFrame, everything: DataFrame, count: int, params: Params) -> Finding:
    """Which rows of ``index`` go; text that many of ``everything`` share (``count`` rows) is no likeness."""
    shared = SharedText(everything, count, params.shared_text) if params.shared_text else None
    tasks = _tasks(index.rows) if index.settled else None
    pairs = similar_pairs(index, lambda named: read_texts(texts, named, params.by, tasks), params.comparison, shared)
    return Finding(solve_pairs(pairs), F.lit(_REASON), F.lit(params.rule))


def _tasks(rows: int) -> int:
    return 1 + rows // _ROWS_A_TASK
