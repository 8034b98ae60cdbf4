"""What a user of a release must know and would rather not hear: each limitation follows from a fact of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict

from jobs.release.acceptance import number_text
from jobs.release.model import Release


class Limitation(BaseModel):
    """One known limitation: a stable snake_case word to search by, and a sentence to read."""

    model_config = ConfigDict(frozen=True)
    kind: str
    detail: str


def limitations(release: Release) -> list[Limitation]:
    """Every known limitation of a release, the run's own first, those of the methods after them."""
    found = (
        *_gates(release),
        *_acceptance(release),
        *_targets(release),
        *_rows(release),
        *_sources(release),
        *_methods(release),
        *_formats(release),
        *_code(release),
    )
    return [Limitation(kind=kind, detail=detail) for kind, detail in found]


Found = Iterator[tuple[str, str]]


def _gates(release: Release) -> Found:
    for report in release.stages:
        if report.gate == "warning":
            said = f": {report.gate_message}" if report.gate_message else "; see its gate's report"
            yield "gate_warning", f"The gate after {report.stage} warned{said}"


def _acceptance(release: Release) -> Found:
    for result in release.acceptance:
        if not result.passed:
            value = "not measured" if result.value is None else f"measured {number_text(result.value)}"
            yield (
                "acceptance_missed",
                f"Acceptance target {result.measure}: expected {result.wanted}, {value}; released all the same",
            )


def _targets(release: Release) -> Found:
    targets = (release.specification.get("goal") or {}).get("targets") or []
    if targets:
        names = ", ".join(str(target["name"]) for target in targets)
        yield (
            "targets_not_measured",
            f"The goal's targets ({names}) are measured on a trained model; nothing here shows that they are met",
        )


def _rows(release: Release) -> Found:
    collected = max(_rows_in(release, "collect"), 1)
    for report in release.stages:
        summary = report.summary
        if summary.flagged:
            yield (
                "flagged_rows_kept",
                f"{report.stage} flagged {_total(summary.flagged)} for review and kept them "
                f"({_listed(summary.flagged)}); a later stage may have removed some",
            )
        if summary.quarantined:
            n = sum(summary.quarantined.values())
            yield (
                "rows_quarantined",
                f"{report.stage} could not process {_total(summary.quarantined)}, {n / collected:.2%} of what was "
                f"collected ({_listed(summary.quarantined)}); what they say is missing here",
            )
    statistics = release.statistics
    if statistics.synthetic_rows:
        share = statistics.synthetic_rows / max(statistics.rows, 1)
        yield (
            "synthetic_rows",
            f"{statistics.synthetic_rows:,} rows ({share:.1%}) are synthetic: made from templates or by a model, "
            "they show what their makers thought of, not what users say",
        )
    if statistics.media_rows:
        yield (
            "media",
            f"{statistics.media_rows:,} rows name images, videos or audio; only images that collecting stored (under "
            "media/) are part of the release, and no stage looks into any of them for personal data",
        )


def _sources(release: Release) -> Found:
    for source in release.specification.get("sources") or []:
        rows = release.statistics.sources.get(source["name"], 0)
        if not source.get("licence"):
            yield "no_licence", f"Source {source['name']} ({rows:,} rows) states no licence: check that you may use it"
        if not rows:
            yield "source_absent", f"No row of source {source['name']} is in the release"


def _methods(release: Release) -> Found:
    ran = {report.stage for report in release.stages}
    if "remove_pii" in ran:
        yield (
            "personal_data_by_pattern",
            "Personal data was removed by patterns and checksums; values of unforeseen shapes, above all names and "
            "addresses in running text, may be left. This is no guarantee of anonymity",
        )
        yield from _residual(release)
        yield from _by_policy(release)
    else:
        yield "personal_data_not_removed", "No stage looked for personal data"
    languages = set(release.specification.get("language") or ())
    if "deduplicate_semantic" not in ran:
        yield "no_semantic_deduplication", "Rows that say the same in other words were not looked for"
    elif "zh" in languages and _lexical_in_chinese(release):
        yield (
            "chinese_judged_lexically",
            "Rows of like meaning in Chinese were judged by the characters they share (1-2-gram TF-IDF), not by a "
            "language model: paraphrases in other words were missed, and alike wording may have been flagged",
        )
    if "audit" not in ran:
        yield "not_audited", "No person has judged a sample of this release"


def _residual(release: Release) -> Found:
    summaries = (report.summary for report in release.stages if report.stage == "remove_pii")
    for summary in summaries:
        if summary.residual is not None and summary.residual_rows is not None:
            left = {kind: n for kind, n in summary.residual.items() if n}
            share = summary.residual_rows / max(summary.kept, 1)
            yield (
                "residual_personal_data",
                f"After remove_pii an independent look by broad patterns saw what may be personal data in "
                f"{summary.residual_rows:,} of {summary.kept:,} rows ({share:.2%}"
                f"{'; ' + _listed(left) if left else ''}). This is an estimate: some of it is innocent, and what has "
                "no shape of its own is not seen",
            )


def _by_policy(release: Release) -> Found:
    """What a reader must know of the operators that leave something, or put something that looks real."""
    policy = ((release.specification.get("stages") or {}).get("remove_pii") or {}).get("policy") or {}
    named = {name: operator for name, operator in policy.items() if name != "default"}
    others = {"all other entities": policy["default"]} if "default" in policy else {}
    for operator, kind, told in _TOLD_OPERATORS:
        entities = [name for name, given in {**named, **others}.items() if given == operator]
        if entities:
            yield kind, f"By policy, {told}: {', '.join(entities)}"


_TOLD_OPERATORS = (
    ("keep", "personal_data_kept", "personal data of these kinds stands in the release as it was"),
    ("mask", "personal_data_masked", "of personal data of these kinds the ends are to be seen"),
    ("surrogate", "personal_data_invented", "values of these kinds are invented; they look real and are nobody's"),
)


def _formats(release: Release) -> Found:
    for name in dict.fromkeys(file.format for file in release.files):
        files = [file for file in release.files if file.format == name]
        lost, refused = Counter[str](), Counter[str]()
        for file in files:
            lost.update(file.lost)
            refused.update(file.refused)
        if refused:
            yield "rows_not_in_format", f"{_total(refused)} are not in the files of {name}: {_listed(refused)}"
        if lost:
            yield (
                "lost_in_format",
                f"The format {name} cannot hold everything; rows that lost something: {_listed(lost)}",
            )
        if unordered := sum(file.out_of_order for file in files):
            yield (
                "turns_out_of_order",
                f"{unordered:,} dialogues in the files of {name} have turns that do not alternate; "
                "LLaMA-Factory drops them",
            )


def _code(release: Release) -> Found:
    if release.code_commit.endswith("+changes"):
        yield "uncommitted_code", "Built from code with uncommitted changes; the commit alone does not reproduce it"


def _lexical_in_chinese(release: Release) -> bool:
    """Whether ``deduplicate_semantic`` was given no model for Chinese: its parameter ``models.zh`` is null."""
    params = (release.specification.get("stages") or {}).get("deduplicate_semantic") or {}
    return not (params.get("models") or {}).get("zh")


def _rows_in(release: Release, stage: str) -> int:
    return next((report.summary.rows_in for report in release.stages if report.stage == stage), 0)


def _total(counts: Mapping[str, int]) -> str:
    n = sum(counts.values())
    return f"{n:,} row" if n == 1 else f"{n:,} rows"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
