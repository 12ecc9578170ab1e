"""Recall of global attention as tables: for people, for programs, for a terminal."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields

from rgbt_dualatt_ros.evaluation.attention_recall import (
    LOOSE,
    REGIONS,
    STRICT,
    THERMAL_BLANK,
    Look,
)
from rgbt_dualatt_ros.evaluation.record_files import Json
from rgbt_dualatt_ros.evaluation.tables import number_text

RANKS = (1, 3, REGIONS)
DECISIVE_RANK = 3
RECALL_NOTE = (
    f"R@k: share of the later frames in which one of the first k regions has an IoU of {LOOSE:g} "
    f"or more with the true box; R@3 .5: likewise {STRICT:g}; peak: the strongest pixel lies in "
    "the true box. Mean over the sequences of the mean over their frames. The target is learnt "
    "from the first frame, which is never changed. (seen): only the sequences whose colour image "
    "shows the target."
)


@dataclass(frozen=True, slots=True)
class Recall:
    """Shares of later frames, in [0, 1]; NaN without any.

    Attributes:
        peak: strongest pixel in the true box.
        at: by k, the target among the first k regions, loosely.
        strict_at: the same, strictly, of the first `DECISIVE_RANK`.
    """

    peak: float
    at: Mapping[int, float]
    strict_at: float


def recall_of(looks: Collection[Look]) -> Recall:
    """Mean over `looks`, whatever sequence they are of."""

    def share(hits: Collection[bool]) -> float:
        return sum(hits) / len(hits) if hits else math.nan

    return Recall(
        peak=share([each.has_peak_inside for each in looks]),
        at={k: share([0 < each.loose_rank <= k for each in looks]) for k in RANKS},
        strict_at=share([0 < each.strict_rank <= DECISIVE_RANK for each in looks]),
    )


def mean_recall(looks: Collection[Look]) -> Recall:
    """Mean over sequences, each of which counts the same however many frames were looked at."""
    by_sequence: dict[str, list[Look]] = {}
    for look in looks:
        by_sequence.setdefault(look.sequence, []).append(look)
    each = [recall_of(part) for part in by_sequence.values()]

    def mean(values: Collection[float]) -> float:
        return sum(values) / len(values) if values else math.nan

    return Recall(
        peak=mean([one.peak for one in each]),
        at={k: mean([one.at[k] for one in each]) for k in RANKS},
        strict_at=mean([one.strict_at for one in each]),
    )


@dataclass(frozen=True, slots=True)
class View:
    """One column of the overview: a condition, on all sequences or on some."""

    heading: str
    condition: str
    sequences: frozenset[str]

    def of(self, looks: Sequence[Look], method: str) -> list[Look]:
        """The looks of `method` that this column is the mean of."""
        return [
            each
            for each in looks
            if (each.method, each.condition) == (method, self.condition)
            and each.sequence in self.sequences
        ]


def views(looks: Sequence[Look], color_shows: Collection[str] = ()) -> list[View]:
    """A column a condition; thermal blank again on the sequences whose colour shows the target.

    Args:
        looks: in the order of the columns.
        color_shows: names of those sequences; without any there is no such column.
    """
    everything = frozenset(each.sequence for each in looks)
    seen = everything & frozenset(color_shows)
    columns = []
    for condition in dict.fromkeys(each.condition for each in looks):
        columns.append(View(condition, condition, everything))
        if seen and condition.startswith(THERMAL_BLANK.name):
            columns.append(View(f"{condition} (seen)", condition, seen))
    return columns


def recall_markdown(looks: Sequence[Look], columns: Sequence[View]) -> str:
    """Overview of R@3, every figure by condition, and R@3 of every sequence."""
    parts = [_overview(looks, columns), _figures(looks, columns), _by_sequence(looks, columns)]
    return "\n".join([*parts, RECALL_NOTE, ""])


def recall_text(looks: Sequence[Look], columns: Sequence[View]) -> str:
    """The overview of R@3 in columns for a terminal."""
    rows = [["R@3", *(each.heading for each in columns)], *_overview_rows(looks, columns)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows
    )


def recall_json(looks: Sequence[Look], columns: Sequence[View]) -> Json:
    """Means by method and column, means by sequence, and every look."""
    means = {
        name: {each.heading: asdict(mean_recall(each.of(looks, name))) for each in columns}
        for name in _methods(looks)
    }
    by_sequence = {
        sequence: {
            name: {
                each.heading: asdict(recall_of(_within(each.of(looks, name), sequence)))
                for each in columns
                if sequence in each.sequences
            }
            for name in _methods(looks)
        }
        for sequence in _sequences(looks)
    }
    return {
        "convention": RECALL_NOTE,
        "mean": means,
        "sequences": by_sequence,
        "looks": [asdict(each) for each in looks],
    }


def looks_csv(looks: Sequence[Look]) -> str:
    """One line a look."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([each.name for each in fields(Look)])
    writer.writerows(map(astuple, looks))
    return text.getvalue()


def _overview(looks: Sequence[Look], columns: Sequence[View]) -> str:
    return _table(
        [f"R@{DECISIVE_RANK}", *(each.heading for each in columns)],
        _overview_rows(looks, columns),
    )


def _overview_rows(looks: Sequence[Look], columns: Sequence[View]) -> list[list[str]]:
    return [
        [
            name,
            *(_rate(mean_recall(each.of(looks, name)).at[DECISIVE_RANK]) for each in columns),
        ]
        for name in _methods(looks)
    ]


def _figures(looks: Sequence[Look], columns: Sequence[View]) -> str:
    rows = []
    for column in columns:
        for name in _methods(looks):
            found = mean_recall(column.of(looks, name))
            rates = (found.peak, *(found.at[k] for k in RANKS), found.strict_at)
            rows.append([column.heading, name, *map(_rate, rates)])
    heads = ["condition", "method", "peak", *(f"R@{k}" for k in RANKS), f"R@{DECISIVE_RANK} .5"]
    return _table(heads, rows, words=2)


def _by_sequence(looks: Sequence[Look], columns: Sequence[View]) -> str:
    rows = []
    for sequence in _sequences(looks):
        for name in _methods(looks):
            found = (recall_of(_within(each.of(looks, name), sequence)) for each in columns)
            rows.append([sequence, name, *(_rate(each.at[DECISIVE_RANK]) for each in found)])
    heads = ["sequence", f"method, R@{DECISIVE_RANK}", *(each.heading for each in columns)]
    return _table(heads, rows, words=2)


def _within(looks: Sequence[Look], sequence: str) -> list[Look]:
    return [each for each in looks if each.sequence == sequence]


def _methods(looks: Sequence[Look]) -> list[str]:
    return list(dict.fromkeys(each.method for each in looks))


def _sequences(looks: Sequence[Look]) -> list[str]:
    return list(dict.fromkeys(each.sequence for each in looks))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> str:
    rule = "|---" * words + "|" + "---:|" * (len(heads) - words)
    lines = [f"| {' | '.join(heads)} |", rule, *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join([*lines, ""])


def _rate(value: float) -> str:
    return number_text(value, 2)
