"""Records of the variants become the paper's figures and ours, row by row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from rgbt_dualatt_ros.evaluation.protocols.bootstrap import Interval, compare
from rgbt_dualatt_ros.evaluation.protocols.scoring import Group, Scores
from rgbt_dualatt_ros.evaluation.protocols.seeds import Spread, spread, spreads
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.reproduction.claims import Claim, Row
from rgbt_dualatt_ros.evaluation.reproduction.measured_set import MeasuredSet
from rgbt_dualatt_ros.evaluation.reproduction.published import (
    SPEED,
    Published,
    published,
    published_gain,
    published_rows,
)

_NOTHING = Spread(math.nan, math.nan, 0)


@dataclass(frozen=True, slots=True)
class Figures:
    """One figure of one row: the paper's, if it prints one, and ours.

    Attributes:
        part: empty, or the challenge that the sequences have.
        sequences: how many.
        figure: its name.
    """

    row: str
    part: str
    sequences: int
    figure: str
    paper: Published | None
    ours: Spread

    @property
    def difference(self) -> float:
        """Ours less the paper's; NaN when one is missing."""
        return self.ours.mean - self.paper.value if self.paper else math.nan


@dataclass(frozen=True, slots=True)
class Gain:
    """How much better one row is than another."""

    row: str
    over: str
    figure: str
    paper: Published | None
    ours: Interval

    @property
    def difference(self) -> float:
        """Our gain less the paper's; NaN when it names none."""
        return self.ours.difference - self.paper.value if self.paper else math.nan


@dataclass(frozen=True, slots=True)
class ClaimScores:
    """A claim with its figures."""

    claim: Claim
    figures: tuple[Figures, ...]
    gains: tuple[Gain, ...]


@dataclass(frozen=True, slots=True, eq=False)
class VariantRuns:
    """What a variant did: the scores of each seed, and its frames a second.

    Attributes:
        seeds: in the order of `scores`.
        speed: over the seeds.
    """

    seeds: tuple[int, ...]
    scores: tuple[Scores, ...]
    speed: Spread


def unreadable(records: Sequence[Record]) -> list[str]:
    """The sequences whose images could not be read in some pass: no variant is scored on them."""
    return sorted({each.sequence for each in records if each.failure_kind == "sequence"})


def runs_by_variant(measured: MeasuredSet, records: Sequence[Record]) -> dict[str, VariantRuns]:
    """The scores of every variant, by the name of its tracker."""
    left_out = unreadable(records)
    by_pass: dict[str, dict[int, list[Record]]] = {}
    for each in records:
        if each.sequence not in left_out:
            by_pass.setdefault(each.tracker, {}).setdefault(each.seed, []).append(each)
    return {
        name: VariantRuns(
            tuple(seeds),
            tuple(measured.score(own) for own in seeds.values()),
            spread([_speed(own) for own in seeds.values()]),
        )
        for name, seeds in by_pass.items()
    }


def score_claims(
    measured: MeasuredSet, claims: Sequence[Claim], runs: Mapping[str, VariantRuns]
) -> list[ClaimScores]:
    """Every figure of every claim; the gains are drawn again from a seed of their own."""
    found = []
    for claim in claims:
        is_by_attribute = claim.name == "attributes"
        rows = _by_attribute(claim, runs) if is_by_attribute else _overall(measured, claim, runs)
        found.append(ClaimScores(claim, tuple(rows), tuple(_gains(measured, claim, runs))))
    return found


def _overall(
    measured: MeasuredSet, claim: Claim, runs: Mapping[str, VariantRuns]
) -> list[Figures]:
    found = []
    for row in claim.rows:
        own = runs[row.variant.name]
        ours = {**spreads(own.scores, _whole), SPEED: own.speed}
        count = own.scores[0].overall.sequences
        found += [
            Figures(row.title, "", count, key, published(measured.key, row.key, key), value)
            for key, value in ours.items()
        ]
    if claim.name == "overall":
        found += _others(measured)
    return found


def _others(measured: MeasuredSet) -> list[Figures]:
    return [
        Figures(f"{row} (not run here)", "", 0, figure.key, paper, _NOTHING)
        for row in published_rows(measured.key)
        for figure in measured.protocol.figures
        if (paper := published(measured.key, row, figure.key))
    ]


def _by_attribute(claim: Claim, runs: Mapping[str, VariantRuns]) -> list[Figures]:
    found = []
    for row in claim.rows:
        scores = runs[row.variant.name].scores
        main = [figure.key for figure in scores[0].protocol.figures if figure.is_main]
        for label, group in scores[0].attributes.items():
            ours = spreads(scores, partial(_labelled, label))
            count = group.sequences
            found += [Figures(row.title, label, count, key, None, ours[key]) for key in main]
    return found


def _gains(measured: MeasuredSet, claim: Claim, runs: Mapping[str, VariantRuns]) -> list[Gain]:
    rows: dict[str, Row] = {row.key: row for row in claim.rows}
    found = []
    for better, base in claim.gains:
        first, second = (runs[rows[key].variant.name].scores for key in (base, better))
        for figure in measured.protocol.figures:
            ours = compare(first, second, figure.key, np.random.default_rng(0))
            paper = published_gain(measured.key, better, base, figure.key)
            found.append(Gain(rows[better].title, rows[base].title, figure.key, paper, ours))
    return found


def _whole(scores: Scores) -> Group:
    return scores.overall


def _labelled(label: str, scores: Scores) -> Group:
    return scores.attributes[label]


def _speed(records: Sequence[Record]) -> float:
    """Frames a second of work, without the first frame of each sequence."""
    seconds = np.concatenate([each.seconds[1:] for each in records])
    spent = seconds[np.isfinite(seconds)]
    return float(len(spent) / spent.sum()) if spent.sum() > 0 else math.nan
