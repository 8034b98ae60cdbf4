"""The figures of ``pii evaluate``, for reading and for programs; counts only, no value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from jobs.tools.json_output import json_report
from jobs.tools.pii_score import BLIND, Counts, Score

if TYPE_CHECKING:
    from jobs.tools.pii_evaluate import Evaluated

_HEAD = (
    f"{'':26}{'':>7}{'':>7}  {'exact':-^31}  {'overlap':-^31}\n"
    f"{'entity':26}{'known':>7}{'found':>7}" + f"  {'P':>7}{'R':>8}{'F1':>8}{'F2':>8}" * 2 + f"{'cover':>8}"
)


def report_text(done: Evaluated, *, by_recognizer: bool = False) -> str:
    """A table by entity, the sums, and what lies outside of them."""
    score = done.score
    lines = [f"{score.rows:,} rows", _HEAD]
    lines += [_line(entity, score.exact[entity], score.overlap[entity]) for entity in _entities(score)]
    lines.append(_line("overall", score.overall(score.exact), score.overall(score.overlap)))
    if BLIND in score.exact:
        lines.append(_line(BLIND, score.exact[BLIND], score.overlap[BLIND]))
    lines.append(
        "P precision, R recall; one-to-one; overall sums the entities; any entity takes all of them as one; "
        "cover: share of the known characters in any found span"
    )
    lines += _counted("known spans that are not looked for, and left out (--also, --map):", score.left_out.items())
    lines += _counted("missed, but found as another entity:", _arrows(score.found_as))
    lines += _counted("false alarms on known spans that are not looked for:", _arrows(score.on_left_out))
    if by_recognizer:
        lines.append(f"{'recognizer':42}{'found':>7}{'right':>7}{'P':>8}   (overlap)")
        for name, counts in sorted(score.recognizers.items(), key=lambda item: -item[1].found):
            lines.append(f"{name or '(none)':42}{counts.found:>7,}{counts.right:>7,}{_share(counts.precision)}")
    if done.reasons:
        told = ", ".join(f"{count:,} {reason}" for reason, count in done.reasons.most_common())
        lines.append(f"truth rows that could not be read, and left out: {told}; the first: {done.first_bad}")
    return "\n".join(lines) + "\n"


def report_json(done: Evaluated) -> str:
    """The same for programs; shares are null where nothing was known or found."""
    score = done.score
    told = {
        "rows": score.rows,
        "entities": {name: _figures(score.exact[name], score.overlap[name]) for name in _entities(score)},
        "overall": _figures(score.overall(score.exact), score.overall(score.overlap)),
        "any_entity": _figures(score.exact.get(BLIND, Counts()), score.overlap.get(BLIND, Counts())),
        "looked_for": list(done.looked_for),
        "left_out": dict(score.left_out.most_common()),
        "found_as": dict(_arrows(score.found_as)),
        "false_on_left_out": dict(_arrows(score.on_left_out)),
        "recognizers": {
            name: {"found": counts.found, "right": counts.right, "precision": counts.precision}
            for name, counts in sorted(score.recognizers.items())
        },
        "unreadable": dict(done.reasons),
    }
    return json_report(told)


def _entities(score: Score) -> list[str]:
    return sorted((name for name in score.exact if name != BLIND), key=lambda n: (-score.exact[n].known, n))


def _figures(exact: Counts, overlap: Counts) -> dict[str, Any]:
    return {
        "known": exact.known,
        "found": exact.found,
        "cover": overlap.cover,
        **{
            name: {
                "right": counts.right,
                "precision": counts.precision,
                "recall": counts.recall,
                "f1": counts.f(1),
                "f2": counts.f(2),
            }
            for name, counts in (("exact", exact), ("overlap", overlap))
        },
    }


def _line(name: str, exact: Counts, overlap: Counts) -> str:
    line = f"{name:26}{exact.known:>7,}{exact.found:>7,}"
    for counts in (exact, overlap):
        shares = (counts.precision, counts.recall, counts.f(1), counts.f(2))
        line += "  " + "".join(map(_share, shares))[1:]
    return line + _share(overlap.cover)


def _share(value: float | None) -> str:
    return f"{'-':>8}" if value is None else f"{value:>8.3f}"


def _arrows(counts: Any) -> list[tuple[str, int]]:
    return [(f"{known} -> {found}", count) for (known, found), count in counts.most_common()]


def _counted(title: str, counts: Iterable[tuple[str, int]]) -> list[str]:
    told = [f"  {count:>9,}  {name}" for name, count in sorted(counts, key=lambda item: -item[1])]
    return [title, *told] if told else []
